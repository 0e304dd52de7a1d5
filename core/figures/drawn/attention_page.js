// All heads on one side, the chosen one large on the other: the overview and the map of the app's pages, side by side.

const WAYS = ["head", "mean", "max"];

class AttentionPage {
  constructor(host) {
    this.host = host;
    this.overview = new HeadsView(make("div", "lab heads", host));
    const large = make("div", "large", host);
    this.bar = make("div", "ways", large);
    this.bar.setAttribute("role", "group");
    this.buttons = Object.fromEntries(WAYS.map((way) => [way, choice(this.bar, "", () => this.choose({ way }))]));
    this.map = new HeatmapView(make("div", "lab heatmap", large));
    this.note = make("div", "note", host);
  }

  receive(data) {
    const { header } = data;
    Object.assign(this, { header, words: header.words, maps: new Maps(data) });
    const first = header.sites.find((site) => site.group === "cross") || header.sites[0];
    Object.assign(this, { site: first, head: 0, way: "head" });
    this.host.classList.toggle("single", header.sites.length === 1 && first.heads === 1);
    this.bar.setAttribute("aria-label", this.words.ways);
    for (const way of WAYS) this.buttons[way].textContent = this.words[`way_${way}`];
    this.note.textContent = header.rounded ? this.words.rounded : "";
    this.show();
    this.overview.receive({ header: this.heads(), body: this.maps.levels() }, (_, { at }) => this.pick(at));
    this.ready = true;
  }

  heads() {
    const { sites, groups, high } = this.header;
    for (const site of sites) site.highs = Array(site.heads).fill(high);
    return { sites, groups, high, shared: true, words: this.words.heads, table: this.header.table, selected: [this.site.name, this.head], passed: null, seq: 0, revision: "all" };
  }

  pick([name, head]) { this.choose({ site: this.header.sites.find((site) => site.name === name), head, way: "head" }); }

  choose(chosen) {
    Object.assign(this, chosen);
    this.show();
    redraw(this.map, this.map.host);
  }

  show() {
    const { site, head, way, words, header } = this;
    for (const one of WAYS) this.buttons[one].setAttribute("aria-pressed", one === way);
    this.bar.hidden = site.heads === 1;
    const values = way === "head" ? this.maps.head(site, head) : this.maps.pooled(site, way);
    // a mean of many heads is faint beside single ones: it has a scale of its own
    const high = way === "mean" ? values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) : header.high;
    const told = filled(words[`told_${way}`], { n: way === "head" ? head + 1 : site.heads });
    this.map.receive({
      header: {
        queries: site.queries, keys: site.keys, high, exact: true, signed: header.signed, title: `${site.label} · ${told}`,
        words: words.map, table: header.table, path: null, marks: [], revision: `${site.name} ${told}`, digits: (value) => weighed(value, header.rounded), rounded: header.rounded,
      },
      body: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    });
  }

  draw() {
    for (const part of [this.overview, this.map]) redraw(part, part.host);
  }
}
