// Source tokens above, produced tokens below, a curve for each weight. Places belong to the whole path, so nothing moves
// while stepping: a step only shows, greys and tints what is already laid out.

const FAINTEST = 0.03; // thinner curves would be noise
const MOST_CURVES = 8; // per query

// Left edges of pills of these widths, spread over `width`; wider than `width` when they do not fit.
function spread(widths, width, gap, most) {
  const total = widths.reduce((sum, each) => sum + each, 0) + gap * Math.max(0, widths.length - 1);
  const extra = widths.length > 1 ? Math.min(Math.max(0, width - total) / (widths.length - 1), most) : 0;
  let x = Math.max(0, (width - total - extra * Math.max(0, widths.length - 1)) / 2);
  const lefts = widths.map((each) => { const left = x; x += each + gap + extra; return left; });
  return { lefts, total };
}

class ArcsView {
  constructor(host) {
    this.box = make("div", "arcbox", host);
    this.svg = draw("svg", { role: "img" }, this.box);
    this.curves = draw("g", { class: "curves" }, this.svg);
    this.pills = draw("g", {}, this.svg);
  }

  // path: nodes after the root; rows: weights per path node, or undefined
  draw(theme, { source, path, rows, words }) {
    const rem = rootSize();
    Object.assign(this, { theme, source, path, rows, words, rem });
    this.fonts = { token: `${0.95 * rem}px ${theme.font}`, small: `${0.74 * rem}px ${theme.font}` };
    const width = this.box.clientWidth - 1.2 * rem; // less what stepper.css pads, for numbers wider than their pill
    this.above = this.line(source.map((token) => [token, ""]), width);
    this.below = this.line(path.map((node) => [node.token, this.caption(node)]), width);
    this.width = Math.max(width, this.above.total, this.below.total);
    if (this.width > width) {
      // both rows over the whole scrolled width, so that what belongs together stays near
      for (const line of [this.above, this.below]) Object.assign(line, spread(line.widths, this.width, line.gap, Infinity));
    }
    this.tops = { source: 1.3 * rem, from: 3.05 * rem, to: 14.6 * rem, target: 14.6 * rem };
    this.svg.setAttribute("width", this.width);
    this.svg.setAttribute("height", 17.8 * rem);
    this.curves.replaceChildren();
    this.pills.replaceChildren();
    this.groups = [];
    this.sources = source.map((token, i) => this.sourcePill(i));
    this.position = -1;
  }

  caption(node) {
    if (node.p == null) return "";
    return node.forced ? filled(this.words.forced_p, { p: node.p < 1e-4 ? node.p.toExponential(1) : node.p.toFixed(node.p < 0.1 ? 4 : 2) }) : probability(node.p);
  }

  // Long tokens give way first: pills shrink to an ellipsis before the row has to scroll. Where even that is not enough,
  // it scrolls, and then with room to read.
  line(items, width) {
    const tries = [[12, 1, 0.5, 1.5], [7, 0.8, 0.4, 1.5], [4.5, 0.6, 0.25, 1.5], [3.2, 0.5, 0.2, 1.5], [3.2, 0.3, 0.12, 1]];
    for (const each of tries) {
      const line = this.placed(items, width, ...each);
      if (line.total <= width) return line;
    }
    return this.placed(items, width, ...tries[1]);
  }

  placed(items, width, most, padding, between, least) {
    const rem = this.rem;
    const gap = between * rem;
    const labels = items.map(([token]) => fitted(shown(token), this.fonts.token, most * rem));
    const pills = labels.map((label) => Math.max(textWidth(label, this.fonts.token) + padding * rem, least * rem));
    const widths = items.map(([, caption], i) => Math.max(pills[i], textWidth(caption, this.fonts.small) + 0.3 * rem));
    return { labels, pills, widths, gap, ...spread(widths, width, gap, 3.2 * rem) };
  }

  centre(line, i) { return line.lefts[i] + line.widths[i] / 2; }

  pillBox(parent, line, i, y, label) {
    const rem = this.rem;
    const width = line.pills[i];
    const x = this.centre(line, i);
    const rect = draw("rect", { x: x - width / 2, y, width, height: 1.75 * rem, rx: 0.4 * rem, class: "shape" }, parent);
    const word = draw("text", { x, y: y + 0.9 * rem, class: "word" }, parent, label);
    return { rect, word };
  }

  sourcePill(i) {
    const group = draw("g", { class: "source" }, this.pills);
    draw("title", {}, group, this.source[i]);
    const parts = this.pillBox(group, this.above, i, this.tops.source, this.above.labels[i]);
    parts.number = draw("text", { x: this.centre(this.above, i), y: this.tops.source - 0.55 * this.rem, class: "number" }, group, "");
    parts.code = -1;
    return parts;
  }

  target(i) {
    if (this.groups[i]) return this.groups[i];
    const rem = this.rem;
    const node = this.path[i];
    const group = draw("g", { class: "target", "data-node": node.id }, this.pills);
    draw("title", {}, group, node.token);
    const parts = this.pillBox(group, this.below, i, this.tops.target, this.below.labels[i]);
    draw("text", { x: this.centre(this.below, i), y: this.tops.target + 2.45 * rem, class: node.forced ? "number forced" : "number" }, group, this.caption(node));
    const curves = draw("g", {}, this.curves);
    for (const [s, weight] of this.heaviest(i)) this.curve(curves, s, i, weight);
    group.addEventListener("pointerenter", () => this.look(i));
    group.addEventListener("pointerleave", () => this.look(null));
    this.groups[i] = { group, curves, ...parts, label: this.below.labels[i] };
    return this.groups[i];
  }

  heaviest(i) {
    const row = this.rows[i] || [];
    const order = row.map((weight, s) => [s, weight]).filter(([, weight]) => weight >= FAINTEST).sort((a, b) => b[1] - a[1]);
    return order.length ? order.slice(0, MOST_CURVES) : [...row.entries()].sort((a, b) => b[1] - a[1]).slice(0, 3);
  }

  curve(parent, s, i, weight) {
    const [x1, x2] = [this.centre(this.above, s), this.centre(this.below, i)];
    const { from, to } = this.tops;
    const middle = (from + to) / 2;
    const width = (0.5 + 6.5 * weight) * (this.rem / 16);
    draw("path", { d: `M${x1},${from} C${x1},${middle} ${x2},${middle} ${x2},${to}`, "stroke-width": width.toFixed(2) }, parent);
  }

  // position: produced tokens; the one after it, if computed, is the query the decoder answers next
  show(position) {
    const last = this.position;
    this.position = position;
    const upTo = Math.max(position, Math.min(last, this.groups.length - 1));
    for (let i = 0; i <= Math.min(upTo, this.path.length - 1); i++) this.state(i);
    if (position >= 0 && position < this.path.length) this.state(position);
    this.look(null);
    this.follow(this.current());
  }

  current() { return this.position < this.path.length ? this.position : this.path.length - 1; }

  state(i) {
    const parts = this.target(i);
    const asked = i === this.position;
    const name = i > this.position ? "away" : asked ? "asked" : i === this.position - 1 ? "target last" : "target";
    parts.group.setAttribute("class", asked ? "target asked" : name);
    parts.word.textContent = asked ? "?" : parts.label;
    parts.curves.setAttribute("class", i > this.position ? "away" : "");
  }

  // Tint the source by one query's row and lift its curves; null means the current query.
  look(i) {
    const at = i ?? this.current();
    this.groups.forEach((parts, j) => parts?.curves.classList.toggle("now", j === at));
    this.groups[at]?.curves.parentNode.appendChild(this.groups[at].curves); // on top of the grey ones
    const row = this.rows[at] || [];
    this.sources.forEach((parts, s) => {
      const weight = row[s] || 0;
      const code = Math.round(Math.min(1, weight) * 255);
      if (parts.code === code) return;
      parts.code = code;
      parts.rect.style.fill = code > 5 ? cssOf(this.theme.ramp.colors[code]) : "";
      parts.word.style.fill = code > 5 ? this.theme.inkOn(code) : "";
      parts.number.textContent = weight >= 0.05 ? probability(weight) : "";
    });
  }

  follow(i) {
    if (this.width <= this.box.clientWidth || i < 0) return;
    // show the query and, when the row is too wide for both, what it looks at most
    const heaviest = this.heaviest(i)[0];
    const x = this.centre(this.below, i);
    const wish = heaviest ? (x + this.centre(this.above, heaviest[0])) / 2 : x;
    const [least, most] = [x - this.box.clientWidth * 0.85, x - this.box.clientWidth * 0.15];
    this.box.scrollLeft = Math.min(most, Math.max(least, wish - this.box.clientWidth / 2));
  }
}
