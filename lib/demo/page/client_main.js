/** Starts the page: its state, the event stream that fills it, and the list of chats. */
export function main({ dom, chat, panel, texts, tags }) {
  const tools = dom(tags);
  const { byId, h, patch, storage } = tools;
  const MAX_LINES = 200;

  const app = {
    lang: "en",
    bot: "",
    user: "",
    chat: "",
    hello: undefined,
    status: undefined,
    people: { users: [], chats: [] },
    messages: new Map(),
    seen: new Map(),
    wire: [],
    /** The text for a key, with `value` in place of `{}`. */
    t: (key, value) => (texts[app.lang][key] ?? key).replace("{}", String(value)),
    open: () => app.people.chats.find(({ id }) => id === app.chat),
    messagesOf: (chat) =>
      [...app.messages.values()].filter((message) => message.chat === chat)
        .sort((a, b) => a.at - b.at),
    /** Opens the chat in which a scene plays: the first user's first one of a kind. */
    openSceneChat(mode) {
      const first = app.people.users[0];
      if (first === undefined) return;
      app.user = first.id;
      app.chat = app.people.chats.find((one) => one.mode === mode && one.members[0] === first.id)
        ?.id ?? app.chat;
      draw();
    },
  };
  const conversation = chat(tools, app);
  const side = panel(tools, app);

  /** Tells the app that the person has opened the direct chat with it. */
  function opened() {
    if (app.open()?.mode === "p2p") tools.post("open", { chat: app.chat, user: app.user });
  }

  const isOnTop = ({ onTop }) => onTop.includes(app.user);
  const mine = () =>
    app.people.chats.filter(({ members }) => members.includes(app.user))
      .toSorted((a, b) => Number(isOnTop(b)) - Number(isOnTop(a)));

  function unread(id) {
    const known = app.seen.get(id) ?? 0;
    return app.messagesOf(id).filter(({ user }) => user !== app.user).length - known;
  }

  function drawChats() {
    app.seen.set(app.chat, app.messagesOf(app.chat).filter(({ user }) => user !== app.user).length);
    const name = ({ mode, name }) => mode === "p2p" ? app.bot : name;
    patch(
      byId("chats"),
      mine().map((one) => {
        const last = app.messagesOf(one.id).findLast(({ kind }) => kind === "message");
        const more = unread(one.id);
        const kind = one.mode === "p2p" ? "bot" : "group";
        return h(
          "li",
          { "data-key": one.id },
          h("button", {
            type: "button",
            "data-chat": one.id,
            ...(one.id === app.chat ? { "aria-current": "true" } : {}),
          }, [
            h("span", { class: `avatar ${kind}`, "aria-hidden": "true" }, [...name(one)][0] ?? "?"),
            h("span", { class: "label" }, [
              h("strong", null, isOnTop(one) ? `📌 ${name(one)}` : name(one)),
              h("span", { class: "preview" }, last?.preview ?? ""),
            ]),
            more > 0
              ? h("span", { class: "badge", "aria-label": app.t("unread", more) }, `${more}`)
              : null,
          ]),
        );
      }),
    );
    const open = app.open();
    byId("name").textContent = open === undefined ? "" : name(open);
  }

  function draw() {
    for (const node of document.querySelectorAll("[data-t]")) {
      node.textContent = app.t(node.dataset.t);
    }
    for (const node of document.querySelectorAll("[data-label]")) {
      node.setAttribute("aria-label", app.t(node.dataset.label));
    }
    byId("text").placeholder = app.t("hint");
    byId("lang").textContent = app.t("other");
    document.documentElement.lang = app.lang;
    const users = byId("users");
    patchOptions(users);
    users.value = app.user;
    const up = (app.status?.connections ?? 0) > 0;
    byId("link").textContent = app.status === undefined
      ? ""
      : app.t(up ? "connected" : "notConnected");
    byId("link").className = up ? "up" : "down";
    drawChats();
    conversation.draw();
    side.draw();
  }

  function patchOptions(select) {
    const { users } = app.people;
    if (select.options.length === users.length) return;
    select.replaceChildren(...users.map(({ id, name }) => new Option(name, id)));
  }

  /** Announces new messages to screen readers, but not every word of a growing one. */
  function announce(message, before) {
    if (message.kind !== "message" || message.user === app.user || message.chat !== app.chat) {
      return;
    }
    const title = (one) => one?.preview.slice(0, 12);
    if (before !== undefined && title(before) === title(message)) return;
    byId("spoken").textContent = `${message.from}: ${message.preview}`;
  }

  let waiting;
  /** Draws once for all events that arrive together, even in a hidden tab. */
  function drawLater() {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      draw();
    }, 16);
  }

  function addMessages(fresh) {
    for (const message of fresh) {
      announce(message, app.messages.get(message.id));
      app.messages.set(message.id, message);
    }
  }

  function listen() {
    const events = new EventSource("/_twin/events");
    // After a reconnect everything is sent again. It replaces the old state when it is complete.
    let collected;
    const on = (name, run) =>
      events.addEventListener(name, (event) => {
        run(JSON.parse(event.data));
        if (collected === undefined) drawLater();
      });
    on("hello", (hello) => {
      collected = { messages: [], wire: [] };
      app.hello = hello;
      app.bot = hello.bot;
      if (!(storage.get("lang") in texts)) app.lang = hello.lang;
    });
    on("people", (people) => {
      app.people = people;
      if (!people.users.some(({ id }) => id === app.user)) app.user = people.users[0]?.id ?? "";
      if (!mine().some(({ id }) => id === app.chat)) app.chat = mine()[0]?.id ?? "";
    });
    on("messages", (fresh) => collected ? collected.messages.push(...fresh) : addMessages(fresh));
    on("wire", (fresh) => {
      if (collected) collected.wire.push(...fresh);
      else app.wire = [...app.wire, ...fresh].slice(-MAX_LINES);
    });
    on("status", (status) => app.status = status);
    on("ready", () => {
      const first = app.messages.size === 0;
      app.messages = new Map(collected.messages.map((message) => [message.id, message]));
      app.wire = collected.wire.slice(-MAX_LINES);
      collected = undefined;
      byId("lost").hidden = true;
      if (first) {
        for (const { id } of app.people.chats) app.seen.set(id, app.messagesOf(id).length);
        opened();
      }
    });
    events.addEventListener("error", () => {
      byId("lost").hidden = false;
      if (events.readyState !== EventSource.CLOSED) return;
      setTimeout(listen, 2000);
    });
  }

  byId("chats").addEventListener("click", (event) => {
    const id = event.target.closest("button")?.dataset.chat;
    if (id === undefined) return;
    app.chat = id;
    draw();
    opened();
    byId("text").focus();
  });
  byId("users").addEventListener("change", (event) => {
    app.user = event.target.value;
    app.chat = mine()[0]?.id ?? "";
    app.seen = new Map(app.people.chats.map(({ id }) => [id, app.messagesOf(id).length]));
    draw();
    opened();
  });
  byId("lang").addEventListener("click", () => {
    app.lang = app.lang === "en" ? "zh" : "en";
    storage.set("lang", app.lang);
    draw();
  });
  const lang = storage.get("lang");
  if (lang in texts) app.lang = lang;
  side.show("scenes");
  draw();
  listen();
}
