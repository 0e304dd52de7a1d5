// The moves of a search: what had become of every node after so many of them. A node is weighed in its move (`walk`); what
// was kept then may be dropped later, by a bound or by better outputs.

class Moves {
  constructor(plot) {
    this.plot = plot;
    this.last = plot.all.reduce((most, node) => Math.max(most, node.walk ?? 0), 0);
    for (const node of plot.all) node.walk ??= 0;
    this.born = Array.from({ length: this.last + 1 }, () => []);
    this.lost = Array.from({ length: this.last + 1 }, () => []);
    for (const node of plot.all) this.born[node.walk].push(node);
    this.trace();
    for (const node of plot.all) if (node.lostAt > node.walk) this.lost[node.lostAt].push(node);
  }

  // In which move a node that was kept at first was dropped.
  trace() {
    const ended = this.plot.all.filter(ends);
    const places = ended.filter((node) => node.status === "finished").length;
    const records = this.records(ended);
    for (const node of this.plot.all) {
      node.lostAt = node.walk;
      if (node.status === "superseded" && node.bound != null) node.lostAt = this.last;
      else if (node.status === "superseded") {
        const better = ended.filter((other) => other.rank_score > node.rank_score).map((other) => other.walk).sort((a, b) => a - b);
        node.lostAt = Math.max(node.walk, better[Math.max(0, places - 1)] ?? this.last);
      } else if (node.status === "pruned_bound" && node.bound != null) {
        const beaten = records.find((record) => record.score >= node.bound - 2e-5);
        node.lostAt = Math.max(node.walk, beaten?.walk ?? this.last);
      }
    }
    for (const node of this.plot.all) node.grownAt = Math.min(Infinity, ...node.children.map((child) => child.walk));
  }

  // When the best finished score rose, and to what.
  records(ended) {
    const found = [];
    for (const node of [...ended].sort((a, b) => a.walk - b.walk)) {
      if (!found.length || node.rank_score > found[found.length - 1].score) found.push({ walk: node.walk, score: node.rank_score });
    }
    return found;
  }

  statusAt(node, at) {
    if (at >= this.last || node.more || !node.up) return node.status;
    if (at < node.lostAt && node.status === "superseded" && node.bound == null) return "finished";
    if (node.status === "expanded" || at < node.lostAt) return node.grownAt <= at ? "expanded" : "live";
    return node.status;
  }

  // The best path so far: to the best finished node, or else to the best one that goes on.
  bestAt(at) {
    if (at >= this.last) return this.plot.best;
    let [leaf, grade, score] = [this.plot.root, -1, -Infinity];
    for (const node of this.plot.all) {
      if (node.walk > at || !node.up) continue;
      const status = this.statusAt(node, at);
      const own = status === "finished" ? 2 : status === "live" || status === "truncated" ? 1 : 0;
      const value = node.rank_score ?? node.logp ?? -Infinity;
      if (own && (own > grade || (own === grade && value > score))) [leaf, grade, score] = [node, own, value];
    }
    const path = new Set();
    for (let node = leaf; node; node = node.up) path.add(node.id);
    return path;
  }
}
