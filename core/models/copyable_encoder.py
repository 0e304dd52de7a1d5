"""An encoder of sources that may be copied: it reads one number of each token and hands on the other."""

import torch
from torch import Tensor

from core.data.copying import CopyableVocabulary, copyable
from core.data.vocabulary import END, Vocabulary
from core.errors import ShapeError
from core.language import tr
from core.models.encoder import AbstractEncoder, Memory
from core.shapes import Source, Valid


class CopyableEncoder(AbstractEncoder):
    """Any encoder, and beside its states the number under which each token is written.

    A source of numbers alone is copied under the numbers that the target vocabulary has; what it lacks is <unk> then.

    Args:
        reader: what encodes the tokens; source, target: the vocabularies of the two sides.
    """

    written: Tensor

    def __init__(self, reader: AbstractEncoder, source: Vocabulary, target: Vocabulary) -> None:
        super().__init__()
        self.reader = reader
        known, _ = (source, target) if isinstance(source, CopyableVocabulary) else copyable((source, target))
        numbers = torch.tensor(target.encode(known.tokens))
        numbers[END] = END
        self.register_buffer("written", numbers, persistent=False)

    def forward(self, source: Source, valid: Valid) -> Memory:
        """Encode.

        Raises:
            ShapeError: a source that is heard.
        """
        if source.is_floating_point():
            raise ShapeError(tr("a model that copies reads tokens; this source is heard"))
        read, copied = source.unbind(-1) if source.dim() == 3 else (source, self.written[source])
        memory: Memory = self.reader(read, valid)
        return memory._replace(copied=copied)
