"""Which runs can be laid beside a run: those of the same task with the same settings and vocabulary come first."""

from collections.abc import Iterable

from core.runs.store import find_run


def alike_first(address: str, others: Iterable[str]) -> list[str]:
    """Other runs, by address: first those that differ from `address` in model and training alone, in their order.

    Raises:
        RunError: there is no such run, or its configuration cannot be read.
    """
    wanted = _facts(address)
    return sorted(others, key=lambda other: _facts(other) != wanted)


def _facts(address: str) -> tuple[object, bytes, bool]:
    run = find_run(address)
    config, vocabulary = run.config(), run.path / "vocabulary.json"
    copies = config["model"].get("copy", "none") != "none"  # it reads words that others of its task call unknown
    return config["task"], vocabulary.read_bytes() if vocabulary.is_file() else b"", copies
