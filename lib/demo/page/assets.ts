import { chat } from "./client_chat.js";
import { dom } from "./client_dom.js";
import { main } from "./client_main.js";
import { panel } from "./client_panel.js";
import { PAGE_TAGS } from "./page_node.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { PAGE_TEXTS } from "./page_texts.ts";

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>feishu-opencode-bridge</title>
<link rel="icon" href="/_twin/icon.svg">
<link rel="stylesheet" href="/_twin/page.css">
<script src="/_twin/page.js" defer></script>
<nav id="side">
  <header>
    <h1 data-t="title"></h1>
    <p data-t="subtitle"></p>
  </header>
  <label><span data-t="you"></span> <select id="users"></select></label>
  <ul id="chats" data-label="chats"></ul>
  <footer>
    <button id="lang" type="button" class="quiet"></button>
    <button id="theme" type="button" class="quiet" data-label="theme">◐</button>
  </footer>
</nav>
<main>
  <header>
    <h2 id="name"></h2>
    <span id="link" role="status"></span>
    <button id="tools" type="button" data-t="scenes" data-label="tools" aria-expanded="false"
      aria-controls="panel"></button>
  </header>
  <p id="lost" role="alert" hidden data-t="lostPage"></p>
  <div id="messages" role="log" aria-live="off" tabindex="0" data-label="chats"></div>
  <button id="newest" type="button" hidden data-t="newest"></button>
  <div id="story" role="status" hidden></div>
  <form id="form">
    <div id="quoted" hidden></div>
    <ul id="files" hidden></ul>
    <div class="row">
      <button id="attach" type="button" class="quiet" data-label="attach">+</button>
      <input id="picker" type="file" multiple hidden>
      <textarea id="text" rows="1" data-label="write" data-hint="hint" autofocus></textarea>
      <label id="mention" hidden><input type="checkbox" checked><span>@</span></label>
      <button id="send" class="primary" data-t="send"></button>
    </div>
  </form>
</main>
<aside id="panel" data-label="tools">
  <div role="tablist" data-label="tools">
    <button type="button" role="tab" id="tab-scenes" aria-controls="scenes" data-t="scenes"></button>
    <button type="button" role="tab" id="tab-faults" aria-controls="faults" data-t="faults"></button>
    <button type="button" role="tab" id="tab-wire" aria-controls="wire" data-t="wire"></button>
    <button type="button" id="close" class="quiet" data-label="close">✕</button>
  </div>
  <section role="tabpanel" id="scenes" aria-labelledby="tab-scenes"></section>
  <section role="tabpanel" id="faults" aria-labelledby="tab-faults" hidden></section>
  <section role="tabpanel" id="wire" aria-labelledby="tab-wire" hidden></section>
</aside>
<p id="toast" role="alert" hidden></p>
<p id="spoken" role="status" class="unseen"></p>
</html>
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#3370ff"/>
<path d="M6 21c5-9 15-9 20 0" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
<path d="M4 21h24M10 21v-5M16 21v-7M22 21v-5" stroke="#fff" stroke-width="2"/></svg>`;

// The client's functions use only their arguments, so their source text is complete, even after the
// program was bundled into one file.
const SCRIPT = `"use strict";
(${main})({
dom: ${dom},
chat: ${chat},
panel: ${panel},
texts: ${JSON.stringify(PAGE_TEXTS)},
tags: ${JSON.stringify(PAGE_TAGS)},
});
`;

/** The path of the page, below which everything is that it loads. */
export const PAGE_PATH = "/_twin/";

/**
 * What the link leads to. It leaves for the page by itself: a redirect would still count as coming from where
 * the link was, and a browser sends the cookie to the page only from here.
 */
export const ENTRANCE = `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=${PAGE_PATH}">
<title>feishu-opencode-bridge</title>
`;

/** What whoever comes without the link gets. */
export const CLOSED = `<!doctype html>
<meta charset="utf-8">
<title>feishu-opencode-bridge</title>
<p>Open the link that the terminal shows: it lets you in. · 请打开终端里显示的链接。</p>
`;

/** The static files of the page, by path. */
export const ASSETS: Readonly<Record<string, { readonly mime: string; readonly text: string }>> = {
  [PAGE_PATH]: { mime: "text/html", text: HTML },
  "/_twin/page.css": { mime: "text/css", text: PAGE_STYLE },
  "/_twin/page.js": { mime: "text/javascript", text: SCRIPT },
  "/_twin/icon.svg": { mime: "image/svg+xml", text: ICON },
};
