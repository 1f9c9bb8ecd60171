import { delay } from "@std/async";
import { refusedRead, refusedWrite } from "./check_limits.ts";
import { encode, readAtomicWrite, readRanges, readWatch } from "./datapath.ts";
import { KvDatabase } from "./kv_database.ts";

/** What a {@linkcode KvServer} does wrong, to be changed at any time. */
export interface KvFaults {
  /** How long the way there and back takes, in milliseconds. */
  latencyMs: number;
  /**
   * What becomes of requests: `error` answers 503, `denied` answers 401, `hang` does nothing until
   * {@linkcode KvServer.breakOpen}, `lose` does what is asked and breaks the connection instead of answering.
   */
  requests: "answer" | "error" | "denied" | "hang" | "lose";
  /** The only kind of request that it happens to; all unless given. */
  of: "metadata" | "snapshot_read" | "atomic_write" | "watch" | undefined;
  /** How many requests that happens to; after them the server answers. */
  times: number;
}

/** Options of a {@linkcode KvServer}. */
export interface KvServerOptions {
  /** Its port; any free one unless given. */
  readonly port?: number;
  /** What it gives access to; several servers may share one. A new one in memory unless given. */
  readonly database?: KvDatabase;
  /** Its access token. */
  readonly token?: string;
  readonly faults?: Partial<KvFaults>;
}

/** Where faults are set from another process. */
export const FAULTS = "/faults-of-the-stand-in";
/** The id of denokv's one database. */
const DATABASE_ID = "00000000-0000-0000-0000-000000000000";
/** How often denokv says that a watch is alive, in milliseconds. */
const PING_MS = 5_000;

/**
 * A server of KV Connect, version 3, as `proto/kv-connect.md` of denoland/denokv tells it, with denokv's limits. Deno's
 * own client is its judge.
 */
export class KvServer implements AsyncDisposable {
  readonly token: string;
  readonly faults: KvFaults;
  /** How many requests of each kind came: `metadata`, `snapshot_read`, `atomic_write`, `watch`. */
  readonly counts: Record<string, number> = {};
  readonly #database: KvDatabase;
  readonly #ownsDatabase: boolean;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Ends what hangs, and the watches. */
  #closing = new AbortController();
  /** The token of the data path, which each exchange of metadata tells: denokv tells its access token. */
  #dataToken: string;

  constructor(options: KvServerOptions = {}) {
    const { port = 0, database, token = "token-of-the-tests" } = options;
    this.token = token;
    this.#dataToken = token;
    this.faults = {
      ...{ latencyMs: 0, requests: "answer", of: undefined, times: Infinity },
      ...options.faults,
    };
    this.#database = database ?? new KvDatabase();
    this.#ownsDatabase = database === undefined;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** What `Deno.openKv` and `BRIDGE_KV` take. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Has the token of the data path count no longer; the next exchange of metadata tells a new one. */
  expireToken(): void {
    this.#dataToken = crypto.randomUUID();
  }

  /** Breaks all watches, and goes on with what hangs. */
  breakOpen(): void {
    this.#closing.abort();
    this.#closing = new AbortController();
  }

  /** Stops listening, and breaks what is open: connections are refused from now on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.breakOpen();
    const stopped = this.#server.shutdown();
    this.breakOpen();
    await stopped;
    if (this.#ownsDatabase) this.#database[Symbol.dispose]();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === FAULTS) return await this.#setFaults(request);
    const what = pathname === "/" ? "metadata" : pathname.replace(/^\/v2\//, "");
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    const body = await request.bytes();
    const { requests, of = what, times, latencyMs } = this.faults;
    if (latencyMs > 0 && of === what) await delay(latencyMs);
    const fault = times > 0 && of === what ? requests : "answer";
    if (fault !== "answer") this.faults.times--;
    if (fault === "error") return new Response("Unavailable for now.", { status: 503 });
    if (fault === "denied") return new Response("Invalid access token.", { status: 401 });
    if (fault === "hang") await this.#hang();
    const response = what === "metadata"
      ? this.#metadata(request, body)
      : this.#data(what, request, body);
    if (fault !== "lose") return response;
    const cut = new ReadableStream({ start: (stream) => stream.error("cut") });
    return new Response(cut, { headers: { "content-length": "1000" } });
  }

  /** How a test reaches the faults of a server in another process. */
  async #setFaults(request: Request): Promise<Response> {
    const { breakOpen = false, ...faults } = await request.json();
    Object.assign(this.faults, { of: undefined, times: Infinity }, faults);
    if (breakOpen) this.breakOpen();
    return Response.json(this.counts);
  }

  /** Waits until the server stops or breaks what is open. */
  async #hang(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closing.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }

  #metadata(request: Request, body: Uint8Array): Response {
    if (request.headers.get("authorization") !== `Bearer ${this.token}`) {
      return new Response("Invalid access token.", { status: 401 });
    }
    const { supportedVersions = [1] } = JSON.parse(new TextDecoder().decode(body));
    if (!supportedVersions.includes(3)) return new Response("No version.", { status: 400 });
    return Response.json({
      version: 3,
      databaseId: DATABASE_ID,
      endpoints: [{ url: "/v2", consistency: "strong" }],
      token: this.#dataToken,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
  }

  #data(what: string, { method, headers }: Request, body: Uint8Array): Response {
    const refuse = (text: string, status = 400) => new Response(text, { status });
    if (method !== "POST") return refuse("Resource not found.", 404);
    if (headers.get("x-denokv-version") !== "3") return refuse("Expected protocol version 2.");
    if (headers.get("authorization") !== `Bearer ${this.#dataToken}`) {
      return refuse("Invalid access token.", 401);
    }
    if (headers.get("x-denokv-database-id") !== DATABASE_ID) return refuse("Invalid database id.");
    if (what === "snapshot_read") {
      const ranges = readRanges(body);
      const refused = refusedRead(ranges);
      if (refused !== undefined) return refuse(refused);
      const values = this.#database.read(ranges).map((values) => ({ values }));
      return protobuf(encode("SnapshotReadOutput", {
        ranges: values,
        readIsStronglyConsistent: true,
        status: 1,
      }));
    }
    if (what === "atomic_write") {
      const write = readAtomicWrite(body);
      const refused = refusedWrite(write);
      if (refused !== undefined) return refuse(refused);
      let versionstamp: Uint8Array | undefined;
      try {
        versionstamp = this.#database.write(write);
      } catch (error) {
        if (error instanceof TypeError) return refuse(error.message);
        throw error;
      }
      const answer = versionstamp === undefined ? { status: 2 } : { status: 1, versionstamp };
      return protobuf(encode("AtomicWriteOutput", answer));
    }
    if (what !== "watch") return refuse("Resource not found.", 404);
    return new Response(this.#watch(readWatch(body)), {
      headers: { "content-type": "application/octet-stream" },
    });
  }

  /** Each value of the keys, at first and whenever one changes; in between, zeros say that it is alive. */
  #watch(keys: readonly Uint8Array[]): ReadableStream<Uint8Array> {
    const { signal } = this.#closing;
    const { latencyMs } = this.faults;
    let stop = () => {};
    return new ReadableStream({
      start: (stream) => {
        const send = () => {
          const outputs = keys.map((key) => ({
            changed: true,
            entryIfChanged: this.#database.get(key),
          }));
          stream.enqueue(framed(encode("WatchOutput", { status: 1, keys: outputs })));
        };
        const timers = new Set<ReturnType<typeof setTimeout>>();
        const later = () => {
          const timer = setTimeout(() => {
            timers.delete(timer);
            send();
          }, latencyMs / 2);
          timers.add(timer);
        };
        const unwatch = this.#database.watch(keys, later);
        const ping = setInterval(() => stream.enqueue(framed(new Uint8Array())), PING_MS);
        const end = () => {
          stop();
          stream.close();
        };
        stop = () => {
          unwatch();
          clearInterval(ping);
          for (const timer of timers) clearTimeout(timer);
          signal.removeEventListener("abort", end);
        };
        signal.addEventListener("abort", end);
        send();
      },
      cancel: () => stop(),
    });
  }
}

/** A message with its length before it: 4 bytes, the lowest first. */
function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + message.length);
  new DataView(bytes.buffer).setUint32(0, message.length, true);
  bytes.set(message, 4);
  return bytes;
}

const protobuf = (bytes: Uint8Array<ArrayBuffer>) =>
  new Response(bytes, { headers: { "content-type": "application/x-protobuf" } });
