// What the card of a node says: how it came about, its probabilities, its score taken apart, and what became of it.

// Rounded parts that lead from one rounded number to another on screen: what rounding lost goes to the parts that lost
// most. Null where these are not the parts between the two.
function addedUp(from, parts, total, digits) {
  const unit = 10 ** digits;
  const whole = parts.map((part) => Math.round(part * unit));
  let rest = Math.round(total * unit) - whole.reduce((sum, part) => sum + part, Math.round(from * unit));
  if (Math.abs(rest) > parts.length + 1) return null;
  const lost = parts.map((part, i) => ({ i, by: (part * unit - whole[i]) * Math.sign(rest) })).sort((a, b) => b.by - a.by);
  for (let at = 0; rest; at++) { whole[lost[at % lost.length].i] += Math.sign(rest); rest -= Math.sign(rest); }
  return whole.map((part) => part / unit);
}

const signed = (value, digits) => `${value < 0 ? "−" : "+"} ${Math.abs(value).toFixed(digits)}`;

// "Σ log p −3.100 + 0.790 length = ranking score −2.310", or "" where nothing was added.
function scoreEquation(node, words) {
  const named = Object.entries(node.adj_parts || {}).filter(([, value]) => value);
  if (!named.length || node.logp == null || node.rank_score == null) return "";
  const rounded = addedUp(node.logp, named.map(([, value]) => value), node.rank_score, 3);
  if (!rounded) return "";
  const parts = named.map(([name], i) => `${signed(rounded[i], 3)} ${words[`part_${name}`] || name}`).join(" ");
  const plain = (value) => (Math.round(value * 1000) / 1000).toFixed(3).replace("-", "−");
  return filled(words.sum, { logp: plain(node.logp), parts, rank_score: plain(node.rank_score) });
}

function prefixOf(node) {
  const tokens = [];
  for (let at = node.up; at?.up; at = at.up) tokens.unshift(shown(at.token));
  return tokens.length > 12 ? `… ${tokens.slice(-12).join(" ")}` : tokens.join(" ");
}

function describeNode(node, status, words, card) {
  const head = make("div", "head", card);
  make("bdi", "token", head, shown(node.token));
  make("span", "state", head, words[status] || status);
  const prefix = prefixOf(node);
  if (prefix) make("bdi", "prefix", make("div", "after", card, `${words.prefix} `), prefix);
  const list = make("dl", "", card);
  const row = (name, value) => { make("dt", "", list, words[name]); make("dd", "", list, value); };
  if (node.up) {
    row("p", node.p == null ? "–" : node.p < 1e-4 ? node.p.toExponential(1) : node.p.toFixed(4));
    for (const name of ["logp_token", "logp", "rank_score", "bound"]) if (node[name] != null) row(name, logarithm(node[name], 3));
    if (node.rank != null && node.rank >= 0) row("rank", String(node.rank + 1));
    if (node.forced) row("forced", "▾");
  }
  const equation = scoreEquation(node, words);
  if (equation) make("div", "equation", card, equation);
  if (node.is_gold && node.up) make("div", "golden", card, words[isLost(status) ? "gold_pruned" : "gold"]);
  if (node.reason && status === node.status) make("div", "reason", card, node.reason);
}
