/** The panel with the scenes, the faults and the wire. It is sent to the browser as source. */
export function panel({ byId, h, patch, post, storage }, app) {
  const tabs = ["scenes", "faults", "wire"];
  const button = (label, data, extra) => h("button", { type: "button", ...data, ...extra }, label);

  function scenes() {
    const { t, lang, hello, status } = app;
    if (hello.scenes.length === 0) return [h("p", { class: "hint" }, t("noScenes"))];
    const playing = status.playing?.over === false ? status.playing.name : undefined;
    return [
      h("p", { class: "hint" }, t("scenesAbout")),
      ...hello.scenes.map(({ name, title, about }) =>
        button(
          [h("strong", null, title[lang]), h("span", null, about[lang])],
          { "data-scene": name, class: `scene${playing === name ? " on" : ""}` },
        )
      ),
    ];
  }

  function processes() {
    const { t, status: { processes: current, connections } } = app;
    const chip = (label, state) => h("span", { class: `chip ${state}` }, `${label}: ${t(state)}`);
    return h("div", { class: "chips" }, [
      ...(current
        ? [chip(t("bridge"), current.bridge), chip(t("opencode"), current.opencode)]
        : []),
      h(
        "span",
        { class: `chip ${connections > 0 ? "running" : "down"}` },
        t("connections", connections),
      ),
      current
        ? h("span", { class: `chip ${current.waiting.length > 0 ? "starting" : ""}` }, [
          t("waiting", current.waiting.length),
        ])
        : null,
    ]);
  }

  function faults() {
    const { t, hello, status } = app;
    return [
      processes(),
      ...(hello.controls
        ? [
          h("div", { class: "incidents" }, [
            button(t("killBridge"), { "data-control": "killBridge", class: "danger" }),
            button(t("startBridge"), { "data-control": "startBridge" }),
            button(t("killOpencode"), { "data-control": "killOpencode", class: "danger" }),
          ]),
        ]
        : []),
      h("h3", null, t("lasting")),
      ...hello.switches.map((name) => {
        const on = status.switches.includes(name);
        return button(
          [
            h("span", { class: "knob", "aria-hidden": "true" }),
            h("span", null, h("strong", null, t(name)), h("span", null, t(`${name}About`))),
          ],
          { "data-switch": name, role: "switch", "aria-checked": String(on), class: "switch" },
        );
      }),
      h("h3", null, t("once")),
      h(
        "div",
        { class: "incidents" },
        hello.incidents.map((name) => button(t(name), { "data-incident": name })),
      ),
    ];
  }

  function wire() {
    const { t, status: { processes: current } } = app;
    const arrows = { in: "→", out: "←", link: "⇄" };
    return [
      processes(),
      ...(current?.waiting ?? []).map(({ what, why }) =>
        h("div", { class: "row waiting" }, h("span", null, what), h("code", null, why))
      ),
      h("p", { class: "hint" }, t("wireAbout")),
      h(
        "ol",
        { class: "lines", tabindex: "0" },
        app.wire.map((line) =>
          h("li", { class: `${line.way}${line.ok ? "" : " bad"}`, "data-key": String(line.id) }, [
            h("span", { class: "at" }, new Date(line.at).toISOString().slice(14, 21)),
            h("span", { "aria-hidden": "true" }, arrows[line.way]),
            h(
              "span",
              { class: "what", title: line.what },
              line.way === "link" ? t("linkUp") : line.what,
            ),
            h("span", { class: "result" }, line.way === "link" ? line.what : line.result ?? ""),
            h("span", { class: "ms" }, line.ms === undefined ? "" : `${line.ms.toFixed(0)} ms`),
          ])
        ).reverse(),
      ),
    ];
  }

  const drawings = { scenes, faults, wire };
  let shown = "scenes";

  function draw() {
    if (app.hello === undefined || app.status === undefined) return;
    patch(byId(shown), drawings[shown]());
    const { playing } = app.status;
    const story = byId("story");
    story.hidden = playing === undefined || story.dataset.closed === JSON.stringify(playing);
    if (playing === undefined) return;
    story.className = playing.failed ? "failed" : playing.over ? "over" : "";
    const { t } = app;
    patch(story, [
      h("span", null, playing.failed ? `${t("failed")}: ${playing.text}` : playing.text),
      playing.over
        ? button("✕", { "data-dismiss": "", "aria-label": t("close"), class: "quiet" })
        : button(t("stopScene"), { "data-stop": "", class: "quiet" }),
    ]);
    if (playing.over && !playing.failed) closeLater(story, JSON.stringify(playing));
  }

  /** Closes what a scene told that went well, some seconds after its end. */
  function closeLater(story, told) {
    if (story.dataset.closing === told) return;
    story.dataset.closing = told;
    setTimeout(() => {
      if (JSON.stringify(app.status.playing) === told) story.dataset.closed = told;
      draw();
    }, 8_000);
  }

  function show(name) {
    shown = name;
    for (const tab of tabs) {
      byId(tab).hidden = tab !== name;
      const head = byId(`tab-${tab}`);
      head.setAttribute("aria-selected", String(tab === name));
      head.tabIndex = tab === name ? 0 : -1;
    }
    draw();
  }

  function toggle(open) {
    document.body.classList.toggle("panel-open", open);
    byId("tools").setAttribute("aria-expanded", String(open));
    if (open) byId(`tab-${shown}`).focus();
  }

  for (const tab of tabs) byId(`tab-${tab}`).addEventListener("click", () => show(tab));
  document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: 2 }[event.key];
    if (step === undefined) return;
    show(tabs[(tabs.indexOf(shown) + step) % 3]);
    byId(`tab-${shown}`).focus();
  });
  byId("tools").addEventListener("click", () => {
    toggle(!document.body.classList.contains("panel-open"));
  });
  byId("close").addEventListener("click", () => {
    toggle(false);
    byId("tools").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("panel-open")) toggle(false);
  });
  byId("panel").addEventListener("click", (event) => {
    const { dataset } = event.target.closest("button") ?? {};
    if (dataset?.scene) {
      app.openSceneChat(app.hello.scenes.find(({ name }) => name === dataset.scene).mode);
      toggle(false);
      post("scene", { name: dataset.scene, lang: app.lang });
    } else if (dataset?.switch) {
      const on = !app.status.switches.includes(dataset.switch);
      post("switch", { name: dataset.switch, on });
    } else if (dataset?.incident) post("incident", { name: dataset.incident, chat: app.chat });
    else if (dataset?.control) post("control", { name: dataset.control });
  });
  byId("story").addEventListener("click", (event) => {
    const { dataset } = event.target.closest("button") ?? {};
    if (dataset?.stop !== undefined) post("stop", {});
    if (dataset?.dismiss === undefined) return;
    byId("story").dataset.closed = JSON.stringify(app.status.playing);
    draw();
  });
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    storage.set("theme", root.dataset.theme);
  });
  const theme = storage.get("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  return { draw, show };
}
