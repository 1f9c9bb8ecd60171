import { join } from "@std/path";
import { number, object, string } from "../../base/json.ts";
import { readJson } from "../../base/read_json.ts";
import type { Generation } from "./server_version.ts";

/** A program, as it was when its server last said what it is. */
interface KnownCommand {
  readonly path: string;
  readonly bytes: number;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** Remembers between two starts which generation a command is: to ask it costs half a second. */
export class KnownCommands {
  readonly #file: string;

  constructor(stateDir: string) {
    this.#file = join(stateDir, "opencode-command.json");
  }

  /** What a command was when its server last ran; `undefined` if that is not known for sure. */
  async generation(command: string): Promise<Generation | undefined> {
    const now = await identify(command);
    const stored = object(await readJson(this.#file));
    const isSame = now !== undefined && string(stored.path) === now.path &&
      number(stored.bytes) === now.bytes && number(stored.changed) === now.changed;
    const { generation } = stored;
    return isSame && (generation === 1 || generation === 2) ? generation : undefined;
  }

  /** Remembers what the server of a command has said. Never rejects: it is asked again then. */
  async learn(command: string, generation: Generation): Promise<void> {
    const known = await identify(command);
    if (known === undefined) return;
    const text = JSON.stringify({ ...known, generation });
    await Deno.writeTextFile(this.#file, text, { mode: 0o600 }).catch(() => {});
  }
}

/** What tells a program from its next version. A script says nothing of what it starts, so it is not known. */
async function identify(command: string): Promise<KnownCommand | undefined> {
  try {
    const path = await Deno.realPath(command);
    const { size, mtime } = await Deno.stat(path);
    const start = new Uint8Array(2);
    const file = await Deno.open(path);
    try {
      await file.read(start);
    } finally {
      file.close();
    }
    if (new TextDecoder().decode(start) === "#!" || mtime === null) return undefined;
    return { path, bytes: size, changed: mtime.getTime() };
  } catch {
    return undefined;
  }
}
