// The numbers of a picture as a real table, for screen readers and for anybody. It is made when somebody opens it, and one
// block of it at a time: nobody reads a table of a quarter of a million cells, and no page should hold it. Its words come from
// Python (table_words.py).

const BLOCK = { row: 64, column: 32 }; // table_blocks.py cuts alike

// A block of pictures that are here in the browser: {title, corner, rows, columns, cell(row, column) → text}, labels as texts.
function blockOf(pictures, { at = 0, row = 0, column = 0 }) {
  const which = clamp(at, 0, pictures.length - 1);
  const one = pictures[which];
  const from = (place, count, size) => Math.floor(clamp(place, 0, Math.max(0, count - 1)) / size) * size;
  const first = { row: from(row, one.rows.length, BLOCK.row), column: from(column, one.columns.length, BLOCK.column) };
  const rows = one.rows.slice(first.row, first.row + BLOCK.row);
  const columns = one.columns.slice(first.column, first.column + BLOCK.column);
  return {
    titles: pictures.map((each) => each.title), at: which, corner: one.corner || "", rows, columns, first,
    all: { row: one.rows.length, column: one.columns.length },
    cells: rows.map((_, r) => columns.map((__, c) => one.cell(first.row + r, first.column + c))),
  };
}

const NUMERAL = /^([-−+<≈]?[\d.∞]|–$)/; // numbers stand right, words left
let tables = 0; // in this page, so that each has a name of its own

class NumberTable {
  // ask(place): somebody wants to see the block at {at, row, column}; null: no block any more.
  // `always`: it is opened by other means, and has no button of its own.
  constructor(parent, ask, { always = false } = {}) {
    this.ask = ask;
    this.host = make("div", "number-table", parent);
    this.button = make("button", "as-numbers", this.host);
    this.button.type = "button";
    this.button.hidden = always;
    this.button.addEventListener("click", () => this.flip());
    this.part = make("div", "numbers", this.host);
    this.part.id = `numbers-${++tables}`;
    this.part.setAttribute("role", "group");
    this.button.setAttribute("aria-controls", this.part.id);
    this.bar = make("div", "moves", this.part);
    this.which = make("select", "which", this.bar);
    this.which.addEventListener("change", () => this.go({ at: Number(this.which.value) }));
    this.steps = { row: this.stepper("row"), column: this.stepper("column") };
    this.box = make("div", "sheet", this.part);
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "region");
    this.bar.hidden = true; // until there is something to go to
    this.close();
    // arrow keys move in the table, not the picture beside it
    this.host.addEventListener("keydown", (event) => { if (event.key.startsWith("Arrow")) event.stopPropagation(); });
  }

  stepper(side) {
    const line = make("span", "steps", this.bar);
    const button = (text, by) => {
      const one = make("button", "move", line, text);
      one.type = "button";
      one.addEventListener("click", () => this.go({ at: this.block.at, ...this.block.first, [side]: this.block.first[side] + by * BLOCK[side] }));
      return one;
    };
    const before = button(side === "row" ? "↑" : "←", -1);
    const told = make("span", "", line);
    return { line, before, told, after: button(side === "row" ? "↓" : "→", 1) };
  }

  // words: table_words.py; name: of the picture
  speak(words, name) {
    Object.assign(this, { words, name });
    this.button.textContent = words[this.open ? "close" : "open"];
    this.button.setAttribute("aria-label", filled(words[this.open ? "close_name" : "open_name"], { name }));
    this.part.setAttribute("aria-label", filled(words.table_of, { name }));
    this.which.setAttribute("aria-label", words.which);
  }

  flip() {
    if (this.open) this.close();
    else this.go({});
    this.speak(this.words, this.name);
  }

  // Open at its beginning, or where it stands: with the numbers there are now.
  go(place) {
    this.open = true;
    this.dress();
    this.ask(place);
  }

  renew() { if (this.open) this.go(this.block ? { at: this.block.at, ...this.block.first } : {}); }

  close() {
    if (this.open) this.ask(null);
    Object.assign(this, { open: false, block: null, told: "" });
    this.box.replaceChildren();
    this.dress();
  }

  dress() {
    this.part.hidden = !this.open;
    this.button.setAttribute("aria-expanded", String(this.open));
  }

  // Only once somebody has asked: an answer that comes after it was closed is dropped.
  show(block) {
    if (!this.open || !block) return;
    const told = JSON.stringify([block, this.words]);
    this.block = block;
    if (told === this.told) return;
    this.told = told;
    this.speak(this.words, this.name);
    this.bar.hidden = block.titles.length < 2 && block.all.row <= BLOCK.row && block.all.column <= BLOCK.column;
    this.which.hidden = block.titles.length < 2;
    this.which.replaceChildren();
    block.titles.forEach((title, i) => { make("option", "", this.which, this.titleOf(title, i)).value = i; });
    this.which.value = block.at;
    for (const side of ["row", "column"]) this.place(side);
    const kept = [this.box.scrollLeft, this.box.scrollTop];
    this.box.replaceChildren();
    this.fill();
    [this.box.scrollLeft, this.box.scrollTop] = kept;
  }

  titleOf(title, i) { return title || (this.block.titles.length > 1 ? filled(this.words.part, { n: i + 1 }) : this.name); }

  place(side) {
    const { line, before, told, after } = this.steps[side];
    const { first, all } = this.block;
    const last = Math.min(all[side], first[side] + BLOCK[side]);
    line.hidden = all[side] <= BLOCK[side];
    told.textContent = filled(this.words[`${side}s`], { first: first[side] + 1, last, all: all[side] });
    before.setAttribute("aria-label", this.words[`${side}s_before`]);
    after.setAttribute("aria-label", this.words[`${side}s_after`]);
    before.disabled = first[side] === 0;
    after.disabled = last >= all[side];
  }

  fill() {
    const { block, words } = this;
    const title = this.titleOf(block.titles[block.at], block.at);
    this.box.setAttribute("aria-label", title);
    const table = make("table", "", this.box);
    make("caption", "", table, filled(words.caption, { title, rows: block.all.row, columns: block.all.column }));
    const head = make("tr", "", make("thead", "", table));
    this.label("th", head, block.corner || words.corner).scope = "col";
    for (const column of block.columns) this.label("th", head, column).scope = "col";
    const body = make("tbody", "", table);
    block.rows.forEach((label, r) => {
      const row = make("tr", "", body);
      this.label("th", row, label).scope = "row";
      for (const text of block.cells[r]) make("td", NUMERAL.test(text) ? "" : "text", row, text);
    });
  }

  // A token, in its own direction of writing.
  label(tag, row, text) {
    const cell = make(tag, "", row);
    make("bdi", "", cell, text);
    return cell;
  }
}

// The table of a view that has its numbers in the browser; pictures(): as blockOf takes them, when they are wanted.
function tableOfNumbers(parent, pictures, options) {
  const table = new NumberTable(parent, (place) => { if (place) table.show(blockOf(pictures(), place)); }, options);
  return table;
}
