// Keys 1 to 4 choose a rating while the focus is among the ratings, where it stands once an answer has been given.
(() => {
  const form = document.querySelector("[data-ratings]");
  form?.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    form.querySelector(`button[name=rating][value="${CSS.escape(event.key)}"]`)?.click();
  });
})();
