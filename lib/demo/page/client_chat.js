/** The messages and the composer below them. It is sent to the browser as source. */
export function chat({ byId, h, patch, toast, post }, app) {
  const list = byId("messages"),
    form = byId("form"),
    text = byId("text"),
    mention = byId("mention");
  const articles = new Map();
  let replyTo, uploads = [];

  const initial = (name) => [...name][0] ?? "?";
  const clock = (at) =>
    new Date(at).toLocaleTimeString(app.lang, { hour: "2-digit", minute: "2-digit" });

  function act(label, name, glyph, extra) {
    const attributes = { type: "button", "data-act": name, "aria-label": label, title: label };
    return h("button", { ...attributes, ...extra }, glyph);
  }

  function reactions(message) {
    const counts = new Map();
    for (const { glyph, name } of message.reactions) {
      counts.set(glyph, { name, n: (counts.get(glyph)?.n ?? 0) + 1 });
    }
    return [...counts].map(([glyph, { name, n }]) =>
      h("span", { class: "reaction", title: name }, `${glyph}${n > 1 ? ` ${n}` : ""}`)
    );
  }

  /** The node of a message. */
  function view(message) {
    const { t } = app;
    if (message.kind === "refusal") {
      const title = message.type === "send" ? t("refusedSend") : t("refusedEdit");
      return h("article", { class: "refusal", "data-id": message.id, "data-key": message.id }, [
        h("strong", null, `⚠ ${title}`),
        h("code", null, ...message.nodes),
      ]);
    }
    const mine = message.user !== "" && message.user === app.user;
    const who = message.user === "" ? "bot" : `c${message.user.charCodeAt(5) % 5}`;
    const card = message.type === "interactive" ? " card" : "";
    return h("article", {
      class: `${mine ? "mine" : ""}${message.user === "" ? " from-bot" : ""}`,
      "data-id": message.id,
      "data-key": message.id,
    }, [
      h("div", { class: `avatar ${who}`, "aria-hidden": "true" }, initial(message.from)),
      h("div", { class: "column" }, [
        h("div", { class: "meta" }, [
          h("span", { class: "from" }, message.from),
          h("span", null, clock(message.at)),
          message.edits > 0 ? h("span", { class: "edits" }, t("edited", message.edits)) : null,
        ]),
        h("div", { class: `bubble${card}` }, [
          message.quote && !message.recalled
            ? h("div", { class: "quote" }, `${message.quote.from}: ${message.quote.preview}`)
            : null,
          ...(message.recalled ? [h("em", { class: "gone" }, t("recalled"))] : message.nodes),
        ]),
        h("div", { class: "below" }, [
          ...reactions(message),
          ...(message.recalled ? [] : [
            h("span", { class: "acts" }, [
              act(t("reply"), "reply", "↩"),
              act(`${t("react")} 👍`, "react", "👍", { "data-emoji": "THUMBSUP" }),
              act(`${t("react")} ❤️`, "react", "❤️", { "data-emoji": "HEART" }),
              mine ? act(t("recall"), "recall", "🗑") : null,
            ]),
          ]),
        ]),
        message.followUps?.length > 0 && app.messagesOf(message.chat).at(-1) === message
          ? h(
            "div",
            { class: "follow-ups" },
            message.followUps.map((words) => act(words, "follow", words)),
          )
          : null,
      ]),
    ]);
  }

  /** The messages of the open chat; those of a topic stand together. */
  function nodes() {
    const shown = app.messagesOf(app.chat);
    if (shown.length === 0) return [h("p", { class: "empty" }, app.t("empty"))];
    const topics = Map.groupBy(shown, (message) => message.thread || message.id);
    return [...topics].map(([thread, messages]) =>
      messages[0].thread
        ? h("section", { class: "topic", "data-key": thread }, [
          h("h3", null, app.t("topic")),
          ...messages.map(view),
          act(app.t("replyTopic"), "reply", `↩ ${app.t("replyTopic")}`, {
            class: "quiet",
            "data-message": messages[0].id,
          }),
        ])
        : view(messages[0])
    );
  }

  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  function toEnd() {
    list.scrollTop = list.scrollHeight;
    byId("newest").hidden = true;
  }

  let wasChat;
  /** Draws the open chat. It scrolls only when the reader is at the end. */
  function draw() {
    const follow = wasChat !== app.chat || atEnd();
    if (wasChat !== app.chat) closeReply();
    const grew = app.messagesOf(app.chat).length > articles.get(app.chat);
    articles.set(app.chat, app.messagesOf(app.chat).length);
    wasChat = app.chat;
    patch(list, nodes());
    if (follow) toEnd();
    else if (grew) byId("newest").hidden = false;
    const open = app.open();
    const group = open !== undefined && open.mode !== "p2p";
    mention.hidden = !group;
    mention.title = app.t("mention");
    mention.lastElementChild.textContent = `@${app.bot}`;
  }

  function drawFiles() {
    const box = byId("files");
    box.hidden = uploads.length === 0;
    patch(
      box,
      uploads.map(({ name }, i) =>
        h("li", null, name, " ", act(app.t("remove"), "unfile", "✕", { "data-at": String(i) }))
      ),
    );
  }

  function openReply(message) {
    replyTo = message.id;
    byId("quoted").hidden = false;
    patch(byId("quoted"), [
      h("span", null, `${app.t("replyingTo")} ${message.from}: ${message.preview}`),
      act(app.t("cancel"), "unreply", "✕"),
    ]);
    text.focus();
  }

  function closeReply() {
    replyTo = undefined;
    byId("quoted").hidden = true;
  }

  async function upload(files) {
    for (const file of files) {
      if (file.size > 100 * 1024 * 1024) toast(app.t("tooLarge", file.name), "error");
      else {
        const name = encodeURIComponent(file.name);
        const kept = await post(`upload?name=${name}`, file, "application/octet-stream");
        if (kept) uploads = [...uploads, kept];
      }
    }
    drawFiles();
    text.focus();
  }

  async function send() {
    if (text.value.trim() === "" && uploads.length === 0) return;
    const given = { text: text.value, files: uploads };
    const body = {
      chat: app.chat,
      user: app.user,
      text: text.value,
      mention: !mention.hidden && mention.firstElementChild.checked,
      files: uploads.map(({ key }) => key),
      replyTo,
    };
    text.value = "";
    uploads = [];
    drawFiles();
    if (await post("say", body)) closeReply();
    else if (text.value === "") {
      // The message was not sent, so it goes back into the composer.
      text.value = given.text;
      uploads = given.files;
      drawFiles();
    }
    toEnd();
  }

  /** Presses a button, or chooses from a list. */
  async function press(control, messageId, action, chosen) {
    control.setAttribute("aria-busy", "true");
    const result = await post(action, { messageId, user: app.user, ...chosen });
    control.removeAttribute("aria-busy");
    if (result?.toast) toast(result.toast.content, result.toast.type);
    else if (result?.error === 200341) toast(app.t("error200341"), "error");
    else if (result?.error) toast(app.t("errorClick", result.error), "error");
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button === null) return;
    const id = button.dataset.message ?? button.closest("article")?.dataset.id;
    const message = app.messages.get(id);
    if (message === undefined) return;
    if (button.dataset.button !== undefined) {
      press(button, id, "click", { index: Number(button.dataset.button) });
    } else if (button.dataset.act === "reply") openReply(message);
    else if (button.dataset.act === "follow") {
      post("say", { chat: message.chat, user: app.user, text: button.textContent });
    } else if (button.dataset.act === "recall") post("recall", { messageId: id, user: app.user });
    else if (button.dataset.act === "react") {
      post("react", { messageId: id, user: app.user, emoji: button.dataset.emoji });
    }
  });
  list.addEventListener("change", (event) => {
    const select = event.target.closest("select");
    const id = select?.closest("article")?.dataset.id;
    if (id === undefined || select.value === "") return;
    const index = Number(select.dataset.picker);
    press(select, id, "pick", { index, option: Number(select.value) });
    select.value = "";
  });
  list.addEventListener("scroll", () => {
    if (atEnd()) byId("newest").hidden = true;
  });
  // A picture has its height only after it has loaded.
  list.addEventListener("load", () => byId("newest").hidden && toEnd(), true);
  byId("newest").addEventListener("click", toEnd);
  form.addEventListener("click", (event) => {
    const name = event.target.closest("button")?.dataset.act;
    if (name === "unreply") closeReply();
    if (name !== "unfile") return;
    uploads = uploads.filter((_, i) => String(i) !== event.target.closest("button").dataset.at);
    drawFiles();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeReply();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  text.addEventListener("paste", (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length === 0) return;
    event.preventDefault();
    upload(files);
  });
  byId("attach").addEventListener("click", () => byId("picker").click());
  byId("picker").addEventListener("change", (event) => {
    upload([...event.target.files]).then(() => event.target.value = "");
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    upload([...event.dataTransfer?.files ?? []]);
  });
  return { draw, toEnd };
}
