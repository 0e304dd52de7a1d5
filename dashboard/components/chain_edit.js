// The numbers of a worksheet while they are edited: typed into a cell, or dragged up and down. What is typed goes out as the
// text it is; whether it is a number is judged in Python. All cells go out, always, and the next ones only when the answer
// to the last has come, so that a drag is as quick as the answers and none of them waits in a line.

const DRAG_STEP = 6; // pixels per tenth
const PATIENCE = 600; // milliseconds after which an answer is no longer waited for

class CellEditor {
  constructor(view) {
    Object.assign(this, { view, cells: null, epoch: null, gesture: 0, serial: 0, waiting: 0, next: null });
  }

  // ------------------------------------------------------------ with Python
  receive(model, send) {
    this.send = send;
    if (model.epoch !== this.epoch) {
      Object.assign(this, { epoch: model.epoch, cells: model.cells, serial: 0, next: null });
      this.answered();
      this.stop?.();
    } else if (model.serial >= this.serial) this.answered();
  }

  answered() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    if (this.next !== null) this.tell(this.next);
  }

  tell(final) {
    if (this.waiting) { this.next = final; return; }
    this.next = null;
    this.serial++;
    this.waiting = setTimeout(() => this.answered(), PATIENCE);
    this.send("typed", { epoch: this.epoch, gesture: this.gesture, final, serial: this.serial, cells: this.cells });
  }

  // ------------------------------------------------------------ cells
  // Where a cell of a quantity stands in the worksheet: heads take the rows of a weight matrix in turn.
  home(matrix, row, column) {
    const { name, head, one } = matrix;
    return this.cells?.[name] ? { name, row: one.heads > 1 ? head * one.rows + row : row, column } : null;
  }

  get(matrix, row, column) {
    const at = this.home(matrix, row, column);
    return at && this.cells[at.name][at.row]?.[at.column];
  }

  put(matrix, row, column, value, final) {
    const at = this.home(matrix, row, column);
    this.cells = { ...this.cells, [at.name]: this.cells[at.name].map((line, r) => (r === at.row ? line.map((old, c) => (c === at.column ? value : old)) : line)) };
    this.view.retype(at.name);
    this.tell(final);
  }

  // ------------------------------------------------------------ by pointer
  press(matrix, row, column, event) {
    const number = Number(this.get(matrix, row, column));
    if (event.button || Number.isNaN(number) || event.target.tagName === "INPUT") return;
    const start = event.clientY;
    let moved = 0;
    let begun = false;
    const move = (to) => {
      const steps = Math.round((start - to.clientY) / DRAG_STEP);
      if (!begun && Math.abs(start - to.clientY) < DRAG_STEP) return;
      if (!begun) { begun = true; this.gesture++; this.view.host.classList.add("dragging"); }
      to.preventDefault();
      if (steps === moved) return;
      moved = steps;
      this.put(matrix, row, column, Math.round((number + steps / 10) * 10) / 10, false);
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      this.stop = null;
      this.view.host.classList.remove("dragging");
      if (begun) this.tell(true);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    this.stop = end;
  }

  // ------------------------------------------------------------ by keyboard
  open(matrix, row, column, first) {
    const cell = matrix.cell(row, column);
    if (!cell || cell.querySelector("input")) return;
    const input = document.createElement("input");
    input.value = first ?? String(this.get(matrix, row, column)).replace("-", "−");
    input.setAttribute("aria-label", cell.getAttribute("aria-label"));
    input.maxLength = 24;
    cell.replaceChildren(input);
    cell.setAttribute("role", "group");
    input.focus();
    if (first === undefined) input.select();
    let open = true;
    const close = (keep) => {
      if (!open) return;
      open = false;
      const text = input.value.trim();
      const before = this.get(matrix, row, column);
      cell.textContent = matrix.owner.text(matrix, row, column) ?? "";
      cell.setAttribute("role", "button");
      if (!keep || text.replace("−", "-") === String(before)) return;
      const number = Number(text.replace("−", "-").replace(",", "."));
      this.gesture++;
      this.put(matrix, row, column, text && Number.isFinite(number) ? number : text, true);
    };
    input.addEventListener("blur", () => close(true));
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape" && event.key !== "Tab") return;
      event.preventDefault();
      close(event.key !== "Escape");
      const step = event.key === "Tab" ? [0, event.shiftKey ? -1 : 1] : [event.key === "Enter" ? 1 : 0, 0];
      (matrix.near(row, column, step) || cell).focus();
    });
  }
}
