// Keys 1 to 4 choose a rating while the focus is among the ratings, where it stands once an answer has been given.
// The way to it must not hide how the answer was.
(() => {
  const form = document.querySelector("[data-ratings]");
  form?.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    form.querySelector(`button[name=rating][value="${CSS.escape(event.key)}"]`)?.click();
  });
  const feedback = form && document.querySelector(".feedback");
  const show = () => {
    if (feedback.getBoundingClientRect().top < 0) feedback.scrollIntoView({ behavior: "instant", block: "start" });
  };
  if (feedback) form.addEventListener("focusin", () => requestAnimationFrame(show), { once: true });
})();
