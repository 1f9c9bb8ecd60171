import { describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { RecentSet } from "../base/recent_set.ts";
import type { Provider } from "./wire.ts";

/** How many directories are remembered; the models of any other are read again. */
const MAX_DIRECTORIES = 1_000;

/** The context windows of the models, read in the background, once for each directory. */
export class ContextLimits {
  /** `provider/model` → context window in tokens. */
  readonly #limits = new Map<string, number | undefined>();
  readonly #directories = new RecentSet<string>(MAX_DIRECTORIES);
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The context window of a model in tokens, if it is known yet. */
  of(model: string): number | undefined {
    return this.#limits.get(model);
  }

  /** Learns of a directory's models, unless it has and knows the model that is to be used. */
  learn(directory: string, model: string | undefined, read: () => Promise<Provider[]>): void {
    const isKnown = model === undefined || this.#limits.has(model);
    if (isKnown && this.#directories.has(directory)) return;
    this.#directories.add(directory);
    read().then((providers) => {
      for (const { id, models } of providers) {
        for (const model of models) {
          this.#limits.set(`${id}/${model.id}`, model.context);
        }
      }
    }).catch((error) => {
      this.#directories.delete(directory);
      this.#log.debug(`cannot read the models: ${describe(error)}`);
    });
  }
}
