// Typesets formulas: what the Markdown filter and templates mark as one, also in what htmx brings later. KaTeX is most
// of a page's weight, so it is fetched where there is a formula, and only once the page is seen; a page full of formulas
// is done in slices, between which it listens to who uses it.
(() => {
  const { style, katex: script } = document.currentScript.dataset;
  const FORMULAS = ".math-inline, .math-display";
  const SLICE_MS = 25;
  let loaded = null;
  const fetched = (tag, attributes) =>
    new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject });
      document.head.append(element);
    });
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const load = async () => {
    await new Promise(requestAnimationFrame);
    await turn();
    await Promise.all([fetched("link", { rel: "stylesheet", href: style }), fetched("script", { src: script })]);
  };
  const render = (place) => {
    const [, source] = /^\\[([](.*)\\[)\]]$/s.exec(place.textContent.trim()) ?? [];
    if (!source) return; // typeset already
    katex.render(source, place, { displayMode: place.matches(".math-display"), throwOnError: false });
  };
  const typeset = async (root) => {
    const places = [...root.querySelectorAll(FORMULAS)];
    if (root.matches?.(FORMULAS)) places.push(root);
    if (!places.length) return;
    loaded ??= load();
    await loaded;
    let until = performance.now() + SLICE_MS;
    for (const place of places) {
      if (performance.now() > until) {
        await turn();
        until = performance.now() + SLICE_MS;
      }
      render(place);
    }
  };
  typeset(document);
  document.addEventListener("htmx:load", (event) => typeset(event.target));
})();
