// A view that is a document of its own: opened from a file, or in a frame of a notebook. It takes its light or darkness from
// what is around it, and a frame the height of what it shows. The names of the tones are Streamlit's, as on the app's pages.

const TONES = {
  light: { "background-color": "#fcfcfb", "text-color": "#1d2a35", "primary-color": "#2c6e9f" },
  dark: { "background-color": "#11151a", "text-color": "#e8edf1", "primary-color": "#6cb2de" },
};

// The frame around this document, if the page that it stands in may be read.
function frameAround() {
  try { return window.frameElement; } catch { return null; }
}

// The colour behind an element: that of the nearest one around it that has any.
function behind(element) {
  for (let at = element; at; at = at.parentElement || at.getRootNode().host) {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(at).backgroundColor;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue, solid] = pixel.getImageData(0, 0, 1, 1).data;
    if (solid > 250) return [red, green, blue];
  }
  return null;
}

// Light or dark, and on which ground. A file follows the system. A notebook says it by the colour of its page; those of VS
// Code have none, and say it by a word.
function surroundings(frame) {
  const system = matchMedia("(prefers-color-scheme: dark)").matches;
  if (!frame) return { dark: system };
  const page = frame.ownerDocument;
  const ground = behind(frame);
  if (ground) return { dark: toLab(ground)[0] < 0.5, ground };
  const { vscodeThemeKind: word, jpThemeLight: light } = page.body.dataset;
  if (word) return { dark: word === "vscode-dark" || word === "vscode-high-contrast" };
  if (light) return { dark: light === "false" };
  return { dark: system && getComputedStyle(page.documentElement).colorScheme.includes("dark") };
}

function dressed(frame) {
  const { dark, ground } = surroundings(frame);
  const root = document.documentElement;
  const tones = { ...TONES[dark ? "dark" : "light"], ...(ground ? { "background-color": cssOf(ground) } : {}) };
  for (const name in tones) root.style.setProperty(`--st-${name}`, tones[name]);
  root.style.colorScheme = dark ? "dark" : "light";
}

function numbersOf(id) {
  const text = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// Show one view; `taken`: what of {header, body} it takes.
function opened(look, View, taken) {
  const start = performance.now();
  const frame = frameAround();
  const place = document.getElementById("view");
  document.documentElement.classList.toggle("framed", !!frame);
  dressed(frame);
  const data = taken(unpack(numbersOf("numbers")));
  document.getElementById("numbers").remove(); // said twice it would be held twice
  present({ parentElement: place, data, setStateValue() {} }, look, View);
  const view = place.attentionLab;
  const again = () => { dressed(frame); redraw(view, view.host); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  if (frame) {
    const grow = () => { frame.style.height = `${Math.ceil(document.body.getBoundingClientRect().height)}px`; };
    new ResizeObserver(grow).observe(document.body);
    const page = frame.ownerDocument;
    const watcher = new MutationObserver(() => setTimeout(again, 50)); // styles of another theme arrive after its name
    for (const at of [page.documentElement, page.body]) watcher.observe(at, { attributes: true, attributeFilter: ["class", "style", "data-jp-theme-light", "data-vscode-theme-kind"] });
  }
  place.dataset.milliseconds = (performance.now() - start).toFixed(1);
}
