// Changes the theme at once; the same form works without this script, as a plain POST.
(() => {
  const form = document.querySelector("form[data-theme-form]");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button?.name !== "theme") return; // a language is a page of its own
    event.preventDefault();
    document.documentElement.dataset.theme = button.value;
    form.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    const data = new FormData(form);
    data.set("theme", button.value);
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(form.action, { method: "POST", body: data, headers }).catch(() => null);
    // Where the server did not remember it, the page goes back to what the server knows.
    if (!answer?.ok) window.location.reload();
  });
})();
