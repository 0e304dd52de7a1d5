// Windows of a matrix, in cells: {r0, r1, c0, c1}, the ends excluded. `all` has rows and columns of the whole matrix.

// Smaller or larger by `factor`, the cell `about` staying where it is on screen.
function zoomed(win, all, factor, about) {
  const part = (from, to, size, at) => {
    const next = clamp(Math.round((to - from) * factor), Math.min(4, size), size);
    const focus = at ?? (from + to) / 2;
    const start = clamp(Math.round(focus - (next * (focus - from)) / (to - from || 1)), 0, size - next);
    return [start, start + next];
  };
  const [r0, r1] = part(win.r0, win.r1, all.rows, about?.row);
  const [c0, c1] = part(win.c0, win.c1, all.columns, about?.column);
  return { r0, r1, c0, c1 };
}

// Moved just enough to contain a cell.
function following(win, at) {
  const [rows, columns] = [win.r1 - win.r0, win.c1 - win.c0];
  const r0 = clamp(win.r0, at.row - rows + 1, at.row);
  const c0 = clamp(win.c0, at.column - columns + 1, at.column);
  return { r0, r1: r0 + rows, c0, c1: c0 + columns };
}

// Moved by a share of its own size, as a drag does.
function panned(win, all, right, down) {
  const [rows, columns] = [win.r1 - win.r0, win.c1 - win.c0];
  const r0 = clamp(win.r0 - Math.round(down * rows), 0, all.rows - rows);
  const c0 = clamp(win.c0 - Math.round(right * columns), 0, all.columns - columns);
  return { r0, r1: r0 + rows, c0, c1: c0 + columns };
}
