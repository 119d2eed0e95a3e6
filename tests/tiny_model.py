"""A GGUF small enough to write in every test: random weights, byte-level vocabulary.

It answers nonsense, always the same nonsense, which is all that tests of the machinery need. They
stay fast and do not depend on the weights the course ships.
"""

from pathlib import Path

import gguf
import numpy as np

TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<|pad|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>"]


def byte_letters() -> list[str]:
    """The 256 letters by which byte-level vocabularies write the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain}
    for place, byte in enumerate(byte for byte in range(256) if byte not in letters):
        letters[byte] = chr(256 + place)
    return [letters[byte] for byte in range(256)]


def write(
    path: Path,
    *,
    width: int = 64,
    layers: int = 1,
    heads: int = 4,
    context: int = 256,
    seed: int = 0,
    architecture: str = "llama",
    template: str | None = TEMPLATE,
    overrides: dict[str, int] | None = None,
    poison: float | None = None,
) -> Path:
    """Writes the file and returns its path.

    width: length of a row (a multiple of 256 lets K-quants be made). overrides: metadata written
    in place of the right values. poison: a value to plant among the weights, such as nan.
    """
    vocabulary = SPECIAL + byte_letters() + ["he"]
    facts = {
        "context_length": context,
        "embedding_length": width,
        "block_count": layers,
        "feed_forward_length": 2 * width,
        "attention.head_count": heads,
        "attention.head_count_kv": heads,
        "rope.dimension_count": width // heads,
        "vocab_size": len(vocabulary),
    } | (overrides or {})
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for name, value in facts.items():
        writer.add_uint32(f"{architecture}.{name}", value)
    writer.add_float32(f"{architecture}.attention.layer_norm_rms_epsilon", 1e-5)
    _add_vocabulary(writer, vocabulary, template)
    _add_weights(writer, width, layers, len(vocabulary), np.random.default_rng(seed), poison)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_vocabulary(writer, vocabulary: list[str], template: str | None) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary)
    kinds = [gguf.TokenType.CONTROL] * len(SPECIAL)
    writer.add_token_types(kinds + [gguf.TokenType.NORMAL] * (len(vocabulary) - len(SPECIAL)))
    writer.add_token_merges(["h e"])
    writer.add_bos_token_id(0)
    writer.add_pad_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(False)
    if template is not None:
        writer.add_chat_template(template)


def _add_weights(writer, width, layers, words, random, poison) -> None:
    def matrix(rows: int, columns: int) -> np.ndarray:
        return (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float16)

    embedding = matrix(words, width)
    # The model never prefers half a letter: what it says by default is whole characters.
    embedding[len(SPECIAL) + 128 : len(SPECIAL) + 256] = 0
    if poison is not None:
        embedding[:, 0] = poison
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for layer in range(layers):
        prefix = f"blk.{layer}."
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{prefix}{norm}.weight", np.ones(width, np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"{prefix}{part}.weight", matrix(width, width))
        writer.add_tensor(f"{prefix}ffn_gate.weight", matrix(2 * width, width))
        writer.add_tensor(f"{prefix}ffn_up.weight", matrix(2 * width, width))
        writer.add_tensor(f"{prefix}ffn_down.weight", matrix(width, 2 * width))
