// What a cell of a chain is made of, and its formula with the numbers in it. Numbers are only ever read and written down here;
// every one of them was computed by the engine.

const MOST_TERMS = 6; // a longer sum is abbreviated to its first, or its largest, terms

function written(value) {
  if (value === undefined || Number.isNaN(value)) return "?";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  let text;
  if (Number.isInteger(value) && size < 1e5) text = String(size);
  else if (size >= 1e5 || size < 0.0005) text = size.toExponential(1).replace("e+", "e");
  else if (size < 0.005) text = size.toFixed(3);
  else text = size >= 1000 ? size.toFixed(0) : size >= 100 ? size.toFixed(1) : size.toFixed(2);
  return value < 0 ? `−${text}` : text;
}
const brief = (value, least) => (value !== 0 && Math.abs(value) < least ? "≈0" : written(value));
const factor = (value) => (value < 0 ? `(${written(value)})` : written(value));

// ^{…} and _{…} become raised and lowered text, inside each other too; what stands there is text and never markup.
function typeset(text, parent) {
  let [at, plain] = [0, ""];
  const flush = () => { if (plain) parent.append(plain); plain = ""; };
  while (at < text.length) {
    const mark = text[at];
    if ((mark === "^" || mark === "_") && text[at + 1] === "{") {
      let [end, depth] = [at + 2, 1];
      while (end < text.length && depth) { depth += text[end] === "{" ? 1 : text[end] === "}" ? -1 : 0; end++; }
      flush();
      typeset(text.slice(at + 2, end - 1), make(mark === "^" ? "sup" : "sub", "", parent));
      at = end;
    } else {
      plain += mark;
      at++;
    }
  }
  flush();
}

// Tokens as they may stand in markup: braces would end a raised text early. One that stands in several places is told apart
// by its place.
function named(tokens) {
  const plain = tokens.map((one) => shown(one).replace(/[{}^_]/g, (sign) => ({ "{": "❴", "}": "❵", "^": "＾", "_": "＿" })[sign]));
  const counts = new Map();
  for (const one of plain) counts.set(one, (counts.get(one) || 0) + 1);
  return { plain, placed: plain.map((one, at) => (counts.get(one) > 1 ? `${one}#${at + 1}` : one)) };
}

class ChainModel {
  constructor({ header, body }) {
    Object.assign(this, header);
    const bytes = body.slice(); // its own buffer, so that numbers begin at a multiple of their size
    const all = header.double ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
    this.by = new Map();
    let from = 0;
    for (const one of header.quantities) {
      const [heads, rows, columns] = one.shape;
      const size = heads * rows * columns;
      this.by.set(one.name, { ...one, heads, rows, columns, values: all.subarray(from, from + size) });
      from += size;
    }
    this.heads = this.by.get("weights").heads;
    this.tokens = { query: named(this.queries), key: named(this.keys) };
  }

  at(name, head, row, column) {
    const one = this.by.get(name);
    return one.values[((one.heads === 1 ? 0 : head) * one.rows + row) * one.columns + column];
  }

  token(axis, at) { return (axis === "key" ? this.tokens.key : this.tokens.query).plain[at]; }
  placed(axis, at) { return (axis === "key" ? this.tokens.key : this.tokens.query).placed[at]; }

  // The name of a vector, or of one pair; with `column` of one of its numbers.
  name(of, head, row, column) {
    const one = this.by.get(of);
    const own = one.heads > 1 ? `${head + 1}` : "";
    if (one.axes[0] === "out") {
      const symbol = own ? one.symbol.replace(/\}$/, `,${own}}`) : one.symbol;
      return column === undefined ? `${symbol}_{${row + 1}}` : `${symbol}_{${row + 1},${column + 1}}`;
    }
    if (one.axes[1] === "key") {
      const pair = `${one.symbol}_{${this.placed("query", row)},${this.placed("key", column)}}`;
      return own ? `${pair}^{${own}}` : pair;
    }
    const vector = `${one.symbol}^{${this.placed(one.axes[0], row)}${own ? `,${own}` : ""}}`;
    return column === undefined ? vector : `${vector}_{${column + 1}}`;
  }

  // Cells that a cell is made of: a row, a column or one cell of others; null stands for all.
  parents(of, head, row, column) {
    const { kind, of: from, columns } = this.by.get(of);
    const cell = (name, r, c, h = head) => ({ name, head: this.by.get(name).heads === 1 ? 0 : h, row: r, column: c });
    const [left, right, third] = from;
    switch (kind) {
      case "rows": return [cell(left, row, null), cell(right, column, null)];
      case "mixed": return [cell(left, row, null), cell(right, null, column), ...(third ? [cell(third, row, column)] : [])];
      case "additive": return [cell(left, row, null), cell(right, column, null), cell(third, 0, null)];
      case "turned": return [cell(left, row, null)];
      case "normalized": return [cell(left, row, null)];
      case "joined": {
        const own = this.by.get(left).columns;
        return columns ? [cell(left, row, column % own, Math.floor(column / own))] : [];
      }
      default: return from.map((name) => cell(name, row, column));
    }
  }

  // One or two lines of markup for a cell.
  formula(of, head, row, column) {
    const one = this.by.get(of);
    const value = written(this.at(of, head, row, column));
    const full = this.name(of, head, row, column);
    const [left, right, third] = one.of;
    const { words } = this;
    const size = (name) => this.by.get(name).columns;
    const of_ = (name) => written(this.at(name, head, row, column));
    switch (one.kind) {
      case "rows": {
        const pair = one.axes[1] === "key";
        const meaning = pair ? `${this.name(left, head, row)}·${this.name(right, head, column)}` : `${this.name(right, head, column)}·${this.name(left, head, row)}`;
        const term = (d) => [this.at(left, head, row, d), this.at(right, head, column, d)];
        const terms = this.sum(size(left), (d) => (pair ? term(d) : term(d).reverse()).map(factor).join("·"));
        return [`${full} = ${meaning} = ${terms} = ${value}`];
      }
      case "mixed": return this.mixture(one, head, row, column, full, value);
      case "additive": {
        const term = (d) => `${factor(this.at(third, head, 0, d))}·tanh(${written(this.at(left, head, row, d))} + ${factor(this.at(right, head, column, d))})`;
        return [`${full} = w·tanh(${this.name(left, head, row)} + ${this.name(right, head, column)}) = ${this.sum(size(left), term, 3)} = ${value}`];
      }
      case "sum": return [`${full} = ${of_(left)} + ${factor(this.at(right, head, row, column))} = ${value}`];
      case "quotient": return [`${full} = ${of_(left)} / ${written(one.number)} = ${value}`];
      case "blocked": return [this.at(of, head, row, column) === -Infinity ? `${full} = −∞: ${words.forbidden}` : `${full} = ${value}`];
      case "normalized": return this.share(one, head, row, column, full, value);
      case "turned": return [`${full} = ${value}`, words.turned];
      case "joined": {
        const own = size(left);
        const from = Math.floor(column / own);
        return [`${full} = ${this.name(left, from, row, column % own)} = ${value}`, filled(words.joined, { n: from + 1 })];
      }
      default: return [`${full} = ${value}`, of === "bias" || of === "places" || of === "added" ? words.positions : of === "weights" ? words.own : words.recorded];
    }
  }

  sum(count, term, most = MOST_TERMS) {
    if (count <= most) return Array.from({ length: count }, (_, d) => term(d)).join(" + ");
    const first = Array.from({ length: most - 2 }, (_, d) => term(d));
    return `${first.join(" + ")} + … + ${term(count - 1)} (${filled(this.words.terms, { n: count })})`;
  }

  // The places of the largest numbers, in their own order: the others are left to the dots.
  largest(count, value, most) {
    const all = Array.from({ length: count }, (_, j) => j);
    if (count <= most) return all;
    return all.sort((x, y) => Math.abs(value(y)) - Math.abs(value(x))).slice(0, most - 1).sort((x, y) => x - y);
  }

  mixture(one, head, row, column, full, value) {
    const [weights, values, added] = one.of;
    const count = this.by.get(weights).columns;
    const weight = (j) => this.at(weights, head, row, j);
    const seen = this.largest(count, weight, MOST_TERMS);
    const rest = seen.length < count ? ` + … (${filled(this.words.terms, { n: count })})` : "";
    const sum = (term) => seen.map(term).join(" + ") + rest;
    const more = added ? ` + ${this.name(added, head, row)}` : "";
    const number = added ? ` + ${factor(this.at(added, head, row, column))}` : "";
    return [
      `${this.name(one.name, head, row)} = ${sum((j) => `${factor(weight(j))}·${this.name(values, head, j)}`)}${more}`,
      `${full} = ${sum((j) => `${factor(weight(j))}·${factor(this.at(values, head, j, column))}`)}${number} = ${value}`,
    ];
  }

  share(one, head, row, column, full, value) {
    const [source] = one.of;
    const way = this.normalized;
    const score = (j) => this.at(source, head, row, j);
    if (score(column) === -Infinity) return [`${full} = 0: ${this.words.forbidden}`];
    if (!way) return [`${full} = ${value}`, this.words.own];
    const n = this.allowed[this.allowed.length === 1 ? 0 : head][row];
    const cell = (j) => filled(way.cell, { e: written(score(j)), n });
    if (!way.sum) return [`${full} = ${cell(column)} = ${value}`, ...(way.note ? [way.note] : [])];
    const finite = Array.from({ length: one.columns }, (_, j) => j).filter((j) => score(j) !== -Infinity);
    const open = finite.length <= MOST_TERMS ? finite : [...finite].sort((x, y) => score(y) - score(x)).slice(0, MOST_TERMS - 2).sort((x, y) => x - y);
    const rest = open.length < finite.length ? ` + … (${filled(this.words.terms, { n: finite.length })})` : "";
    return [`${full} = ${cell(column)} / (${open.map(cell).join(" + ")}${rest}) = ${value}`];
  }
}
