// Lets things on a plan be dragged to another place or meeting; without it the arrows do the same.
(() => {
  if (!window.htmx || !document.getElementById("drafts")) return;
  let dragged = null;
  const ready = () => {
    for (const row of document.querySelectorAll("#drafts [data-item]")) row.draggable = true;
  };
  const clear = () => {
    for (const one of document.querySelectorAll(".is-before, .is-last")) one.classList.remove("is-before", "is-last");
  };
  // Where it would come: the row that it would stand before, or none for the end, and the meeting.
  const target = (event) => {
    const draft = event.target.closest?.(".draft");
    if (!dragged || !draft) return null;
    const rows = [...draft.querySelectorAll("[data-item]")].filter((row) => row !== dragged);
    const before = rows.find((row) => {
      const box = row.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    return { draft, before };
  };
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("#drafts [data-item]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.item);
    dragged.classList.add("is-dragged");
  });
  document.addEventListener("dragover", (event) => {
    const place = target(event);
    clear();
    if (!place) return;
    event.preventDefault();
    if (place.before) place.before.classList.add("is-before");
    else place.draft.classList.add("is-last");
  });
  document.addEventListener("dragend", () => {
    clear();
    dragged?.classList.remove("is-dragged");
    dragged = null;
  });
  document.addEventListener("drop", (event) => {
    const place = target(event);
    if (!place) return;
    event.preventDefault();
    const form = dragged.querySelector("form.steps");
    const values = { meeting: place.draft.dataset.meeting, before: place.before?.dataset.item ?? "" };
    htmx.ajax("POST", form.action, { target: "#drafts", swap: "outerHTML", values });
  });
  document.addEventListener("htmx:load", ready);
  const hint = document.querySelector("[data-drag-hint]");
  if (hint) hint.hidden = !matchMedia("(pointer: fine)").matches;
  ready();
})();
