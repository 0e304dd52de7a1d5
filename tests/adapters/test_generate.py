"""What docs/your-own-model.md tells people to write: run with Hugging Face itself, and read to the last bit."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.adapters.recordings.reading import read_recording_paths
from core.adapters.recordings.recording import Recording

DOCUMENT = Path(__file__).parents[2] / "docs" / "your-own-model.md"
WORDS = ["<pad>", "<s>", "</s>", *(f"w{at}" for at in range(20))]
SOURCES = torch.tensor([[5, 6, 7, 8, 2], [9, 4, 2, 0, 0]])
RECORDED = {"output_attentions": True, "return_dict_in_generate": True, "do_sample": False}
TINY = {
    "vocab_size": len(WORDS), "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "attn_implementation": "eager",
}  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="<pad>"))
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>")


def saved(path: Path, *what: Any) -> Recording:
    """A recording written by the lines of the document."""
    lines = next(
        block for block in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.S) if "def " in block
    )
    names: dict[str, Any] = {}
    exec(lines, names)
    names["save_recording"](path, *what)
    (recording,) = read_recording_paths([path])
    return recording


def tokens(row: list[int]) -> tuple[str, ...]:
    return tuple(WORDS[token] for token in row)


def beam_search(seed: int) -> tuple[Any, Any]:
    """A small model with random weights, and what it wrote."""
    from transformers import BartConfig, BartForConditionalGeneration

    torch.manual_seed(seed)
    sizes = {"d_model": 12, "encoder_layers": 2, "decoder_layers": 3, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16}
    heads = {"encoder_attention_heads": 3, "decoder_attention_heads": 2, "max_position_embeddings": 40, "init_std": 1.0}
    config = BartConfig(**TINY, **sizes, **heads, decoder_start_token_id=2, forced_eos_token_id=None)
    model = BartForConditionalGeneration(config).eval()
    model.final_logits_bias[0, 2] = 3.0  # </s>, so that some outputs end
    beams = {"num_beams": 4, "num_return_sequences": 3, "max_new_tokens": 7}
    return model, model.generate(SOURCES, attention_mask=(SOURCES != 0).long(), **beams, **RECORDED)


@torch.no_grad()
@pytest.mark.parametrize(("seed", "moved", "ended"), [(5, 4, 0), (3, 0, 4)])  # from slot to slot; before the last step
def test_every_hypothesis_of_a_beam_search_has_the_attention_of_a_forced_pass(tmp_path, tokenizer, seed, moved, ended):
    model, outputs = beam_search(seed)
    recording = saved(tmp_path / "beams.npz", outputs, tokenizer, SOURCES)
    everybody = recording.crowd.all
    assert len(everybody) == 6 and recording.crowd.sentences == 2
    assert sum(len(set(one.slots)) > 1 for one in everybody) == moved
    assert sum(len(one.slots) < len(outputs.cross_attentions) for one in everybody) == ended
    for one in everybody:
        steps, real = len(one.slots), int((SOURCES[one.sentence] != 0).sum())
        read = outputs.sequences[one.row : one.row + 1, :steps]
        source = SOURCES[one.sentence : one.sentence + 1, :real]
        forced = model(input_ids=source, decoder_input_ids=read, output_attentions=True)
        wanted = [*forced.encoder_attentions, *forced.decoder_attentions, *forced.cross_attentions]
        seen = recording.opened(one)
        assert not seen.warnings and len(seen.matrices) == len(wanted) == 8
        for matrix, weights in zip(seen.matrices, wanted):
            np.testing.assert_allclose(matrix.weights, weights[0].numpy(), atol=1e-5)
        assert seen.matrices[-1].queries == tokens(read[0].tolist())
        assert seen.matrices[-1].keys == tokens(source[0].tolist())


def test_a_model_of_one_stack_that_goes_on_with_a_prompt(tmp_path, tokenizer):
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(**TINY, n_embd=12, n_layer=2, n_head=3, n_positions=30)).eval()
    prompt = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        outputs = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=5, **RECORDED)
        recording = saved(tmp_path / "gpt.npz", outputs, tokenizer)
        seen = recording.opened(recording.crowd.all[0])
        read = outputs.sequences[:, : len(seen.matrices[0].queries)]
        forced = model(read, output_attentions=True)
    assert [matrix.site.label for matrix in seen.matrices] == ["decoder self · layer 1", "decoder self · layer 2"]
    for matrix, weights in zip(seen.matrices, forced.attentions):
        np.testing.assert_allclose(matrix.weights, weights[0].numpy(), atol=1e-5)
        assert matrix.queries == matrix.keys == tokens(read[0].tolist()) and matrix.weights.shape[1] > 4
