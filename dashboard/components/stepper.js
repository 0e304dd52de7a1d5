// The Decoder page's centre: arcs, candidates, tree and buttons over one local state {path of node ids, position}.
// Stepping never asks Python. Python hears the absolute place after a pause, and at once when a node is chosen, a token is
// forced, or branches are undone.

class StepperView {
  constructor(host) {
    this.host = host;
    this.buttons(make("div", "controls", host));
    this.notes = make("div", "notes", host);
    const upper = make("div", "upper", host);
    const left = make("section", "looks", upper);
    const heading = make("div", "heading", left);
    this.looksTitle = make("h3", "", heading);
    this.looksHelp = make("span", "help", heading);
    this.arcs = new ArcsView(left);
    this.candidates = new CandidatesView(make("section", "panel", upper), (id, text) => this.force(id, text));
    const lower = make("section", "lower", host);
    const treeHeading = make("div", "heading", lower);
    this.treeTitle = make("h3", "", treeHeading);
    this.treeHelp = make("span", "help", treeHeading);
    this.tree = new TreeView(make("div", "treehost", lower), { pick: (node) => this.visit(node), keys: false });
    this.table = tableOfNumbers(host, () => stepperNumbers(this));
    this.said = make("div", "hidden-text", host);
    this.said.setAttribute("aria-live", "polite");
    this.tell = debounced((value) => this.send("view", value));
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    this.tell.cancel();
  }

  buttons(bar) {
    const button = (name, sign, act, kind = "") => {
      const element = make("button", `step ${name} ${kind}`, bar);
      element.type = "button";
      const label = make("span", "", element);
      make("kbd", "", element, sign).setAttribute("aria-hidden", "true");
      element.addEventListener("click", act);
      return { element, label };
    };
    this.controls = {
      next: button("next", "→", () => this.next(), "primary"),
      back: button("back", "←", () => this.go(this.position - 1)),
      end: button("end", "End", () => this.go(this.path.length - 1)),
      reset: button("reset", "", () => this.reset()),
    };
    this.timeline = new Timeline(bar, button, (done, nonce) => this.send("history", { done, nonce }));
    this.place = make("div", "place", bar);
  }

  // ------------------------------------------------------------ data
  receive(packed, send) {
    this.send = send;
    const { header: data } = unpack(packed);
    if (data.revision === this.revision) return;
    this.revision = data.revision;
    const before = this.data;
    const ids = before && this.tokens(this.path.length - 1);
    this.data = data;
    this.words = data.words;
    const text = JSON.stringify([data.nodes, data.words]);
    this.tree.receive({ nodes: unpacked(data.nodes), words: data.words, height: "auto", text });
    this.nodes = this.tree.plot.byId;
    this.timeline.receive(data.history, this.words);
    this.speak();
    this.adopt(before, ids);
    this.ready = true;
  }

  // Where to stand on new data: where an answer says, at a new path's place, else where the user was. An answer may come
  // to a question that was asked elsewhere on the page.
  adopt(before, ids) {
    const { data, pending } = this;
    const samePath = before && String(before.path) === String(data.path) && String(before.source) === String(data.source);
    const news = data.answer && data.answer.nonce !== this.seen && (!pending || pending.nonce === data.answer.nonce);
    const answered = before && (news || (pending && !data.answer && !samePath));
    if (news || !before) this.seen = data.answer?.nonce;
    if (answered) this.pending = null;
    if (answered && data.answer?.message) {
      this.candidates.say(data.answer.message);
      this.remap(ids);
      return;
    }
    if (before && samePath && !answered) { this.remap(ids); return; }
    const fresh = !before || String(before.source) !== String(data.source);
    const place = answered ? data.answer?.position ?? pending.prefix.length + 1 : data.position;
    this.path = data.path;
    this.position = clamp(place, 0, this.path.length - 1);
    if (fresh) this.reached = null;
    if (!answered) return;
    this.candidates.say("");
    this.candidates.input.value = "";
    if (data.answer?.position !== this.position) this.tellView(); // else Python knows: it is its own answer
  }

  // The same place by token ids: another search or another head may have numbered the nodes anew.
  remap(ids) {
    let node = this.tree.plot.root;
    const path = [node.id];
    for (const token of ids) {
      node = node.children.find((child) => child.token_id === token);
      if (!node) break;
      path.push(node.id);
    }
    this.path = path.length > this.position ? path : this.data.path;
    this.position = clamp(this.position, 0, this.path.length - 1);
  }

  speak() {
    const { words } = this;
    for (const name in this.controls) this.controls[name].label.textContent = words[name];
    this.looksTitle.textContent = words.looks;
    this.looksHelp.textContent = words.looks_idle;
    this.treeTitle.textContent = words.tree;
    this.treeHelp.textContent = words.tree_help;
    this.notes.textContent = this.data.notes || "";
    this.notes.hidden = !this.data.notes;
    this.candidates.speak(words);
    this.table.speak(this.data.table, words.looks);
  }

  // ------------------------------------------------------------ drawing
  draw(theme) {
    this.theme = theme;
    this.drawArcs();
    this.reach();
    this.showTree();
    this.tree.draw(theme);
    this.show();
  }

  drawArcs() {
    const path = this.path.slice(1).map((id) => this.nodes.get(id));
    this.arcsPath = String(this.path);
    this.arcs.words = this.words;
    this.arcs.draw(this.theme, { source: this.data.source, path, rows: path.map((node) => this.rowOf(node)), words: this.words });
  }

  // The weights with which a token was chosen depend on what came before it, so siblings share them.
  rowOf(node) {
    return this.data.rows[node.id] || node.up?.children.map((child) => this.data.rows[child.id]).find(Boolean);
  }

  show() {
    const { position, path, words } = this;
    const node = this.nodes.get(path[position]);
    if (this.arcsPath !== String(path)) this.drawArcs();
    this.arcs.show(position);
    const next = this.nodes.get(path[position + 1]);
    const ended = node.status === "finished" || node.status === "truncated";
    const why = ended ? words.ended : isPruned(node) ? words.dead : words.unknown;
    this.candidates.show(this.data.candidates[node.id], next?.token_id, { why, ended });
    const last = position >= path.length - 1;
    this.controls.end.element.disabled = last;
    this.controls.next.element.disabled = last && ended;
    this.controls.back.element.disabled = position === 0;
    const logp = node.logp == null ? "" : ` · ${filled(words.sum, { logp: logarithm(node.logp, 2) })}`;
    this.place.textContent = filled(words.place, { position, length: path.length - 1 }) + logp;
    this.announce(node);
    this.table.renew();
  }

  announce(node) {
    const { words, position } = this;
    const row = this.arcs.rows[this.arcs.current()] || [];
    const where = [...row.entries()].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([s, weight]) => `${this.data.source[s]} ${probability(weight)}`);
    const looks = where.length && position < this.path.length - 1 ? filled(words.said_looks, { where: where.join(", ") }) : "";
    this.said.textContent = filled(words.said, { position, token: shown(node.token), p: node.p == null ? "–" : probability(node.p), looks });
    this.arcs.svg.setAttribute("aria-label", `${words.looks}. ${words.source}: ${this.data.source.join(" ")}. ${this.said.textContent}`);
  }

  // The tree so far: what was never stepped to on the present path stays hidden, what was once seen stays.
  reach() {
    const ahead = new Set(this.path.slice(this.position + 1, this.position + 2));
    this.reached ||= new Set();
    for (const node of this.tree.plot.all) { // a parent comes before its children
      if (ahead.has(node.parent)) ahead.add(node.id);
      if (!ahead.has(node.id)) this.reached.add(node.id);
    }
    this.taken = new Set();
    for (const node of this.tree.plot.all) if (node.up && this.reached.has(node.id) && !isPruned(node)) this.taken.add(node.up.id);
  }

  showTree() {
    const path = new Set(this.path);
    const { taken } = this;
    this.tree.show({
      selected: this.path[this.position], path,
      hidden: (node) => !!node.up && !taken.has(node.up.id),
      muted: (node) => !path.has(node.id) && !isPruned(node),
    });
  }

  // ------------------------------------------------------------ moving
  go(position) {
    const to = clamp(position, 0, this.path.length - 1);
    if (to === this.position) return;
    this.position = to;
    this.moved();
  }

  // One step on. Where a search went no further (it dropped this prefix), it is asked to go on from here all the same.
  next() {
    if (this.position < this.path.length - 1) this.go(this.position + 1);
    else if (!this.pending && !this.controls.next.element.disabled) this.ask(null, null);
  }

  reset() {
    this.path = [this.tree.plot.root.id];
    for (let at = this.onward(this.tree.plot.root, true); at; at = this.onward(at, true)) this.path.push(at.id);
    this.position = 0;
    this.reached = null; // the tree is told again from its beginning
    this.candidates.say("");
    this.moved();
  }

  moved() {
    if (!this.theme) return;
    this.reach();
    this.showTree();
    if (this.tree.selected) this.tree.reveal(this.tree.selected);
    this.show();
    this.tellView();
  }

  tokens(upTo) { return this.path.slice(1, upTo + 1).map((id) => this.nodes.get(id).token_id); }

  whereabouts() { return { path: this.tokens(this.path.length - 1), position: this.position, seen: this.seen ?? null }; }

  tellView() { this.tell(this.whereabouts()); }

  // A node of the tree, dead ones too: stand there, and tell it at once, since its figures are wanted.
  visit(node) {
    this.stand(node);
    this.tell.cancel();
    this.send("view", this.whereabouts());
  }

  stand(node) {
    const path = [];
    for (let at = node; at; at = at.up) path.unshift(at.id);
    this.position = path.length - 1;
    for (let at = this.onward(node); at; at = this.onward(at)) path.push(at.id);
    this.path = path;
    this.moved();
  }

  // Where a path goes on: along the present one, along Python's, else along the first branch that was computed. The first
  // branch of all is what the model did unforced.
  onward(node, first = false) {
    const known = node.children.filter((child) => computed(child, this.data));
    if (first) return known.find((child) => !child.forced) || known[0];
    return known.find((child) => this.path.includes(child.id)) || known.find((child) => this.data.path.includes(child.id)) || known[0];
  }

  force(id, text) {
    const node = this.nodes.get(this.path[this.position]);
    const child = id != null && !this.data.asks && node.children.find((each) => each.token_id === id && computed(each, this.data));
    if (child) { this.candidates.say(""); this.stand(child); } else this.ask(id, text);
  }

  ask(token, text) {
    // a place that is still waiting to be sent is part of the request: its prefix says where we stand
    this.tell.cancel();
    this.pending = { prefix: this.tokens(this.position), token, text, nonce: newNonce() };
    this.candidates.say(this.words.asking, true);
    this.send("force", this.pending);
  }

  key(event) {
    if (event.defaultPrevented || !this.ready) return;
    if (!this.host.isConnected || inText(event.composedPath()[0]) || inText(document.activeElement)) return;
    if (this.timeline.key(event) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const act = {
      ArrowRight: () => this.next(), ArrowLeft: () => this.go(this.position - 1),
      Home: () => this.go(0), End: () => this.go(this.path.length - 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

// Whether stepping to a node needs no model: its continuation is here, or there is none.
const computed = (node, data) => !isPruned(node) && (node.children.length > 0 || node.status === "finished" || node.status === "truncated" || !!data.candidates[node.id]);

export default (component) => present(component, "stepper", StepperView);
