"""Reads of showings, of those licences are shown to, and of what phones keep."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.licences import models
from tongban.domains.licences.types import Audience, Purpose, Showing, Verifier, VerifierKind
from tongban.kernel.errors import TongbanError

VERIFIER_CODE = re.compile(r"^V[0-9]{6,12}$")
SHOWN_VERIFIERS = 50


class VerifierNotFound(TongbanError):
    """No such place, or one that has closed its registration: both look the same."""

    code: ClassVar[str] = "VERIFIER_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这家核验方。请核对名称或编号。")


def get_verifier(code: str) -> Verifier:
    """One open verifier; raises `VerifierNotFound`."""
    return as_verifier(_open_verifier(code))


def get_audience(code: str) -> Audience:
    """A verifier or a department by its code; raises `VerifierNotFound`."""
    if VERIFIER_CODE.match(code):
        return as_audience(get_verifier(code))
    try:
        department = directory.get_department(code)
    except directory.DepartmentNotFound as missing:
        raise VerifierNotFound(f"audience {code}") from missing
    return Audience(department.code, department.name, is_department=True)


def authenticate_verifier(code: str, secret: str) -> Verifier | None:
    """The open verifier whose secret this is, None otherwise."""
    if not VERIFIER_CODE.match(code):
        return None
    row = models.Verifier.objects.filter(code=code, closed_at__isnull=True).first()
    if row is None or not hmac.compare_digest(row.secret_sha256, hash_secret(secret)):
        return None
    return as_verifier(row)


def verifier_with_mark(code: str, mark: str) -> Verifier | None:
    """The open verifier whose present secret has this mark: what a phone at its desk carries."""
    row = models.Verifier.objects.filter(code=code, closed_at__isnull=True).first()
    if row is None or not hmac.compare_digest(secret_mark(row.secret_sha256), mark):
        return None
    return as_verifier(row)


def secret_mark(secret_sha256: str) -> str:
    """Enough of a secret's hash to tell that it is still the one."""
    return secret_sha256[:16]


def find_verifiers(query: str = "", *, limit: int = SHOWN_VERIFIERS) -> list[Verifier]:
    """Places that take electronic licences, by name; with a query those whose name, address or code holds it."""
    rows = models.Verifier.objects.filter(closed_at__isnull=True)
    for word in query.split():
        rows = rows.filter(Q(name__icontains=word) | Q(address__icontains=word) | Q(code__iexact=word))
    return [as_verifier(row) for row in rows.order_by("name", "id")[:limit]]


def list_verifiers_of(owner_id: UUID) -> list[Verifier]:
    """What a firm has registered, closed ones too, newest first."""
    rows = models.Verifier.objects.filter(owner_id=owner_id).order_by("-registered_at", "-id")
    return [as_verifier(row) for row in rows]


def list_showings(holder_ids: Iterable[UUID], *, limit: int = 50) -> list[Showing]:
    """To whom these holders' licences were shown, newest first; one query."""
    rows = models.Showing.objects.filter(licence__holder_id__in=set(holder_ids))
    rows = rows.select_related("licence__licence_type", "verifier", "department").order_by("-made_at", "-id")
    return [as_showing(row) for row in rows[:limit]]


def count_credentials(number: str, *, at: datetime) -> int:
    """In how many phones a licence is now."""
    return models.Credential.objects.filter(
        licence__number=number, withdrawn_at__isnull=True, expires_at__gt=at
    ).count()


def issuer_uri(department: str) -> str:
    """How an issuer is called in credentials; its keys are published under the well-known address of it."""
    return f"{settings.PUBLIC_URL}/issuers/{department}"


def issuer_of(uri: str) -> str:
    """The department behind `issuer_uri`; empty for an issuer elsewhere."""
    return uri.removeprefix(issuer_uri("")) if uri.startswith(issuer_uri("")) else ""


def audience_uri(audience: Audience) -> str:
    """How an audience is called in what is shown to it."""
    kind = "departments" if audience.is_department else "verifiers"
    return f"{settings.PUBLIC_URL}/{kind}/{audience.code}"


def status_list_uri(list_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}/status-lists/{list_id}"


def credential_type_uri(licence_type: str) -> str:
    return f"{settings.PUBLIC_URL}/credential-types/{licence_type}"


def hash_secret(secret: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()


def as_audience(verifier: Verifier) -> Audience:
    return Audience(verifier.code, verifier.name, is_department=False, verifier_kind=verifier.kind)


def as_verifier(row: models.Verifier) -> Verifier:
    return Verifier(
        id=row.pk,
        code=row.code,
        name=row.name,
        kind=VerifierKind(row.kind),
        address=row.address,
        phone=row.phone,
        owner_id=row.owner_id,
        registered_at=row.registered_at,
        closed_at=row.closed_at,
    )


def as_showing(row: models.Showing) -> Showing:
    audience = row.verifier or row.department
    assert audience is not None  # by constraint
    return Showing(
        id=row.pk,
        licence_name=row.licence.licence_type.name,
        audience_name=audience.name,
        purpose=Purpose(row.purpose),
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


def _open_verifier(code: str) -> models.Verifier:
    row = models.Verifier.objects.filter(code=code, closed_at__isnull=True).first()
    if row is None:
        raise VerifierNotFound(f"verifier {code}")
    return row
