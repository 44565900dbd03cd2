// Typesets the formulas in every container marked data-math; also in those that htmx brings later.
(() => {
  const options = {
    delimiters: [
      { left: "\\[", right: "\\]", display: true },
      { left: "\\(", right: "\\)", display: false },
    ],
    throwOnError: false,
  };
  const typeset = (root) => {
    const inside = [...root.querySelectorAll("[data-math]")];
    if (root.matches?.("[data-math]")) inside.push(root);
    inside.forEach((container) => renderMathInElement(container, options));
  };
  typeset(document);
  document.addEventListener("htmx:load", (event) => typeset(event.target));
})();
