// Words with their labels. The word under the pointer (or the one that was pressed, or the focused one) is asked about: each word
// then bears what its hiding costs, and the weight with which it was looked at; numbers and bars, not colour alone.

class DecidingView {
  constructor(host) {
    this.host = host;
    this.sentence = make("div", "sentence", host);
    this.told = make("div", "told", host);
    this.told.setAttribute("aria-live", "polite");
    this.strips = make("div", "strips", host);
    this.table = tableOfNumbers(host, () => this.numbers());
    this.sentence.addEventListener("pointerleave", () => this.show(this.kept));
  }

  receive(data) {
    const { header, body } = unpack(data);
    if (header.revision === this.revision) return;
    this.revision = header.revision;
    this.header = header;
    const numbers = new Float32Array(body.slice().buffer);
    const [many, wide] = [header.words.length, header.words.length + header.first.length];
    this.decided = (at) => numbers.subarray(at * many, (at + 1) * many);
    const start = header.asked.length * many;
    this.looked = (at) => numbers.subarray(start + at * wide, start + (at + 1) * wide);
    this.kept = header.at;
    this.build();
    this.ready = true;
    this.table.speak(header.table, this.titles()[0]);
    this.table.renew();
  }

  titles() {
    const { said, asked } = this.header;
    return [filled(said.decided, { label: asked.length > 1 ? "…" : asked[0].label }), said.looked];
  }

  // A row for each word that can be asked about.
  numbers() {
    const { said, asked, words, first, looks, table } = this.header;
    const rows = asked.map(({ word, label, share }) => filled(asked.length > 1 ? said.asked : said.whole, { word: shown(word), label, share: `${(100 * share).toFixed(1)} %` }));
    const [decided, looked] = this.titles();
    const one = (title, columns, values, told) => ({ title, corner: table.word, rows, columns: columns.map(shown), cell: (row, column) => told(values(row)[column]) });
    const all = [one(decided, words, this.decided, (value) => logarithm(value, 4))];
    return looks ? [...all, one(looked, [...first, ...words], this.looked, (value) => value.toFixed(4))] : all;
  }

  build() {
    const { words, asked } = this.header;
    this.sentence.replaceChildren();
    this.spots = [];
    if (asked.length !== words.length) return; // one label for all: nothing to point at
    words.forEach((word, i) => {
      const spot = make("button", "spot", this.sentence);
      spot.type = "button";
      make("bdi", "word", spot, shown(word));
      make("span", "label", spot, asked[i].label);
      make("span", "share", spot, probability(asked[i].share));
      spot.disabled = !asked[i].asked;
      spot.addEventListener("pointerenter", () => asked[i].asked && this.show(i));
      spot.addEventListener("focus", () => this.show(i));
      spot.addEventListener("click", () => { this.kept = i; this.show(i); });
      this.spots.push(spot);
    });
  }

  draw() { this.show(this.kept); }

  show(at) {
    const { header, decided, looked, spots } = this;
    const { said, words, first } = header;
    const one = header.asked[at];
    spots.forEach((spot, i) => {
      spot.classList.toggle("now", i === at);
      spot.setAttribute("aria-pressed", String(i === this.kept));
    });
    const share = `${(100 * one.share).toFixed(1)} %`;
    this.told.replaceChildren();
    make("span", "token", this.told, filled(spots.length ? said.asked : said.whole, { word: one.word, label: one.label, share }));
    if (spots.length) make("span", "idle", this.told, said.idle);
    this.strips.replaceChildren();
    this.strip(filled(said.decided, { label: one.label }), words, decided(at), at, (value) => (Math.abs(value) < 0.005 ? "0" : logarithm(value, 2)));
    if (header.looks) this.strip(said.looked, [...first, ...words], looked(at), at + first.length, probability);
  }

  strip(title, words, values, at, told) {
    const row = make("section", "", this.strips);
    make("h4", "", row, title);
    const line = make("div", "line", row);
    const high = Math.max(...Array.from(values, Math.abs), 1e-6);
    words.forEach((word, i) => {
      const chip = make("span", `chip${values[i] < 0 ? " against" : ""}${i === at && this.spots.length ? " now" : ""}`, line);
      chip.style.setProperty("--share", (Math.abs(values[i]) / high).toFixed(3));
      make("bdi", "word", chip, shown(word));
      make("span", "bar", chip);
      make("span", "number", chip, told(values[i]));
      if (values[i] < 0) chip.title = this.header.said.against;
    });
  }
}

export default (component) => present(component, "deciding", DecidingView);
