"""All tasks on sets of vectors by name: what menus, the command line and the laws iterate over."""

from core.tasks.fill_in import FillIn
from core.tasks.hidden_tagging import HiddenTagging
from core.tasks.saw_tagging import SawTagging
from core.tasks.sentiment import Sentiment
from core.tasks.set_task import AbstractSetTask
from core.tasks.tagging import Tagging

SET_TASKS: dict[str, type[AbstractSetTask]] = {
    task.name: task for task in (SawTagging, Tagging, Sentiment, FillIn, HiddenTagging)
}
