"""Greedy decoding of a GRU with additive attention against the textbook's loop, which does everything at every step."""

import torch

from core.data.vocabulary import Vocabulary
from core.decoding.batched import decode
from core.decoding.frontier import Rules
from core.decoding.greedy import GreedySearch
from core.models.build import build
from core.models.fast.table import fast
from core.models.recurrent_settings import RecurrentSettings
from core.seeds import Seeds
from tests.benchmarks.contest import in_turns
from tests.benchmarks.row import Measured, Row
from tests.benchmarks.sizes import NEVER, SIZES, sources_of
from tests.benchmarks.training import PlainRecurrent

LENGTH = 64
WIDTH, TOKENS = SIZES["base"][0].width, SIZES["base"][1]


class Textbook:
    """Decodes one token after another: keys projected anew, one cell step, one read-out, the weights kept in a list."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = PlainRecurrent(WIDTH, TOKENS).eval().requires_grad_(False)

    @torch.no_grad()
    def greedy(self, source: list[int]) -> tuple[list[int], list[torch.Tensor]]:
        """Tokens, and the attention paid for each."""
        model, tokens, weights = self.model, [1], []
        memory = model.encoder(model.source(torch.tensor([source])))[0]
        hidden = torch.tanh(model.first(memory.mean(dim=1)))
        for _ in range(LENGTH):
            embedded = model.target(torch.tensor(tokens[-1:]))
            energies = model.energy(torch.tanh(model.query(hidden)[:, None] + model.key(memory)))[..., 0]
            weights.append(torch.softmax(energies, dim=-1))
            context = torch.bmm(weights[-1][:, None], memory)[:, 0]
            hidden = model.cell(torch.cat([embedded, context], dim=-1), hidden)
            joined = torch.tanh(model.join(torch.cat([hidden, context, embedded], dim=-1)))
            tokens.append(int(torch.log_softmax(model.output(joined), dim=-1).argmax()))
        return tokens, weights


def measure(share: float) -> Measured:
    """Our processor time over the textbook's."""
    torch.set_num_threads(1)
    words = Vocabulary.of([f"w{at}" for at in range(TOKENS - 6)])
    settings = RecurrentSettings(cell="gru", score="additive", layers=1, width=WIDTH)
    model = build(settings, words, words, Seeds(0)).eval().requires_grad_(False)
    model.decoder.output.bias[[*model.never_generated, model.end]] = NEVER
    ((source,), stepped, textbook) = sources_of(model, [LENGTH]), fast(model), Textbook()
    rules = [Rules(model.end, model.never_generated, LENGTH, LENGTH)]
    return in_turns(
        lambda: decode(GreedySearch(), stepped, [source], rules), lambda: textbook.greedy(source), share, LENGTH
    )


ROWS = [
    Row("greedy-gru", f"greedy of a GRU with additive attention, recorded, S = T = {LENGTH}, against the textbook's loop", "×",
        0.80, measure),
]  # fmt: skip
