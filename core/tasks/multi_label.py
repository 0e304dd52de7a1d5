"""A text to the set of its labels: the model writes one after the other and decides by <end> how many there are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, ClassVar

from core.data.batch import Example
from core.data.labelled_text import LabelledText, read_labelled
from core.data.named_file import named_file
from core.data.parallel_text import clean
from core.data.tokenization import TOKENIZERS, AbstractTokenizer, tokenizer_of, vocabulary_of
from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import DataError, SettingError
from core.language import tr
from core.settings import setting
from core.tasks.annotated_themes import ANNOTATORS, THEMES, WORDS, annotated
from core.tasks.cut_pairs import essence
from core.tasks.task import AbstractTask, split_of

ORDERS = ("fixed", "random", "frequent", "rare")


@dataclass(frozen=True)
class MultiLabel(AbstractTask):
    """A text in, its labels out, none twice. In whichever order they are written, equal sets are the same answer.

    Without a file texts are made up: a few themes each, labelled by one of two annotators, who call the same themes by
    different names (annotated_themes.py). Who it was the text does not tell, so at most half of the sets can be guessed.

    Settings: `path`, `labels_path`, `order`, `annotators`, `fewest`, `most`, `source_tokens`, `vocabulary_size`, `longest`. Of
    a file the tokenizer and the vocabulary are learned from the training split only. Held out: texts; those that differ only
    in capitals, spaces or punctuation stay together.

    Sources: the order of labels in a sequence: Vinyals et al. 2016, arXiv:1511.06391; labels as a sequence: Yang et al. 2018,
    arXiv:1806.04822.

    >>> task = MultiLabel(fewest=2, most=2)
    >>> example = task.sample(Random(4))
    >>> task.join(example.source), task.join_target(example.target)
    ('we cheese song saw our much rice', 'food, music')
    """

    name: ClassVar[str] = "labels"
    summary: ClassVar[str] = "a text to the set of its labels, however many: two annotators, or a table of your own"
    distinct: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("path", "labels_path")
    brings: ClassVar[str] = (
        "Your texts: a table (text, tab, labels with commas), and a list of names where it has numbers"
    )

    path: str = setting("", help="table of texts, a tab, labels with commas between; empty: texts are made up")
    labels_path: str = setting("", help="file of label names, where the table has their numbers, from 0")
    order: str = setting(
        "fixed", choices=ORDERS, help="of labels in a target: as listed, by chance, frequent or rare first"
    )
    annotators: int = setting(2, low=1, high=2, help="who label made-up texts, each in words of their own")
    fewest: int = setting(1, low=1, high=len(THEMES), help="themes of a made-up text, at least")
    most: int = setting(4, low=1, high=len(THEMES), help="themes of a made-up text, at most")
    source_tokens: str = setting("word", choices=tuple(TOKENIZERS), help="what a text is cut into")
    vocabulary_size: int = setting(4000, low=50, high=50_000, step=500, help="source tokens; rarer ones become <unk>")
    longest: int = setting(60, low=1, high=1000, help="tokens; longer texts of a file are left out")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fewest > self.most:
            raise SettingError(
                tr(
                    "fewest={fewest} is more than most={most}; lower fewest or raise most",
                    fewest=self.fewest,
                    most=self.most,
                )
            )
        if self.labels_path and not self.path:
            raise SettingError(tr("labels_path names labels of a table, and there is none: give task.path as well"))

    @cached_property
    def table(self) -> LabelledText:
        """The rows of the file.

        Raises:
            DataError: it cannot be used.
        """
        names = named_file(self.labels_path) if self.labels_path else None
        return read_labelled(named_file(self.path), names)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the file: what was skipped or left out."""
        if not self.path:
            return ()
        left = len(self.table.rows) - len(self.examples)
        note = tr(
            "{left:,} of {count:,} texts have more than {longest} tokens and were left out (longest)",
            left=left,
            count=len(self.table.rows),
            longest=self.longest,
        )
        return (*self.table.notes, note) if left else self.table.notes

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels there are, sorted."""
        return self.vocabularies[1].tokens[len(SPECIALS) :]

    @cached_property
    def cutter(self) -> AbstractTokenizer:
        """The tokenizer of texts, learned from the training split."""
        return TOKENIZERS[self.source_tokens].learn(self._training_texts, self.vocabulary_size)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All rows of the file whose text is short enough, of all splits."""
        cut = ((tuple(self.tokenize(text)), own) for text, own in self.table.rows)
        kept = tuple(Example(source, own) for source, own in cut if len(source) <= self.longest)
        if not kept:
            raise DataError(
                tr(
                    "every text of {path} has more than {longest} tokens; raise longest",
                    path=self.path,
                    longest=self.longest,
                )
            )
        return kept

    def sample(self, rng: Random) -> Example:
        """One text, each as likely as another, with its labels in their order."""
        if self.path:
            example = rng.choice(self.examples)
        else:
            words, labels = annotated(rng, self.fewest, self.most, self.annotators)
            example = Example(tuple(self.tokenize(" ".join(words))), labels)
        mixed = rng.sample(example.target, len(example.target))  # drawn whatever the order, so that texts are the same
        if self.order == "random":
            return Example(example.source, tuple(mixed))
        return Example(example.source, tuple(sorted(mixed, key=self._ranks.__getitem__)))

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The letters of the text, so that splits do not depend on the tokenizer."""
        return essence("".join(example.source))

    def meaning(self, target: Sequence[str]) -> tuple[str, ...]:
        """The set, sorted."""
        return tuple(sorted(set(target)))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The frequent tokens of the training split, and all labels."""
        source = vocabulary_of(self.cutter, self._training_texts, self.vocabulary_size)
        return source, Vocabulary.of(self._listed, distinct=True)

    def tokenize(self, text: str) -> list[str]:
        """As texts were cut; capitals do not matter."""
        return self.cutter.tokenize(clean(text).lower())

    def tokenize_target(self, text: str) -> list[str]:
        """Labels with commas between, each once."""
        return list(dict.fromkeys(name for part in text.split(",") if (name := clean(part))))

    def join(self, tokens: Sequence[str]) -> str:
        """Tokens as text."""
        return self.cutter.join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """Labels with commas between."""
        return ", ".join(tokens)

    def tokenizers(self) -> dict[str, Any]:
        """The tokenizer of texts, ready for JSON."""
        return {"source": self.cutter.to_dict()}

    def restored(self, vocabularies: tuple[Vocabulary, Vocabulary], tokenizers: Mapping[str, Any]) -> AbstractTask:
        """This task as a run folder kept it; its file need not be there."""
        source, target = vocabularies
        if not target.distinct:
            vocabularies = source, Vocabulary(target.tokens, target.shared_boundary, distinct=True)
        twin = super().restored(vocabularies, tokenizers)
        try:
            twin.__dict__["cutter"] = tokenizer_of(tokenizers["source"])
        except (KeyError, TypeError) as error:
            raise DataError(tr("the tokenizer of this run is missing; train it again")) from error
        return twin

    @property
    def _listed(self) -> Sequence[str]:
        """Labels in the order of the file of names, or of the themes."""
        return self.table.labels if self.path else [label for own in ANNOTATORS[: self.annotators] for label in own]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """The place of every label in a target."""
        ranked = list(self._listed)
        if self.path and self.order in ("frequent", "rare"):
            counts = Counter(label for _, own in self._training_rows for label in own)
            ranked.sort(key=counts.__getitem__, reverse=self.order == "frequent")
        return {label: place for place, label in enumerate(ranked)}

    @cached_property
    def _training_rows(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found = tuple(row for row in self.table.rows if split_of(essence(row[0])) == "train")
        if not found:
            raise DataError(
                tr(
                    "{path} has too few texts to train on ({count}); add more rows",
                    path=self.path,
                    count=len(self.table.rows),
                )
            )
        return found

    @cached_property
    def _training_texts(self) -> tuple[str, ...]:
        return tuple(clean(text).lower() for text, _ in self._training_rows) if self.path else (" ".join(WORDS),)
