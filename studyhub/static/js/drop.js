// Lets a file be dropped on a .drop area; its file field works without this script.
document.addEventListener("dragover", (event) => {
  const area = event.target.closest?.(".drop");
  if (!area) return;
  event.preventDefault();
  area.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => event.target.closest?.(".drop")?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const area = event.target.closest?.(".drop");
  const field = area?.querySelector("input[type=file]");
  if (!field) return;
  event.preventDefault();
  area.classList.remove("is-over");
  if (event.dataTransfer.files.length) {
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
