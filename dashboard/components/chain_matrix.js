// One matrix of a chain: numbers on tinted cells, labels on both axes. Only cells that can be seen are in the page, so a long
// sentence scrolls as easily as a short one. What is drawn as a row is a row of the numbers, or a column where vectors are
// columns.

const BEYOND = 3; // cells past the edge that are drawn ahead of scrolling

class MatrixView {
  constructor(parent, name, head, owner) {
    Object.assign(this, { name, head, owner, cells: new Map(), heads: new Map() });
    this.card = make("div", "matrix", parent);
    this.frame = make("div", "frame", this.card);
    this.frame.setAttribute("role", "group"); // no grid: the cells that can be seen are not whole rows
    this.frame.tabIndex = -1;
    this.plane = make("div", "plane", this.frame);
    this.queued = 0;
    this.frame.addEventListener("scroll", () => { this.queued ||= requestAnimationFrame(() => { this.queued = 0; this.fill(); }); });
    for (const [kind, act] of [["pointerover", "hover"], ["focusin", "hover"], ["click", "pin"], ["pointerdown", "press"], ["dblclick", "open"], ["keydown", "key"]]) {
      this.frame.addEventListener(kind, (event) => {
        const cell = event.target.closest?.(".cell");
        if (cell) owner[act](this, cell.row, cell.column, event);
      });
    }
  }

  close() { this.card.remove(); }

  // ------------------------------------------------------------ what there is
  receive(model, theme, sums) {
    this.model = model;
    const one = model.by.get(this.name);
    // W times a column, or a row times its transpose: weights lie the other way
    const flip = (model.orientation === "columns") !== (one.axes[0] === "out");
    Object.assign(this, { one, theme, sums, flip, editable: this.owner.editable(this.name) });
    this.named = [this.labels(0), this.labels(1)];
    const [across, down] = this.flip ? [one.rows, one.columns] : [one.columns, one.rows];
    const rem = rootSize();
    const labels = this.named[0].concat(this.named[1]).length ? 1 : 0;
    const widest = (side) => Math.min(7 * rem, Math.max(0, ...this.named[side].map((text) => textWidth(text.replace(/[\^_{}]/g, ""), `${0.82 * rem}px ${theme.font}`))));
    const small = model.sentence; // a sentence has more numbers than a worksheet
    this.size = { width: (small ? 2.6 : 3.15) * rem, height: (small ? 1.5 : 1.85) * rem, left: this.named[0].length ? Math.max(1.5 * rem, widest(0) + 0.7 * rem) : 0, top: this.named[1].length ? 1.5 * rem : 0 };
    if (labels && this.named[1].length && widest(1) > this.size.width - 0.2 * rem) this.size.width = Math.min(4.5 * rem, widest(1) + 0.5 * rem);
    Object.assign(this, { across, down });
    let high = 0;
    for (const value of one.values) if (Number.isFinite(value) && Math.abs(value) > high) high = Math.abs(value);
    this.high = high || 1;
    const total = sums ? 1 : 0;
    const [wide, tall] = [across + (this.flip ? 0 : total), down + (this.flip ? total : 0)];
    this.plane.style.width = `${this.size.left + wide * this.size.width}px`;
    this.plane.style.height = `${this.size.top + tall * this.size.height}px`;
    Object.assign(this, { wide, tall });
    this.frame.setAttribute("aria-label", filled(model.words.matrix, { title: one.title, rows: down, columns: across }));
    this.card.classList.toggle("given", this.editable);
    this.card.classList.toggle("pairs", one.axes[1] === "key");
    this.fill(true);
  }

  // Labels of what is drawn down (0) and across (1); features have none.
  labels(side) {
    const { one, model } = this;
    const axis = one.axes[this.flip ? 1 - side : side];
    if (axis === "dim" || axis === "out") return [];
    const count = axis === one.axes[0] ? one.rows : one.columns;
    const symbol = one.axes[1] === "key" ? (axis === "query" ? "q" : "k") : one.symbol;
    return Array.from({ length: count }, (_, at) => (model.sentence ? model.token(axis, at) : `${symbol}^{${model.token(axis, at)}}`));
  }

  // ------------------------------------------------------------ what can be seen
  fill(anew = false) {
    if (!this.size) return;
    const { frame, size } = this;
    const span = (from, room, step, count) => [Math.max(0, Math.floor(from / step) - BEYOND), Math.min(count, Math.ceil((from + room) / step) + BEYOND)];
    const [x0, x1] = span(frame.scrollLeft, frame.clientWidth || 1200, size.width, this.wide);
    const [y0, y1] = span(frame.scrollTop, frame.clientHeight || 600, size.height, this.tall);
    const scrolled = [frame.scrollLeft, frame.scrollTop]; // read before anything is written, or the page is laid out anew for each
    const wanted = new Set();
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) wanted.add(y * 100000 + x);
    for (const [at, cell] of this.cells) if (!wanted.has(at)) { cell.remove(); this.cells.delete(at); }
    for (const at of wanted) {
      const known = this.cells.get(at);
      if (known && !anew) continue;
      const cell = known || make("div", "", this.plane);
      this.cells.set(at, cell);
      this.place(cell, at % 100000, Math.floor(at / 100000));
    }
    this.marginal(0, y0, y1, scrolled);
    this.marginal(1, x0, x1, scrolled);
    this.light();
  }

  place(cell, x, y) {
    const { size } = this;
    cell.style.transform = `translate(${size.left + x * size.width}px, ${size.top + y * size.height}px)`;
    cell.style.width = `${size.width}px`;
    cell.style.height = `${size.height}px`;
    if (x >= this.across || y >= this.down) return this.placeSum(cell, this.flip ? x : y);
    [cell.row, cell.column] = this.flip ? [x, y] : [y, x];
    const value = this.model.at(this.name, this.head, cell.row, cell.column);
    const text = this.owner.text(this, cell.row, cell.column) ?? brief(value, this.model.sentence ? 0.005 : 0.0005);
    cell.classList.add("cell");
    cell.setAttribute("role", cell.firstElementChild?.tagName === "INPUT" ? "group" : "button");
    cell.tabIndex = x || y ? -1 : 0;
    if (cell.firstElementChild?.tagName !== "INPUT" && cell.textContent !== text) cell.textContent = text;
    cell.classList.toggle("barred", value === -Infinity);
    cell.style.background = value === -Infinity ? "" : this.owner.tint(value / this.high);
    cell.setAttribute("aria-label", filled(this.model.words.cell, { name: this.model.name(this.name, this.head, cell.row, cell.column).replace(/[\^_{}]/g, ""), value: text }));
  }

  placeSum(cell, query) {
    const total = this.sums[query];
    const whole = Math.abs(total - 1) < 1e-5;
    cell.className = `total${whole ? "" : " off"}`;
    cell.title = this.model.words.sum_help;
    cell.textContent = `${this.model.words.sum} ${written(total)}`;
  }

  // Labels stay where the numbers scroll away.
  marginal(side, from, to, scrolled) {
    const labels = this.named[side];
    const wanted = new Set(Array.from({ length: Math.max(0, Math.min(to, labels.length) - from) }, (_, i) => `${side}|${from + i}`));
    for (const [at, label] of this.heads) if (at[0] === String(side) && !wanted.has(at)) { label.remove(); this.heads.delete(at); }
    for (const at of wanted) {
      const index = Number(at.slice(2));
      const label = this.heads.get(at) || make("div", side ? "above" : "beside", this.plane);
      this.heads.set(at, label);
      const { size } = this;
      if (side) Object.assign(label.style, { top: `${scrolled[1]}px`, left: `${size.left + index * size.width}px`, width: `${size.width}px`, height: `${size.top}px` });
      else Object.assign(label.style, { left: `${scrolled[0]}px`, top: `${size.top + index * size.height}px`, width: `${size.left}px`, height: `${size.height}px` });
      if (label.said === labels[index]) continue;
      label.said = labels[index];
      label.replaceChildren();
      typeset(labels[index], make("span", "", label));
      label.title = labels[index].replace(/[\^_{}]/g, "");
    }
  }

  // ------------------------------------------------------------ what lights up
  light() {
    const { chosen, lit, fault } = this.owner;
    const mine = lit.filter((one) => one.name === this.name && one.head === this.ownHead());
    const here = chosen && chosen.name === this.name && chosen.head === this.ownHead();
    for (const cell of this.cells.values()) {
      if (!cell.classList.contains("cell")) continue;
      const up = mine.some((one) => (one.row === null || one.row === cell.row) && (one.column === null || one.column === cell.column));
      cell.classList.toggle("up", up);
      cell.classList.toggle("here", Boolean(here) && chosen.row === cell.row && chosen.column === cell.column);
      cell.classList.toggle("wrong", Boolean(fault) && this.owner.faulty(this, cell.row, cell.column));
    }
  }

  ownHead() { return this.one.heads === 1 ? 0 : this.head; }

  cell(row, column) {
    const [x, y] = this.flip ? [row, column] : [column, row];
    return this.cells.get(y * 100000 + x);
  }

  // The cell beside one, as it is drawn; scrolled to where it is out of sight.
  near(row, column, [down, right]) {
    const [x, y] = this.flip ? [row + right, column + down] : [column + right, row + down];
    if (x < 0 || y < 0 || x >= this.across || y >= this.down) return null;
    const [r, c] = this.flip ? [x, y] : [y, x];
    this.reveal(r, c);
    return this.cell(r, c);
  }

  // Into sight, without moving the page.
  reveal(row, column) {
    const { frame, size } = this;
    const [x, y] = this.flip ? [row ?? 0, column ?? 0] : [column ?? 0, row ?? 0];
    const [left, top] = [x * size.width, y * size.height];
    const [room, rise] = [frame.clientWidth - size.left, frame.clientHeight - size.top];
    if (left < frame.scrollLeft || left + size.width > frame.scrollLeft + room) frame.scrollLeft = left - room / 2;
    if (top < frame.scrollTop || top + size.height > frame.scrollTop + rise) frame.scrollTop = top - rise / 2;
    this.fill();
  }
}
