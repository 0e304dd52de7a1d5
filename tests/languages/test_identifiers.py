"""What names a thing for the program is the same in every language: seeds, keys, and what is compared with a word."""

import ast

from tests.languages.texts import ROOT, sources

SAID = ("tr", "tr_count")
# calls whose arguments name something: chance is drawn by them, and a session remembers under them
BY_NAME = {
    "random",
    "Random",
    "item_noise",
    "generator",
    "streams",
    "first",
    "running",
    "press",
    "work",
    "getattr",
    "setattr",
}
KEYS = {"key", "seed", "on_key"}


def test_no_seed_key_or_comparison_is_a_translated_text() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if names_by_translation(node)
    ]
    assert found == []


def test_a_seed_by_a_translated_text_is_found() -> None:
    bad = (
        'Random(tr("held out"))',
        'seeds.random(tr("mask {n}", n=1), step)',
        'state.first(tr("run"), 1)',
        'a == tr("b")',
    )
    assert all(names_by_translation(ast.parse(code).body[0].value) for code in bad)  # type: ignore[attr-defined]
    good = ('state.first("run", tr("run"))', 'st.button(tr("Run"), key="run")', 'seeds.random("mask", step)')
    assert not any(names_by_translation(ast.parse(code).body[0].value) for code in good)  # type: ignore[attr-defined]


def names_by_translation(node: ast.AST) -> bool:
    """Whether a translated text is what names, or what is compared."""
    if isinstance(node, ast.Compare) and all(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
        return any(map(translated, (node.left, *node.comparators)))
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    named = node.args[: 1 if name != "item_noise" else None] if name in BY_NAME else []
    return any(map(translated, [*named, *(each.value for each in node.keywords if each.arg in KEYS)]))


def translated(value: ast.AST) -> bool:
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") in SAID
