// Shared by all drawn components: theme, colour ramp, crisp canvases, measured text, one instance per place in the page.
// Joined in front of a component's own script, so nothing here is exported. Token text is only ever drawn by fillText or
// set as textContent: components are trusted code in the page and tokens are not.

// ---------------------------------------------------------------- colour
// OKLab, so that equal steps of weight look like equal steps of lightness (Ottosson 2020).
const toLinear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const toGamma = (c) => 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);

function toLab([red, green, blue]) {
  const [r, g, b] = [red, green, blue].map((c) => toLinear(c / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((c) => Math.round(Math.min(255, Math.max(0, toGamma(Math.max(0, c))))));
}

const cssOf = (rgb) => `rgb(${rgb[0]}, ${rgb[1]}, ${rgb[2]})`;
const mixed = (from, to, share) => {
  const [x, y] = [toLab(from), toLab(to)];
  return fromLab(x.map((value, i) => value + (y[i] - value) * share));
};

// The same hue, lighter or darker.
const lit = (color, how) => { const [light, a, b] = toLab(color); return fromLab([how(light), a, b]); };

const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function parseColor(text, fallback) {
  pixel.fillStyle = fallback;
  pixel.fillStyle = text; // an unknown colour leaves the fallback
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillRect(0, 0, 1, 1);
  return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

// From the background through the accent to a deeper accent: lightness changes evenly, the hue stays the accent's. The
// end lies beyond the accent because background to accent alone spans too little lightness to tell 0.7 from 0.9.
function makeRamp(background, accent) {
  const [from, hue] = [toLab(background), toLab(accent)];
  const end = from[0] > 0.5 ? Math.min(hue[0], 0.34) : Math.max(hue[0], 0.88);
  const turn = (hue[0] - from[0]) / (end - from[0] || 1);
  const colors = [];
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    const full = t < turn ? t / turn : 1 - (0.35 * (t - turn)) / (1 - turn || 1);
    const mix = t < turn ? full : 1;
    const chroma = t < turn ? 1 : full;
    colors.push(fromLab([
      from[0] + (end - from[0]) * t,
      (from[1] + (hue[1] - from[1]) * mix) * chroma,
      (from[2] + (hue[2] - from[2]) * mix) * chroma,
    ]));
  }
  return colors;
}

const ramps = new Map(); // a page has two themes at most
function rampOf(background, accent) {
  const name = `${background}|${accent}`;
  if (!ramps.has(name)) {
    const colors = makeRamp(background, accent);
    const words = new Uint32Array(colors.map(([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0));
    ramps.set(name, { colors, words });
  }
  return ramps.get(name);
}

function readTheme(host) {
  const css = getComputedStyle(host);
  const get = (name) => css.getPropertyValue(`--st-${name}`).trim();
  const strong = css.getPropertyValue("--projector").trim() === "1"; // a room sees less than a desk: no tone near another
  const asked = parseColor(get("background-color"), "#ffffff");
  const dark = toLab(asked)[0] < 0.5;
  const background = strong ? (dark ? [0, 0, 0] : [255, 255, 255]) : asked;
  const text = strong ? (dark ? [255, 255, 255] : [0, 0, 0]) : parseColor(get("text-color"), "#1f2933");
  const own = parseColor(get("primary-color"), "#2c6fa3");
  const accent = strong ? lit(own, (light) => (dark ? Math.max(light, 0.84) : Math.min(light, 0.42))) : own;
  const ramp = rampOf(background, accent);
  const tone = (share) => cssOf(mixed(background, text, strong && share > 0.15 ? share ** 0.5 : share));
  return {
    background: cssOf(background), text: cssOf(text), accent: cssOf(accent), font: get("font") || "sans-serif",
    soft: tone(0.66), faint: tone(0.42), line: tone(0.2), hair: tone(strong ? 0.15 : 0.11), panel: tone(0.045),
    tint: (share) => cssOf(mixed(background, accent, share)),
    dark, strong, ramp,
    inkOn: (code) => {
      const lab = toLab(ramp.colors[code]);
      return cssOf(Math.abs(lab[0] - toLab(text)[0]) > 0.42 ? text : background);
    },
  };
}

// The tones that style sheets use; canvas code takes them from readTheme.
function setTones(host, theme) {
  host.classList.toggle("strong", theme.strong);
  for (const name of ["soft", "faint", "line", "hair", "panel", "accent", "background", "text"]) {
    host.style.setProperty(`--${name}`, theme[name]);
  }
  host.style.setProperty("--tint", theme.tint(0.16));
  host.style.setProperty("--tint-strong", theme.tint(0.34));
  const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => cssOf(theme.ramp.colors[Math.round(255 * t)]));
  host.style.setProperty("--ramp", `linear-gradient(to right, ${stops.join(", ")})`);
}

// ---------------------------------------------------------------- sizes and text
// Height of the window that a person looks through: a frame in a notebook is as tall as what is drawn in it.
function windowHeight() {
  let frame = null;
  try { frame = window.frameElement; } catch { /* a frame of another origin tells nothing */ }
  return frame ? Math.min(window.parent.innerHeight, window.screen.availHeight) : window.innerHeight;
}

const rootSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
const ruler = document.createElement("canvas").getContext("2d");
const widths = new Map();

function textWidth(text, font) {
  const name = `${font}\n${text}`;
  let width = widths.get(name);
  if (width === undefined) {
    if (widths.size > 20000) widths.clear();
    ruler.font = font;
    width = ruler.measureText(text).width;
    widths.set(name, width);
  }
  return width;
}

// Letters of a right-to-left script, where they come before any other: such a text is laid out from the right, as in a
// sentence of its own; elsewhere "!" would stand at the wrong end of it.
const FROM_RIGHT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
function write(pen, text, x, y) {
  pen.direction = FROM_RIGHT.test(text) ? "rtl" : "ltr";
  pen.fillText(text, x, y);
}

// What a person takes for a letter, with its vowel signs and joiners.
const graphemes = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;
const lettersOf = (text) => (graphemes ? Array.from(graphemes.segment(text), (one) => one.segment) : [...text]);

// Longest beginning that fits, with …; no letter is cut in half.
function fitted(text, font, room) {
  if (textWidth(text, font) <= room) return text;
  const letters = lettersOf(text);
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(letters.slice(0, middle).join("") + "…", font) <= room) low = middle;
    else high = middle - 1;
  }
  return letters.slice(0, low).join("") + "…";
}

// Blanks at a token's ends must be seen: a space is a token too, and " a" is not "a". Characters that have no picture, or
// that turn the direction of their surroundings, are named by their number; joiners belong to their script and stay.
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
function shown(token) {
  if (token === "") return "∅";
  const short = token.length > 200 ? `${[...token.slice(0, 200)].slice(0, -1).join("")}…` : token;
  return short.replace(/^ +| +$/g, (blanks) => "␣".repeat(blanks.length)).replace(/\n/g, "⏎").replace(/\t/g, "⇥")
    .replace(UNSEEN, (sign) => `⟨${sign.codePointAt(0).toString(16).toUpperCase()}⟩`);
}

function probability(p) {
  if (p >= 0.01) return p.toFixed(2);
  if (p >= 0.001) return p.toFixed(3);
  return p > 0 ? "<.001" : "0";
}

// Log-probabilities near 0 keep a digit: −0.0003, not −0.00.
function logarithm(value, digits) {
  const text = Math.abs(value) < 0.5 * 10 ** -digits && value !== 0 ? value.toPrecision(1) : value.toFixed(digits);
  return text.replace("-", "−").replace("e−", "e-");
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const filled = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// ---------------------------------------------------------------- page
function make(tag, className, parent, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  if (parent) parent.appendChild(element);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
function draw(tag, attributes, parent, text) {
  const element = document.createElementNS(SVG, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.appendChild(element);
  return element;
}

// A canvas of CSS size width × height with one pixel per device pixel.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { pen, ratio };
}

// Streamlit calls a component's function again for every change of data or theme, in the same place: one instance lives
// there. It must have draw(theme) and may have close(). Returns the instance.
function settle(parent, className, View) {
  if (parent.attentionLab) return parent.attentionLab;
  const host = make("div", `lab ${className}`);
  parent.appendChild(host);
  const view = new View(host);
  parent.attentionLab = view;
  watch(host, view);
  return view;
}

// Redraw on another width, another root font size (projector mode) and when a font has arrived: all change measures.
function watch(host, view) {
  const probe = make("div", "probe", host);
  let queued = 0;
  let last = "";
  const later = () => { queued ||= requestAnimationFrame(() => { queued = 0; redraw(view, host); }); };
  const observer = new ResizeObserver(() => {
    const now = `${Math.round(host.clientWidth)}|${probe.clientWidth}|${window.devicePixelRatio}`;
    if (now !== last && host.clientWidth) { last = now; later(); }
  });
  observer.observe(host);
  observer.observe(probe);
  const fonts = () => { widths.clear(); later(); };
  document.fonts?.addEventListener?.("loadingdone", fonts);
  view.unwatch = () => { observer.disconnect(); document.fonts?.removeEventListener?.("loadingdone", fonts); };
}

function redraw(view, host) {
  if (!view.ready || !host.isConnected || !host.clientWidth) return;
  const theme = readTheme(host);
  setTones(host, theme);
  view.draw(theme);
}

// What a component's function does: show the data, say how long that took, and how to clean up. Streamlit also runs the
// clean-up of a call that a newer one has overtaken: then the view is in use and stays.
function present({ parentElement, data, setStateValue }, className, View) {
  const start = performance.now();
  const view = settle(parentElement, className, View);
  view.receive(data, setStateValue);
  redraw(view, view.host);
  view.host.dataset.milliseconds = (performance.now() - start).toFixed(1);
  return () => setTimeout(() => {
    if (view.host.isConnected) return;
    view.unwatch?.();
    view.close?.();
    delete parentElement.attentionLab;
  }, 0);
}

// Whether keys pressed there are typing, or a choice among a widget's own options.
const inText = (element) => !!element?.closest?.('input, textarea, select, [contenteditable="true"], [role="slider"], [role="tab"], [role="radio"], [role="combobox"], [role="listbox"], [role="option"], [role="menu"], [role="dialog"]');

// Numbers from Python: 4 bytes header length, JSON header, raw bytes (packing.pack); or what was unpacked before.
function unpack(data) {
  if (data.header) return data;
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, body: bytes.subarray(4 + length) };
}

// State goes out absolute and once per pause: a rerun per key press would lose presses. Nor does it go in the moment in which
// something else is pressed: Streamlit makes one message of both, and one of them may not be looked at.
let touched = 0;
for (const kind of ["click", "keydown", "change"]) document.addEventListener(kind, () => { touched = performance.now(); }, true);

function debounced(send, pause = 120) {
  let timer = 0;
  const later = (value) => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (performance.now() - touched < pause / 2) later(value); else send(value); }, pause);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}
