// From a matrix to pixels: used by the overview of heads and by the large map.

// First and last+1 cell under each of `pixels` pixels that show cells [from, to).
function spans(from, to, pixels) {
  const [first, last] = [new Int32Array(pixels), new Int32Array(pixels)];
  const per = (to - from) / pixels;
  for (let i = 0; i < pixels; i++) {
    first[i] = Math.min(to - 1, Math.floor(from + i * per + 1e-6));
    // with fewer cells than pixels each pixel shows one cell; else the largest of those under it
    last[i] = per <= 1 ? first[i] + 1 : Math.min(to, Math.max(first[i] + 1, Math.ceil(from + (i + 1) * per - 1e-6)));
  }
  return { first, last };
}

// Colours of a window of a matrix of codes (0…255), each pixel the maximum of the cells under it.
function raster(codes, columns, rowSpan, columnSpan, words) {
  const [height, width] = [rowSpan.first.length, columnSpan.first.length];
  const image = new ImageData(width, height);
  const out = new Uint32Array(image.data.buffer);
  const pooled = new Uint8Array(columns);
  for (let y = 0; y < height; y++) {
    const [r0, r1] = [rowSpan.first[y], rowSpan.last[y]];
    if (y && r0 === rowSpan.first[y - 1] && r1 === rowSpan.last[y - 1]) {
      out.copyWithin(y * width, (y - 1) * width, y * width);
      continue;
    }
    pooled.set(codes.subarray(r0 * columns, (r0 + 1) * columns));
    for (let r = r0 + 1; r < r1; r++) {
      const start = r * columns;
      for (let c = 0; c < columns; c++) if (codes[start + c] > pooled[c]) pooled[c] = codes[start + c];
    }
    for (let x = 0; x < width; x++) {
      let best = pooled[columnSpan.first[x]];
      for (let c = columnSpan.first[x] + 1; c < columnSpan.last[x]; c++) if (pooled[c] > best) best = pooled[c];
      out[y * width + x] = words[best];
    }
  }
  return image;
}

// The largest cell of a block: what a pooled pixel stands for.
function largest(values, columns, r0, r1, c0, c1) {
  let [row, column, best] = [r0, c0, -Infinity];
  for (let r = r0; r < r1; r++) {
    for (let c = c0; c < c1; c++) {
      if (values[r * columns + c] > best) [row, column, best] = [r, c, values[r * columns + c]];
    }
  }
  return { row, column };
}
