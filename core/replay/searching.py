"""Pages about what searches find: Beam size, By hand."""

from typing import Any

from core.decoding.beam import BeamSearch
from core.decoding.sampling import SamplingSearch
from core.language import mark
from core.models.example_tables import EXAMPLE_TABLES
from core.models.table_rows import pack, unpack
from core.replay.parameter import Coded, Given, Parameter, Several, Whole
from core.replay.runs import Run
from core.replay.view import Numbers, View, section
from core.runs.beam_sizes import MOST, WIDTHS
from core.settings import Declaration, declarations


def beam_size(
    run: str, widths: tuple[int, ...], n: int, length_norm: str, length_penalty: float, nodes: int
) -> Numbers:
    """Quality and log-probability of held-out sentences over the width of the beam; seconds are left out."""
    import core
    from core.runs.beam_sizes import searches, sentences, sweep
    from core.runs.beam_verdict import rows

    model = core.load(run)
    like = core.BeamSearch(length_norm=length_norm, length_penalty=length_penalty)
    progress = sweep(model, sentences(model, n), searches(widths, like, nodes))
    points = [one.point for one in progress if one.point is not None]
    return {
        "rows": [{name: value for name, value in row.items() if name != "seconds"} for row in rows(points)],
        "outputs": {point.name: [" ".join(one.tokens) for one in point.outputs] for point in points},
    }


def by_hand(
    table: str, width: int, length_norm: str, length_penalty: float, min_length: int, draws: int, seed: int
) -> Numbers:
    """What every search finds in a table of probabilities, beside all of its outputs."""
    import core
    from core.errors import SettingError
    from core.models.table_rows import unpack
    from core.runs.catalog import SEARCHES
    from core.runs.table_search import search_table
    from core.settings import declarations

    model = core.TableModel(unpack(table))
    chosen = {
        "width": width, "length_norm": length_norm, "length_penalty": length_penalty, "min_length": min_length,
        "draws": draws, "seed": seed,
    }  # fmt: skip
    found = {}
    for name, kind in SEARCHES.items():
        own = {one.name for one in declarations(kind)}  # of all that was chosen, what this search has
        try:
            found[name] = search_table(
                model, kind(**{setting: value for setting, value in chosen.items() if setting in own})
            )
        except SettingError:
            continue  # a setting that this search cannot serve: the page says so
    return {
        "found": {
            name: [one.tokens, one.logp, one.score, one.place, one.error, one.proved] for name, one in found.items()
        },
        "looked behind": {name: one.expanded for name, one in found.items()},
        "outputs": model.outputs(),
        "trees": {
            name: {column: one.tree.nodes[column] for column in ("parent", "token", "logp", "status")}
            for name, one in found.items()
        },
    }


# ---------------------------------------------------------------- where the address has it
_OFFERED = (1, 2, 3, 4, 5, 6, 8, 16, 32, 64, 128)
_BEAM = {one.name: one for one in declarations(BeamSearch)}
_SAMPLING = {one.name: one for one in declarations(SamplingSearch)}


def _table(text: str, given: Given) -> str:
    unpack(text)  # refuses what is damaged
    return text


def _setting(name: str, key: str, first: Any, declared: Declaration) -> Parameter:
    """A setting of a search that has a widget of its own."""

    def read(text: str, given: Given) -> Any:
        return declared.check(text)

    return Coded(f"{key}.{name}", first, read, str, kept=True)


SEARCHING = {
    "beam_size": View(
        mark("Beam size"),
        {
            None: section(
                beam_size, run=Run("swept", "demo/synonyms-transformer"), widths=Several("widths", WIDTHS, _OFFERED),
                n=Whole("sweep n", 40, 1, MOST), length_norm=_setting("length_norm", "sweep", "none", _BEAM["length_norm"]),
                length_penalty=_setting("length_penalty", "sweep", _BEAM["length_penalty"].default, _BEAM["length_penalty"]),
                nodes=Whole("sweep nodes", 2000, 0, 10**7),
            )
        },
    ),
    "by_hand": View(
        mark("By hand"),
        {
            None: section(
                by_hand, table=Coded("table", lambda given: pack(EXAMPLE_TABLES["lecture"].table.rows), _table, str),
                width=_setting("width", "by hand beam", 2, _BEAM["width"]),
                **{
                    name: _setting(name, "by hand beam", _BEAM[name].default, _BEAM[name])
                    for name in ("length_norm", "length_penalty", "min_length")
                },
                draws=_setting("draws", "by hand sampling", 4, _SAMPLING["draws"]),
                seed=_setting("seed", "by hand sampling", _SAMPLING["seed"].default, _SAMPLING["seed"]),
            )
        },
    ),
}  # fmt: skip
