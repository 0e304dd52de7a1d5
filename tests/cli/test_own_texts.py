"""A file of one's own on the command line: what was skipped of it is said, and the run is evaluated as running text."""

import json


def test_what_a_file_had_is_said_before_the_first_step_and_bleu_after(command_line, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    path = tmp_path / "facts.csv"
    path.write_text("mr,ref\n" + "".join(f"name[A{at}],A{at} is a house.\n" for at in range(80)) + "torn\n")
    code, out, err = command_line(
        "train", "--task", "summary", "--set", f"task.path={path}", "--model", "recurrent", "--set", "model.width=8",
        "--set", "model.copy=pointer_generator", "--set", "training.record_every=0", "--steps", "2", "--name", "facts", "--json",
    )  # fmt: skip
    assert code == 0 and "facts.csv: 1 line with another number of cells, skipped (line 82)" in err
    assert json.loads(out)["run"] == "facts"
    path.write_text("mr,ref\nx\n")
    code, _, err = command_line("train", "--task", "summary", "--set", f"task.path={path}")
    assert code == 2 and "facts.csv has no row to learn from" in err and "Traceback" not in err
    path.unlink()
    code, out, err = command_line("decode", "facts", "name[Zorblax]", "--json")  # the run carries what it needs
    assert code == 0, err
    assert json.loads(out)["schema"] == "attnlab/tree/1"
