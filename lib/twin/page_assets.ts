/** The chat page. Style and script are files of their own so that the policy can forbid inline code. */
export const pageHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feishu stand-in</title>
<link rel="stylesheet" href="/_twin/page.css">
<script src="/_twin/page.js" defer></script>
<header>
  <select id="chats" aria-label="Chat"></select>
  <span id="status" role="status">connecting…</span>
</header>
<main id="messages" aria-live="polite"></main>
<form id="form">
  <label id="mention" hidden><input type="checkbox" checked> @bot</label>
  <textarea id="text" rows="1" placeholder="Write a message" aria-label="Message" autofocus></textarea>
  <button>Send</button>
</form>
<p id="toast" role="alert" hidden></p>
</html>
`;

/** Style of the chat page: light and dark, down to a phone's width. */
export const pageStyle = `
:root { color-scheme: light dark; --bg: #f5f6f7; --fg: #1f2329; --dim: #646a73; --card: #fff;
  --mine: #cce0ff; --line: #dee0e3; --blue: #3370ff; --code: #f0f1f3; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #17181a; --fg: #ebebeb; --dim: #a6a6a6; --card: #242628; --mine: #1b3a6b;
    --line: #3a3c3f; --blue: #5b8cff; --code: #1c1d1f; }
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, sans-serif; }
header, form { display: flex; gap: 8px; align-items: center; padding: 8px 12px; background: var(--card); }
header { justify-content: space-between; border-bottom: 1px solid var(--line); }
form { border-top: 1px solid var(--line); }
#status { color: var(--dim); font-size: 13px; }
#messages { flex: 1; overflow-y: auto; padding: 12px; }
article { max-width: min(46rem, 92%); margin: 0 auto 12px 0; }
article.mine { margin: 0 0 12px auto; width: fit-content; }
.meta { color: var(--dim); font-size: 12px; display: flex; gap: 8px; align-items: center; }
.mine .meta { justify-content: flex-end; }
.bubble { background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.mine .bubble { background: var(--mine); border-color: transparent; }
.bubble > * { margin: 8px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.bubble > .title { margin: 0; padding: 8px 12px; font-weight: 600; background: var(--code);
  border-left: 4px solid var(--blue); }
.bubble > .title.red, .bubble > .title.carmine { border-color: #f54a45; }
.bubble > .title.green, .bubble > .title.turquoise { border-color: #34c724; }
.bubble > .title.orange, .bubble > .title.yellow { border-color: #ff8800; }
.bubble > .title.grey { border-color: #8f959e; }
.panel { color: var(--dim); font-size: 13px; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; }
.gone { color: var(--dim); font-style: italic; }
button { font: inherit; padding: 4px 14px; border-radius: 6px; border: 1px solid var(--line);
  background: var(--card); color: var(--fg); cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
button.primary, form > button { background: var(--blue); border-color: var(--blue); color: #fff; }
button.danger { color: #f54a45; border-color: #f54a45; }
button.link { border: 0; padding: 0; background: none; color: var(--dim); font-size: 12px; }
textarea { flex: 1; font: inherit; padding: 6px 8px; border-radius: 6px; border: 1px solid var(--line);
  background: var(--bg); color: var(--fg); resize: none; max-height: 40vh; field-sizing: content; }
select { font: inherit; max-width: 60%; }
#toast { position: fixed; left: 50%; top: 12px; transform: translateX(-50%); margin: 0; padding: 8px 16px;
  border-radius: 6px; background: var(--fg); color: var(--bg); }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 1px; }
`;

/** Script of the chat page. Whatever comes from outside is shown as text, never as markup. */
export const pageScript = `
"use strict";
const el = (id) => document.getElementById(id);
const list = el("messages"), chats = el("chats"), text = el("text"), form = el("form");
const mention = el("mention"), messages = new Map();
let state = { chats: [] }, toastTimer;

function add(parent, tag, className, content) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (content !== undefined) node.textContent = content;
  parent.append(node);
  return node;
}

function toast(content) {
  const node = el("toast");
  node.textContent = content;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, 4000);
}

async function post(action, body) {
  const answer = await fetch("/_twin/" + action, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).then((response) => response.json(), (error) => ({ error: String(error) }));
  if (answer.error) toast("Error: " + answer.error);
  else if (answer.toast) toast(answer.toast.content);
  return answer;
}

function draw(message) {
  const node = document.createElement("article");
  node.id = message.id;
  if (!message.bot) node.className = "mine";
  const meta = add(node, "div", "meta");
  add(meta, "span", "", message.from);
  add(meta, "time", "", new Date(message.at).toLocaleTimeString());
  if (message.thread) add(meta, "span", "", "topic " + message.thread.slice(-4));
  if (message.edits) add(meta, "span", "", "edited " + message.edits + "×");
  for (const emoji of message.reactions) add(meta, "span", "", emoji);
  if (!message.bot && !message.recalled) {
    add(meta, "button", "link", "recall").addEventListener("click", () => {
      post("recall", { messageId: message.id });
    });
  }
  const bubble = add(node, "div", "bubble");
  if (message.recalled) add(bubble, "div", "gone", "This message was recalled.");
  let row, index = 0;
  for (const block of message.blocks) {
    if (block.kind !== "button") {
      row = undefined;
      if (block.kind === "title") add(bubble, "div", "title " + block.colour, block.text);
      else if (block.kind === "panel") add(bubble, "div", "panel", "▾ " + block.text);
      else add(bubble, "div", "", block.text);
      continue;
    }
    row ??= add(bubble, "div", "buttons");
    const button = add(row, "button", block.style.split("_")[0], block.label);
    const position = index++;
    button.disabled = block.disabled;
    button.addEventListener("click", async () => {
      button.disabled = true;
      await post("click", { messageId: message.id, index: position });
      button.disabled = block.disabled;
    });
  }
  return node;
}

function show(message) {
  messages.set(message.id, message);
  if (message.chat !== chats.value) return;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const old = el(message.id), node = draw(message);
  if (old) old.replaceWith(node);
  else list.append(node);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function showChat() {
  list.replaceChildren();
  const chat = state.chats.find((chat) => chat.id === chats.value);
  mention.hidden = !chat || chat.type === "p2p";
  for (const message of messages.values()) show(message);
  list.scrollTop = list.scrollHeight;
}

function listen() {
  const events = new EventSource("/_twin/events");
  events.addEventListener("state", (event) => {
    state = JSON.parse(event.data);
    el("status").textContent = state.connections > 0 ? state.bot + " is connected" : "no bot connected";
    const chosen = chats.value;
    chats.replaceChildren(...state.chats.map((chat) => {
      const option = document.createElement("option");
      option.value = chat.id;
      option.textContent = chat.type === "p2p" ? chat.name + " with " + state.bot : chat.name;
      return option;
    }));
    if (state.chats.some((chat) => chat.id === chosen)) chats.value = chosen;
    else showChat();
  });
  events.addEventListener("message", (event) => show(JSON.parse(event.data)));
  events.onerror = () => { el("status").textContent = "stand-in not reachable"; };
}

chats.addEventListener("change", showChat);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim() === "") return;
  const mentionBot = !mention.hidden && mention.firstElementChild.checked;
  post("say", { chat: chats.value, text: text.value, mentionBot });
  text.value = "";
  list.scrollTop = list.scrollHeight;
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
listen();
`;
