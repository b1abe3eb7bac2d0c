"""Import of the list of a Sichuan county's items: names, departments, codes and links, no guides.

The items form a second region whose entries link out. Read as a stream; one transaction; a second run changes nothing. Rows that
cannot be identified are refused and left out, rows with faults that do not touch identity are repaired; each is reported.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit

import ijson
from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.services.indexing import ITEM, index_entries
from tongban.domains.catalogue.types import (
    Channel,
    Handling,
    ImplementedBy,
    PowerKind,
    ProcedureDocument,
    SearchEntryData,
    SubstanceDocument,
    VersionStatus,
)
from tongban.domains.directory import selectors as directory_selectors
from tongban.domains.directory import services as directory
from tongban.domains.directory.types import Connection, Department, Level
from tongban.foundation.audit import services as audit
from tongban.foundation.imports import ImportReport, RowFinding
from tongban.foundation.search import initials
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.identifiers import validate_uscc
from tongban.kernel.identifiers.item_code import ItemCodeScheme

REGION = "511602"
"""广安区; the codes of the list carry it padded to twelve digits."""
_AREA = REGION + "000000"
_EFFECTIVE_FROM = date(2020, 1, 1)
_ITEM_CODE = re.compile(
    r"(?P<catalog>.{12,14})-(?P<area>\d{12})-(?P<sequence>\d{3})-(?P<organisation>.+)-(?P<version>\d+)-(?P<tail>\d{2})"
)
_KINDS = {
    "1": PowerKind.LICENSING,
    "5": PowerKind.PAYMENT,
    "7": PowerKind.CONFIRMATION,
    "8": PowerKind.REWARD,
    "9": PowerKind.RULING,
    "10": PowerKind.OTHER,
    "20": PowerKind.PUBLIC_SERVICE,
}
_FILLER = "未分类"
_LONGEST_CODE = 64
_BATCH = 500
_BLANKS = 1_024
"""Blanks before the list that are looked over."""
_WIDE = {ord("\N{FULLWIDTH DIGIT ZERO}") + digit: str(digit) for digit in range(10)}


class BrokenFile(TongbanError):
    """The file is not JSON, or not a list of items; nothing was imported."""

    code = "BROKEN_FILE"
    default_sentence = gettext_noop("文件不是完整的 JSON 列表，没有导入任何内容。请检查文件后再导入。")


@dataclass(frozen=True, slots=True)
class _Item:
    row: int
    code: str
    basic_code: str
    name: str
    department: str
    kind: PowerKind
    theme: str
    link: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item with the code of its department and its two documents."""

    item: _Item
    department: str
    substance: dict[str, Any]
    procedure: dict[str, Any]


def import_sichuan(file: BinaryIO, *, actor: Actor, at: datetime, dry_run: bool = False) -> ImportReport:
    """Import the list; raises BrokenFile, and then nothing was imported."""
    findings: list[RowFinding] = []
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    rows = 0
    known = _known_documents()
    with transaction.atomic():
        departments = {
            one.short_name: one.code for one in directory_selectors.list_departments(division=REGION)
        }
        seen: set[str] = set()
        for batch in _batches(enumerate(_stream(file))):
            rows += len(batch)
            read = (_read(row, raw, seen, findings) for row, raw in batch)
            entries = [_entry(item, departments, actor, at) for item in read if item is not None]
            created, changed = _write(entries, known, at)
            counts["created"] += created
            counts["changed"] += changed
            counts["unchanged"] += len(entries) - created - changed
        if counts["created"] or counts["changed"]:
            audit.record(
                actor=actor,
                action="IMPORT_SICHUAN",
                at=at,
                object_type="catalogue",
                object_id=REGION,
                detail=counts,
            )
        if dry_run:
            transaction.set_rollback(True)
    refused = {finding.row for finding in findings if finding.is_refused}
    return ImportReport(
        rows=rows, refused=len(refused), findings=tuple(findings), is_dry_run=dry_run, **counts
    )


def _batches(rows: Iterator[tuple[int, object]]) -> Iterator[list[tuple[int, object]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _known_documents() -> dict[str, tuple[Any, Any]]:
    """By code, the substance and the procedure in force."""
    rows = models.ImplementationVersion.objects.filter(
        implementation__power__region=REGION,
        status="PUBLISHED",
        implementation__power__versions__status="PUBLISHED",
    ).values_list(
        "implementation__power__basic_code", "implementation__power__versions__document", "document"
    )
    return {code: (substance, procedure) for code, substance, procedure in rows}


def _stream(file: BinaryIO) -> Iterator[object]:
    """The entries of the list, one by one."""
    start = file.read(_BLANKS)
    file.seek(0)
    if not start.lstrip().startswith(b"["):
        raise BrokenFile("the file does not begin with a list")
    try:
        yield from ijson.items(file, "item")
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise BrokenFile(str(error)) from error


def _read(row: int, raw: object, seen: set[str], findings: list[RowFinding]) -> _Item | None:
    def note(field: str, value: object, reason: str, *, is_refused: bool) -> None:
        findings.append(RowFinding(row, field, str(value)[:120], reason, is_refused))

    if not isinstance(raw, Mapping):
        note("", raw, "不是一条事项", is_refused=True)
        return None
    missing = [field for field in ("department", "name", "link") if not str(raw.get(field) or "").strip()]
    if missing:
        for field in missing:
            note(field, raw.get(field), "没有填写", is_refused=True)
        return None
    parameters = {key: values[0] for key, values in parse_qs(urlsplit(str(raw["link"])).query).items()}
    code = parameters.get("itemCode", "")
    parts = _ITEM_CODE.fullmatch(code)
    if parts is None:
        note("link.itemCode", code, "事项编码不是六段式，无法识别", is_refused=True)
        return None
    kind = _KINDS.get(parameters.get("taskType", ""))
    if kind is None:
        note("link.taskType", parameters.get("taskType"), "没有这种事项类型", is_refused=True)
        return None
    if urlsplit(str(raw["link"])).scheme not in ("http", "https"):
        note("link", raw["link"], "不是网页地址", is_refused=True)
        return None
    if parts["catalog"] in seen:
        note("link.itemCode", code, "同一文件中重复的编码", is_refused=True)
        return None
    seen.add(parts["catalog"])
    for field, value, reason in _repairs(raw, parts):
        note(field, value, reason, is_refused=False)
    main_item = str(raw.get("main_item") or "").strip()
    return _Item(
        row=row,
        code=code,
        basic_code=parts["catalog"],
        name=_clean(str(raw["name"])),
        department=_clean(str(raw["department"])),
        kind=kind,
        theme="" if main_item in ("", _FILLER) else _clean(main_item),
        link=str(raw["link"]),
    )


def _repairs(raw: Mapping[str, Any], parts: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    name = str(raw["name"])
    if _clean(name) != name:
        yield "name", name, "全角数字、反斜杠或括号不统一，已改为统一写法"
    if str(raw.get("main_item") or "").strip() == _FILLER:
        yield "main_item", _FILLER, "占位词，按没有主项处理"
    if parts["area"] != _AREA:
        yield "link.itemCode", parts["area"], f"编码里的区划不是 {_AREA}，按本区事项处理"
    verdict = validate_uscc(parts["organisation"])
    if not verdict.valid:
        yield "link.itemCode", parts["organisation"], f"编码里的机构代码无效：{verdict.reason}"


def _clean(text: str) -> str:
    """Brackets full-width, digits ASCII, no backslash, no outer blanks."""
    plain = unicodedata.normalize("NFC", text).translate(_WIDE).replace("\\", "")
    return plain.replace("(", "（").replace(")", "）").strip()


def _department(name: str, known: dict[str, str], actor: Actor, at: datetime) -> str:
    """Code of the county's department of that name, registered when it is new."""
    if name not in known:
        code = f"{REGION}-{initials(name).upper()}"[:32]
        if code in known.values():
            code = f"{code[:28]}-{len(known)}"
        known[name] = code
        directory.save_department(
            Department(
                code=code,
                name=f"广安{name}",
                short_name=name,
                uscc="",
                division=REGION,
                level=Level.COUNTY,
                guided_by=None,
                connection=Connection.LINKED_ONLY,
                phone="",
                complaint_phone="",
                address="",
                reconsideration_body="",
                court="",
            ),
            actor=actor,
            at=at,
        )
    return known[name]


def _entry(item: _Item, departments: dict[str, str], actor: Actor, at: datetime) -> _Entry:
    department = _department(item.department, departments, actor, at)
    substance = SubstanceDocument(
        basic_code=item.basic_code,
        code_scheme=ItemCodeScheme.LOCAL,
        name=item.name,
        kind=item.kind,
        department=department,
        summary=item.name,
        audience=(),  # the list does not say
        themes=(item.theme,) if item.theme else (),
        handling=Handling.COMMITTED,
        statutory_days=0,
        legal_basis=(),
        effective_from=_EFFECTIVE_FROM,
    )
    procedure = ProcedureDocument(
        implemented_by=ImplementedBy.CITY,
        level=Level.COUNTY,
        promised_days=0,
        channels=(Channel.ONLINE,),
        external_link=item.link,
    )
    return _Entry(item, department, rules.write_document(substance), rules.write_document(procedure))


def _write(entries: list[_Entry], known: Mapping[str, tuple[Any, Any]], at: datetime) -> tuple[int, int]:
    """How many were created and how many changed."""
    new = [one for one in entries if one.item.basic_code not in known]
    changed = [
        one
        for one in entries
        if known.get(one.item.basic_code, (one.substance, one.procedure)) != (one.substance, one.procedure)
    ]
    _create(new, at)
    for one in changed:
        power = models.Power.objects.get(region=REGION, basic_code=one.item.basic_code)
        implementation = power.implementations.get(division=REGION)
        _replace(power.versions, one.substance, at)
        _replace(implementation.versions, one.procedure, at)
    index_entries(_findable(one) for one in [*new, *changed])
    return len(new), len(changed)


def _create(entries: list[_Entry], at: datetime) -> None:
    powers = models.Power.objects.bulk_create(
        models.Power(
            region=REGION,
            basic_code=one.item.basic_code,
            code_scheme=ItemCodeScheme.LOCAL,
            department_id=one.department,
        )
        for one in entries
    )
    implementations = models.Implementation.objects.bulk_create(
        models.Implementation(
            power=power, division=REGION, department_id=one.department, code=one.item.code[:_LONGEST_CODE]
        )
        for one, power in zip(entries, powers, strict=True)
    )
    first = {
        "number": 1,
        "status": VersionStatus.PUBLISHED,
        "effective_from": _EFFECTIVE_FROM,
        "published_at": at,
    }
    models.PowerVersion.objects.bulk_create(
        models.PowerVersion(power=power, document=one.substance, **first)
        for one, power in zip(entries, powers, strict=True)
    )
    models.ImplementationVersion.objects.bulk_create(
        models.ImplementationVersion(implementation=implementation, document=one.procedure, **first)
        for one, implementation in zip(entries, implementations, strict=True)
    )


def _replace(versions: Any, document: Mapping[str, Any], at: datetime) -> None:
    """Let `document` be in force, unless it is already; `versions` are those of a power or of an implementation."""
    if versions.filter(status=VersionStatus.PUBLISHED, document=document).exists():
        return
    versions.filter(status=VersionStatus.PUBLISHED).update(status=VersionStatus.RETIRED)
    versions.create(
        number=versions.count() + 1,
        status=VersionStatus.PUBLISHED,
        document=document,
        effective_from=_EFFECTIVE_FROM,
        published_at=at,
    )


def _findable(entry: _Entry) -> SearchEntryData:
    item = entry.item
    return SearchEntryData(
        code=item.basic_code,
        kind=ITEM,
        title=item.name,
        sentence=item.theme or item.name,
        aliases=(),
        keywords=(),
        audiences=(),
        department=entry.department,
        department_name=f"广安{item.department}",
        address=item.link,
        weight=1.0,
        region=REGION,
    )
