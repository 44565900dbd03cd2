// Messages in the corner of the window: each goes by itself once there was time to read it, and never while it is
// pointed at or has the focus. One with an undo stays until it is closed.
(() => {
  const READING_MS = 8000;
  const MS_PER_LETTER = 60;
  document.querySelectorAll(".toasts").forEach((place) => {
    // Put in once more: a live region tells what comes after the page, not what came with it.
    const found = [...place.querySelectorAll("[data-toast]")];
    place.replaceChildren(...found);
    found.forEach((toast) => {
      const end = toast.querySelector("[data-toast-end]");
      let timer = 0;
      const wait = () => {
        if (toast.querySelector("form")) return;
        timer = setTimeout(() => toast.remove(), READING_MS + MS_PER_LETTER * toast.textContent.trim().length);
      };
      end.hidden = false;
      end.addEventListener("click", () => toast.remove());
      ["pointerenter", "focusin"].forEach((kind) => toast.addEventListener(kind, () => clearTimeout(timer)));
      ["pointerleave", "focusout"].forEach((kind) => toast.addEventListener(kind, wait));
      wait();
    });
  });
})();
