import type { SessionRef } from "../../model/session.ts";
import { type ClientOptions, type ClientRequest, OpencodeClient } from "../http/client.ts";

/** A request about a directory: opencode has an instance of its own for each. */
interface DirectoryRequest<T> extends ClientRequest<T> {
  readonly directory: string;
}

/** Requests to opencode 1.x. They throw what {@linkcode OpencodeClient.call} throws. */
export class Caller {
  readonly #client: OpencodeClient;

  constructor(options: ClientOptions) {
    this.#client = new OpencodeClient(options);
  }

  call<T>({ directory, query, ...request }: DirectoryRequest<T>): Promise<T> {
    return this.#client.call({ ...request, query: { ...query, directory } });
  }

  /** Makes a request whose answer says nothing more than that it was accepted. */
  async post(request: Omit<DirectoryRequest<true>, "parse">): Promise<void> {
    await this.call({ method: "POST", parse: () => true, ...request });
  }
}

/** The path of what the names lead to. */
export function path(...names: string[]): string {
  return names.map((name) => `/${encodeURIComponent(name)}`).join("");
}

/** Where a session is, or something in it. */
export function at(
  { id, directory }: SessionRef,
  ...names: string[]
): { directory: string; path: string } {
  return { directory, path: path("session", id, ...names) };
}
