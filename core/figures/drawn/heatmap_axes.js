// Tokens along the axes of the large map: measured, thinned out when there is no room, turned when cells are narrow.

// Every how many cells a label can stand without touching its neighbour.
const stride = (cell, needed) => Math.max(1, Math.ceil(needed / Math.max(cell, 1e-6)));

function axesOf(view, theme, rem) {
  const size = Math.min(0.85 * rem, Math.max(0.72 * rem, view.cell * 0.8 || rem));
  const font = `${size}px ${theme.font}`;
  const widest = (tokens, most) => {
    let width = 0;
    // on long axes a sample is enough: the rest is cut to fit
    const jump = Math.max(1, Math.floor(tokens.length / 400));
    for (let i = 0; i < tokens.length; i += jump) width = Math.max(width, textWidth(shown(tokens[i]), font));
    return Math.min(most, Math.ceil(width));
  };
  return { size, font, left: widest(view.data.queries, 9 * rem), top: widest(view.data.keys, 7 * rem) };
}

function drawRows(pen, view, theme) {
  const { axes, frame, window: win } = view;
  const cell = frame.height / (win.r1 - win.r0);
  const every = stride(cell, axes.size * 1.2);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.font = axes.font;
  const first = Math.ceil(win.r0 / every) * every;
  for (let r = first; r < win.r1; r += every) {
    pen.fillStyle = theme.soft;
    const y = frame.y + (r - win.r0 + 0.5) * cell;
    if (every > 1 && y + axes.size / 2 > frame.y + frame.height) break;
    write(pen, fitted(shown(view.data.queries[r]), axes.font, axes.left), frame.x - 0.5 * axes.size, y);
  }
}

function drawColumns(pen, view, theme) {
  const { axes, frame, window: win, turned } = view;
  const cell = frame.width / (win.c1 - win.c0);
  const every = turned ? stride(cell, axes.size * 1.2) : 1;
  pen.font = axes.font;
  pen.fillStyle = theme.soft;
  const first = Math.ceil(win.c0 / every) * every;
  for (let c = first; c < win.c1; c += every) {
    const x = frame.x + (c - win.c0 + 0.5) * cell;
    const token = shown(view.data.keys[c]);
    pen.save();
    pen.translate(x, frame.y - 0.5 * axes.size);
    if (turned) {
      pen.rotate(-Math.PI / 2);
      pen.textAlign = "left";
      pen.textBaseline = "middle";
      write(pen, fitted(token, axes.font, axes.top), 0, 0);
    } else {
      pen.textAlign = "center";
      pen.textBaseline = "alphabetic";
      write(pen, fitted(token, axes.font, cell - 0.3 * axes.size), 0, 0);
    }
    pen.restore();
  }
}

// The tokens of the cell that is read, drawn over the axis in a chip: also those that had no room for a label.
function drawChips(pen, view, theme, cell, rem) {
  const { axes, frame } = view;
  const bold = `600 ${axes.size}px ${theme.font}`;
  const chip = (text, x, y, align, room) => {
    const label = fitted(text, bold, room);
    const width = textWidth(label, bold) + 0.6 * rem;
    const left = Math.max(1, Math.min(align === "right" ? x - width : x - width / 2, view.width - width - 1));
    pen.fillStyle = theme.accent;
    pen.beginPath();
    pen.roundRect(left, y - axes.size * 0.75, width, axes.size * 1.5, 0.25 * rem);
    pen.fill();
    pen.fillStyle = theme.background;
    pen.font = bold;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(label, left + width / 2, y + 0.5);
  };
  const middle = cell.y + cell.height / 2;
  chip(shown(view.data.queries[view.at.row]), frame.x - 0.15 * rem, middle, "right", Math.max(axes.left, 3 * rem));
  chip(shown(view.data.keys[view.at.column]), cell.x + cell.width / 2, frame.y - axes.size * 0.95, "center", 12 * rem);
}
