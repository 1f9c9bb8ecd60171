import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TwinChange } from "../feishu_twin/changes.ts";
import { sendJson } from "../feishu_twin/http_server.ts";
import { asObject, parseJson } from "../feishu_twin/json.ts";
import type { Bilingual } from "../scripted_model/model_stories.ts";
import { PageActions } from "./actions.ts";
import { assets } from "./assets.ts";
import type { Controls, Look } from "./controls.ts";
import { type MessageView, messageView } from "./message_view.ts";
import { refusalOf } from "./refusals.ts";
import { ScenePlayer } from "./scene_player.ts";
import { scenes } from "./scenes.ts";
import { strokeNames, Switches, switchNames } from "./switches.ts";
import { Wire, type WireLine } from "./wire.ts";
import type { Twin } from "../feishu_twin/twin.ts";

const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** Changes are gathered for so many milliseconds before they go to the pages. */
const gatherMs = 40;
/** Milliseconds between two looks at the processes, while a page is open. */
const lookMs = 1_000;
/** Refusals that are remembered. */
const mostRefusals = 50;

/** The twin's chat page: the conversations live over SSE, and what a user can do as posts. */
export class TwinPage {
  /** The processes around the twin; without them the page has no scenes. */
  controls: Controls | undefined;
  /** The page's first language. */
  lang: keyof Bilingual = "en";
  readonly #twin: Twin;
  readonly #streams = new Set<ServerResponse>();
  readonly #wire = new Wire();
  readonly #refusals: MessageView[] = [];
  readonly #switches: Switches;
  readonly #scenes: ScenePlayer;
  readonly #actions: PageActions;
  readonly #stop: () => void;
  /** What goes to the pages next. */
  #messages = new Map<string, MessageView>();
  #lines: WireLine[] = [];
  #stale = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #looks = false;
  #look: Look | undefined;

  constructor(twin: Twin) {
    this.#twin = twin;
    this.#switches = new Switches(twin);
    this.#scenes = new ScenePlayer({
      twin,
      switches: this.#switches,
      controls: {
        look: () => this.controls?.look() ?? Promise.reject(new Error("There is no bridge here.")),
        act: async (name) => {
          await this.controls?.act(name);
        },
        playground: async () => {
          const playground = await this.controls?.playground?.();
          if (playground === undefined) throw new Error("There is no place for scenes here.");
          return playground;
        },
      },
      onChange: () => this.#later(),
    });
    this.#actions = new PageActions(twin, this.#switches, this.#scenes, () => this.controls);
    this.#stop = twin.onChange((change) => this.#onChange(change));
  }

  /** Ends all streams and what plays. */
  close(): void {
    this.#stop();
    this.#scenes.stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#looking);
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  /** Serves the page's requests; `false` for paths it does not have. */
  serve(request: IncomingMessage, response: ServerResponse, body: Uint8Array): boolean {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://twin");
    const asset = request.method === "GET" ? assets[pathname] : undefined;
    if (asset === undefined && !pathname.startsWith("/_twin/")) return false;
    if (!this.#isOurs(request)) sendJson(response, 403, { error: "not from this page" });
    else if (asset !== undefined) {
      response.writeHead(200, { ...headers, "content-type": `${asset.mime}; charset=utf-8` })
        .end(asset.text);
    } else if (request.method === "GET" && pathname === "/_twin/events") this.#stream(response);
    else if (request.method === "GET" && pathname.startsWith("/_twin/file/")) {
      this.#file(pathname.slice("/_twin/file/".length), response);
    } else if (request.method === "POST") {
      const action = pathname.slice("/_twin/".length);
      const done = action === "upload"
        ? this.#actions.upload(searchParams.get("name") ?? "", body)
        : this.#actions.act(action, asObject(parseJson(new TextDecoder().decode(body))));
      done.then(
        (result) => {
          this.#later();
          sendJson(response, 200, result);
        },
        (error) => sendJson(response, 400, { error: error instanceof Error ? error.message : "?" }),
      );
    } else return false;
    return true;
  }

  /**
   * Whether the request comes from the page itself. The host's name is checked against DNS
   * rebinding; the origin and the type of the body, which a form cannot send, against other sites.
   */
  #isOurs({ headers, method }: IncomingMessage): boolean {
    const { host = "", origin } = headers;
    const { port } = this.#twin;
    if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return false;
    if (origin !== undefined && origin !== `http://${host}`) return false;
    const type = headers["content-type"] ?? "";
    return method === "GET" || /^application\/(json|octet-stream)\b/.test(type);
  }

  /** Pictures are shown; everything else is only ever saved, as it may hold scripts. */
  #file(key: string, response: ServerResponse): void {
    const file = this.#twin.file(decodeURIComponent(key));
    if (file === undefined) return sendJson(response, 404, { error: "There is no such file." });
    const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.mime);
    response.writeHead(200, {
      ...headers,
      "content-type": picture ? file.mime : "application/octet-stream",
      ...(picture ? {} : { "content-disposition": "attachment" }),
    }).end(Buffer.from(file.bytes));
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
    this.#flush();
    write(response, "hello", {
      bot: this.#twin.app.name,
      lang: this.lang,
      scenes: this.controls?.playground === undefined
        ? []
        : Object.entries(scenes).map(([name, { title, about }]) => ({ name, title, about })),
      switches: switchNames,
      strokes: strokeNames,
      controls: this.controls !== undefined,
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
    if (!this.#looks) this.#lookAround();
  }

  #people() {
    return {
      users: this.#twin.users().map(({ openId, name }) => ({ id: openId, name })),
      chats: this.#twin.chats().map(({ id, name, mode, members }) => ({ id, name, mode, members })),
    };
  }

  #status() {
    return {
      connections: this.#twin.connections(),
      switches: this.#switches.on,
      ...(this.#look === undefined ? {} : { look: this.#look }),
      ...(this.#scenes.playing === undefined ? {} : { playing: this.#scenes.playing }),
    };
  }

  #onChange(change: TwinChange): void {
    const line = this.#wire.note(change);
    if (change.kind === "request") {
      const id = `refusal-${this.#wire.lines.at(-1)?.id ?? 0}`;
      const refusal = refusalOf(this.#twin, change.request, id);
      if (refusal !== undefined) {
        if (this.#refusals.push(refusal) > mostRefusals) this.#refusals.shift();
        this.#messages.set(id, refusal);
      }
    }
    if (this.#streams.size === 0) return this.#messages.clear();
    if (line !== undefined) this.#lines.push(line);
    if ("message" in change) {
      const { message } = change;
      // Drawn once for all edits that come together; the first place is kept.
      this.#messages.set(message.id, messageView(this.#twin, message));
    } else if (change.kind === "chat") this.#send("people", this.#people());
    this.#later();
  }

  #later(): void {
    this.#stale = true;
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#messages.size > 0) this.#send("messages", [...this.#messages.values()]);
    if (this.#lines.length > 0) this.#send("wire", this.#lines);
    if (this.#stale) this.#send("status", this.#status());
    this.#messages = new Map();
    this.#lines = [];
    this.#stale = false;
  }

  /** Looks at the processes again and again, as long as somebody has the page open. */
  async #lookAround(): Promise<void> {
    this.#looks = true;
    const look = await this.controls?.look();
    this.#looks = this.#streams.size > 0;
    if (!this.#looks) return;
    if (JSON.stringify(look) !== JSON.stringify(this.#look)) {
      this.#look = look;
      this.#later();
    }
    this.#looking = setTimeout(() => this.#lookAround(), lookMs);
  }

  #send(event: string, data: unknown): void {
    for (const stream of this.#streams) write(stream, event, data);
  }
}

function write(stream: ServerResponse, event: string, data: unknown): void {
  stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
