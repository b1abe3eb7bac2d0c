"""The other side of 亮证: a code or an offline showing is checked once, and the holder finds it in her list."""

from datetime import datetime
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, rules, selectors
from tongban.domains.licences.services import status_lists
from tongban.domains.licences.services.presenting import code_hash
from tongban.domains.licences.services.signing import check_data
from tongban.domains.licences.services.uses import record_uses
from tongban.domains.licences.types import (
    Audience,
    Licence,
    LicenceAction,
    LicenceStatus,
    NewUse,
    Purpose,
    ShownField,
    UseKind,
    Verification,
)
from tongban.foundation.audit import services as audit
from tongban.foundation.credentials import jose, sd_jwt
from tongban.foundation.credentials.refusals import CredentialRefused, Reason
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import PLATFORM, SignatureRefused
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

RECEIPT_TYPE = "verification+jwt"
SIGNED_ACTIONS = (
    LicenceAction.ISSUE,
    LicenceAction.COLLECT,
    LicenceAction.RENEW,
    LicenceAction.CHANGE,
    LicenceAction.UPDATE,
)
"""With these the issuer signs anew what the licence says."""


class UnknownCode(TongbanError):
    code: ClassVar[str] = "CODE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这个码。请核对 8 位数字，或请对方重新出示。")


class CodeUsed(TongbanError):
    """A second use: a screenshot, or a code passed on."""

    code: ClassVar[str] = "CODE_USED"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个码已经用过一次，可能是截图或转发的。请持证人换一个新码。"
    )


class CodeExpired(TongbanError):
    code: ClassVar[str] = "CODE_EXPIRED"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个码已经失效：超过 60 秒，或者对方已经换了新码。请持证人出示新码。"
    )


class OtherAudience(TongbanError):
    """It was shown to somebody else, who stays unnamed; for them it is still good."""

    code: ClassVar[str] = "OTHER_AUDIENCE"
    default_sentence: ClassVar[str] = gettext_noop("这个码不是亮给您的。请持证人选择您的名称，重新出示。")


class TooManyWrongCodes(TongbanError):
    code: ClassVar[str] = "TOO_MANY_WRONG_CODES"
    default_sentence: ClassVar[str] = gettext_noop("连续输错太多次，暂停核验 10 分钟。请稍后再试。")


class IssuerSignatureBroken(TongbanError):
    """What the library holds is not what the issuer signed: nothing is told of it."""

    code: ClassVar[str] = "ISSUER_SIGNATURE_BROKEN"
    default_sentence: ClassVar[str] = gettext_noop(
        "证照库里的内容和签发机关的签名对不上，不能采信，已经报给平台。请向签发机关核实。"
    )


def redeem(*, code: str, audience: Audience, actor: Actor, at: datetime) -> Verification:
    """What the holder shows to this audience with a code, once.

    Raises `UnknownCode`, `CodeUsed`, `CodeExpired`, `OtherAudience`, `TooManyWrongCodes`, `IssuerSignatureBroken`.
    """
    _require_patience(audience, at)
    digits = "".join(code.split()).replace("-", "")
    try:
        return _redeem(digits, audience, actor, at)
    except UnknownCode:
        _count_wrong(audience, at)
        raise
    except IssuerSignatureBroken as broken:
        # Written for itself: the refusal undid everything else.
        audit.record(
            actor=actor,
            action="LICENCE_SIGNATURE_BROKEN",
            at=at,
            object_type="licences.Licence",
            object_id=str(broken).partition(":")[0],
        )
        raise


@transaction.atomic
def redeem_presentation(
    *, presentation: str, nonce: str, audience: Audience, actor: Actor, at: datetime
) -> Verification:
    """What a phone shows by SD-JWT and key binding, checked with the status of this moment; once.

    Raises `CredentialRefused`, `CodeUsed`.
    """
    shown = sd_jwt.verify(
        presentation,
        keys=status_lists.issuer_key_at(at),
        audience=selectors.audience_uri(audience),
        nonce=nonce,
        at=at.timestamp(),
    )
    licence = _licence_in_phone(shown, at)
    licence_type = selectors.get_type(licence.licence_type)
    names = tuple(name for name in (*licence_type.fields, rules.AGE_18) if name in shown.claims)
    purpose = rules.purpose_of(names, rules.offers(licence_type, licence.fields, audience))
    row = models.Showing(
        licence_id=licence.id,
        verifier_id=None if audience.is_department else selectors.get_verifier(audience.code).id,
        department_id=audience.code if audience.is_department else None,
        purpose=purpose.value,
        code_hash=sha256(shown.signature).digest(),
        is_offline=True,
        shown_by=licence.holder_name[:64],
        made_at=at,
        expires_at=at,
        used_at=at,
        field_names=list(names),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as again:
        raise CodeUsed("the same key binding") from again
    fields = rules.shown_fields(names, licence_type, licence.fields, shanghai_date(at))
    return _tell(row.pk, licence, LicenceStatus.VALID, purpose, fields, audience, actor, at)


@transaction.atomic
def _redeem(digits: str, audience: Audience, actor: Actor, at: datetime) -> Verification:
    rows = models.Showing.objects.select_for_update(of=("self",)).select_related("verifier")
    row = rows.filter(code_hash=code_hash(digits), is_offline=False).first()
    if row is None:
        raise UnknownCode("no such code")
    if _audience_code(row) != (audience.is_department, audience.code):
        raise OtherAudience(f"showing {row.pk} redeemed by {audience.code}")
    if row.used_at is not None:
        raise CodeUsed(f"showing {row.pk} was used at {row.used_at}")
    if at >= row.expires_at:
        raise CodeExpired(f"showing {row.pk} ended at {row.expires_at}")
    row.used_at = at
    row.save(update_fields=["used_at"])
    licence = selectors.as_licence(
        models.Licence.objects.select_related("licence_type").get(pk=row.licence_id)
    )
    _require_signature(licence)
    licence_type = selectors.get_type(licence.licence_type)
    status = selectors.status_on(licence, shanghai_date(at))
    fields: tuple[ShownField, ...] = ()
    if status is LicenceStatus.VALID:
        fields = rules.shown_fields(tuple(row.field_names), licence_type, licence.fields, shanghai_date(at))
    return _tell(row.pk, licence, status, Purpose(row.purpose), fields, audience, actor, at)


def _tell(
    showing_id: UUID,
    licence: Licence,
    status: LicenceStatus,
    purpose: Purpose,
    fields: tuple[ShownField, ...],
    audience: Audience,
    actor: Actor,
    at: datetime,
) -> Verification:
    """Record the use and sign what the verifier was told."""
    use = NewUse(
        number=licence.number,
        kind=UseKind.SHOWN,
        used_by=audience.name,
        department=audience.code if audience.is_department else "",
        purpose=rules.PURPOSE_NAMES[purpose],
        fields=tuple(field.name for field in fields),
    )
    record_uses([use], actor=actor, at=at)
    audit.record(
        actor=actor,
        action="VERIFY_LICENCE",
        at=at,
        object_type="licences.Licence",
        object_id=licence.number,
        subject_id=licence.holder_id,
        detail={"audience": audience.code, "purpose": purpose.value, "status": status.value},
    )
    is_good = status is LicenceStatus.VALID
    statement = {
        "iss": selectors.issuer_uri(PLATFORM),
        "aud": selectors.audience_uri(audience),
        "iat": int(at.timestamp()),
        "jti": str(showing_id),
        "purpose": purpose.value,
        "licence_type": licence.licence_type,
        "issuer": licence.issuer,
        "status": status.value,
        "is_good": is_good,
        "fields": {field.name: field.value for field in fields},
    }
    return Verification(
        id=showing_id,
        at=at,
        purpose=purpose,
        audience_name=audience.name,
        licence_name=licence.name,
        issuer_name=licence.issuer_name,
        status=status,
        is_good=is_good,
        valid_to=licence.valid_to,
        fields=fields,
        receipt=jose.sign({"typ": RECEIPT_TYPE}, statement, signing.signer_for(PLATFORM, at=at)),
    )


def _licence_in_phone(shown: sd_jwt.Presented, at: datetime) -> Licence:
    """The licence behind a credential, if both are good at this moment; raises `CredentialRefused`."""
    listed = shown.status_uri.rpartition("/")[2]
    rows = models.Credential.objects.select_related("licence__licence_type")
    row = rows.filter(status_list_id=_uuid(listed), place=shown.status_index).first()
    if row is None or selectors.issuer_uri(row.licence.issuer_id) != shown.issuer:
        raise CredentialRefused(Reason.STATUS_LIST, "no such credential")
    status = status_lists.status_of(row, at)
    if status:
        raise CredentialRefused(Reason.SUSPENDED if status == 2 else Reason.REVOKED)
    return selectors.as_licence(row.licence)


def _require_signature(licence: Licence) -> None:
    """What the library says must be what the issuer signed, by a certificate that was good then."""
    if not licence.signature:
        return  # it was there before licences were signed
    entries = models.StatusEntry.objects.filter(licence_id=licence.id, action__in=SIGNED_ACTIONS)
    signed_by = entries.order_by("-at", "-id").values_list("at", flat=True).first()
    if signed_by is None:
        raise IssuerSignatureBroken(f"nothing in the history of {licence.id} is signed")
    try:
        check_data(licence, signed_by=signed_by)
    except SignatureRefused as refused:
        raise IssuerSignatureBroken(f"{licence.id}: {refused.reason.value}") from refused


def _audience_code(row: models.Showing) -> tuple[bool, str]:
    if row.verifier is not None:
        return False, row.verifier.code
    return True, str(row.department_id)


def _require_patience(audience: Audience, at: datetime) -> None:
    """Eight digits are not guessed: a verifier that keeps trying is stopped for a while."""
    if audience.is_department:
        return
    row = models.Verifier.objects.filter(code=audience.code).first()
    if row is None or row.wrong_since is None:
        return
    if at - row.wrong_since < rules.WRONG_CODES_PERIOD and row.wrong_codes >= rules.WRONG_CODES_ALLOWED:
        raise TooManyWrongCodes(f"{audience.code}: {row.wrong_codes} wrong codes")


@transaction.atomic
def _count_wrong(audience: Audience, at: datetime) -> None:
    if audience.is_department:
        return
    row = models.Verifier.objects.select_for_update().filter(code=audience.code).first()
    if row is None:
        return
    if row.wrong_since is None or at - row.wrong_since >= rules.WRONG_CODES_PERIOD:
        row.wrong_codes, row.wrong_since = 0, at
    row.wrong_codes += 1
    row.save(update_fields=["wrong_codes", "wrong_since"])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
