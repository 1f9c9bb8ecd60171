import { describe } from "../base/errors.ts";
import { dayBefore, localDay } from "../base/time/local_day.ts";
import type { Log } from "../base/log.ts";
import { pause } from "../base/waiting/wakeup.ts";
import { runOf, type TurnRecord } from "../model/turn.ts";
import {
  directoryBytes,
  noteSession,
  sweepAttachments,
  sweepFiles,
} from "../store/files/kept_files.ts";
import { sweepScriptAnswers } from "../store/script_answers.ts";
import { neededFiles } from "../store/files/needed_files.ts";
import type { Texts } from "../texts/texts.ts";
import { forgetGoneRules } from "./places/gone_rules.ts";
import { SCRIPT_MS } from "./scripts/script_ids.ts";
import type { Services } from "./services.ts";
import { endOldOffers } from "./turn/again.ts";

/** Notes which session got the files of ended turns, so that they are deleted with it; never rejects. */
export async function noteSessions(turns: readonly TurnRecord[], log: Log): Promise<void> {
  for (const { files = [], topic, ...turn } of turns) {
    const run = runOf(turn);
    if (run === undefined) continue;
    const session = { id: run.sessionId, directory: run.directory };
    for (const { path } of [...files, ...topic?.files ?? []]) {
      await noteSession(path, session)
        .catch((error) => log.debug(`cannot note whose file ${path} is: ${describe(error)}`));
    }
  }
}

/** What {@linkcode Housekeeping} needs. */
export interface HousekeepingOptions
  extends Pick<Services, "settings" | "store" | "fileSpace" | "agent" | "log" | "signal"> {
  /** Called with the newest own message of each chat or topic, by its key. */
  readonly onNewest: (newest: ReadonlyMap<string, string>) => void;
}

/** Milliseconds between two sweeps. */
const EVERY_MS = 6 * 3_600_000;
/** How long a file is left alone in any case, in milliseconds: what needs it may be on its way. */
const YOUNG_MS = 3_600_000;

/** For how many days it is known what was used up: a year, and the month before. */
const SPENDING_DAYS = 396;

/** Removes what nobody needs any more from the state directory. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Sweeps again and again until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await this.sweep();
      await pause(EVERY_MS, signal);
    }
  }

  /** The line of `/status` about the size of the state directory and of the files in it. */
  async stateLine(texts: Pick<Texts, "statusState">): Promise<string> {
    const { settings, fileSpace } = this.#options;
    const bytes = await directoryBytes(settings.stateDir);
    return texts.statusState(
      megabytes(bytes),
      megabytes(await fileSpace.usedBytes()),
      megabytes(settings.keepFilesBytes),
    );
  }

  /** Sweeps once. */
  async sweep(): Promise<void> {
    const { store, settings, fileSpace, agent, log, signal, onNewest } = this.#options;
    const now = Date.now();
    onNewest(await store.sweepSent());
    await store.spendings.sweep(dayBefore(localDay(now), SPENDING_DAYS));
    await endOldOffers(now - settings.keepFilesMs, this.#options);
    const { paths, rows } = await neededFiles(store);
    await sweepFiles(settings.answersDir, rows, now - YOUNG_MS);
    await sweepAttachments(settings.filesDir, {
      needed: paths,
      goneBefore: now - YOUNG_MS,
      before: now - settings.keepFilesMs,
      // If the agent does not answer, the next sweep asks again.
      isGone: (session) =>
        agent.session(session, signal).then((found) => found === undefined, () => false),
    });
    await sweepScriptAnswers(settings.stateDir, now - SCRIPT_MS);
    await fileSpace.trim();
    await forgetGoneRules(this.#options).catch((error) => {
      signal.throwIfAborted();
      // The next sweep tries again.
      log.warn(`cannot forget the rules of an opencode that has ended: ${describe(error)}`);
    });
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
