"""Types and shapes of core are checked while tests run: each of these calls must be refused."""

import pytest
import torch
from beartype import BeartypeConf, beartype
from jaxtyping import Float
from torch import Tensor

from core.attention.multiplicative import DotProduct
from core.attention.normalizers import softmax
from core.data.batch import Example, collate
from core.data.vocabulary import Vocabulary
from core.training.schedules import linear
from tests.checking import checked


def refused(where: str = ""):
    return pytest.raises(TypeError, match=f"(?s){where}.*violates type hint")


CHECK = checked(beartype(conf=BeartypeConf(violation_type=TypeError)))


@CHECK
def joined(left: Float[Tensor, "batch width"], right: Float[Tensor, "batch width"]) -> Float[Tensor, "batch width"]:
    return torch.cat([left, right], dim=int(left.sum()))


def test_one_name_is_one_size_in_all_arguments_and_in_what_is_returned():
    assert joined(torch.zeros(0, 3), torch.zeros(0, 3)).shape == (0, 3)
    with refused():
        joined(torch.zeros(2, 3), torch.zeros(3, 2))
    with refused("return"):
        joined(torch.zeros(2, 3), torch.zeros(2, 3))


def test_sizes_of_one_call_bind_no_other_call_also_after_an_error():
    for size in (1, 2):
        with pytest.raises(IndexError):
            joined(torch.full((size, 5), 2.0), torch.zeros(size, 5))
        assert joined(torch.zeros(0, size), torch.zeros(0, size)).shape == (0, size)


def added(more: float):
    @CHECK
    def plus(number: Float[Tensor, " n"], word: str = "") -> Float[Tensor, " n"]:
        return number + more if not word else torch.zeros(7)

    @CHECK
    def times(number: int, *, by: int = 1) -> int:
        return more if number == 0 else int(number * by * more)

    return plus, times


def test_functions_of_one_text_are_checked_each_with_its_own_surroundings():
    for more in (1.0, 2.0, 5.0):
        plus, times = added(more)
        assert plus(torch.ones(2)).tolist() == [1 + more] * 2 and times(3, by=2) == 6 * more
        for call in (lambda: plus(torch.ones(2, 2)), lambda: plus(torch.ones(2), "w"), lambda: plus([1.0])):  # noqa: B023
            with refused():
                call()
        for arguments, named in (((1.5,), {}), ((1,), {"by": "2"}), ((0,), {})):
            with refused():
                times(*arguments, **named)
        assert plus.__name__ == "plus" and times.__name__ == "times"


@pytest.mark.parametrize(
    "call",
    [
        lambda: softmax(torch.zeros(2, 3, 4)),  # an axis too few
        lambda: softmax(torch.zeros(2, 3, 4, 5), torch.ones(2, 3, 4, 7, dtype=torch.bool)),  # another number of keys
        lambda: DotProduct()(torch.zeros(2, 3, 4, 5), torch.zeros(3, 3, 7, 5)),  # another batch, in a method
        lambda: linear("5", 10, 100),  # no shape at all
        lambda: Example(["a"], ("b",)),  # a field of a dataclass
        lambda: collate([("a", "b")], Vocabulary.of("a"), Vocabulary.of("b")),
    ],
)
def test_what_does_not_fit_its_signature_is_refused_in_core_too(call):
    with refused():
        call()
