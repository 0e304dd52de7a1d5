"""What is wrong with a package is noticed before it is used, and said."""

import shutil

import pytest

from core.decoding.greedy import GreedySearch
from core.errors import RunError
from core.models.compiled import ahead, weights
from core.models.compiled.ahead import Compiled
from core.models.compiled.architecture import architecture
from core.models.compiled.check import check
from core.runs import compilation
from core.runs.compiled import READING, Packages, folder_of, writing
from core.training.evaluation import rules_for
from tests.laws.models import model
from tests.laws.stepped import both, plain_of
from tests.laws.test_searches import sources

pytestmark = pytest.mark.xdist_group("compiled")  # in one process: packages are built once
WIDTH = 3


@pytest.fixture
def shelf(built, tmp_path):
    """A copy of the packages, and where its log is."""
    folder = tmp_path / "compiled"
    shutil.copytree(folder_of(built["pre"]), folder)
    (folder / "log.txt").write_text("")
    return Packages(folder, architecture(model("transformer-pre-none")))


def test_a_damaged_package_is_discarded_with_a_word(shelf, caplog):
    path = shelf.path(writing(1))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert shelf.loops(1) is None and not path.exists()
    said = (shelf.folder / "log.txt").read_text()
    assert "writing-1 is discarded" in said and "not what was built and checked" in said and "discarded" in caplog.text
    assert shelf.loops(WIDTH) is not None


def test_a_package_that_came_with_a_folder_from_elsewhere_is_not_loaded(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "another"))
    monkeypatch.setattr("core.runs.compiled.load", None)  # who calls it fails otherwise
    assert shelf.loops(1) is None
    assert "not what was built and checked on this computer" in (shelf.folder / "log.txt").read_text()


def test_a_package_that_cannot_be_loaded_is_discarded_and_decoding_goes_on(shelf, tmp_path):
    broken = tmp_path / "broken.pt2"
    broken.write_bytes(b"no package")
    shelf.keep(READING, broken, {})
    net = model("transformer-pre-none")
    ready = Compiled(net, architecture(net), plain_of(net), "*decoder*", shelf.loops)
    (numbers,) = sources(["abc"])
    both(ready, net, GreedySearch(), numbers, rules_for(net, numbers))
    assert "reading is discarded: it cannot be loaded" in (shelf.folder / "log.txt").read_text()


@pytest.mark.parametrize("width", [1, WIDTH])
def test_wrong_numbers_and_wrong_choices_are_found(built, compiled, monkeypatch, width):
    net = model("transformer-pre-sinusoidal")
    kind = architecture(net)
    loops = Packages(folder_of(built["pre"]), kind).loops(width)
    examples = [(one, 20) for one in sources(["abc", "hgfedcba"])]
    assert check(net, kind, loops, width, examples).within
    right = weights.writing
    monkeypatch.setattr(weights, "writing", lambda net: right(net) | {"1.across": right(net)["1.across"] * 1.001})
    assert not check(net, kind, loops, width, examples).within
    monkeypatch.setattr(weights, "writing", right)
    banned, best = (
        ahead.Compiled._banned,
        compiled("transformer-pre-sinusoidal").run(examples[0][0], width, 2, net.end, net.never_generated),
    )
    without = best.fed(1)[0][0]
    monkeypatch.setattr(
        ahead.Compiled, "_banned", lambda self, width, end, never: banned(self, width, end, (*never, without))
    )
    found = check(net, kind, loops, width, examples).found
    assert found.log_probs < 1e-5 and found.sums > 1e-3


def test_a_package_with_wrong_numbers_is_not_kept(built, shelf, monkeypatch):
    run = built["pre"]
    copies = {part: shelf.path(part).read_bytes() for part in (READING, writing(1))}
    monkeypatch.setattr("core.runs.compiled.folder_of", lambda run: shelf.folder)
    monkeypatch.setattr(
        "core.models.compiled.compilation.build_writing",
        lambda net, kind, width, path: path.write_bytes(copies[writing(1)]),
    )
    right = weights.writing
    monkeypatch.setattr(weights, "writing", lambda net: right(net) | {"output": right(net)["output"] * 1.01})
    shelf.path(writing(1)).with_suffix(".json").unlink()
    assert not compilation.compile_run(run, 1)
    assert "writing-1 is discarded: it differs from plain steps" in (shelf.folder / "log.txt").read_text()
    assert shelf.loops(1) is None and shelf.loops(WIDTH) is not None
    monkeypatch.setattr(weights, "writing", right)
    assert compilation.compile_run(run, 1) and Packages(shelf.folder, shelf.kind).loops(1) is not None


def test_without_a_compiler_one_line_says_so(built, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(RunError, match=r"no C\+\+ compiler was found .* install one"):
        compilation.start(built["pre"], 2)
