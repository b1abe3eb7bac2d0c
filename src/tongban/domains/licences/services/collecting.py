"""归集: take the licences that a department has issued already into the library, the good rows in, the others named."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction

from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Department
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, permissions, selectors
from tongban.domains.licences.rules import collecting as judging
from tongban.domains.licences.services import life
from tongban.domains.licences.services.issuing import issue_many
from tongban.domains.licences.services.life import OverlappingLicence
from tongban.domains.licences.types import (
    CollectReport,
    Ground,
    IssueRequest,
    Licence,
    LicenceAction,
    LicenceType,
    StockFinding,
    StockRow,
)
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor, Role
from tongban.kernel.ids import new_id
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import ONE_DAY

CHUNK = 1_000
"""Rows taken in with one transaction: a file that breaks off has kept what was read, and a second run goes on."""
_CORRECTED = Ground("政务数据共享条例", "第二十条", "按发证部门的存量数据更正")


def collect(
    stock: Iterable[StockRow],
    *,
    licence_type: str,
    issuer: str,
    source: str,
    actor: Actor,
    at: datetime,
) -> CollectReport:
    """Take in a stock; a second run of the same file changes nothing.

    Raises `selectors.LicenceTypeNotFound`, `directory.selectors.DepartmentNotFound`, `permissions.NotYours`.
    """
    permissions.require_role(actor, Role.LICENCE_KEEPER, issuer)
    kind = selectors.get_type(licence_type, shanghai_date(at))
    taking = _Taking(kind, directory.get_department(issuer), actor, at)
    rows = iter(stock)
    while chunk := list(islice(rows, CHUNK)):
        taking.take(chunk)
    return taking.write_report(source)


class _Taking:
    """One collection under way: what the rows so far came to."""

    def __init__(self, kind: LicenceType, issuer: Department, actor: Actor, at: datetime) -> None:
        self.kind, self.issuer, self.actor, self.at = kind, issuer, actor, at
        self.today = shanghai_date(at)
        self.rows = self.created = self.corrected = self.unchanged = 0
        self.findings: list[StockFinding] = []
        self.refused: set[int] = set()
        self.first_lines: dict[str, int] = {}

    def take(self, chunk: Sequence[StockRow]) -> None:
        self.rows += len(chunk)
        good = [row for row in chunk if self._passes(row, judging.form_faults(row, self.kind, self.today))]
        good = [row for row in good if self._is_first(row)]
        holders = _holders(good)
        good = [
            row
            for row in good
            if self._passes(
                row, judging.holder_faults(row, self.kind, holders.get(row.values[judging.HOLDER_NUMBER]))
            )
        ]
        there = _by_serial(self.kind, self.issuer, good)
        self._compare([row for row in good if judging.serial_of(row) in there], there, holders)
        self._issue([row for row in good if judging.serial_of(row) not in there], holders)

    def write_report(self, source: str) -> CollectReport:
        with transaction.atomic():
            row = models.Collection.objects.create(
                id=new_id(),
                licence_type_id=self.kind.code,
                issuer_id=self.issuer.code,
                source=source[:200],
                collected_at=self.at,
                collected_by=self.actor.name,
                rows=self.rows,
                created=self.created,
                corrected=self.corrected,
                unchanged=self.unchanged,
                refused=len(self.refused),
            )
            models.CollectionFinding.objects.bulk_create(
                [
                    models.CollectionFinding(
                        collection=row,
                        line=one.line,
                        kind=one.kind,
                        field=one.field,
                        text=one.text,
                        is_refused=one.is_refused,
                    )
                    for one in self.findings
                ],
                batch_size=2_000,
            )
            audit.record(
                actor=self.actor,
                action="COLLECT_LICENCES",
                at=self.at,
                object_type="licences.Collection",
                object_id=str(row.pk),
                detail={"type": self.kind.code, "rows": self.rows, "refused": len(self.refused)},
            )
        return selectors.get_collection(row.pk)

    def _passes(self, row: StockRow, findings: Iterable[StockFinding]) -> bool:
        found = list(findings)
        self.findings += found
        if any(one.is_refused for one in found):
            self.refused.add(row.line)
            return False
        return True

    def _is_first(self, row: StockRow) -> bool:
        first = self.first_lines.setdefault(judging.serial_of(row), row.line)
        return first == row.line or self._passes(row, [judging.duplicate(row, first)])

    def _compare(
        self, rows: Iterable[StockRow], there: Mapping[str, Licence], holders: Mapping[str, Subject]
    ) -> None:
        """Rows whose licence is in the library: the same, corrected in its contents, or in conflict."""
        for row in rows:
            licence = there[judging.serial_of(row)]
            clash = _clash(row, licence, holders[row.values[judging.HOLDER_NUMBER]])
            contents = judging.contents_of(row)
            if clash:
                self._passes(row, [judging.conflict(row, clash)])
            elif judging.is_same(contents, licence.fields):
                self.unchanged += 1
            else:
                life.update(licence.number, contents, ground=_CORRECTED, actor=self.actor, at=self.at)
                self.corrected += 1

    def _issue(self, rows: Sequence[StockRow], holders: Mapping[str, Subject]) -> None:
        orders = [(row, self._request(row, holders)) for row in rows]
        for row, _request in orders:
            self._passes(row, judging.gaps(row, self.kind))
        try:
            self.created += self._issue_together([request for _row, request in orders])
        except OverlappingLicence:
            # Somewhere in these rows; one by one it is found, and the others go in.
            for row, request in orders:
                try:
                    self.created += self._issue_together([request])
                except OverlappingLicence:
                    self._passes(row, [judging.overlap(row)])

    def _issue_together(self, requests: Sequence[IssueRequest]) -> int:
        made = issue_many(requests, actor=self.actor, at=self.at, action=LicenceAction.COLLECT)
        return len(made)

    def _request(self, row: StockRow, holders: Mapping[str, Subject]) -> IssueRequest:
        holder, dates = holders[row.values[judging.HOLDER_NUMBER]], judging.dates_of(row)
        return IssueRequest(
            licence_type=self.kind.code,
            holder_id=holder.id,
            holder_name=holder.name,
            issuer=self.issuer.code,
            case_number=None,
            issued_on=dates.issued_on,
            valid_years=None,
            fields=judging.contents_of(row),
            serial=judging.serial_of(row),
            valid_from=dates.valid_from,
            valid_to=None if dates.last_day is None else dates.last_day + ONE_DAY,
        )


def _holders(rows: Iterable[StockRow]) -> dict[str, Subject]:
    numbers = {row.values[judging.HOLDER_NUMBER] for row in rows}
    ids = identity.find_by_numbers(numbers)
    subjects = identity.get_subjects(ids.values())
    return {number: subjects[subject] for number, subject in ids.items()}


def _by_serial(kind: LicenceType, issuer: Department, rows: Iterable[StockRow]) -> dict[str, Licence]:
    found = models.Licence.objects.select_related("licence_type").filter(
        licence_type=kind.code, issuer__code=issuer.code, serial__in={judging.serial_of(row) for row in rows}
    )
    return {row.serial: selectors.as_licence(row) for row in found.order_by("version")}


def _clash(row: StockRow, licence: Licence, holder: Subject) -> str:
    """The column in which the file contradicts the library; empty where they agree."""
    dates = judging.dates_of(row)
    if licence.holder_id != holder.id:
        return judging.HOLDER_NUMBER
    if licence.issued_on != dates.issued_on:
        return judging.ISSUED_ON
    if dates.last_day is not None and licence.valid_to != dates.last_day + ONE_DAY:
        return judging.LAST_DAY
    return ""
