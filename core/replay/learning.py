"""Pages about training and kinds of decoders: One wrong word, Copy or generate, Train on BLEU, All at once, One sentence, four machines."""

from core.language import mark, tr
from core.replay.parameter import Choice, Given, Parameter, Whole, Words
from core.replay.runs import Run
from core.replay.view import Numbers, View, section
from core.runs.copying_race import COPY_TASKS
from core.runs.copying_race import STEPS as COPY_STEPS
from core.runs.exposed_pair import HALF, PAIR_MODELS, STEPS
from core.runs.kinds import Kind
from core.runs.machines import MACHINES
from core.runs.reward_pair import OBJECTIVES_SHOWN, RATE
from core.runs.reward_pair import STEPS as REWARD_STEPS
from core.tasks.table import TASKS
from core.training.gold_schedules import GOLD_SCHEDULES
from core.training.rewards import REWARDS


def wrong_word(
    model: str,
    schedule: str,
    half: int,
    steps: int,
    seed: int,
    trained: int,
    sentence: int,
    place: int,
    word: str | None,
) -> Numbers:
    """Two trainings, with the right prefix and with some of the model's own tokens in it, and a wrong word put into both."""
    from core.runs.exposed_pair import FORCED, ExposedPair, pair_config
    from core.runs.wrong_word import aftermaths, continued, writable
    from core.seeds import Seeds

    pair = ExposedPair(pair_config(model, seed, schedule=schedule, half=half, steps=steps))
    for _ in range(trained):
        pair.advance()
    models, task = {name: side.model for name, side in pair.sides.items()}, pair.config.task
    examples = pair.sides[FORCED].measured
    example = [one for one in examples if one.target][sentence]
    at = max(1, len(example.target) // 5) - 1 if place == 0 else place - 1
    words = [task.vocabularies[1].tokens[number] for number in writable(task.vocabularies[1])]
    wrong = [one for one in words if one not in example.target[at : at + 1]][-1] if word is None else word
    return {
        "exposure": {name: [[look.step, look.exposure] for look in side.looks] for name, side in pair.sides.items()},
        "behind the wrong word": continued(models, task.vocabularies, example, at, wrong),
        "many sentences": aftermaths(models, task.vocabularies, examples, at, Seeds(0)),
    }


def wrong_word_of_runs(first: str, second: str, sentence: int, place: int, word: str | None) -> Numbers:
    """The same for two trained runs of one task."""
    import core
    from core.runs.wrong_word import aftermaths, comparable, continued, writable
    from core.seeds import Seeds
    from core.tasks.task import held_out
    from core.training.exposing import exposed

    runs = {name: core.load(name) for name in (first, second)}
    comparable(*runs.values())
    task = runs[first].config.task
    models, examples = {name: one.model for name, one in runs.items()}, held_out(task, "test", 64)
    example = [one for one in examples if one.target][sentence]
    at = max(1, len(example.target) // 5) - 1 if place == 0 else place - 1
    words = [task.vocabularies[1].tokens[number] for number in writable(task.vocabularies[1])]
    wrong = [one for one in words if one not in example.target[at : at + 1]][-1] if word is None else word
    return {
        "exposure": {name: exposed(one, examples, task.vocabularies) for name, one in models.items()},
        "behind the wrong word": continued(models, task.vocabularies, example, at, wrong),
        "many sentences": aftermaths(models, task.vocabularies, examples, at, Seeds(0)),
    }


def copying(task: str, seed: int, source: str | None, trained: int) -> Numbers:
    """Four decoders that learn beside each other, and what each copies of one source."""
    from core.runs.copying_race import CopyingRace

    race = CopyingRace(task, seed)
    for _ in range(trained):
        race.advance()
    said = race.write(race.read(race.task.join(race.held_out[0].source) if source is None else source))
    return {
        "losses": {name: one.losses for name, one in race.apprentices.items()},
        "outputs": {name: one.output for name, one in said.items()},
        "p_gen": {name: one.p_gen for name, one in said.items()},
        "copied": {name: one.copied for name, one in said.items()},
        "where each looked": {name: one.rows for name, one in said.items()},
        "right of held-out sources": race.right(),
    }


def train_on_bleu(
    run: str, objective: str, reward: str, noise: float, rate: float, steps: int, seed: int, trained: int
) -> Numbers:
    """A run that goes on with a reward, beside as many steps of cross-entropy."""
    import core
    from core.runs.beginning import fine_tuning
    from core.runs.reward_pair import RewardPair, pair_config

    model = core.load(run)
    before = fine_tuning(model).changed({"training.from_run": ""})
    config = pair_config(before, objective, reward, seed, steps, rate)
    pair = RewardPair(config, model.model.state_dict(), model.examples, noise)
    for _ in range(trained):
        pair.advance()
    return {
        "looks": {name: side.looks for name, side in pair.sides.items()},
        "rewards": {name: side.rewards for name, side in pair.sides.items()},
    }


def all_at_once(left: str, once: str, masks: str, source: str, passes: int) -> Numbers:
    """One source written left to right, in one pass and by mask-predict; times are left out."""
    import core
    from core.decoding.mask_predict import AtOnce, MaskPredict
    from core.runs.all_at_once import all_places, token_by_token

    one_pass, several = core.load_parallel(once), core.load_parallel(masks)
    how = AtOnce() if one_pass.shows or isinstance(one_pass.usual, AtOnce) else one_pass.usual
    filling = MaskPredict(passes=passes)
    return {
        "left to right": token_by_token(core.load(left), source, "left to right"),
        "all at once": all_places(one_pass, source, how, "all at once"),
        "mask-predict": all_places(several, source, filling, "mask-predict"),
        "where the passes look": [
            {one.site.name: one.weights for one in stage}
            for stage in several.attention(source, filling, only="decoder*cross*")
        ],
    }


def machines(recurrent: str, transformer: str, copying: str, at_once: str, source: str) -> Numbers:
    """What four kinds of decoders make of one source; times are left out."""
    import core
    from core.runs.machines import answer

    opened = {
        "RNN": core.load(recurrent),
        "Transformer": core.load(transformer),
        "Pointer-generator": core.load(copying),
    }
    opened["Non-autoregressive"] = core.load_parallel(at_once)
    answers = {name: answer(one, source, name) for name, one in opened.items()}
    return {
        name: {
            "output": one.told.output, "right": one.told.right, "calls": one.told.calls, "sure": one.sure, "rows": one.rows,
            "p_gen": one.p_gen, "copied": one.copied, "unseen": one.unseen,
        }
        for name, one in answers.items()
    }  # fmt: skip


# ---------------------------------------------------------------- where the address has it
_HERE, _RUNS = mark("Trained here"), mark("Two of the runs")
_MODELS = {"recurrent": mark("GRU"), "transformer": mark("Transformer")}
_NOISES = {0.0: mark("right"), 0.1: mark("10 % of tokens wrong"), 0.25: mark("25 % of tokens wrong")}
_REWARDS = {
    "bleu": mark("sentence BLEU"), "chrf": mark("sentence chrF"), "exact": mark("exact match"), "edits": mark("1 − edits per token"),
}  # fmt: skip
_STARTS = {"chat": "Hello, my name is Zorblax Quirin."}


def _spaced(name: str) -> str:
    return tr(name.replace("_", " "))


def _summed(name: str) -> str:
    return f"{name} · {tr(TASKS[name].summary)}"


def _same_task(what: Kind, given: Given) -> bool:
    from core.runs.store import find_run

    return what.stepped and what.task == find_run(given["first"]).config()["task"]["name"]


def _another(given: Given) -> str:
    from core.runs.alike import alike_first

    known = Run("", "", fits=_same_task).values(given)
    return next(iter(alike_first(given["first"], [one for one in known if one != given["first"]])), known[0])


def _held_out(argument: str) -> "Parameter":
    """The first held-out source of a run, where the address says none."""

    def first(given: Given) -> str:
        from core.runs.loading import load

        model = load(given[argument])
        return model.config.task.join(model.examples.test[0].source)

    return Words("places source" if argument == "left" else "machines source", first)


_SENTENCE = {
    "sentence": Whole("wrong sentence", 0, 0, 11), "place": Whole("wrong place", 0, 0, 10_000), "word": Words("wrong word", None),
}  # fmt: skip

LEARNING = {
    "wrong_word": View(
        mark("One wrong word"),
        {
            _HERE: section(
                wrong_word, model=Choice("wrong model", next(iter(PAIR_MODELS)), PAIR_MODELS, lambda name: tr(_MODELS[name])),
                schedule=Choice("wrong schedule", "linear", [name for name in GOLD_SCHEDULES if name != "constant"], _spaced),
                half=Choice("wrong half", HALF, (25, HALF, 100, 200, 400)),
                steps=Choice("wrong steps", STEPS, (150, STEPS, 600, 1200)), seed=Whole("wrong seed", 0, 0, 999),
                trained=Whole("trained", lambda given: given["steps"], 0, 1200, spelled=False), **_SENTENCE,
            ),
            _RUNS: section(
                wrong_word_of_runs, first=Run("wrong first", "demo/chat-gru"),
                second=Run(lambda given: f"wrong second {given['first']}", _another, fits=_same_task),
                **_SENTENCE,
            ),
        },
        Choice("wrong models", _HERE, (_HERE, _RUNS), tr),
    ),
    "copying": View(
        mark("Copy or generate"),
        {
            None: section(
                copying, task=Choice("copying task", COPY_TASKS[0], COPY_TASKS, _summed), seed=Whole("copying seed", 0, 0, 999),
                source=Words(lambda given: f"copying source {given['task']}", lambda given: _STARTS.get(given["task"]), 800),
                trained=Whole("trained", COPY_STEPS, 0, COPY_STEPS, spelled=False),
            )
        },
    ),
    "train_on_bleu": View(
        mark("Train on BLEU"),
        {
            None: section(
                train_on_bleu, run=Run("reward run", "demo/pinyin-transformer"),
                objective=Choice(
                    "reward objective", next(iter(OBJECTIVES_SHOWN)), OBJECTIVES_SHOWN, lambda name: tr(name.replace("_", "-"))
                ),
                reward=Choice("reward kind", next(iter(REWARDS)), REWARDS, lambda name: tr(_REWARDS[name])),
                noise=Choice("reward noise", 0.0, _NOISES, lambda share: tr(_NOISES[share])),
                rate=Choice("reward rate", RATE, (1e-4, 2e-4, RATE, 1e-3, 2e-3), "{:g}".format),
                steps=Choice("reward steps", REWARD_STEPS, (50, REWARD_STEPS, 200, 400)), seed=Whole("reward seed", 1, 0, 999),
                trained=Whole("trained", lambda given: given["steps"], 0, 400, spelled=False),
            )
        },
    ),
    "all_at_once": View(
        mark("All at once"),
        {
            None: section(
                all_at_once, left=Run("places left", "demo/phrases-transformer"),
                once=Run("places once", "demo/phrases-parallel", fits=lambda what, given: what.at_once),
                masks=Run("places masks", "demo/phrases-masked", fits=lambda what, given: what.at_once),
                source=_held_out("left"), passes=Whole("places passes", 4, 1, 10),
            )
        },
        looks=("looks ",),
    ),
    "machines": View(
        mark("One sentence, four machines"),
        {
            None: section(
                machines,
                **{
                    name: Run(f"machines {name}", one.usual, fits=lambda what, given, name=name: what.machine == name)
                    for name, one in MACHINES.items()
                },
                source=_held_out("recurrent"),
            )
        },
    ),
}  # fmt: skip
