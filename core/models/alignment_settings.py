"""The settings of how a decoder finds its place in the source."""

from dataclasses import dataclass

from core.attention.alignments import ALIGNMENTS
from core.attention.course import COURSES
from core.settings import Settings, setting


@dataclass(frozen=True)
class AlignmentSettings(Settings):
    """What every decoder with a source may choose; what does not go together is refused (combinations.py)."""

    alignment: str = setting(
        "content",
        choices=tuple(ALIGNMENTS),
        help="who decides where to look at the source: contents alone, earlier weights too, or a scan that goes on",
    )
    chunk: int = setting(3, low=1, high=64, help="alignment=mocha only: keys it looks at softly; 1 is monotonic")
    noise: float = setting(
        1.0, low=0.0, high=10.0, step=0.5,
        help="monotonic, mocha: deviation of the noise that teaches it to be decided; 0: none",
    )  # fmt: skip


@dataclass(frozen=True)
class CourseSettings(AlignmentSettings):
    """What a decoder with one alignment may choose besides."""

    reach: int = setting(7, low=0, high=256, help="location: keys on each side whose earlier weights a key hears of")
    inference: str = setting(
        "free",
        choices=tuple(COURSES),
        help="held to a course when it decodes: window or forced keep near the last place, forward goes on by one",
    )
    ahead: int = setting(3, low=1, high=256, help="inference=window, forced: keys past the last place it may look at")
