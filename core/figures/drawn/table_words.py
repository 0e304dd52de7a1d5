"""The strings of the table that stands below a picture (number_table.js)."""

from core.language import mark, tr

_WORDS = {
    "open": mark("As a table"),
    "close": mark("Hide the table"),
    "open_name": mark("As a table: {name}"),
    "close_name": mark("Hide the table: {name}"),
    "table_of": mark("Numbers of: {name}"),
    "which": mark("Which numbers"),
    "part": mark("part {n}"),
    "caption": mark("{title}: {rows} rows, {columns} columns"),
    "corner": mark("label"),
    "rows": mark("rows {first} to {last} of {all}"),
    "columns": mark("columns {first} to {last} of {all}"),
    "rows_before": mark("Rows before"),
    "rows_after": mark("Rows after"),
    "columns_before": mark("Columns before"),
    "columns_after": mark("Columns after"),
    "query": mark("query"),
    "key": mark("key"),
    "weight": mark("weight"),
    "every_head": mark("The largest weight of every head"),
    "strongest_query": mark("query of its largest weight"),
    "strongest_key": mark("key of its largest weight"),
    "head": mark("head"),
    "nodes": mark("Nodes of the tree"),
    "node": mark("node"),
    "step": mark("step"),
    "reason": mark("reason"),
    "constituent": mark("constituent"),
    "covers": mark("over the words"),
    "tag": mark("part of speech"),
    "word": mark("word"),
    "row": mark("row"),
    "none": mark("no"),
    "yes": mark("yes"),
}


def table_words() -> dict[str, str]:
    """All of them, in the language of whoever is spoken to.

    >>> table_words()["open"]
    'As a table'
    """
    return {name: tr(text) for name, text in _WORDS.items()}
