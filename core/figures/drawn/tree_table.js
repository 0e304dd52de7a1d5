// The nodes of a decoding tree in numbers, a row each, in the order in which they were weighed.

function treeNumbers(plot, words, told, statusOf = (node) => node.status) {
  const nodes = plot.all;
  const number = (name) => (node) => (node[name] == null ? "–" : logarithm(node[name], 4));
  const columns = [
    [told.step, (node) => String(node.step)],
    [words.prefix, (node) => prefixOf(node) || "–"],
    [words.p, (node) => (node.p == null ? "–" : node.p < 1e-4 ? node.p.toExponential(1) : node.p.toFixed(4))],
    [words.logp_token, number("logp_token")],
    [words.logp, number("logp")],
    [words.rank_score, number("rank_score")],
    [words.rank, (node) => (node.rank != null && node.rank >= 0 ? String(node.rank + 1) : "–")],
    [words.bound, number("bound")],
    [words.forced, (node) => (node.forced ? told.yes : told.none)],
    [words.gold, (node) => (node.is_gold && node.up ? told.yes : told.none)],
    [words.status, (node) => { const status = statusOf(node); return words[status] || status; }],
    [told.reason, (node) => node.reason || "–"],
  ];
  return {
    title: told.nodes, corner: told.node, rows: nodes.map((node) => shown(node.token)), columns: columns.map(([name]) => name),
    cell: (row, column) => columns[column][1](nodes[row]),
  };
}
