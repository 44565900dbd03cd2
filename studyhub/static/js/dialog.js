// Opens what a link marked data-dialog leads to in a dialog; without this script the link leads there.
// A button with data-opens shows the dialog of that id. The browser keeps the focus inside, and gives it back.
(() => {
  const shell = document.querySelector("dialog[data-dialog-shell]");
  const open = async (link) => {
    const answer = await fetch(link.href).catch(() => null);
    const found = answer?.ok && !answer.redirected ? await answer.text() : "";
    const page = new DOMParser().parseFromString(found, "text/html");
    const part = page.querySelector("[data-dialog-content]");
    if (!part) return window.location.assign(link.href);
    part.querySelectorAll("form:not([action])").forEach((form) => form.setAttribute("action", link.href));
    shell.querySelector("h2").textContent = page.querySelector("h1").textContent;
    shell.querySelector(".dialog-body").replaceChildren(document.importNode(part, true));
    return shell.showModal();
  };
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("a[data-dialog], [data-opens]");
    if (asked?.dataset.opens) document.getElementById(asked.dataset.opens).showModal();
    else if (asked && shell && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button)) {
      event.preventDefault();
      open(asked);
    }
    // A click on the ground beside it: the dialog itself has no room of its own.
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });
})();
