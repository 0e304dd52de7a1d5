// A figure's own sizes are meant for letters of 16 pixels: they grow with the page's. In projector mode lines are thicker too,
// and colours stand off the page.

const THICKER = 1.5;
const LINED = /^(scatter|scattergl)$/;

// Changes a part of a figure's JSON in place. by: size of the page's letters over 16; inside: the name it has.
function sizedFor(part, by, theme, inside = "") {
  if (part && LINED.test(part.type || "") && /lines/.test(part.mode || "lines")) part.line = { width: 2, ...part.line };
  for (const [name, value] of Object.entries(part || {})) {
    if (/font$/.test(inside)) { if (name === "size") part[name] = grown(value, by); }
    else if (/^marker/.test(inside) && name === "size") part[name] = grown(value, by);
    else if (inside === "line" && name === "width") part[name] = grown(value, theme.strong ? by * THICKER : by);
    else if (/font_size$/.test(name)) part[name] = grown(value, by);
    else if (/color$/.test(name) && name !== "bgcolor" && theme.strong) part[name] = stoodOff(value, theme);
    else if (name === "colorway" && theme.strong) part[name] = stoodOff(value, theme);
    else if (value && typeof value === "object" && !ArrayBuffer.isView(value) && !(Array.isArray(value) && typeof value[0] !== "object")) sizedFor(value, by, theme, Array.isArray(part) ? inside : name);
  }
}

const grown = (value, by) => (Array.isArray(value) ? value.map((one) => grown(one, by)) : typeof value === "number" ? value * by : value);

// The same hue, dark enough on a light page and light enough on a dark one; what is see-through stays.
function stoodOff(value, theme) {
  if (Array.isArray(value)) return value.map((one) => stoodOff(one, theme));
  if (typeof value !== "string" || /^rgba/.test(value)) return value;
  return cssOf(lit(parseColor(value, theme.text), (light) => (theme.dark ? Math.max(light, 0.78) : Math.min(light, 0.55))));
}
