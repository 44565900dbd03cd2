// Typesets formulas: what the Markdown filter and templates mark as one, also in what htmx brings later. KaTeX is most
// of a page's weight, so it is fetched where a formula is near to what one sees. The others follow as soon as somebody
// does anything; between slices of work the page listens to them.
(() => {
  const { style, katex: script } = document.currentScript.dataset;
  const FORMULAS = ".math-inline, .math-display";
  const SLICE_MS = 25;
  const far = new Set();
  const next = [];
  let loaded = null;
  let busy = false;
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const fetched = (tag, attributes) =>
    new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject });
      document.head.append(element);
    });
  const load = () =>
    Promise.all([fetched("link", { rel: "stylesheet", href: style }), fetched("script", { src: script })]);
  const render = (place) => {
    const [, source] = /^\\[([](.*)\\[)\]]$/s.exec(place.textContent.trim()) ?? [];
    if (!source) return; // typeset already
    katex.render(source, place, { displayMode: place.matches(".math-display"), throwOnError: false });
  };
  const work = async () => {
    if (busy) return;
    busy = true;
    try {
      await (loaded ??= load());
      while (next.length) {
        await turn();
        const until = performance.now() + SLICE_MS;
        do render(next.shift());
        while (next.length && performance.now() < until);
      }
    } finally {
      busy = false;
    }
  };
  const typeset = (places) => {
    for (const place of places) {
      near.unobserve(place);
      far.delete(place);
      next.push(place);
    }
    if (places.length) work();
  };
  const near = new IntersectionObserver(
    (entries) => typeset(entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target)),
    { rootMargin: "50% 0px" },
  );
  const look = (root) => {
    const places = [...root.querySelectorAll(FORMULAS)];
    if (root.matches?.(FORMULAS)) places.push(root);
    for (const place of places) {
      far.add(place);
      near.observe(place);
    }
  };
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.target));
  for (const sign of ["pointermove", "pointerdown", "keydown", "wheel", "scroll"])
    addEventListener(sign, () => typeset([...far]), { passive: true });
})();
