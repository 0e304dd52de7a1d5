"""Commands that look at a trained model: decode, attend, evaluate, verify."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.devices import Device, brought, choose, refuse_elsewhere
from core.cli.labels import labels_sets, refuse_for_sets, set_model, show_labels, told_labels
from core.cli.places import judged, parallel_model, refuse_for_places, show_writing, writes_at_once
from core.cli.printing import Assignments, Json, Run, columns, show, told_sites, write_file
from core.errors import SettingError
from core.language import tr

if TYPE_CHECKING:
    from core.decoding.search import AbstractSearch
    from core.decoding.trees.tree import DecodingTree
    from core.figures.attention import Reading
    from core.runs.adapted import AdaptedReader
    from core.runs.stepwise import AbstractStepwise
    from core.runs.trained_parallel import TrainedParallel
    from core.runs.trained_set import TrainedSet
    from core.training.events import Evaluated

Text = Annotated[str, typer.Argument(metavar="TEXT", help="the source")]
Search = Annotated[
    str | None, typer.Option(help="how to decode, greedy at first; `attnlab searches` lists them with their settings")
]
Inference = Annotated[
    str | None,
    typer.Option(help="hold a recurrent model's alignment to a course: free, window, forced or forward; else its own"),
]


def decode(
    run: Run,
    text: Text,
    search: Search = None,
    assignments: Assignments = None,
    inference: Inference = None,
    out: Annotated[
        Path | None,
        typer.Option(help="write the decoding tree: .json, .csv, .nodes.csv, .dot, .npz, .svg, .png, .pdf or .html"),
    ] = None,
    device: Device = "",
    json: Json = False,
) -> None:
    """Decode a source; --json prints the whole decoding tree."""
    choose(device)
    from core.figures.tree_files import export_of

    if labels_sets(run):
        refuse_elsewhere(device, tr("{run} labels sets, which is", run=run))
        refuse_for_sets(run, search=search, set=assignments, inference=inference, out=out)
        show_labels(run, text, json)
        return
    if writes_at_once(run):
        refuse_for_places(run, inference=inference, out=out)
        show_writing(run, text, search, assignments or [], json)
        return
    write = None if out is None else export_of(out.name)
    trained, how = _brought(_loaded(run, inference)), _search(search, assignments or [])
    tree = trained.tree(text, how)
    if remark := how.remark(len(trained.vocabularies[1])):
        print(remark, file=sys.stderr)
    if unknown := trained.unknown(text):
        print(tr("never seen in training, read as <unk>: {words}", words=" ".join(unknown[:12])), file=sys.stderr)
    if out is not None and write is not None:
        write_file(out, write(tree.parts))
    if json:
        print(tree.to_json())
    else:
        print(tree.header["output"])
        print(_finished(tree), file=sys.stderr)


def attend(
    run: Run,
    text: Text,
    target: Annotated[str | None, typer.Option(help="the target to force; else the model's own output")] = None,
    only: Annotated[str, typer.Option(help="which attentions, by a pattern over their paths")] = "*",
    level: Annotated[
        str, typer.Option(help="weights; scores too; or full: queries, keys, values, contexts")
    ] = "weights",
    inference: Inference = None,
    out: Annotated[
        Path | None, typer.Option(help="write the matrices: .csv, .npz, .json, or to look at .svg, .png, .pdf, .html")
    ] = None,
    device: Device = "",
    json: Json = False,
) -> None:
    """Record every attention matrix for a source."""
    choose(device)
    from core.figures.attention import about_heads
    from core.figures.endings import by_ending
    from core.figures.export import EXPORTS
    from core.recording.recorder import LEVELS
    from core.runs.catalog import entry

    write = None if out is None else by_ending(out.name, EXPORTS)
    entry(LEVELS, level, tr("level"))
    trained: TrainedSet | TrainedParallel | AbstractStepwise | AdaptedReader
    if labels_sets(run):
        refuse_elsewhere(device, tr("{run} labels sets, which is", run=run))
        refuse_for_sets(run, target=target, inference=inference)
        trained = set_model(run)
        matrices = trained.matrices(trained.read(text), only, level)
    elif writes_at_once(run):
        refuse_for_places(run, inference=inference)
        trained = parallel_model(run)
        matrices = trained.matrices(text, target, only=only, level=level)
    else:
        trained = _brought(_loaded(run, inference, writes=False))
        matrices = trained.matrices(text, target, only=only, level=level)
    if out is not None and write is not None:
        write_file(out, write(matrices, about_heads(matrices, _reading(trained, text, target))))
    data = [
        {
            "site": matrix.site.name, "label": matrix.site.label, "heads": matrix.heads, "queries": list(matrix.queries),
            "keys": list(matrix.keys), "weights": matrix.weights.tolist(),
        }
        for matrix in matrices
    ]  # fmt: skip
    show(data, json, told_sites(matrices))


def _reading(
    trained: "TrainedSet | TrainedParallel | AbstractStepwise | AdaptedReader", source: str, target: str | None
) -> "Reading":
    """What the matrices are of; those of a model that decodes step by step can be looked at on the page Attention."""
    from core.figures.attention import Reading
    from core.figures.provenance import Origin
    from core.runs.adapted import AdaptedReader
    from core.runs.stepwise import AbstractStepwise

    origin = Origin(trained.run.address, trained.model_hash, trained.step, trained.config.seed)
    if not isinstance(trained, AbstractStepwise | AdaptedReader):
        return Reading(origin, source, target)
    query = {"run": trained.run.address, "source": source, **({"target": target} if target else {})}
    return Reading(origin, source, target, "attention", query)


def evaluate(
    run: Run,
    split: Annotated[str, typer.Option(help="validation or test")] = "test",
    search: Search = None,
    assignments: Assignments = None,
    inference: Inference = None,
    n: Annotated[int, typer.Option("-n", help="held-out examples", min=1)] = 500,
    device: Device = "",
    json: Json = False,
) -> None:
    """Decode held-out examples and count what is right."""
    choose(device)
    from core.tasks.task import SPLITS

    if split not in SPLITS:
        raise SettingError(
            tr("there is no split {split!r}; choose one of: {splits}", split=split, splits=", ".join(SPLITS))
        )
    if labels_sets(run):
        refuse_elsewhere(device, tr("{run} labels sets, which is", run=run))
        refuse_for_sets(run, search=search, set=assignments, inference=inference)
        labelled = set_model(run).evaluate(split, n)
        show(asdict(labelled), json, told_labels(labelled))
        return
    if writes_at_once(run):
        refuse_for_places(run, inference=inference)
        found, given = judged(run, split, search, assignments or [], n), tr("all places empty, their number given")
    else:
        found = _brought(_loaded(run, inference)).evaluate(split, _search(search, assignments or []), n=n)
        given = tr("under the gold prefix")
    show(asdict(found), json, _judgement(found, given, split))


def verify(
    run: Run,
    sentences: Annotated[int, typer.Option(help="held-out sources to check", min=1)] = 10,
    inference: Inference = None,
    json: Json = False,
) -> None:
    """Re-score hypotheses and re-derive contexts from recorded weights and values; exit code 1 where they differ."""
    from core.runs.verification import TOLERANCE
    from core.runs.verification import verify as check

    found = check(_loaded(run, inference), sentences)
    text = tr(
        "{count} numbers checked, largest difference {difference:.2e}: {word}",
        count=found.checked,
        difference=found.max_error,
        word=tr("ok") if found.ok else tr("NOT ok (allowed: {tolerance:g})", tolerance=TOLERANCE),
    )
    show(asdict(found), json, text)
    if not found.ok:
        sys.exit(1)


def _judgement(found: "Evaluated", given: str, split: str) -> str:
    """An evaluation in words.

    Args:
        given: what stood before each token of which the loss is.
    """
    free = tr(
        "exact match {exact:.1%} · token accuracy {tokens:.1%} (running free)",
        exact=found.exact_match,
        tokens=found.token_accuracy,
    )
    forced = tr(
        "loss {loss:.4f} nats a token · token accuracy {tokens:.1%} ({given})",
        loss=found.loss,
        tokens=found.forced_accuracy,
        given=given,
    )
    counted = tr("{n} examples of the split {split}, {seconds:.1f} s", n=found.n, split=split, seconds=found.seconds)
    return f"{free}\n{_measures(found)}{forced}\n{counted}"


def _measures(found: "Evaluated") -> str:
    """Scores with sacreBLEU's signature, a line each, and rates in one."""
    values, signatures = found.measures or {}, found.signatures or {}
    lines = [f"{name} {values[name]:.1f} ({signature})" for name, signature in signatures.items()]
    rates = " · ".join(f"{name} {value:.1%}" for name, value in values.items() if name not in signatures)
    return "".join(f"{line}\n" for line in [*lines, rates] if line)


def _brought(trained: "AbstractStepwise | AdaptedReader") -> "AbstractStepwise | AdaptedReader":
    """A model of this house, where this command computes; one from elsewhere stays where it is."""
    from core.runs.trained import TrainedModel

    if isinstance(trained, TrainedModel):
        brought(trained.model)
    return trained


def _loaded(run: str, inference: str | None, *, writes: bool = True) -> "AbstractStepwise | AdaptedReader":
    """The model of a run or of a folder; one that only reads is refused where something is to be written."""
    from core.runs.loading import load
    from core.runs.steering import steered
    from core.runs.stepwise import AbstractStepwise
    from core.runs.trained import TrainedModel

    trained = load(run)
    if writes and not isinstance(trained, AbstractStepwise):
        raise SettingError(
            tr("{run} only reads, and writes nothing here: look at its attention with attnlab attend", run=run)
        )
    if inference is None:
        return trained
    if not isinstance(trained, TrainedModel):
        raise SettingError(
            tr("{run} is no recurrent model of this house, so --inference means nothing: leave it out", run=run)
        )
    return steered(trained, inference)


def _search(name: str | None, assignments: list[str]) -> "AbstractSearch":
    from core.runs.catalog import DECODINGS, SEARCHES, entry
    from core.runs.config import parse_assignments

    if name in DECODINGS:
        raise SettingError(
            tr(
                "--search {name} writes all places at once, and this run writes a token after the other: choose one of: "
                "{searches}",
                name=name,
                searches=", ".join(SEARCHES),
            )
        )
    return entry(SEARCHES, name or "greedy", tr("search")).from_dict(parse_assignments(assignments))


def _finished(tree: "DecodingTree") -> str:
    nodes, ends = tree.nodes, tree.finished()[:10]
    terms = list(dict.fromkeys(name for end in ends for name in nodes["adj_parts"][end]))
    rows = [
        [
            "".join(f" {text}" for text in tree.text(end)).strip(),
            f"{nodes['logp'][end]:.3f}",
            *(f"{nodes['adj_parts'][end].get(term, 0.0):+.3f}" for term in terms),
            f"{nodes['rank_score'][end]:.3f}",
        ]
        for end in ends
    ]
    proof = {True: tr(", proved: no output is better"), False: tr(", not proved")}.get(tree.header["proved"], "")
    counted = tr("{n} nodes, stopped: {reason}{proof}", n=len(tree), reason=tree.header["stop_reason"], proof=proof)
    return f"{columns(rows, [tr('finished'), 'Σ log p', *terms, tr('score')])}\n{counted}"
