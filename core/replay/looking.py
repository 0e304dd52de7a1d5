"""Pages that look into a model: Attention, Attention by hand, Depth, Inspect my alignment."""

from torch import Generator

from core.attention.worksheet import pack, unpack
from core.attention.worksheet_chain import Worked
from core.attention.worksheet_presets import FIRST, PRESETS
from core.figures.attention import REDUCTIONS
from core.language import mark, tr
from core.replay.parameter import Choice, Coded, Given, Number, Parameter, Switch, Whole, Words
from core.replay.runs import Run, example_text, heads_of_site, sites
from core.replay.view import Numbers, View, section
from core.runs.explaining import ERASURES
from core.runs.head_importance import OWN, REFERENCE
from core.settings import declarations


def attention(
    run: str, source: str, target: str, beside: str | None, words: bool, reduction: str, site: str | None, head: int
) -> Numbers:
    """Every map of the page Attention, and what is drawn large: one head, or two models beside each other."""
    import core
    from core.figures.attention import MapView
    from core.metrics.over_words import over_words

    maps = core.load(run).matrices(source, target or None)
    if words:
        maps = [over_words(one) for one in maps]
    cross = [one for one in maps if one.site.kind == "cross"]
    if beside:  # the last cross-attention of both, each the mean over its heads
        other = core.load(beside).matrices(source, target or None, only="*cross*")[-1]
        large = {run: cross[-1].mean(), beside: other.mean()}
    else:  # one map; at first the cross-attention nearest to the output
        chosen = [*maps[-1:], *cross, *(one for one in maps if one.site.name == site)][-1]
        large = {chosen.site.name: MapView(chosen, head - 1, reduction).weights}
    return {
        "rows": {one.site.name: one.queries for one in maps},
        "columns": {one.site.name: one.keys for one in maps},
        "maps": {one.site.name: one.weights for one in maps},
        "large": large,
    }


def by_hand(
    numbers: str,
    score: str,
    normalizer: str,
    mask: str,
    positions: str,
    heads: int,
    temperature: float,
    window: int,
    output: bool,
) -> Numbers:
    """Every quantity of the chain of a worksheet."""
    from core.attention.worksheet import unpack
    from core.attention.worksheet_chain import Worked, work_out

    how = Worked(
        score=score, normalizer=normalizer, mask=mask, positions=positions, heads=heads, temperature=temperature,
        window=window, output=output,
    )  # fmt: skip
    chain = work_out(unpack(numbers), how)
    return {one.name: one.values for one in chain.quantities}


def of_a_sentence(run: str, source: str, site: str, head: int) -> Numbers:
    """Every quantity of one head of a trained model."""
    import core
    from core.runs.sentence_chain import sentence_chain

    chain = sentence_chain(core.load(run), source, site).head(head - 1)
    return {**{one.name: one.values for one in chain.quantities}, "largest difference": chain.difference}


def through_layers(run: str, source: str, carry: str, layer: int) -> Numbers:
    """What reaches where through the encoder's layers, and the cross-attention carried on to the source."""
    import core
    from core.runs.rolled import carried, last_cross, recorded, rolled

    model = core.load(run)
    maps = recorded(model, source)
    through, cross = rolled(model, maps), last_cross(maps).mean()
    at = layer - 1
    carried(model, maps)  # refuses where it cannot be
    return {
        "alone": through.layers[at],
        "through": through.up_to[at] if carry == "rollout" else through.flow(at),
        "cross": cross,
        "carried to the source": through.through(cross) if carry == "rollout" else through.flow_through(cross),
    }


def head_by_head(run: str, source: str, followed: str) -> Numbers:
    """How widely every head spreads its weights, and what happens when it is switched off."""
    import core
    from core.runs.head_importance import one_by_one
    from core.runs.rolled import recorded, spreads

    model = core.load(run)
    effects = one_by_one(model, source, followed)
    return {
        "spread": spreads(recorded(model, source)),
        "fall": effects.fall,
        "changed": effects.changed,
    }


def explained(run: str, source: str, erasure: str, step: int) -> Numbers:
    """What maps and gradients say about one output token, and the deletion test of each."""
    import core
    from core.runs.explaining import explain, maps, question
    from core.runs.rolled import last_cross
    from core.seeds import Seeds

    model = core.load(run)
    matrices = model.matrices(source)
    output = last_cross(matrices).queries[1:]
    asked = question(model, source, output, step)
    found, _ = maps(model, matrices, asked)
    tested = explain(model, asked, found, erasure=erasure, generator=Seeds(1).generator("orders"))
    return {
        "token": [*output, "<end>"][step],
        "maps": {one.name: one.values for one in found},
        "curves": {one.shown.name: one.curve for one in tested.tested},
        "areas": {one.shown.name: one.area for one in tested.tested},
        "random": tested.random_mean,
        "log p": tested.logp,
    }


def inspected(run: str, step: int, site: str | None) -> Numbers:
    """What a run's cross-attention of its probe sentence aligns, and how well: the example of the page Inspect my alignment."""
    from core.adapters.labels import Captions, label
    from core.metrics.diagnosis import diagnose, ranked
    from core.recording.alignment import of_matrices
    from core.runs import snapshots
    from core.runs.store import find_run

    folder = find_run(run)
    dump = of_matrices([(one, snapshots.read(folder, one)) for one in snapshots.steps(folder)], run)
    group, last = dump.groups[0], dump.steps[-1]
    known = [one.map.place.site for one in ranked(dump.at(last, group))]  # the best at the end of the training first
    chosen = next((one for one in known if site == one.label or (site or "").startswith(f"{one.label} · ")), known[0])
    rivals = ranked(dump.at(step, group))
    shown = next(one.map for one in rivals if one.map.place.site == chosen)
    diagnosis = diagnose(shown, label(shown, Captions("")), rivals)
    return {
        "weights": shown.weights,
        "scores": diagnosis.judged.figures,
        "findings": diagnosis.records,
        "path": diagnosis.path,
        "rivals": [[one.map.place.layer, one.map.place.head, one.quality] for one in rivals],
    }


# ---------------------------------------------------------------- where the address has it
_READ = Run("run", "demo/dates-transformer", foreign=False)
_LOADED = Run("run", "demo/dates-transformer")
_SOURCE = Words("source", example_text("run"))
_COLUMNS, _ROWS = mark("vectors are columns (lecture)"), mark("vectors are rows (papers)")
_WRITTEN_AS = {
    "orientation": Choice("orientation", _COLUMNS, (_COLUMNS, _ROWS), tr)
}  # changes what is seen, and no number
_HAND, _SENTENCE = mark("By hand"), mark("On a real sentence")
_LAYERS, _HEADS, _TOKEN = mark("Through the layers"), mark("Head by head"), mark("Explain a token")
_GROUP = ("cross-attention", None)  # of what a run has recorded of its probe sentence
_CARRIED = (mark("rollout"), mark("attention flow"))
_WORKED = {one.name: one for one in declarations(Worked)}


def _first_sheet(given: Given) -> str:
    return pack(PRESETS[FIRST].make(4, 2, Generator()))


def _sheet(text: str, given: Given) -> str:
    unpack(text)  # refuses what is damaged
    return text


def _worked(name: str) -> Parameter:
    one = _WORKED[name]
    options = one.choices or tuple(range(1, int(one.high or 1) + 1))
    return Choice(name, one.default, options)


def _sites(given: Given) -> list[str]:
    from core.recording.recorder import attention_paths
    from core.runs.loading import load

    return list(attention_paths(load(given["run"]).model))


def _site_label(path: str) -> str:
    from core.recording.recorder import site_of

    return site_of(path).said


def _layers(given: Given) -> int:
    from core.runs.loading import load
    from core.runs.rolled import recorded, rolled

    model = load(given["run"])
    return len(rolled(model, recorded(model, given["source"])).layers)


def _followed(given: Given) -> tuple[str, ...]:
    from core.runs.loading import load

    known = load(given["run"]).item(given["source"])[1].gold is not None
    return (REFERENCE, OWN) if known else (OWN,)


def _written(given: Given) -> list[str]:
    """Tokens of the model's own output, <end> last."""
    from core.runs.loading import load
    from core.runs.rolled import last_cross

    return [*last_cross(load(given["run"]).matrices(given["source"])).queries[1:], "<end>"]


def _neediest(given: Given) -> int:
    from core.runs.explaining import neediest
    from core.runs.loading import load

    return neediest(load(given["run"]), given["source"], _written(given)[:-1], given["erasure"])


def _snapshots(given: Given) -> tuple[int, ...]:
    from core.runs import snapshots
    from core.runs.store import find_run

    return tuple(snapshots.steps(find_run(given["run"])))


LOOKING = {
    "attention": View(
        mark("Attention"),
        {
            None: section(
                attention, run=_READ, source=_SOURCE, target=Words("target", ""),
                beside=Run("beside", None), words=Switch("words", False),
                reduction=Choice("reduction", REDUCTIONS[0], REDUCTIONS, tr),
                site=Choice("site", None, sites, kept=False), head=Whole("head", 1, 1, heads_of_site, kept=False),
            )
        },
    ),
    "attention_by_hand": View(
        mark("Attention by hand"),
        {
            _HAND: section(
                by_hand, _WRITTEN_AS, numbers=Coded("numbers", _first_sheet, _sheet, str),
                **{name: _worked(name) for name in ("score", "normalizer", "mask", "positions", "heads")},
                temperature=Number("temperature", 1.0, 1e-6, 1e6), window=Whole("window", 1, 0, 10_000),
                output=Switch("output", False),
            ),
            _SENTENCE: section(
                of_a_sentence, _WRITTEN_AS, run=_LOADED, source=_SOURCE,
                site=Choice("site", lambda given: _sites(given)[-1], _sites, _site_label), head=Whole("head", 1, 1, 10_000),
            ),
        },
        Choice("where", _HAND, (_HAND, _SENTENCE), tr),
    ),
    "depth": View(
        mark("Depth"),
        {
            _LAYERS: section(
                through_layers, run=_LOADED, source=_SOURCE, carry=Choice("carry", _CARRIED[0], _CARRIED, tr),
                layer=Choice("layer", _layers, lambda given: range(1, _layers(given) + 1)),
            ),
            _HEADS: section(
                head_by_head, run=_LOADED, source=_SOURCE,
                followed=Choice("followed", lambda given: _followed(given)[0], _followed, tr),
            ),
            _TOKEN: section(
                explained, run=_LOADED, source=_SOURCE, erasure=Choice("erasure", next(iter(ERASURES)), ERASURES, tr),
                step=Whole(lambda given: f"depth token {given['run']} {given['source']}", _neediest, 0, lambda given: len(_written(given)) - 1),
            ),
        },
        Choice("depth", _LAYERS, (_LAYERS, _HEADS, _TOKEN), tr),
    ),
    "inspect_alignment": View(
        mark("Inspect my alignment"),
        {
            None: section(
                inspected, run=Run("alignment example", "demo/pinyin-transformer"),
                step=Choice(lambda given: f"step {(given['run'],)} {_GROUP}", lambda given: _snapshots(given)[-1], _snapshots, "{:,}".format),
                site=Words("alignment site", None, kept=False),
            )
        },
    ),
}  # fmt: skip
