// Where the pills of a decoding tree go. Columns are steps; the best continuation of a node stays in its row, so that the
// best path is a straight line; the others are packed above and below it as closely as their subtrees allow.

const isPruned = (node) => node.status.startsWith("pruned") || node.status === "duplicate" || node.status === "superseded";

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
  return { all, byId, root: all.find((node) => !node.up) };
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

// What is drawn of each node's children: above `limit` nodes, pruned leaves share one "+n" pill until it is opened.
function branches(plot, limit, opened, keep) {
  const crowded = plot.all.length > limit;
  for (const node of plot.all) {
    node.drawn = node.children;
    if (!crowded || opened.has(node.id)) continue;
    const fold = node.children.filter((child) => isPruned(child) && !child.children.length && !child.forced && !keep.has(child.id));
    if (fold.length < 2) continue;
    const more = { id: `more-${node.id}`, more: fold.length, up: node, children: [], drawn: [], step: node.step + 1, status: "pruned", token: "", of: node.id };
    node.drawn = [...node.children.filter((child) => !fold.includes(child)), more];
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

// Pixels: pills as wide as their token and number need, columns as wide as their widest pill.
function measureTree(order, theme, rem) {
  const fonts = { token: `${0.86 * rem}px ${theme.font}`, number: `${0.72 * rem}px ${theme.font}`, rem };
  const wide = [];
  for (const node of order) {
    node.label = node.more ? `+${node.more}` : fitted(shown(node.token), fonts.token, 11 * rem);
    node.number = node.more || !node.up || node.p == null ? "" : probability(node.p);
    node.tokenWidth = textWidth(node.label, fonts.token);
    const number = node.number ? textWidth(node.number, fonts.number) + 0.45 * rem : 0;
    const marks = (node.forced ? 0.85 * rem : 0) + (node.status === "finished" ? 0.8 * rem : 0);
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
