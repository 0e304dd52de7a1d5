// The likeliest next tokens as bars, each a button that forces it and says what that costs, and a box for any other token.

const CANDIDATES = 10;

class CandidatesView {
  // force(id | null, text | null); `typed`: whether there is a box for other tokens
  constructor(host, force, { most = CANDIDATES, typed = true } = {}) {
    this.force = force;
    this.most = most;
    this.numbered = typed; // where any token can be given, digits choose too
    const head = make("div", "heading", host);
    this.title = make("h3", "", head);
    this.help = make("span", "help", head);
    this.list = make("div", "bars", host);
    this.rows = Array.from({ length: most }, () => this.row());
    this.empty = make("div", "empty", this.list);
    this.form = make("form", "typed", host);
    this.form.hidden = !typed;
    this.label = make("label", "hidden-text", this.form);
    this.input = make("input", "", this.form);
    Object.assign(this.input, { type: "text", id: "typed-token", autocomplete: "off", spellcheck: false, dir: "auto", maxLength: 200 });
    this.label.htmlFor = "typed-token";
    this.go = make("button", "small", this.form);
    this.go.type = "submit";
    this.message = make("div", "message", host);
    this.message.setAttribute("role", "alert");
    // Streamlit's own shortcuts (r, c) see events of a shadow tree as coming from a div, so typing must stay inside
    for (const kind of ["keydown", "keypress", "keyup"]) this.input.addEventListener(kind, (event) => event.stopPropagation());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.input.value !== "") this.force(null, this.input.value);
    });
  }

  row() {
    const button = make("button", "candidate", this.list);
    button.type = "button";
    const parts = { button, bar: make("span", "bar", button), nth: make("kbd", "nth", button), token: make("bdi", "token", button), tag: make("span", "tag", button), p: make("span", "p", button), lost: make("span", "lost", button) };
    parts.bar.setAttribute("aria-hidden", "true");
    parts.nth.setAttribute("aria-hidden", "true");
    button.addEventListener("click", () => this.force(parts.id, null));
    return parts;
  }

  speak(words) {
    this.words = words;
    this.title.textContent = words.candidates;
    this.help.textContent = words.candidates_help;
    this.label.textContent = words.type;
    this.input.placeholder = words.placeholder;
    this.input.title = words.type;
    this.go.textContent = words.force;
  }

  // candidates: [[id, token, p, logp], …], best first, or undefined; next: token id on the path; why: what to say where
  // there are none; ended: nothing can follow
  show(candidates, next, { why, ended }) {
    const { words } = this;
    const list = (candidates || []).slice(0, this.most);
    this.rows.forEach((parts, i) => {
      const entry = list[i];
      parts.button.hidden = !entry;
      if (!entry) return;
      const [id, token, p, logp = Math.log(p)] = entry;
      parts.id = id;
      parts.nth.textContent = this.numbered && i < 9 ? i + 1 : ""; // the key that forces it
      parts.token.textContent = shown(token);
      parts.p.textContent = p >= 0.0995 ? `${(100 * p).toFixed(0)}%` : p >= 0.0005 ? `${(100 * p).toFixed(1)}%` : "<0.1%";
      const lost = (list[0][3] ?? Math.log(list[0][2])) - logp;
      parts.lost.textContent = lost > 0.0005 ? `−${lost.toFixed(lost < 9.95 ? 2 : 1)}` : "";
      parts.bar.style.width = `${Math.max(0.4, 100 * p)}%`;
      parts.tag.textContent = id === next ? words.default : "";
      parts.button.classList.toggle("default", id === next);
      parts.button.title = `${shown(token)}\np = ${p < 1e-3 ? p.toExponential(1) : p.toFixed(4)}, log p = ${logarithm(logp, 3)}\n${filled(words.lost, { lost: lost.toFixed(3) })}`;
      parts.button.dataset.token = id;
      parts.button.setAttribute("aria-label", `${filled(words.force_name, { token: shown(token), p: probability(p) })}${id === next ? `, ${words.default}` : ""}`);
    });
    this.empty.hidden = list.length > 0;
    this.empty.textContent = why;
    this.input.disabled = this.go.disabled = ended;
  }

  say(text, asking = false) {
    this.message.textContent = text || "";
    this.message.classList.toggle("asking", asking);
  }
}
