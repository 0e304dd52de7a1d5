"""Who is next: the owner with fewer trainings running, then the owner who has waited longest.

An owner waits since the later of two moments: when the oldest of its waiting tickets was drawn, and when a training of
its was last started. So whoever was served goes to the back, however many tickets they have drawn: while an owner
waits who has nothing running, no other one is served twice. Moments are numbers that only grow, never clocks.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping

from core.runs.tickets import Ticket


def in_order(
    waiting: Iterable[Ticket], running: Iterable[Ticket], served: Mapping[str, int], places: int
) -> list[Ticket]:
    """The waiting tickets as they would be started from now on, if nobody came and what has run longest ended first.

    Args:
        served: of owners, the moment of their last start; places: how many run at once, 1 or more.
    """
    lines: dict[str, deque[Ticket]] = {}
    for ticket in sorted(waiting, key=lambda one: one.number):
        lines.setdefault(ticket.owner, deque()).append(ticket)
    owners = deque(ticket.owner for ticket in sorted(running, key=lambda one: one.number))
    busy = Counter(owners)
    last, order = dict(served), list[Ticket]()
    now = max([*served.values(), *(ticket.number for line in lines.values() for ticket in line), 0])
    while lines:
        while len(owners) >= places:
            busy[owners.popleft()] -= 1
        owner = min(lines, key=lambda one: (busy[one], max(last.get(one, 0), lines[one][0].number)))
        order.append(lines[owner].popleft())
        now += 1
        owners.append(owner)
        busy[owner] += 1
        last[owner] = now
        if not lines[owner]:
            del lines[owner]
    return order
