"""A small grammar of English sentences whose trees follow from their words: where a phrase attaches is the preposition's to say.

"the boy saw the dog of the man with the hat": *of*, *from* and *without* belong to the noun before them, *with*, *in* and
*near* to the verb before them. So every sentence has one tree, though a reader must look at the preposition to know it, and
at words far apart. Sentences within sentences ("mary said that …") nest without a limit of their own.
"""

from collections.abc import Iterator, Sequence
from random import Random

from core.data.brackets import Leaf, Tree

LEXICON = {
    "DT": ("the", "a", "every", "some"),
    "JJ": ("old", "small", "happy", "quiet", "red"),
    "NN": ("dog", "cat", "boy", "girl", "man", "teacher", "bird", "house", "garden", "king", "hat", "telescope"),
    "NNP": ("mary", "john", "anna", "tom"),
    "VBD": ("slept", "waited", "laughed", "saw", "found", "liked", "followed", "painted", "said", "thought", "knew"),
    "IN": ("of", "from", "without", "with", "in", "near", "that"),
}
ALONE, SEEING, SAYING = LEXICON["VBD"][:3], LEXICON["VBD"][3:8], LEXICON["VBD"][8:]  # what follows the verb
OF_NOUNS, OF_VERBS, THAT = LEXICON["IN"][:3], LEXICON["IN"][3:6], LEXICON["IN"][6]
_TAGS = {word: tag for tag, words in LEXICON.items() for word in words}


def sentence(rng: Random) -> Tree:
    """A sentence drawn from the grammar; three words at least, and now and then very many."""
    return Tree("S", (_noun_phrase(rng), _verb_phrase(rng)))


def parsed(words: Sequence[str]) -> Tree | None:
    """The tree of a sentence; None where it is none of the grammar.

    >>> from core.data.brackets import written
    >>> written(parsed("tom saw a dog of mary".split()))
    '(S (NP (NNP tom)) (VP (VBD saw) (NP (NP (DT a) (NN dog)) (PP (IN of) (NP (NNP mary))))))'
    >>> parsed("tom a dog".split()) is None
    True
    """
    reader = _Reader(words)
    try:
        found = reader.sentence()
    except (LookupError, RecursionError):
        return None
    return found if reader.at == len(words) else None


def _drawn(rng: Random, words: Sequence[str]) -> Leaf:
    word = rng.choice(words)
    return Leaf(_TAGS[word], word)


def _noun_phrase(rng: Random, depth: int = 0) -> Tree:
    if rng.random() < 0.25:
        core = Tree("NP", (_drawn(rng, LEXICON["NNP"]),))
    else:
        adjective = (_drawn(rng, LEXICON["JJ"]),) if rng.random() < 0.3 else ()
        core = Tree("NP", (_drawn(rng, LEXICON["DT"]), *adjective, _drawn(rng, LEXICON["NN"])))
    if rng.random() < 0.3 / (1 + depth):
        return Tree("NP", (core, Tree("PP", (_drawn(rng, OF_NOUNS), _noun_phrase(rng, depth + 1)))))
    return core


def _verb_phrase(rng: Random) -> Tree:
    kind = rng.choices((ALONE, SEEING, SAYING), (3, 5, 2))[0]
    verb = _drawn(rng, kind)
    if kind is SAYING:
        return Tree("VP", (verb, Tree("SBAR", (Leaf("IN", THAT), sentence(rng)))))
    objects = (_noun_phrase(rng),) if kind is SEEING else ()
    beside = tuple(_verb_phrase_beside(rng))
    return Tree("VP", (verb, *objects, *beside))


def _verb_phrase_beside(rng: Random) -> Iterator[Tree]:
    """Phrases that belong to the verb: none, one, seldom two."""
    for chance in (0.5, 0.2):
        if rng.random() >= chance:
            return
        yield Tree("PP", (_drawn(rng, OF_VERBS), _noun_phrase(rng, 1)))


class _Reader:
    """Reads words from the left; which rule holds is told by the next word.

    Raises:
        LookupError: in every method, where the next word cannot stand there.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words, self.at = words, 0

    def sentence(self) -> Tree:
        """A noun phrase and what is said of it."""
        return Tree("S", (self.noun_phrase(), self.verb_phrase()))

    def noun_phrase(self) -> Tree:
        """A name, or an article and a noun; with what belongs to the noun."""
        if self.next_in(LEXICON["NNP"]):
            core = Tree("NP", (self.take(LEXICON["NNP"]),))
        else:
            article = self.take(LEXICON["DT"])
            adjective = (self.take(LEXICON["JJ"]),) if self.next_in(LEXICON["JJ"]) else ()
            core = Tree("NP", (article, *adjective, self.take(LEXICON["NN"])))
        if not self.next_in(OF_NOUNS):
            return core
        return Tree("NP", (core, Tree("PP", (self.take(OF_NOUNS), self.noun_phrase()))))

    def verb_phrase(self) -> Tree:
        """A verb, with what it asks for and what belongs to it."""
        if self.next_in(SAYING):
            return Tree("VP", (self.take(SAYING), Tree("SBAR", (self.take((THAT,)), self.sentence()))))
        parts: list[Tree | Leaf] = [self.take((*ALONE, *SEEING))]
        if isinstance(parts[0], Leaf) and parts[0].word in SEEING:
            parts.append(self.noun_phrase())
        while self.next_in(OF_VERBS):
            parts.append(Tree("PP", (self.take(OF_VERBS), self.noun_phrase())))
        return Tree("VP", tuple(parts))

    def next_in(self, words: Sequence[str]) -> bool:
        """Whether the next word is one of these."""
        return self.at < len(self.words) and self.words[self.at] in words

    def take(self, words: Sequence[str]) -> Leaf:
        """The next word, if it is one of these."""
        if not self.next_in(words):
            raise LookupError(f"word {self.at + 1} is none of {words}")
        self.at += 1
        word = self.words[self.at - 1]
        return Leaf(_TAGS[word], word)
