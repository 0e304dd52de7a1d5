"""From a link to the view it asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from core import language
from core.errors import SettingError
from core.language import LANGUAGES, tr
from core.replay.parameter import quoted
from core.replay.table import ATTENTION, FIRST, VIEWS
from core.replay.view import LANGUAGE, Query, Reading
from core.settings import did_you_mean

LONGEST = 20_000  # characters of a link


def parse(link: str) -> tuple[str, Query]:
    """The page of a link, and what it says to it.

    Args:
        link: the whole address, or from the page's name on.

    Raises:
        SettingError: too long, or a page that there is not.

    >>> parse("http://localhost:8501/masks?length=12&causal=true")
    ('masks', {'length': ['12'], 'causal': ['true']})
    """
    if len(link) > LONGEST:
        raise SettingError(
            tr("the link has {count:,} characters: at most {most:,} are read", count=len(link), most=LONGEST)
        )
    try:
        parts = urlsplit(link.strip())
        query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=200)
    except ValueError as error:
        raise SettingError(tr("{link} is no link: copy it whole", link=quoted(link))) from error
    path = unquote(parts.path)
    page = path.rsplit("/", 1)[-1] or (FIRST if "run" not in query else ATTENTION)
    if page not in VIEWS:
        raise SettingError(
            tr(
                "there is no page {name!r}{near}; a link's page is one of: {known}",
                name=page, near=did_you_mean(page, VIEWS), known=", ".join(VIEWS),
            )
        )  # fmt: skip
    return page, query


def read(page: str, query: Query) -> Reading:
    """The view of a page's address, its words read in the language that it names.

    Raises:
        AttentionLabError: it asks for what cannot be; the message says what could.
    """
    with _spoken(query):
        return VIEWS[page].read(page, query)


def open_link(link: str) -> Reading:
    """The view that a link asks for.

    Raises:
        AttentionLabError: it is no link, or asks for what cannot be; the message says what could.
    """
    return read(*parse(link))


@contextmanager
def _spoken(query: Query) -> Iterator[None]:
    asked = query.get(LANGUAGE, [""])[-1]
    if asked not in LANGUAGES or asked == language.language():
        yield
        return
    with language.speaking(asked):
        yield
