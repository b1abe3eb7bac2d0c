"""The search index, and the searches that found nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Value
from django.db.models.functions import Cast

from tongban.domains.catalogue import models, rules, selectors
from tongban.domains.catalogue.selectors import lexemes
from tongban.domains.catalogue.types import Guide, SearchEntryData
from tongban.domains.directory import selectors as directory
from tongban.foundation.search import normalise, pinyin
from tongban.kernel.instants import shanghai_date

ITEM = "ITEM"
_ITEM_WEIGHT = 1.0
_SENTENCE = 200
_BATCH = 1_000
_UPDATED = (
    "title",
    "sentence",
    "department",
    "department_name",
    "audiences",
    "address",
    "weight",
    "is_one_licence",
    "words",
    "names",
    "pinyin",
)


def index_entry(entry: SearchEntryData) -> None:
    """Write or replace one entry."""
    index_entries([entry])


def index_entries(entries: Iterable[SearchEntryData]) -> None:
    """Write or replace entries with one statement a thousand; what is now a name of one no longer counts as not found."""
    given = list(entries)
    names = {normalise(name) for entry in given for name in (entry.title, *entry.aliases)}
    models.ZeroHit.objects.filter(query__in=names).delete()
    models.SearchEntry.objects.bulk_create(
        (_row(entry) for entry in given),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["region", "kind", "code"],
        update_fields=_UPDATED,
    )


def columns(entry: SearchEntryData) -> dict[str, Any]:
    """What stands in the row of an entry, its words as the text of a tsvector."""
    names = [normalise(name) for name in (entry.title, *entry.aliases)]
    weak = (*entry.keywords, entry.department_name, entry.sentence)
    return {
        "region": entry.region,
        "kind": entry.kind,
        "code": entry.code,
        "title": entry.title,
        "sentence": entry.sentence[:_SENTENCE],
        "department": entry.department,
        "department_name": entry.department_name,
        "audiences": list(entry.audiences),
        "address": entry.address,
        "weight": entry.weight,
        "is_one_licence": entry.is_one_licence,
        "words": lexemes.vector(names, weak),
        "names": "\n" + "\n".join(names) + "\n",
        "pinyin": "\n".join(pinyin(name) for name in names),
    }


def _row(entry: SearchEntryData) -> models.SearchEntry:
    values = columns(entry)
    words = Cast(Value(values.pop("words")), SearchVectorField())
    return models.SearchEntry(**values, words=words)


def index_guides(guides: Iterable[Guide], region: str, *, at: datetime) -> None:
    """Write the entries of items from their guides, one of each."""
    given = list(guides)
    only_a_licence = _only_a_licence(given, at)
    index_entries(
        SearchEntryData(
            code=guide.substance.basic_code,
            kind=ITEM,
            title=guide.substance.name,
            sentence=guide.substance.summary,
            aliases=guide.substance.aliases,
            keywords=(*guide.substance.themes, *(material.name for material in guide.substance.materials)),
            audiences=tuple(kind.value for kind in guide.substance.audience),
            department=guide.substance.department.code,
            department_name=guide.substance.department.name,
            address=guide.procedure.external_link,
            weight=_ITEM_WEIGHT,
            region=region,
            is_one_licence=guide.substance.basic_code in only_a_licence,
        )
        for guide in given
    )


def mark_one_licence(*, at: datetime) -> int:
    """Say anew which items of our own list are 一证通办, as resources and grants come and go; how many there are."""
    today = shanghai_date(at)
    guides: dict[str, Guide] = {}
    for district in directory.list_districts():
        for guide in selectors.list_guides(district.code, today):
            guides.setdefault(guide.substance.basic_code, guide)
    codes = _only_a_licence(guides.values(), at)
    rows = models.SearchEntry.objects.filter(region=settings.CATALOGUE_REGION, kind=ITEM)
    rows.filter(code__in=codes, is_one_licence=False).update(is_one_licence=True)
    rows.filter(is_one_licence=True).exclude(code__in=codes).update(is_one_licence=False)
    return len(codes)


def _only_a_licence(guides: Iterable[Guide], at: datetime) -> frozenset[str]:
    """The items for which nothing else is to be brought, in any situation; what is on another portal is not judged."""
    given = [one for one in guides if not one.procedure.external_link]
    sources = selectors.sources_of(given, at=at)
    return frozenset(
        one.substance.basic_code
        for one in given
        if one.substance.materials
        and not rules.left_to_bring(rules.every_verdict(one.substance, sources[one.substance.basic_code]))
    )


def note_zero_hit(query: str, *, at: datetime) -> None:
    """Keep a search that found nothing for the editors, unless it may hold personal data (digits, or long)."""
    text = normalise(query)
    if not text or len(text) > 20 or any(char.isdigit() for char in text):
        return
    _, is_new = models.ZeroHit.objects.get_or_create(query=text, defaults={"last_at": at})
    if not is_new:
        models.ZeroHit.objects.filter(pk=text).update(times=F("times") + 1, last_at=at)
