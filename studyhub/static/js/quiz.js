// Lines to put in order: buttons move them without a round trip, and they can be dragged. Regions of a picture light
// up with their names. Enter in a field answers its own question. All of it works without this script, by plain forms.
(() => {
  const STEP = 32;
  const DEEPEST = 8;
  const text = (line) => line.querySelector(".line-text").textContent.trim();

  const indentOf = (line) => Number(line.querySelector("[data-indent]").value);
  const indent = (line, depth) => {
    const field = line.querySelector("[data-indent]");
    line.classList.remove(`indent-${field.value}`);
    field.value = Math.max(0, Math.min(DEEPEST, depth));
    line.classList.add(`indent-${field.value}`);
  };
  const settle = (line) => {
    const placed = Boolean(line.closest("[data-placed]"));
    line.querySelector("input[name$='-line']").disabled = !placed;
    if (!placed) indent(line, 0);
    return placed;
  };
  const tell = (line) => {
    const box = line.closest("[data-ordering]");
    const values = { line: text(line), place: [...line.parentElement.children].indexOf(line) + 1, depth: indentOf(line) };
    const { saidPlaced, saidIndented, saidLeft } = box.dataset;
    const said = !settle(line) ? saidLeft : values.depth ? saidIndented : saidPlaced;
    box.querySelector("[data-told]").textContent = said.replace(/\[(\w+)\]/g, (hole, name) => values[name] ?? hole);
  };

  const move = (line, what) => {
    const box = line.closest("[data-ordering]");
    const placed = box.querySelector("[data-placed]");
    const next = line.nextElementSibling;
    if (what === "up") line.previousElementSibling?.before(line);
    if (what === "down") next?.after(line);
    if (what === "in") indent(line, indentOf(line) + 1);
    if (what === "out") indent(line, indentOf(line) - 1);
    if (what === "add") {
      const last = placed.lastElementChild;
      placed.append(line);
      indent(line, last && box.dataset.indented === "1" ? indentOf(last) : 0);
    }
    if (what === "remove") box.querySelector("[data-left]").append(line);
    tell(line);
    // The focus stays with what was done: on the same button, or where the next one of its kind is.
    const same = what === "add" || what === "remove" ? next?.querySelector(`[data-move=${what}]`) : null;
    const other = what === "add" ? "up" : what === "remove" ? "add" : what;
    (same || line.querySelector(`[data-move=${other}]`)).focus();
  };

  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("[data-move]");
      if (!button) return;
      event.preventDefault();
      move(button.closest("[data-line]"), button.dataset.move);
    },
    true,
  );

  let drag = null;
  document.addEventListener("pointerdown", (event) => {
    const line = event.target.closest?.("[data-line]");
    if (!line || event.button || event.target.closest("button")) return;
    drag = { line, x: event.clientX, y: event.clientY, depth: indentOf(line), moving: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const { line } = drag;
    if (!drag.moving && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
    if (!drag.moving) line.classList.add("is-dragged");
    drag.moving = true;
    event.preventDefault();
    const box = line.closest("[data-ordering]");
    const lists = [...box.querySelectorAll("[data-placed], [data-left]")];
    const list = lists.find((one) => {
      const area = one.parentElement.getBoundingClientRect();
      return event.clientY >= area.top && event.clientY < area.bottom;
    });
    if (!list) return;
    const others = [...list.children].filter((one) => one !== line);
    const below = others.find((one) => {
      const area = one.getBoundingClientRect();
      return event.clientY < area.top + area.height / 2;
    });
    if (line.parentElement !== list || line.nextElementSibling !== (below || null)) list.insertBefore(line, below || null);
    if (settle(line) && box.dataset.indented === "1") {
      indent(line, drag.depth + Math.round((event.clientX - drag.x) / STEP));
    }
  });
  const drop = () => {
    if (drag?.moving) {
      drag.line.classList.remove("is-dragged");
      tell(drag.line);
    }
    drag = null;
  };
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);

  // Labels are boxes; what was pointed at is the smallest shape around the point, and the shapes stand by size.
  document.addEventListener("click", (event) => {
    const picture = event.target.closest?.(".hotspot-picture");
    if (!picture) return;
    event.preventDefault();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    const hit = [...picture.querySelectorAll("[data-region]")].filter((one) => one.firstElementChild.isPointInFill(point));
    const field = hit.length && document.querySelector(`input[value="${hit.at(-1).dataset.region}"]`);
    if (!field) return;
    field.checked = true;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  const light = (box) => {
    const picked = box.querySelector("input:checked")?.value;
    const pointed = box.querySelector("input:focus-visible")?.value;
    box.querySelectorAll("[data-region]").forEach((region) => {
      region.classList.toggle("is-picked", region.dataset.region === picked);
      region.classList.toggle("is-pointed", region.dataset.region === pointed);
    });
  };
  ["change", "focusin", "focusout"].forEach((name) =>
    document.addEventListener(name, (event) => {
      const box = event.target.closest?.("[data-hotspot]");
      if (box) setTimeout(() => light(box));
    }),
  );

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("input")) return;
    const answer = event.target.closest(".question")?.querySelector("[data-answer]");
    if (!answer) return;
    event.preventDefault();
    answer.click();
  });
})();
