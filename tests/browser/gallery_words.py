"""Invented sentences for the gallery, in several scripts, and the number of each token."""

ENGLISH = ["the", "little", "dog", "ran", "across", "the", "old", "wooden", "bridge", "."]
GERMAN = ["der", "kleine", "hund", "rannte", "über", "die", "alte", "holzbrücke", "."]
MIXED = [
    "春天",
    "来",
    "了",
    "，",
    "кошка",
    "спит",
    "السلام",
    "عليكم",
    "the",
    "the",
    "Donaudampfschifffahrtsgesellschaft",
    " ",
]
END = "</s>"
FOUR = ["bridge", "春天", "مرحبا!", "क्षत्रिय"]  # Latin, Chinese, Arabic from the right, Devanagari with a conjunct
SCRIPTS = [*GERMAN, "Donaudampfschifffahrtsgesellschaft", "春天", "السلام", "кошка", END]
WORDS = [
    END,
    *dict.fromkeys(GERMAN),
    "ein",
    "das",
    "dieser",
    "holz",
    "brücke",
    "lief",
    "große",
    "katze",
    "春天",
    "кошка",
    "السلام",
]


def token_id(token: str) -> int:
    return WORDS.index(token) if token in WORDS else 900 + sum(map(ord, token)) % 97
