// All heads of a model as switches: a line per layer, the kinds of attention one below the other.

class SwitchesView {
  constructor(parent, turn) {
    this.turn = turn;
    this.host = make("div", "switches", parent);
    this.host.addEventListener("click", (event) => {
      const spot = event.target.closest(".switch");
      if (spot) this.turn(spot.site, spot.head);
    });
    this.host.addEventListener("keydown", (event) => this.key(event));
  }

  show(sites, state, words) {
    const shape = JSON.stringify([sites, words]);
    if (shape !== this.shape) this.build(sites, words);
    this.shape = shape;
    for (const spot of this.spots) {
      const { off, set } = state(spot.site.name, spot.head);
      spot.setAttribute("aria-checked", String(!off));
      spot.classList.toggle("set", set);
    }
  }

  build(sites, words) {
    this.host.replaceChildren();
    this.spots = [];
    this.lines = [];
    const groups = [...new Set(sites.map((site) => site.group))];
    for (const group of groups) {
      make("div", "group", this.host, words[group] || group);
      for (const site of sites.filter((one) => one.group === group)) {
        const line = make("div", "line", this.host);
        make("span", "layer", line, `L${site.layer}`);
        const spots = make("div", "spots", line);
        this.lines.push(Array.from({ length: site.heads }, (_, head) => this.spot(spots, site, head, words)));
      }
    }
    if (this.spots[0]) this.spots[0].tabIndex = 0;
  }

  spot(parent, site, head, words) {
    const spot = make("button", "switch", parent, String(head + 1));
    spot.type = "button";
    spot.tabIndex = -1;
    Object.assign(spot, { site, head, line: this.lines.length });
    spot.setAttribute("role", "switch");
    const name = filled(words.switch, { group: words[site.group] || site.group, layer: site.layer, head: head + 1 });
    spot.setAttribute("aria-label", name);
    spot.title = name;
    Object.assign(spot.dataset, { site: site.name, head });
    this.spots.push(spot);
    return spot;
  }

  // One stop for Tab, arrows inside.
  key(event) {
    const spot = event.target.closest(".switch");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!spot || !step) return;
    event.preventDefault();
    event.stopPropagation(); // the trees below walk by arrow keys too
    const line = this.lines[clamp(spot.line + step[1], 0, this.lines.length - 1)];
    const next = line[clamp(spot.head + step[0], 0, line.length - 1)];
    spot.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
