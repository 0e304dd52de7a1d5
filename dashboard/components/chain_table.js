// Every matrix of a chain in numbers, head by head.

function chainNumbers(model) {
  const label = (axis, at) => (axis === "query" || axis === "key" ? model.token(axis, at) : String(at + 1));
  const names = (axis, count) => Array.from({ length: count }, (_, at) => label(axis, at));
  return [...model.by.values()].flatMap((one) => Array.from({ length: one.heads }, (_, head) => ({
    title: [`${one.title} ${one.symbol.replace(/[\^_{}]/g, "")}`, ...(one.heads > 1 ? [filled(model.words.head, { n: head + 1 })] : [])].join(" · "),
    corner: one.axes[1] === "key" ? `${model.table.query} \\ ${model.table.key}` : "",
    rows: names(one.axes[0], one.rows), columns: names(one.axes[1], one.columns),
    cell: (row, column) => written(model.at(one.name, head, row, column)),
  })));
}
