// A matrix as a table, for reading by ear or by copying: token heads, three digits.

function tableOf(parent, queries, keys, weight) {
  const table = make("table", "", parent);
  const head = make("tr", "", make("thead", "", table));
  make("td", "", head);
  for (const token of keys) make("th", "", head, shown(token)).scope = "col";
  const body = make("tbody", "", table);
  queries.forEach((token, r) => {
    const row = make("tr", "", body);
    make("th", "", row, shown(token)).scope = "row";
    keys.forEach((_, c) => make("td", "", row, weight(r, c).toFixed(3)));
  });
}
