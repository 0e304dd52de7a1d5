"""Runs that the lecturer has published to everyone: copies, addressed `class/NAME`, read-only for all as shipped runs are.

A copy and never a link: what is published stays as it was, whatever becomes of the run, and no path leads back into the
workspace it came from. It goes through the archive's own checks, and appears, and goes, by one rename. A taken name gets a
number and nothing is replaced: who has opened `class/NAME`, or has a link to it, keeps seeing the same weights.
"""

from core.errors import RunError
from core.language import tr
from core.runs import archive, atomic, store
from core.runs.classroom import authority
from core.runs.folder import RunFolder
from core.settings import did_you_mean


def publish(run: RunFolder, name: str = "") -> RunFolder:
    """Copy a run to where everybody sees it; one that trains is copied as far as it is.

    Args:
        name: wish for the copy's name, or "" for the run's own; a taken one gets a number.

    Raises:
        RunError: no lecturer asks, the run is damaged, the name is impossible, or the disk refuses.
    """
    authority.check_lecturer(tr("publishing a run"))
    wish = store.check_name(name or run.name)
    folder = store.published_folder()
    with atomic.disk_errors(f"publishing {run.address}"):
        draft = store.new_draft(folder)
        try:
            archive.copy_run(run, draft)
            while True:
                free = store.free_name(wish, folder)
                try:
                    settled = store.settle(draft, free, folder)
                    return store.find_run(f"{store.CLASS}{settled.name}")
                except RunError:
                    if store.free_name(wish, folder) == free:  # nobody was faster, so it was refused for another reason
                        raise
        finally:
            if draft.exists():
                atomic.remove_folder(draft)


def unpublish(name: str) -> None:
    """Take a published run back; copies that others have made of it are theirs.

    Args:
        name: with `class/` before it or without.

    Raises:
        RunError: no lecturer asks, nothing of that name is published, or the disk refuses.
    """
    authority.check_lecturer(tr("taking a published run back"))
    last = name.removeprefix(store.CLASS)
    found = {run.name: run for run in published()}
    if last not in found:
        raise RunError(
            tr(
                "no run {last!r} is published{did_you_mean}; published: {found}",
                last=last[:100],
                did_you_mean=did_you_mean(last[:100], found),
                found=", ".join(found) or tr("none"),
            )
        )
    with atomic.disk_errors(tr("taking {name} back", name=name)):
        atomic.remove_folder(found[last].path)


def published() -> list[RunFolder]:
    """What is published, by name."""
    return store.list_published()
