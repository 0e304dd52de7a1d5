"""The page Start, and pages about other systems: Inputs, GAN, Detection, Parsing, Labels; and pages that show no numbers of their own."""

from core.data.digits import SIDE
from core.language import mark, tr
from core.replay.parameter import Choice, Given, Whole, Words
from core.replay.runs import Run, of_tasks
from core.replay.view import Numbers, View, section
from core.runs.gan_race import POOLED, SAMPLES
from core.runs.gan_race import STEPS as GAN_STEPS
from core.runs.label_race import STEPS as LABEL_STEPS
from core.runs.label_race import WRITERS
from core.tasks.karate import Karate
from core.tasks.parsing import Parsing
from core.training.set_loss import MATCHINGS


def first_map_of() -> Numbers:
    """What the page Start plays: a decoding of a shipped run."""
    import core
    from core.runs.first_map import RUN, SOURCE

    cross = core.load(RUN).matrices(SOURCE, only="*cross*")[-1]
    return {"written": cross.queries, "weights": cross.weights}


def words_in(run: str, text: str) -> Numbers:
    """How words become vectors."""
    import core
    from core.runs.word_vectors import word_vectors

    return word_vectors(core.load(run), text)._asdict()


def sound_in(frame: int) -> Numbers:
    """How the built-in sound, a low tone and then a high one, becomes vectors."""
    import numpy as np

    from core.data.audio import HOP, RATE, WINDOW, Sound, log_mel

    seconds = np.arange(RATE) / RATE
    pitch = np.where(seconds < 0.5, 300.0, 700.0)
    samples = 0.3 * np.sin(2 * np.pi * pitch * seconds) * np.sin(np.pi * ((2 * seconds) % 1)) ** 0.5
    sound = Sound(samples.astype(np.float32))
    begin = (frame - 1) * HOP - WINDOW // 2
    return {"samples": sound.samples[max(0, begin) : begin + WINDOW], "bands": log_mel(sound)}


def picture_in(digit: int, side: int) -> Numbers:
    """How a picture becomes vectors."""
    from core.tasks.digit_pictures import DigitPictures
    from core.tasks.picture_task import patches

    return {"patches": patches(DigitPictures().pictures.pixels[digit - 1], side)}


def graph_in(node: int) -> Numbers:
    """How a graph becomes vectors."""
    from core.tasks.karate import Karate

    graph = Karate().graph
    return {"features": graph.features, "neighbors": graph.edges[1][graph.edges[0] == node]}


def gan(seed: int, pooled: int, sample: int, row: int, column: int, trained: int) -> Numbers:
    """Two GANs of one seed after some steps of each: what they make of the same noise, and where a pixel looks."""
    from core.runs.gan_race import WITH, GanRace

    race = GanRace(seed, pooled=pooled)
    for _ in range(trained):
        race.advance()
    made = race.samples()
    return {
        "pictures": {name: one.pictures for name, one in made.items()},
        "where the pixel looks": made[WITH].look(sample, row, column),
        "losses": {name: one.losses for name, one in race.trainers.items()},
        "gammas": race.trainers[WITH].gammas,
    }


def detection(
    kind: str, matching: str, seed: int, at: int, query: int | None, layer: int, head: int | None, trained: int
) -> Numbers:
    """A detector after some steps: what its queries name on a picture, who answers for what, where one of them looks."""
    from core.data.scenes import placed_digits, rectangles
    from core.runs.detection import DetectionRun

    pictures = {"rectangles": rectangles, "digits": placed_digits}[kind]()
    detector = DetectionRun(pictures, kind, seed, matching)
    for _ in range(trained):
        detector.advance()
    looked = detector.look(pictures.held_out[at])
    looks = None if query is None else looked.cross[layer, :, query]
    return {
        "classes": looked.probabilities,
        "boxes": looked.boxes,
        "costs": looked.costs,
        "pairs": looked.pairs,
        "where the query looks": looks if looks is None else looks.mean(axis=0) if head is None else looks[head],
        "held out": detector.curve,
    }


def parsing(run: str, source: str, width: int) -> Numbers:
    """A sentence parsed by greedy and beam search, free and such that nothing but trees can be written."""
    import core
    from core.decoding.tree_form import TREE
    from core.errors import AttentionLabError
    from core.runs.parsed import parse

    model = core.load(run)
    ways = {
        "greedy": core.GreedySearch(), "greedy, trees only": core.GreedySearch(form=TREE),
        "beam": core.BeamSearch(width=width), "beam, trees only": core.BeamSearch(width=width, form=TREE),
    }  # fmt: skip
    numbers = {}
    for name, search in ways.items():
        try:
            one = parse(model, source, search)
        except AttentionLabError as error:
            numbers[name] = str(error)
            continue
        numbers[name] = {
            "tokens": one.tokens, "fault": one.fault, "exact": one.exact, "log p": one.logp, "score": one.score,
            "maps": {matrix.site.name: matrix.weights for matrix in one.matrices},
        }  # fmt: skip
    return numbers


def labels(decoder: str, annotators: int, seed: int, text: str, trained: int) -> Numbers:
    """A set of labels written one after the other, beside sigmoids, after some steps of both."""
    from core.runs.label_race import LabelRace
    from core.tasks.multi_label import MultiLabel

    race = LabelRace(MultiLabel(annotators=annotators), seed, names=(decoder,))
    for _ in range(trained):
        race.advance()
    source = race.read(text)
    return {"written": race.write(source), "sigmoids": race.judged(source), "held out": race.scores()}


# ---------------------------------------------------------------- where the address has it
_KINDS = mark("Words"), mark("Sound"), mark("Picture"), mark("Graph")
_LOOKED = {1: mark("{n} places", n=SIDE**2), 2: mark("{n} squares of 2 × 2", n=SIDE**2 // 4)}
_SCENES = {
    "rectangles": mark("rectangles · one to three, in two colors"),
    "digits": mark("digits · handwritten, anywhere on a canvas"),
}
_MATCHINGS = {"hungarian": mark("cheapest pairs (Hungarian)"), "in_order": mark("in order, for comparison")}
_ANNOTATORS = {2: mark("two, with names of their own"), 1: mark("one")}
_START = "Today we had bread rice our song snow wind"
_DETECTOR_STEPS = 2500


def _first_text(given: Given) -> str:
    from core.runs.loading import load

    return load(given["run"]).example_text()


def _counted(at: int) -> str:
    return str(at + 1)


def _detector(given: Given) -> "tuple[int, int, int]":
    """Queries, layers and heads of the detector for these pictures."""
    from core.models.detector_settings import DetectorSettings
    from core.runs.detection import PRESETS

    settings = DetectorSettings.from_dict({**PRESETS[given["kind"]].model})
    return settings.queries, settings.decoder_layers, settings.heads


def _of_all(given: Given) -> int:
    from core.runs.detection import PRESETS
    from core.training.detector_trainer import DetectorTraining

    return DetectorTraining.from_dict(dict(PRESETS[given["kind"]].training)).steps


SYSTEMS = {
    "start": View(mark("Start"), {None: section(first_map_of)}),
    "inputs": View(
        mark("Inputs"),
        {
            _KINDS[0]: section(
                words_in, run=Run("input run", "demo/chat-transformer"),
                text=Words(lambda given: f"input text {given['run']}", _first_text, 300),
            ),
            _KINDS[1]: section(sound_in, frame=Whole("input frame", 30, 1, 10_000)),
            _KINDS[2]: section(picture_in, digit=Whole("input digit", 4, 1, 40), side=Choice("input patch", 2, (1, 2, 4, 8))),
            _KINDS[3]: section(
                graph_in, node=Choice("input node", 0, lambda given: range(len(Karate().graph.names)), lambda at: Karate().graph.names[at])
            ),
        },
        Choice("input kind", _KINDS[0], _KINDS, tr),
    ),
    "gan": View(
        mark("GAN"),
        {
            None: section(
                gan, seed=Whole("gan seed", 0, 0, 999), pooled=Choice("gan pooled", POOLED[0], POOLED, lambda size: tr(_LOOKED[size])),
                sample=Choice("gan sample", 0, range(SAMPLES), _counted), row=Choice("gan row", 3, range(8), _counted),
                column=Choice("gan column", 3, range(8), _counted), trained=Whole("trained", GAN_STEPS, 0, GAN_STEPS, spelled=False),
            )
        },
    ),
    "detection": View(
        mark("Detection"),
        {
            None: section(
                detection, kind=Choice("detection kind", "rectangles", _SCENES, lambda kind: tr(_SCENES[kind])),
                matching=Choice("detection matching", "hungarian", MATCHINGS, lambda name: tr(_MATCHINGS[name])),
                seed=Whole("detection seed", 0, 0, 999), at=Whole("detection picture at", 0, 0, 19),
                query=Choice(
                    "detection query", None, lambda given: [None, *range(_detector(given)[0])],
                    lambda at: tr("none") if at is None else tr("query {n}", n=at + 1),
                ),
                layer=Choice(
                    "detection layer", lambda given: _detector(given)[1] - 1, lambda given: range(_detector(given)[1]),
                    lambda at: tr("layer {n}", n=at + 1),
                ),
                head=Choice(
                    "detection head", None, lambda given: [None, *range(_detector(given)[2])],
                    lambda at: tr("mean of all") if at is None else tr("head {n}", n=at + 1),
                ),
                trained=Whole("trained", _of_all, 0, _DETECTOR_STEPS, spelled=False),
            )
        },
    ),
    "parsing": View(
        mark("Parsing"),
        {
            None: section(
                parsing, run=Run("parsing run", "demo/parse-transformer", fits=of_tasks((Parsing.name,))),
                source=Words("parsing source", _first_text), width=Whole("parsing width", 4, 1, 32),
            )
        },
    ),
    "labels": View(
        mark("Labels"),
        {
            None: section(
                labels, decoder=Choice("labels decoder", next(iter(WRITERS)), WRITERS, lambda name: tr(WRITERS[name][0])),
                annotators=Choice("labels annotators", 2, _ANNOTATORS, lambda count: tr(_ANNOTATORS[count])),
                seed=Whole("labels seed", 0, 0, 999), text=Words("labels text", _START, 800),
                trained=Whole("trained", LABEL_STEPS, 0, LABEL_STEPS, spelled=False),
            )
        },
    ),
    "your_models": View(mark("Your models"), without=mark("it keeps folders; what is inside them the other pages show")),
    "recordings": View(
        mark("Recordings"),
        without=mark("it shows files that a person brings, which no link can carry; attnlab open reads the same files"),
    ),
    "lessons": View(
        mark("Lessons"), without=mark("a lesson is words around experiments of other pages, and each of those has a link of its own")
    ),
    "class_room": View(mark("Class"), without=mark("it shows what everybody is doing at this moment")),
}  # fmt: skip
