"""Runs are made, found, listed, renamed and deleted by name."""

import json

import pytest

from core.errors import RunError
from core.runs import status, store
from tests.runs.made import CONFIG, ROOT, a_run, python


def test_a_new_run_holds_its_configuration_and_is_listed():
    run = a_run()
    assert run.config() == CONFIG
    assert run in store.list_runs()
    assert store.open_run("first") == store.open_run(str(run.path)) == store.find_run("first") == run
    assert run.problem is None and run.notes() == "" and status.read(run).state == "new"


def test_without_a_chosen_home_the_platforms_data_folder_is_taken(monkeypatch):
    monkeypatch.delenv("ATTNLAB_HOME")
    assert store.home().name == "attention-lab"


def test_a_taken_name_is_refused_with_a_free_one():
    a_run()
    with pytest.raises(RunError, match=r"'first' is taken .*free: first-2"):
        a_run()
    assert store.free_name("first") == "first-2"
    assert list(store.runs_folder().glob(".*")) == []


def test_an_empty_folder_takes_a_name_too():
    run = a_run()
    (store.runs_folder() / "empty").mkdir()
    for take in (lambda: a_run("empty"), lambda: store.rename(run, "empty")):
        with pytest.raises(RunError, match="taken"):
            take()


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "a\\b", "é", "a b", "x" * 81, "trailing.", "a\n"])
def test_impossible_names_are_refused(name):
    with pytest.raises(RunError, match="cannot be the name of a run"):
        store.create(name, CONFIG)


@pytest.mark.parametrize("name", ["demo", "DEMO", "con", "NUL.txt"])
def test_reserved_names_are_refused(name):
    with pytest.raises(RunError, match="choose another name"):
        store.create(name, CONFIG)


@pytest.mark.parametrize("prefix", ["", "...", "demo", "nul", "注意", "a" * 300, "x/../y", "ends."])
def test_a_free_name_can_always_be_used(prefix):
    for _ in range(3):
        store.create(store.free_name(prefix), CONFIG)
    assert len(store.list_runs(include_demo=False)) == 3


@pytest.mark.parametrize(
    "address",
    [
        "../first",
        "/etc/../etc",
        "demo/../first",
        "demo/../../core",
        "/etc",
        "nowhere",
        "\0",
        "x" * 5000,
        "",
        ".",
        "demo/",
        "/",
    ],
)
def test_addresses_that_are_no_runs_are_refused(address):
    a_run()
    for find in (store.open_run, store.find_run):
        with pytest.raises(RunError):
            find(address)


def test_a_mistyped_name_gets_a_suggestion():
    a_run("reverse-gru")
    with pytest.raises(RunError, match="did you mean reverse-gru"):
        store.open_run("revers-gru")


def test_shipped_runs_are_read_only(tmp_path, monkeypatch):
    shipped = tmp_path / "shipped"
    (shipped / "dates-gru").mkdir(parents=True)
    (shipped / "dates-gru" / "config.json").write_text(json.dumps(CONFIG))
    monkeypatch.setattr(store, "demo_folder", lambda: shipped)
    run = store.open_run("demo/dates-gru")
    assert run.read_only and run.name == "dates-gru" and run.config() == CONFIG
    assert store.open_run(str(run.path)) == run
    assert run in store.list_runs() and run not in store.list_runs(include_demo=False)
    for change in (
        lambda: run.write_notes("x"),
        lambda: run.lock().__enter__(),
        lambda: store.delete(run),
        lambda: store.rename(run, "mine"),
    ):
        with pytest.raises(RunError, match="shipped run"):
            change()
    assert not run.locked


def test_renaming_keeps_what_is_inside():
    run = a_run()
    run.write_notes("第一 run")
    renamed = store.rename(run, "second")
    assert renamed.notes() == "第一 run" and not run.path.exists()
    a_run("third")
    with pytest.raises(RunError, match="taken"):
        store.rename(renamed, "third")


def test_a_run_that_is_being_written_is_neither_deleted_nor_renamed():
    run = a_run()
    with run.lock():
        for change in (lambda: store.delete(run), lambda: store.rename(run, "other")):
            with pytest.raises(RunError, match="being trained"):
                change()
    store.delete(run)
    assert not run.path.exists()


def test_a_folder_elsewhere_is_opened_but_not_deleted(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "config.json").write_text(json.dumps(CONFIG))
    run = store.open_run(str(elsewhere))
    assert run.config() == CONFIG
    with pytest.raises(RunError, match="by hand"):
        store.delete(run)


def test_a_name_wins_over_a_folder_of_the_same_name_here(tmp_path, monkeypatch):
    run = a_run()
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert store.open_run("first") == run


def test_deleting_a_linked_run_leaves_what_it_points_at(tmp_path):
    a_run()
    real = tmp_path / "real"
    real.mkdir()
    (real / "config.json").write_text(json.dumps(CONFIG))
    link = store.runs_folder() / "linked"
    link.symlink_to(real, target_is_directory=True)
    store.delete(store.find_run("linked"))
    assert not link.is_symlink() and (real / "config.json").exists()


def test_only_one_writer_holds_the_lock_and_its_death_frees_it():
    run = a_run()
    other = python(
        "import sys, time; from core.runs import store\n"
        "with store.open_run(sys.argv[1]).lock(): print('locked', flush=True); time.sleep(60)",
        str(run.path),
    )
    assert other.stdout.readline() == "locked\n"
    assert run.locked
    with pytest.raises(RunError, match=rf"being trained by process {other.pid}"), run.lock():
        pass
    other.kill()
    other.wait()
    assert not run.locked
    with run.lock():
        pass
    other.stdin.close()
    other.stdout.close()


def test_a_home_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("ATTNLAB_HOME", str(blocked))
    with pytest.raises(RunError, match="ATTNLAB_HOME"):
        a_run()
    assert store.list_runs(include_demo=False) == []


def test_demo_runs_are_looked_for_beside_the_core_package():
    assert store.demo_folder() == ROOT / "assets" / "runs"
