"""Pictures cut into tiles: many small things become fewer and larger, and there is more to learn from."""

from collections.abc import Iterator
from dataclasses import replace

import torch

from core.data.boxes import BoxedPicture, BoxedPictures, corners, middles
from core.errors import ShapeError
from core.language import tr


def tiled(pictures: BoxedPictures, parts: int) -> BoxedPictures:
    """Every picture cut into parts × parts tiles; held-out pictures give held-out tiles.

    A thing belongs to the tile in which its middle lies, and its box is cut off at the tile's edge.

    Raises:
        ShapeError: rows or columns that cannot be cut so.
    """
    if parts == 1:
        return pictures
    train, held_out = (
        tuple(tile for one in group for tile in _tiles(one, parts)) for group in (pictures.train, pictures.held_out)
    )
    return replace(pictures, train=train, held_out=held_out)


def _tiles(one: BoxedPicture, parts: int) -> Iterator[BoxedPicture]:
    rows, columns = one.pixels.shape[1:]
    if rows % parts or columns % parts:
        raise ShapeError(
            tr(
                "{name}: {columns} × {rows} pixels cannot be cut into {parts} × {parts} equal tiles",
                name=one.name,
                columns=columns,
                rows=rows,
                parts=parts,
            )
        )
    tall, wide, edges = rows // parts, columns // parts, corners(one.boxes) * parts
    home = (one.boxes[:, :2] * parts).floor().clamp(max=parts - 1)  # column and row of the tile of each thing
    for row in range(parts):
        for column in range(parts):
            here = (home == torch.tensor([column, row])).all(dim=1)
            boxes = (edges[here] - torch.tensor([column, row, column, row])).clamp(0, 1)
            pixels = one.pixels[:, row * tall : (row + 1) * tall, column * wide : (column + 1) * wide]
            yield replace(
                one, name=f"{one.name} · {row * parts + column + 1}", pixels=pixels, boxes=middles(boxes),
                labels=one.labels[here],
            )  # fmt: skip
