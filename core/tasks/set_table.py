"""All tasks on sets of vectors by name: what menus, the command line and the laws iterate over."""

from core.tasks.saw_tagging import SawTagging
from core.tasks.set_task import AbstractSetTask

SET_TASKS: dict[str, type[AbstractSetTask]] = {task.name: task for task in (SawTagging,)}
