// The tree on its own: walked move by move, zoomed, downloaded. A click or Enter chooses a node, the choice goes to Python
// as an absolute id; everything else is local.

class TreeComponent {
  constructor(host) {
    this.host = host;
    this.bar = make("div", "treebar", host);
    this.player = new Player(make("div", "player", this.bar), (at) => this.move(at));
    this.tools(make("div", "tools", this.bar));
    this.line = make("div", "told", host);
    this.line.setAttribute("aria-live", "polite");
    this.golden = make("div", "told golden", host);
    this.tree = new ZoomTree(host, { pick: (node) => this.choose(node.id), steer: (event) => this.player.key(event) });
    this.tree.keysHelp = () => (this.moves.last > 1 ? this.words.keys_walk : this.words.keys);
    this.table = tableOfNumbers(host, () => [treeNumbers(this.moves.plot, this.words, this.told)]);
    this.seq = 0;
  }

  tools(bar) {
    bar.setAttribute("role", "group");
    const button = (name, text, act) => {
      const one = make("button", `mini ${name}`, bar, text);
      one.type = "button";
      one.addEventListener("click", act);
      return one;
    };
    this.toolbar = bar;
    this.controls = {
      unfold: button("unfold wide", "", () => this.unfold()),
      smaller: button("smaller", "−", () => this.tree.zoom(this.tree.level / 1.4)),
      larger: button("larger", "+", () => this.tree.zoom(this.tree.level * 1.4)),
      fit: button("fit wide", "", () => this.tree.fit()),
      svg: button("svg wide", "SVG", () => saveSvg(this.tree, this.caption, this.theme, "decoding-tree")),
      png: button("png wide", "PNG", () => savePng(this.tree, this.caption, this.theme, "decoding-tree")),
    };
  }

  // ------------------------------------------------------------ data
  receive(data, send) {
    const { words } = data;
    Object.assign(this, { send, words, passed: data.passed, caption: data.caption || "", weighed: data.weighed, told: data.table });
    if (data.seq >= this.seq) { this.selected = data.selected; this.seq = data.seq; }
    const text = JSON.stringify([data.nodes, data.height, words]);
    const fresh = this.tree.receive({ nodes: unpacked(data.nodes), words, height: data.height, text });
    if (fresh) {
      this.moves = new Moves(this.tree.plot);
      this.at = this.moves.last;
      if (this.tree.opened === "all") this.tree.opened = new Set();
      this.player.receive(this.moves.last, this.at, words);
    }
    this.speak();
    this.table.speak(data.table, this.caption || data.table.nodes);
    if (fresh) this.table.renew();
    this.ready = true;
    this.show();
  }

  speak() {
    const { words, controls } = this;
    const name = (one, said, shown) => {
      one.setAttribute("aria-label", said);
      one.title = said;
      if (shown) one.textContent = shown;
    };
    this.toolbar.setAttribute("aria-label", words.tools);
    name(controls.smaller, words.smaller);
    name(controls.larger, words.larger);
    name(controls.fit, words.fit_help, words.fit);
    for (const kind of ["svg", "png"]) name(controls[kind], filled(words.picture, { kind: kind.toUpperCase() }));
    this.host.setAttribute("data-moves", this.moves.last);
  }

  // ------------------------------------------------------------ walking
  move(at) {
    this.tree.born = at === this.at + 1 ? at : null;
    this.at = at;
    this.tree.hideCard();
    this.show();
    this.follow(at);
  }

  show() {
    const { moves, at, words } = this;
    const whole = at >= moves.last;
    this.tree.show({
      selected: this.selected,
      path: whole ? moves.plot.best : moves.bestAt(at),
      hidden: whole ? undefined : (node) => node.walk > at,
      status: whole ? undefined : (node) => moves.statusAt(node, at),
    });
    this.line.hidden = moves.last < 2;
    this.line.textContent = moves.last < 2 ? "" : tellMove(moves, at, words, this.weighed);
    this.golden.textContent = tellGold(moves, at, words);
    this.golden.hidden = !moves.plot.gold.length;
  }

  // What is new comes into sight, its best one at least.
  follow(at) {
    const born = this.moves.born[at].filter((node) => node.up?.drawn?.includes(node));
    const best = born.find((node) => !isLost(this.moves.statusAt(node, at))) || born[0];
    if (best && this.theme) this.tree.reveal(best);
  }

  unfold() {
    this.tree.opened = this.tree.opened === "all" ? new Set() : "all";
    this.tree.draw(this.theme);
    this.offer();
  }

  // Unfolding is offered where something is folded.
  offer() {
    const { unfold } = this.controls;
    const all = this.tree.opened === "all";
    unfold.hidden = !all && !this.tree.order?.some((node) => node.more);
    unfold.textContent = all ? this.words.fold : this.words.unfold;
  }

  choose(id) {
    this.selected = id;
    this.seq += 1;
    this.show();
    this.send("pick", { at: id, base: this.passed, seq: this.seq });
  }

  close() { this.player.stop(); }

  draw(theme) {
    this.theme = theme;
    this.tree.draw(theme);
    this.offer();
  }
}
