// What may follow one node of the tree, also where no search ever went on: the same bars, wider.

class NodeCandidates {
  constructor(host) {
    this.host = host;
    this.view = new CandidatesView(make("section", "panel", host), (token) => this.ask(token), { most: 12, typed: false });
    this.rest = make("div", "help", host);
    this.onward = make("button", "small", host);
    this.onward.type = "button";
    this.onward.addEventListener("click", () => this.ask(null));
  }

  receive(data, send) {
    this.send = send;
    this.data = data;
    this.view.speak(data.words);
    this.onward.textContent = data.words.onward;
    this.ready = true;
  }

  draw() {
    const { data } = this;
    this.view.show(data.candidates, null, { why: data.words.ended, ended: data.ended });
    this.rest.textContent = data.rest;
    this.onward.hidden = data.ended;
  }

  ask(token) { this.send("force", { prefix: this.data.prefix, token, text: null, nonce: newNonce() }); }
}

export default (component) => present(component, "candidates", NodeCandidates);
