// What is drawn on the cells: hairlines, numbers, marks of rows and columns, and a path from cell to cell.

const PATH = { light: "#b3266b", dark: "#ff8ac2" }; // far from both hues of weights
const MARK = { light: "#8a5a00", dark: "#f0c674" };

// Hairlines where the raster itself changes cell.
function drawGrid(pen, view, theme, ratio) {
  const { frame, window: win } = view;
  const [w, h] = [frame.width / (win.c1 - win.c0), frame.height / (win.r1 - win.r0)];
  if (Math.min(w, h) < 8) return; // hairlines between tiny cells would be all one sees
  pen.strokeStyle = theme.hair;
  pen.lineWidth = 1 / ratio;
  pen.beginPath();
  const edge = (span, i) => (span.first.indexOf(i) + 0.5) / ratio;
  for (let c = win.c0 + 1; c < win.c1; c++) { const x = frame.x + edge(view.columnSpan, c); pen.moveTo(x, frame.y); pen.lineTo(x, frame.y + frame.height); }
  for (let r = win.r0 + 1; r < win.r1; r++) { const y = frame.y + edge(view.rowSpan, r); pen.moveTo(frame.x, y); pen.lineTo(frame.x + frame.width, y); }
  pen.stroke();
}

function drawNumbers(pen, view, theme, rem) {
  const { frame, window: win } = view;
  const [w, h] = [frame.width / (win.c1 - win.c0), frame.height / (win.r1 - win.r0)];
  if (w < 2.4 * rem || h < 1.25 * rem) return;
  pen.font = `${0.78 * rem}px ${theme.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let r = win.r0; r < win.r1; r++) {
    for (let c = win.c0; c < win.c1; c++) {
      const value = view.weight(r, c);
      if (Math.abs(value) < 0.005) continue; // blank reads better than a field of 0.00
      pen.fillStyle = theme.inkOn(view.codes[r * view.columns + c]);
      pen.fillText(value.toFixed(2).replace("-", "−"), frame.x + (c - win.c0 + 0.5) * w, frame.y + (r - win.r0 + 0.5) * h + 0.5);
    }
  }
}

// Inside the frame only: a path or a mark may lie outside the window.
function within(pen, frame, paint) {
  pen.save();
  pen.beginPath();
  pen.rect(frame.x, frame.y, frame.width, frame.height);
  pen.clip();
  paint();
  pen.restore();
}

// Rows or columns that something is said about: tinted, edged, and numbered as in the list of what is said.
function drawMarks(pen, view, theme, rem) {
  const { frame, window: win, data } = view;
  if (!data.marks?.length) return;
  const [w, h] = [frame.width / (win.c1 - win.c0), frame.height / (win.r1 - win.r0)];
  const color = theme.dark ? MARK.dark : MARK.light;
  within(pen, frame, () => data.marks.forEach(({ axis, first, last, word }, at) => {
    const [from, cells, cell, start] = axis === 0 ? [win.r0, last - first + 1, h, frame.y] : [win.c0, last - first + 1, w, frame.x];
    const [near, length] = [start + (first - from) * cell, Math.max(2, cells * cell)];
    const box = axis === 0 ? [frame.x, near, frame.width, length] : [near, frame.y, length, frame.height];
    pen.fillStyle = pen.strokeStyle = color;
    pen.globalAlpha = 0.13;
    pen.fillRect(...box);
    pen.globalAlpha = 0.9;
    pen.lineWidth = 1.25;
    pen.setLineDash([5, 3]);
    pen.strokeRect(...box);
    pen.setLineDash([]);
    pen.globalAlpha = 1;
    const size = 0.78 * rem;
    const shift = (at % 4) * 2.2 * size; // marks of one place keep their numbers side by side
    const label = { x: axis === 0 ? frame.x + frame.width - size - 4 - shift : box[0] + box[2] / 2, y: axis === 0 ? box[1] + box[3] / 2 : frame.y + frame.height - size - 4 - shift };
    pen.beginPath();
    pen.arc(label.x, clamp(label.y, frame.y + size, frame.y + frame.height - size), size * 0.85, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = theme.background;
    pen.font = `600 ${size}px ${theme.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(word, label.x, clamp(label.y, frame.y + size, frame.y + frame.height - size) + 0.5);
  }));
}

// What is said about a cell's row or column.
const marksAt = ({ marks }, at) => (marks || [])
  .filter(({ axis, first, last }) => (axis === 0 ? at.row >= first && at.row <= last : at.column >= first && at.column <= last))
  .map(({ word, told }) => `${word} ${told}`);

// From cell to cell, with a rim of the background so that it is seen on dark cells and on light ones.
function drawPath(pen, view, theme) {
  const { frame, window: win, data: { path } } = view;
  if (!path?.length) return;
  const [w, h] = [frame.width / (win.c1 - win.c0), frame.height / (win.r1 - win.r0)];
  within(pen, frame, () => {
    pen.beginPath();
    path.forEach(([row, column], at) => {
      const [x, y] = [frame.x + (column - win.c0 + 0.5) * w, frame.y + (row - win.r0 + 0.5) * h];
      if (at) pen.lineTo(x, y);
      else pen.moveTo(x, y);
    });
    pen.lineJoin = pen.lineCap = "round";
    for (const [color, width] of [[theme.background, 4], [theme.dark ? PATH.dark : PATH.light, 1.75]]) {
      pen.strokeStyle = color;
      pen.lineWidth = width;
      pen.globalAlpha = color === theme.background ? 0.55 : 1;
      pen.stroke();
    }
    pen.globalAlpha = 1;
    pen.lineWidth = 1;
  });
}

// The map as it is drawn, labels and all, as a PNG file.
function savePicture(view) {
  const picture = document.createElement("canvas");
  [picture.width, picture.height] = [view.map.width, view.map.height];
  const pen = picture.getContext("2d");
  pen.fillStyle = view.theme.background;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.drawImage(view.map, 0, 0);
  picture.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${view.words.file}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}
