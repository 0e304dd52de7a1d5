// Where the pills of a decoding tree go, and what they look like. Columns are steps; the best continuation of a node stays
// in its row, so that the best path is a straight line; the others are packed above and below it as closely as their
// subtrees allow.

const isLost = (status) => status.startsWith("pruned") || status === "duplicate" || status === "superseded";
const isPruned = (node) => isLost(node.status);

// Columns as they travel (tree_packing.packed) to a list a column.
function unpacked(columns) {
  const count = columns.id.length;
  const spread = (column) => {
    if (Array.isArray(column)) return column;
    if ("all" in column) return Array(count).fill(column.all);
    if ("of" in column) return column.at.map((number) => column.of[number]);
    const names = Object.keys(column.parts);
    return Array.from({ length: count }, (_, i) => Object.fromEntries(names.map((name) => [name, column.parts[name][i]])));
  };
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, spread(column)]));
}

// Nodes with links from parallel columns. Parents come before children.
function plant(columns) {
  const byId = new Map();
  const all = columns.id.map((id, i) => {
    const node = { children: [], i };
    for (const name in columns) node[name] = columns[name][i];
    node.p ??= node.logp_token == null ? null : Math.exp(node.logp_token);
    byId.set(id, node);
    return node;
  });
  for (const node of all) {
    node.up = byId.get(node.parent) || null;
    node.up?.children.push(node);
  }
  const gold = all.filter((node) => node.is_gold && node.up); // the reference's path, as far as the tree knows it
  return { all, byId, root: all.find((node) => !node.up), gold, goldEnd: gold[gold.length - 1] };
}

// The leaf to aim for below each node: finished before live before pruned, then by score.
function appraise(plot) {
  const grade = (node) => (node.status === "finished" ? 2 : isPruned(node) ? 0 : 1);
  const score = (node) => node.rank_score ?? node.logp ?? -Infinity;
  const better = (a, b) => a.grade - b.grade || a.score - b.score || (b.node.i - a.node.i);
  for (let i = plot.all.length - 1; i >= 0; i--) {
    const node = plot.all[i];
    node.aim = node.children.length ? null : { node, grade: grade(node), score: score(node) };
    for (const child of node.children) if (!node.aim || better(child.aim, node.aim) > 0) [node.aim, node.main] = [child.aim, child];
  }
  const leaf = plot.root?.aim?.node;
  plot.best = new Set();
  for (let node = leaf; node; node = node.up) plot.best.add(node.id);
  plot.bestLeaf = leaf;
}

// What is drawn of each node's children: of more pruned leaves than FEW only the best, above `limit` nodes none; the others
// share one "+n" pill until it is opened.
const FEW = 4;
function branches(plot, limit, opened, keep) {
  const few = plot.all.length > limit ? 0 : FEW;
  for (const node of plot.all) {
    node.drawn = node.children;
    if (opened === "all" || opened.has(node.id)) continue;
    const lost = node.children.filter((child) => isPruned(child) && !child.children.length && !child.forced && !child.is_gold && !keep.has(child.id));
    const best = (child) => (child.rank >= 0 ? child.rank : Infinity);
    const fold = lost.sort((a, b) => best(a) - best(b) || b.logp_token - a.logp_token || a.i - b.i).slice(few);
    if (fold.length < 2) continue;
    const more = { id: `more-${node.id}`, more: fold.length, up: node, children: [], drawn: [], step: node.step + 1, status: "pruned", token: "", of: node.id, walk: Math.min(...fold.map((child) => child.walk ?? 0)) };
    const folded = new Set(fold);
    node.drawn = [...node.children.filter((child) => !folded.has(child)), more];
  }
}

// Main child in the parent's row; pruned siblings right below it, kept ones alternate further below and above.
function sides(node) {
  const above = [];
  const main = node.drawn.includes(node.main) ? node.main : node.drawn[0];
  const others = node.drawn.filter((child) => child !== main);
  const kept = others.filter((child) => !child.more && !isPruned(child));
  const below = others.filter((child) => !kept.includes(child));
  kept.forEach((child, i) => (i % 2 ? above : below).push(child));
  return { main, above, below };
}

// Rows by contours: `high[d]` and `low[d]` are the outermost rows taken d columns to the right of the node.
function rowsOf(node) {
  if (!node.drawn.length) { node.high = [0]; node.low = [0]; return; }
  const { main, above, below } = sides(node);
  main.shift = 0;
  const high = main.high;
  const low = main.low;
  for (const child of below) {
    child.shift = 1;
    for (let d = 0; d < Math.min(low.length, child.high.length); d++) child.shift = Math.max(child.shift, low[d] + 1 - child.high[d]);
    for (let d = 0; d < child.low.length; d++) {
      low[d] = child.low[d] + child.shift;
      if (d >= high.length) high[d] = child.high[d] + child.shift;
    }
  }
  for (const child of above) {
    child.shift = -1;
    for (let d = 0; d < Math.min(high.length, child.low.length); d++) child.shift = Math.min(child.shift, high[d] - 1 - child.low[d]);
    for (let d = 0; d < child.high.length; d++) {
      high[d] = child.high[d] + child.shift;
      if (d >= low.length) low[d] = child.low[d] + child.shift;
    }
  }
  node.high = [0, ...high];
  node.low = [0, ...low];
}

// All drawn nodes with row and column; rows start at 0.
function layTree(plot) {
  const order = [];
  const stack = plot.root ? [plot.root] : [];
  while (stack.length) {
    const node = stack.pop();
    order.push(node);
    stack.push(...node.drawn);
  }
  for (let i = order.length - 1; i >= 0; i--) rowsOf(order[i]);
  let [least, most] = [0, 0];
  order.forEach((node) => {
    node.row = node === plot.root ? 0 : node.up.row + node.shift;
    node.column = node === plot.root ? 0 : node.up.column + 1;
    least = Math.min(least, node.row);
    most = Math.max(most, node.row);
  });
  for (const node of order) node.row -= least;
  return { order, rows: most - least + 1 };
}

// Ended at some time, if only to lose its place later: such a pill has room for the sign of its end.
const ends = (node) => node.status === "finished" || (node.status === "superseded" && node.bound == null);

// Where the parts of a pill lie, from its own left; both the SVG and the canvas draw from this.
function partsOf(node, fonts) {
  const { rem } = fonts;
  let x = 0.6 * rem;
  const forced = node.forced ? x : null;
  if (node.forced) x += 0.85 * rem;
  const flag = node.is_gold && node.up ? x : null;
  if (flag !== null) x += 0.95 * rem;
  const end = node.width - 0.6 * rem - (ends(node) ? 0.8 * rem : 0);
  const free = end - x - (node.number ? textWidth(node.number, fonts.number) + 0.45 * rem : 0);
  return { forced, flag, word: x + free / 2, number: end, square: node.width - 1.1 * rem };
}

// The sign of the reference: a flag; where it was pruned a cross lies over it (style sheets show it).
function drawFlag(parent, x, middle, rem) {
  const [u, top] = [rem / 16, middle - 0.36 * rem];
  const flag = draw("g", { class: "flag" }, parent);
  draw("path", { d: `M${x},${top} v${11.5 * u}`, class: "pole" }, flag);
  draw("path", { d: `M${x},${top} h${9 * u} l${-2.5 * u},${3.2 * u} l${2.5 * u},${3.2 * u} h${-9 * u} z`, class: "cloth" }, flag);
  draw("path", { d: `M${x - u},${top + 0.5 * u} l${11 * u},${11 * u} m0,${-11 * u} l${-11 * u},${11 * u}`, class: "cross" }, flag);
}

// Thicker = more probable; straight out of the parent, bent in the gap before the child's column.
function edgeOf(node, rem) {
  const [x1, y1] = [node.up.x + node.up.width, node.up.y + node.up.height / 2];
  const [x2, y2] = [node.x, node.y + node.height / 2];
  return { x1, y1, x2, y2, bend: Math.min(x2 - x1, 2.3 * rem) * 0.55, width: (0.75 + 4.25 * (node.p || 0)) * (rem / 16) };
}

function drawEdge(parent, node, rem) {
  const { x1, y1, x2, y2, bend, width } = edgeOf(node, rem);
  const path = `M${x1},${y1} H${x2 - 2 * bend} C${x2 - bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
  return draw("path", { d: path, "stroke-width": width.toFixed(2) }, parent);
}

function drawPill(parent, node, fonts) {
  const { width, height } = node;
  const [{ rem }, at, middle] = [fonts, partsOf(node, fonts), height / 2];
  const pill = draw("g", { transform: `translate(${node.x},${node.y})` }, parent);
  draw("rect", { width, height, rx: height / 2, class: "shape" }, pill);
  if (ends(node)) draw("rect", { x: 2.5, y: 2.5, width: width - 5, height: height - 5, rx: height / 2 - 2.5, class: "inner done" }, pill);
  if (at.forced !== null) draw("path", { d: `M${at.forced},${middle - 0.22 * rem} h${0.6 * rem} l${-0.3 * rem},${0.48 * rem} z`, class: "sign" }, pill);
  if (at.flag !== null) drawFlag(pill, at.flag, middle, rem);
  draw("text", { x: at.word, y: middle, class: "word" }, pill, node.label);
  if (node.number) draw("text", { x: at.number, y: middle, class: "number" }, pill, node.number);
  if (ends(node)) draw("rect", { x: at.square, y: middle - 0.25 * rem, width: 0.5 * rem, height: 0.5 * rem, class: "sign done" }, pill);
  return pill;
}

// Pixels: pills as wide as their token and number need, columns as wide as their widest pill.
function measureTree(order, theme, rem) {
  const fonts = { token: `${0.86 * rem}px ${theme.font}`, number: `${0.72 * rem}px ${theme.font}`, rem };
  const wide = [];
  for (const node of order) {
    node.label = node.more ? `+${node.more}` : fitted(shown(node.token), fonts.token, 11 * rem);
    node.number = node.more || !node.up || node.p == null ? "" : probability(node.p);
    node.tokenWidth = textWidth(node.label, fonts.token);
    const number = node.number ? textWidth(node.number, fonts.number) + 0.45 * rem : 0;
    const signs = (node.forced ? 0.85 : 0) + (node.is_gold && node.up ? 0.95 : 0);
    const marks = signs * rem + (ends(node) ? 0.8 * rem : 0);
    node.width = Math.max(2.2 * rem, node.tokenWidth + number + marks + 1.2 * rem);
    wide[node.column] = Math.max(wide[node.column] || 0, node.width);
  }
  const [gap, pitch, height] = [2.3 * rem, 2.15 * rem, 1.6 * rem];
  const lefts = [];
  let x = rem;
  wide.forEach((width, i) => { lefts[i] = x; x += width + gap; });
  for (const node of order) {
    node.x = lefts[node.column];
    node.y = rem * 0.9 + node.row * pitch;
    node.height = height;
  }
  return { width: x - gap + rem, fonts, pitch, height };
}
