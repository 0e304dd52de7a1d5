// What the stepper draws in numbers: where each token of the path looked, what may come next, and the tree.

function stepperNumbers(view) {
  const { data, words, path, position, tree, nodes } = view;
  const told = data.table;
  const along = path.slice(1).map((id) => nodes.get(id));
  const rows = along.map((node) => view.rowOf(node));
  const next = data.candidates[path[position]] || [];
  return [
    {
      title: words.looks, corner: `${told.query} \\ ${told.key}`, rows: along.map((node) => shown(node.token)), columns: data.source.map(shown),
      cell: (row, column) => rows[row]?.[column]?.toFixed(4) ?? "–",
    },
    {
      title: words.candidates, corner: words.token, rows: next.map(([, token]) => shown(token)), columns: [words.p, words.logp_token],
      cell: (row, column) => (column ? logarithm(next[row][3] ?? Math.log(next[row][2]), 4) : next[row][2].toPrecision(4)),
    },
    treeNumbers(tree.plot, words, told),
  ];
}
