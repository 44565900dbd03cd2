// Copies what stands in a field beside a button; without it one selects by hand. What is said then: copied.html.
(() => {
  const told = document.querySelector("[data-copied]");
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      // Pages without https have no clipboard of the newer kind.
      if (navigator.clipboard) await navigator.clipboard.writeText(field.value).catch(() => document.execCommand("copy"));
      else document.execCommand("copy");
      button.firstChild.textContent = told.dataset.done;
      told.textContent = told.dataset.copied;
    });
  }
})();
