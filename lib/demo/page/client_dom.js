/**
 * Makes DOM elements of plain nodes in the browser. Only known elements and attributes are made, and text
 * is never parsed. The function uses only its arguments, because it is sent to the browser as source.
 */
export function dom(tags) {
  const known = new Set([...tags, "article", "header", "footer", "section", "time", "input"]);
  const allowed = new Set(
    ("class id href src alt target rel start tabindex open disabled download type title role name value " +
      "aria-label aria-checked aria-selected aria-current aria-pressed aria-hidden").split(" "),
  );
  const byId = (id) => document.getElementById(id);
  const isAllowed = (name, value) =>
    name === "href" || name === "src"
      ? /^(https?:\/\/|\/_twin\/)/.test(value)
      : allowed.has(name) || name.startsWith("data-");

  /** Makes a node, for example `h("p", { class: "x" }, "text")`. */
  const h = (tag, attributes, ...children) => ({
    tag,
    attributes: attributes ?? {},
    children: children.flat().filter((child) =>
      child !== null && child !== undefined && child !== ""
    ),
  });

  function make(node) {
    if (typeof node === "string") return document.createTextNode(node);
    const made = document.createElement(known.has(node.tag) ? node.tag : "span");
    update(made, node, true);
    return made;
  }

  function update(made, { attributes, children }, fresh) {
    for (const name of made.getAttributeNames()) {
      // A panel that the reader opened stays open.
      if (!(name in attributes) && name !== "open") made.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (!isAllowed(name, value) || (name === "open" && !fresh)) continue;
      if (made.getAttribute(name) !== value) made.setAttribute(name, value);
    }
    patch(made, children);
  }

  /**
   * Makes the children of an element equal to `nodes`. It keeps children with the same `data-key`, or
   * without a key in the same place.
   */
  function patch(parent, nodes) {
    const keyed = new Map([...parent.children].map((child) => [child.dataset.key, child]));
    nodes.forEach((node, i) => {
      const have = parent.childNodes[i] ?? null;
      if (typeof node === "string") {
        if (have?.nodeType !== Node.TEXT_NODE) parent.insertBefore(make(node), have);
        else if (have.data !== node) have.data = node;
        return;
      }
      const key = node.attributes["data-key"];
      const same = key === undefined ? have : keyed.get(key) ?? null;
      if (same?.localName === node.tag && same.dataset.key === key) {
        if (same !== have) parent.insertBefore(same, have);
        update(same, node, false);
      } else parent.insertBefore(make(node), have);
    });
    while (parent.childNodes.length > nodes.length) parent.lastChild.remove();
  }

  let toastTimer;
  function toast(text, kind) {
    const node = byId("toast");
    node.textContent = text;
    node.className = kind ?? "info";
    node.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => {
      node.hidden = true;
    }, 4000);
  }

  /** Sends a POST request to the twin. Shows a failure and returns `undefined`. */
  async function post(action, body, type = "application/json") {
    try {
      const answer = await fetch(`/_twin/${action}`, {
        method: "POST",
        headers: { "content-type": type },
        body: type === "application/json" ? JSON.stringify(body) : body,
      });
      const result = await answer.json();
      if (answer.ok) return result;
      toast(result.error, "error");
    } catch (error) {
      toast(String(error), "error");
    }
    return undefined;
  }

  const storage = {
    get(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(key, value);
      } catch {
        // The browser stores nothing, so the choice is lost with the page.
      }
    },
  };

  return { byId, h, patch, toast, post, storage };
}
