"""Tables with a point: each shows one thing about searching that a real model shows only by accident."""

from dataclasses import dataclass

from core.language import mark
from core.models.table import TableModel
from core.models.table_rows import END, Prefix


@dataclass(frozen=True)
class ExampleTable:
    """A table and what to look for.

    Attributes:
        title: for menus; lesson: one or two sentences; table: the model.
    """

    title: str
    lesson: str
    table: TableModel


def _table(**rows: str) -> TableModel:
    """Rows as keyword arguments, `_` between the tokens of a prefix: start="A 0.6 B 0.4", A="A 0.4 B 0.6"."""
    found: dict[Prefix, dict[str, float]] = {}
    for name, text in rows.items():
        words = text.split()
        found[() if name == "start" else tuple(name.split("_"))] = dict(zip(words[::2], map(float, words[1::2])))
    return TableModel(found)


_LECTURE = _table(
    start="A 0.6 B 0.4", A="A 0.4 B 0.6", B="A 0.1 B 0.9",
    A_A="A 0.4 B 0.6", A_B="A 0.4 B 0.6", B_A="A 0.5 B 0.5", B_B="A 0.1 B 0.9",
)  # fmt: skip
_GARDEN = _table(
    start="the 0.45 a 0.35 time 0.2", the="cat 0.25 dog 0.25 sun 0.25 sea 0.25", a="bird 0.25 fish 0.25 tree 0.25 day 0.25",
    time="flies 0.9 is 0.1", time_flies=f"{END} 0.9 fast 0.1",
)  # fmt: skip
_WIDER = _table(
    start="A 0.4 B 0.35 C 0.25", A="x 0.4 y 0.2 z 0.2 w 0.2", B="x 0.5 y 0.5",
    B_x="p 0.34 q 0.33 r 0.33", B_y="p 0.34 q 0.33 r 0.33", C="x 0.25 y 0.25 z 0.25 w 0.25",
)  # fmt: skip
_LENGTH = _table(
    start="no 0.3 I 0.7", I="think 0.7 say 0.15 do 0.15", I_think="so 0.7 not 0.3", I_think_so=f"too 0.7 {END} 0.3"
)
_EQUAL = _table(
    start=f"A 0.5 {END} 0.5", A=f"A 0.5 {END} 0.5", A_A=f"A 0.5 {END} 0.5",
    A_A_A=f"{END} 0.5 w 0.125 x 0.125 y 0.125 z 0.125",
)  # fmt: skip
_EMPTY = _table(
    start=f"big 0.44 large 0.44 {END} 0.12", big="old 0.5 aged 0.5", large="old 0.5 aged 0.5",
    big_old="house 0.5 home 0.5", big_aged="house 0.5 home 0.5", large_old="house 0.5 home 0.5",
    large_aged="house 0.5 home 0.5",
)  # fmt: skip

EXAMPLE_TABLES: dict[str, ExampleTable] = {
    "lecture": ExampleTable(
        mark("The lecture's tree"),
        mark(
            "Greedy search takes A (0.6) and ends at 0.6·0.6·0.6 = 0.216. The first step B has only 0.4, and leads to "
            "0.4·0.9·0.9 = 0.324: what looks worse now is better in the end."
        ),
        _LECTURE,
    ),
    "garden": ExampleTable(
        mark("Garden path"),
        mark(
            "The two likeliest beginnings part into many equal ways; a beam of 2 keeps them both and loses “time flies”, "
            "the best output. A beam of 3 finds it."
        ),
        _GARDEN,
    ),
    "wider": ExampleTable(
        mark("A wider beam finds less"),
        mark(
            "Greedy search (a beam of 1) finds the best output, A x. A beam of 2 loses it: both ways from B are better "
            "than A x for one step, push it out, and then part into three. Wider is not always better."
        ),
        _WIDER,
    ),
    "length": ExampleTable(
        mark("Short outputs win"),
        mark(
            "Every token costs probability, so by Σ log p “no” beats “I think so too”, although each step of the long "
            "one is likely. Compare by the mean per token and the long one wins."
        ),
        _LENGTH,
    ),
    "equal": ExampleTable(
        mark("Every token costs the same"),
        mark(
            "Each A and each <end> has probability 0.5. By Σ log p the shortest wins; by the mean with exponent 1 the "
            "outputs of one to four tokens tie."
        ),
        _EQUAL,
    ),
    "empty": ExampleTable(
        mark("The empty output"),
        mark(
            "A good sentence can be said in eight equally good ways, so each has 0.11; saying nothing has 0.12. Greedy "
            "search and a beam of 2 never see it; a beam of 3 and exact search find it. min length 1 forbids it."
        ),
        _EMPTY,
    ),
}
