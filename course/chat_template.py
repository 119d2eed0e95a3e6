"""From a conversation to the tokens a model reads, through the template in the model's file.

The template's own markers, such as `<|user|>`, are special tokens. The same letters in somebody's
message are only letters: they are spelled out in ordinary tokens, so that no customer's text can
end its turn and speak in another's name. Both doors prepare their prompts here.
"""

import re
import secrets

from course import gguf_header, paths
from course.errors import ModelDamaged, PromptError


def formatter(header: gguf_header.Header):
    """The template in a file, rendered in Jinja2's sandbox; None if the file has none.

    Made before llama.cpp opens the file, which would end in Jinja2's own words.
    """
    template = header.metadata.get("tokenizer.chat_template")
    if not isinstance(template, str) or not template:
        return None
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    try:
        return Jinja2ChatFormatter(template=template, eos_token="", bos_token="")
    except Exception as error:  # Jinja2's errors share no base with the sandbox's
        raise ModelDamaged(
            f"{paths.shown(header.path)} holds a chat template that cannot be read ({error}): "
            "download it again."
        ) from None


class Prompts:
    """Makes prompts for one loaded model. formatter: see above; llama: the loaded model."""

    def __init__(self, formatter, llama_cpp, llama, name: str) -> None:
        self._formatter, self._llama, self._name = formatter, llama, name
        vocab = llama_cpp.llama_model_get_vocab(llama.model)

        def text(token: int) -> str:
            said = llama_cpp.llama_vocab_get_text(vocab, token) if token >= 0 else b""
            return (said or b"").decode("utf-8", "replace")

        formatter.eos_token, formatter.bos_token = text(llama.token_eos()), text(llama.token_bos())
        # What llama.cpp reads as one token where it is asked to look for special ones.
        special = llama_cpp.LLAMA_TOKEN_ATTR_CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_UNKNOWN
        marks = {
            text(token)
            for token in range(llama.n_vocab())
            if llama_cpp.llama_vocab_get_attr(vocab, token) & special
        } - {""}
        longest_first = sorted(marks, key=len, reverse=True)
        self._marks = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        # Brackets that nobody could have typed, for every marker that stands in a message. They
        # never leave this object, so one pair serves all its prompts.
        number = secrets.token_hex(8)
        self._begin, self._end = f"\ue000{number}", f"\ue001{number}"
        self._bracketed = re.compile(f"{self._begin}(.*?){self._end}", re.DOTALL)

    def tokens(self, turns: list[dict[str, str]]) -> list[int]:
        """The tokens of a conversation; raises PromptError where the template refuses it."""
        begin, end = self._begin, self._end
        bracketed = [
            {**turn, "content": self._marks.sub(rf"{begin}\g<0>{end}", turn["content"])}
            for turn in turns
        ]
        try:
            prompt = self._formatter(messages=bracketed).prompt
        except Exception as error:  # a template is a program and may refuse a conversation
            raise PromptError(f"{self._name} cannot take this conversation: {error}.") from None
        tokens: list[int] = []
        for place, part in enumerate(self._bracketed.split(prompt)):
            part = part.replace(begin, "").replace(end, "")  # a template may cut a message apart
            if part:
                tokens += plain(self._llama, part, special=place % 2 == 0)
        return tokens


def plain(llama, text: str, special: bool = False) -> list[int]:
    """The tokens of a text; `special` lets it hold the template's own markers."""
    return llama.tokenize(text.encode("utf-8"), add_bos=False, special=special)
