"""Pages about alignment: Guided or not, Attention types, The 发财 ladder, Gold alignments."""

from core.language import mark, tr
from core.metrics.link_extraction import EXTRACTIONS, THRESHOLD, extraction_name
from core.replay.parameter import Choice, Coded, Given, Number, Several, Switch, Whole, Words
from core.replay.runs import Run
from core.replay.view import Numbers, View, section
from core.runs.aligners import ALIGNERS, TASK, offered
from core.runs.aligners import STEPS as ALIGNER_STEPS
from core.runs.gold_alignment import MOST
from core.runs.guided_pair import PAIR_MODELS, PAIR_TASKS, STEPS, STRENGTH
from core.training.spoken_ladder import WORDS


def guided(
    task: str, model: str, seed: int, steps: int, strength: float, guidance: bool, switched: tuple[tuple[int, float], ...],
    trained: int, looked: int,
) -> Numbers:  # fmt: skip
    """Two trainings from one seed, without and with guided attention, after some steps of each."""
    from core.runs.guided_pair import GuidedPair, pair_config

    pair = GuidedPair(pair_config(task, model, seed, steps=steps))
    first = strength if guidance else 0.0
    changes = {0: first, **dict(switched)}  # steps after which guidance was made stronger, weaker or switched off
    for step in range(trained):
        if step in changes:
            pair.switch(changes[step])
        pair.advance()
    return {
        "losses": {name: side.losses for name, side in pair.sides.items()},
        "near the diagonal": {
            name: [[one.step, one.best.diagonality] for one in side.looks] for name, side in pair.sides.items()
        },
        "aligned at": {name: side.aligned_at for name, side in pair.sides.items()},
        "maps": {
            name: [one.matrix.weights[one.best.head] for one in side.looks if one.step == looked]
            for name, side in pair.sides.items()
        },
    }


def attention_types(names: tuple[str, ...], seed: int, text: str, trained: int) -> Numbers:
    """Kinds of attention that learn to speak beside each other, and what each makes of one utterance."""
    from core.runs.aligners import AlignerRace, syllables

    race = AlignerRace(names, seed)
    for _ in range(trained):
        race.advance()
    said = race.speak(syllables(text))
    return {
        "losses": {name: one.losses for name, one in race.trainings.items()},
        "frames": {name: one.frames for name, one in said.items()},
        "right": {name: one.right for name, one in said.items()},
        "weights": {name: one.weights for name, one in said.items()},
        "diagonality": {name: one.diagonality for name, one in said.items()},
    }


def ladder_of_repeats(names: tuple[str, ...], seed: int, first: str, second: str, trained: int) -> Numbers:
    """The same, of a pair of syllables that is said once, twice, three and four times, and of all pairs."""
    from core.runs.aligners import AlignerRace

    race = AlignerRace(names, seed)
    for _ in range(trained):
        race.advance()
    return {
        "frames": {name: [one.frames for one in said] for name, said in race.ladders((first, second)).items()},
        "all pairs": {
            name: [[one.times, one.exact, one.onsets] for one in rungs] for name, rungs in race.rungs().items()
        },
    }


def spoken_ladder(kinds: tuple[str, ...], guidance: bool, short: bool, word: str, chance: int, trained: int) -> Numbers:
    """A word said once to four times by speakers that find their place in the text in different ways."""
    import torch

    from core.models.speaker_settings import SpeakerSettings
    from core.seeds import Seeds
    from core.training.spoken_ladder import RUNGS, Ladder, LadderPlan, corpus_of

    plan = LadderPlan(utterances=256, steps=800, shortest=1 if short else 4, guidance=5.0 if guidance else 0.0)
    corpus = corpus_of(LadderPlan(utterances=256, steps=800, shortest=1 if short else 4, guidance=0.0), Seeds(0))
    losses, said = {}, {}
    for kind in kinds:
        ladder = Ladder(plan, SpeakerSettings(alignment=kind, reduction=5), corpus, Seeds(0))
        while len(ladder.losses) < trained:
            ladder.go_on(0.0)  # one step
        losses[kind] = ladder.losses
        said[kind] = ladder.rungs([word], RUNGS, torch.Generator().manual_seed(chance) if chance else None)
    return {
        "losses": losses,
        "heard": {kind: [one.heard for one in rungs] for kind, rungs in said.items()},
        "right": {kind: [one.right for one in rungs] for kind, rungs in said.items()},
        "frames": {kind: [len(one.frames) for one in rungs] for kind, rungs in said.items()},
        "weights": {kind: [one.weights for one in rungs] for kind, rungs in said.items()},
    }


def voice(run: str, text: str, chance: int) -> Numbers:
    """What a trained voice says of a text, and where it looked."""
    from core.runs.voices import load_voice

    said = load_voice(run).say(text, chance)
    return {"seconds": said.seconds, "stopped": said.stopped, "doctor": said.told, "weights": said.matrix.weights}


def gold_alignments(run: str, links: str, threshold: float, n: int) -> Numbers:
    """How well every head's cross-attention agrees with links between words that a task knows."""
    from functools import partial

    import core
    from core.metrics.link_extraction import EXTRACTIONS, above
    from core.runs.gold_alignment import best_of, diagonal_agreement, head_agreements, known_pairs, linked_maps

    model = core.load(run)
    *_, found = linked_maps(model, known_pairs(model, n), cut=True)
    extract = EXTRACTIONS[links]
    if extract is above:
        extract = partial(above, threshold=threshold)
    heads = head_agreements(found, extract)
    best = best_of(heads)
    return {
        "heads": [
            [one.site.label, one.head, one.links.error_rate, one.links.precision, one.links.recall, one.mass.error_rate]
            for one in heads
        ],
        "the best": [best.site.label, best.head, best.links.error_rate],
        "along the diagonal": diagonal_agreement([one.pair for one in found.pairs]).error_rate,
    }


# ---------------------------------------------------------------- where the address has it
_ONE, _LADDER = mark("One utterance"), mark("The repeat ladder")
_SPEAKERS, _VOICE = mark("The ladder"), mark("A voice from disk")
_MODELS = {"recurrent": mark("GRU"), "transformer": mark("Transformer")}
_KINDS = {
    "content": mark("contents alone"), "location": mark("location-aware"), "monotonic": mark("monotonic"), "mocha": mark("MoChA"),
}  # fmt: skip
_NAMES = Several("aligners", tuple(ALIGNERS), ALIGNERS, lambda name: tr(ALIGNERS[name].title))
_SEED = Whole("aligners seed", 0, 0, 999)
_TRAINED = Whole("trained", ALIGNER_STEPS, 0, ALIGNER_STEPS, spelled=False)
_HELD_OUT = mark("Held-out")


def _switches(text: str, given: Given) -> tuple[tuple[int, float], ...]:
    step, strength = Whole("guided switched", 0, 0, 10**6), Number("guided switched", 0, 0.0, 1e6)
    pairs = [one.partition(":")[::2] for one in text.split(",") if one]
    return tuple((step.read([at], given), strength.read([to], given)) for at, to in pairs)


def _written_switches(switched: tuple[tuple[int, float], ...]) -> str:
    return ",".join(f"{step}:{strength:g}" for step, strength in switched)


def _first_utterance(given: Given) -> str:
    return TASK.join(next(iter(offered().values())).source)


def _said_first(given: Given) -> str:
    from core.runs.voices import load_voice

    texts = load_voice(given["run"]).texts
    return texts[0] if texts else ""


ALIGNING = {
    "guided": View(
        mark("Guided or not"),
        {
            None: section(
                guided, task=Choice("guided task", PAIR_TASKS[0], PAIR_TASKS),
                model=Choice("guided model", next(iter(PAIR_MODELS)), PAIR_MODELS, lambda name: tr(_MODELS[name])),
                seed=Whole("guided seed", 0, 0, 999), steps=Choice("guided steps", STEPS, (200, STEPS, 800, 1600)),
                strength=Choice("guided strength", STRENGTH, (1.0, 2.0, 5.0, 10.0, 20.0, 50.0), "{:g}".format),
                guidance=Switch("guided on", True),
                switched=Coded("guided switched", (), _switches, _written_switches),
                trained=Whole("trained", lambda given: given["steps"], 0, 1600, spelled=False),
                looked=Whole("looked", lambda given: given["trained"], 0, 1600, spelled=False),
            )
        },
    ),
    "alignment_kinds": View(
        mark("Attention types"),
        {
            _ONE: section(
                attention_types, names=_NAMES, seed=_SEED, text=Words("aligners utterance", _first_utterance, 400), trained=_TRAINED
            ),
            _LADDER: section(
                ladder_of_repeats, names=_NAMES, seed=_SEED, first=Choice("aligners first", TASK.known[0], TASK.known),
                second=Choice("aligners second", TASK.known[1], TASK.known), trained=_TRAINED,
            ),
        },
        Choice("aligners part", _ONE, (_ONE, _LADDER), tr),
    ),
    "ladder": View(
        mark("The 发财 ladder"),
        {
            _SPEAKERS: section(
                spoken_ladder, kinds=Several("ladder kinds", ("content", "location"), _KINDS, lambda kind: tr(_KINDS[kind])),
                guidance=Switch("ladder guided", False), short=Switch("ladder short", False),
                word=Choice("ladder word", WORDS[0], WORDS), chance=Whole("ladder draw", 0, 0, 99),
                trained=Whole("trained", 800, 0, 800, spelled=False),
            ),
            _VOICE: section(
                voice, run=Run("voice", "", fits=lambda what, given: what.voice), text=Words("voice text", _said_first),
                chance=Whole("voice draw", 0, 0, 99),
            ),
        },
        Choice("ladder show", _SPEAKERS, (_SPEAKERS, _VOICE), tr),
    ),
    "gold_alignments": View(
        mark("Gold alignments"),
        {
            _HELD_OUT: section(
                gold_alignments, run=Run("gold run", "demo/reverse-transformer"),
                links=Choice("gold links by", next(iter(EXTRACTIONS)), EXTRACTIONS, extraction_name),
                threshold=Number("gold threshold", THRESHOLD, 0.05, 0.95), n=Whole("gold n", 50, 1, MOST),
            )
        },
        Choice("gold where", _HELD_OUT, (_HELD_OUT,), tr),
    ),
}  # fmt: skip
