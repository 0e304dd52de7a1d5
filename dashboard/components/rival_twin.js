// A convolution and the attention that is one: an image to paint on, both outputs, their difference, and every head's map.
// Negative numbers are orange and struck through with a line, so that the sign does not rest on colour.

const ORANGE = [213, 94, 0];

class TwinView {
  constructor(host) {
    this.host = host;
    const line = make("div", "readout", host);
    this.said = make("div", "said idle", line);
    this.said.setAttribute("aria-live", "polite");
    this.sides = make("div", "sides", host);
    this.pictures = make("div", "pictures", this.sides);
    this.parts = {};
    for (const name of ["image", "output", "attended", "difference"]) this.parts[name] = this.part(this.pictures, name);
    const right = make("div", "right", this.sides);
    this.headsTitle = make("div", "title wide", right);
    this.heads = make("div", "maps", right);
    this.maps = [];
    const { canvas } = this.parts.image;
    canvas.addEventListener("pointerdown", (event) => this.paint(event, true));
    canvas.addEventListener("pointermove", (event) => this.paint(event, false));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.done());
    canvas.addEventListener("keydown", (event) => this.key(event, "image"));
    for (const name of ["output", "attended", "difference"]) {
      const part = this.parts[name];
      part.canvas.addEventListener("click", (event) => this.ask(this.cell(event, part)));
      part.canvas.addEventListener("keydown", (event) => this.key(event, name));
    }
    for (const part of Object.values(this.parts)) {
      part.canvas.addEventListener("pointermove", (event) => this.read(part, this.cell(event, part)));
      part.canvas.addEventListener("pointerleave", () => this.idle());
    }
    this.table = tableOfNumbers(host, () => this.numbers());
    this.cursor = [0, 0];
    this.later = debounced((values) => this.send("image", values), 150);
    this.asked = debounced((query) => this.send("query", query), 60);
  }

  part(parent, name) {
    const box = make("figure", "picture", parent);
    const title = make("figcaption", "title", box);
    const canvas = make("canvas", name, box);
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    return { name, box, title, canvas, note: make("div", "note", box) };
  }

  receive(data, send) {
    this.send = send;
    this.data = data;
    if (!this.brush) this.image = data.image.map((row) => [...row]);
    this.query = data.query;
    this.ready = true;
  }

  close() {
    this.later.cancel();
    this.asked.cancel();
  }

  draw(theme) {
    this.theme = theme;
    const { data } = this;
    const rem = rootSize();
    const beside = this.host.clientWidth > 66 * rem; // pictures two by two, the heads at their right
    this.sides.classList.toggle("beside", beside);
    const across = beside || this.host.clientWidth < 44 * rem ? 2 : 4;
    const whole = beside ? 32 * rem : this.host.clientWidth;
    const side = Math.floor(Math.min((whole - (across - 1) * rem) / across, 15.5 * rem));
    this.pictures.style.gridTemplateColumns = `repeat(${across}, max-content)`;
    const high = Math.max(1e-12, ...[data.output, data.attended].flat(2).map(Math.abs));
    this.scales = { image: Math.max(1, ...this.image.flat().map(Math.abs)), output: high, attended: high, difference: Math.max(data.worst, 1e-300) };
    const values = { image: this.image, output: data.output, attended: data.attended, difference: data.difference };
    for (const [name, part] of Object.entries(this.parts)) {
      part.values = values[name];
      part.side = side;
      part.title.textContent = data.words[name];
      part.note.textContent = data.notes[name];
      part.canvas.setAttribute("aria-label", `${data.words[name]}. ${data.notes[name]}`);
      this.grid(part.canvas, part.values, this.scales[name], side, name === "image" ? data.words.paint : "");
    }
    this.frame(this.parts.output.canvas, this.parts.output.values.length, side, this.query);
    this.frame(this.parts.attended.canvas, this.parts.attended.values.length, side, this.query);
    this.drawHeads(rem, this.host.clientWidth - (beside ? 35 * rem : 0));
    this.table.speak(data.table, data.words.heads);
    this.table.renew();
    if (this.reading) this.reading(); // what is pointed at stays, with its new number
    else this.idle();
  }

  color(value, scale) {
    const share = Math.min(1, Math.abs(value) / scale);
    const { colors } = this.theme.ramp;
    if (value >= 0) return cssOf(colors[Math.round(255 * share)]);
    return cssOf(mixed(colors[0], ORANGE, share));
  }

  grid(canvas, values, scale, side) {
    const count = values.length;
    const { pen } = sized(canvas, side, side);
    const step = side / count;
    values.forEach((row, r) => row.forEach((value, c) => {
      const [x, y] = [Math.round(c * step), Math.round(r * step)];
      const [w, h] = [Math.round((c + 1) * step) - x, Math.round((r + 1) * step) - y];
      pen.fillStyle = this.color(value, scale);
      pen.fillRect(x, y, w, h);
      if (value < 0 && -value > 0.08 * scale && step > 9) {
        pen.strokeStyle = this.theme.text;
        pen.globalAlpha = 0.35;
        pen.beginPath();
        pen.moveTo(x + 0.3 * w, y + 0.5 * h);
        pen.lineTo(x + 0.7 * w, y + 0.5 * h);
        pen.stroke();
        pen.globalAlpha = 1;
      }
      pen.strokeStyle = this.theme.hair;
      pen.strokeRect(x + 0.5, y + 0.5, w, h);
    }));
  }

  frame(canvas, count, side, [row, column]) {
    const pen = canvas.getContext("2d");
    const step = side / count;
    pen.strokeStyle = this.theme.background;
    pen.lineWidth = 4;
    pen.strokeRect(column * step + 1, row * step + 1, step - 2, step - 2);
    pen.strokeStyle = this.theme.text;
    pen.lineWidth = 2;
    pen.strokeRect(column * step + 1, row * step + 1, step - 2, step - 2);
    pen.lineWidth = 1;
  }

  drawHeads(rem, room) {
    const { data } = this;
    const { heads } = data;
    const across = Math.round(Math.sqrt(heads.length));
    const most = { 1: 15.5, 3: 9.1, 5: 5.2 }[across] ?? 5;
    const side = Math.floor(clamp(room / across - 0.8 * rem, 4 * rem, most * rem));
    const weights = heads.map((head) => head.most);
    const [low, high] = [Math.min(...weights), Math.max(...weights)].map(probability);
    const ends = low === high ? low : filled(data.words.range, { low, high });
    this.headsTitle.textContent = `${data.words.heads} ${filled(data.words.peaks, { range: ends })}`;
    const title = across > 3 ? data.words.short : data.words.tap;
    this.heads.style.gridTemplateColumns = `repeat(${across}, max-content)`;
    while (this.maps.length < heads.length) {
      const map = this.part(this.heads, "head");
      map.canvas.addEventListener("pointermove", (event) => this.readHead(map, this.cell(event, map)));
      map.canvas.addEventListener("pointerleave", () => this.idle());
      this.maps.push(map);
    }
    if (this.maps.length > heads.length) this.reading = null;
    while (this.maps.length > heads.length) this.maps.pop().box.remove();
    heads.forEach((head, at) => {
      const map = this.maps[at];
      [map.values, map.side, map.head] = [head.weights, side, head];
      map.title.textContent = filled(title, { row: signed(head.at[0]), column: signed(head.at[1]), tap: head.tap.toFixed(2).replace("-", "−") });
      map.canvas.setAttribute("aria-label", `${map.title.textContent}. ${filled(data.words.peak, { weight: probability(head.most) })}`);
      this.grid(map.canvas, head.weights, 1, side);
      this.border(map.canvas, head.weights.length, data.border, side);
      this.frame(map.canvas, head.weights.length, side, [data.center[0], data.center[1]]);
    });
  }

  // The zeros that padding puts around the image are keys too: hatched.
  border(canvas, count, border, side) {
    if (!border) return;
    const pen = canvas.getContext("2d");
    const step = side / count;
    const inner = border * step;
    pen.save();
    pen.beginPath();
    pen.rect(0, 0, side, side);
    pen.rect(inner, inner, side - 2 * inner, side - 2 * inner);
    pen.clip("evenodd");
    pen.strokeStyle = this.theme.line;
    for (let x = -side; x < side; x += 6) {
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x + side, side);
      pen.stroke();
    }
    pen.restore();
    pen.strokeStyle = this.theme.faint;
    pen.setLineDash([4, 3]);
    pen.strokeRect(inner, inner, side - 2 * inner, side - 2 * inner);
    pen.setLineDash([]);
  }

  // Every picture in numbers, rows and columns counted from 1.
  numbers() {
    const { words, table } = this.data;
    const one = (title, values) => ({
      title, corner: table.row, rows: values.map((_, at) => String(at + 1)), columns: values[0].map((_, at) => String(at + 1)),
      cell: (row, column) => number(values[row][column]),
    });
    const pictures = Object.values(this.parts).map((part) => one(words[part.name], part.values));
    return [...pictures, ...this.maps.map((map) => one(map.title.textContent, map.head.weights))];
  }

  // ------------------------------------------------------------ reading
  cell(event, part) {
    const box = part.canvas.getBoundingClientRect();
    const count = part.values.length;
    const at = (offset, size) => clamp(Math.floor((offset / size) * count), 0, count - 1);
    return [at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)];
  }

  say(text) {
    this.said.classList.toggle("idle", !text);
    this.said.textContent = text || this.data.words.idle;
  }

  idle() {
    this.reading = null;
    this.say("");
  }

  read(part, [row, column]) {
    const value = part.values[row]?.[column];
    if (value === undefined) return;
    this.reading = () => this.read(part, [row, column]);
    this.say(filled(this.data.words.read, { what: this.data.words[part.name], row: row + 1, column: column + 1, value: number(value) }));
  }

  readHead(map, [row, column]) {
    const { border, words, image } = this.data;
    if (map.values[row]?.[column] === undefined) return;
    this.reading = () => this.readHead(map, [row, column]);
    const [r, c] = [row - border, column - border];
    const outside = r < 0 || c < 0 || r >= image.length || c >= image[0].length;
    const place = outside ? words.outside : filled(words.place, { row: r + 1, column: c + 1 });
    this.say(filled(words.weight, { head: map.title.textContent, place, value: number(map.values[row][column]) }));
  }

  // ------------------------------------------------------------ acting
  paint(event, begins) {
    const part = this.parts.image;
    const [row, column] = this.cell(event, part);
    if (begins) {
      part.canvas.setPointerCapture?.(event.pointerId);
      this.brush = { value: this.image[row][column] < 0.5 ? 1 : 0 };
    }
    if (!this.brush || this.image[row][column] === this.brush.value) return;
    this.set(row, column, this.brush.value);
  }

  set(row, column, value) {
    this.image[row][column] = value;
    this.parts.image.values = this.image;
    this.grid(this.parts.image.canvas, this.image, this.scales.image, this.parts.image.side);
    this.later({ values: this.image.map((line) => [...line]), base: this.data.base });
  }

  done() { this.brush = null; }

  ask(query) {
    this.query = query;
    for (const name of ["output", "attended"]) {
      this.grid(this.parts[name].canvas, this.parts[name].values, this.scales[name], this.parts[name].side);
      this.frame(this.parts[name].canvas, this.parts[name].values.length, this.parts[name].side, query);
    }
    this.asked(query);
  }

  key(event, name) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const part = this.parts[name];
    const last = part.values.length - 1;
    if (name === "image") {
      if (step) this.cursor = this.cursor.map((at, axis) => clamp(at + step[axis], 0, last));
      else if (event.key === " " || event.key === "Enter") {
        const [row, column] = this.cursor;
        this.set(row, column, this.image[row][column] < 0.5 ? 1 : 0);
      } else return;
      this.grid(part.canvas, this.image, this.scales.image, part.side);
      this.frame(part.canvas, last + 1, part.side, this.cursor);
      this.read(part, this.cursor);
    } else {
      if (!step) return;
      this.ask(this.query.map((at, axis) => clamp(at + step[axis], 0, last)));
      this.read(part, this.query);
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

const signed = (value) => (value > 0 ? `+${value}` : value < 0 ? `−${-value}` : "0");

function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return (size >= 1e-3 && size < 1e4 ? value.toFixed(4) : value.toExponential(2)).replace(/-/g, "−");
}

export default (component) => present(component, "twin", TwinView);
