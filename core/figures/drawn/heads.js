// The overview of all heads: one canvas for all thumbnails, one transparent button over each for mouse and keyboard.

function arrange(groups, width, rem) {
  const most = Math.max(...groups.map((group) => group.columns), 1);
  const budget = Math.max(20 * rem, windowHeight() * 0.62);
  const [side, gap, head, between] = [2.1 * rem, 0.4 * rem, 2.9 * rem, 1.4 * rem];
  let best = null;
  for (let across = 1; across <= groups.length; across++) {
    const lines = [];
    for (let i = 0; i < groups.length; i += across) lines.push(groups.slice(i, i + across));
    const rows = lines.reduce((sum, line) => sum + Math.max(...line.map((group) => group.rows.length)), 0);
    const wide = (width - (across - 1) * between - across * side) / (across * most) - gap;
    const tall = (budget - lines.length * head - (lines.length - 1) * between * 0.6) / rows - gap;
    // below 3.4rem a thumbnail says nothing: rather scroll than shrink further
    const size = Math.min(wide, Math.max(tall, 3.4 * rem), 9.5 * rem);
    // fewer lines win unless the thumbnails would become much smaller
    if (!best || size > best.size * 0.7) best = { across, lines, size: Math.floor(size) };
  }
  return { ...best, side, gap, head, between, most };
}

function headPlaces(layout) {
  const { lines, size, side, gap, head, between, most } = layout;
  const places = [];
  const titles = [];
  let top = 0;
  for (const line of lines) {
    line.forEach((group, g) => {
      const left = g * (side + most * (size + gap) + between);
      titles.push({ group, left, top, columns: group.columns });
      group.rows.forEach((site, r) => {
        for (let h = 0; h < site.heads; h++) {
          places.push({ site, head: h, group, row: r, x: left + side + h * (size + gap), y: top + head + r * (size + gap) });
        }
      });
    });
    top += head + Math.max(...line.map((group) => group.rows.length)) * (size + gap) + between * 0.6;
  }
  return { places, titles, height: Math.max(0, top - between * 0.6) };
}

class HeadsView {
  constructor(host) {
    this.host = host;
    const line = make("div", "readout", host);
    this.said = make("div", "said idle", line);
    this.said.setAttribute("aria-live", "polite");
    const legend = make("div", "legend", line);
    this.low = make("span", "", legend, "0");
    make("span", "bar", legend);
    this.top = make("span", "", legend);
    this.board = make("div", "board", host);
    this.board.setAttribute("role", "group");
    this.canvas = make("canvas", "", this.board);
    this.canvas.setAttribute("aria-hidden", "true");
    this.mark = make("div", "mark", this.board);
    this.board.addEventListener("pointermove", (event) => this.hover(event));
    this.board.addEventListener("pointerleave", () => this.idle());
    this.board.addEventListener("click", (event) => this.click(event));
    this.board.addEventListener("keydown", (event) => this.key(event));
    this.board.addEventListener("focusin", (event) => this.strongest(event.target.place));
    this.table = tableOfNumbers(host, () => headNumbers(this));
    this.seq = 0;
  }

  receive(data, send) {
    this.send = send;
    const { header, body } = unpack(data);
    if (header.seq >= this.seq) { this.selected = header.selected; this.seq = header.seq; }
    this.passed = header.passed;
    // same numbers, other selection: only the frame moves
    const shape = JSON.stringify([header.sites, header.words, header.high]);
    const same = this.shape === shape && this.body?.length === body.length && this.revision === header.revision;
    this.data = header;
    this.words = header.words;
    if (same) return;
    [this.shape, this.body, this.revision] = [shape, body, header.revision];
    let offset = 0;
    for (const site of header.sites) {
      const cells = site.queries.length * site.keys.length;
      site.codes = Array.from({ length: site.heads }, (_, h) => body.subarray(offset + h * cells, offset + (h + 1) * cells));
      offset += cells * site.heads;
    }
    this.groups = header.groups.map((name) => {
      const rows = header.sites.filter((site) => site.group === name);
      return { name, rows, columns: Math.max(...rows.map((site) => site.heads)) };
    });
    this.ready = true;
    this.idle();
  }

  draw(theme) {
    const rem = rootSize();
    const width = this.board.clientWidth || this.host.clientWidth;
    this.layout = arrange(this.groups, width, rem);
    const { places, titles, height } = headPlaces(this.layout);
    this.places = places;
    this.top.textContent = this.data.shared ? this.data.high.toFixed(2) : this.words.own_top;
    this.low.parentElement.title = this.data.shared ? "" : this.words.own;
    this.board.style.height = `${height}px`;
    const { pen, ratio } = sized(this.canvas, width, height);
    this.labels(pen, titles, theme, rem);
    for (const place of places) this.thumbnail(pen, ratio, place, theme);
    this.buttons(places);
    const name = filled(this.words.summary, { heads: places.length, sites: this.data.sites.length });
    this.board.setAttribute("aria-label", name);
    this.table.speak(this.data.table, name);
    this.table.renew();
  }

  labels(pen, titles, theme, rem) {
    const { size, side, gap, head } = this.layout;
    for (const { group, left, top, columns } of titles) {
      const room = side + this.layout.most * (size + gap);
      const titleFont = `600 ${0.9 * rem}px ${theme.font}`;
      pen.textAlign = "left";
      pen.textBaseline = "alphabetic";
      pen.font = titleFont;
      pen.fillStyle = theme.text;
      pen.fillText(fitted(this.words[group.name] || group.name, titleFont, room), left, top + 1.05 * rem);
      pen.font = `${0.8 * rem}px ${theme.font}`;
      pen.fillStyle = theme.soft;
      pen.textAlign = "center";
      for (let h = 0; h < columns; h++) pen.fillText(filled(this.words.head_short, { n: h + 1 }), left + side + h * (size + gap) + size / 2, top + head - 0.4 * rem);
      pen.textAlign = "right";
      pen.textBaseline = "middle";
      group.rows.forEach((site, r) => pen.fillText(filled(this.words.layer_short, { n: site.layer }), left + side - 0.45 * rem, top + head + r * (size + gap) + size / 2));
    }
  }

  thumbnail(pen, ratio, { site, head, x, y }, theme) {
    const pixels = Math.round(this.layout.size * ratio);
    const [rows, columns] = [site.queries.length, site.keys.length];
    if (rows && columns) {
      const image = raster(site.codes[head], columns, spans(0, rows, pixels), spans(0, columns, pixels), theme.ramp.words);
      pen.putImageData(image, Math.round(x * ratio), Math.round(y * ratio));
    }
    pen.strokeStyle = theme.line;
    pen.lineWidth = 1;
    pen.strokeRect(x - 0.5, y - 0.5, this.layout.size + 1, this.layout.size + 1);
  }

  buttons(places) {
    this.spots ||= [];
    while (this.spots.length > places.length) this.spots.pop().remove();
    while (this.spots.length < places.length) {
      const spot = make("button", "spot", this.board);
      spot.type = "button";
      this.spots.push(spot);
    }
    places.forEach((place, i) => {
      const spot = this.spots[i];
      spot.place = place;
      place.spot = spot;
      Object.assign(spot.style, { left: `${place.x}px`, top: `${place.y}px`, width: `${this.layout.size}px`, height: `${this.layout.size}px` });
      spot.setAttribute("aria-label", this.nameOf(place));
      spot.dataset.site = place.site.name;
      spot.dataset.head = place.head;
    });
    this.markSelected();
  }

  nameOf({ site, head, group }) {
    const words = this.words;
    return [words[group.name] || group.name, filled(words.layer, { n: site.layer }), filled(words.head, { n: head + 1 })].join(", ");
  }

  markSelected() {
    const chosen = this.selected;
    let stop = null;
    for (const place of this.places) {
      const on = !!chosen && chosen[0] === place.site.name && chosen[1] === place.head;
      place.spot.setAttribute("aria-pressed", on);
      place.spot.tabIndex = -1;
      if (on) stop = place.spot;
    }
    // one stop for Tab, arrows inside: 144 stops would bury the rest of the page
    const focused = this.places.find((place) => place.spot.matches(":focus"));
    const spot = focused?.spot || stop || this.places[0]?.spot;
    if (spot) spot.tabIndex = 0;
  }

  hover(event) {
    const place = event.target.place;
    if (!place) return this.idle();
    const size = this.layout.size;
    const [rows, columns] = [place.site.queries.length, place.site.keys.length];
    const box = place.spot.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const pixels = Math.round(size * ratio);
    const at = (value) => Math.min(pixels - 1, Math.max(0, Math.floor(value * ratio)));
    const [r, c] = [spans(0, rows, pixels), spans(0, columns, pixels)];
    const [x, y] = [at(event.clientX - box.left), at(event.clientY - box.top)];
    const block = [r.first[y], r.last[y], c.first[x], c.last[x]];
    const cell = largest(place.site.codes[place.head], columns, ...block);
    this.read(place, cell.row, cell.column, block[1] - block[0] > 1 || block[3] - block[2] > 1);
    const [w, h] = [Math.max(size / columns, 4), Math.max(size / rows, 4)];
    const [left, top] = [(cell.column + 0.5) * (size / columns) - w / 2, (cell.row + 0.5) * (size / rows) - h / 2];
    Object.assign(this.mark.style, { display: "block", left: `${place.x + left}px`, top: `${place.y + top}px`, width: `${w}px`, height: `${h}px` });
    return undefined;
  }

  read(place, row, column, pooled) {
    const { site, head, group } = place;
    const words = this.words;
    const weight = ((site.codes[head][row * site.keys.length + column] / 255) * site.highs[head]).toFixed(3);
    const where = `${words[group.name] || group.name} · ${filled(words.layer, { n: site.layer })}`;
    this.said.className = "said";
    this.said.replaceChildren(`${filled(words.read, { site: where, head: head + 1 })} `);
    make("bdi", "token query", this.said, shown(site.queries[row]));
    this.said.append(" → ");
    make("bdi", "token", this.said, shown(site.keys[column]));
    make("span", "number", this.said, ` ≈ ${weight}`);
    if (pooled) this.said.append(` ${words.pooled}`);
  }

  strongest(place) {
    if (!place || !place.site.keys.length || !place.site.queries.length) return;
    if (!place.spot.matches(":focus-visible")) return; // a mouse already says where it points
    const { site, head } = place;
    const cell = largest(site.codes[head], site.keys.length, 0, site.queries.length, 0, site.keys.length);
    this.read(place, cell.row, cell.column, false);
  }

  idle() {
    this.mark.style.display = "none";
    this.said.className = "said idle";
    this.said.textContent = this.words?.idle ?? "";
  }

  click(event) {
    const place = event.target.place;
    if (!place) return;
    this.selected = [place.site.name, place.head];
    this.markSelected();
    this.seq += 1;
    this.send("pick", { at: this.selected, base: this.passed, seq: this.seq });
  }

  key(event) {
    const place = event.target.place;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!place || !step) return;
    event.preventDefault();
    const pace = this.layout.size + this.layout.gap;
    const ahead = this.places.filter((other) => (other.x - place.x) * step[0] + (other.y - place.y) * step[1] > pace / 2);
    const cost = (other) => Math.abs(other.x - place.x) * (step[0] ? 1 : 4) + Math.abs(other.y - place.y) * (step[1] ? 1 : 4);
    const next = ahead.sort((a, b) => cost(a) - cost(b))[0];
    if (!next) return;
    place.spot.tabIndex = -1;
    next.spot.tabIndex = 0;
    next.spot.focus();
  }
}
