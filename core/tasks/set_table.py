"""All tasks on sets of vectors by name: what menus, the command line and the laws iterate over."""

from core.tasks.communities import Communities
from core.tasks.digit_pictures import DigitPictures
from core.tasks.fill_in import FillIn
from core.tasks.hidden_tagging import HiddenTagging
from core.tasks.karate import Karate
from core.tasks.molecules import Molecules
from core.tasks.own_graph import OwnGraph
from core.tasks.own_pictures import OwnPictures
from core.tasks.phones import Phones
from core.tasks.saw_tagging import SawTagging
from core.tasks.sentiment import Sentiment
from core.tasks.set_task import AbstractSetTask
from core.tasks.spoken import Spoken
from core.tasks.tagging import Tagging

_WORDS: tuple[type[AbstractSetTask], ...] = (SawTagging, Tagging, Sentiment, FillIn, HiddenTagging)
_SOUNDS: tuple[type[AbstractSetTask], ...] = (Phones, Spoken)
_PICTURES: tuple[type[AbstractSetTask], ...] = (DigitPictures, OwnPictures)
_GRAPHS: tuple[type[AbstractSetTask], ...] = (Karate, Communities, OwnGraph, Molecules)
SET_TASKS: dict[str, type[AbstractSetTask]] = {task.name: task for task in (*_WORDS, *_SOUNDS, *_PICTURES, *_GRAPHS)}
