"""The alphabet of axes and the tensors that cross rooms.

Every tensor in the house is batch first and its axes have these names, always in this order:

    batch   items decoded or trained together        row     live hypotheses (search) or padded items
    head    attention heads                          vocab   target vocabulary
    query   positions that look                      source  positions of the source sentence
    key     positions that are looked at             target  positions of the target sentence
    dim     features of one head                     width   features of the model
    value   features of a value vector

House rulings: rows of a matrix are queries; a mask's True means *may attend*; a row without any key it may attend
has weights that are all zero. Scores become weights, weights mix values into a context.
"""

from jaxtyping import Bool, Float, Int
from torch import Tensor

Scores = Float[Tensor, "batch head query key"]
Weights = Float[Tensor, "batch head query key"]
Mask = Bool[Tensor, "#batch #head #query #key"]
SourceMask = Bool[Tensor, "#batch #head #query source"]
Tokens = Int[Tensor, "batch time"]
Frames = Float[Tensor, "batch time slice mel"]  # of each token of a source that is heard
Copies = Int[
    Tensor, "batch time 2"
]  # of each token of a source the number it is read under, and the one it is written under
Source = Tokens | Frames | Copies
Valid = Bool[Tensor, "batch time"]
States = Float[Tensor, "batch time width"]
Heads = Float[Tensor, "batch head time dim"]
Keys = Float[Tensor, "batch head key dim"]
Bias = Float[Tensor, "#batch #head #query #key"]
Places = Int[Tensor, "#batch _"]  # the position number of each token of a row
Prepared = Float[Tensor, "batch head key prepared"]  # what of a score depends on the keys alone
Logits = Float[Tensor, "batch time vocab"]
LogProbs = Float[Tensor, "row vocab"]
