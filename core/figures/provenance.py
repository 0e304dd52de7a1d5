"""What a figure says of itself: what it is of, how it is read, and what opens the same view again.

It travels inside the picture (`pictures.py`) as JSON, schema "attnlab/figure/1", sealed with a digest, and is read back
by `opening.py`. Nothing in it is trusted when it comes back.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core.errors import DataError
from core.language import mark, tr

SCHEMA = "attnlab/figure/1"
DIRECTION = mark("rows = target (queries), columns = source (keys)")
LARGEST = 2_000_000  # characters of the description; some 100,000 tokens
_FAMILY = "attnlab/figure/"
_UNSAFE = re.compile("[\ud800-\udfff\x7f-\x9f\ufffe\uffff]")  # what XML may not hold and JSON leaves as it is


@dataclass(frozen=True)
class Origin:
    """The model that a figure was made with; all None where there was none.

    Attributes:
        run: its address; model_hash: fingerprint of its weights.
        step: of the checkpoint; seed: of the training.
    """

    run: str | None = None
    model_hash: str | None = None
    step: int | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Provenance:
    """What a figure is of.

    Attributes:
        view: what kind of figure, in words; title: as it stands above the picture.
        origin: the model.
        page: the page that it was made on, empty where none can show it again; query: that page's parameters.
        direction: how rows and columns are read.
        site: path of the attention, layer: of it, counted from 0; None where the figure is of several.
        head: counted from 0; reduction: "head", or what was done to all heads.
        source: the text that was read; target: the text that was forced, None where the model wrote by itself.
        queries, keys: the tokens of rows and columns, all of them, whatever the picture had room for.
        search: name and settings, where it is of a decoding; edits: of the attention that it was made with, as
            `Edit.to_dict` gives them.
    """

    view: str
    title: str
    origin: Origin = Origin()
    page: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    direction: str = DIRECTION
    site: str | None = None
    layer: int | None = None
    head: int | None = None
    reduction: str | None = None
    source: str = ""
    target: str | None = None
    queries: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    search: Mapping[str, Any] | None = None
    edits: tuple[Mapping[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        plain = asdict(self) | {name: list(getattr(self, name)) for name in _LISTS}
        return {"schema": SCHEMA, **plain.pop("origin"), **plain}

    @classmethod
    def from_dict(cls, data: Any) -> "Provenance":
        """Read back what `to_dict` gave.

        Raises:
            DataError: not a description of a figure, made by a newer program, or damaged.
        """
        schema = data.get("schema") if isinstance(data, Mapping) else None
        if schema != SCHEMA:
            newer = isinstance(schema, str) and schema.startswith(_FAMILY)
            advice = tr("it was saved by a newer Attention Lab: open it there") if newer else tr("save it again")
            raise DataError(
                tr(
                    "what this figure says of itself has schema {schema!r}, not {known!r}; {advice}",
                    schema=str(schema)[:40],
                    known=SCHEMA,
                    advice=advice,
                )
            )
        parts = {one.name: _part(data, one.name) for one in fields(cls) if one.name != "origin"}
        return cls(origin=Origin(**{one.name: _part(data, one.name) for one in fields(Origin)}), **parts)

    @property
    def place(self) -> str:
        """Which attention, for people: layers and heads counted from 1."""
        if self.site is None or self.layer is None:
            return self.reduction or ""
        head = tr("head {n}", n=self.head + 1) if self.head is not None else self.reduction
        return tr("{site} (layer {layer}), {head}", site=self.site, layer=self.layer + 1, head=head)

    @property
    def told(self) -> str:
        """Everything but the tokens in a few lines, for people who look at the file with another program."""
        origin = self.origin
        lines = {
            "view": self.view, "attention": self.place, "direction": self.direction, "model": origin.run,
            "weights": origin.model_hash, "step": origin.step, "seed": origin.seed, "source": self.source,
            "forced target": self.target, "search": self.search and _settings(self.search),
            "edits": "; ".join(map(_edit, self.edits)), "page": self.page,
        }  # fmt: skip
        return "\n".join(f"{name}: {value}" for name, value in lines.items() if value not in (None, ""))


def sealed(about: Provenance, picture: str) -> str:
    """The description as JSON text that any file may hold.

    Args:
        picture: digest of what is drawn, so that a change of it is found out as well.
    """
    body = {**about.to_dict(), "picture": picture}
    text = json.dumps({**body, "digest": seal(body)}, ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def seal(body: Mapping[str, Any]) -> str:
    """Digest of a description without its digest."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return digest(text.encode())


def digest(content: bytes) -> str:
    """A fingerprint that nobody meets by chance."""
    return hashlib.sha256(content).hexdigest()[:32]


_WORDS = ("view", "title", "page", "direction", "source")
_LISTS = ("queries", "keys", "edits")
_NUMBERS = ("layer", "head", "step", "seed")


def _part(data: Mapping[str, Any], name: str) -> Any:
    """A field, if it is what it should be."""
    value = data.get(name)
    if name in ("queries", "keys"):
        if isinstance(value, list) and all(isinstance(token, str) for token in value):
            return tuple(value)
    elif name == "edits":  # figures of before there were any say nothing of them
        if value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            return tuple(value or ())
    elif name == "query":
        if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
            return value
    elif name == "search":
        if value is None or isinstance(value, dict):
            return value
    elif name in _NUMBERS:
        if value is None or type(value) is int:
            return value
    elif isinstance(value, str) or (value is None and name not in _WORDS):
        return value
    raise DataError(
        tr("what this figure says of itself is damaged: its {name} cannot be read; save the figure again", name=name)
    )


def _edit(edit: Mapping[str, Any]) -> str:
    """One edit for people: heads counted from 1."""
    head = edit.get("head")
    number = head + 1 if isinstance(head, int) else head
    step = tr(" at step {step}", step=edit["step"]) if "step" in edit else ""
    return f"{edit.get('site')} {tr('head {n}', n=number)} {tr('row set') if 'row' in edit else tr('off')}{step}"


def _settings(search: Mapping[str, Any]) -> str:
    return " ".join(str(value) if name == "name" else f"{name}={value}" for name, value in search.items())
