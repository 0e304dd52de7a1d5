"""A language that nobody writes down: one model from its sound to a translation, or a recognizer and a translator behind it.

Three models of one size learn on the same sentences, as many steps each: one from noisy frames to Chinese characters; one from
the frames to the phones that were meant; one from those phones to characters. The latter two make the cascade. On held-out
sentences, no combination of whose words was heard in training, the translator is given what the recognizer wrote, in which
every error of the first stands, and once what was meant, to see that it has learned its own part.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.language import mark
from core.metrics.sequence import exact_match
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.presets import preset_of
from core.tasks.hokkien import Hokkien, meant
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.events import StepDone
from core.training.loop import Trainer

_STEPS = 500
_RECORDINGS = 200  # of held-out sentences, each said several times with other sounds
_LEAD = 0.1
_NOISE = 0.35
_STAGES: dict[str, dict[str, str]] = {
    "direct": {},
    "recognizer": {"task.target": "phones"},
    "translator": {"task.source": "phones"},
}


class DirectSpeech(AbstractClaim):
    """A direct model, and a cascade of two."""

    name = "direct_speech"
    lecture = (20, 21)
    statement = (
        "From sound straight to the translation errors do not add up as in a cascade, and no text is needed in between"
    )
    source = "Bérard et al. 2016, arXiv:1612.01744; Weiss et al. 2017, arXiv:1703.08581"
    effect_is = "held-out sentences that one model from frames to characters translates exactly"
    baseline_is = "the same of a recognizer and a translator behind it, each trained for as many steps"
    unit = "share of sentences"
    rule = mark(
        "shown when with every seed the direct model is ahead by {lead:g} though the translator alone, given the "
        "phones that were meant, is no worse than it; contradicted when the cascade is ahead with every seed",
        lead=_LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train three, then translate the same recordings both ways."""
        trained: dict[str, Trainer] = {}
        for at, name in enumerate(_STAGES):
            trained[name] = trainer = _trainer(name, seed, steps(_STEPS, budget))
            for event in trainer.events():
                if isinstance(event, StepDone) and event.step % 10 == 0:
                    yield Progress((at + event.step / trainer.settings.steps) / len(_STAGES))
        heard = held_out(Hokkien(noise=_NOISE), "test", _RECORDINGS)
        sounds, right = [one.source for one in heard], [one.target for one in heard]
        phones, said = _written(trained["recognizer"], sounds), [meant(one) for one in right]
        shares = {
            "direct": exact_match(_written(trained["direct"], sounds), right),
            "cascade": exact_match(_written(trained["translator"], phones), right),
            "translator alone, on the phones that were meant": exact_match(
                _written(trained["translator"], said), right
            ),
            "recognizer alone": exact_match(phones, said),
        }
        rows: tuple[Row, ...] = tuple({"way": way, "exact": share} for way, share in shares.items())
        return Measured(shares["direct"], shares["cascade"], rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        leads = [one.effect - one.baseline for one in found]
        able = [float(one.rows[2]["exact"] or 0) >= one.effect for one in found]
        return judged([lead >= _LEAD and one for lead, one in zip(leads, able)], [lead < 0 for lead in leads])


def _trainer(name: str, seed: int, last: int) -> Trainer:
    config = preset_of("hokkien").changed({
        "task.noise": _NOISE, **_STAGES[name], "seed": seed, "training.steps": last, "training.evaluate_every": last,
        "training.evaluate_on": 1, "training.record_every": 0, "training.learning_rate": 3e-3, "training.schedule": "linear",
    })  # fmt: skip
    return trainer_of(config, Examples.of(config.task))


def _written(trainer: Trainer, sources: Sequence[Sequence[str]]) -> list[list[str]]:
    """What a model writes, running free."""
    return free_run(trainer.model, sources, trainer.probe.vocabularies)
