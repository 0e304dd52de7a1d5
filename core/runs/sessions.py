"""Sessions to keep and to hand on: as a file with its tree, and as a link.

Both hold the session (source, search, branches), and which model it was made with. Whoever opens one replays it: with
the same weights the same tokens come again, those of sampling too. A file also holds the tree, for other programs and
to tell whether the replay gave the same; a digest tells whether it was edited.
"""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.decoding.search import AbstractSearch
from core.decoding.session import MOST_BRANCHES, Branch, Session
from core.decoding.trees.tree import DecodingTree
from core.errors import AttentionLabError, DataError, RunError
from core.language import tr
from core.runs.catalog import SEARCHES, entry
from core.runs.stepwise import AbstractStepwise

SCHEMA = "attnlab/session/1"
LONGEST_LINK = 6_000  # characters; browsers and servers cut addresses somewhere above 8,000
LARGEST_FILE = 20_000_000  # bytes
_MOST_UNPACKED = 1_000_000  # bytes that a link may unfold to
_SAME = ("parent", "token", "status")  # columns that a replay must give again
_CLOSE = 1e-3  # nats: other machines add up in another order


@dataclass(frozen=True)
class SavedSession:
    """A session, and the model it belongs to.

    Attributes:
        run: address of the model; model_hash: fingerprint of its weights; checkpoint_step: when they were saved.
        session: what was done.
    """

    run: str
    model_hash: str
    checkpoint_step: int
    session: Session

    @classmethod
    def of(cls, trained: AbstractStepwise, session: Session) -> "SavedSession":
        """A session as it was taken with a model; what was undone is left out."""
        kept = Session(session.source, session.search, session.branches, session.done)
        return cls(trained.run.address, trained.model_hash, trained.step, kept)

    def check(self, trained: AbstractStepwise) -> None:
        """Make sure that a model is the one it was made with.

        Raises:
            RunError: the weights are others.
        """
        if trained.model_hash != self.model_hash:
            raise RunError(
                tr(
                    "this session was made with {run}, weights {model_hash} of step {checkpoint_step:,}; here "
                    "{address} has weights {model_hash2} of step {step:,}: it would show other "
                    "tokens, so it is not opened. Open it where the same model is",
                    run=self.run,
                    model_hash=self.model_hash,
                    checkpoint_step=self.checkpoint_step,
                    address=trained.run.address,
                    model_hash2=trained.model_hash,
                    step=trained.step,
                )
            )

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "schema": SCHEMA, "run": self.run, "model_hash": self.model_hash, "checkpoint_step": self.checkpoint_step,
            "source": self.session.source, "search": _from_search(self.session.search),
            "branches": [
                {"prefix": list(one.prefix), "forced": one.forced, "search": _from_search(one.search)}
                for one in self.session.branches
            ],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Any) -> "SavedSession":
        """Read back what `to_dict` gave; nothing in it is trusted.

        Raises:
            DataError: not a session, made by a newer program, or damaged.
            SettingError: a search that is not known here, or a setting out of its range.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, Mapping) else None
            raise DataError(
                tr("not a saved session: schema {found!r}, expected {schema!r}", found=str(found)[:40], schema=SCHEMA)
            )
        branches = data.get("branches")
        if not isinstance(branches, list) or len(branches) > MOST_BRANCHES:
            raise _damaged(tr("branches"))
        line = tuple(_branch(one) for one in branches)
        session = Session(_part(data, "source", str), _search(data.get("search")), line, len(line))
        return cls(
            _part(data, "run", str), _part(data, "model_hash", str), _part(data, "checkpoint_step", int), session
        )

    def to_link(self) -> str:
        """The session in letters that may stand in an address.

        Raises:
            DataError: it is too long for one.
        """
        packed = zlib.compress(json.dumps(self.to_dict(), separators=(",", ":")).encode(), 9)
        text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
        if len(text) > LONGEST_LINK:
            raise DataError(
                tr(
                    "this session is too long for a link ({count:,} characters); save it as a file instead",
                    count=len(text),
                )
            )
        return text

    @classmethod
    def from_link(cls, text: str) -> "SavedSession":
        """Read back what `to_link` gave.

        Raises:
            DataError: cut off, mistyped, or not a session.
            SettingError: a search that is not known here, or a setting out of its range.
        """
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            unpacking = zlib.decompressobj()
            raw = unpacking.decompress(packed, _MOST_UNPACKED)
            if not unpacking.eof:
                raise zlib.error("incomplete")
            data = json.loads(raw)
        except (ValueError, RecursionError, binascii.Error, zlib.error) as error:
            raise DataError(
                tr("the link's session cannot be read: it was cut off or mistyped; copy it whole")
            ) from error
        return cls.from_dict(data)

    def to_file(self, tree: DecodingTree) -> str:
        """The session and its tree as one JSON text, sealed with a digest."""
        body = {**self.to_dict(), "tree": tree.to_dict()}
        return json.dumps({**body, "digest": _digest(body)}, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_file(cls, raw: bytes) -> tuple["SavedSession", DecodingTree]:
        """Read back what `to_file` gave, and its tree.

        Raises:
            DataError: too large, damaged, edited, or not a session.
            SettingError: a search that is not known here, or a setting out of its range.
        """
        if len(raw) > LARGEST_FILE:
            raise DataError(
                tr(
                    "the file has {count:,} bytes; a session has at most {largest_file:,}",
                    count=len(raw),
                    largest_file=LARGEST_FILE,
                )
            )
        try:
            body = json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise DataError(
                tr("this file is not a saved session, or is damaged: it is no JSON; save it again")
            ) from error
        saved = cls.from_dict(body)
        if body.pop("digest", None) != _digest(body):
            raise DataError(
                tr("this session was edited or damaged after it was saved, so it is not opened; save it again")
            )
        return saved, DecodingTree.from_dict(body.get("tree"))


def same_tree(one: DecodingTree, other: DecodingTree) -> bool:
    """Whether two trees hold the same tokens with the same fates, and probabilities alike."""
    return all(one.nodes[name] == other.nodes[name] for name in _SAME) and bool(
        np.allclose(one.nodes["logp"], other.nodes["logp"], atol=_CLOSE)
    )


def _from_search(search: AbstractSearch) -> dict[str, Any]:
    return {"name": search.name, **search.to_dict()}


def _search(data: Any) -> AbstractSearch:
    if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
        raise _damaged(tr("search"))
    kind = entry(SEARCHES, data["name"], "search")
    try:
        return kind.from_dict({name: value for name, value in data.items() if name != "name"})
    except AttentionLabError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise _damaged(tr("search")) from error


def _branch(data: Any) -> Branch:
    if not isinstance(data, Mapping):
        raise _damaged(tr("branches"))
    prefix, forced = data.get("prefix"), data.get("forced")
    if not isinstance(prefix, list) or not all(type(token) is int for token in prefix):
        raise _damaged(tr("prefix"))
    if forced is not None and type(forced) is not int:
        raise _damaged(tr("forced"))
    return Branch(tuple(prefix), forced, _search(data.get("search")))


def _part(data: Mapping[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if type(value) is not kind:
        raise _damaged(name)
    return value


def _damaged(name: str) -> DataError:
    return DataError(
        tr("the saved session is damaged: its {name} cannot be read; save it again where it was made", name=name)
    )


def _digest(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
