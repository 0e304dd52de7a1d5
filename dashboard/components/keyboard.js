// The keys of a page, as their table in Python says: the list behind `?`, and what each presses, moves or goes to. A key
// counts where nobody types and nothing else has heard it.

const OFF = "attnlab-keys-off"; // remembered by the browser: single keys are in the way of some voice control

class KeysView {
  constructor(host) {
    this.host = host;
    this.open = make("button", "open", host, "?");
    this.open.type = "button";
    this.open.addEventListener("click", () => this.list());
    this.dialog = make("dialog", "keys", host);
    this.dialog.setAttribute("aria-labelledby", "keys-title");
    const head = make("div", "heading", this.dialog);
    this.title = make("h2", "", head);
    this.title.id = "keys-title";
    this.shut = make("button", "small", head);
    this.shut.type = "button";
    this.shut.addEventListener("click", () => this.dialog.close());
    this.groups = make("div", "groups", this.dialog);
    const label = make("label", "single", this.dialog);
    this.single = make("input", "", label);
    this.single.type = "checkbox";
    this.singleText = make("span", "", label);
    this.single.addEventListener("change", () => this.turn(this.single.checked));
    this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
  }

  close() { document.removeEventListener("keydown", this.onKey); }

  receive(data) {
    const { words } = data;
    this.data = data;
    document.documentElement.lang = data.lang;
    this.open.setAttribute("aria-label", words.button);
    this.open.title = words.button;
    this.title.textContent = words.title;
    this.shut.textContent = words.close;
    this.singleText.textContent = words.single;
    this.single.checked = !this.off();
    this.groups.replaceChildren();
    for (const { name, keys } of data.groups) this.group(words[name], keys);
    this.ready = true;
  }

  group(name, keys) {
    const section = make("section", "", this.groups);
    make("h3", "", section, name);
    const list = make("dl", "", section);
    for (const { caps, does } of keys) {
      const line = make("div", "", list);
      const named = make("dt", "", line);
      for (const cap of caps) make(cap === "…" ? "span" : "kbd", "", named, cap);
      make("dd", "", line, does);
    }
  }

  draw() {}

  list() { if (!this.dialog.open) this.dialog.showModal(); }

  off() { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } }

  turn(on) {
    try { if (on) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "1"); } catch { /* not remembered then */ }
  }

  key(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !this.ready || this.dialog.open) return;
    const pressed = event.key === "？" ? "?" : event.key;
    if (!this.host.isConnected || !pressed || inText(event.composedPath()[0]) || inText(document.activeElement)) return;
    if (pressed.length === 1 && pressed !== " " && this.off()) return;
    if (pressed === "?") { event.preventDefault(); this.list(); return; }
    if (event.shiftKey) return;
    const named = this.data.groups.flatMap((group) => group.keys).find(({ keys, press, slide, focus }) => keys.includes(pressed) && (press || slide || focus));
    // Space and Enter belong to a button that Tab has reached
    if (!named || (pressed === " " && event.composedPath()[0].closest?.("button, a, summary"))) return;
    if (act(named, pressed)) event.preventDefault();
  }
}

// What a selector finds on the page and in its drawn components: what is seen and can be used.
function everywhere(selector) {
  const roots = [document, ...[...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')].map((host) => host.shadowRoot).filter(Boolean)];
  return roots.flatMap((root) => [...root.querySelectorAll(selector)]).filter((one) => one.getClientRects().length && !one.disabled);
}

// Returns whether there was something to act on.
function act({ press, slide, focus }, pressed) {
  const found = everywhere(press || (slide ? `${slide} input[type="range"]` : focus));
  const one = found[/^[1-9]$/.test(pressed) ? Number(pressed) - 1 : 0];
  if (!one) return false;
  if (press) one.click();
  else one.focus();
  if (slide) move(one, pressed);
  return true;
}

// A slider hears keys itself from now on, but not the one that led to it.
function move(slider, pressed) {
  const [at, step] = [Number(slider.value), Number(slider.step) || 1];
  const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: Number(slider.min), End: Number(slider.max) }[pressed];
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, String(clamp(to, Number(slider.min), Number(slider.max))));
  for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind, { bubbles: true }));
}

export default (component) => present(component, "keyboard", KeysView);
