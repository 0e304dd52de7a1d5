"""Pages about decoding: Decoder, Compare, Intervene, Sampling."""

import json
from typing import Any

from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.decoding.session import Session
from core.errors import DataError, SettingError
from core.language import mark, tr, tr_count
from core.recording.edit import Edit
from core.recording.head_names import HEAD, head_name
from core.replay.parameter import Choice, Coded, Given, Whole, Words, quoted
from core.replay.runs import Run, example_text
from core.replay.searches import USUAL, read_searches, write_searches
from core.replay.view import Numbers, View, section
from core.runs.catalog import SEARCHES
from core.runs.sessions import SavedSession
from core.runs.stepwise import AbstractStepwise


def decoder(session: Any, site: str, head: str, path: tuple[int, ...]) -> Numbers:
    """The tree of a session at the decoder, where a head looks along it, and what may follow the tokens that are looked at."""
    import core
    from core.decoding.session import Explorer
    from core.runs.inspection import inspect

    model = core.load(session.run)
    session.check(model)  # the same weights as those it was made with
    source = session.session.source
    explorer = Explorer(model.stepped, *model.item(source, keep_pruned=9))
    tree = explorer.tree(session.session, model.writing(source).tokens, {})
    rows = [tree.rows(site, node) for node in tree.nodes["id"]]
    at = slice(None) if head == "mean over heads" else slice(int(head.split()[1]) - 1, int(head.split()[1]))
    here = inspect(model, source, path)
    return {
        "outputs": [model.text(end.best.tokens(), source) for end in explorer.ends(session.session)],
        "tree": {name: tree.nodes[name] for name in ("parent", "token", "logp", "status", "rank_score")},
        "looks": [None if row is None else row[at].mean(axis=0) for row in rows],
        "next": here.next,
        "entropy": here.entropy,
        "maps here": {one.site.name: one.weights for one in here.matrices},
    }


def compare(run: str, source: str, searches: list[AbstractSearch]) -> Numbers:
    """What each of several searches found, its score taken apart, and the model's own best output; times are left out."""
    import core
    from core.runs.comparison import measure, run_search, score_rows

    model = core.load(run)
    found = [run_search(model, source, search) for search in searches]
    limit = model.item(source)[1].max_new_tokens
    best = [measure(model, source, longest=min(limit, search.max_length)) for search in searches]
    return {
        "scores": score_rows(found),
        "calls of the model": [one.model_calls for one in found],
        "steps": [one.steps for one in found],
        "why each stopped": [one.stop_reason for one in found],
        "the best output": best,
        "trees": [{name: one.tree.nodes[name] for name in ("parent", "token", "logp", "status")} for one in found],
    }


def intervene(run: str, source: str, search: AbstractSearch, edits: list[Edit]) -> Numbers:
    """The same search with and without edits of the attention."""
    import core
    from core.runs.intervention import intervene

    found = intervene(core.load(run), source, search, edits)
    trees = {"before": found.before, "after": found.after}
    return {
        "before": found.old,
        "after": found.new,
        "they part at step": found.parted,
        "step by step": found.shifts,
        "trees": {
            name: {column: tree.nodes[column] for column in ("parent", "token", "logp", "status")}
            for name, tree in trees.items()
        },
    }


def sampling(run: str, source: str, search: AbstractSearch, draw: int, n: int) -> Numbers:
    """Draws from a source: what comes how often, how one draw fell, what repeats."""
    import core
    from core.decoding.sampling import SamplingSearch
    from core.runs.draw_steps import positions
    from core.runs.drawing import draw as draw_from

    model = core.load(run)
    drawing = draw_from(model, source, search)
    numbers = {
        "digest of all draws": drawing.digest,
        "outputs": [
            [one.output, len(one.draws), one.expected, one.probability, one.logp, one.right] for one in drawing.outputs
        ],
        "right": drawing.right,
        "distinct": drawing.distinct,
        "self-BLEU": drawing.self_bleu,
        "mean -log p": drawing.surprise,
        "step entropies": drawing.entropy,
        "repeated": drawing.repeated(n),
    }
    if isinstance(search, SamplingSearch):  # without replacement no single number decides a token
        numbers["steps of the draw"] = positions(model, source, search, drawing, draw - 1)
    return numbers


# ---------------------------------------------------------------- where the address has it
_RUN = Run("run", "demo/dates-transformer", foreign=True)
_SOURCE = Words("source", example_text("run"))
_MEAN = mark("mean over heads")
_ANY = 100_000
_DRAWN = {"sampling": {"draws": 50}, "stochastic": {"width": 20}}


def _one_search(text: str, given: Given) -> AbstractSearch:
    found = read_searches(text)
    if len(found) != 1:
        raise SettingError(
            tr("settings={text} names {count} searches, and one is looked at", text=quoted(text), count=len(found))
        )
    return found[0]


def _written_search(search: AbstractSearch) -> str:
    return write_searches([search])


def _drawing(text: str, given: Given) -> AbstractSearch:
    found = _one_search(text, given)
    if found.name not in _DRAWN:
        raise SettingError(
            tr("settings={text} does not draw; choose one of: {choices}", text=quoted(text), choices=", ".join(_DRAWN))
        )
    return found


def _draws(given: Given) -> int:
    """How many there are to look at one by one; of draws without replacement the page shows none."""
    search = given["search"]
    return search.draws if isinstance(search, SamplingSearch) else _ANY


def _edits(text: str, given: Given) -> list[Edit]:
    from core.runs.intervention import check
    from core.runs.loading import load

    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(tr("the edits of this link cannot be read: copy it whole")) from error
    if not isinstance(said, list):
        raise DataError(tr("the edits of this link cannot be read: copy it whole"))
    found = [Edit.from_dict(one) for one in said]
    model = load(given["run"])
    assert isinstance(model, AbstractStepwise)
    check(model, given["source"], found)
    return found


def _written_edits(edits: list[Edit]) -> str:
    return json.dumps([one.to_dict() for one in edits], separators=(",", ":"))


def _session(text: str, given: Given) -> SavedSession:
    found = SavedSession.from_link(text)
    if (found.run, found.session.source) != (given["run"], given["source"]):
        raise DataError(tr("the link asks for another run or source than the session in it: copy it whole"))
    return found


def _begun(given: Given) -> SavedSession:
    from core.runs.loading import load

    model = load(given["run"])
    assert isinstance(model, AbstractStepwise)
    return SavedSession.of(model, Session(given["source"], SEARCHES[given["search"]]()))


def _cross(given: Given) -> list[tuple[str, int]]:
    """The cross-attentions of a model and how many heads each has."""
    from core.runs.intervention import heads
    from core.runs.loading import load

    model = load(given["session"].run)
    assert isinstance(model, AbstractStepwise)
    return [(site.name, count) for site, count in heads(model, given["session"].session.source) if site.kind == "cross"]


def _layer(site: str) -> str:
    digits = [part for part in site.split(".") if part.isdigit()]
    return tr("layer {n}", n=int(digits[0]) + 1) if digits else tr("the decoder")


def _heads(given: Given) -> list[str]:
    count = dict(_cross(given))[given["site"]]
    return [_MEAN, *(f"{HEAD}{at + 1}" for at in range(count))] if count > 1 else [_MEAN]


def _path(text: str, given: Given) -> tuple[int, ...]:
    from core.runs.inspection import checked
    from core.runs.loading import load

    path = tuple(Whole("path", 0, 0, 10**7).read([one], given) for one in text.split(".") if one)
    if path:
        model, source = load(given["session"].run), given["session"].session.source
        checked(model, source, path, model.item(source)[1].max_new_tokens)
    return path


DECODING = {
    "decoder": View(
        mark("Decoder"),
        {
            None: section(
                decoder, {"run": _RUN, "source": _SOURCE, "search": Choice("search", "greedy", SEARCHES)},
                session=Coded("session", _begun, _session, SavedSession.to_link),
                site=Choice("site", lambda given: _cross(given)[-1][0], lambda given: [site for site, _ in _cross(given)], _layer),
                head=Choice("head", _MEAN, _heads, head_name), path=Coded("path", (), _path, lambda path: ".".join(map(str, path))),
            )
        },
    ),
    "compare": View(
        mark("Compare"),
        {
            None: section(
                compare, run=_RUN, source=_SOURCE,
                searches=Coded("searches", lambda given: read_searches(USUAL), lambda text, given: read_searches(text), write_searches),
            )
        },
    ),
    "intervene": View(
        mark("Intervene"),
        {
            None: section(
                intervene, {"name": Choice("search", "greedy", SEARCHES)}, run=_RUN, source=_SOURCE,
                search=Coded("settings", lambda given: SEARCHES[given["name"]](), _one_search, _written_search),
                edits=Coded("edits", lambda given: [], _edits, _written_edits),
            )
        },
    ),
    "sampling": View(
        mark("Sampling"),
        {
            None: section(
                sampling, run=_RUN, source=_SOURCE,
                search=Coded("settings", lambda given: SamplingSearch(draws=50), _drawing, _written_search),
                draw=Whole("draw", 1, 1, _draws), n=Choice("repeated n", 2, (1, 2, 3, 4), lambda n: tr_count(n, "1 token", "{n} tokens")),
            )
        },
    ),
}  # fmt: skip
