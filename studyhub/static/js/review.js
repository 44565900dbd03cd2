// Keys 1 to 4 choose a rating while the focus is among the ratings, where it stands once an answer has been given.
// The way to it must not hide how the answer was.
(() => {
  const form = document.querySelector("[data-ratings]");
  form?.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    form.querySelector(`button[name=rating][value="${CSS.escape(event.key)}"]`)?.click();
  });
  const feedback = form && document.querySelector(".feedback");
  if (!feedback) return;
  // The browser may still be gliding to the focus: nothing is asked of where the page stands now.
  const show = () => requestAnimationFrame(() => feedback.scrollIntoView({ behavior: "instant", block: "start" }));
  // It may have moved the focus before this file came.
  if (form.contains(document.activeElement)) show();
  else form.addEventListener("focusin", show, { once: true });
})();
