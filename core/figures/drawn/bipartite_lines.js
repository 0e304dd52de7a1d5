// Lines between tokens: which are worth drawing, their colours, and drawing very many at once.

const MOST_LINES = 6000; // more are a grey field, and slow
const LEAST = 0.02; // of the largest weight: fainter lines cannot be seen
const SHADES = 16;

// Hues at even distances, of one lightness and strength: no head looks more important than another.
function headColors(heads, theme) {
  const [light, strength] = theme.dark ? [0.78, 0.12] : [0.55, 0.14];
  if (heads === 1) return [theme.accent];
  return Array.from({ length: heads }, (_, head) => {
    const turn = 2 * Math.PI * (0.68 + head / heads);
    return cssOf(fromLab([light, strength * Math.cos(turn), strength * Math.sin(turn)]));
  });
}

// The heaviest lines of some heads, by their size: {head, query, key, share}, the share of `high`. `all`: how many could be seen.
function heaviest(maps, heads, columns, high) {
  const counts = new Uint32Array(257);
  const shareOf = (value) => Math.min(1, Math.abs(value) / (high || 1));
  for (const head of heads) for (const value of maps[head]) counts[Math.floor(shareOf(value) * 256)] += 1;
  let [bin, all, kept] = [256, 0, 0];
  const least = Math.ceil(LEAST * 256);
  for (let at = 256; at >= least; at--) {
    all += counts[at];
    if (all > MOST_LINES && kept) continue;
    [bin, kept] = [at, all];
  }
  const lines = [];
  for (const head of heads) {
    const map = maps[head];
    for (let i = 0; i < map.length; i++) {
      const share = shareOf(map[i]);
      if (share * 256 >= bin) lines.push({ head, query: Math.floor(i / columns), key: i % columns, share });
    }
  }
  return { lines, all };
}

// Lines by colour and shade, one stroke for each: thousands cost what a hundred cost. `y`: where tokens stand.
function strokeLines(pen, lines, { colors, from, to, keyAt, queryAt, height }, strong = 1) {
  const batches = new Map();
  const middle = (from + to) / 2;
  for (const { head, query, key, share } of lines) {
    const [y1, y2] = [keyAt(key), queryAt(query)];
    if ((y1 < 0 && y2 < 0) || (y1 > height && y2 > height)) continue;
    const shade = Math.max(1, Math.ceil(share * SHADES));
    const name = shade * 1000 + head;
    if (!batches.has(name)) batches.set(name, { head, shade, path: new Path2D() });
    const { path } = batches.get(name);
    path.moveTo(from, y1);
    path.bezierCurveTo(middle, y1, middle, y2, to, y2);
  }
  for (const { head, shade, path } of [...batches.values()].sort((one, other) => one.shade - other.shade)) {
    pen.strokeStyle = colors[head];
    pen.globalAlpha = Math.min(1, strong * (0.05 + 0.85 * ((shade - 0.5) / SHADES)));
    pen.lineWidth = 0.5 + 3 * (shade / SHADES);
    pen.stroke(path);
  }
  pen.globalAlpha = 1;
}
