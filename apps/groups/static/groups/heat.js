// Arrow keys go from cell to cell in a heat-map; Tab works without this script.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = event.target.closest?.(".heat tbody td, .heat tbody th");
  if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const row = cell.parentElement;
  const rows = row.parentElement.rows;
  const next = rows[row.sectionRowIndex + step[0]];
  const skip = step[1] && !next?.cells[cell.cellIndex + step[1]]?.querySelector("a") ? 2 : 1;
  const link = next?.cells[cell.cellIndex + skip * step[1]]?.querySelector("a");
  if (!link) return;
  event.preventDefault();
  link.focus();
});
