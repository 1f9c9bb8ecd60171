/** The page's style sheet: light and dark, from the width of a phone to that of a desktop. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --bg: light-dark(#f2f3f5, #141516); --fg: light-dark(#1f2329, #ebebeb);
  --dim: light-dark(#5f656e, #a0a4aa); --surface: light-dark(#fff, #1f2123); --mine: light-dark(#d1e3ff, #1d3f75);
  --line: light-dark(#dee0e3, #373a3e); --blue: light-dark(#245bdb, #7ea6ff); --fill: light-dark(#3370ff, #3a6ce0);
  --code: light-dark(#f4f5f7, #17181a); --hover: light-dark(#eceef1, #2a2d30); --red: light-dark(#c62828, #ff8a80);
  --green: light-dark(#1b7f3b, #62d08a); --orange: light-dark(#a85b00, #ffb861); }
[data-theme=light] { color-scheme: light; }
[data-theme=dark] { color-scheme: dark; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; margin: 0; }
body { display: grid; grid-template-columns: 264px minmax(0, 1fr) 320px; background: var(--bg);
  color: var(--fg); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", sans-serif; }
h1, h2, h3, p, ul, ol { margin: 0; padding: 0; }
ul { list-style: none; }
button, select, textarea, .button { font: inherit; color: inherit; }
button, .button { display: inline-block; padding: 5px 14px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--surface); cursor: pointer; text-decoration: none; }
button:hover:not(:disabled), .button:hover { background: var(--hover); }
button:disabled { opacity: .55; cursor: default; }
button[aria-busy=true] { opacity: .6; }
button.primary, #send { background: var(--fill); border-color: var(--fill); color: #fff; }
button.primary:hover:not(:disabled), #send:hover { background: var(--fill); filter: brightness(1.1); }
button.danger { color: var(--red); border-color: currentColor; }
button.text { border-color: transparent; color: var(--blue); }
button.quiet { border-color: transparent; background: none; color: var(--dim); padding: 4px 9px; }
button.quiet:hover { background: var(--hover); color: var(--fg); }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.avatar { flex: none; width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center;
  color: #fff; font-weight: 600; background: #7b67ee; }
.avatar.bot { background: linear-gradient(135deg, #3370ff, #6f4cff); }
.avatar.group { border-radius: 10px; background: #0d8a7c; }
.avatar.c1 { background: #b45309; } .avatar.c2 { background: #0f766e; } .avatar.c3 { background: #be185d; }
.avatar.c4 { background: #4d7c0f; }

#side { display: flex; flex-direction: column; gap: 12px; padding: 16px 12px; overflow: auto;
  border-right: 1px solid var(--line); }
#side h1 { font-size: 17px; line-height: 1.3; }
#side header p, .hint { color: var(--dim); font-size: 13px; }
#side label { display: flex; gap: 8px; align-items: center; color: var(--dim); font-size: 13px; }
select { flex: 1; min-width: 0; padding: 4px 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
#chats { flex: 1; }
#chats button { display: flex; gap: 10px; align-items: center; width: 100%; padding: 8px; border: 0;
  background: none; text-align: left; }
#chats button:hover { background: var(--hover); }
#chats button[aria-current] { background: var(--surface); box-shadow: 0 1px 3px #0002; }
.label { flex: 1; min-width: 0; display: flex; flex-direction: column; line-height: 1.35; }
.label strong { font-weight: 600; }
.preview { color: var(--dim); font-size: 12px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.badge { background: #d93026; color: #fff; border-radius: 10px; padding: 0 7px; font-size: 12px; }
#side footer { display: flex; justify-content: space-between; }

main { display: flex; flex-direction: column; min-width: 0; height: 100dvh; background: var(--surface); position: relative; }
main > header { display: flex; gap: 10px; align-items: center; padding: 10px 18px; border-bottom: 1px solid var(--line); }
#name { font-size: 16px; }
#link { flex: 1; font-size: 13px; }
#link::before { content: "●" / ""; font-size: 10px; margin-right: 5px; }
#link.up { color: var(--green); } #link.down { color: var(--red); }
#tools { display: none; color: var(--blue); }
#attach { font-size: 20px; line-height: 1.2; }
#lost { padding: 6px 18px; background: var(--red); color: var(--surface); font-size: 14px; }
#messages { flex: 1; overflow-y: auto; padding: 18px; overflow-anchor: none; }
#messages:focus-visible { outline-offset: -3px; }
.empty { color: var(--dim); text-align: center; margin-top: 20vh; }
article { display: flex; gap: 10px; margin-bottom: 4px; max-width: 46rem; }
article .column { min-width: 0; }
article.mine { margin-left: auto; flex-direction: row-reverse; }
article.mine .column { display: flex; flex-direction: column; align-items: flex-end; }
.meta { display: flex; gap: 8px; font-size: 12px; color: var(--dim); margin-bottom: 2px; }
.bubble { width: fit-content; max-width: 100%; background: var(--bg); border-radius: 4px 12px 12px; overflow: hidden; }
.mine .bubble { background: var(--mine); border-radius: 12px 4px 12px 12px; }
.bubble > * { margin: 8px 13px; overflow-wrap: anywhere; }
.bubble.card { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; min-width: min(22rem, 100%); }
.bubble.card > .card-title { margin: 0; }
.bubble > img, .md img { display: block; max-width: min(20rem, 100%); max-height: 20rem; border-radius: 6px; }
.plain { white-space: pre-wrap; }
.quote { border-left: 3px solid var(--line); padding-left: 8px; color: var(--dim); font-size: 13px; }
.gone { color: var(--dim); }
.mention { color: var(--blue); font-weight: 500; }
.below { display: flex; gap: 6px; align-items: center; min-height: 24px; margin-top: 2px; }
.reaction { font-size: 13px; border: 1px solid var(--line); background: var(--surface); border-radius: 12px; padding: 0 8px; line-height: 22px; }
.mine .below { flex-direction: row-reverse; }
.acts { display: flex; opacity: 0; transition: opacity .12s; }
article:hover .acts, article:focus-within .acts { opacity: 1; }
@media (hover: none) { .acts { opacity: .55; } }
.acts button { border: 0; background: none; padding: 1px 7px; font-size: 13px; }
.refusal { display: block; border: 1px dashed var(--orange); border-radius: 10px; padding: 8px 13px; font-size: 13px; }
.refusal strong { display: block; color: var(--orange); }
.refusal code { overflow-wrap: anywhere; background: none; padding: 0; }
.topic { border: 1px solid var(--line); border-radius: 12px; padding: 12px 14px 8px; margin-bottom: 14px; max-width: 50rem; }
.topic h3 { font-size: 12px; color: var(--dim); margin-bottom: 8px; font-weight: 500; }

.card-title { padding: 9px 14px; font-weight: 600; background: var(--hover); display: flex; flex-wrap: wrap; gap: 2px 8px; }
.card-title .subtitle { flex-basis: 100%; font-weight: 400; font-size: 13px; }
.card-title.blue { background: light-dark(#e1eaff, #203a68); color: light-dark(#1c4cba, #a9c4ff); }
.card-title.wathet { background: light-dark(#d9f3fd, #163f52); color: light-dark(#046a8f, #9bdcf5); }
.card-title.turquoise { background: light-dark(#d5f6f2, #143f3b); color: light-dark(#04756a, #8fe3da); }
.card-title.green { background: light-dark(#d9f5d6, #1c4423); color: light-dark(#1f6b12, #9be3a2); }
.card-title.yellow { background: light-dark(#faf1d1, #4a3c0d); color: light-dark(#795101, #f1d77b); }
.card-title.orange { background: light-dark(#feead2, #53330c); color: light-dark(#8f4a05, #ffc38a); }
.card-title.red, .card-title.carmine { background: light-dark(#fde2e2, #571f1d); color: light-dark(#9f1e18, #ffb0aa); }
.card-title.violet, .card-title.purple, .card-title.indigo { background: light-dark(#ece2fe, #3b2766); color: light-dark(#5a29b0, #d0b8ff); }
.card-title.grey { background: light-dark(#eff0f1, #303336); color: var(--dim); }
.bubble > .card-body { margin: 10px 14px; display: flex; flex-direction: column; gap: 8px; }
.growing::after { content: "▍"; color: var(--blue); animation: blink 1s steps(2) infinite; }
@keyframes blink { 50% { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
.md > * + *, li > * + *, blockquote > * + * { margin-top: 7px; }
.md h1, .md h2, .md h3, .md h4, .md h5, .md h6 { line-height: 1.35; margin: 0; }
.md * + h1, .md * + h2, .md * + h3 { margin-top: 12px; }
.md h1 { font-size: 21px; } .md h2 { font-size: 18px; } .md h3 { font-size: 16px; } .md :is(h4, h5, h6) { font-size: 15px; }
.md ul, .md ol { padding-left: 22px; }
.md ul { list-style: disc; }
.md a { color: var(--blue); }
.small { font-size: 13px; color: var(--dim); }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono", monospace; background: var(--code); border-radius: 4px; padding: 1px 4px; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--code); max-width: 100%; }
.lang { font-size: 11px; color: var(--dim); padding: 3px 10px; border-bottom: 1px solid var(--line); }
pre { margin: 0; padding: 8px 10px; overflow-x: auto; }
pre code { background: none; padding: 0; }
pre span { display: block; white-space: pre; }
pre .add { background: light-dark(#d9f5d6, #1c4423); } pre .del { background: light-dark(#fde2e2, #571f1d); } pre .meta { color: var(--dim); display: block; margin: 0; }
.table { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: 14px; }
th, td { border: 1px solid var(--line); padding: 5px 10px; text-align: left; vertical-align: top; min-width: 4rem; overflow-wrap: break-word; }
th { background: var(--code); font-weight: 600; }
.center { text-align: center; } .right { text-align: right; }
blockquote { margin: 0; border-left: 3px solid var(--line); padding-left: 10px; color: var(--dim); }
hr { border: 0; border-top: 1px solid var(--line); margin: 4px 0; width: 100%; }
details { border: 1px solid var(--line); border-radius: 8px; padding: 5px 11px; }
summary { cursor: pointer; color: var(--dim); font-size: 14px; }
.panel { padding: 6px 0 3px; }
.columns { display: flex; gap: 8px; flex-wrap: wrap; }
.column.weighted { flex: 1; }
.file { display: inline-block; color: var(--blue); }
.divider { display: flex; align-items: center; gap: 10px; font-size: 13px; color: var(--dim); }
.divider::before, .divider::after { content: ""; flex: 1; min-width: 3rem; border-top: 1px solid var(--line); }
.follow-ups { display: flex; flex-wrap: wrap; gap: 7px; margin-top: 6px; }
.follow-ups button { border-radius: 16px; padding: 3px 12px; font-size: 13px; color: var(--blue); }
.chip { display: inline-block; border-radius: 6px; background: var(--hover); padding: 1px 8px; font-size: 13px; }

#newest { margin: -44px auto 8px; position: relative; border-radius: 18px; box-shadow: 0 2px 8px #0003; }
#story { margin: 0 18px 8px; padding: 9px 14px; border-radius: 10px; display: flex; gap: 10px; align-items: center;
  background: light-dark(#1f2329, #2e4a86); color: #fff; box-shadow: 0 3px 12px #0003; }
#story span { flex: 1; } #story button { color: #fff; } #story button:hover { background: #fff2; }
#story.failed { background: #a3261f; }
form { padding: 8px 18px 16px; }
form .row { display: flex; gap: 8px; align-items: flex-end; border: 1px solid var(--line); border-radius: 12px; padding: 6px; }
form .row:focus-within { border-color: var(--blue); }
textarea { flex: 1; min-width: 0; border: 0; background: none; resize: none; padding: 5px 4px; max-height: 40vh; field-sizing: content; }
textarea:focus-visible { outline: none; }
textarea::placeholder { color: var(--dim); opacity: 1; }
#mention { display: flex; gap: 4px; align-items: center; font-size: 13px; color: var(--dim); padding: 6px 0; white-space: nowrap; }
#quoted, #files li { display: flex; justify-content: space-between; gap: 8px; font-size: 13px; color: var(--dim); padding: 0 6px 6px; }
#quoted span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
#quoted button, #files button { border: 0; background: none; padding: 0 8px; }

aside { border-left: 1px solid var(--line); display: flex; flex-direction: column; height: 100dvh; min-width: 0; }
[role=tablist] { display: flex; overflow-x: auto; gap: 2px; padding: 10px 12px 0; border-bottom: 1px solid var(--line); }
[role=tab] { flex: none; white-space: nowrap; border: 0; background: none; border-radius: 0; padding: 7px 10px; color: var(--dim); border-bottom: 2px solid transparent; }
[role=tab][aria-selected=true] { color: var(--fg); border-color: var(--blue); font-weight: 600; }
#close { display: none; margin-left: auto; flex: none; position: sticky; right: 0; background: var(--bg); }
[role=tabpanel] { flex: 1; overflow-y: auto; padding: 14px 12px; display: flex; flex-direction: column; gap: 9px; min-height: 0; }
[role=tabpanel] > * { flex: none; }
[role=tabpanel] h3 { font-size: 12px; color: var(--dim); font-weight: 500; margin-top: 8px; }
.scene { text-align: left; padding: 11px 14px 11px 42px; position: relative; border-radius: 10px; display: flex; flex-direction: column; line-height: 1.4; }
.scene::before { content: "▶" / ""; position: absolute; left: 15px; top: 50%; transform: translateY(-50%); color: var(--blue); }
.scene.on { border-color: var(--blue); } .scene.on::before { content: "■" / ""; }
.scene span, .switch span span { color: var(--dim); font-size: 13px; }
.switch { display: flex; gap: 11px; align-items: center; text-align: left; padding: 2px 8px; border: 0; background: none; line-height: 1.35; }
.switch strong { font-weight: 500; display: block; }
.knob { flex: none; width: 34px; height: 20px; border-radius: 10px; background: light-dark(#8f959e, #5b6066); position: relative; }
.knob::after { content: ""; position: absolute; width: 16px; height: 16px; left: 2px; top: 2px; border-radius: 50%; background: #fff; transition: left .12s; }
[aria-checked=true] .knob { background: #d93026; } [aria-checked=true] .knob::after { left: 16px; }
.incidents, .chips { display: flex; flex-wrap: wrap; gap: 7px; }
.incidents button { padding: 4px 10px; font-size: 13px; }
.chip.running { color: var(--green); } .chip.down { color: var(--red); } .chip.starting { color: var(--orange); }
.waiting { font-size: 13px; border-left: 3px solid var(--orange); padding-left: 8px; }
.waiting code { display: block; overflow-wrap: anywhere; color: var(--orange); background: none; padding: 0; }
.lines { flex: 1 1 0 !important; overflow: auto; list-style: none; font: 11.5px/1.75 ui-monospace, Menlo, Consolas, monospace; min-height: 10rem; }
.lines li { display: flex; gap: 6px; align-items: baseline; white-space: nowrap; }
.lines .what { flex: 1; overflow: hidden; text-overflow: ellipsis; }
.lines .at { color: var(--dim); } .lines .ms { color: var(--dim); min-width: 3.2em; text-align: right; }
.lines .in { color: var(--blue); } .lines .link { color: var(--green); } .lines .bad { color: var(--red); }
#toast { position: fixed; left: 50%; top: 14px; transform: translateX(-50%); max-width: 90vw; padding: 9px 18px; border-radius: 9px;
  background: light-dark(#1f2329, #44484d); color: #fff; box-shadow: 0 4px 16px #0004; z-index: 9; }
#toast.error { background: #a3261f; } #toast.success { background: #1b7f3b; }

@media (max-width: 1080px) {
  body { grid-template-columns: 232px minmax(0, 1fr); }
  #tools, #close { display: inline-block; }
  aside { position: fixed; inset: 0 0 0 auto; width: min(340px, 100%); background: var(--bg); z-index: 5;
    box-shadow: -4px 0 24px #0003; visibility: hidden; transform: translateX(100%); transition: transform .16s, visibility .16s; }
  .panel-open aside { visibility: visible; transform: none; }
}
@media (max-width: 700px) {
  body { display: flex; flex-direction: column; height: 100dvh; }
  #side { flex: none; flex-direction: row; align-items: center; gap: 6px; padding: 6px 10px; border: 0; border-bottom: 1px solid var(--line); }
  #side header, #side label span, .label .preview { display: none; }
  #side label { flex: none; max-width: 6.5rem; }
  #chats { display: flex; overflow-x: auto; min-width: 0; scrollbar-width: none; }
  #chats button { padding: 4px 8px; white-space: nowrap; } #chats .avatar { display: none; }
  #side footer { flex: none; } #side footer button { padding: 4px 6px; }
  main { flex: 1; height: auto; min-height: 0; }
  main > header { padding: 5px 12px; }
  #messages { padding: 12px; } form { padding: 6px 10px 10px; } #story { margin: 0 10px 6px; }
  article .avatar { width: 28px; height: 28px; font-size: 13px; }
}
`;
