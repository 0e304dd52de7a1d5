// The bar that walks a search: to the start, back, play, on, to the end, a slim scrubber, and the speed. Everything is
// local; after a move it calls `go(at)`.

const PACE = 1200; // milliseconds a move at speed 1
const SPEEDS = [0.5, 1, 2, 4, 16];
const SIGNS = {
  first: "M4 3v10M13 3L6 8l7 5z", back: "M11 3L4.5 8l6.5 5z", play: "M4.5 2.5l9 5.5-9 5.5z", pause: "M4.5 3v10M11 3v10",
  on: "M5 3l6.5 5L5 13z", last: "M12 3v10M3 3l7 5-7 5z",
};

class Player {
  constructor(host, go) {
    this.host = host;
    this.go = go;
    host.setAttribute("role", "group");
    this.buttons = {};
    for (const name of ["first", "back", "play", "on", "last"]) {
      const button = make("button", `mini ${name}`, host);
      button.type = "button";
      draw("path", {}, draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, button));
      button.addEventListener("click", () => this.act(name));
      this.buttons[name] = button;
    }
    this.scrub = make("input", "scrub", host);
    Object.assign(this.scrub, { type: "range", min: 0, step: 1 });
    this.scrub.addEventListener("input", () => { this.stop(); this.to(Number(this.scrub.value)); });
    this.speed = make("select", "speed", host);
    for (const speed of SPEEDS) make("option", "", this.speed, `${speed}×`).value = speed;
    this.speed.value = 1;
    this.speed.addEventListener("change", () => { if (this.timer) this.start(); });
  }

  receive(last, at, words) {
    Object.assign(this, { last, words });
    this.host.hidden = last < 2;
    this.scrub.max = last;
    this.host.setAttribute("aria-label", words.walk);
    this.scrub.setAttribute("aria-label", words.scrub);
    this.speed.setAttribute("aria-label", words.speed);
    this.speed.title = words.speed;
    this.stop();
    this.mark(at);
  }

  act(name) {
    if (name === "play") { this.toggle(); return; }
    this.stop();
    this.to({ first: 0, back: this.at - 1, on: this.at + 1, last: this.last }[name]);
  }

  to(at) {
    const next = clamp(at, 0, this.last);
    if (next === this.at) return;
    this.mark(next);
    this.go(next);
  }

  mark(at) {
    this.at = at;
    this.scrub.value = at;
    this.scrub.setAttribute("aria-valuetext", `${at} / ${this.last}`);
    for (const [name, off] of [["first", at === 0], ["back", at === 0], ["on", at === this.last], ["last", at === this.last]]) {
      this.buttons[name].disabled = off;
    }
    this.sign();
  }

  sign() {
    for (const name in this.buttons) {
      const shown = name === "play" && this.timer ? "pause" : name;
      this.buttons[name].title = this.words[shown];
      this.buttons[name].setAttribute("aria-label", this.words[shown]);
      this.buttons[name].querySelector("path").setAttribute("d", SIGNS[shown]);
    }
  }

  // ------------------------------------------------------------ playing
  toggle() {
    if (this.timer) { this.stop(); return; }
    if (this.at === this.last) this.to(0);
    this.start();
  }

  start() {
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (!this.host.isConnected) { this.stop(); return; }
      this.to(this.at + 1);
      if (this.at === this.last) this.stop();
    }, PACE / Number(this.speed.value));
    this.sign();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.words) this.sign();
  }

  // Left and Right, Home and End, Space; a presenter's clicker sends PageUp and PageDown.
  key(event) {
    if (this.host.hidden || event.shiftKey) return false;
    const name = { ArrowLeft: "back", ArrowRight: "on", PageUp: "back", PageDown: "on", Home: "first", End: "last", " ": "play" }[event.key];
    if (name) this.act(name);
    return !!name;
  }
}
