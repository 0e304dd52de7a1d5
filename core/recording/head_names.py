"""Names of heads in menus: they stand in addresses and in what a session remembers as they are, and are shown translated."""

from core.language import tr

HEAD = "head "  # before its number, counted from 1


def head_name(one: str) -> str:
    """A choice of a menu of heads in the language of whoever looks: a head, or what is made of all of them.

    >>> head_name("head 3"), head_name("mean over heads")
    ('head 3', 'mean over heads')
    """
    return tr("head {n}", n=one.removeprefix(HEAD)) if one.startswith(HEAD) else tr(one)
