// A row of weights over source tokens as bars that are dragged. Nothing but the bars moves while one is dragged; whoever
// made the view hears the row when it is let go.

const WHOLE = 1000; // weights are kept in thousandths: a link stays short, and their sum is exactly one

function thousandths(row) {
  const exact = row.map((weight) => weight * WHOLE);
  const parts = exact.map(Math.floor);
  const rest = WHOLE - parts.reduce((sum, part) => sum + part, 0);
  const order = exact.map((_, i) => i).sort((a, b) => exact[b] - parts[b] - (exact[a] - parts[a]) || a - b);
  order.slice(0, rest).forEach((i) => { parts[i] += 1; });
  return parts.map((part) => part / WHOLE);
}

// The row in which one token has this weight: the others share the rest as they did, or evenly where they had nothing.
function moved(row, at, weight) {
  const rest = row.reduce((sum, other, i) => (i === at ? sum : sum + other), 0);
  const even = row.length > 1 ? (1 - weight) / (row.length - 1) : 0;
  return row.map((other, i) => {
    if (i === at) return row.length > 1 ? weight : 1;
    return rest > 1e-9 ? (other * (1 - weight)) / rest : even;
  });
}

class BarsView {
  constructor(parent, set) {
    this.set = set;
    this.host = make("div", "bars", parent);
    this.host.setAttribute("role", "group");
    this.columns = [];
    this.commit = debounced(() => this.finish(), 500);
    this.host.addEventListener("pointerdown", (event) => this.press(event));
    this.host.addEventListener("pointermove", (event) => this.drag(event));
    this.host.addEventListener("pointerup", () => this.release());
    this.host.addEventListener("pointercancel", () => this.release());
    this.host.addEventListener("dblclick", (event) => this.only(event.target.closest(".column")?.place));
    this.host.addEventListener("keydown", (event) => this.key(event));
  }

  // What is held by a hand, or was typed and not yet said, is not overwritten.
  get busy() { return !!this.held || !!this.typed; }

  show(tokens, row, own, words) {
    if (this.busy) return;
    this.words = words;
    if (this.tokens !== JSON.stringify(tokens)) this.build(tokens);
    this.own = own;
    this.row = row;
    this.paint();
  }

  build(tokens) {
    this.tokens = JSON.stringify(tokens);
    this.host.replaceChildren();
    this.columns = tokens.map((token, place) => {
      const column = make("div", "column", this.host);
      column.place = place;
      column.token = shown(token);
      column.setAttribute("role", "slider");
      column.setAttribute("aria-orientation", "vertical");
      column.setAttribute("aria-valuemin", "0");
      column.setAttribute("aria-valuemax", "1");
      column.tabIndex = place ? -1 : 0;
      column.number = make("div", "number", column);
      column.area = make("div", "area", column);
      column.bar = make("div", "bar", column.area);
      column.tick = make("div", "tick", column.area);
      make("bdi", "token", column, column.token).title = column.token;
      return column;
    });
  }

  paint() {
    this.columns.forEach((column, i) => {
      const weight = this.row[i] ?? 0;
      column.bar.style.height = `${100 * weight}%`;
      column.number.textContent = weight < 0.005 ? "" : weight.toFixed(2).replace(/^0/, "");
      column.classList.toggle("most", weight >= 0.5);
      const before = this.own?.[i] ?? 0;
      column.tick.hidden = before < 0.005;
      column.tick.style.bottom = `${100 * before}%`;
      column.setAttribute("aria-valuenow", weight.toFixed(3));
      column.setAttribute("aria-valuetext", weight.toFixed(2));
      column.setAttribute("aria-label", filled(this.words.bar, { token: column.token, weight: weight.toFixed(2) }));
    });
  }

  press(event) {
    const column = event.target.closest(".column");
    if (!column || event.button !== 0) return;
    this.finish();
    this.held = { place: column.place, y: event.clientY, row: this.row, height: column.area.clientHeight };
    column.setPointerCapture(event.pointerId); // not the row: a double click must still say on which token it was
    this.focus(column.place);
    event.preventDefault();
  }

  drag(event) {
    const held = this.held;
    if (!held) return;
    const far = held.y - event.clientY;
    if (!held.moving && Math.abs(far) < 3) return; // a click is no drag
    held.moving = true;
    this.host.classList.add("dragging");
    this.row = moved(held.row, held.place, clamp(held.row[held.place] + far / held.height, 0, 1));
    this.paint();
  }

  release() {
    const held = this.held;
    this.held = null;
    this.host.classList.remove("dragging");
    if (held?.moving) this.set(thousandths(this.row));
  }

  only(place) {
    if (place === undefined) return;
    this.commit.cancel();
    this.typed = false;
    this.row = this.columns.map((_, i) => Number(i === place));
    this.paint();
    this.set(this.row);
  }

  focus(place) {
    const column = this.columns[clamp(place, 0, this.columns.length - 1)];
    this.columns.forEach((other) => { other.tabIndex = other === column ? 0 : -1; });
    column.focus({ preventScroll: false });
  }

  key(event) {
    const place = event.target.place;
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const by = { ArrowUp: 0.05, ArrowDown: -0.05, PageUp: 0.25, PageDown: -0.25, Home: -1, End: 1 }[event.key];
    if (!aside && !by && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (aside) { this.focus(place + aside); return; }
    if (event.key === "Enter") { this.only(place); return; }
    this.typed = true;
    this.row = moved(this.row, place, clamp(this.row[place] + by, 0, 1));
    this.paint();
    this.commit();
  }

  // Keys that follow each other are one edit.
  finish() {
    this.commit.cancel();
    if (!this.typed) return;
    this.typed = false;
    this.set(thousandths(this.row));
  }
}
