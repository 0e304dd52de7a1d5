"""Files made worse by chance: what a file is, its bytes say, and the damage is done behind its checksums.

A zip is packed again with the right CRC, the header of safetensors and of NumPy gets the right length, a chunk of PNG the
right CRC, a RIFF chunk the right size, so that what reads them is met by the damage and not by a checksum before it. One in
four is damaged as a disk would: bytes alone, nothing put right.
"""

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

_DEEP, _LONG = 100_000, 100_000
_MOST = 400_000  # bytes: a mutation never makes a file much larger, so a reader's time is its own doing
WORDS: tuple[str, ...] = (
    "", "../../../../etc/passwd", "/etc/passwd", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\ud800", "\0", "\u202e",
    "nan", "1e999", "\n\n", "__class__", "demo/../x", "a" * _LONG, "![](http://127.0.0.1:9/x)", "con", "file:///etc/passwd",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2, 255, 2**15, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, 10**18, 10**40, -(2**31), 0.5, -0.0, 1e308,
    float("nan"), float("inf"), -float("inf"),
)  # fmt: skip
_BYTES = (
    b"\0",
    b"\xff",
    b"\x80",
    b"\r\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"{",
    b"[" * 2000,
    b'"',
    b"<",
    b"&x;",
    b"\t",
    b",",
)


def mutated(data: bytes, chance: Random) -> bytes:
    """A file that is no longer what it was (or, rarely, still is)."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = damaged(data, chance) if chance.random() < 0.25 else _inside(data, chance)
    return data[:_MOST] if len(data) > 4 * _MOST else data


def damaged(data: bytes, chance: Random) -> bytes:
    """Bytes flipped, cut out, doubled, put in, or the file cut off."""
    if not data:
        return chance.choice(_BYTES)
    at = chance.randrange(len(data))
    upto = min(len(data), at + chance.choice((1, 2, 4, 8, 64, 1024)))
    return chance.choice((
        data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
        data[:at] + bytes(chance.randrange(256) for _ in range(min(8, upto - at))) + data[upto:],
        data[:at], data[:at] + data[upto:], data[:at] + data[at:upto] * chance.choice((2, 3, 50)) + data[upto:],
        data[:at] + chance.choice(_BYTES) + data[at:],
        data[:at] + struct.pack("<Q", chance.choice((0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)))[: chance.choice((1, 2, 4, 8))] + data[upto:],
    ))  # fmt: skip


def _inside(data: bytes, chance: Random) -> bytes:
    for begins, change in _KINDS:
        if data.startswith(begins):
            return change(data, chance)
    if len(data) > 9 and data[8:9] == b"{" and int.from_bytes(data[:8], "little") < len(data):
        return _tensors(data, chance)
    if data.lstrip()[:1] in (b"{", b"["):
        return _json(data, chance)
    return _text(data, chance)


def _zip(data: bytes, chance: Random) -> bytes:
    """One entry damaged, left out, doubled or renamed; its CRC is right."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(info, archive.read(info)) for info in archive.infolist()]
    except Exception:
        return damaged(data, chance)
    if not entries:
        return damaged(data, chance)
    at, what = chance.randrange(len(entries)), chance.random()
    info, content = entries[at]
    if what < 0.8:
        entries[at] = (info, _inside(content, chance) if chance.random() < 0.7 else damaged(content, chance))
    elif what < 0.87:
        entries.pop(at)
    else:
        named = zipfile.ZipInfo(
            chance.choice((chance.choice(WORDS)[:60000], f"../{info.filename}", f"{info.filename}/x")) or "x"
        )
        entries.append((named, content))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for one, body in entries:
            name = one.filename.encode("utf-8", "replace").decode()
            out.writestr(zipfile.ZipInfo(name), body)
    return file.getvalue()


def _tensors(data: bytes, chance: Random) -> bytes:
    """The header of a safetensors file, with its right length; the numbers stay."""
    size = int.from_bytes(data[:8], "little")
    header = _json(data[8 : 8 + size], chance)
    return len(header).to_bytes(8, "little") + header + data[8 + size :]


def _array(data: bytes, chance: Random) -> bytes:
    """The header of a NumPy array, with its right length."""
    size = int.from_bytes(data[8:10], "little")
    header = data[10 : 10 + size].decode("latin-1").rstrip()
    shape = ", ".join(str(chance.choice((0, 1, 2, 3, 7, 12, 2**31, 2**40, -1))) for _ in range(chance.randrange(5)))
    begin, _, _ = header.partition("'shape': (")
    kinds = ("<f4", "<f8", "|O", "<U2", "|b1", "<i8", "<c8", ">f4", "|V9", "<M8[ns]", "<f2", "|S3", "[('a', '<f4')]")
    changed = chance.choice((
        f"{begin}'shape': ({shape}), }}", header.replace("<f4", chance.choice(kinds)), header.replace("False", "True"),
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", damaged(header.encode(), chance).decode("latin-1"),
        "{" * 300, "__import__('os').system('true')",
    )).encode("latin-1", "replace")[:60_000]  # fmt: skip
    return data[:8] + len(changed).to_bytes(2, "little") + changed + data[10 + size :]


def _riff(data: bytes, chance: Random) -> bytes:
    """The fields of a sound's format, or the size that a chunk claims."""
    if len(data) < 44:
        return damaged(data, chance)
    offset, size = chance.choice(((4, 4), (16, 4), (20, 2), (22, 2), (24, 4), (28, 4), (32, 2), (34, 2), (40, 4)))
    value = chance.choice((0, 1, 2, 3, 8, 16, 24, 64, 0xFFFE, 0xFFFF, 2**31, 2**32 - 1, chance.randrange(2**32)))
    return data[:offset] + (value % 2 ** (8 * size)).to_bytes(size, "little") + data[offset + size :]


def _png(data: bytes, chance: Random) -> bytes:
    """One chunk of a PNG, with its right CRC; a text chunk is packed again."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    if not chunks:
        return damaged(data, chance)
    which = chance.randrange(len(chunks))
    kind, body = chunks[which]
    if kind == b"IHDR" and len(body) == 13 and chance.random() < 0.5:
        body = (
            struct.pack(">II", chance.choice((0, 1, 40, 2**16, 2**31 - 1)), chance.choice((0, 1, 20, 2**31 - 1)))
            + body[8:]
        )
    elif kind == b"iTXt" and chance.random() < 0.8:
        head, _, text = body.rpartition(b"\0")
        body = head + b"\0" + _json(text, chance)
    else:
        body = damaged(body, chance)
    chunks[which] = (kind, body)
    return data[:8] + b"".join(_chunk(name, one) for name, one in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _json(data: bytes, chance: Random) -> bytes:
    """One value of JSON, or of JSON lines, replaced."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        lines = data.split(b"\n")
        at = chance.randrange(len(lines))
        try:
            lines[at] = json.dumps(tree(json.loads(lines[at]), chance)).encode()
        except (ValueError, RecursionError):
            return damaged(data, chance)
        return b"\n".join(lines)
    if chance.random() < 0.03:
        return b"[" * _DEEP + b"]" * _DEEP
    text = json.dumps(tree(value, chance), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return text.replace(b"NaN", b"1" * 5000) if chance.random() < 0.02 else text


def tree(value: Any, chance: Random) -> Any:
    """A JSON value with one place in it changed: to what the place cannot hold, to more of it, or to nothing."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key, what = chance.choice(list(value)), chance.random()
        if what < 0.75:
            return {**value, key: tree(value[key], chance)}
        if what < 0.9:
            return {name: one for name, one in value.items() if name != key}
        return {**value, chance.choice(WORDS): value[key]}
    if isinstance(value, list) and value and chance.random() < 0.8:
        at, what = chance.randrange(len(value)), chance.random()
        if what < 0.7:
            return [*value[:at], tree(value[at], chance), *value[at + 1 :]]
        return value[:at] + value[at + 1 :] if what < 0.85 else [*value, *value[at:][:100]]
    return another(value, chance)


def another(value: Any, chance: Random) -> Any:
    """Something that the place of a value does not expect."""
    near: list[Any] = [value]
    if isinstance(value, str):
        near = [value + chance.choice(WORDS), value[:-1], value.upper(), _packed(value, chance)]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        near = [value + 1, -value, value * 1000, str(value)]
    strange = (None, True, False, [], {}, [[]], {"": ""}, [None] * 5, {"name": "x"}, [value], {"a": value})
    return chance.choice(
        (chance.choice(near), chance.choice(near), chance.choice(NUMBERS), chance.choice(WORDS), chance.choice(strange))
    )


def _packed(text: str, chance: Random) -> str:
    """Text that is numbers in base64, of another length."""
    try:
        return base64.b64encode(damaged(base64.b64decode(text, validate=True), chance)).decode()
    except ValueError:
        return text[::-1]


def _text(data: bytes, chance: Random) -> bytes:
    """A line of a text gone, doubled, moved, or with another word in it."""
    lines = data.split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    what = chance.randrange(5)
    if what == 0:
        lines.pop(at)
    elif what == 1:
        lines[at:at] = [lines[other]] * chance.choice((1, 2, 500))
    elif what == 2:
        lines[at], lines[other] = lines[other], lines[at]
    else:
        words = lines[at].split(b" ")
        strange = str(chance.choice((chance.choice(WORDS), chance.choice(NUMBERS)))).encode("utf-8", "replace")
        words[chance.randrange(len(words))] = strange
        lines[at] = b" ".join(words)
    return b"\n".join(lines)


_KINDS: tuple[tuple[bytes, Callable[[bytes, Random], bytes]], ...] = (
    (b"PK", _zip), (b"\x93NUMPY", _array), (b"RIFF", _riff), (b"\x89PNG", _png),
)  # fmt: skip
