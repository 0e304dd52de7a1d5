// Undo and redo. Places on the line of branches go out absolute, so that five quick presses undo five branches.

const newNonce = () => `${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;

class Timeline {
  // button(name, sign, act) makes one in the bar; send(done, nonce)
  constructor(bar, button, send) {
    this.send = send;
    this.undo = button("undo", "Ctrl Z", () => this.go(this.done - 1));
    this.redo = button("redo", "", () => this.go(this.done + 1));
  }

  // history: {done, length}, or undefined where there is none to go back in
  receive(history, words) {
    for (const name of ["undo", "redo"]) {
      this[name].element.hidden = !history;
      this[name].label.textContent = words[name];
      this[name].element.title = words[`${name}_help`];
    }
    this.length = history?.length ?? 0;
    // an answer to the second of five presses must not take the other three back
    if (!this.asked || !history || history.done === this.asked.done || history.length !== this.asked.length) {
      this.done = history?.done ?? 0;
      this.asked = null;
    }
    this.dress();
  }

  dress() {
    this.undo.element.disabled = this.done <= 0;
    this.redo.element.disabled = this.done >= this.length;
  }

  go(done) {
    const to = clamp(done, 0, this.length);
    if (to === this.done) return;
    this.done = to;
    this.asked = { done: to, length: this.length };
    this.dress();
    this.send(to, newNonce());
  }

  // Ctrl+Z, Ctrl+Shift+Z, Ctrl+Y (⌘ on a Mac). Returns whether the key was one of them.
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !this.length) return false;
    const letter = event.key.toLowerCase();
    const back = letter === "z" && !event.shiftKey;
    if (!back && !(letter === "y" || letter === "z")) return false;
    event.preventDefault();
    this.go(this.done + (back ? -1 : 1));
    return true;
  }
}
