"""A key that cannot be shown by accident."""

from course.errors import KeyMissing


class Secret:
    """Holds a key; prints as stars in every repr, traceback and log. `reveal()` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: "str | Secret") -> None:
        text = text.reveal() if isinstance(text, Secret) else text
        self._text = text.strip() if isinstance(text, str) else ""

    def check(self) -> "Secret":
        """Returns itself; raises KeyMissing where there is no key or one that cannot be sent."""
        if not self._text:
            raise KeyMissing("There is no API key: give one, or set it in the environment.")
        if not self._text.isascii() or not self._text.isprintable() or " " in self._text:
            raise KeyMissing(
                "The API key holds a character that no key has: copy it again, without spaces or "
                "line breaks."
            )
        return self

    def reveal(self) -> str:
        return self._text

    def mask(self, text: str) -> str:
        """The text with every appearance of the key replaced by stars."""
        return text.replace(self._text, str(self)) if self._text else text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self):
        raise TypeError("a key is not written to files")
