"""Chinese text made searchable: words, pinyin and initials.

The dictionaries are imported by what needs them: they take longer to load than the rest of a command that does not search.
"""

import unicodedata
from functools import lru_cache


def load_dictionaries() -> None:
    """Load what the first search would wait for."""
    segment("示例")
    pinyin("示例")


def normalise(text: str) -> str:
    """Full-width to ASCII, lower case, no outer blanks (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def segment(text: str) -> list[str]:
    """Words of `text` in order, long words also in their parts; punctuation and blanks left out."""
    import rjieba

    return [word for word in rjieba.cut_for_search(normalise(text)) if any(char.isalnum() for char in word)]


@lru_cache(maxsize=20_000)
def pinyin(text: str) -> str:
    """Toneless pinyin joined without blanks: 开餐馆 → kaicanguan. Latin letters and digits stay."""
    return "".join(syllables(text))


@lru_cache(maxsize=20_000)
def initials(text: str) -> str:
    """First letters of each syllable: 开餐馆 → kcg."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(normalise(text), style=Style.FIRST_LETTER, errors=_keep_alphanumeric))


def syllables(text: str) -> list[str]:
    """Toneless syllables in order; runs of Latin letters and digits stay whole."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(normalise(text), errors=_keep_alphanumeric)


def _keep_alphanumeric(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
