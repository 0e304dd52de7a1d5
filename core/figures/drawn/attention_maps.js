// The weights of a view as they travel (attention.py): a map for each head of each site, float32; or, where there are very
// many, shares of the site's largest weight as float16.

// What each of the 65,536 halves of a float32 stands for (IEEE 754 binary16; none is NaN or infinite here).
const halves = () => Float32Array.from({ length: 65536 }, (_, bits) => {
  const [size, rest] = [(bits >> 10) & 31, bits & 1023];
  const value = size ? 2 ** (size - 15) * (1 + rest / 1024) : (2 ** -14 * rest) / 1024;
  return bits >> 15 ? -value : value;
});

// How a weight is written: as many digits as are right and mean something.
const weighed = (value, rounded) => (value === 0 ? "0" : String(Number(value.toPrecision(rounded ? 3 : 6)))).replace("-", "−");

class Maps {
  constructor({ header, body }) {
    Object.assign(this, { sites: header.sites, rounded: header.rounded, high: header.high });
    const bytes = body.slice().buffer; // on a boundary of four
    this.numbers = this.rounded ? new Uint16Array(bytes) : new Float32Array(bytes);
    this.values = this.rounded ? halves() : null;
    let start = 0;
    for (const site of this.sites) {
      Object.assign(site, { start, cells: site.queries.length * site.keys.length });
      start += site.cells * site.heads;
    }
  }

  stored(site, head) {
    const from = site.start + head * site.cells;
    return this.numbers.subarray(from, from + site.cells);
  }

  head(site, head) {
    const stored = this.stored(site, head);
    return this.rounded ? Float32Array.from(stored, (bits) => this.values[bits] * site.high) : stored;
  }

  // One map of several heads: "mean" or "max" at each cell.
  pooled(site, way, heads = [...Array(site.heads).keys()]) {
    const maps = heads.map((head) => this.head(site, head));
    if (maps.length === 1) return maps[0];
    const larger = (one, other) => Math.max(one, other);
    const fold = way === "mean" ? (one, other) => one + other : larger;
    const cells = Float64Array.from(maps[0]);
    for (const map of maps.slice(1)) for (let i = 0; i < cells.length; i++) cells[i] = fold(cells[i], map[i]);
    return Float32Array.from(cells, way === "mean" ? (sum) => sum / maps.length : undefined);
  }

  // All maps as levels of `high`, by their size: what thumbnails are drawn from.
  levels() {
    const levels = new Uint8Array(this.numbers.length);
    for (const site of this.sites) {
      const share = this.high > 0 ? (255 * (this.rounded ? site.high : 1)) / this.high : 0;
      const level = (value) => Math.min(255, Math.round(Math.abs(value) * share));
      const [from, to] = [site.start, site.start + site.cells * site.heads];
      if (this.rounded) {
        const table = Uint8Array.from(this.values, level);
        for (let i = from; i < to; i++) levels[i] = table[this.numbers[i]];
      } else for (let i = from; i < to; i++) levels[i] = level(this.numbers[i]);
    }
    return levels;
  }
}

// A button of a group of which some are on.
function choice(parent, text, act) {
  const button = make("button", "small", parent, text);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}
