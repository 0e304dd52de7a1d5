"""An ONNX graph that is written node by node: what it computes can be read off the code that writes it.

Opset 17 is the first with layer norms; every onnxruntime of the last years runs it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from torch import Tensor

from core.adapters.sending.weights import Affine, Block, Matrix, Site, Stack
from core.errors import MissingExtra
from core.language import tr

OPSET, FORMAT = 17, 8  # of the operators, and of the file
Axes = Sequence[str | int]


def package() -> Any:
    """onnx.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError:
        raise MissingExtra("onnx", "export", tr("writing ONNX graphs")) from None
    return onnx


class Graph:
    """Nodes and constants, in the order in which they were asked for; values are known by their names.

    Args:
        name: of the graph; norm_before: whether norms stand before their sublayers.
    """

    def __init__(self, name: str, norm_before: bool) -> None:
        self.onnx, self.name, self.norm_before = package(), name, norm_before
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def node(self, kind: str, *inputs: str, count: int = 1, **attributes: Any) -> Any:
        """An operator over values; the name of its result, or names of `count` results."""
        outputs = [f"{kind.lower()}_{len(self.nodes)}_{at}" for at in range(count)]
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), outputs, **attributes))
        return outputs[0] if count == 1 else outputs

    def constant(self, value: Float[Tensor, "*shape"] | Sequence[int] | int | float) -> str:
        """A value that never changes: weights in single precision, or whole numbers."""
        array = value.numpy() if isinstance(value, Tensor) else np.array(value)
        array = array.astype(np.int64 if array.dtype.kind == "i" else np.float32)
        name = f"constant_{len(self.constants)}"
        self.constants[name] = self.onnx.numpy_helper.from_array(np.asarray(array, order="C"), name)
        return name

    def affine(self, states: str, affine: Affine) -> str:
        """States times a matrix, and something added."""
        return self.node("Add", self.product(states, affine.weight), self.constant(affine.bias))

    def product(self, states: str, matrix: Float[Tensor, "out inner"]) -> str:
        """States times a matrix."""
        return self.node("MatMul", states, self.constant(matrix.T))

    def norm(self, states: str, affine: Affine) -> str:
        """The layer norm of each token's features."""
        weights = self.constant(affine.weight), self.constant(affine.bias)
        return self.node("LayerNormalization", states, *weights, axis=-1, epsilon=1e-5)

    def embedded(self, stack: Stack, tokens: str, places: str) -> str:
        """Tokens at their places, [batch time width]."""
        table = self.constant(stack.tokens * math.sqrt(stack.tokens.shape[1]))
        return self.node(
            "Add",
            self.node("Gather", table, tokens),
            self.node("Gather", self.constant(stack.positions), places),
        )

    def enter(self, states: str, norm: Affine) -> str:
        """What a sublayer is given."""
        return self.norm(states, norm) if self.norm_before else states

    def leave(self, states: str, change: str, norm: Affine) -> str:
        """What becomes of the states with what a sublayer made of them."""
        joined = self.node("Add", states, change)
        return joined if self.norm_before else self.norm(joined, norm)

    def fed_forward(self, states: str, block: Block) -> str:
        """The last sublayer of a block."""
        widened = self.node("Relu", self.affine(self.enter(states, block.norm), block.widen))
        return self.leave(states, self.affine(widened, block.narrow), block.norm)

    def last(self, states: str, stack: Stack) -> str:
        """What leaves the last layer."""
        return states if stack.norm is None else self.norm(states, stack.norm)

    def heads(self, states: str, count: int) -> str:
        """[batch time width] to [batch head time dim]."""
        apart = self.node("Reshape", states, self.constant([0, 0, count, -1]))
        return self.node("Transpose", apart, perm=[0, 2, 1, 3])

    def parts(self, states: str, count: int, *matrices: Matrix) -> list[str]:
        """Queries, keys or values of states, by heads."""
        return [self.heads(self.product(states, matrix), count) for matrix in matrices]

    def look(self, parts: Sequence[str], site: Site, dim: int, bias: str | None = None) -> tuple[str, str]:
        """What an attention of heads mixes, joined again to [batch time width], and its weights.

        Args:
            parts: query, key and value, by heads; dim: features of a head.
            bias: added to the scores, −∞ where nobody may look.
        """
        query, key, value = parts
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 1, 3, 2]))
        scores = self.node("Mul", scores, self.constant(1 / math.sqrt(dim)))
        if bias is not None:
            scores = self.node("Add", scores, bias)
        weights = self.node("Softmax", scores, axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", weights, value), perm=[0, 2, 1, 3])
        joined = self.node("Reshape", mixed, self.constant([0, 0, -1]))
        return self.product(joined, site.output), weights

    def unseen(self, mask: str) -> str:
        """−∞ for padding, 0 for tokens, [batch 1 1 source].

        Args:
            mask: 1 for tokens, [batch source].
        """
        seen = self.node("Cast", mask, to=self.onnx.TensorProto.BOOL)
        bias = self.node("Where", seen, self.constant(0.0), self.constant(-math.inf))
        return self.node("Unsqueeze", bias, self.constant([1, 2]))

    def layer(self, stacked: str, number: int) -> str:
        """One of what `stacked` joined."""
        return self.node("Gather", stacked, self.constant(number), axis=0)

    def stacked(self, values: Sequence[str]) -> str:
        """Values of one shape along a new first axis."""
        first = self.constant([0])
        return self.node("Concat", *(self.node("Unsqueeze", value, first) for value in values), axis=0)

    def saved(self, inputs: Mapping[str, tuple[str, Axes]], outputs: Mapping[str, tuple[str, Axes]]) -> bytes:
        """The graph as a file.

        Args:
            inputs: by name their kind ("INT64", "FLOAT") and axes, of which words may be of any size.
            outputs: by name the value that they are, and its axes.
        """
        helper, kinds = self.onnx.helper, self.onnx.TensorProto
        for name, (value, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [name]))
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [helper.make_tensor_value_info(name, getattr(kinds, kind), axes) for name, (kind, axes) in inputs.items()],
            [helper.make_tensor_value_info(name, kinds.FLOAT, axes) for name, (_, axes) in outputs.items()],
            list(self.constants.values()),
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, producer_name="attention-lab", ir_version=FORMAT, opset_imports=opset)
        self.onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString()
        return content
