// Keys on the left, queries on the right, a line for each weight in the colour of its head. The box scrolls; its canvases
// are as large as what is in sight, and drawn again for every part of it. Three layers: all lines, those of the token that
// is looked at, and the tokens. Beside it the numbers of that token, head by head.

const LISTED = 8; // tokens whose weights are written out

class BipartiteView {
  constructor(host) {
    this.host = host;
    this.bar = make("div", "bar", host);
    this.sites = make("select", "sites", this.bar);
    this.sites.addEventListener("change", () => this.choose(this.maps.sites[Number(this.sites.value)]));
    this.chips = make("div", "chips", this.bar);
    this.chips.setAttribute("role", "group");
    this.toggle = choice(this.bar, "", () => this.flip());
    const line = make("div", "readout", host);
    this.said = make("div", "said idle", line);
    this.said.setAttribute("aria-live", "polite");
    const both = make("div", "both", host);
    this.box = make("div", "box", both);
    this.list = make("div", "list", both);
    this.board = make("div", "board", this.box);
    this.board.tabIndex = 0;
    this.board.setAttribute("role", "application");
    this.pane = make("div", "pane", this.board);
    this.pane.setAttribute("aria-hidden", "true"); // the board speaks for its canvases
    for (const layer of ["lines", "own", "tokens"]) this[layer] = make("canvas", layer, this.pane);
    this.note = make("div", "note", host);
    this.table = tableOfNumbers(make("div", "table", host), () => this.numbers(), { always: true });
    this.listen();
  }

  listen() {
    this.box.addEventListener("scroll", () => this.paint(), { passive: true });
    this.board.addEventListener("pointermove", (event) => { if (!this.kept) this.look(this.tokenAt(event)); });
    this.board.addEventListener("pointerleave", () => { if (!this.kept) this.look(null); });
    this.board.addEventListener("click", (event) => this.keep(this.tokenAt(event)));
    this.board.addEventListener("keydown", (event) => this.key(event));
  }

  receive(data) {
    const { header } = data;
    Object.assign(this, { header, words: header.words, maps: new Maps(data) });
    const { sites } = this.maps;
    sites.forEach((site, i) => { make("option", "", this.sites, site.label).value = i; });
    this.sites.setAttribute("aria-label", this.words.site);
    this.sites.hidden = sites.length === 1;
    this.chips.setAttribute("aria-label", this.words.heads);
    this.toggle.textContent = this.words.table;
    this.table.speak(header.table, "");
    this.ready = true;
    this.choose(sites.find((site) => site.group === "cross") || sites[0]);
  }

  choose(site) {
    this.site = site;
    this.sites.value = this.maps.sites.indexOf(site);
    this.weights = Array.from({ length: site.heads }, (_, head) => this.maps.head(site, head));
    this.toggle.hidden = !site.cells;
    this.chips.replaceChildren();
    this.chips.hidden = this.list.hidden = site.heads === 1;
    this.all = choice(this.chips, this.words.all, () => this.turn(null));
    this.buttons = this.weights.map((_, head) => {
      const button = choice(this.chips, filled(this.words.head, { n: head + 1 }), () => this.turn(head));
      button.title = filled(this.words.head_help, { n: head + 1 });
      return button;
    });
    const { label, heads, keys, queries } = site;
    this.board.setAttribute("aria-label", site.cells ? filled(this.words.summary, { label, heads, keys: keys.length, queries: queries.length }) : this.words.empty);
    this.box.scrollTop = 0;
    this.turn(null);
  }

  // Heads on and off: the first one pressed is alone; without any all are on again.
  turn(head) {
    const every = [...this.weights.keys()];
    const whole = this.heads?.length === every.length;
    if (head === null) this.heads = every;
    else if (whole) this.heads = [head];
    else this.heads = every.filter((one) => (one === head) !== this.heads.includes(one));
    if (!this.heads.length) this.heads = every;
    this.buttons.forEach((button, one) => button.setAttribute("aria-pressed", this.heads.includes(one)));
    this.all.setAttribute("aria-pressed", this.heads.length === every.length);
    const { keys } = this.site;
    this.drawn = heaviest(this.weights, this.heads, keys.length, this.site.high);
    this.mean = this.maps.pooled(this.site, "mean", this.heads);
    const [shown, all] = [this.drawn.lines.length, this.drawn.all].map((count) => count.toLocaleString("en"));
    this.note.textContent = [
      this.drawn.lines.length < this.drawn.all ? filled(this.words.cut, { shown, all }) : "", this.maps.rounded ? this.words.rounded : "",
    ].filter(Boolean).join(" · ");
    this.kept = null;
    this.at = null;
    this.table.speak(this.header.table, this.site.label);
    this.table.renew();
    redraw(this, this.host);
  }

  // ------------------------------------------------------------ drawing
  draw(theme) {
    this.theme = theme;
    const [rem, { keys, queries }] = [rootSize(), this.site];
    this.colors = headColors(this.site.heads, theme);
    this.buttons.forEach((button, head) => button.style.setProperty("--head", this.colors[head]));
    this.font = `${0.9 * rem}px ${theme.font}`;
    const widest = (tokens) => Math.min(13 * rem, tokens.slice(0, 2000).reduce((most, token) => Math.max(most, textWidth(shown(token), this.font)), 3 * rem));
    const width = this.box.clientWidth;
    const titles = ["keys", "queries"].map((side) => textWidth(this.titleOf(side), `600 ${this.font}`));
    const [left, right] = [keys, queries].map((tokens, i) => Math.min(Math.ceil(Math.max(widest(tokens), titles[i])), width * 0.3));
    const between = Math.min(width - left - right - 3 * rem, 34 * rem);
    this.head = 1.9 * rem;
    this.room = { left, right };
    this.from = left + 1.4 * rem;
    this.to = this.from + between;
    const longest = Math.max(keys.length, queries.length, 1);
    this.tall = Math.max(longest * (longest > 60 ? 1.2 : 1.55) * rem, 8 * rem);
    this.seen = Math.round(Math.min(this.tall + this.head + 0.6 * rem, Math.max(20 * rem, windowHeight() * 0.72)));
    this.box.style.height = `${this.seen}px`;
    this.board.style.height = `${this.tall + this.head + 0.6 * rem - 2}px`;
    this.wide = Math.min(width, this.to + right + 1.4 * rem);
    this.keyAt = (key) => this.head + ((key + 0.5) * this.tall) / keys.length - this.box.scrollTop;
    this.queryAt = (query) => this.head + ((query + 0.5) * this.tall) / queries.length - this.box.scrollTop;
    this.paint();
  }

  paint() {
    if (!this.theme) return;
    const { pen } = sized(this.lines, this.wide, this.seen);
    strokeLines(pen, this.drawn.lines, { ...this, height: this.seen });
    this.look(this.at);
  }

  // The lines of one token, and what it shares with the tokens on the other side.
  look(at) {
    this.at = at;
    if (!this.theme) return;
    const { pen } = sized(this.own, this.wide, this.seen);
    this.pane.classList.toggle("aside", !!at);
    if (at) strokeLines(pen, this.ownLines(at), { ...this, height: this.seen }, 1.1);
    this.write(at);
    this.speak(at);
  }

  ownLines({ side, index }) {
    const [columns, rows] = [this.site.keys.length, this.site.queries.length];
    const lines = [];
    const count = side === "query" ? columns : rows;
    for (const head of this.heads) {
      for (let other = 0; other < count; other++) {
        const [query, key] = side === "query" ? [index, other] : [other, index];
        const share = Math.min(1, Math.abs(this.weights[head][query * columns + key]) / (this.site.high || 1));
        if (share > 0.002) lines.push({ head, query, key, share });
      }
    }
    return lines;
  }

  titleOf(side) { return this.words[this.site.group === "cross" ? side : `same_${side}`]; }

  write(at) {
    const { pen } = sized(this.tokens, this.wide, this.seen);
    const { theme, site } = this;
    const rem = rootSize();
    const column = (tokens, side, x, align, place, room) => {
      pen.textAlign = align;
      const every = Math.max(1, Math.ceil((1.05 * rem * tokens.length) / this.tall));
      const first = Math.max(0, Math.floor(((this.box.scrollTop - this.head) / this.tall) * tokens.length) - 1);
      for (let i = Math.ceil(first / every) * every; i < tokens.length && place(i) < this.seen + rem; i += every) {
        if (place(i) > this.head * 0.6) this.token(pen, { at, side, index: i, token: tokens[i], x, y: place(i), align, room });
      }
      if (at?.side === side && at.index % every) this.token(pen, { at, side, index: at.index, token: tokens[at.index], x, y: place(at.index), align, room });
      pen.font = `600 ${0.8 * rem}px ${theme.font}`;
      pen.fillStyle = theme.soft;
      pen.fillText(fitted(this.titleOf(side === "key" ? "keys" : "queries"), pen.font, room), x, 0.8 * rem);
    };
    pen.textBaseline = "middle";
    column(site.keys, "key", this.from - 0.5 * rem, "right", this.keyAt, this.room.left);
    column(site.queries, "query", this.to + 0.5 * rem, "left", this.queryAt, this.room.right);
  }

  token(pen, { at, side, index, token, x, y, align, room }) {
    const { theme } = this;
    const rem = rootSize();
    const own = at?.side === side && at.index === index;
    const weight = at && at.side !== side ? Math.min(1, Math.abs(this.shared(at, index)) / (this.site.high || 1)) : 0;
    const label = fitted(shown(token), own ? `600 ${this.font}` : this.font, room);
    const code = Math.round(255 * weight);
    if (own || code > 5) {
      const width = textWidth(label, this.font) + 0.8 * rem;
      pen.fillStyle = own ? theme.accent : cssOf(theme.ramp.colors[code]);
      pen.beginPath();
      pen.roundRect(align === "right" ? x - width + 0.4 * rem : x - 0.4 * rem, y - 0.68 * rem, width, 1.36 * rem, 0.25 * rem);
      pen.fill();
    }
    pen.font = own ? `600 ${this.font}` : this.font;
    pen.fillStyle = own ? theme.background : code > 5 ? theme.inkOn(code) : at ? theme.soft : theme.text;
    write(pen, label, x, y);
  }

  // The weight between the token that is looked at and one on the other side: the mean of the heads that are on.
  shared({ side, index }, other) {
    const [query, key] = side === "query" ? [index, other] : [other, index];
    return this.mean[query * this.site.keys.length + key];
  }

  // ------------------------------------------------------------ reading
  speak(at) {
    const { said, words, site } = this;
    said.className = at ? "said" : "said idle";
    if (!at) { said.textContent = site.cells ? words.idle : words.empty; this.list.replaceChildren(); return; }
    const [own, others] = at.side === "query" ? [site.queries, site.keys] : [site.keys, site.queries];
    const order = [...others.keys()].sort((one, other) => Math.abs(this.shared(at, other)) - Math.abs(this.shared(at, one)));
    said.replaceChildren();
    make("bdi", "token", said, shown(own[at.index]));
    said.append(` ${words[at.side === "query" ? "looks" : "looked"]} `);
    const sign = this.maps.rounded ? "≈ " : "";
    order.slice(0, 4).forEach((other, i) => {
      if (i) said.append(" · ");
      make("bdi", "token", said, shown(others[other]));
      make("span", "number", said, ` ${sign}${weighed(this.shared(at, other), this.maps.rounded)}`);
    });
    if (this.heads.length > 1) said.append(` ${filled(words.mean, { n: this.heads.length })}`);
    this.enlist(at, others, order.slice(0, LISTED));
  }

  // The heaviest partners of a token, a column for each head that is on.
  enlist(at, others, order) {
    this.list.replaceChildren();
    if (!at || this.heads.length < 2) return;
    const weights = (other, head) => {
      const [query, key] = at.side === "query" ? [at.index, other] : [other, at.index];
      return this.weights[head][query * this.site.keys.length + key];
    };
    const heads = this.heads.map((head) => filled(this.words.head, { n: head + 1 }));
    tableOf(this.list, order.map((other) => others[other]), heads, (row, column) => weights(order[row], this.heads[column]));
  }

  tokenAt(event) {
    const box = this.pane.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top + this.box.scrollTop - this.head];
    if (x > this.wide || y < 0 || y >= this.tall) return null;
    const side = x < (this.from + this.to) / 2 ? "key" : "query";
    const count = (side === "key" ? this.site.keys : this.site.queries).length;
    return count ? { side, index: clamp(Math.floor((y / this.tall) * count), 0, count - 1) } : null;
  }

  keep(at) {
    const same = this.kept && at && this.kept.side === at.side && this.kept.index === at.index;
    this.kept = same ? null : at;
    this.look(at);
  }

  key(event) {
    const { keys, queries } = this.site;
    if (!this.site.cells || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.at || { side: "query", index: -1 };
    const count = (side) => (side === "key" ? keys : queries).length;
    const go = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const side = { ArrowLeft: "key", ArrowRight: "query" }[event.key];
    if (event.key === "Escape") { this.keep(null); return; }
    if (!go && !side) return;
    event.preventDefault();
    const next = go ? { side: at.side, index: clamp(at.index + go, 0, count(at.side) - 1) }
      : { side, index: side === at.side ? Math.max(0, at.index) : clamp(Math.floor(((Math.max(0, at.index) + 0.5) * count(side)) / count(at.side)), 0, count(side) - 1) };
    this.kept = next;
    this.reveal(next);
    this.look(next);
  }

  reveal({ side, index }) {
    const y = side === "key" ? this.keyAt(index) : this.queryAt(index);
    if (y < this.head * 1.5 || y > this.seen - this.head) { this.box.scrollTop += y - this.seen / 2; this.paint(); }
  }

  // ------------------------------------------------------------ the same as a table
  flip() {
    const open = this.host.classList.toggle("as-table");
    this.toggle.textContent = open ? this.words.picture : this.words.table;
    this.toggle.setAttribute("aria-pressed", open);
    if (open) { this.table.go({}); return; }
    this.table.close();
    redraw(this, this.host);
  }

  // The mean of the heads that are on, and each of them.
  numbers() {
    const { keys, queries, label } = this.site;
    const corner = `${this.header.table.query} \\ ${this.header.table.key}`;
    const one = (title, values) => ({
      title, corner, rows: queries.map(shown), columns: keys.map(shown),
      cell: (query, key) => weighed(values[query * keys.length + key], this.maps.rounded),
    });
    const heads = this.heads.map((head) => one(`${label} · ${filled(this.words.head, { n: head + 1 })}`, this.weights[head]));
    return heads.length > 1 ? [one(`${label} ${filled(this.words.mean, { n: heads.length })}`, this.mean), ...heads] : heads;
  }
}
