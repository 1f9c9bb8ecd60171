import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TwinChange } from "../feishu_twin/twin_changes.ts";
import { sendJson } from "../feishu_twin/http_server.ts";
import { decodeSegment } from "../feishu_twin/request_target.ts";
import { object, parseJson } from "../../base/json.ts";
import type { Bilingual } from "../scripted_model/stories.ts";
import { PageActions } from "./page_actions.ts";
import { ASSETS, CLOSED, ENTRANCE, PAGE_PATH } from "./assets.ts";
import { newToken, PageKey } from "./page_key.ts";
import type { ProcessControls, ProcessStatus } from "./process_controls.ts";
import { type MessageView, messageView } from "./message_view.ts";
import { refusalView } from "./refusal_view.ts";
import { ScenePlayer } from "./scene_player.ts";
import { scenes } from "./scenes.ts";
import { FaultSwitches, incidentNames, switchNames } from "./fault_switches.ts";
import { type WireLine, WireLog } from "./wire_log.ts";
import type { Twin } from "../feishu_twin/twin.ts";

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** How long changes are collected before they are sent to the pages (ms). */
const COLLECT_MS = 40;
/** How often the processes are checked while a page is open (ms). */
const STATUS_MS = 1_000;
/** How many refusals are kept for pages that are opened later. */
const MAX_REFUSALS = 50;

/** What a {@linkcode TwinPage} can do besides chatting. */
export interface TwinPageOptions {
  /** The processes of the demo; the page cannot control any without. */
  readonly controls?: ProcessControls;
  /** The language of the page until the reader chooses one; English by default. */
  readonly lang?: keyof Bilingual;
  /** The token of the page's link; a new one by default. */
  readonly token?: string;
}

/**
 * The chat page of the twin. The conversations arrive over SSE; what a user does is a POST. Everything is
 * only for whoever opened {@linkcode TwinPage.link}: see {@linkcode PageKey}.
 */
export class TwinPage implements Disposable {
  /** The page's address with its token. */
  readonly link: string;
  readonly #twin: Twin;
  readonly #key: PageKey;
  readonly #controls: ProcessControls | undefined;
  readonly #lang: keyof Bilingual;
  readonly #streams = new Set<ServerResponse>();
  readonly #wire = new WireLog();
  readonly #refusals: MessageView[] = [];
  readonly #switches: FaultSwitches;
  readonly #scenes: ScenePlayer | undefined;
  readonly #actions: PageActions;
  readonly #stop: () => void;
  /** What is sent to the pages next. */
  #messages = new Map<string, MessageView>();
  #lines: WireLine[] = [];
  #statusChanged = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #statusTimer: ReturnType<typeof setTimeout> | undefined;
  #watching = false;
  #processes: ProcessStatus | undefined;

  constructor(twin: Twin, { controls, lang = "en", token }: TwinPageOptions = {}) {
    this.#twin = twin;
    this.#key = new PageKey(token ?? newToken(), twin.port);
    this.link = twin.url + PAGE_PATH + this.#key.query;
    this.#controls = controls;
    this.#lang = lang;
    this.#switches = new FaultSwitches(twin);
    const switches = this.#switches;
    this.#scenes = controls?.playground &&
      new ScenePlayer({ twin, switches, controls, onChange: () => this.#sendLater() });
    this.#actions = new PageActions(twin, { switches, scenes: this.#scenes, controls });
    this.#stop = twin.onChange((change) => this.#onChange(change));
    twin.serveOther({
      admits: (request) => this.#key.admits(request),
      serve: (...request) => this.#serve(...request),
    });
  }

  /** Ends all streams and the scene that plays. */
  [Symbol.dispose](): void {
    this.#stop();
    this.#scenes?.stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#statusTimer);
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  /** Serves the page's requests; `false` for unknown paths. */
  #serve(
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, searchParams }: URL,
    body: Uint8Array,
  ): boolean {
    if (pathname === "/") {
      response.writeHead(303, { ...HEADERS, "location": PAGE_PATH }).end();
      return true;
    }
    if (!pathname.startsWith(PAGE_PATH)) return false;
    const isPage = request.method === "GET" && pathname === PAGE_PATH;
    const cookie = isPage ? this.#key.exchange(searchParams) : undefined;
    if (!this.#key.isForPage(request)) sendJson(response, 403, { error: "not from this page" });
    else if (cookie !== undefined) sendHtml(response, 200, ENTRANCE, { "set-cookie": cookie });
    else if (this.#key.admits(request)) {
      return this.#serveAdmitted(request, response, pathname, {
        name: searchParams.get("name") ?? "",
        body,
      });
    } else if (isPage) sendHtml(response, 403, CLOSED);
    else sendJson(response, 403, { error: "Open the link that the terminal shows." });
    return true;
  }

  #serveAdmitted(
    { method }: IncomingMessage,
    response: ServerResponse,
    pathname: string,
    upload: { readonly name: string; readonly body: Uint8Array },
  ): boolean {
    const asset = method === "GET" ? ASSETS[pathname] : undefined;
    if (asset !== undefined) {
      response.writeHead(200, { ...HEADERS, "content-type": `${asset.mime}; charset=utf-8` })
        .end(asset.text);
    } else if (method === "GET" && pathname === "/_twin/events") this.#stream(response);
    else if (method === "GET" && pathname.startsWith("/_twin/file/")) {
      this.#file(pathname.slice("/_twin/file/".length), response);
    } else if (method === "POST") this.#act(pathname.slice(PAGE_PATH.length), upload, response);
    else return false;
    return true;
  }

  #act(
    action: string,
    { name, body }: { readonly name: string; readonly body: Uint8Array },
    response: ServerResponse,
  ): void {
    const done = action === "upload"
      ? this.#actions.upload(name, body)
      : this.#actions.act(action, object(parseJson(new TextDecoder().decode(body))));
    done.then(
      (result) => {
        this.#sendLater();
        sendJson(response, 200, result);
      },
      (error) => sendJson(response, 400, { error: error instanceof Error ? error.message : "?" }),
    );
  }

  /** Only pictures are shown. Everything else is downloaded, because it may contain scripts. */
  #file(key: string, response: ServerResponse): void {
    const file = this.#twin.file(decodeSegment(key) ?? "");
    if (file === undefined) return sendJson(response, 404, { error: "There is no such file." });
    const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.mime);
    response.writeHead(200, {
      ...HEADERS,
      "content-type": picture ? file.mime : "application/octet-stream",
      ...(picture ? {} : { "content-disposition": "attachment" }),
    }).end(Buffer.from(file.bytes));
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
    this.#flush();
    write(response, "hello", {
      bot: this.#twin.app.name,
      lang: this.#lang,
      scenes: this.#scenes === undefined ? [] : Object.entries(scenes)
        .map(([name, { title, about, mode = "p2p" }]) => ({ name, title, about, mode })),
      switches: switchNames,
      incidents: incidentNames,
      controls: this.#controls !== undefined,
    });
    write(response, "people", this.#people());
    for (const chat of this.#twin.chats()) {
      write(
        response,
        "messages",
        this.#twin.messages(chat.id).map((message) => messageView(this.#twin, message)),
      );
    }
    write(response, "messages", this.#refusals);
    write(response, "wire", this.#wire.lines);
    write(response, "status", this.#status());
    write(response, "ready", {});
    if (!this.#watching) this.#watchProcesses();
  }

  #people() {
    return {
      users: this.#twin.users().map(({ openId, name }) => ({ id: openId, name })),
      chats: this.#twin.chats().map(({ id, name, mode, members }) => ({
        id,
        name,
        mode,
        members,
        onTop: members.filter((openId) => this.#twin.extras.isOnTop(id, openId)),
      })),
    };
  }

  #status() {
    return {
      connections: this.#twin.connections(),
      switches: this.#switches.on,
      ...(this.#processes === undefined ? {} : { processes: this.#processes }),
      ...(this.#scenes?.playing === undefined ? {} : { playing: this.#scenes.playing }),
    };
  }

  #onChange(change: TwinChange): void {
    const line = this.#wire.add(change);
    if (change.kind === "request") {
      const id = `refusal-${this.#wire.lines.at(-1)?.id ?? 0}`;
      const refusal = refusalView(this.#twin, change.request, id);
      if (refusal !== undefined) {
        if (this.#refusals.push(refusal) > MAX_REFUSALS) this.#refusals.shift();
        this.#messages.set(id, refusal);
      }
    }
    if (this.#streams.size === 0) return this.#messages.clear();
    if (line !== undefined) this.#lines.push(line);
    if ("message" in change) {
      const { message } = change;
      // Edits that arrive together are drawn once, in the place of the first.
      this.#messages.set(message.id, messageView(this.#twin, message));
    } else if (change.kind === "chat") this.#send("people", this.#people());
    this.#sendLater();
  }

  #sendLater(): void {
    this.#statusChanged = true;
    this.#timer ??= setTimeout(() => this.#flush(), COLLECT_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#messages.size > 0) this.#send("messages", [...this.#messages.values()]);
    if (this.#lines.length > 0) this.#send("wire", this.#lines);
    if (this.#statusChanged) this.#send("status", this.#status());
    this.#messages = new Map();
    this.#lines = [];
    this.#statusChanged = false;
  }

  /** Checks the processes regularly while a page is open. */
  async #watchProcesses(): Promise<void> {
    this.#watching = true;
    const processes = await this.#controls?.status();
    this.#watching = this.#streams.size > 0;
    if (!this.#watching) return;
    if (JSON.stringify(processes) !== JSON.stringify(this.#processes)) {
      this.#processes = processes;
      this.#sendLater();
    }
    this.#statusTimer = setTimeout(() => this.#watchProcesses(), STATUS_MS);
  }

  #send(event: string, data: unknown): void {
    for (const stream of this.#streams) write(stream, event, data);
  }
}

function sendHtml(
  response: ServerResponse,
  status: number,
  html: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    "content-type": "text/html; charset=utf-8",
  }).end(html);
}

function write(stream: ServerResponse, event: string, data: unknown): void {
  stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
