"""What a run is, read once: menus of a class list hundreds of runs at every click."""

import json
import shutil
from pathlib import Path

import pytest

from core.errors import RunError
from core.runs import atomic
from core.runs.kinds import kind
from core.runs.store import find_run, list_runs


def test_the_shipped_runs_are_what_their_names_say() -> None:
    kinds = {run.name: kind(run) for run in list_runs() if run.address.startswith("demo/")}
    assert all(kinds.values())
    assert {name for name, one in kinds.items() if one.at_once} == {
        "chat-parallel",
        "phrases-distilled",
        "phrases-masked",
        "phrases-parallel",
    }
    assert {one.task for name, one in kinds.items() if name.startswith("dates-")} == {"dates"}
    assert kinds["dates-gru"].stepped and not kinds["phrases-parallel"].stepped


def test_a_configuration_is_read_once_and_again_when_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    config = tmp_path / "runs" / "mine" / "config.json"
    shutil.copy(find_run("demo/dates-gru").path / "config.json", config)
    run, read = find_run("mine"), list[Path]()
    plain = atomic.read_json
    monkeypatch.setattr(atomic, "read_json", lambda path, advice: read.append(path) or plain(path, advice))
    first = kind(run)
    assert first == kind(run) and first.task == "dates"
    reads = len(read)
    kind(run)
    assert len(read) == reads
    changed = json.loads(config.read_text())
    changed["task"] = {"name": "another task"}
    config.write_text(json.dumps(changed))
    assert kind(run).task == "another task"
    config.write_text("{")
    assert kind(run) is None


def test_a_name_is_found_among_many_as_it_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    for name in ("one", "two"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    (tmp_path / "runs" / ".draft").mkdir()
    (tmp_path / "runs" / "file").write_text("no folder")
    assert find_run("two").path == tmp_path / "runs" / "two"
    for name in (".draft", "file", "..", "../runs/one", "ONE"):
        with pytest.raises(RunError, match="there is no run"):
            find_run(name)
