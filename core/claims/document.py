"""The document of what was measured, docs/claims-table.md: made from the ledger and the table of claims, never by hand."""

from pathlib import Path

from core.claims.claim import AbstractClaim
from core.claims.lecture import LECTURE, claims_of, in_order
from core.claims.ledger import Ledger, Measurement
from core.claims.table import CLAIMS
from core.language import mark

PLACE = Path(__file__).resolve().parents[2] / "docs" / "claims-table.md"
UNKNOWN = "not measured yet"
VERDICTS = {  # in words
    "shown": mark("shown"),
    "not shown": mark("not shown at this size"),
    "contradicted": mark("contradicted"),
    UNKNOWN: mark("not measured yet"),
}

_BEGINNING = """# The measured claims

Made by `attnlab claims --write` from the file `assets/claims/measured.json`; a test holds the two together. What a claim is, how
a verdict comes about and how to run one again stands in [claims.md](claims.md). Every effect stands beside the baseline of the same
run. Seconds are the processor's, on the machine that measured; they decide nothing.
"""


def standing(name: str, one: Measurement | None) -> str:
    """The verdict on a claim, of VERDICTS; what was measured of another definition than today's counts for nothing."""
    return one.verdict if one is not None and one.holds(name) else UNKNOWN


def figure(value: float) -> str:
    """An effect or a baseline, to four digits.

    >>> figure(0.91666), figure(12345.6), figure(2e-7), figure(0.0)
    ('0.9167', '12,350', '2e-07', '0')
    """
    return f"{float(f'{value:.4g}'):,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def document(ledger: Ledger) -> str:
    """The whole document, in Markdown."""
    return "\n".join([_BEGINNING, *_counts(ledger), *_lecture(ledger), *_table(ledger), *_experiments(ledger)])


def _counts(ledger: Ledger) -> list[str]:
    standings = [standing(name, ledger.get(name)) for name in CLAIMS]
    words = [f"{standings.count(one)} {said}" for one, said in VERDICTS.items()]
    return [f"Of {len(CLAIMS)} claims: {', '.join(words)}.", ""]


def _lecture(ledger: Ledger) -> list[str]:
    lines = ["## What the lecture names", "", "| # | named in the lecture | its claims |", "|---|---|---|"]
    for row in LECTURE:
        claims = ", ".join(f"[`{name}`](#{name}): {_said(name, ledger)}" for name in claims_of(row.number))
        lines.append(f"| {row.number} | {row.what} | {claims} |")
    return [*lines, ""]


def _table(ledger: Ledger) -> list[str]:
    lines = [
        "## The table", "", "In the order of the lecture; # is the first place where it belongs.", "",
        "| # | claim | statement | effect | baseline | unit | seeds | seconds | verdict |", "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name in in_order():
        claim, one = CLAIMS[name], ledger.get(name)
        figures = ["–"] * 4 if one is None else [
            figure(one.effect), figure(one.baseline), claim.unit, str(len(one.seeds)), f"{one.seconds:,.0f}"
        ]  # fmt: skip
        if one is None:
            figures.insert(2, claim.unit)
        cells = [str(claim.lecture[0]), f"[`{name}`](#{name})", claim.statement, *figures, _said(name, ledger)]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _experiments(ledger: Ledger) -> list[str]:
    lines = ["## The experiments", ""]
    for name in in_order():
        lines += _experiment(name, CLAIMS[name], ledger)
    return lines


def _said(name: str, ledger: Ledger) -> str:
    return VERDICTS[standing(name, ledger.get(name))]


def _experiment(name: str, claim: type[AbstractClaim], ledger: Ledger) -> list[str]:
    one = ledger.get(name)
    lines = [
        f"### {name}", "", f"{claim.statement}.", "",
        f"- Source: {claim.source}; in the lecture: {', '.join(map(str, claim.lecture))}",
        f"- Effect: {claim.effect_is}", f"- Baseline: {claim.baseline_is}", f"- Unit: {claim.unit}",
        f"- Verdict: {claim.rule}", "",
    ]  # fmt: skip
    if one is None:
        return [*lines, "Not measured yet.", ""]
    lines += ["| seed | effect | baseline |", "|---|---|---|"]
    lines += [
        f"| {seed} | {figure(effect)} | {figure(baseline)} |"
        for seed, effect, baseline in zip(one.seeds, one.effects, one.baselines)
    ]
    said = f"**{_said(name, ledger)}** · {one.seconds:,.0f} s · {one.date} · attention-lab {one.program}, torch {one.torch}"
    return [*lines, "", f"{said}, {one.cores} cores · definition `{one.definition}`", ""]
