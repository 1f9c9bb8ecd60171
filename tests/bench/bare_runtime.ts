import { join } from "@std/path";
import { wallNow } from "../../lib/base/time/clock.ts";
import { BINARY } from "./bench_world.ts";
import { readCompiled, writeBare } from "./compiled.ts";

/** Opens a KV, and connects a WebSocket; both are its arguments. */
const CONNECTS = 'const kv=await Deno.openKv(Deno.args[0]);await kv.get(["schema"]);' +
  "const socket=new WebSocket(Deno.args[1]);socket.onopen=()=>Deno.exit(0)";
/** Prints a line. */
const PRINTS = 'console.log("0.0.0")';

/** Programs of one line with the binary's runtime, flags and size: what no program in it can be faster than. */
export interface BareRuntime extends AsyncDisposable {
  /** Milliseconds from its start until it has opened a KV, and its WebSocket is up. */
  connect(): Promise<number>;
  /** The path of one that prints a line, as `--version` does. */
  readonly prints: string;
}

/** Makes them from the binary; `undefined` if that was not built, or cannot be read. */
export async function bareRuntime(): Promise<BareRuntime | undefined> {
  const compiled = await readCompiled(BINARY).catch(() => undefined);
  if (compiled === undefined) return undefined;
  const dir = await Deno.makeTempDir();
  const [connects, prints] = [join(dir, "connects"), join(dir, "prints")];
  await writeBare(compiled, CONNECTS, connects);
  await writeBare(compiled, PRINTS, prints);
  let opened = (_at: number) => {};
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => opened(wallNow());
    return response;
  });
  return {
    prints,
    connect: async () => {
      const up = new Promise<number>((resolve) => opened = resolve);
      const startedAt = wallNow();
      const child = new Deno.Command(connects, {
        args: [join(dir, "kv"), `ws://127.0.0.1:${server.addr.port}`],
        env: { HOME: dir },
        stdout: "null",
      }).spawn();
      const ms = await up - startedAt;
      await child.status;
      return ms;
    },
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await Deno.remove(dir, { recursive: true });
    },
  };
}
