// The chain of one attention: stages of matrices, one line that says what the cell under the pointer is made of, and editing.

class ChainView {
  constructor(host) {
    this.host = host;
    this.bar = make("div", "formula", host);
    this.bar.setAttribute("aria-live", "polite");
    this.stages = make("div", "stages", host);
    this.table = tableOfNumbers(host, () => chainNumbers(this.model));
    this.matrices = [];
    this.editor = new CellEditor(this);
    Object.assign(this, { chosen: null, pinned: null, lit: [], fault: null });
    host.addEventListener("pointerleave", () => this.choose(this.pinned));
    this.onKey = (event) => { if (event.key === "Escape" && this.pinned) { this.pinned = null; this.choose(null); } };
    document.addEventListener("keydown", this.onKey);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    clearTimeout(this.editor.waiting);
  }

  receive(data, send) {
    const packed = unpack(data);
    this.model = new ChainModel(packed);
    this.fault = this.model.fault;
    this.editor.receive(this.model, send);
    this.ready = true;
  }

  draw(theme) {
    this.theme = theme;
    this.tints = this.shades(theme);
    this.host.classList.toggle("sentence", this.model.sentence);
    const plan = JSON.stringify([this.model.stages, this.model.heads, this.model.by.get("weights").heads]);
    if (plan !== this.plan) this.build(plan);
    this.relabel();
    for (const matrix of this.matrices) {
      matrix.receive(this.model, theme, matrix.name === "weights" ? this.model.sums[matrix.head] : null);
    }
    for (const kept of [this.pinned, this.chosen]) if (kept && !this.there(kept)) this.pinned = this.chosen = null;
    this.choose(this.chosen);
    this.table.speak(this.model.table, this.model.words.all);
    this.table.renew();
  }

  there({ name, row, column }) {
    const one = this.model.by.get(name);
    return one && row < one.rows && column < one.columns;
  }

  // ------------------------------------------------------------ stages
  build(plan) {
    this.plan = plan;
    const scrolled = new Map(this.matrices.map((one) => [`${one.name}|${one.head}`, [one.frame.scrollLeft, one.frame.scrollTop]]));
    this.stages.replaceChildren();
    this.matrices = [];
    for (const stage of this.model.stages) {
      const section = make("section", "stage", this.stages);
      make("h3", "", section, stage.title);
      const heads = Math.max(...stage.cards.flat().map((name) => this.model.by.get(name).heads));
      for (let head = 0; head < heads; head++) {
        const line = make("div", "line", section);
        if (this.model.heads > 1 && heads > 1) make("span", "which", line, filled(this.model.words.head, { n: head + 1 }));
        for (const card of stage.cards) {
          if (head && card.every((name) => this.model.by.get(name).heads === 1)) continue;
          const box = make("div", "card", line);
          for (const name of card) if (!head || this.model.by.get(name).heads > 1) this.matrix(box, name, head); // shared ones once
        }
      }
    }
    for (const one of this.matrices) {
      const before = scrolled.get(`${one.name}|${one.head}`);
      if (before) [one.frame.scrollLeft, one.frame.scrollTop] = before;
    }
  }

  matrix(box, name, head) {
    const view = new MatrixView(box, name, head, this);
    view.title = make("div", "title", null);
    view.card.prepend(view.title);
    this.matrices.push(view);
  }

  relabel() {
    for (const { title, name } of this.matrices) {
      const { title: word, formula } = this.model.by.get(name);
      const said = `${word}|${formula[this.model.orientation]}`;
      if (title.said === said) continue;
      title.said = said;
      title.replaceChildren();
      make("span", "word", title, word);
      typeset(formula[this.model.orientation], make("span", "symbols", title));
    }
  }

  // From the background to the accent, and to its warm opposite below zero; never so far that a number is hard to read.
  shades(theme) {
    const background = parseColor(theme.background, "#ffffff");
    const far = theme.dark ? 0.6 : 0.5;
    const warm = parseColor(theme.dark ? "#e8935a" : "#c25b1e", "#c25b1e");
    const made = (hue) => Array.from({ length: 33 }, (_, i) => cssOf(mixed(background, hue, (far * i) / 32)));
    return { more: made(parseColor(theme.accent, "#2c6fa3")), less: made(warm) };
  }

  tint(share) {
    const { more, less } = this.tints;
    return (share < 0 ? less : more)[clamp(Math.round(Math.abs(share) * 32), 0, 32)];
  }

  // ------------------------------------------------------------ pointing
  hover(matrix, row, column) {
    if (this.host.classList.contains("dragging")) return;
    this.choose({ name: matrix.name, head: matrix.ownHead(), row, column });
  }

  pin(matrix, row, column) {
    const cell = { name: matrix.name, head: matrix.ownHead(), row, column };
    const again = this.pinned && JSON.stringify(this.pinned) === JSON.stringify(cell);
    this.pinned = again || this.editable(matrix.name) ? null : cell;
    this.choose(cell);
    if (this.pinned) {
      for (const one of this.matrices) {
        const up = this.lit.find((part) => part.name === one.name && part.head === one.ownHead());
        if (up) one.reveal(up.row, up.column);
      }
    }
  }

  choose(cell) {
    this.chosen = cell;
    this.host.classList.toggle("pinned", Boolean(this.pinned));
    this.lit = cell ? this.model.parents(cell.name, cell.head, cell.row, cell.column) : [];
    for (const matrix of this.matrices) matrix.light();
    this.say();
  }

  say() {
    const { bar, chosen, model, fault } = this;
    const lines = fault ? [fault.words]
      : chosen ? model.formula(chosen.name, chosen.head, chosen.row, chosen.column)
        : [model.cells ? model.words.edit : model.words.idle];
    const text = lines.join("\n");
    bar.classList.toggle("wrong", Boolean(fault));
    bar.classList.toggle("idle", !fault && !chosen);
    if (bar.said === text) return;
    bar.said = text;
    bar.replaceChildren();
    for (const line of lines) typeset(line, make("div", "", bar));
  }

  // ------------------------------------------------------------ editing
  editable(name) { return Boolean(this.editor.cells?.[name]); }

  text(matrix, row, column) {
    const value = this.editor.get(matrix, row, column);
    return value === undefined || value === null ? undefined : typeof value === "number" ? written(value) : value;
  }

  retype(name) { for (const one of this.matrices) if (one.name === name) one.fill(true); }

  faulty(matrix, row, column) {
    const at = this.editor.home(matrix, row, column);
    return at && at.name === this.fault.name && at.row === this.fault.row && at.column === this.fault.column;
  }

  press(matrix, row, column, event) { if (this.editable(matrix.name)) this.editor.press(matrix, row, column, event); }
  open(matrix, row, column) { if (this.editable(matrix.name)) this.editor.open(matrix, row, column); }

  key(matrix, row, column, event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      event.preventDefault();
      matrix.near(row, column, step)?.focus();
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      if (this.editable(matrix.name)) this.open(matrix, row, column);
      else this.pin(matrix, row, column);
    } else if (this.editable(matrix.name) && /^[-−.,\d]$/.test(event.key) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.editor.open(matrix, row, column, event.key);
    }
  }
}

export default (component) => present(component, "chain", ChainView);
