// Typesets what the Markdown filter marked as a formula, and all formulas in containers marked data-math;
// also in what htmx brings later. KaTeX is most of a page's weight, so it is fetched where there is a formula.
(() => {
  const { style, katex, render } = document.currentScript.dataset;
  const options = {
    delimiters: [
      { left: "\\[", right: "\\]", display: true },
      { left: "\\(", right: "\\)", display: false },
    ],
    throwOnError: false,
  };
  const places = "[data-math], .math-inline, .math-display";
  let loaded = null;
  const fetched = (tag, attributes) =>
    new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject });
      document.head.append(element);
    });
  const load = async () => {
    await Promise.all([fetched("link", { rel: "stylesheet", href: style }), fetched("script", { src: katex })]);
    await fetched("script", { src: render });
  };
  const typeset = async (root) => {
    const inside = [...root.querySelectorAll(places)];
    if (root.matches?.(places)) inside.push(root);
    const formulas = inside.filter((place) => /\\[([]/.test(place.textContent));
    if (!formulas.length) return;
    loaded ??= load();
    await loaded;
    formulas.forEach((place) => renderMathInElement(place, options));
  };
  typeset(document);
  document.addEventListener("htmx:load", (event) => typeset(event.target));
})();
