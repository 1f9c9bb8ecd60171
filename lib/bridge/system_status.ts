import type { CallCounts } from "../model/calls.ts";
import type { ConnectionState } from "../model/chat_events.ts";
import type { Transcriber } from "../model/transcriber.ts";
import { callsLine } from "../texts/calls_line.ts";
import type { Texts } from "../texts/texts.ts";

/** The opencode in use. */
export interface OpencodeState {
  /** The server that somebody else runs, if it is not ours. */
  readonly attached: unknown;
  readonly agent: {
    readonly open: boolean;
    /** The types of its events that are not known here; empty without any. */
    readonly unknownEvents?: string;
  };
  /** Empty while it is not known. */
  readonly name: string;
  /** Why it cannot be reached; empty when it can. */
  readonly away: string;
}

/** What {@linkcode systemStatus} tells. */
export interface SystemState {
  readonly connection: Pick<ConnectionState, "up" | "since">;
  /** Why messages of groups wait; empty if they do not. */
  readonly groupsWait: string;
  readonly calls: CallCounts;
  readonly opencode: OpencodeState;
  readonly version: string;
  /** What turns voice messages into text, if anything does. */
  readonly transcriber: Pick<Transcriber, "name"> | undefined;
  /** The name of this machine, if several share the bot. */
  readonly machine?: string | undefined;
  /** The line about the size of the state. */
  readonly stateLine: string;
  readonly isOpenByDefault: boolean;
}

/** The lines of `/status` that are the same for all conversations. */
export function systemStatus(state: SystemState, texts: Texts): string[] {
  const { connection: { up, since }, calls, opencode, version, stateLine, isOpenByDefault } = state;
  const { transcriber } = state;
  return [
    ...(state.machine === undefined ? [] : [texts.statusMachine(state.machine)]),
    texts.statusFeishu(up, Date.now() - since),
    ...(state.groupsWait ? [texts.statusGroupsWait(state.groupsWait)] : []),
    texts.statusCalls(callsLine(calls, texts)),
    texts.statusOpencode(opencodeState(opencode, texts)),
    ...(opencode.agent.unknownEvents
      ? [texts.statusUnknownEvents(opencode.agent.unknownEvents)]
      : []),
    ...(transcriber ? [texts.statusVoice(transcriber.name)] : []),
    texts.statusVersion(version),
    stateLine,
    ...(isOpenByDefault ? [texts.statusOpen] : []),
  ];
}

function opencodeState({ attached, agent, name, away }: OpencodeState, texts: Texts): string {
  // Our own is started again whenever it is away.
  if (attached && away) return texts.opencodeAway(away);
  return name && (!attached || agent.open) ? name : texts.opencodeStarts;
}
