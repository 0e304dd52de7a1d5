"""A head that points: never at padding, never backwards, and it learns a rule from examples."""

import torch

from core.claims.question_answering import spans_of
from core.data.batch import Example
from core.models.build import gru_encoder
from core.models.parts import embedding_of
from core.models.span_pointer import SpanPointer, best_spans
from core.models.transformer_settings import TransformerSettings

SETTINGS = TransformerSettings(layers=1, width=16, dropout=0.0, positions="none")


def pointer(seed: int = 0) -> SpanPointer:
    torch.manual_seed(seed)
    return SpanPointer(gru_encoder(SETTINGS, embedding_of(SETTINGS, 12)), 16)


def test_padding_has_no_probability_and_changes_nothing():
    tokens, valid = torch.tensor([[7, 8, 9, 2, 0, 0], [6, 7, 8, 9, 10, 2]]), torch.ones(2, 6, dtype=torch.bool)
    valid[0, 4:] = False
    together, alone = pointer()(tokens, valid), pointer()(tokens[:1, :4], valid[:1, :4])
    assert torch.isneginf(together[0, :, 4:]).all()
    torch.testing.assert_close(together[0, :, :4], alone[0])
    torch.testing.assert_close(together.exp().sum(-1), torch.ones(2, 2))


def test_the_best_span_is_the_best_of_all_that_do_not_end_before_they_begin():
    scores = torch.randn(40, 2, 5, generator=torch.Generator().manual_seed(1))
    for one, (first, last) in zip(scores, best_spans(scores).tolist()):
        every = {(a, b): one[0, a] + one[1, b] for a in range(5) for b in range(a, 5)}
        assert (first, last) == max(every, key=lambda span: every[span])


def test_answers_are_found_where_they_stand_first():
    examples = [Example(tuple("abcbcd"), tuple("bc")), Example(tuple("abc"), ("c",))]
    assert spans_of(examples).tolist() == [[1, 2], [2, 2]]


def test_it_learns_to_point_from_one_mark_to_the_next():
    model, chance = pointer(), torch.Generator().manual_seed(3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def batch():
        tokens = torch.randint(7, 12, (32, 8), generator=chance)
        first = torch.randint(0, 6, (32, 1), generator=chance)
        spans = torch.cat([first, first + 2], dim=1)
        return tokens.scatter(1, spans, 6), spans

    for _ in range(150):
        tokens, spans = batch()
        loss = -model(tokens, torch.ones_like(tokens, dtype=torch.bool)).gather(2, spans[:, :, None]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    tokens, spans = batch()
    found = best_spans(model(tokens, torch.ones_like(tokens, dtype=torch.bool)))
    assert (found == spans).all(dim=1).double().mean() > 0.9
