// The drawn tree as a file of its own: all of it, not only what is in sight, at scale 1, with its title and its legend's
// meanings in styles that need no page around them.

const SIDE = 8192; // pixels: what every browser can make of one canvas

const pictureStyle = (theme) => `
  text { font-family: ${theme.font}; fill: ${theme.text}; dominant-baseline: central; unicode-bidi: plaintext; }
  .title { font-size: 1.05em; font-weight: 600; } .word { font-size: 0.86em; text-anchor: middle; }
  .number { font-size: 0.72em; text-anchor: end; fill: ${theme.soft}; }
  .edges path { fill: none; stroke: ${theme.faint}; } .edges .best { stroke: ${theme.accent}; }
  .edges .pruned { stroke: ${theme.line}; stroke-dasharray: 3.2 3.2; }
  .shape { fill: ${theme.panel}; stroke: ${theme.faint}; stroke-width: 1.25; } .inner { fill: none; stroke: ${theme.faint}; stroke-width: 1.25; }
  .best .shape { fill: ${theme.tint(0.16)}; stroke: ${theme.accent}; stroke-width: 1.6; } .best .inner { stroke: ${theme.accent}; }
  .pruned .shape { fill: ${theme.background}; stroke: ${theme.faint}; stroke-dasharray: 3.2 2.6; } .pruned .word { fill: ${theme.soft}; }
  .selected .shape { stroke: ${theme.text}; stroke-width: 2.2; } g:not(.finished) > .done { display: none; }
  .sign { fill: ${theme.soft}; } .pole, .cross { fill: none; stroke: ${theme.text}; stroke-width: 1.4; } .cloth { fill: ${theme.text}; }
  .cross { display: none; stroke-width: 2; } .pruned .cross { display: inline; } .pruned .cloth { fill: none; stroke: ${theme.text}; }
`;

// What is drawn, the room it takes, and the room its title takes above it.
function extentOf(view, title, theme) {
  const { rem } = view.fonts;
  const shown = view.order.filter((node) => !view.view.hidden?.(node));
  const most = (edge) => shown.reduce((far, node) => Math.max(far, edge(node)), 0);
  const font = `600 ${1.05 * rem}px ${theme.font}`;
  const width = Math.max(most((node) => node.x + node.width), textWidth(title, font) + rem) + rem;
  return { shown, width: Math.ceil(width), height: Math.ceil(most((node) => node.y + node.height) + rem), head: title ? 2.4 * rem : 0, font };
}

// The whole tree as an SVG element that stands alone.
function pictureOf(view, title, theme) {
  const { rem } = view.fonts;
  const { shown, width, height: tall, head } = extentOf(view, title, theme);
  const height = Math.ceil(tall + head);
  const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-size": rem, role: "img" });
  draw("title", {}, svg, title || view.box.getAttribute("aria-label"));
  draw("desc", {}, svg, view.box.getAttribute("aria-label"));
  draw("style", {}, svg, pictureStyle(theme));
  draw("rect", { width: "100%", height: "100%", fill: theme.background }, svg);
  if (title) draw("text", { x: rem, y: 1.4 * rem, class: "title" }, svg, title);
  const world = draw("g", { transform: `translate(0,${head})` }, svg);
  const [edges, pills] = [draw("g", { class: "edges" }, world), draw("g", {}, world)];
  for (const node of shown) {
    const kinds = view.kindsOf(node).join(" ");
    if (node.up) drawEdge(edges, node, rem).setAttribute("class", kinds);
    drawPill(pills, node, view.fonts).setAttribute("class", node === view.selected ? `${kinds} selected` : kinds);
  }
  return svg;
}

function saveFile(blob, name) {
  const link = make("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function saveSvg(view, title, theme, name) {
  const text = new XMLSerializer().serializeToString(pictureOf(view, title, theme));
  saveFile(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
}

// Two pixels a point; a tree too large for one canvas is painted smaller, by the painter of far trees.
function savePng(view, title, theme, name) {
  const { rem } = view.fonts;
  const { width: wide, height: tall, head, font } = extentOf(view, title, theme);
  const fit = { x: Math.min(2, SIDE / wide), y: Math.min(2, (SIDE - 2 * head) / tall) };
  const even = Math.min(fit.x, fit.y);
  const scale = { x: Math.max(even, Math.min(fit.x, FLAT)), y: Math.max(even, Math.min(fit.y, FLAT)) };
  const canvas = make("canvas");
  [canvas.width, canvas.height] = [Math.ceil(wide * scale.x), Math.ceil(tall * scale.y + 2 * head)];
  const pen = canvas.getContext("2d");
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const page = Object.create(view, { scale: { value: scale }, active: { value: null } });
  pen.translate(0, 2 * head);
  paintTree(pen, page, { left: 0, top: 0, width: canvas.width, height: canvas.height - 2 * head });
  pen.setTransform(2, 0, 0, 2, 0, 0);
  pen.fillStyle = theme.text;
  pen.font = font;
  pen.textBaseline = "middle";
  if (title) pen.fillText(title, rem, 1.4 * rem, canvas.width / 2 - 2 * rem);
  canvas.toBlob((blob) => saveFile(blob, `${name}.png`), "image/png");
}
