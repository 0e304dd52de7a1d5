"""How a model of a folder begins, ends, and what it may not write: what its own generation settings say, and no more.

Of those settings these are used: decoder_start_token_id, forced_bos_token_id, eos_token_id, bad_words_ids of one token each and
suppress_tokens. The others change what `generate` searches, not what the model says; docs/models-from-elsewhere.md names each.
"""

import sys
from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedTokenizerBase

from core.adapters.huggingface.folder import Opened
from core.adapters.huggingface.seq2seq import Prompt
from core.errors import DataError, InputError
from core.language import tr
from core.settings import did_you_mean


def prompt_of(opened: Opened, language: str = "") -> Prompt:
    """What a decoder is fed before it may choose, and where it ends.

    Args:
        language: to write in, as the tokenizer names it; for models of many languages, else empty.

    Raises:
        DataError: its settings do not say how it begins or ends; InputError: a language it does not know.
    """
    settings, config = opened.model.generation_config, opened.model.config
    first = _number(settings.decoder_start_token_id, settings.bos_token_id, getattr(config, "bos_token_id", None))
    end = _number(settings.eos_token_id, getattr(config, "eos_token_id", None))
    if first is None or end is None:
        raise DataError(
            tr(
                "{path}: neither config.json nor generation_config.json says with which token its decoder begins and ends "
                "(decoder_start_token_id, eos_token_id); add them",
                path=opened.path,
            )
        )
    forced = _languages(opened, language) or _given(settings.forced_bos_token_id)
    if language and _names_language(str(opened.tokenizer.convert_ids_to_tokens(first))):
        first, forced = forced[0], ()  # decoders that begin with their language (mBART) begin with this one
    if opened.family.hears:
        forced = _hearing(settings, opened.tokenizer)
    pad = _number(settings.pad_token_id, getattr(config, "pad_token_id", None), end)
    never = {one[0] for one in settings.bad_words_ids or () if len(one) == 1} | set(settings.suppress_tokens or ())
    places = _places(config, "max_target_positions", "max_position_embeddings")
    return Prompt((first, *forced), end, int(pad or 0), tuple(sorted(never - {end})), places, reads_at_most(opened))


def languages(tokenizer: PreTrainedTokenizerBase) -> tuple[str, ...]:
    """The languages that a tokenizer names by tokens of their own; none where it does not.

    They look like `eng_Latn`, `en_XX` or `__en__` among its special tokens.
    """
    known = (str(token) for token in tokenizer.all_special_tokens + list(_added(tokenizer)))
    return tuple(sorted({token for token in known if _names_language(token)}))


def set_source_language(opened: Opened, language: str) -> None:
    """Let the tokenizer mark sources as written in a language.

    Raises:
        InputError: it does not know it, or marks none.
    """
    _known(opened, language)
    opened.tokenizer.src_lang = language.strip("_") if language.startswith("__") else language


def _languages(opened: Opened, language: str) -> tuple[int, ...]:
    if not language:
        return ()
    _known(opened, language)
    return (int(opened.tokenizer.convert_tokens_to_ids(language)),)


def _known(opened: Opened, language: str) -> None:
    known = languages(opened.tokenizer)
    if language not in known:
        raise InputError(
            tr(
                "the tokenizer of {name} has no language {language!r}{did_you_mean}; {known}",
                name=opened.path.name,
                language=language,
                did_you_mean=did_you_mean(language, known),
                known=tr("it has: {list}", list=", ".join(known[:12])) if known else tr("it names no languages"),
            )
        )


def _added(tokenizer: PreTrainedTokenizerBase) -> Sequence[str]:
    return [str(token) for token in tokenizer.added_tokens_decoder.values()]


def _names_language(token: str) -> bool:
    """As mBART (en_XX), NLLB (eng_Latn) and M2M100 (__en__) write them."""
    if token.startswith("__") and token.endswith("__"):
        return token.strip("_").isalpha() and len(token.strip("_")) <= 3
    name, _, script = token.partition("_")
    return len(name) in (2, 3) and name.islower() and name.isalpha() and len(script) in (2, 4) and script[:1].isupper()


def _hearing(settings: Any, tokenizer: PreTrainedTokenizerBase) -> tuple[int, ...]:
    """Whisper's beginning: the language (English unless it knows none), transcription, no time stamps."""
    wanted = ("<|en|>", "<|transcribe|>", "<|notimestamps|>")
    known = tokenizer.get_vocab()
    if getattr(settings, "is_multilingual", True):
        return tuple(known[token] for token in wanted if token in known)
    return tuple(known[token] for token in wanted[2:] if token in known)


def reads_at_most(opened: Opened) -> int:
    """How many tokens a source may have, what stands around them counted."""
    return _places(opened.model.config, "max_source_positions", "max_position_embeddings") - opened.family.kept


def _places(config: Any, *names: str) -> int:
    return next((value for name in names if isinstance(value := getattr(config, name, None), int)), sys.maxsize)


def _number(*candidates: Any) -> int | None:
    """The first that is a number; of a list its first."""
    for one in candidates:
        if isinstance(one, list | tuple) and one:
            one = one[0]
        if isinstance(one, int):
            return one
    return None


def _given(value: Any) -> tuple[int, ...]:
    number = _number(value)
    return () if number is None else (number,)
