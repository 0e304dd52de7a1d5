// The editor of the page Intervene. What holds is replayed from what it began with and the actions since; an action puts an
// edit into a slot (a head off; a row of one step, or of all), empties a slot, or empties all.

const PAUSE = 250; // milliseconds

const slotOf = (edit) => `${edit.site}|${edit.head}|${edit.row ? edit.step ?? "all" : "off"}`;

function replayed({ base, log, done }) {
  const held = new Map(base.map((edit) => [slotOf(edit), edit]));
  for (const { slot, edit } of log.slice(0, done)) {
    if (slot === null) { held.clear(); continue; }
    held.delete(slot); // of two rows the later one holds, so what is put anew comes last
    if (edit) held.set(slot, edit);
  }
  return held;
}

class RowEditorView {
  constructor(host) {
    this.host = host;
    this.controls(make("div", "controls", host));
    const middle = make("div", "middle", host);
    const left = make("section", "", middle);
    this.headsHead = this.heading(left);
    this.switches = new SwitchesView(left, (site, head) => this.turn(site, head));
    const right = make("section", "rowpart", middle);
    this.rowHead = this.heading(right);
    const menus = make("div", "menus", right);
    this.menus = { layer: this.menu(menus), head: this.menu(menus), step: this.menu(menus) };
    this.bars = new BarsView(right, (row) => this.put({ ...this.edit(), row }));
    const foot = make("div", "foot", right);
    this.back = this.button(foot, "small back", () => this.drop(slotOf({ ...this.edit(), row: [] })));
    this.note = make("span", "help", foot);
    this.send = () => {};
    this.told = -PAUSE;
    this.later = debounced(() => this.tell());
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    this.later.cancel();
  }

  heading(parent) {
    const line = make("div", "heading", parent);
    return { title: make("h3", "", line), help: make("span", "help", line) };
  }

  button(parent, kind, act) {
    const element = make("button", kind, parent);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  }

  controls(bar) {
    this.undo = this.button(bar, "small undo", () => this.go(-1));
    this.redo = this.button(bar, "small redo", () => this.go(1));
    this.clear = this.button(bar, "small clear", () => this.act({ slot: null }));
    this.list = make("div", "list", bar);
  }

  menu(parent) {
    const line = make("div", "menu", parent);
    const view = { line, label: make("span", "label", line), options: make("div", "options", line) };
    view.options.setAttribute("role", "group");
    view.options.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || !event.target.matches("button")) return;
      event.preventDefault();
      event.stopPropagation();
      (step < 0 ? event.target.previousSibling : event.target.nextSibling)?.focus();
    });
    return view;
  }

  // ------------------------------------------------------------ data
  receive(data, send) {
    this.send = send;
    this.data = data;
    this.words = data.words;
    this.history ||= data.history;
    this.held = replayed(this.history);
    this.cross = data.sites.filter((site) => site.group === "cross");
    this.chosen ||= { site: this.cross[this.cross.length - 1]?.name, head: 0, step: 1 };
    this.ready = true;
  }

  draw() {
    const words = this.words;
    [this.undo.textContent, this.redo.textContent, this.clear.textContent] = [words.undo, words.redo, words.clear];
    this.undo.disabled = this.history.done === 0;
    this.redo.disabled = this.history.done === this.history.log.length;
    this.clear.disabled = this.held.size === 0;
    [this.headsHead.title.textContent, this.headsHead.help.textContent] = [words.heads, words.heads_help];
    [this.rowHead.title.textContent, this.rowHead.help.textContent] = [words.row, words.row_help];
    const rows = (site, head) => [...this.held.values()].some((one) => one.row && one.site === site && one.head === head);
    const state = (site, head) => ({ off: this.held.has(slotOf({ site, head })), set: rows(site, head) });
    this.switches.show(this.data.sites, state, words);
    this.drawMenus(state);
    this.drawRow(state);
    this.drawList();
  }

  drawMenus(state) {
    const { words, chosen, data } = this;
    const site = this.cross.find((one) => one.name === chosen.site) || this.cross[0];
    const set = (step) => this.held.has(slotOf({ ...chosen, step: step ?? undefined, row: [] }));
    const layers = this.cross.map((one) => ({ value: one.name, text: String(one.layer), mark: Array.from({ length: one.heads }, (_, head) => head).some((head) => state(one.name, head).set) }));
    const heads = Array.from({ length: site.heads }, (_, head) => ({ value: head, text: String(head + 1), mark: state(site.name, head).set, off: state(site.name, head).off }));
    const steps = [{ value: null, text: words.every, name: words.every_name, mark: set(null) }];
    data.tokens.forEach((token, i) => steps.push({ value: i + 1, text: String(i + 1), token: shown(token), mark: set(i + 1), name: filled(words.step_name, { n: i + 1, token: shown(token) }) }));
    this.fill(this.menus.layer, words.layer, layers, site.name, (name) => this.choose({ site: name, head: 0 }));
    this.fill(this.menus.head, words.head, heads, chosen.head, (head) => this.choose({ head }));
    this.fill(this.menus.step, words.step, steps, chosen.step, (step) => this.choose({ step }));
  }

  fill(menu, label, options, now, pick) {
    menu.label.textContent = label;
    menu.options.setAttribute("aria-label", label);
    const text = JSON.stringify(options);
    if (menu.text !== text) {
      menu.text = text;
      const focused = [...menu.options.children].findIndex((one) => one.matches(":focus"));
      menu.options.replaceChildren();
      for (const option of options) {
        const spot = this.button(menu.options, `option${option.mark ? " set" : ""}${option.off ? " off" : ""}`, () => pick(option.value));
        make("span", "", spot, option.text);
        if (option.token !== undefined) make("bdi", "token", spot, option.token);
        spot.setAttribute("aria-label", option.name || `${label} ${option.text}`);
        spot.value = String(option.value);
      }
      if (focused >= 0) menu.options.children[focused]?.focus();
    }
    for (const spot of menu.options.children) spot.setAttribute("aria-pressed", String(spot.value === String(now)));
  }

  drawRow(state) {
    const { words, chosen, data } = this;
    const length = data.source.length;
    const set = [...this.held.values()].filter((one) => one.row && one.site === chosen.site && one.head === chosen.head);
    const edit = set.filter((one) => (chosen.step === null ? one.step === undefined : one.step === undefined || one.step === chosen.step)).pop();
    const rowOf = (rows) => {
      const all = rows[chosen.site]?.[chosen.head] || [];
      if (chosen.step !== null) return all[chosen.step - 1];
      return all.length ? data.source.map((_, i) => all.reduce((sum, row) => sum + row[i], 0) / all.length) : undefined;
    };
    this.bars.show(data.source, edit?.row || rowOf(data.rows) || new Array(length).fill(1 / length), rowOf(data.own), words);
    this.back.textContent = words.reset;
    this.back.disabled = !this.held.has(slotOf({ ...this.edit(), row: [] }));
    const off = state(chosen.site, chosen.head).off;
    const note = chosen.step === null && !edit ? words.mean : words.tick;
    this.note.classList.toggle("loud", off);
    this.note.textContent = off ? filled(words.off, { head: chosen.head + 1 }) : note;
  }

  drawList() {
    const { words, data } = this;
    const late = new Set(data.unreached.map(slotOf));
    const edits = [...this.held.values()];
    const text = JSON.stringify([edits, [...late]]);
    if (text === this.listed) return;
    this.listed = text;
    this.list.replaceChildren();
    const count = edits.length === 1 ? words.one : filled(words.count, { n: edits.length });
    make("span", edits.length ? "count" : "help", this.list, edits.length ? count : words.none);
    for (const edit of edits) {
      const chip = make("span", "chip", this.list);
      const what = `${this.said(edit)}${late.has(slotOf(edit)) ? ` (${words.unreached})` : ""}`;
      this.button(chip, "what", () => edit.row && this.choose({ site: edit.site, head: edit.head, step: edit.step ?? null })).textContent = what;
      const cross = this.button(chip, "remove", () => this.drop(slotOf(edit)));
      cross.textContent = "×";
      cross.setAttribute("aria-label", filled(words.remove, { what }));
    }
    this.list.scrollLeft = this.list.scrollWidth;
  }

  said(edit) {
    const { words, data } = this;
    const site = data.sites.find((one) => one.name === edit.site);
    const values = { group: words[site.group] || site.group, layer: site.layer, head: edit.head + 1 };
    if (!edit.row) return filled(words.is_off, values);
    const most = edit.row.indexOf(Math.max(...edit.row));
    const step = edit.step === undefined ? words.every_name : filled(words.at_step, { n: edit.step });
    return filled(words.is_set, { ...values, step, weight: edit.row[most].toFixed(2), token: shown(data.source[most]) });
  }

  // ------------------------------------------------------------ actions
  edit() {
    const { site, head, step } = this.chosen;
    return step === null ? { site, head } : { site, head, step };
  }

  choose(part) {
    this.bars.finish();
    this.chosen = { ...this.chosen, ...part };
    this.again();
  }

  turn(site, head) {
    const edit = { site: site.name, head };
    if (this.held.has(slotOf(edit))) this.drop(slotOf(edit));
    else this.put(edit);
  }

  put(edit) { this.act({ slot: slotOf(edit), edit }); }

  drop(slot) { this.act({ slot }); }

  act(action) {
    const { base, log, done } = this.history;
    this.settle({ base, log: [...log.slice(0, done), action], done: done + 1 });
  }

  go(by) {
    this.bars.finish();
    const { log, done } = this.history;
    const next = clamp(done + by, 0, log.length);
    if (next !== done) this.settle({ ...this.history, done: next });
  }

  settle(history) {
    this.held = replayed(history);
    this.history = { ...history, edits: [...this.held.values()] };
    if (performance.now() - this.told < PAUSE) this.later();
    else this.tell();
    this.again();
  }

  // At once, unless something was just said: presses in a row are one rerun at their beginning and one at their end.
  tell() {
    this.later.cancel();
    this.told = performance.now();
    this.send("history", this.history);
  }

  again() { if (this.host.isConnected) this.draw(); }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.target.closest?.("input, textarea, [contenteditable='true']")) return;
    const letter = event.key.toLowerCase();
    const by = letter === "y" || (letter === "z" && event.shiftKey) ? 1 : letter === "z" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    this.go(by);
  }
}

export default (component) => present(component, "editor", RowEditorView);
