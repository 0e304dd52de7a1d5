"""The table of positions that are added to the input, by name; those that enter inside attention are in relations.py."""

from core.attention.absolute import LearnedPositions, NoPositions, SinusoidalPositions, SinusoidalT2TPositions
from core.attention.floater import Floater
from core.attention.position import AbstractPositions

POSITIONS: dict[str, type[AbstractPositions]] = {
    "none": NoPositions,
    "sinusoidal": SinusoidalPositions,
    "sinusoidal_t2t": SinusoidalT2TPositions,
    "learned": LearnedPositions,
    "floater": Floater,
}
