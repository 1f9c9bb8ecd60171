import { object } from "../../base/json.ts";
import type { SessionRef } from "../../model/session.ts";
import { type ClientOptions, type ClientRequest, OpencodeClient } from "../http/client.ts";
import { isCode } from "../http/answer.ts";

/** What a request may have besides its path and body. */
type CallOptions = Omit<ClientRequest<true>, "path" | "body" | "parse" | "method">;

/** Requests to opencode 2. They throw what {@linkcode OpencodeClient.call} throws. */
export class Caller {
  readonly #client: OpencodeClient;

  constructor(options: ClientOptions) {
    this.#client = new OpencodeClient(options);
  }

  call<T>(request: ClientRequest<T>): Promise<T> {
    return this.#client.call(request);
  }

  /** Makes a request about a directory: opencode has a location of its own for each. */
  locate<T>(
    { directory, ...request }: ClientRequest<T> & { readonly directory: string },
  ): Promise<T> {
    return this.#client.call({ ...request, query: { "location[directory]": directory } });
  }

  /** Makes a request whose answer says nothing more than that it was accepted. */
  async post(path: string, body: unknown, options: CallOptions): Promise<void> {
    await this.#client.call({ method: "POST", path, body, parse: () => true, ...options });
  }

  /** Deletes something; returns `false` when it is gone already, or can no longer be deleted. */
  async remove(path: string, options: CallOptions): Promise<boolean> {
    const request = this.#client.call({ method: "DELETE", path, parse: () => true, ...options });
    return await request.catch((error) => {
      if (isCode(error, 404) || isCode(error, 409)) return false;
      throw error;
    });
  }
}

/** The path of a session, or of something in it. */
export function at({ id }: Pick<SessionRef, "id">, ...names: string[]): string {
  return `/api/session/${[id, ...names].map(encodeURIComponent).join("/")}`;
}

/** Parses what an answer holds in `data`. */
export function data<T>(
  parse: (json: unknown) => T | undefined,
): (json: unknown) => T | undefined {
  return (json) => parse(object(json).data);
}
