"""Search in ordinary words: titles, common speech, materials, departments; pinyin, initials and same-sound typos.

Two steps. The first matches words, substrings of names, and pinyin; when it finds nothing, the query's sound is compared with the
sounds of all names, so that 社宝卡 finds 社保卡.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from tongban.domains.catalogue import models
from tongban.domains.catalogue.types import Facet, SearchHit, SearchPage
from tongban.foundation.search import initials, normalise, pinyin, segment

MAX_QUERY = 60
CANDIDATES = 200
"""Hits that are ranked and counted; a query that finds more is too broad for its tail to matter."""
_AUDIENCE_LABELS = {
    "PERSON": "个人",
    "ENTERPRISE": "企业",
    "SOLE_TRADER": "个体工商户",
    "INSTITUTION": "事业单位",
    "SOCIAL_ORGANISATION": "社会组织",
}
_COLUMNS = "code, kind, title, sentence, department, department_name, audiences, address, weight"
_STOP_WORDS = frozenset(
    "的 了 吗 呢 怎么 如何 我 要 想 办 办理 去 在 哪里 哪 需要 什么 可以 能 一个 请问 怎样".split()  # noqa: SIM905 - reads as words
)


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    kind: str
    title: str
    sentence: str
    department: str
    department_name: str
    audiences: Sequence[str]
    address: str
    weight: float
    score: float


def search(
    query: str,
    *,
    region: str | None = None,
    audience: str | None = None,
    department: str | None = None,
    literal: bool = False,
    limit: int = 20,
) -> SearchPage:
    """What `query` finds, best first; at most three queries to the database."""
    text = normalise(query)[:MAX_QUERY]
    region = region or settings.CATALOGUE_REGION
    if not text:
        return SearchPage(query, "", (), 0, {}, ())
    rows = _matching(text, region)
    corrected = ""
    if not rows and not literal:
        rows, corrected = _sounding_like(text, region)
    chosen = [
        row
        for row in rows
        if (audience is None or audience in row.audiences)
        and (department is None or row.department == department)
    ]
    return SearchPage(
        query=query,
        corrected=corrected,
        hits=tuple(_hit(row) for row in chosen[:limit]),
        total=len(chosen),
        facets=_facets(rows),
        suggestions=() if rows else _nearest_titles(text, region),
    )


def suggest(prefix: str, *, region: str | None = None, limit: int = 8) -> tuple[str, ...]:
    """Titles while she types, by word, pinyin or initials; one query."""
    text = normalise(prefix)[:MAX_QUERY]
    if len(text) < 1:
        return ()
    rows = _matching(text, region or settings.CATALOGUE_REGION, limit)
    return tuple(dict.fromkeys(row.title for row in rows))


def zero_hits(limit: int = 100) -> tuple[tuple[str, int], ...]:
    """Searches that found nothing, most frequent first: (query, times)."""
    rows = models.ZeroHit.objects.order_by("-times", "query")[:limit]
    return tuple((row.query, row.times) for row in rows)


def words_of(text: str) -> list[str]:
    """The words of a query that say something; all of them when none does."""
    words = segment(text)
    telling = [word for word in words if word not in _STOP_WORDS]
    return telling or words


def _matching(text: str, region: str, limit: int = CANDIDATES) -> list[_Row]:
    words = words_of(text)
    compact = "".join(char for char in text if char.isalnum())
    is_latin = compact.isascii() and compact.isalpha()
    either = " | ".join(f"'{word}'" for word in words if "'" not in word and "\\" not in word)
    every = either.replace(" | ", " & ")
    score = (
        "weight * (4.0 * (names LIKE %(line)s)::int + 2.0 * (names LIKE %(like)s)::int"
        " + 1.5 * (words @@ %(every)s::tsquery)::int + 8.0 * ts_rank(words, %(either)s::tsquery)"
        " + similarity(title, %(text)s)"
    )
    where = "words @@ %(either)s::tsquery OR names LIKE %(like)s"
    if is_latin and len(compact) >= 2:
        score += " + 3.0 * (pinyin LIKE %(sound)s)::int + 3.0 * (initials LIKE %(sound)s)::int"
        where += " OR pinyin LIKE %(sound)s OR initials LIKE %(sound)s"
    return _run(
        f"SELECT {_COLUMNS}, {score}) AS score FROM catalogue_searchentry"  # noqa: S608 - parts are constants
        f" WHERE region = %(region)s AND ({where}) ORDER BY score DESC, code LIMIT %(limit)s",
        {
            "text": text,
            "line": f"%\n{_escaped(compact)}\n%",
            "like": f"%{_escaped(compact)}%",
            "sound": f"%{_escaped(compact)}%",
            "either": either,
            "every": every,
            "region": region,
            "limit": limit,
        },
    )


def _sounding_like(text: str, region: str) -> tuple[list[_Row], str]:
    """Entries one of whose names sounds like the query, and that name."""
    sound = pinyin(text)
    if len(sound) < 4 or initials(text) == sound:
        return [], ""
    rows = _run(
        f"SELECT {_COLUMNS}, word_similarity(%(sound)s, pinyin) * weight AS score FROM catalogue_searchentry"  # noqa: S608
        " WHERE region = %(region)s AND (pinyin LIKE %(like)s OR word_similarity(%(sound)s, pinyin) >= %(enough)s)"
        " ORDER BY (pinyin LIKE %(like)s) DESC, score DESC, code LIMIT %(limit)s",
        {"sound": sound, "like": f"%{sound}%", "region": region, "enough": 0.8, "limit": 20},
    )
    return rows, rows[0].title if rows else ""


def _nearest_titles(text: str, region: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT title FROM catalogue_searchentry WHERE region = %s"
            " ORDER BY GREATEST(word_similarity(%s, pinyin), word_similarity(%s, names)) DESC, weight DESC LIMIT 3",
            [region, pinyin(text), text],
        )
        return tuple(row[0] for row in cursor.fetchall())


def _run(statement: str, parameters: Mapping[str, Any]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_Row(*row) for row in cursor.fetchall()]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _hit(row: _Row) -> SearchHit:
    return SearchHit(row.code, row.kind, row.title, row.sentence, row.department_name, row.address, row.score)


def _facets(rows: Sequence[_Row]) -> Mapping[str, tuple[Facet, ...]]:
    audiences: dict[str, int] = {}
    departments: dict[tuple[str, str], int] = {}
    for row in rows:
        for audience in row.audiences:
            audiences[audience] = audiences.get(audience, 0) + 1
        key = (row.department, row.department_name)
        departments[key] = departments.get(key, 0) + 1
    return {
        "audience": tuple(
            Facet(value, _AUDIENCE_LABELS.get(value, value), count) for value, count in audiences.items()
        ),
        "department": tuple(
            Facet(code, name, count)
            for (code, name), count in sorted(departments.items(), key=lambda pair: -pair[1])
        ),
    }
