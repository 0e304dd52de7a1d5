// A crowd of nodes on a canvas: the same shapes as the SVG's as long as they can be told apart, then strokes. Of nodes that
// would fall on the same pixel one is painted, the most important ones last.

const [PRUNED, KEPT, BEST] = [0, 1, 2];

function paintTree(pen, view, { left, top, width, height }) {
  const { scale, theme, fonts } = view;
  const seen = inSight(view, { left, top, width, height });
  pen.save();
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, width, height);
  pen.translate(-left, -top);
  const tall = view.order[0].height * scale.y;
  for (const kind of [PRUNED, KEPT, BEST]) paintEdges(pen, view, seen.edges[kind], kind, tall);
  for (const kind of [PRUNED, KEPT, BEST]) {
    if (tall < 5) paintStrokes(pen, view, seen.nodes[kind], kind, tall);
    else paintPills(pen, view, seen.nodes[kind], kind, tall);
  }
  const all = seen.nodes.flat();
  for (const node of all) if (node.is_gold && node.up) paintFlag(pen, view, node);
  if (tall >= 9) paintWords(pen, view, all, fonts, tall);
  for (const node of [view.selected, view.active]) if (node) paintRing(pen, view, node, node === view.active ? 3 : 2.2);
  pen.restore();
}

// What is painted, by kind. A pixel row of a column takes one node of each kind.
function inSight(view, { left, top, width, height }) {
  const { scale, order } = view;
  const [nodes, edges] = [[[], [], []], [[], [], []]];
  const path = view.view.path || view.plot.best;
  const rows = Math.ceil(height) + 82; // sight and 40 pixels above it
  const taken = new Uint8Array(3 * rows * (1 + order.reduce((most, node) => Math.max(most, node.column), 0)));
  const [right, bottom] = [left + width, top + height];
  for (const node of order) {
    const [x, y] = [node.x * scale.x, node.y * scale.y];
    const up = node.up ? node.up.y * scale.y : y;
    if (x > right || (y < top - 40 && up < top - 40) || (y > bottom && up > bottom)) continue;
    if (x + node.width * scale.x < left - 2 * width || view.view.hidden?.(node)) continue;
    const kind = path.has(node.id) ? BEST : isLost(view.statusOf(node)) ? PRUNED : KEPT;
    const place = (node.column * 3 + kind) * rows + clamp(Math.floor(y - top) + 41, 0, rows - 1);
    if (taken[place] && !node.is_gold && y > top - 40 && y < bottom) continue;
    taken[place] = 1;
    nodes[kind].push(node);
    if (node.up) edges[kind].push(node);
  }
  return { nodes, edges };
}

const colorOf = (theme, kind) => [theme.line, theme.faint, theme.accent][kind];

function paintEdges(pen, { scale, theme, fonts }, nodes, kind, tall) {
  pen.strokeStyle = kind === PRUNED ? theme.line : colorOf(theme, kind);
  if (kind === PRUNED && tall > 8) pen.setLineDash([3.2, 3.2]);
  const groups = [[], [], []]; // thin, middle, thick: three strokes instead of thousands
  for (const node of nodes) groups[Math.min(2, Math.floor((node.p || 0) * 3))].push(node);
  groups.forEach((group, i) => {
    if (!group.length) return;
    pen.lineWidth = Math.max(kind === BEST ? 1.5 : 0.6, (0.75 + 4.25 * (i / 2) * 0.8) * (fonts.rem / 16) * Math.min(1, scale.y));
    pen.beginPath();
    for (const node of group) {
      const { x1, y1, x2, y2, bend } = edgeOf(node, fonts.rem);
      const [a, b, c, d, e] = [x1 * scale.x, y1 * scale.y, x2 * scale.x, y2 * scale.y, bend * scale.x];
      pen.moveTo(a, b);
      pen.lineTo(c - 2 * e, b);
      if (tall < 4) pen.lineTo(c, d);
      else pen.bezierCurveTo(c - e, b, c - e, d, c, d);
    }
    pen.stroke();
  });
  pen.setLineDash([]);
}

function paintStrokes(pen, { scale, theme }, nodes, kind, tall) {
  pen.fillStyle = colorOf(theme, kind);
  const thick = Math.max(1, tall);
  for (const node of nodes) pen.fillRect(node.x * scale.x, node.y * scale.y, Math.max(2, node.width * scale.x), kind === BEST ? Math.max(2, thick) : thick);
}

function paintPills(pen, view, nodes, kind, tall) {
  const { scale, theme } = view;
  const outline = (inset, some) => {
    pen.beginPath();
    for (const node of some) {
      const { x, y, width, height } = view.place(node);
      pen.roundRect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, height / 2 - inset);
    }
  };
  pen.fillStyle = [theme.background, theme.panel, theme.tint(0.16)][kind];
  pen.strokeStyle = colorOf(theme, kind);
  pen.lineWidth = (kind === BEST ? 1.6 : 1.25) * Math.min(1, scale.y + 0.3);
  if (kind === PRUNED && tall > 8) pen.setLineDash([3.2, 2.6]);
  outline(0, nodes);
  pen.fill();
  pen.stroke();
  pen.setLineDash([]);
  if (tall < 9) return;
  outline(2.5 * scale.y, nodes.filter((node) => view.statusOf(node) === "finished"));
  pen.stroke();
}

// Texts shrink with the smaller of the two scales, so that they stay in their pill.
function paintWords(pen, view, nodes, fonts, tall) {
  const { theme, scale } = view;
  const small = Math.min(scale.x, scale.y);
  const { rem } = fonts;
  pen.textBaseline = "middle";
  for (const [share, name] of [[0.86, "label"], [0.72, "number"]]) {
    pen.font = `${share * rem * small}px ${theme.font}`;
    pen.textAlign = name === "label" ? "center" : "right";
    for (const node of nodes) {
      if (!node[name]) continue;
      const at = partsOf(node, fonts);
      pen.fillStyle = name === "number" || isLost(view.statusOf(node)) ? theme.soft : theme.text;
      write(pen, node[name], node.x * scale.x + (name === "label" ? at.word : at.number) * scale.x, node.y * scale.y + tall / 2);
    }
  }
  for (const node of nodes) {
    const at = partsOf(node, fonts);
    const [x, middle] = [node.x * scale.x, node.y * scale.y + tall / 2];
    pen.fillStyle = theme.soft;
    if (node.forced) {
      pen.beginPath();
      pen.moveTo(x + at.forced * scale.x, middle - 0.22 * rem * small);
      pen.lineTo(x + (at.forced + 0.6 * rem) * scale.x, middle - 0.22 * rem * small);
      pen.lineTo(x + (at.forced + 0.3 * rem) * scale.x, middle + 0.26 * rem * small);
      pen.fill();
    }
    if (ends(node) && view.statusOf(node) === "finished") pen.fillRect(x + at.square * scale.x, middle - 0.25 * rem * small, 0.5 * rem * small, 0.5 * rem * small);
  }
}

// A flag never shrinks below seven pixels: the reference's path must be seen from afar.
function paintFlag(pen, view, node) {
  const { scale, theme, fonts } = view;
  const tall = Math.max(7, 0.72 * fonts.rem * Math.min(scale.x, scale.y));
  const at = view.place(node);
  const inside = at.height >= 9;
  const x = inside ? at.x + partsOf(node, fonts).flag * scale.x : at.x;
  const y = inside ? at.y + at.height / 2 - tall / 2 : at.y - tall;
  pen.fillStyle = theme.text;
  pen.fillRect(x, y, 1.2, tall);
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + 0.78 * tall, y);
  pen.lineTo(x + 0.56 * tall, y + 0.28 * tall);
  pen.lineTo(x + 0.78 * tall, y + 0.56 * tall);
  pen.lineTo(x, y + 0.56 * tall);
  pen.fill();
  if (!isLost(view.statusOf(node))) return;
  pen.strokeStyle = theme.text;
  pen.lineWidth = 1.6;
  pen.beginPath();
  pen.moveTo(x - 1.5, y - 0.5);
  pen.lineTo(x + 0.9 * tall, y + tall);
  pen.moveTo(x + 0.9 * tall, y - 0.5);
  pen.lineTo(x - 1.5, y + tall);
  pen.stroke();
}

function paintRing(pen, view, node, thick) {
  if (view.view.hidden?.(node)) return;
  const { x, y, width, height } = view.place(node);
  const grow = Math.max(0, (8 - height) / 2);
  pen.strokeStyle = view.theme.text;
  pen.lineWidth = thick;
  pen.beginPath();
  pen.roundRect(x - grow, y - grow, Math.max(8, width) + 2 * grow, height + 2 * grow, height / 2 + grow);
  pen.stroke();
}
