// A move of a search in one line, and what became of the reference: every figure is counted from the tree's nodes.

const scoreOf = (node) => node.rank_score ?? node.logp;
const said = (score) => (score == null ? "–" : logarithm(score, 2));

function tellMove(moves, at, words, weighed) {
  if (at === 0) return filled(words.at_start, { last: moves.last });
  const counts = { kept: 0, finished: 0, truncated: 0, pruned: 0 };
  let least = null;
  for (const node of moves.born[at]) {
    const status = moves.statusAt(node, at);
    const kind = isLost(status) ? "pruned" : status in counts ? status : "kept";
    counts[kind] += 1;
    if (kind === "kept" && scoreOf(node) != null) least = Math.min(least ?? Infinity, scoreOf(node));
  }
  const [stored, n] = [moves.born[at].length, weighed?.[at - 1] ?? moves.born[at].length];
  const pattern = n > stored ? words.told_weighed : n === 1 ? words.told_candidate : words.told_candidates;
  const parts = Object.keys(counts).filter((kind) => counts[kind]).map((kind) => filled(words[`told_${kind}`], { n: counts[kind] }));
  const dropped = moves.lost[at].length;
  if (dropped) parts.push(filled(words.told_lost, { n: dropped }));
  const told = [filled(pattern, { n, stored }), ...parts].join(", ");
  const last = counts.kept > 1 && least !== null ? `; ${filled(words.told_least, { score: said(least) })}` : "";
  return filled(words.at_move, { at, last: moves.last, told: told + last });
}

// The reference so far: as far as the search had come with it after this move.
function tellGold(moves, at, words) {
  const known = moves.plot.gold.filter((node) => node.walk <= at);
  const node = known[known.length - 1];
  if (!node) return "";
  const status = moves.statusAt(node, at);
  const [step, score] = [node.step, said(scoreOf(node))];
  if (isLost(status)) {
    const rank = node.rank >= 0 ? filled(words.gold_rank, { rank: node.rank + 1 }) : "";
    return filled(words.gold_cut, { step, rank, score, reason: sentence(node.reason) }).trim();
  }
  if (status === "finished") {
    const best = moves.plot.byId.get([...moves.bestAt(at)][0]);
    const leaf = at >= moves.last ? moves.plot.bestLeaf : best;
    return leaf === node ? filled(words.gold_best, { score }) : filled(words.gold_other, { score, best: said(scoreOf(leaf)) });
  }
  return filled(status === "live" || at < moves.last ? words.gold_open : words.gold_ended, { step, score });
}

const sentence = (reason) => (reason ? `${reason[0].toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? "" : "."}` : "");
