// One attention map, large. Three layers: the map (drawn when data, size or zoom change), the cursor (drawn at each move),
// and a read-out line. `window` is the part of the matrix on screen, in cells.

class HeatmapView {
  constructor(host) {
    this.host = host;
    const bar = make("div", "titlebar", host);
    this.title = make("div", "title", bar);
    this.whole = this.button(bar, "whole", () => this.zoomTo(null));
    this.keep = this.button(bar, "keep", () => savePicture(this));
    this.toggle = this.button(bar, "toggle", () => this.flip());
    const line = make("div", "readout", host);
    this.said = make("div", "said idle", line);
    this.said.setAttribute("aria-live", "polite");
    const legend = make("div", "legend", line);
    this.bottom = make("span", "", legend);
    this.bar = make("span", "bar", legend);
    this.top = make("span", "", legend);
    this.board = make("div", "board", host);
    this.board.tabIndex = 0;
    this.board.setAttribute("role", "application");
    this.map = make("canvas", "map", this.board);
    this.cursor = make("canvas", "cursor", this.board);
    for (const layer of [this.map, this.cursor]) layer.setAttribute("aria-hidden", "true"); // the board speaks for them
    this.note = make("div", "note", host);
    this.table = tableOfNumbers(make("div", "table", host), () => [this.numbers()], { always: true });
    this.listen();
  }

  button(parent, name, act) {
    const button = make("button", `small ${name}`, parent);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  listen() {
    const board = this.board;
    board.addEventListener("pointermove", (event) => this.move(event));
    board.addEventListener("pointerleave", () => { if (!this.drag) this.read(null); });
    board.addEventListener("pointerdown", (event) => this.grab(event));
    board.addEventListener("pointerup", () => { this.drag = null; });
    board.addEventListener("pointercancel", () => { this.drag = null; });
    board.addEventListener("dblclick", () => this.zoomTo(null));
    board.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    board.addEventListener("keydown", (event) => this.key(event));
    board.addEventListener("blur", () => this.read(null));
  }

  receive(bytes) {
    const { header, body } = unpack(bytes);
    if (this.data?.revision === header.revision) return;
    const [rows, columns] = [header.queries.length, header.keys.length];
    const moved = !this.data || rows !== this.rows || columns !== this.columns;
    [this.data, this.rows, this.columns, this.words] = [header, rows, columns, header.words];
    this.values = header.exact ? new Float32Array(body.slice().buffer) : body;
    this.codes = header.exact ? this.levels() : body;
    if (moved) { this.window = this.all(); this.at = null; } // a live map keeps its zoom
    this.ready = true;
    this.describe();
    this.table.speak(header.table, header.title || header.words.untitled);
    this.table.renew();
  }

  all() { return { r0: 0, r1: this.rows, c0: 0, c1: this.columns }; }

  levels() {
    const { high } = this.data;
    if (this.data.signed) return Uint8Array.from(this.values, (value) => signedCode(value, high));
    return Uint8Array.from(this.values, (value) => Math.min(255, Math.max(0, Math.round(high > 0 ? (value * 255) / high : 0))));
  }

  weight(row, column) {
    const value = this.values[row * this.columns + column];
    if (this.data.exact) return value;
    return this.data.signed ? signedValue(value, this.data.high) : (value / 255) * this.data.high;
  }

  describe() {
    const { words, data } = this;
    this.title.textContent = data.title;
    this.toggle.textContent = words.table;
    this.whole.textContent = words.whole;
    this.keep.textContent = words.keep;
    this.keep.hidden = !data.path && !data.marks?.length;
    this.toggle.hidden = !this.rows || !this.columns;
    this.bottom.textContent = data.signed ? `−${data.high.toFixed(2)}` : "0";
    this.top.textContent = data.high.toFixed(2);
    this.board.title = "";
    this.note.textContent = "";
    if (!this.rows || !this.columns) {
      this.board.setAttribute("aria-label", words.empty);
      this.toggle.hidden = this.whole.hidden = true;
      return;
    }
    const top = largest(this.values, this.columns, 0, this.rows, 0, this.columns);
    this.board.setAttribute("aria-label", filled(words.summary, {
      title: data.title || words.untitled, rows: this.rows, columns: this.columns, weight: this.weight(top.row, top.column).toFixed(3),
      query: shown(data.queries[top.row]), key: shown(data.keys[top.column]),
    }));
  }

  draw(plain) {
    const theme = this.theme = this.data.signed ? signedTheme(plain) : plain;
    this.bar.style.background = this.data.signed ? `linear-gradient(to right, ${signedStops(theme)})` : "";
    const rem = rootSize();
    if (!this.rows || !this.columns) { this.said.textContent = this.words.empty; return; }
    this.place(theme, rem);
    const { pen, ratio } = sized(this.map, this.width, this.height);
    const { frame, window: win } = this;
    const pixels = { x: Math.round(frame.x * ratio), y: Math.round(frame.y * ratio), w: Math.round(frame.width * ratio), h: Math.round(frame.height * ratio) };
    this.rowSpan = spans(win.r0, win.r1, pixels.h);
    this.columnSpan = spans(win.c0, win.c1, pixels.w);
    pen.putImageData(raster(this.codes, this.columns, this.rowSpan, this.columnSpan, theme.ramp.words), pixels.x, pixels.y);
    drawGrid(pen, this, theme, ratio);
    drawNumbers(pen, this, theme, rem);
    drawMarks(pen, this, theme, rem);
    drawPath(pen, this, theme);
    drawRows(pen, this, theme);
    drawColumns(pen, this, theme);
    pen.strokeStyle = theme.line;
    pen.strokeRect(frame.x - 0.5, frame.y - 0.5, frame.width + 1, frame.height + 1);
    this.footnote(pixels);
    this.read(this.at);
  }

  // Square cells when the map is small; the whole width and a height that leaves the page in sight when it is large.
  place(theme, rem) {
    const win = this.window;
    const [rows, columns] = [win.r1 - win.r0, win.c1 - win.c0];
    this.width = this.board.clientWidth;
    this.cell = Math.min((this.width - 8 * rem) / columns, 3 * rem);
    this.axes = axesOf(this, theme, rem);
    const left = this.axes.left + 0.9 * rem;
    const tallest = Math.max(18 * rem, windowHeight() * 0.62);
    // a short map may have wider cells, so that its tokens can be read without turning the head
    const label = Math.min(this.axes.top + 0.7 * rem, 6 * rem);
    const cell = Math.min((this.width - left - 2) / columns, Math.max(3 * rem, label, 10 * rem / columns));
    const wide = cell * columns;
    this.turned = this.axes.top > cell - 0.3 * this.axes.size;
    const top = (this.turned ? this.axes.top : this.axes.size) + 0.9 * rem;
    const tall = Math.min(tallest - top, Math.max(rows * Math.min(cell, 2.4 * rem), Math.min(12 * rem, rows * 1.1 * rem)));
    this.frame = { x: Math.round(left), y: Math.round(top), width: Math.round(wide), height: Math.round(tall) };
    this.height = this.frame.y + this.frame.height + 2;
    this.board.style.height = `${this.height}px`;
  }

  footnote(pixels) {
    const win = this.window;
    const per = { rows: Math.ceil((win.r1 - win.r0) / pixels.h), columns: Math.ceil((win.c1 - win.c0) / pixels.w) };
    const pooled = per.rows > 1 || per.columns > 1;
    const zoomed = win.r1 - win.r0 < this.rows || win.c1 - win.c0 < this.columns;
    this.whole.hidden = !zoomed;
    const notes = pooled ? [filled(this.words.pooled, per)] : [];
    if (this.data.path) notes.push(this.words.path);
    if (this.rows * this.columns > 400) notes.push(this.words.zoom);
    this.note.textContent = notes.join(" · ");
  }

  // ------------------------------------------------------------ reading
  cellAt(event) {
    const box = this.board.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const x = Math.floor((event.clientX - box.left - this.frame.x) * ratio);
    const y = Math.floor((event.clientY - box.top - this.frame.y) * ratio);
    if (x < 0 || y < 0 || x >= this.columnSpan.first.length || y >= this.rowSpan.first.length) return null;
    // under a pooled pixel the cell to name is the one whose colour is seen
    return largest(this.values, this.columns, this.rowSpan.first[y], this.rowSpan.last[y], this.columnSpan.first[x], this.columnSpan.last[x]);
  }

  read(at) {
    this.at = at;
    if (!this.width || !this.theme) return;
    const { pen } = sized(this.cursor, this.width, this.height);
    this.said.className = at ? "said" : "said idle";
    if (!at) { this.said.textContent = this.words.idle; return; }
    this.cross(pen, at);
    const { queries, keys } = this.data;
    this.said.replaceChildren(`${filled(this.words.read, { row: at.row + 1, column: at.column + 1 })} `);
    make("bdi", "token query", this.said, shown(queries[at.row]));
    this.said.append(" → ");
    make("bdi", "token", this.said, shown(keys[at.column]));
    make("span", "number", this.said, ` ${this.sign()} ${this.figure(this.weight(at.row, at.column))}`);
    const here = marksAt(this.data, at);
    if (here.length) make("span", "mark", this.said, ` ${here.join(" · ")}`);
  }

  sign() { return this.data.exact && !this.data.rounded ? "=" : "≈"; }

  // `digits`: how a view of its own writes a weight; the app's pages have four decimals for all.
  figure(weight) { return this.data.digits?.(weight) ?? weight.toFixed(this.data.exact ? 4 : 3); }

  cross(pen, at) {
    const { frame, window: win, theme } = this;
    const [w, h] = [frame.width / (win.c1 - win.c0), frame.height / (win.r1 - win.r0)];
    const cell = { x: frame.x + (at.column - win.c0) * w, y: frame.y + (at.row - win.r0) * h, width: w, height: h };
    if (cell.x < frame.x - 1 || cell.y < frame.y - 1 || cell.x >= frame.x + frame.width || cell.y >= frame.y + frame.height) return;
    pen.strokeStyle = theme.accent;
    pen.globalAlpha = 0.55;
    pen.strokeRect(frame.x, cell.y, frame.width, Math.max(1, h));
    pen.strokeRect(cell.x, frame.y, Math.max(1, w), frame.height);
    pen.globalAlpha = 1;
    pen.lineWidth = 2;
    pen.strokeStyle = theme.text;
    const grow = Math.max(0, 5 - Math.min(w, h)) / 2; // a cell of one pixel still needs a visible mark
    pen.strokeRect(cell.x - grow, cell.y - grow, w + 2 * grow, h + 2 * grow);
    pen.lineWidth = 1;
    drawChips(pen, this, theme, cell, rootSize());
  }

  move(event) {
    if (!this.rowSpan) return;
    if (this.drag) { this.pan(event); return; }
    this.read(this.cellAt(event));
  }

  key(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!this.rows || !this.columns || event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) {
      const from = this.at || { row: this.window.r0, column: this.window.c0 - (step[1] > 0 ? 1 : 0) };
      const at = { row: clamp(from.row + step[0], 0, this.rows - 1), column: clamp(from.column + step[1], 0, this.columns - 1) };
      this.follow(at);
      this.read(at);
    } else if (event.key === "+" || event.key === "=") this.zoom(0.7, this.at);
    else if (event.key === "-") this.zoom(1 / 0.7, this.at);
    else if (event.key === "0") this.zoomTo(null);
    else return;
    event.preventDefault();
  }

  // ------------------------------------------------------------ zoom
  zoomTo(win) {
    this.window = win || this.all();
    redraw(this, this.host);
  }

  zoom(factor, about) { this.zoomTo(zoomed(this.window, this, factor, about)); }

  follow(at) {
    const next = following(this.window, at);
    if (next.r0 !== this.window.r0 || next.c0 !== this.window.c0) this.zoomTo(next);
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the plain wheel scrolls the page
    event.preventDefault();
    this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.cellAt(event));
  }

  grab(event) {
    const win = this.window;
    if (win.r1 - win.r0 === this.rows && win.c1 - win.c0 === this.columns) return;
    this.board.setPointerCapture(event.pointerId);
    this.drag = { x: event.clientX, y: event.clientY, win };
  }

  pan(event) {
    const { x, y, win } = this.drag;
    const next = panned(win, this, (event.clientX - x) / this.frame.width, (event.clientY - y) / this.frame.height);
    if (next.r0 !== this.window.r0 || next.c0 !== this.window.c0) this.zoomTo(next);
  }

  // ------------------------------------------------------------ the same as a table
  flip() {
    const open = this.host.classList.toggle("as-table");
    this.toggle.textContent = open ? this.words.picture : this.words.table;
    this.toggle.setAttribute("aria-pressed", open);
    if (open) this.table.go({});
    else this.table.close();
  }

  numbers() {
    const { queries, keys, title } = this.data;
    return { title, corner: `${this.data.table.query} \\ ${this.data.table.key}`, rows: queries.map(shown), columns: keys.map(shown), cell: (row, column) => this.figure(this.weight(row, column)) };
  }
}
