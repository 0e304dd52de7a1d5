"""All pages by their names in the address."""

from core.replay.aligning import ALIGNING
from core.replay.claiming import CLAIMING
from core.replay.decoding import DECODING
from core.replay.learning import LEARNING
from core.replay.looking import LOOKING
from core.replay.parts import PARTS
from core.replay.searching import SEARCHING
from core.replay.sets import SETS
from core.replay.systems import SYSTEMS
from core.replay.training import TRAINING
from core.replay.view import View

FIRST, ATTENTION = "start", "attention"  # what an address without a page opens, and one that names a run
VIEWS: dict[str, View] = {
    **LOOKING,
    **PARTS,
    **CLAIMING,
    **ALIGNING,
    **LEARNING,
    **SETS,
    **SYSTEMS,
    **TRAINING,
    **DECODING,
    **SEARCHING,
}
