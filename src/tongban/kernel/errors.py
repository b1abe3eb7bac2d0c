"""The base of every expected error: a stable code, a sentence for people, values for developers."""

from typing import ClassVar

from tongban.kernel.sentences import gettext_noop


class TongbanError(Exception):
    """Expected trouble.

    ``code`` is stable and machine-readable; ``sentence`` is what a person may read; the exception's own
    message carries the values and never an identity number, a name, a telephone number or a token.
    """

    code: ClassVar[str] = "TONGBAN_ERROR"
    default_sentence: ClassVar[str] = gettext_noop("操作没有完成。请稍后再试，或致电 12345。")

    def __init__(self, message: str = "", *, sentence: str | None = None) -> None:
        super().__init__(message or self.code)
        self._sentence = sentence

    @property
    def sentence(self) -> str:
        return self._sentence or self.default_sentence
