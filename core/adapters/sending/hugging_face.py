"""A folder for the package transformers: configuration, weights, tokenizer, and how to generate as here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from safetensors.torch import save_file

from core.adapters.sending.cards import hugging_face_card
from core.adapters.sending.families import FAMILIES, configuration, state_of
from core.adapters.sending.fitting import Fit
from core.adapters.sending.parcel import Parcel
from core.adapters.sending.target import AbstractOpened, AbstractTarget, Numbers, until, write_json, write_tokens
from core.data.batch import pad
from core.data.vocabulary import MASK, PAD, SEP, SPECIALS, UNK
from core.language import mark

_AFTER = FAMILIES["marian"].positions


class HuggingFaceFolder(AbstractTarget):
    """What `AutoModelForSeq2SeqLM.from_pretrained` and `AutoTokenizer.from_pretrained` open."""

    name: ClassVar[str] = "hf"
    summary: ClassVar[str] = "a folder for Hugging Face transformers: a PEGASUS, Blenderbot or Marian model"
    program: ClassVar[str] = "transformers"
    fits: ClassVar[Mapping[str, tuple[Fit, ...]]] = {
        "post": (Fit("positions", _AFTER, mark("have sines and cosines where their norms stand behind (Marian)")),)
    }

    def fill(self, parcel: Parcel, folder: Path) -> None:
        """Nothing but JSON, Markdown and safetensors."""
        write_json(folder / "config.json", configuration(parcel))
        write_json(folder / "generation_config.json", generation(parcel))
        save_file(state_of(parcel), folder / "model.safetensors", metadata={"format": "pt"})
        write_tokens(parcel, folder)
        if parcel.tokenizer is not None:
            write_json(folder / "tokenizer_config.json", _tokenizer_configuration(parcel))
        (folder / "README.md").write_text(hugging_face_card(parcel, configuration(parcel)["model_type"]), "utf-8")

    def open(self, folder: Path, parcel: Parcel) -> "OpenedByTransformers":
        """With transformers."""
        return OpenedByTransformers(folder, parcel)


class OpenedByTransformers(AbstractOpened):
    """The folder as transformers opens it, its attention explicit."""

    def __init__(self, folder: Path, parcel: Parcel) -> None:
        super().__init__(folder, parcel)
        import transformers  # seconds, so only where something is opened

        transformers.utils.logging.disable_progress_bar()
        self.model = transformers.AutoModelForSeq2SeqLM.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, attn_implementation="eager"
        ).eval()
        self.tokenizer = None
        if parcel.tokenizer is not None:
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )

    def read(self, texts: Sequence[str]) -> list[Numbers] | None:
        """By its own tokenizer."""
        return None if self.tokenizer is None else self.tokenizer(list(texts))["input_ids"]

    @torch.no_grad()
    def greedy(self, sources: Sequence[Numbers], longest: int) -> list[Numbers]:
        """`generate`, as its own configuration says."""
        tokens, valid = pad(sources)
        found = self.model.generate(tokens, attention_mask=valid.long(), max_new_tokens=longest)
        return [until(self.parcel.end, row[1:]) for row in found.tolist()]


def generation(parcel: Parcel) -> dict[str, Any]:
    """What `generation_config.json` says: greedy, and what no search here writes is not written there."""
    rules: dict[str, Any] = {"suppress_tokens": list(parcel.never)} if parcel.never else {}
    if parcel.distinct:
        rules["no_repeat_ngram_size"] = 1
    return {
        "decoder_start_token_id": parcel.begin, "bos_token_id": parcel.begin, "eos_token_id": parcel.end,
        "pad_token_id": PAD, "max_new_tokens": parcel.longest, "num_beams": 1, "do_sample": False,
        **rules,
    }  # fmt: skip


def _tokenizer_configuration(parcel: Parcel) -> dict[str, Any]:
    """Which class reads `tokenizer.json`; a text that spells a special symbol is cut like any other."""
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": parcel.longest, "padding_side": "right",
        "bos_token": parcel.tokens[parcel.begin], "eos_token": parcel.tokens[parcel.end], "pad_token": SPECIALS[PAD],
        "unk_token": SPECIALS[UNK], "mask_token": SPECIALS[MASK], "sep_token": SPECIALS[SEP],
        "model_input_names": ["input_ids", "attention_mask"], "clean_up_tokenization_spaces": False,
        "split_special_tokens": True,
    }  # fmt: skip
