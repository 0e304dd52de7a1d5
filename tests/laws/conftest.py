"""Packages for the laws, built once by the process that builds them for everybody: a run of each norm, compiled.

Their sizes are those of the small models of the other laws: a package belongs to an architecture, not to weights.
"""

import os
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path

import pytest

SAME = {"task.alphabet": 8, "model.width": 16, "model.layers": 2, "model.heads": 2}  # as in tests/laws/models.py
QUICK = {"training.steps": 3, "training.evaluate_on": 4}
WIDTHS = {"pre": 3, "post": 3}  # of the beams that are compiled, by norm


ROOT = Path(__file__).resolve().parents[2]
# as the lab builds, but not behind everything else: the other tests would keep it waiting for minutes
BUILD = """
import sys
from core.runs import compilation
compilation.be_nice = lambda pid: None
sys.exit(compilation._main(*sys.argv[1:]))
"""


@pytest.fixture(scope="session")
def compiled_home(tmp_path_factory):
    """A home folder with the runs."""
    # not at the top: core must not be imported before its types are checked
    from core.runs.experiment import create, run_experiment
    from core.runs.presets import preset_of

    if not any(shutil.which(name) for name in ("g++", "clang++", "cl")):
        advice = "there is no C++ compiler; install one, for example with: apt install g++"
        pytest.fail(advice) if os.environ.get("CI") else pytest.skip(advice)
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(home))
        patch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))  # headers are precompiled once
        for norm, width in WIDTHS.items():
            config = preset_of("reverse", "transformer", "fast").changed({**SAME, **QUICK, "model.norm": norm})
            run = create(norm, config)
            deque(run_experiment(run), maxlen=0)
            built = subprocess.run(
                [sys.executable, "-c", BUILD, run.path, str(width)], capture_output=True, text=True, cwd=ROOT
            )
            assert built.returncode == 0, built.stderr
    return home


@pytest.fixture
def built(compiled_home, monkeypatch):
    """The runs by their norm."""
    from core.runs.store import find_run

    monkeypatch.setenv("ATTNLAB_HOME", str(compiled_home))
    return {norm: find_run(norm) for norm in WIDTHS}


@pytest.fixture
def compiled(built):
    """A model of the laws, by its name, with what was compiled for its kind."""
    from core.models.compiled.ahead import Compiled
    from core.models.compiled.architecture import architecture
    from core.runs.compiled import Packages, folder_of
    from tests.laws.models import model
    from tests.laws.stepped import plain_of

    def made(name, net=None):
        net = model(name) if net is None else net
        kind = architecture(net)
        packages = Packages(folder_of(built[name.split("-")[1]]), kind)
        return Compiled(net, kind, plain_of(net), "*decoder*", packages.loops)

    return made
