"""All tasks by name: what menus, the command line and the laws iterate over."""

from core.tasks.chat import Chat
from core.tasks.convex_hull import ConvexHull
from core.tasks.copying import Copying
from core.tasks.dates import Dates
from core.tasks.hidden_state import HiddenState
from core.tasks.hokkien import Hokkien
from core.tasks.multi_label import MultiLabel
from core.tasks.number_words import NumberWords
from core.tasks.parsing import Parsing
from core.tasks.phrases import Phrases
from core.tasks.pinyin import Pinyin
from core.tasks.question_answering import QuestionAnswering
from core.tasks.recognition import Recognition
from core.tasks.reversal import Reversal
from core.tasks.sorting import Sorting
from core.tasks.sorting_points import SortingPoints
from core.tasks.speech_like import SpeechLike
from core.tasks.summary import Summary
from core.tasks.synonyms import Synonyms
from core.tasks.task import AbstractTask
from core.tasks.text import Text

TASKS: dict[str, type[AbstractTask]] = {
    task.name: task
    for task in (
        Reversal,
        Copying,
        Sorting,
        Dates,
        NumberWords,
        Pinyin,
        Synonyms,
        Phrases,
        SpeechLike,
        HiddenState,
        Text,
        Recognition,
        Chat,
        Summary,
        QuestionAnswering,
        SortingPoints,
        ConvexHull,
        Parsing,
        MultiLabel,
        Hokkien,
    )
}
