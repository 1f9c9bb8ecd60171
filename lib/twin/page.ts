import type { IncomingMessage, ServerResponse } from "node:http";
import { messageBlocks } from "./card_text.ts";
import type { TwinChange } from "./changes.ts";
import { sendJson } from "./http_server.ts";
import { asObject, asString, isObject, parseJson } from "./json.ts";
import type { TwinMessage } from "./messages.ts";
import { pageHtml, pageScript, pageStyle } from "./page_assets.ts";
import type { Twin } from "./twin.ts";

const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

const assets: Readonly<Record<string, { mime: string; text: string }>> = {
  "/": { mime: "text/html", text: pageHtml },
  "/_twin/page.css": { mime: "text/css", text: pageStyle },
  "/_twin/page.js": { mime: "text/javascript", text: pageScript },
};

/** The twin's chat page: the conversation live over SSE, and what a user can do as JSON posts. */
export class TwinPage {
  readonly #twin: Twin;
  readonly #streams = new Set<ServerResponse>();
  readonly #stop: () => void;

  constructor(twin: Twin) {
    this.#twin = twin;
    this.#stop = twin.onChange((change) => this.#onChange(change));
  }

  /** Ends all streams. */
  close(): void {
    this.#stop();
    for (const stream of this.#streams) stream.end();
  }

  /** Serves the page's requests; `false` for paths it does not have. */
  serve(request: IncomingMessage, response: ServerResponse, body: Uint8Array): boolean {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const asset = request.method === "GET" ? assets[path] : undefined;
    if (asset === undefined && !path.startsWith("/_twin/")) return false;
    if (!this.#isOurs(request)) sendJson(response, 403, { error: "not from this page" });
    else if (asset !== undefined) {
      response.writeHead(200, { ...headers, "content-type": `${asset.mime}; charset=utf-8` })
        .end(asset.text);
    } else if (path === "/_twin/events" && request.method === "GET") this.#stream(response);
    else if (request.method === "POST") this.#post(path, body, response);
    else return false;
    return true;
  }

  /**
   * Whether the request comes from the page itself. The host's name is checked against DNS
   * rebinding; the origin and the JSON type, which a form cannot send, against other sites.
   */
  #isOurs({ headers, method }: IncomingMessage): boolean {
    const { host = "", origin } = headers;
    const { port } = this.#twin;
    if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return false;
    if (origin !== undefined && origin !== `http://${host}`) return false;
    return method === "GET" || (headers["content-type"] ?? "").startsWith("application/json");
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
    write(response, "state", this.#overview());
    for (const chat of this.#twin.chats()) {
      for (const message of this.#twin.messages(chat.id)) write(response, "message", view(message));
    }
  }

  #overview() {
    const chats = this.#twin.chats().map(({ id, name, type }) => ({ id, name, type }));
    return { bot: this.#twin.app.name, chats, connections: this.#twin.connections() };
  }

  #onChange(change: TwinChange): void {
    if (this.#streams.size === 0) return;
    for (const stream of this.#streams) {
      if ("message" in change) write(stream, "message", view(change.message));
      else if (change.kind === "chat" || change.kind === "connections") {
        write(stream, "state", this.#overview());
      }
    }
  }

  #post(path: string, body: Uint8Array, response: ServerResponse): void {
    const given = asObject(parseJson(new TextDecoder().decode(body)));
    this.#act(path, given).then(
      (result) => sendJson(response, 200, result),
      (error) => sendJson(response, 400, { error: String(error) }),
    );
  }

  async #act(path: string, given: Readonly<Record<string, unknown>>): Promise<unknown> {
    const messageId = asString(given.messageId) ?? "";
    switch (path) {
      case "/_twin/say": {
        const chat = this.#twin.chats().find((chat) => chat.id === given.chat);
        const text = asString(given.text) ?? "";
        if (chat === undefined || text.trim() === "") throw new Error("Nothing to say.");
        const user = chat.members[0];
        return {
          messageId: this.#twin.say({
            text,
            chat: chat.id,
            mentionBot: given.mentionBot === true,
            ...(user === undefined ? {} : { user }),
          }),
        };
      }
      case "/_twin/click": {
        const button = this.#twin.buttons(messageId)[Number(given.index)];
        if (button === undefined || button.disabled) throw new Error("There is no such button.");
        const chat = this.#twin.chats().find((chat) =>
          chat.id === this.#twin.message(messageId).chatId
        );
        const user = chat?.members[0];
        return await this.#twin.click({
          messageId,
          value: button.value,
          ...(button.name === undefined ? {} : { action: { name: button.name } }),
          ...(user === undefined ? {} : { user }),
        });
      }
      case "/_twin/recall":
        if (this.#twin.message(messageId).sender.type !== "user") throw new Error("Not yours.");
        this.#twin.recall(messageId);
        return {};
      default:
        throw new Error("There is no such action.");
    }
  }
}

function view(message: TwinMessage) {
  return {
    id: message.id,
    chat: message.chatId,
    from: message.sender.name,
    bot: message.sender.type === "app",
    at: message.createdAt,
    edits: message.edits.length,
    recalled: message.recalled,
    reactions: message.reactions.map((reaction) => reaction.emoji),
    thread: message.threadId ?? "",
    blocks: message.recalled
      ? []
      : messageBlocks(message).map((block) =>
        block.kind === "button" && isObject(block.button)
          ? { ...block.button, kind: "button", value: undefined }
          : block
      ),
  };
}

function write(stream: ServerResponse, event: string, data: unknown): void {
  stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
