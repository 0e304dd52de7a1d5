"""The page Train on BLEU under AppTest: a press trains both, Stop keeps them, choices make another pair, and words are honest."""

from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import reward_pair
from core.runs.reward_pair import CROSS_ENTROPY, REWARDED, RewardPair
from core.training.reward_file import NAME
from dashboard.components.reward_race import _verdict
from tests.dashboard.buttons import labels

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
OWN = count(0, 100)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test
    monkeypatch.setattr(reward_pair, "_HELD_OUT", 10)
    # five steps at every redraw
    monkeypatch.setattr(RewardPair, "go_on", lambda one, seconds: [one.advance() for _ in range(5) if not one.done])


def opened() -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.session_state["reward again"] = next(OWN)  # all tests are one session: each has trainings of its own
    return at.run().switch_page("views/train_on_bleu.py").run()


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


def words(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption, *at.warning, *at.error])


def progress(at: AppTest) -> str:
    return at.get("progress")[0].proto.text


def test_it_opens_on_a_shipped_run_that_has_room_to_improve():
    at = opened()
    assert not at.exception and by_label(at.selectbox, "Run").value == "demo/pinyin-transformer"
    assert "Press Train" in words(at) and labels(at) == ["Train", "Start over"]
    assert NAME not in {one.label for one in at.text_input}  # nobody's program is named here


def test_both_go_on_and_stop_keeps_what_was_learned():
    at = opened()
    by_label(at.selectbox, "Steps").select(50).run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and progress(at) == "step 5 of 50 of each" and "Drawn outputs are worth" in words(at)
    assert [metric.label for metric in at.metric] == [
        f"{kind}, {side}" for side in (CROSS_ENTROPY, REWARDED) for kind in ("Drawn", "Greedy")
    ]
    table = at.dataframe[0].value
    assert list(table.columns) == ["", "source", "reference", "before", CROSS_ENTROPY, REWARDED] and len(table) == 8
    by_label(at.button, "Stop").click().run()
    assert progress(at) == "step 5 of 50 of each · stopped, Train goes on from here"
    by_label(at.button, "Train").click().run()
    assert progress(at) == "step 10 of 50 of each"
    by_label(at.selectbox, "Objective").select("minimum_risk").run()
    assert not at.exception and progress(at) == "step 0 of 50 of each"


@pytest.mark.parametrize("reward", ["chrf", "exact", "edits"])
def test_every_reward_and_wrong_references_can_be_chosen(reward):
    at = opened()
    by_label(at.selectbox, "Run").select("demo/pinyin-gru")
    by_label(at.selectbox, "Reward").select(reward)
    by_label(at.selectbox, "References while it trains").select(0.25).run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and progress(at).startswith("step 5 of 100")


class Stands:
    """A pair as it stands, by its figures alone."""

    def __init__(self, plain: float, rewarded: float) -> None:
        self.sides = {
            name: reward_pair.Side(None, [reward_pair.Look(5, 1.0, value, 99.0, 0.1, ())], [0.5])
            for name, value in ((CROSS_ENTROPY, plain), (REWARDED, rewarded))
        }


@pytest.mark.parametrize(
    ("plain", "rewarded", "told"),
    [(0.5, 0.75, "0.250 more"), (0.75, 0.5, "0.250 less"), (0.5, 0.504, "worth the same")],
)
def test_a_difference_is_said_whichever_way_it_goes(plain, rewarded, told, monkeypatch):
    monkeypatch.setattr(reward_pair, "Side", _Side)
    assert told in _verdict(Stands(plain, rewarded))


class _Side:
    def __init__(self, trainer, looks, rewards) -> None:
        self.trainer, self.looks, self.rewards = trainer, looks, rewards
