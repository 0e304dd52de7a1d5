// A decoding that is played: each token that is written brings its row of attention, and the columns it looks at light up.
// Nothing moves by itself where less motion is asked for: then the whole map stands there, and buttons and keys walk it.

const PACE = 750; // milliseconds a token
const FIRST = 250; // until the first one
const REST = 3200; // with the whole map, before it begins anew
const less = window.matchMedia("(prefers-reduced-motion: reduce)");

class LivingMapView {
  constructor(host) {
    this.host = host;
    this.said = make("p", "said", host);
    this.grid = make("div", "grid", host);
    this.grid.tabIndex = 0;
    this.grid.setAttribute("role", "img");
    this.buttons(make("div", "controls", host));
    this.told = make("div", "hidden-text", host);
    this.told.setAttribute("aria-live", "polite"); // what is stepped to, not what plays
    this.text = make("div", "hidden-text", host);
    this.host.addEventListener("keydown", (event) => this.key(event));
    this.timer = 0;
  }

  buttons(bar) {
    const button = (name, sign, act) => {
      const element = make("button", `step ${name}`, bar, sign);
      element.type = "button";
      element.addEventListener("click", act);
      return element;
    };
    this.controls = {
      back: button("back", "←", () => this.go(this.at - 1)),
      play: button("play", "", () => this.toggle()),
      next: button("next", "→", () => this.go(this.at + 1)),
    };
    this.place = make("span", "place", bar);
    this.keys = make("span", "keys", bar);
  }

  close() { clearTimeout(this.timer); }

  receive(data) {
    const text = JSON.stringify(data);
    if (text === this.received) return;
    this.received = text;
    this.data = data;
    this.high = Math.max(...data.weights.flat());
    this.build();
    this.ready = true;
    if (this.at === undefined) this.begin();
  }

  begin() {
    this.at = less.matches ? this.data.written.length : 0;
    this.playing = !less.matches;
    if (this.playing) this.timer = setTimeout(() => this.tick(), FIRST);
  }

  // ---------------------------------------------------------------- what stands there
  build() {
    const { tokens, written, words, weights } = this.data;
    this.grid.replaceChildren();
    const widths = tokens.map((token) => ([...shown(token)].length > 2 ? "max-content" : "minmax(0, 1fr)"));
    this.grid.style.gridTemplateColumns = `minmax(3.6rem, max-content) ${widths.join(" ")}`;
    this.grid.setAttribute("aria-label", words.title);
    make("span", "axis", this.grid, words.reads);
    this.columns = tokens.map((token) => make("bdi", "column", this.grid, shown(token)));
    this.rows = written.map((token, r) => {
      const name = make("bdi", "row", this.grid, shown(token));
      return { name, cells: tokens.map((_, c) => this.cell(r, c)) };
    });
    this.controls.back.setAttribute("aria-label", words.back);
    this.controls.next.setAttribute("aria-label", words.next);
    this.keys.textContent = words.keys;
    this.text.replaceChildren();
    tableOf(this.text, written, tokens, (r, c) => weights[r][c]);
  }

  cell(r, c) {
    const { tokens, written, weights } = this.data;
    const cell = make("i", "cell", this.grid);
    cell.title = `${shown(written[r])} → ${shown(tokens[c])}: ${probability(weights[r][c])}`;
    return cell;
  }

  draw(theme) {
    const { weights } = this.data;
    const code = (weight) => Math.round(255 * clamp(weight / this.high, 0, 1));
    this.rows.forEach(({ cells }, r) => cells.forEach((cell, c) => {
      cell.style.backgroundColor = cssOf(theme.ramp.colors[code(weights[r][c])]);
    }));
    this.light = (weight) => [cssOf(theme.ramp.colors[code(weight)]), theme.inkOn(code(weight))];
    this.show();
  }

  show() {
    const { written, words, weights } = this.data;
    const row = weights[this.at - 1];
    this.rows.forEach(({ name, cells }, r) => {
      for (const one of [name, ...cells]) {
        one.classList.toggle("there", r < this.at);
        one.classList.toggle("now", r === this.at - 1);
      }
    });
    this.columns.forEach((column, c) => {
      const [light, ink] = row && this.light ? this.light(row[c]) : ["", ""];
      column.style.backgroundColor = light;
      column.style.color = ink;
    });
    this.said.textContent = this.sentence();
    this.place.textContent = filled(words.place, { step: this.at, steps: written.length });
    this.controls.play.textContent = this.playing ? `⏸ ${words.pause}` : `▶ ${words.play}`;
    this.controls.back.disabled = this.at === 0;
    this.controls.next.disabled = this.at === written.length;
    Object.assign(this.host.dataset, { at: this.at, playing: this.playing });
  }

  sentence() {
    const { tokens, written, words, weights } = this.data;
    if (this.at === 0) return words.waits;
    const row = weights[this.at - 1];
    const weight = Math.max(...row);
    const most = `“${shown(tokens[row.indexOf(weight)])}”`;
    const pattern = this.at === written.length ? words.ends : words.said;
    return filled(pattern, { token: `“${shown(written[this.at - 1])}”`, most, weight: probability(weight) });
  }

  // ---------------------------------------------------------------- playing
  tick() {
    const last = this.data.written.length;
    this.at = this.at >= last ? 0 : this.at + 1;
    this.show();
    this.timer = setTimeout(() => this.tick(), this.at === last ? REST : PACE);
  }

  toggle() {
    this.playing = !this.playing;
    clearTimeout(this.timer);
    if (this.playing) this.tick();
    else this.show();
  }

  go(at) {
    clearTimeout(this.timer);
    this.playing = false;
    this.at = clamp(at, 0, this.data.written.length);
    this.show();
    this.told.textContent = this.sentence();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const last = this.data.written.length;
    const acts = {
      ArrowRight: () => this.go(this.at + 1), ArrowLeft: () => this.go(this.at - 1),
      Home: () => this.go(0), End: () => this.go(last),
      ...(event.target === this.grid ? { " ": () => this.toggle() } : {}), // on a button it presses the button
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }
}

export default (component) => present(component, "living-map", LivingMapView);
