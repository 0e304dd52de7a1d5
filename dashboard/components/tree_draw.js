// Draws a decoding tree as SVG inside a box that scrolls. Only what is near the visible part is in the page, so a tree of
// thousands of nodes costs what a screenful costs. Used alone (tree.js) and inside the stepper.

const CROWD = 300;

class TreeView {
  // `keys`: whether Left, Right, Home and End walk the tree; in the stepper they step the decoder instead.
  constructor(host, { pick, keys = true }) {
    Object.assign(this, { host, pick, keys, opened: new Set(), shownNodes: new Map(), view: {} });
    this.box = make("div", "treebox", host);
    Object.assign(this.box, { tabIndex: 0 });
    this.box.setAttribute("role", "tree");
    this.svg = draw("svg", {}, this.box);
    this.edges = draw("g", { class: "edges" }, this.svg);
    this.pills = draw("g", { class: "pills" }, this.svg);
    this.card = make("div", "card", host);
    this.legend = make("div", "shapes", host);
    this.box.addEventListener("scroll", () => { this.hideCard(); this.fill(); }, { passive: true });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("focus", () => { if (this.box.matches(":focus-visible")) this.activate(this.active ?? this.selected ?? this.plot?.root); });
    this.box.addEventListener("blur", () => { this.activate(null); });
    this.pan();
  }

  receive({ nodes, words, height }) {
    const text = JSON.stringify([nodes, height, words]);
    if (text === this.text) return false;
    Object.assign(this, { text, words, wanted: height });
    this.plot = plant(nodes);
    appraise(this.plot);
    this.active = null;
    this.fresh = true;
    this.ready = true;
    return true;
  }

  // view: {selected, path: Set of ids drawn as the main line, hidden: node → bool, muted: node → bool}
  show(view) {
    const changed = view.hidden && view.hidden !== this.view.hidden;
    this.view = view;
    this.selected = this.plot.byId.get(view.selected) || null;
    if (!this.theme) return;
    if (changed) this.fill();
    for (const [id, parts] of this.shownNodes) this.dress(id, parts);
  }

  draw(theme) {
    this.theme = theme;
    if (!this.plot.root) return;
    const rem = rootSize();
    branches(this.plot, CROWD, this.opened, this.view.path || this.plot.best);
    const { order, rows } = layTree(this.plot);
    const size = measureTree(order, theme, rem);
    this.order = order;
    this.fonts = size.fonts;
    this.size = { width: Math.max(size.width, this.box.clientWidth - 2), height: rows * size.pitch + 1.4 * rem };
    for (const name of ["width", "height"]) this.svg.setAttribute(name, this.size[name]);
    const room = typeof this.wanted === "number" ? (this.wanted * rem) / 16 : Math.max(14 * rem, window.innerHeight * 0.5);
    this.box.style.height = `${Math.min(this.size.height + 2, room)}px`;
    this.clear();
    if (this.fresh) this.open();
    this.fill();
    this.explain();
  }

  // First sight: the best path in the middle, and the node that is chosen on screen.
  open() {
    this.fresh = false;
    const target = this.selected || this.plot.root;
    this.box.scrollTop = target.y - this.box.clientHeight / 2 + target.height / 2;
    this.box.scrollLeft = Math.max(0, target.x + target.width - this.box.clientWidth * 0.7);
  }

  clear() {
    for (const parts of this.shownNodes.values()) parts.edge?.remove(), parts.pill.remove();
    this.shownNodes.clear();
  }

  // Bring the page in line with what is near the visible part.
  fill() {
    if (!this.order) return;
    const { scrollLeft: x, scrollTop: y, clientWidth: w, clientHeight: h } = this.box;
    const near = (node) => node.x < x + w * 1.5 && node.x + node.width > x - w * 0.5 && node.y < y + h * 1.5 && node.y + node.height > y - h * 0.5;
    const wanted = new Set();
    for (const node of this.order) {
      if (this.view.hidden?.(node)) continue;
      if (near(node) || (node.up && near(node.up))) wanted.add(node.id);
    }
    for (const [id, parts] of this.shownNodes) {
      if (!wanted.has(id)) { parts.edge?.remove(); parts.pill.remove(); this.shownNodes.delete(id); }
    }
    for (const node of this.order) if (wanted.has(node.id) && !this.shownNodes.has(node.id)) this.add(node);
  }

  add(node) {
    const parts = { node, edge: node.up && this.edge(node), pill: this.pill(node) };
    this.shownNodes.set(node.id, parts);
    this.dress(node.id, parts);
  }

  edge(node) {
    const [x1, y1] = [node.up.x + node.up.width, node.up.y + node.up.height / 2];
    const [x2, y2] = [node.x, node.y + node.height / 2];
    const bend = Math.min(x2 - x1, 2.3 * this.fonts.rem) * 0.55;
    const width = (0.75 + 4.25 * (node.p || 0)) * (this.fonts.rem / 16);
    const path = `M${x1},${y1} H${x2 - 2 * bend} C${x2 - bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
    return draw("path", { d: path, "stroke-width": width.toFixed(2) }, this.edges);
  }

  pill(node) {
    const rem = this.fonts.rem;
    const { width, height } = node;
    const pill = draw("g", { transform: `translate(${node.x},${node.y})`, id: `node-${node.id}`, role: "treeitem" }, this.pills);
    draw("rect", { width, height, rx: height / 2, class: "shape" }, pill);
    const finished = node.status === "finished";
    if (finished) draw("rect", { x: 2.5, y: 2.5, width: width - 5, height: height - 5, rx: height / 2 - 2.5, class: "inner" }, pill);
    const middle = height / 2;
    let x = 0.6 * rem;
    if (node.forced) { draw("path", { d: `M${x},${middle - 0.22 * rem} h${0.6 * rem} l${-0.3 * rem},${0.48 * rem} z`, class: "sign" }, pill); x += 0.85 * rem; }
    const free = width - x - 0.6 * rem - (finished ? 0.8 * rem : 0) - (node.number ? textWidth(node.number, this.fonts.number) + 0.45 * rem : 0);
    draw("text", { x: x + free / 2, y: middle, class: "word" }, pill, node.label);
    const end = width - 0.6 * rem - (finished ? 0.8 * rem : 0);
    if (node.number) draw("text", { x: end, y: middle, class: "number" }, pill, node.number);
    if (finished) draw("rect", { x: width - 1.1 * rem, y: middle - 0.25 * rem, width: 0.5 * rem, height: 0.5 * rem, class: "sign" }, pill);
    pill.setAttribute("aria-label", node.more ? filled(this.words.more, { n: node.more }) : this.nameOf(node));
    pill.setAttribute("data-node", node.id);
    pill.addEventListener("pointerenter", () => { if (!this.drag) this.showCard(node); });
    pill.addEventListener("pointerleave", () => this.hideCard());
    pill.addEventListener("click", () => this.choose(node));
    return pill;
  }

  nameOf(node) {
    const { words } = this;
    return filled(words.node, { token: shown(node.token), p: node.p == null ? "–" : probability(node.p), step: node.step, status: words[node.status] || node.status });
  }

  dress(id, { node, edge, pill }) {
    const path = this.view.path || this.plot.best;
    const kinds = [isPruned(node) || node.more ? "pruned" : "kept"];
    if (path.has(id)) kinds.push("best");
    if (node.status === "finished") kinds.push("finished");
    if (node.more) kinds.push("more");
    if (this.view.muted?.(node)) kinds.push("muted");
    edge?.setAttribute("class", kinds.join(" "));
    if (node === this.selected) kinds.push("selected");
    if (node === this.active) kinds.push("active");
    pill.setAttribute("class", kinds.join(" "));
    pill.setAttribute("aria-selected", node === this.selected);
  }

  choose(node) {
    if (this.moved) return; // the end of a drag is no click
    if (node.more) {
      this.opened.add(node.of);
      this.hideCard();
      this.draw(this.theme);
      return;
    }
    this.pick(node);
  }

  // ------------------------------------------------------------ card
  showCard(node) {
    if (node.more) return;
    const { words, card } = this;
    card.replaceChildren();
    const head = make("div", "head", card);
    make("bdi", "token", head, shown(node.token));
    make("span", "state", head, words[node.status] || node.status);
    const list = make("dl", "", card);
    const row = (name, value) => { make("dt", "", list, words[name]); make("dd", "", list, value); };
    if (node.up) {
      row("p", node.p == null ? "–" : node.p < 1e-4 ? node.p.toExponential(1) : node.p.toFixed(4));
      for (const name of ["logp_token", "logp", "rank_score"]) if (node[name] != null) row(name, logarithm(node[name], 3));
      if (node.rank != null && node.rank >= 0) row("rank", String(node.rank + 1));
      if (node.forced) row("forced", "▾");
    }
    if (node.reason) make("div", "reason", card, node.reason);
    card.classList.add("on");
    const [box, rem] = [this.box, rootSize()];
    const left = box.offsetLeft + node.x - box.scrollLeft;
    card.style.left = `${Math.max(4, Math.min(left, this.host.clientWidth - card.offsetWidth - 4))}px`;
    const below = box.offsetTop + node.y - box.scrollTop + node.height + 0.4 * rem;
    const above = below - node.height - 0.8 * rem - card.offsetHeight;
    const fits = this.host.getBoundingClientRect().top + below + card.offsetHeight < window.innerHeight;
    card.style.top = `${fits ? below : above}px`;
  }

  hideCard() { this.card.classList.remove("on"); }

  // ------------------------------------------------------------ keyboard
  activate(node) {
    const before = this.active;
    this.active = node || null;
    for (const each of [before, this.active]) if (each && this.shownNodes.has(each.id)) this.dress(each.id, this.shownNodes.get(each.id));
    if (!node) { this.box.removeAttribute("aria-activedescendant"); this.hideCard(); return; }
    this.reveal(node);
    this.dress(node.id, this.shownNodes.get(node.id) || { node, pill: draw("g", {}) });
    this.box.setAttribute("aria-activedescendant", `node-${node.id}`);
    requestAnimationFrame(() => { if (this.active === node) this.showCard(node); });
  }

  // Scroll as little as needed.
  reveal(node) {
    const box = this.box;
    const rem = rootSize();
    const [x, y] = [node.x - 2 * rem, node.y - rem];
    const [right, bottom] = [node.x + node.width + 4 * rem - box.clientWidth, node.y + node.height + rem - box.clientHeight];
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

  explain() {
    const { words, plot } = this;
    const best = [];
    for (let node = plot.bestLeaf; node?.up; node = node.up) best.unshift(node.token);
    this.box.setAttribute("aria-label", filled(words.summary, { nodes: plot.all.length, best: best.join(" ") || words.none }));
    const has = (test) => plot.all.some(test);
    const entries = [["kept", true], ["best", true], ["done", has((node) => node.status === "finished")], ["pruned", has(isPruned)], ["forced", has((node) => node.forced)]];
    this.legend.replaceChildren();
    for (const [name, present] of entries) {
      if (!present) continue;
      const entry = make("span", "entry", this.legend);
      make("i", name, entry);
      entry.append(words[name]);
    }
    make("span", "entry", this.legend, words.width);
  }
}
