"""What a rating needs."""

from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.evaluation.types import Level
from tongban.kernel.errors import TongbanError

WORDS_AT_MOST = 500


class UnknownLevel(TongbanError):
    code: ClassVar[str] = "UNKNOWN_LEVEL"
    default_sentence: ClassVar[str] = gettext_noop("请选择从“非常满意”到“非常不满意”的一个等级。")


class WordsMissing(TongbanError):
    """A bad rating is called back and put right: it must say what was wrong."""

    code: ClassVar[str] = "WORDS_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写下不满意的地方，便于核实和整改。")


class WordsTooLong(TongbanError):
    code: ClassVar[str] = "WORDS_TOO_LONG"
    default_sentence: ClassVar[str] = f"评价文字最多{WORDS_AT_MOST}个字。"


def read_level(value: int) -> Level:
    """The level; raises :class:`UnknownLevel`. All five are storable."""
    try:
        return Level(value)
    except ValueError as error:
        raise UnknownLevel(f"level {value}") from error


def require_words(level: Level, words: str) -> str:
    """The words without blanks around them; raises :class:`WordsMissing` for a bad level without any."""
    told = words.strip()
    if level.is_bad and not told:
        raise WordsMissing(f"level {level.value} without words")
    if len(told) > WORDS_AT_MOST:
        raise WordsTooLong(f"{len(told)} characters")
    return told
