"""A key that cannot be shown by accident."""

from course.errors import KeyMissing

PLACEHOLDER = "key-not-set"


class Secret:
    """Holds a key; prints as stars in every repr, traceback and log. `reveal()` gives the text.

    missing: for a key that is not there, the sentence that says how to give it.
    """

    __slots__ = ("_missing", "_text")

    def __init__(self, text: "str | Secret", missing: str = "") -> None:
        if isinstance(text, Secret):
            text, missing = text.reveal(), text.missing
        self._text = text.strip() if isinstance(text, str) else ""
        self._missing = missing

    @classmethod
    def absent(cls, sentence: str) -> "Secret":
        """In a key's place where none is set: it lets a request be shown, but not sent."""
        return cls(PLACEHOLDER, sentence)

    @property
    def missing(self) -> str:
        """Why this is no key, in a sentence; empty where it is one."""
        return self._missing

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
