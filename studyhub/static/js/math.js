// Typesets what the Markdown filter marked as a formula, and all formulas in containers marked data-math;
// also in what htmx brings later.
(() => {
  const options = {
    delimiters: [
      { left: "\\[", right: "\\]", display: true },
      { left: "\\(", right: "\\)", display: false },
    ],
    throwOnError: false,
  };
  const places = "[data-math], .math-inline, .math-display";
  const typeset = (root) => {
    const inside = [...root.querySelectorAll(places)];
    if (root.matches?.(places)) inside.push(root);
    inside.forEach((place) => renderMathInElement(place, options));
  };
  typeset(document);
  document.addEventListener("htmx:load", (event) => typeset(event.target));
})();
