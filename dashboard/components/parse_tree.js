// A constituency tree as SVG: words in a row, constituents above them. What the right tree lacks has dashes and a cross, not a
// colour alone; the words that the chosen bracket looked at are shaded, and named in the line above.

const SMALLEST = 0.75;

class ParseTreeView {
  constructor(host) {
    this.host = host;
    const readout = make("div", "readout", host);
    this.said = make("span", "said idle", readout);
    this.said.setAttribute("aria-live", "polite");
    this.box = make("div", "parsebox", host);
    this.table = tableOfNumbers(host, () => this.numbers());
    this.chosen = this.pinned = -1;
    host.addEventListener("pointerleave", () => this.choose(this.pinned));
    host.addEventListener("keydown", (event) => { if (event.key === "Escape") this.pin(-1); });
  }

  receive(data) {
    const { header, body } = unpack(data);
    if (header.revision === this.revision) return;
    Object.assign(this, header, { chosen: -1, pinned: -1, ready: true, told: header.table, table: this.table });
    this.rows = new Float32Array(body.slice().buffer);
    this.table.speak(this.told, this.words.tree);
    this.table.renew();
  }

  // Constituents, parts of speech, and where each bracket looked.
  numbers() {
    const { leaves, tags, nodes, right, words, told } = this;
    const labels = nodes.map(([label]) => label);
    const judged = right ? [words.right] : [];
    const wide = leaves.length + 1;
    const over = ([, first, last]) => leaves.slice(first, last + 1).map(shown).join(" ");
    const found = [{
      title: words.tree, corner: told.constituent, rows: labels, columns: [told.covers, ...judged],
      cell: (row, column) => (column ? (right[row] ? told.yes : words.wrong) : over(nodes[row])),
    }];
    if (tags.length) found.push({ title: told.tag, corner: told.word, rows: leaves.map(shown), columns: [told.tag], cell: (row) => tags[row] });
    if (this.looks) {
      found.push({
        title: words.looked, corner: told.constituent, rows: nodes.map((node) => `${node[0]}: ${over(node)}`), columns: [...leaves.map(shown), words.end],
        cell: (row, column) => this.rows[row * wide + column].toFixed(4),
      });
    }
    return found;
  }

  // ------------------------------------------------------------ places
  measure(theme) {
    const rem = rootSize();
    const fonts = { word: `${0.92 * rem}px ${theme.font}`, label: `600 ${0.86 * rem}px ${theme.font}` };
    const widths = this.leaves.map((word) => textWidth(shown(word), fonts.word));
    this.tags.forEach((tag, at) => { widths[at] = Math.max(widths[at], textWidth(tag, fonts.word)); });
    for (const [label, first, last] of this.nodes) {
      const each = (textWidth(`${label} ✗`, fonts.label) + 0.5 * rem) / (last - first + 1);
      for (let at = first; at <= last; at++) widths[at] = Math.max(widths[at], each);
    }
    const words = widths.reduce((sum, width) => sum + width, 0);
    // words come nearer to each other before the last one would have to be scrolled to
    const gap = clamp((this.host.clientWidth / SMALLEST - words) / Math.max(1, widths.length), 0.4 * rem, 0.9 * rem);
    const natural = words + gap * widths.length;
    const spare = Math.max(0, (Math.min(this.host.clientWidth, natural * 1.6) - natural - 2) / Math.max(1, widths.length));
    let left = 0;
    this.columns = widths.map((width) => {
      const room = width + gap + spare;
      left += room;
      return { x: left - room / 2, room };
    });
    this.width = left;
    return { rem, fonts };
  }

  // The constituent around each, and how deep it stands: the order is that of opening, so the last one that holds it.
  nest() {
    const open = [];
    this.places = this.nodes.map(([, , last], at) => {
      while (open.length && this.nodes[open.at(-1)][2] < last) open.pop();
      const parent = open.length ? open.at(-1) : -1;
      open.push(at);
      const depth = parent < 0 ? 0 : this.depths[parent] + 1;
      this.depths[at] = depth;
      return { parent, depth };
    });
    this.above = this.leaves.map((_, word) => {
      let found = -1;
      this.nodes.forEach(([, first, last], at) => { if (first <= word && word <= last) found = at; });
      return found;
    });
  }

  draw(theme) {
    this.theme = theme;
    const { rem } = this.measure(theme);
    this.depths = [];
    this.nest();
    const step = 2.35 * rem;
    const deepest = Math.max(-1, ...this.depths) + 1;
    const tagged = this.tags.length ? 1.25 * rem : 0;
    this.floor = 0.9 * rem + deepest * step + tagged;
    this.box.replaceChildren();
    const height = this.floor + 1.2 * rem;
    const scale = clamp(this.host.clientWidth / this.width, SMALLEST, 1); // a long sentence is drawn smaller before it is scrolled
    const svg = draw("svg", { width: this.width * scale, height: height * scale, viewBox: `0 0 ${this.width} ${height}`, role: "group", "aria-label": this.words.tree }, this.box);
    const x = ([, first, last]) => (this.columns[first].x + this.columns[last].x) / 2;
    const y = (at) => 0.9 * rem + this.depths[at] * step;
    const lines = draw("g", { class: "lines" }, svg);
    this.nodes.forEach((node, at) => {
      const { parent } = this.places[at];
      if (parent < 0) return;
      const [from, to] = [x(this.nodes[parent]), x(node)];
      draw("path", { d: `M${from} ${y(parent) + 0.75 * rem}L${to} ${y(at) - 0.75 * rem}` }, lines);
    });
    this.cells = this.leaves.map((word, at) => this.leaf(svg, lines, word, at, { rem, step, tagged, x, y }));
    this.marks = this.nodes.map((node, at) => this.node(svg, node, at, { rem, px: x(node), py: y(at) }));
    if (!this.nodes.length) this.say(this.words.empty);
    this.choose(this.chosen);
  }

  leaf(svg, lines, word, at, { rem, step, tagged, x, y }) {
    const { x: px, room } = this.columns[at];
    const over = this.above[at];
    const top = this.floor - tagged - 0.8 * rem;
    if (over >= 0) {
      const [from, bend] = [y(over) + 0.75 * rem, Math.min(top, y(over) + step - 0.75 * rem)];
      draw("path", { d: `M${x(this.nodes[over])} ${from}L${px} ${bend}L${px} ${top}` }, lines);
    }
    const group = draw("g", { class: "leaf" }, svg);
    const cell = draw("rect", { x: px - room / 2 + 1, y: this.floor - 0.7 * rem, width: room - 2, height: 1.55 * rem, rx: 4 }, group);
    if (tagged) draw("text", { x: px, y: this.floor - tagged, class: "tag" }, group, this.tags[at]);
    const text = draw("text", { x: px, y: this.floor + 0.08 * rem }, group, shown(word));
    return { cell, text };
  }

  node(svg, [label, first, last], at, { rem, px, py }) {
    const wrong = this.right && !this.right[at];
    const text = wrong ? `${label} ✗` : label;
    const width = textWidth(text, `600 ${0.86 * rem}px ${this.theme.font}`) + 0.9 * rem;
    const name = `${label}: ${this.leaves.slice(first, last + 1).join(" ")}${wrong ? ` (${this.words.wrong})` : ""}`;
    const group = draw("g", { class: `node${wrong ? " wrong" : ""}`, tabindex: 0, role: "button", "aria-label": name }, svg);
    draw("rect", { x: px - width / 2, y: py - 0.72 * rem, width, height: 1.44 * rem, rx: 0.35 * rem }, group);
    draw("text", { x: px, y: py + 0.04 * rem }, group, text);
    group.addEventListener("pointerenter", () => this.choose(at));
    group.addEventListener("focus", () => this.choose(at));
    group.addEventListener("click", () => this.pin(this.pinned === at ? -1 : at));
    group.addEventListener("keydown", (event) => { if (event.key === "Enter") this.pin(at); });
    return group;
  }

  // ------------------------------------------------------------ choosing
  pin(at) {
    this.pinned = at;
    this.choose(at);
  }

  choose(at) {
    this.chosen = at;
    if (!this.cells) return;
    this.marks.forEach((mark, other) => {
      mark.classList.toggle("chosen", other === at);
      mark.setAttribute("aria-pressed", String(other === this.pinned));
    });
    const [, first, last] = at < 0 ? [] : this.nodes[at];
    const size = this.leaves.length + 1;
    const row = at < 0 || !this.looks ? null : this.rows.subarray(at * size, (at + 1) * size);
    const top = row ? Math.max(...row, 1e-9) : 1;
    this.cells.forEach(({ cell, text }, word) => {
      const code = row ? Math.round(clamp(row[word] / Math.max(top, 0.3), 0, 1) * 255) : 0;
      cell.style.fill = row ? cssOf(this.theme.ramp.colors[code]) : "";
      text.style.fill = row ? this.theme.inkOn(code) : "";
      cell.classList.toggle("held", at >= 0 && first <= word && word <= last);
    });
    if (at >= 0) this.explain(at, row);
    else if (this.nodes.length) this.say(this.looks ? this.words.idle : this.words.plain);
  }

  explain(at, row) {
    const [label, first, last] = this.nodes[at];
    const held = this.leaves.slice(first, last + 1).map(shown).join(" ");
    const parts = [filled(this.words.said, { label, words: held })];
    if (this.right && !this.right[at]) parts.push(this.words.wrong);
    if (row) {
      const keys = [...this.leaves.map(shown), this.words.end];
      const order = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, this.named);
      parts.push(`${this.words.looked} ${order.map((word) => `${keys[word]} ${probability(row[word])}`).join(", ")}`);
    }
    this.say(parts.join(" · "), false);
  }

  say(text, idle = true) {
    this.said.textContent = text;
    this.said.title = text;
    this.said.classList.toggle("idle", idle);
  }
}

export default (component) => present(component, "parse-tree", ParseTreeView);
