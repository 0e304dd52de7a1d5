// Outputs as rows of tokens. Where they differ a token is framed and underlined: not by colour alone.

class OutputsView {
  constructor(host) {
    this.host = host;
    this.board = make("div", "board", host);
  }

  receive(data) {
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.text = text;
    this.ready = true;
    this.board.replaceChildren();
    for (const one of data.shown) this.one(make("section", "", this.board), one, data.words);
  }

  one(parent, { title, tokens, changed, lines }, words) {
    make("h3", "", parent, title);
    const row = make("div", "tokens", parent);
    if (!tokens.length) make("span", "figures", row, words.empty);
    tokens.forEach((token, i) => {
      const spot = make("bdi", `token${changed[i] ? " changed" : ""}`, row, shown(token));
      if (changed[i]) spot.setAttribute("aria-label", `${spot.textContent} (${words.changed})`);
    });
    for (const line of lines) make("div", "figures", parent, line);
  }

  draw() {}
}

export default (component) => present(component, "outputs", OutputsView);
