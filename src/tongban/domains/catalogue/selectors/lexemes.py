"""What one inverted index holds of a name, and how a query is put to it.

Four kinds of lexeme stand in `SearchEntry.words`: words; `=` with two neighbouring characters of a name, so that any part of a name
of two characters or more is found without reading the table; `~` with the sound of a name from each syllable on; `^` with the first
letters of the syllables from each on. The last two are asked for by their beginning.
"""

from collections.abc import Iterable, Sequence

from tongban.foundation.search import normalise, segment, syllables

_NAME, _PAIR, _SOUND, _WEAK = "1A", "2B", "3D", "4C"
"""Position and weight: a word of a name counts more than one of a sentence, a sound is not ranked."""
_LONGEST = 12
"""Letters of a sound that are kept and asked for: four syllables tell names apart, and few lexemes are read for a short beginning."""
_SHORT = 2
"""A beginning of so many letters is a lexeme of its own: thousands of longer ones begin with it."""


def vector(names: Iterable[str], weak: Iterable[str]) -> str:
    """The text of a tsvector over an entry's names and what else is said of it."""
    marks: dict[str, set[str]] = {}
    for name in names:
        for lexeme in segment(name):
            marks.setdefault(lexeme, set()).add(_NAME)
        for lexeme in _pairs(compact(name)):
            marks.setdefault(lexeme, set()).add(_PAIR)
        for lexeme in _sounds(name):
            marks.setdefault(lexeme, set()).add(_SOUND)
    for text in weak:
        for lexeme in segment(text):
            marks.setdefault(lexeme, set()).add(_WEAK)
    return " ".join(f"{_quoted(lexeme)}:{','.join(sorted(marks[lexeme]))}" for lexeme in sorted(marks))


def compact(text: str) -> str:
    """Letters and digits alone."""
    return "".join(char for char in normalise(text) if char.isalnum())


def any_of(words: Sequence[str]) -> str:
    """A tsquery for entries with one of the words."""
    return " | ".join(_quoted(word) for word in words)


def all_of(words: Sequence[str]) -> str:
    """A tsquery for entries with all of the words."""
    return " & ".join(_quoted(word) for word in words)


def part_of_name(text: str) -> str:
    """A tsquery for entries one of whose names has every pair of neighbouring characters of `text`; empty for no text."""
    plain = compact(text)
    if len(plain) == 1:
        return f"{_quoted('=' + plain)}:*"
    return all_of(_pairs(plain))


def sounds(letters: str) -> str:
    """A tsquery for entries one of whose names sounds like the letters, in full or by first letters, from some syllable on."""
    beginning = "" if len(letters) == _SHORT else ":*"
    return " | ".join(f"{_quoted(mark + letters[:_LONGEST])}{beginning}" for mark in "~^")


def _pairs(plain: str) -> list[str]:
    return list(dict.fromkeys(f"={plain[at : at + 2]}" for at in range(len(plain) - 1)))


def _sounds(name: str) -> Iterable[str]:
    spoken = syllables(compact(name))
    for at in range(len(spoken)):
        sound = "".join(spoken[at:])
        first_letters = "".join(syllable[0] for syllable in spoken[at:])
        for length in (_SHORT, _LONGEST):
            yield "~" + sound[:length]
            yield "^" + first_letters[:length]


def _quoted(lexeme: str) -> str:
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
