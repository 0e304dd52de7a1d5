// A Plotly figure fed through Plotly.react: one DOM for its whole life, so zoom and hover survive live data.
// The library is kept on window, because every component is a module of its own and a page may hold several figures.

const PLOTLY = "__attnlabPlotly";
const ASKED = "__attnlabPlotlyAsked";
const ARRIVED = "attnlab-plotly";

// Runs the library once. A page could have a global `Plotly` of its own: it is put back.
async function load(source) {
  if (window[PLOTLY]) return;
  const before = window.Plotly;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    await new Promise((done, failed) => {
      const tag = make("script");
      Object.assign(tag, { src: url, onload: done, onerror: () => failed(new Error("Plotly did not load")) });
      document.head.appendChild(tag);
    });
    window[PLOTLY] ||= window.Plotly;
    if (before) window.Plotly = before;
  } finally {
    URL.revokeObjectURL(url);
  }
  window.dispatchEvent(new Event(ARRIVED));
}

const COLORED = /^(heatmap|contour|surface|histogram2d)/;
const rampStops = (theme) => [0, 0.25, 0.5, 0.75, 1].map((t) => [t, cssOf(theme.ramp.colors[Math.round(255 * t)])]);

class LiveFigure {
  constructor(host) {
    this.host = host;
    this.wait = make("div", "wait", host);
    this.plot = make("div", "plot", host);
    this.table = new NumberTable(host, (place) => this.send("table", place));
    this.onArrival = () => { if (window[PLOTLY]) redraw(this, this.host); else this.ask(); };
    window.addEventListener(ARRIVED, this.onArrival);
  }

  close() {
    window.removeEventListener(ARRIVED, this.onArrival);
    window[PLOTLY]?.purge(this.plot);
    if (window[ASKED] === this) { window[ASKED] = null; window.dispatchEvent(new Event(ARRIVED)); } // let another ask
  }

  receive(data, send) {
    this.send = send;
    const { header, body } = unpack(data);
    if (header.revision === this.revision) return;
    this.revision = header.revision;
    this.header = header;
    this.figure = new TextDecoder().decode(body.subarray(0, header.figure));
    this.ready = true;
    this.wait.textContent = header.wait;
    this.table.speak(header.words, header.name);
    this.table.show(header.block);
    if (header.library) this.bring(body.subarray(header.figure, header.figure + header.library));
    else if (!window[PLOTLY]) this.ask();
  }

  ask() {
    if (window[ASKED] && window[ASKED] !== this) return; // another figure of this page has asked already
    if (window[ASKED] === this) return;
    window[ASKED] = this;
    this.send("needs_library", true);
  }

  async bring(source) {
    this.send("needs_library", false); // at once: every tick until Python hears this would carry the library again
    try {
      await load(source.slice());
    } finally {
      if (window[ASKED] === this) window[ASKED] = null;
    }
  }

  draw(theme) {
    const rem = rootSize();
    this.plot.style.minHeight = `${(this.header.height * rem) / 16}px`;
    const plotly = window[PLOTLY];
    this.wait.hidden = !!plotly;
    if (!plotly) return;
    const { data, layout, frames } = JSON.parse(this.figure);
    for (const part of [data, layout]) sizedFor(part, rem / 16, theme);
    const dressed = this.dress(layout || {}, theme, rem);
    for (const trace of data) if (COLORED.test(trace.type)) trace.colorscale ??= trace.coloraxis ? undefined : rampStops(theme);
    // Plotly's own bar would offer to send the figure to its makers
    const config = { displaylogo: false, responsive: false, showSendToCloud: false, plotlyServerURL: "", modeBarButtonsToRemove: ["lasso2d", "select2d"] };
    // one after the other: two reacts at once on one plot leave it in between
    this.last = (this.last || Promise.resolve()).then(() => plotly.react(this.plot, { data, layout: dressed, config, frames })).then(() => this.call()).catch((error) => console.error(error));
  }

  // The picture has a name; its buttons and its other layers are no part of it.
  call() {
    const { name, told } = this.header;
    document.getElementById("js-plotly-tester")?.setAttribute("aria-hidden", "true"); // where Plotly measures letters
    const said = [name, told].filter(Boolean).map((part) => (/[.!?。：:]$/.test(part) ? part : `${part}.`)).join(" ");
    this.plot.querySelectorAll(".main-svg").forEach((layer, i) => {
      if (i) { layer.setAttribute("aria-hidden", "true"); return; }
      layer.setAttribute("role", "img");
      layer.setAttribute("aria-label", said);
    });
  }

  dress(layout, theme, rem) {
    if (layout.template) layout.template.data = {}; // trace colours are the page's, not a template's
    const clear = "rgba(0,0,0,0)";
    const sequence = getComputedStyle(this.host).getPropertyValue("--st-chart-categorical-colors").trim();
    const out = {
      colorway: sequence && sequence !== "unset" ? sequence.split(/,(?![^(]*\))/) : undefined,
      colorscale: { sequential: rampStops(theme) }, uirevision: "kept", margin: { l: 3.4 * rem, r: 1 * rem, t: (layout.title?.text ? 2.4 : 0.8) * rem, b: 2.8 * rem },
      ...layout,
      paper_bgcolor: clear, plot_bgcolor: clear, autosize: false, width: this.host.clientWidth, height: (this.header.height * rem) / 16,
      font: { ...layout.font, family: theme.font, color: theme.text, size: 0.82 * rem },
      hoverlabel: { bgcolor: theme.background, bordercolor: theme.line, ...layout.hoverlabel, font: { family: theme.font, color: theme.text } },
      modebar: { bgcolor: clear, color: theme.faint, activecolor: theme.accent },
    };
    if (layout.title?.text) out.title = { x: 0, xref: "paper", ...layout.title, font: { ...layout.title.font, size: 0.95 * rem } };
    out.legend = { bgcolor: clear, ...layout.legend };
    for (const name of new Set([...Object.keys(layout).filter((each) => /^[xy]axis\d*$/.test(each)), "xaxis", "yaxis"])) {
      out[name] = { automargin: true, ...layout[name], gridcolor: theme.hair, linecolor: theme.line, zerolinecolor: theme.line, tickcolor: theme.line };
      if (layout[name]?.title?.text) out[name].title = { ...layout[name].title, font: { ...layout[name].title.font, size: 0.82 * rem } };
    }
    return out;
  }
}

export default (component) => present(component, "live-figure", LiveFigure);
