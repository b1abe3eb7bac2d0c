"""Issue statutory papers and make their PDF when first opened."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from tongban.domains.cases.models import Case
from tongban.domains.cases.models import Paper as PaperRow
from tongban.domains.cases.rules import papers as wording
from tongban.domains.cases.rules.access import CaseNotFound, may_see
from tongban.domains.cases.rules.numbers import paper_number
from tongban.domains.cases.selectors.guides import guide_of
from tongban.domains.cases.types import Paper, PaperKind
from tongban.domains.directory import selectors as directory
from tongban.foundation import papers
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.foundation.signing import pdf as signed_pdf
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import PLATFORM
from tongban.foundation.storage import services as storage
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date

_TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "papers" / "statutory_paper.typ"


def heading_of(case: Case, kind: PaperKind, at: datetime) -> wording.Heading:
    """Who writes to whom, under a fresh number of the department and year."""
    department = directory.get_department(case.department)
    year = shanghai_date(at).year
    # Offices of one department in the districts bear the same short name, so their papers share one series.
    serial = numbering.next_serial("paper", f"{department.short_name}:{kind.value}:{year}")
    return wording.Heading(
        kind=kind,
        number=paper_number(department.short_name, kind, year, serial),
        case_number=case.number,
        application_number=case.application.number,
        applicant_name=case.applicant_name,
        department=department,
        guide=guide_of(case),
        issued_at=at,
    )


def issue_paper(case: Case, heading: wording.Heading, content: wording.Content) -> Paper:
    """Freeze the content; the PDF comes later."""
    row = PaperRow.objects.create(
        case=case,
        kind=heading.kind.value,
        number=heading.number,
        title=str(content["title"]),
        issued_at=heading.issued_at,
        content=content,
    )
    return Paper(row.id, heading.kind, row.number, row.title, row.issued_at)


def open_paper(*, paper_id: UUID, actor: Actor, at: datetime) -> bytes:
    """The paper's PDF/A, signed by who issued it, the same bytes on every opening.

    Raises ``CaseNotFound`` for who may not see it, and while it can't be signed ``KeyUnavailable``, ``NoSigner``, ``TimeStampFailed``.
    """
    row = PaperRow.objects.select_related("case").filter(id=paper_id).first()
    if row is None:
        raise CaseNotFound(f"no paper {paper_id}")
    applicant_id, case_number = _require_reader(row, actor)
    made = None if row.storage_key else _make(row, at)
    with transaction.atomic():
        row = PaperRow.objects.select_for_update().get(id=paper_id)
        if made is not None and not row.storage_key:
            row.storage_key, row.sha256 = made.key, made.sha256
            row.save(update_fields=["storage_key", "sha256"])
        audit.record(
            actor=actor,
            action="PAPER_OPENED",
            at=at,
            object_type="paper",
            object_id=str(row.id),
            subject_id=applicant_id,
            case_number=case_number,
        )
    return storage.read(row.storage_key)


def _make(row: PaperRow, at: datetime) -> storage.StoredFile:
    """Outside any transaction: a time-stamping authority may keep us waiting."""
    mark = "示例" if _is_sample() else "文书专用章"
    extra = {
        "qr": _status_code(row),
        "seal": papers.seal_svg(str(row.content["issuer"]), mark),
        "is_sample": _is_sample(),
    }
    pdf = papers.render(_TEMPLATE, {**row.content, **extra})
    # A receipt is of the whole application: the platform gives it.
    owner = PLATFORM if row.case is None else row.case.department
    signed = signed_pdf.sign(pdf, signer=signing.signer_for(owner, at=at), reason=row.title, at=at)
    return storage.put(signed, media_type="application/pdf", purpose="paper")


def _require_reader(row: PaperRow, actor: Actor) -> tuple[UUID, str]:
    """The applicant and a case number for the audit; a receipt is open to each of its departments."""
    own = Q(application_id=row.application_id) if row.case_id is None else Q(id=row.case_id)
    for case in Case.objects.filter(own).only("number", "department", "applicant_id").order_by("id"):
        if may_see(actor, department=case.department, applicant_id=case.applicant_id):
            return case.applicant_id, case.number
    raise CaseNotFound(f"paper {row.id} is not for {actor.kind} {actor.account_id}")


def _status_code(row: PaperRow) -> str:
    """The status page's address as a QR code; it holds a number and no secret."""
    return papers.qr_svg(f"{settings.PUBLIC_URL}/status/{row.content['application_number']}")


def _is_sample() -> bool:
    """Outside production every paper says that it binds nobody."""
    return not settings.IS_PRODUCTION
