"""A detector that is watched while it learns: what its queries say of a picture, where they look, and how well it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.data.boxes import BoxedPicture, BoxedPictures, corners
from core.language import mark, tr
from core.metrics.constant_boxes import constant_boxes
from core.metrics.detection import There, mean_average_precision
from core.models.detector_settings import DetectorSettings
from core.recording.matrix import AttentionMatrix
from core.recording.recorder import Recorder
from core.seeds import Seeds
from core.training.detector_trainer import DetectorTrainer, DetectorTraining, Judged, said_of, truth
from core.training.set_loss import MATCHINGS, Costs, costs

_LOOKS, _FIRST = 20, 10  # judgements over a training; the first, in steps
_JUDGED = 100  # held-out pictures of a judgement
_SPARE = 1.3  # queries for each thing on the fullest picture of one's own


@dataclass(frozen=True)
class Preset:
    """Settings that are known to work for a kind of scene.

    Attributes:
        model, training: settings that differ from the usual ones.
        expected: of pictures of one's own, what came of the like elsewhere (docs/beyond-translation.md), in a sentence.
    """

    model: Mapping[str, Any]
    training: Mapping[str, Any]
    expected: str = ""


PRESETS: dict[str, Preset] = {
    "rectangles": Preset({}, {}),
    "digits": Preset(
        {"convolutions": 2},
        {"steps": 2500, "learning_rate": 1e-3, "class_weight": 5.0},
    ),
    "own": Preset(
        {},
        {"steps": 2500, "learning_rate": 1e-3, "mirrored": True},
        mark(
            "Expected: with 80 pictures of blood cells in four tiles each: 60 % of the cells after two minutes of one core, with many wrong answers."
        ),
    ),
}


@dataclass(frozen=True)
class Looked:
    """What a detector makes of one picture.

    Attributes:
        pixels: 0…1; there: what is on it; classes: their names, "nothing" last.
        probabilities: of every class, for every query; boxes: corners, in parts of the picture.
        costs: what it would cost each query to answer for each thing; pairs: the cheapest matching, query and thing.
        cross: where each query looks, in every layer and head, over the grid of places; rows sum to 1 over the grid.
        matrices: all that was recorded, for whoever wants more.
    """

    pixels: Float[np.ndarray, "row column channel"]
    there: There
    classes: tuple[str, ...]
    probabilities: Float[np.ndarray, "query class"]
    boxes: Float[np.ndarray, "query 4"]
    costs: Costs
    pairs: tuple[tuple[int, int], ...]
    cross: Float[np.ndarray, "layer head query gridrow gridcolumn"]
    matrices: tuple[AttentionMatrix, ...]

    @property
    def labels(self) -> Int[np.ndarray, " query"]:
        """The likeliest class of each query, "nothing" among them."""
        return self.probabilities.argmax(axis=1)

    def title(self, query: int) -> str:
        """What a query says, for people."""
        label = int(self.labels[query])
        return tr(
            "query {query} · {classes} {probabilities:.0%}",
            query=query + 1,
            classes=self.classes[label],
            probabilities=self.probabilities[query, label],
        )


class DetectionRun:
    """A detector in training. Threads may share one: each takes a slice in turn.

    Args:
        pictures: to learn from; kind: of PRESETS; seed: of all chance; matching: of MATCHINGS.
        steps: instead of the preset's.

    Attributes:
        expected: of pictures of one's own, what came of the like elsewhere, in a sentence.
        curve: what held-out pictures said so far; floor: average precision of the same boxes on every picture.

    Raises:
        SettingError: pictures that such a detector cannot answer for.
    """

    def __init__(
        self, pictures: BoxedPictures, kind: str, seed: int, matching: str = "hungarian", steps: int | None = None
    ) -> None:
        preset, queries = PRESETS[kind], DetectorSettings().queries
        self.expected = preset.expected
        training = {**preset.training, "matching": matching} | ({} if steps is None else {"steps": steps})
        queries = max(queries, round(_SPARE * pictures.most))
        self.pictures = pictures
        self.trainer = DetectorTrainer(
            pictures,
            DetectorSettings.from_dict({**preset.model, "queries": queries}),
            DetectorTraining.from_dict(training),
            Seeds(seed),
        )
        self.curve: list[Judged] = []
        there = [truth(one) for one in pictures.held_out[:_JUDGED]]
        same = constant_boxes([truth(one) for one in pictures.train], len(pictures.classes))
        self.floor = mean_average_precision([same] * len(there), there, len(pictures.classes))
        self._lock = Lock()

    @property
    def step(self) -> int:
        """Steps done."""
        return self.trainer.step

    @property
    def steps(self) -> int:
        """Steps there shall be."""
        return self.trainer.training.steps

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.trainer.done

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until the step at hand is through."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end:
            self.advance()

    def advance(self) -> None:
        """A step, and a judgement where one is due."""
        with self._lock:
            if self.done:
                return
            self.trainer.advance()
            if self.step == _FIRST or self.step % max(1, self.steps // _LOOKS) == 0 or self.done:
                self.curve.append(self.trainer.judge(_JUDGED))

    def look(self, picture: BoxedPicture) -> Looked:
        """What it makes of a picture, as it stands."""
        with self._lock:
            network, classes = self.trainer.network, (*self.pictures.classes, "nothing")
            with Recorder(network) as recorder:
                said = said_of(network, [picture])
            cost = costs(said, [picture])[0]
            pairs = MATCHINGS["hungarian"](cost)
            rows, columns = (side // network.stride for side in picture.pixels.shape[1:])
            places = [
                tr("row {row}, column {column}", row=row + 1, column=column + 1)
                for row in range(rows)
                for column in range(columns)
            ]
            queries = [f"query {at + 1}" for at in range(said.boxes.shape[1])]
            matrices = recorder.matrices(
                {"encoder self": places, "decoder self": queries, "decoder cross": queries},
                {"encoder self": places, "decoder self": queries, "decoder cross": places},
            )
        cross = np.stack([one.weights for one in matrices if one.site.kind == "cross"])
        return Looked(
            picture.pixels.permute(1, 2, 0).numpy(), truth(picture), classes, said.scores[0].softmax(-1).numpy(),
            corners(said.boxes)[0].numpy(), cost, tuple(zip(pairs.queries.tolist(), pairs.objects.tolist())),
            cross.reshape(*cross.shape[:3], rows, columns), tuple(matrices),
        )  # fmt: skip
