// The tree on its own: a click or Enter chooses a node, the choice goes to Python as an absolute id.

class TreeComponent {
  constructor(host) {
    this.host = host;
    this.tree = new TreeView(host, { pick: (node) => this.choose(node.id) });
    this.seq = 0;
  }

  receive(data, send) {
    this.send = send;
    this.passed = data.passed;
    if (data.seq >= this.seq) { this.selected = data.selected; this.seq = data.seq; }
    this.changed = this.tree.receive(data);
    this.ready = true;
    this.tree.show({ selected: this.selected });
  }

  choose(id) {
    this.selected = id;
    this.seq += 1;
    this.tree.show({ selected: id });
    this.send("pick", { at: id, base: this.passed, seq: this.seq });
  }

  draw(theme) { this.tree.draw(theme); }
}

export default (component) => present(component, "tree", TreeComponent);
