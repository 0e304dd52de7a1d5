"""The README of what is sent: what it is, where it comes from, and the lines that use it."""

from core.adapters.sending.parcel import Parcel

_NO_READING = (
    "How this task reads text cannot be said in the words of the package tokenizers, so the folder has no tokenizer: "
    "`vocabulary.json` lists the tokens by their numbers, and a source is the numbers of its tokens and that of `<end>`."
)


def hugging_face_card(parcel: Parcel, family: str) -> str:
    """For a folder of transformers."""
    use = f"""\
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

tokenizer, model = AutoTokenizer.from_pretrained("."), AutoModelForSeq2SeqLM.from_pretrained(".")
output = model.generate(**tokenizer({parcel.example!r}, return_tensors="pt"))
print(tokenizer.decode(output[0], skip_special_tokens=True))
"""
    if parcel.tokenizer is None:
        use = """\
import torch
from transformers import AutoModelForSeq2SeqLM

model = AutoModelForSeq2SeqLM.from_pretrained(".")
print(model.generate(torch.tensor([[6, 7, 2]])))  # numbers of vocabulary.json; 2 is <end>
"""
    head = f"---\nlibrary_name: transformers\ntags:\n- {family}\n- attention-lab\n---\n\n"
    return head + _card(parcel, f"a {family.title()} model for transformers 5", use)


def onnx_card(parcel: Parcel) -> str:
    """For a folder of two graphs."""
    read = f"tokenizer.encode({parcel.example!r}).ids" if parcel.tokenizer else "[6, 7, 2]"
    own = "from tokenizers import Tokenizer\n" if parcel.tokenizer else ""
    made = 'tokenizer = Tokenizer.from_file("tokenizer.json")\n' if parcel.tokenizer else ""
    shown = "tokenizer.decode(output)" if parcel.tokenizer else "output"
    use = f"""\
import numpy as np
from onnxruntime import InferenceSession
{own}
{made}encoder, step = InferenceSession("encoder.onnx"), InferenceSession("step.onnx")
source = np.array([{read}])
mask = np.ones_like(source)
keys, values = encoder.run(None, {{"source": source, "mask": mask}})
layers, _, heads, _, dim = keys.shape
past = [np.zeros((layers, 1, heads, 0, dim), np.float32)] * 2
token, output = {parcel.begin}, []
while len(output) < 2 * source.shape[1] + 10:
    fed = {{"token": np.array([token]), "mask": mask, "source_keys": keys, "source_values": values}}
    logits, *past, looked = step.run(None, {{**fed, "past_keys": past[0], "past_values": past[1]}})
    logits[:, {list(parcel.never)}] = -np.inf  # never written: <pad>, <begin> and the like
    token = int(logits.argmax())
    if token == {parcel.end}:
        break
    output.append(token)
print({shown})
"""
    what = (
        "two ONNX graphs, `encoder.onnx` (a source to its keys and values) and `step.onnx` (a token to the logits of the "
        "next; `cross_attention` says where it looked, [layer, batch, head, source])"
    )
    return _card(parcel, what, use)


def ctranslate_card(parcel: Parcel) -> str:
    """For a folder of CTranslate2."""
    read = (
        f"tokenizer.encode({parcel.example!r}, add_special_tokens=False).tokens" if parcel.tokenizer else '["…", "…"]'
    )
    own = "from tokenizers import Tokenizer\n" if parcel.tokenizer else ""
    made = 'tokenizer = Tokenizer.from_file("tokenizer.json")\n' if parcel.tokenizer else ""
    never = [[parcel.tokens[number]] for number in parcel.never]
    once = ", no_repeat_ngram_size=1" if parcel.distinct else ""
    use = f"""\
from ctranslate2 import Translator
{own}
{made}source = {read}
never = {never}
found = Translator(".").translate_batch(
    [source], beam_size=1, min_decoding_length=0, max_decoding_length={parcel.longest}, suppress_sequences=never{once}
)
print(found[0].hypotheses[0])
"""
    return _card(parcel, "a model for CTranslate2", use)


def _card(parcel: Parcel, what: str, use: str) -> str:
    reading = _NO_READING
    if parcel.reading is not None:
        between = {"": "side by side", " ": "with spaces between"}.get(
            parcel.reading.between, "with the spaces they say"
        )
        reading = f"`tokenizer.json` reads text as the run does; it writes the tokens of an output {between}."
    return f"""\
# {parcel.address}

This is {what}: a Transformer that Attention Lab trained on the task `{parcel.task}`.

- Run `{parcel.address}`, step {parcel.step}, weights {parcel.model_hash} (the start of a SHA-256).
- {parcel.settings.layers} layers, {parcel.settings.heads} heads, width {parcel.settings.width}; {len(parcel.tokens)} tokens, of
  which the first {parcel.written} can be written. A source and an output may have up to {parcel.longest} tokens.
- {reading}
- Greedy search there gives the outputs of greedy search here. Attention Lab stops an output at twice its source and ten tokens more.

```python
{use}```
"""
