"""All tasks on sets of vectors by name: what menus, the command line and the laws iterate over."""

from core.tasks.communities import Communities
from core.tasks.karate import Karate
from core.tasks.molecules import Molecules
from core.tasks.own_graph import OwnGraph
from core.tasks.saw_tagging import SawTagging
from core.tasks.set_task import AbstractSetTask

_KINDS: tuple[type[AbstractSetTask], ...] = (SawTagging, Karate, Communities, OwnGraph, Molecules)
SET_TASKS: dict[str, type[AbstractSetTask]] = {task.name: task for task in _KINDS}
