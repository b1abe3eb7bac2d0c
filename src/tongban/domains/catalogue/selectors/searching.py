"""Search in ordinary words: titles, common speech, materials, departments; pinyin, initials and same-sound typos.

Every question goes to one inverted index (`lexemes`). Narrow readings of the query come first and each gives a bounded number of
candidates, so that a broad word costs no more than a rare one. When nothing matches, the query's sound is looked up, so that 社宝卡
finds 社保卡; what only resembles it is suggested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy

from tongban.domains.catalogue import models
from tongban.domains.catalogue.selectors import lexemes
from tongban.domains.catalogue.types import Facet, NearItem, SearchHit, SearchPage, ZeroHit
from tongban.foundation.search import normalise, pinyin, segment

MAX_QUERY = 60
CANDIDATES = 200
"""Hits that are ranked and counted; a query that finds more is too broad for its tail to matter."""
_COMPARED = 20
_SHORTEST_SOUND = 4
_ONE_LICENCE = gettext_lazy("一证通办")
_AUDIENCE_LABELS = {
    "PERSON": gettext_lazy("个人"),
    "ENTERPRISE": gettext_lazy("企业"),
    "SOLE_TRADER": gettext_lazy("个体工商户"),
    "INSTITUTION": gettext_lazy("事业单位"),
    "SOCIAL_ORGANISATION": gettext_lazy("社会组织"),
}
# Walks the index from region to region: a list of 100,000 items costs one step, on every page of results.
_REGIONS = """
WITH RECURSIVE known (region) AS (
    (SELECT region FROM catalogue_power ORDER BY region LIMIT 1)
    UNION ALL
    SELECT (SELECT p.region FROM catalogue_power p WHERE p.region > known.region ORDER BY p.region LIMIT 1)
    FROM known WHERE known.region IS NOT NULL
)
SELECT region FROM known WHERE region IS NOT NULL
"""
_NEAREST_ITEMS = """
SELECT asked.query, near.code, near.title, near.department, near.department_name
FROM unnest(%(queries)s::text[], %(parts)s::text[], %(sounds)s::text[]) AS asked (query, parts, sound)
CROSS JOIN LATERAL (
    SELECT code, title, department, department_name FROM catalogue_searchentry
    WHERE region = %(region)s AND kind = 'ITEM' AND words @@ asked.parts::tsquery
    ORDER BY word_similarity(asked.sound, pinyin) DESC, code LIMIT 3
) near
"""
_COLUMNS = (
    "code, kind, title, sentence, department, department_name, audiences, address, is_one_licence, weight"
)
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
    is_one_licence: bool
    weight: float
    score: float


def search(
    query: str,
    *,
    region: str | None = None,
    audience: str | None = None,
    department: str | None = None,
    one_licence: bool = False,
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
        and (row.is_one_licence or not one_licence)
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


def list_regions() -> tuple[str, ...]:
    """The regions whose lists can be searched, our own first; one query."""
    own = settings.CATALOGUE_REGION
    with connection.cursor() as cursor:
        cursor.execute(_REGIONS)
        return (own, *(region for (region,) in cursor.fetchall() if region != own))


def zero_hits(limit: int = 100) -> tuple[ZeroHit, ...]:
    """Searches that found nothing, most frequent first, each with the items nearest in sound; two queries."""
    rows = models.ZeroHit.objects.order_by("-times", "query")[:limit]
    times = {row.query: row.times for row in rows}
    asked = {query: _any_character(query) for query in times if lexemes.compact(query)}
    near: dict[str, list[NearItem]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _NEAREST_ITEMS,
            {
                "queries": list(asked),
                "parts": list(asked.values()),
                "sounds": [pinyin(query) for query in asked],
                "region": settings.CATALOGUE_REGION,
            },
        )
        for query, code, title, department, department_name in cursor.fetchall():
            near.setdefault(query, []).append(NearItem(code, title, department, department_name))
    return tuple(ZeroHit(query, count, tuple(near.get(query, ()))) for query, count in times.items())


def words_of(text: str) -> list[str]:
    """The words of a query that say something; all of them when none does."""
    words = segment(text)
    telling = [word for word in words if word not in _STOP_WORDS]
    return telling or words


def _matching(text: str, region: str, limit: int = CANDIDATES) -> list[_Row]:
    words = words_of(text)
    plain = lexemes.compact(text)
    if not plain:
        return []
    every = lexemes.all_of(words)
    tiers = [lexemes.part_of_name(text), every, lexemes.any_of(words)]
    score = (
        "4.0 * (names LIKE %(line)s)::int + 2.0 * (names LIKE %(like)s)::int"
        " + 1.5 * (words @@ %(every)s::tsquery)::int + 8.0 * ts_rank(words, %(either)s::tsquery)"
        " + similarity(title, %(text)s)"
    )
    if plain.isascii() and plain.isalpha() and len(plain) > 1:
        tiers.append(lexemes.sounds(plain))
        score += " + 3.0 * (words @@ %(sound)s::tsquery)::int"
    return _ranked(
        tiers,
        score,
        {
            "text": text,
            "line": f"%\n{_escaped(text)}\n%",
            "like": f"%{_escaped(text)}%",
            "sound": tiers[-1],
            "either": tiers[2],
            "every": every,
            "region": region,
            "limit": limit,
        },
    )


def _sounding_like(text: str, region: str) -> tuple[list[_Row], str]:
    """Entries one of whose names sounds like the query, and the title of the best."""
    sound = pinyin(text)
    if len(sound) < _SHORTEST_SOUND or not sound.isalpha() or sound == text:
        return [], ""
    rows = _ranked(
        [lexemes.sounds(sound)],
        "word_similarity(%(sound)s, pinyin)",
        {"sound": sound, "region": region, "limit": CANDIDATES},
    )
    return rows, rows[0].title if rows else ""


def _nearest_titles(text: str, region: str) -> tuple[str, ...]:
    """Up to three titles that share a character with a query that found nothing, nearest in sound first."""
    parts = _any_character(text)
    if not parts:
        return ()
    rows = _ranked(
        [parts],
        "word_similarity(%(sound)s, pinyin)",
        {"sound": pinyin(text), "region": region, "limit": 3},
    )
    return tuple(row.title for row in rows)


def _any_character(text: str) -> str:
    """A tsquery for entries with one of the characters; empty for no text."""
    return " | ".join(lexemes.part_of_name(char) for char in lexemes.compact(text)[:_COMPARED])


def _ranked(tiers: Sequence[str], score: str, parameters: Mapping[str, Any]) -> list[_Row]:
    """The best of the entries that answer one of `tiers`, tsqueries from narrow to wide; each gives a bounded number."""
    named = {f"tier_{number}": tier for number, tier in enumerate(dict.fromkeys(tiers)) if tier}
    found = " UNION ALL ".join(
        f"(SELECT id FROM catalogue_searchentry WHERE region = %(region)s AND words @@ %({name})s::tsquery"  # noqa: S608
        f" LIMIT {CANDIDATES})"
        for name in named
    )
    # The outer limit spares the wide tiers the work once the narrow ones have given enough.
    return _run(
        "WITH found AS MATERIALIZED"  # noqa: S608 - parts are constants
        f" (SELECT DISTINCT id FROM (SELECT id FROM ({found}) tier LIMIT {CANDIDATES}) one)"
        f" SELECT {_COLUMNS}, weight * ({score}) AS score FROM catalogue_searchentry JOIN found USING (id)"
        " ORDER BY score DESC, code LIMIT %(limit)s",
        {**parameters, **named},
    )


def _run(statement: str, parameters: Mapping[str, Any]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_Row(*row) for row in cursor.fetchall()]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _hit(row: _Row) -> SearchHit:
    return SearchHit(
        row.code,
        row.kind,
        row.title,
        row.sentence,
        row.department_name,
        row.address,
        row.score,
        row.is_one_licence,
    )


def _facets(rows: Sequence[_Row]) -> Mapping[str, tuple[Facet, ...]]:
    audiences: dict[str, int] = {}
    departments: dict[tuple[str, str], int] = {}
    for row in rows:
        for audience in row.audiences:
            audiences[audience] = audiences.get(audience, 0) + 1
        key = (row.department, row.department_name)
        departments[key] = departments.get(key, 0) + 1
    only_a_licence = sum(row.is_one_licence for row in rows)
    return {
        "audience": tuple(
            Facet(value, str(_AUDIENCE_LABELS.get(value, value)), count) for value, count in audiences.items()
        ),
        "department": tuple(
            Facet(code, name, count)
            for (code, name), count in sorted(departments.items(), key=lambda pair: -pair[1])
        ),
        "one_licence": (Facet("1", str(_ONE_LICENCE), only_a_licence),) if only_a_licence else (),
    }
