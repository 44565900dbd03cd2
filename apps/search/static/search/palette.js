// The palette (Ctrl K, or / ), keys that lead to pages, and their list (?). Without this script the link in the head
// leads to the page of results. What the keys are comes with the palette, from the table in shortcuts.py.
(() => {
  const link = document.querySelector("[data-palette]");
  if (!link) return;
  const OFF = "keys-off";
  const RECENT = "recent-searches";
  const kept = (name, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing: then nothing is inProfile.
    }
  };
  // Who is signed in has it in the profile; others in this browser.
  const root = document.documentElement;
  const inProfile = "singleKeys" in root.dataset;
  const off = () => (inProfile ? root.dataset.singleKeys === "off" : kept(OFF, false));
  const pages = JSON.parse(link.dataset.keys);
  const byId = (id) => document.getElementById(id);
  const options = () => [...byId("palette-list").querySelectorAll("[role=option]")];
  let loading = null;

  // Fetched when it is first wanted: pages stay light.
  const load = () => {
    loading ??= fetch(link.dataset.palette, { headers: { "HX-Request": "true" } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer)))
      .then((html) => {
        const place = document.createElement("div");
        place.innerHTML = html;
        document.body.append(place);
        window.htmx?.process(place);
        connect();
      });
    loading.catch(() => (loading = null));
    return loading;
  };

  const remember = (text) => {
    const found = text.trim();
    if (found) keep(RECENT, [found, ...kept(RECENT, []).filter((one) => one !== found)].slice(0, 6));
  };

  const showRecent = () => {
    const place = byId("palette-recent");
    const found = kept(RECENT, []);
    place.hidden = !found.length || byId("palette-text").value !== "";
    place.querySelector("[data-list]").replaceChildren(
      ...found.map((text) => {
        const one = document.createElement("button");
        one.type = "button";
        one.className = "btn btn-secondary btn-sm";
        one.textContent = text;
        one.addEventListener("click", () => ask(text));
        return one;
      }),
    );
  };

  const ask = (text) => {
    const box = byId("palette-text");
    box.value = text;
    box.focus();
    box.dispatchEvent(new Event("refresh"));
    showRecent();
  };

  const choose = (option) => {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    const box = byId("palette-text");
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  const connect = () => {
    const box = byId("palette-text");
    box.addEventListener("keydown", (event) => {
      const all = options();
      const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? at + 1 : at < 0 ? all.length - 1 : at - 1 + all.length;
        choose(all[step % all.length]);
      } else if (event.key === "Enter") {
        event.preventDefault();
        const text = box.value.trim();
        const chosen = all[at];
        if (chosen) chosen.click();
        else if (text) {
          remember(text);
          location.assign(`${link.getAttribute("href")}?q=${encodeURIComponent(text)}`);
        }
      }
    });
    byId("palette-list").addEventListener("click", (event) => {
      const press = event.target.closest("[data-press]")?.dataset.press;
      if (!press) return remember(box.value);
      // A button of the page does it; what came of it is seen on the page.
      byId("palette").close();
      document.querySelector(press)?.click();
    });
    byId("palette-list").addEventListener("htmx:afterSwap", () => {
      choose(null);
      showRecent();
      const count = options().length;
      const place = byId("palette-count");
      place.textContent = count === 1 ? place.dataset.one : place.dataset.several.replace("{n}", count);
    });
    byId("palette-recent").querySelector("[data-forget]").addEventListener("click", () => {
      keep(RECENT, []);
      showRecent();
      box.focus();
    });
    const on = byId("keys-on");
    on.checked = !off();
    on.addEventListener("change", () => inProfile || keep(OFF, !on.checked));
    on.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful) root.dataset.singleKeys = on.checked ? "on" : "off";
      else on.checked = !off();
    });
  };

  const open = (id) =>
    load().then(
      () => {
        document.querySelectorAll("dialog[open]").forEach((one) => one.close());
        byId(id).showModal();
        if (id === "palette") {
          byId("palette-text").select();
          showRecent();
        }
      },
      () => id === "palette" && location.assign(link.href),
    );

  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open("palette");
  });

  // j and k go along the rows of the page's lists.
  const along = (step) => {
    const rows = [...document.querySelectorAll("main .row-link")].filter((one) => one.getClientRects().length);
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  };

  const typing = (target) => target.isContentEditable || target.closest?.("input, textarea, select, [role=textbox]");
  let first = "";
  let timer = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open("palette");
      return;
    }
    const held = event.ctrlKey || event.metaKey || event.altKey;
    if (held || event.defaultPrevented || event.isComposing || typing(event.target) || off()) return;
    if (document.querySelector("dialog[open]")) return;
    const url = first === "g" ? pages[`g ${event.key}`] : "";
    clearTimeout(timer);
    first = !url && event.key === "g" ? "g" : "";
    if (first) timer = setTimeout(() => (first = ""), 1500);
    if (url) location.assign(url);
    else if (event.key === "/") open("palette");
    else if (event.key === "?") open("keys");
    else if (event.key === "j") along(1);
    else if (event.key === "k") along(-1);
    else return;
    event.preventDefault();
  });

  const form = document.querySelector("[data-search-form]");
  form?.addEventListener("submit", () => remember(form.querySelector("[data-search-box]").value));
})();
