"""The command that runs the lecture's statements again."""

import sys
from dataclasses import asdict
from time import process_time
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.printing import Json, columns, show
from core.errors import MissingData, MissingExtra, SettingError
from core.language import tr

if TYPE_CHECKING:
    from core.claims.claim import Finding
    from core.claims.experiment import Experiment

_EVERY = 0.1  # share of an experiment between two words about it


def claims(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME …]", help="claims; none: all of them")] = None,
    seeds: Annotated[
        int | None, typer.Option(help="experiments per claim, seeds 0, 1, 2 …; as many as its rule needs, mostly 1")
    ] = None,
    budget: Annotated[float, typer.Option(help="factor on training steps; below 1 it may not show")] = 1.0,
    listed: Annotated[bool, typer.Option("--list", help="list the claims and run none")] = False,
    measured: Annotated[bool, typer.Option("--measured", help="what they came to, as shipped; run none")] = False,
    unmeasured: Annotated[
        bool, typer.Option("--unmeasured", help="of these only claims that were not measured as they are now")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="keep it in a checkout: measured.json and its document")
    ] = False,
    json: Json = False,
) -> None:
    """Measure statements of the lecture: effect, baseline of the same run, seconds, verdict."""
    from core.claims.table import CLAIMS
    from core.settings import did_you_mean

    for name in names or ():
        if name not in CLAIMS:
            raise SettingError(
                tr(
                    "there is no claim {name!r}{did_you_mean}; known here: {claims}",
                    name=name,
                    did_you_mean=did_you_mean(name, CLAIMS),
                    claims=", ".join(CLAIMS),
                )
            )
    if write:
        _check_writing(budget)
    chosen = list(dict.fromkeys(names or CLAIMS))
    if unmeasured:
        chosen = _unmeasured(chosen)
    if listed:
        _list(chosen, json)
    elif measured:
        _show_measured(chosen, json)
        if write:
            _document()
    elif _measure(chosen, seeds, budget, write, json):
        raise typer.Exit(1)


def _unmeasured(names: list[str]) -> list[str]:
    from core.claims import ledger

    known = ledger.read(ledger.SHIPPED)
    return [name for name in names if name not in known or not known[name].holds(name)]


def _list(names: list[str], json: bool) -> None:
    from core.claims.table import CLAIMS

    kinds = [CLAIMS[name] for name in names]
    parts = ("name", "statement", "effect_is", "baseline_is", "unit", "rule", "source")
    data = [{part: getattr(kind, part) for part in parts} for kind in kinds]
    show(data, json, columns([[kind.name, tr(kind.statement)] for kind in kinds], [tr("claim"), tr("statement")]))


def _show_measured(names: list[str], json: bool) -> None:
    """What the file that comes with the program says, those that are not measured yet included."""
    from core.claims import ledger as shipped
    from core.claims.document import VERDICTS, figure, standing
    from core.claims.lecture import in_order

    ledger, names = shipped.read(shipped.SHIPPED), [name for name in in_order() if name in names]
    said = {name: tr(VERDICTS[standing(name, ledger.get(name))]) for name in names}
    rows = [
        [
            name,
            figure(one.effect),
            figure(one.baseline),
            len(one.seeds),
            f"{one.seconds:.1f}",
            said[name],
            one.date,
        ]
        if (one := ledger.get(name)) is not None
        else [name, "–", "–", 0, "–", said[name], "–"]
        for name in names
    ]
    heads = [
        tr("claim"), tr("effect"), tr("baseline"), tr("seeds"), tr("seconds"), tr("verdict"), tr("measured"),
    ]  # fmt: skip
    show({name: asdict(ledger[name]) if name in ledger else None for name in names}, json, columns(rows, heads))


def _check_writing(budget: float) -> None:
    from core.claims import document

    if budget != 1:
        raise SettingError(tr("what is kept is measured with all its steps: leave out --budget, or --write"))
    if not document.PLACE.parent.is_dir():
        raise SettingError(
            tr("{place} is not there: --write is for a checkout of the program", place=document.PLACE.parent)
        )


def _document() -> None:
    from core.claims import document, ledger

    document.PLACE.write_text(document.document(ledger.read(ledger.SHIPPED)), encoding="utf-8")


def _keep(experiment: "Experiment", seconds: float) -> None:
    """At once, so that nothing is lost with what comes after it.

    Args:
        seconds: of the processor: a machine that does other work meanwhile makes no claim longer.
    """
    from core.claims import ledger

    known = ledger.read(ledger.SHIPPED)
    ledger.write(known | {experiment.claim.name: ledger.measurement(experiment, seconds)}, ledger.SHIPPED)
    _document()


def _measure(names: list[str], seeds: int | None, budget: float, write: bool, json: bool) -> bool:
    """Measure and print; whether anything was contradicted."""
    import torch

    from core.claims.experiment import Experiment
    from core.claims.table import CLAIMS

    torch.set_num_threads(1)  # small tensors are slower with more
    kinds = [CLAIMS[name] for name in names]
    experiments = [Experiment(kind(), range(kind.seeds if seeds is None else seeds), budget) for kind in kinds]
    findings = []
    for experiment in experiments:
        began = process_time()
        try:
            _run(experiment)
        except (MissingData, MissingExtra) as missing:
            if len(experiments) == 1:
                raise
            print(tr("{claim}: not measured; {missing}", claim=experiment.claim.name, missing=missing), file=sys.stderr)
            continue
        assert experiment.finding is not None
        findings.append(experiment.finding)
        if write:
            _keep(experiment, process_time() - began)
    show([one.to_dict() for one in findings], json, _told(findings))
    return any(one.verdict == "contradicted" for one in findings)


def _told(findings: "list[Finding]") -> str:
    """A table, and below it what its figures are."""
    from core.claims.table import CLAIMS

    rows = [
        [
            one.name, f"{one.effect:.4g}", f"{one.baseline:.4g}", tr(one.unit), one.seeds, f"{one.seconds:.1f}",
            tr(one.verdict),
        ]
        for one in findings
    ]  # fmt: skip
    words = [
        tr(
            "{claim}: {statement}.\n  effect: {effect_is}; baseline: {baseline_is}; {rule}.",
            claim=one.name,
            statement=tr(one.statement),
            effect_is=tr(CLAIMS[one.name].effect_is),
            baseline_is=tr(CLAIMS[one.name].baseline_is),
            rule=tr(CLAIMS[one.name].rule),
        )
        for one in findings
    ]
    heads = [tr("claim"), tr("effect"), tr("baseline"), tr("unit"), tr("seeds"), tr("seconds"), tr("verdict")]
    return "\n".join([columns(rows, heads), "", *words])


def _run(experiment: "Experiment") -> None:
    said, name = 0.0, experiment.claim.name
    while not experiment.done:
        experiment.go_on(1.0)
        if experiment.share >= said + _EVERY and not experiment.done:
            said = experiment.share
            told = tr("{claim}: {share:.0%}, {seconds:.0f} s", claim=name, share=said, seconds=experiment.seconds)
            print(told, file=sys.stderr)
    print(tr("{claim}: done, {seconds:.0f} s", claim=name, seconds=experiment.seconds), file=sys.stderr)
