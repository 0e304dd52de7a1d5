// The overview of all heads in numbers: the largest weight of each, and then every head's map, as it was sent (256 levels).

function headNumbers(view) {
  const { words, data, places } = view;
  const told = data.table;
  const weight = ({ site, head }, row, column) => ((site.codes[head][row * site.keys.length + column] / 255) * site.highs[head]).toFixed(3);
  const top = ({ site, head }) => (site.queries.length && site.keys.length ? largest(site.codes[head], site.keys.length, 0, site.queries.length, 0, site.keys.length) : null);
  const names = places.map((place) => view.nameOf(place));
  const tops = places.map(top);
  const every = {
    title: told.every_head, corner: told.head, rows: names, columns: [told.strongest_query, told.strongest_key, told.weight],
    cell: (at, column) => {
      if (!tops[at]) return "–";
      const { row, column: key } = tops[at];
      return [shown(places[at].site.queries[row]), shown(places[at].site.keys[key]), weight(places[at], row, key)][column];
    },
  };
  const maps = places.map((place, i) => ({
    title: `${names[i]}${words.without_sign ? `, ${words.without_sign}` : ""}`, corner: `${told.query} \\ ${told.key}`,
    rows: place.site.queries.map(shown), columns: place.site.keys.map(shown), cell: (row, column) => weight(place, row, column),
  }));
  return [every, ...maps];
}
