// Draws a decoding tree as SVG inside a box that scrolls. Only what is near the visible part is in the page, so a tree of
// thousands of nodes costs what a screenful costs. Used inside the stepper, and with a zoom (tree_zoom.js) on its own.

const CROWD = 300;

class TreeView {
  // `keys`: whether Left, Right, Home and End walk the tree; in the stepper they step the decoder instead.
  constructor(host, { pick, keys = true }) {
    Object.assign(this, { host, pick, keys, opened: new Set(), shownNodes: new Map(), view: {}, scale: { x: 1, y: 1 }, crowd: CROWD });
    this.box = make("div", "treebox", host);
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "tree");
    this.svg = draw("svg", {}, this.box);
    this.world = draw("g", {}, this.svg);
    this.edges = draw("g", { class: "edges" }, this.world);
    this.pills = draw("g", { class: "pills" }, this.world);
    this.card = make("div", "card", host);
    this.legend = make("div", "shapes", host);
    this.box.addEventListener("scroll", () => { this.hideCard(); this.fill(); }, { passive: true });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("focus", () => { if (this.box.matches(":focus-visible")) this.activate(this.active ?? this.selected ?? this.plot?.root); });
    this.box.addEventListener("blur", () => { this.activate(null); });
    this.pan();
  }

  // `text` changes with everything else that is given.
  receive({ nodes, words, height, text }) {
    if (text === this.text) return false;
    Object.assign(this, { text, words, wanted: height });
    this.plot = plant(nodes);
    appraise(this.plot);
    this.active = null;
    this.fresh = true;
    this.ready = true;
    return true;
  }

  // view: {selected, path: Set of ids drawn as the main line, hidden: node → bool, muted: node → bool, status: node → what
  // had become of it so far}
  show(view) {
    const changed = view.hidden !== this.view.hidden;
    this.view = view;
    this.selected = this.plot.byId.get(view.selected) || null;
    if (!this.theme) return;
    if (this.selected?.up && !this.selected.up.drawn?.includes(this.selected)) this.unfold(this.selected.parent);
    else if (changed) this.fill();
    for (const parts of this.shownNodes.values()) this.dress(parts);
  }

  statusOf(node) { return node.more ? "pruned" : this.view.status?.(node) ?? node.status; }

  draw(theme) {
    this.theme = theme;
    if (!this.plot.root) return;
    const rem = rootSize();
    branches(this.plot, this.crowd, this.opened, this.view.path || this.plot.best);
    const { order, rows } = layTree(this.plot);
    const size = measureTree(order, theme, rem);
    this.order = order;
    this.fonts = size.fonts;
    this.size = { width: Math.max(size.width, this.box.clientWidth - 2), height: rows * size.pitch + 1.4 * rem };
    this.resize();
    const room = typeof this.wanted === "number" ? (this.wanted * rem) / 16 : Math.max(14 * rem, windowHeight() * 0.5);
    this.box.style.height = `${Math.min(this.size.height + 2, room)}px`;
    this.clear();
    if (this.fresh) this.open();
    this.fill();
    this.explain();
  }

  resize() {
    const { size, scale } = this;
    for (const [name, by] of [["width", scale.x], ["height", scale.y]]) this.svg.setAttribute(name, size[name] * by);
    this.world.setAttribute("transform", `scale(${scale.x},${scale.y})`);
  }

  // Where a node is in the box, in what can be scrolled.
  place({ x, y, width, height }, scale = this.scale) {
    return { x: x * scale.x, y: y * scale.y, width: width * scale.x, height: height * scale.y };
  }

  // First sight: the node that is chosen in the middle, unless below it there would be more nothing than needs be.
  open() {
    this.fresh = false;
    const target = this.place(this.selected || this.plot.root);
    const last = this.order.reduce((low, node) => (this.view.hidden?.(node) ? low : Math.max(low, node.y + node.height)), 0);
    const [middle, end] = [target.y + target.height / 2, last * this.scale.y + rootSize()];
    this.box.scrollTop = Math.min(middle - this.box.clientHeight / 2, end - this.box.clientHeight);
    this.box.scrollLeft = Math.max(0, target.x + target.width - this.box.clientWidth * 0.7);
  }

  clear() {
    for (const parts of this.shownNodes.values()) parts.edge?.remove(), parts.pill.remove();
    this.shownNodes.clear();
  }

  // A test for nodes in the visible part, widened on each side by this share of it.
  near(share) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.box;
    const { x, y } = this.scale;
    const [left, right] = [(scrollLeft - share * clientWidth) / x, (scrollLeft + (1 + share) * clientWidth) / x];
    const [top, bottom] = [(scrollTop - share * clientHeight) / y, (scrollTop + (1 + share) * clientHeight) / y];
    return (node) => node.x < right && node.x + node.width > left && node.y < bottom && node.y + node.height > top;
  }

  around() {
    const near = this.near(0.5);
    const wanted = new Set();
    for (const node of this.order) {
      if (!this.view.hidden?.(node) && (near(node) || (node.up && near(node.up)))) wanted.add(node.id);
    }
    return wanted;
  }

  // Bring the page in line with what is near the visible part.
  fill() {
    if (!this.order) return;
    const wanted = this.around();
    for (const [id, parts] of this.shownNodes) {
      if (!wanted.has(id)) { parts.edge?.remove(); parts.pill.remove(); this.shownNodes.delete(id); }
    }
    if (wanted.size) for (const node of this.order) if (wanted.has(node.id) && !this.shownNodes.has(node.id)) this.add(node);
  }

  add(node) {
    const parts = { node, edge: node.up && drawEdge(this.edges, node, this.fonts.rem), pill: this.pill(node) };
    this.shownNodes.set(node.id, parts);
    this.dress(parts);
  }

  pill(node) {
    const pill = drawPill(this.pills, node, this.fonts);
    pill.setAttribute("id", `node-${node.id}`);
    pill.setAttribute("role", "treeitem");
    pill.setAttribute("data-node", node.id);
    pill.addEventListener("pointerenter", () => { if (!this.drag) this.showCard(node); });
    pill.addEventListener("pointerleave", () => this.hideCard());
    pill.addEventListener("click", () => this.choose(node));
    return pill;
  }

  nameOf(node) {
    const { words } = this;
    if (node.more) return filled(words.more, { n: node.more });
    const status = this.statusOf(node);
    const said = filled(words.node, { token: shown(node.token), p: node.p == null ? "–" : probability(node.p), step: node.step, status: words[status] || status });
    return node.is_gold && node.up ? `${said}, ${words[isLost(status) ? "gold_pruned" : "gold"]}` : said;
  }

  kindsOf(node) {
    const path = this.view.path || this.plot.best;
    const status = this.statusOf(node);
    const more = { best: path.has(node.id), finished: status === "finished", more: node.more, gold: node.is_gold && node.up, muted: this.view.muted?.(node) };
    return [isLost(status) ? "pruned" : "kept", ...Object.keys(more).filter((kind) => more[kind])];
  }

  dress({ node, edge, pill }) {
    const kinds = this.kindsOf(node);
    edge?.setAttribute("class", kinds.join(" "));
    if (node === this.selected) kinds.push("selected");
    if (node === this.active) kinds.push("active");
    pill.setAttribute("class", kinds.join(" "));
    pill.setAttribute("aria-selected", node === this.selected);
    pill.setAttribute("aria-label", this.nameOf(node));
  }

  choose(node) {
    if (this.moved) return; // the end of a drag is no click
    if (node.more) this.unfold(node.of); else this.pick(node);
  }

  unfold(id) {
    if (this.opened !== "all") this.opened.add(id);
    this.hideCard();
    this.draw(this.theme);
  }

  // ------------------------------------------------------------ card
  showCard(node) {
    if (node.more) return;
    this.card.replaceChildren();
    this.describe(node, this.card);
    this.card.classList.add("on");
    const [box, card, rem, at] = [this.box, this.card, rootSize(), this.place(node)];
    const left = box.offsetLeft + at.x - box.scrollLeft;
    card.style.left = `${Math.max(4, Math.min(left, this.host.clientWidth - card.offsetWidth - 4))}px`;
    const below = box.offsetTop + at.y - box.scrollTop + at.height + 0.4 * rem;
    const above = below - at.height - 0.8 * rem - card.offsetHeight;
    const fits = this.host.getBoundingClientRect().top + below + card.offsetHeight < window.innerHeight;
    card.style.top = `${fits ? below : above}px`;
  }

  describe(node, card) {
    const { words } = this;
    const head = make("div", "head", card);
    make("bdi", "token", head, shown(node.token));
    const status = this.statusOf(node);
    make("span", "state", head, words[status] || status);
    const list = make("dl", "", card);
    const row = (name, value) => { make("dt", "", list, words[name]); make("dd", "", list, value); };
    if (node.up) {
      row("p", node.p == null ? "–" : node.p < 1e-4 ? node.p.toExponential(1) : node.p.toFixed(4));
      for (const name of ["logp_token", "logp", "rank_score"]) if (node[name] != null) row(name, logarithm(node[name], 3));
      if (node.rank != null && node.rank >= 0) row("rank", String(node.rank + 1));
      if (node.forced) row("forced", "▾");
    }
    if (node.reason && status === node.status) make("div", "reason", card, node.reason);
  }

  hideCard() { this.card.classList.remove("on"); }

  // ------------------------------------------------------------ keyboard
  activate(node) {
    const before = this.active;
    this.active = node || null;
    for (const each of [before, this.active]) if (each && this.shownNodes.has(each.id)) this.dress(this.shownNodes.get(each.id));
    if (!node) { this.box.removeAttribute("aria-activedescendant"); this.hideCard(); return; }
    this.reveal(node);
    this.box.setAttribute("aria-activedescendant", `node-${node.id}`);
    requestAnimationFrame(() => { if (this.active === node) this.showCard(node); });
  }

  // Scroll as little as needed.
  reveal(node) {
    const [box, rem, at] = [this.box, rootSize(), this.place(node)];
    const [x, y] = [at.x - 2 * rem, at.y - rem];
    const [right, bottom] = [at.x + at.width + 4 * rem - box.clientWidth, at.y + at.height + rem - box.clientHeight];
    box.scrollLeft = Math.max(Math.min(box.scrollLeft, x), right);
    box.scrollTop = Math.max(Math.min(box.scrollTop, y), bottom);
    this.fill();
  }

  neighbour(node, way) {
    const column = this.order.filter((other) => other.column === node.column && !this.view.hidden?.(other)).sort((a, b) => a.row - b.row);
    return column[column.indexOf(node) + way];
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.plot?.root) return;
    const node = this.active || this.selected || this.plot.root;
    const moves = {
      ArrowUp: () => this.neighbour(node, -1),
      ArrowDown: () => this.neighbour(node, 1),
      ...(this.keys && {
        ArrowLeft: () => node.up,
        ArrowRight: () => (node.drawn.includes(node.main) ? node.main : node.drawn[0]),
        Home: () => this.plot.root,
        End: () => this.plot.bestLeaf,
      }),
    };
    if (event.key === "Enter" || event.key === " ") this.choose(node);
    else if (event.key === "Escape") this.hideCard();
    else if (moves[event.key]) {
      const next = moves[event.key]();
      if (next) this.activate(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ------------------------------------------------------------ moving about
  pan() {
    const box = this.box;
    box.addEventListener("pointerdown", (event) => {
      this.moved = false;
      if (event.button === 0) this.drag = { x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop };
    });
    const stop = () => { this.drag = null; box.classList.remove("dragging"); };
    box.addEventListener("pointermove", (event) => {
      if (!this.drag || !event.buttons) return stop();
      const [dx, dy] = [event.clientX - this.drag.x, event.clientY - this.drag.y];
      if (Math.abs(dx) + Math.abs(dy) > 4) { this.moved = true; box.classList.add("dragging"); }
      if (this.moved) [box.scrollLeft, box.scrollTop] = [this.drag.left - dx, this.drag.top - dy];
      return undefined;
    });
    box.addEventListener("pointerup", stop);
    box.addEventListener("pointerleave", stop);
  }

  keysHelp() { return this.words.keys; }

  explain() {
    const { words, plot } = this;
    const best = [];
    for (let node = plot.bestLeaf; node?.up; node = node.up) best.unshift(node.token);
    this.box.setAttribute("aria-label", filled(words.summary, { nodes: plot.all.length, best: best.join(" ") || words.none, keys: this.keysHelp() }));
    const has = (test) => plot.all.some(test);
    const entries = [["kept", true], ["best", true], ["done", has((node) => node.status === "finished")], ["pruned", has(isPruned)], ["forced", has((node) => node.forced)],
      ["gold", plot.gold.length > 0], ["gold_pruned", plot.gold.some((node) => isPruned(node))]];
    this.legend.replaceChildren();
    for (const [name, present] of entries) {
      if (!present) continue;
      const entry = make("span", "entry", this.legend);
      if (name.startsWith("gold")) drawFlag(draw("svg", { class: name === "gold" ? "flagged" : "flagged pruned", viewBox: "0 0 14 16" }, entry), 1, 8, 16);
      else make("i", name, entry);
      entry.append(words[name]);
    }
    make("span", "entry", this.legend, words.width);
  }
}
