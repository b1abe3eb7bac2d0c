"""What verifiers keep: the issuers' keys, the status of every credential, and what the types are called.

A list is signed afresh after ten seconds and a verifier asks again after 45: a licence that is suspended or revoked now is refused
everywhere within a minute. It is computed from the licences, so nothing has to be told when one changes.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import ClassVar, TypeVar
from uuid import UUID

from cryptography import x509
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, rules, selectors
from tongban.domains.licences.types import LicenceStatus, LicenceType
from tongban.foundation.credentials import jose, sd_jwt, status_list
from tongban.foundation.credentials.jose import Json, PublicKey
from tongban.foundation.credentials.refusals import CredentialRefused, Reason
from tongban.foundation.credentials.status_list import Status
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import (
    PLATFORM,
    Algorithm,
    Certificate,
    CertificateKind,
    SignatureRefused,
)
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

TTL_S = 45
KEPT_FOR = timedelta(seconds=10)
TELLS_FOR = timedelta(hours=12)
"""After so long without a network a verifier can no longer tell that a licence is valid."""

Made = TypeVar("Made")
_kept: dict[object, tuple[datetime, object]] = {}
_lock = Lock()


class StatusListNotFound(TongbanError):
    code: ClassVar[str] = "STATUS_LIST_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这份状态名单。请核对地址。")


class IssuerNotFound(TongbanError):
    code: ClassVar[str] = "ISSUER_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("这个机构没有签发过手机证照。请核对地址。")


@dataclass(frozen=True, slots=True)
class VerifierData:
    """All that a verifier needs to check without a network; the lists are signed, and say how old they are."""

    made_at: datetime
    issuers: tuple[Json, ...]
    lists: tuple[str, ...]
    types: tuple[Json, ...]


def signed_list(list_id: UUID, *, at: datetime) -> str:
    """A status list as its issuer signs it, at most `KEPT_FOR` old; raises `StatusListNotFound`."""
    kept = _recall(list_id, at)
    if isinstance(kept, str):
        return kept
    row = models.StatusList.objects.filter(pk=list_id).first()
    if row is None:
        raise StatusListNotFound(f"status list {list_id}")
    return _remember(list_id, at, _sign(row, at))


def verifier_data(*, at: datetime) -> VerifierData:
    """Keys, lists and names for the verifier's kit."""
    kept = _recall("data", at)
    if isinstance(kept, VerifierData):
        return kept
    rows = list(models.StatusList.objects.order_by("issuer_id", "opened_at"))
    issuers = [*dict.fromkeys(row.issuer_id for row in rows), PLATFORM]
    made = VerifierData(
        made_at=at,
        issuers=tuple(
            {"issuer": selectors.issuer_uri(code), "keys": public_keys(code, at=at)} for code in issuers
        ),
        lists=tuple(signed_list(row.pk, at=at) for row in rows),
        types=tuple(type_metadata(one) for one in selectors.licence_types().values()),
    )
    return _remember("data", at, made)


def issuer_metadata(code: str, *, at: datetime) -> Json:
    """JWT VC Issuer Metadata (SD-JWT VC §5); raises `IssuerNotFound`."""
    keys = public_keys(code, at=at)
    if not keys:
        raise IssuerNotFound(f"issuer {code}")
    return {"issuer": selectors.issuer_uri(code), "jwks": {"keys": keys}}


def public_keys(code: str, *, at: datetime) -> list[Json]:
    """The keys by which an issuer's signatures hold now, as JWKs with their certificates."""
    return [
        {
            **jose.jwk_of(_public_key(one)),
            "kid": one.key_id,
            "alg": jose.ALGORITHM,
            "use": "sig",
            "x5c": [_standard_base64(der) for der in signing.chain(one.key_id)],
        }
        for one in signing.list_certificates(code)
        if _holds(one, at)
    ]


def type_metadata(licence_type: LicenceType) -> Json:
    """SD-JWT VC Type Metadata of a licence type: its name and what its claims are called."""
    names = (*licence_type.fields, rules.AGE_18)
    return {
        "vct": selectors.credential_type_uri(licence_type.code),
        "name": licence_type.name,
        "display": [{"locale": "zh-CN", "name": licence_type.name}],
        "claims": [
            {
                "path": [name],
                "display": [{"locale": "zh-CN", "label": rules.caption_of(licence_type, name)}],
                "sd": "always",
            }
            for name in names
        ],
    }


def issuer_key_at(at: datetime) -> sd_jwt.KeySource:
    """The keys of this installation's issuers, as a verifier looks them up."""

    def key(issuer: str, key_id: str) -> PublicKey:
        try:
            found = signing.get_certificate(key_id)
        except SignatureRefused as refused:
            raise CredentialRefused(Reason.UNKNOWN_KEY, "no such key") from refused
        if found.owner != selectors.issuer_of(issuer) or not _holds(found, at):
            raise CredentialRefused(Reason.UNKNOWN_KEY, "of another issuer, revoked or run out")
        return _public_key(found)

    return key


def status_of(row: models.Credential, at: datetime) -> Status:
    """The status of a credential whose licence was read with it."""
    licence = row.licence
    if row.withdrawn_at is not None or row.licence_revision != licence.revision:
        return Status.INVALID
    if licence.status == LicenceStatus.SUSPENDED:
        return Status.SUSPENDED
    in_force = rules.is_in_force(
        LicenceStatus(licence.status), licence.valid_from, licence.valid_to, shanghai_date(at)
    )
    return Status.VALID if in_force else Status.INVALID


def forget_kept() -> None:
    """For tests: nothing is kept from an earlier database."""
    with _lock:
        _kept.clear()


def _sign(row: models.StatusList, at: datetime) -> str:
    credentials = models.Credential.objects.filter(status_list=row, expires_at__gt=at).select_related(
        "licence"
    )
    places = {one.place: status_of(one, at) for one in credentials.iterator()}
    return status_list.issue(
        {place: status for place, status in places.items() if status},
        size=row.size,
        uri=selectors.status_list_uri(row.pk),
        issuer=selectors.issuer_uri(row.issuer_id),
        at=at.timestamp(),
        ttl_s=TTL_S,
        valid_s=int(TELLS_FOR.total_seconds()),
        signer=signing.signer_for(row.issuer_id, at=at),
    )


def _recall(key: object, at: datetime) -> object:
    with _lock:
        made_at, found = _kept.get(key, (None, None))
    return found if made_at is not None and made_at <= at < made_at + KEPT_FOR else None


def _remember(key: object, at: datetime, made: Made) -> Made:
    with _lock:
        _kept[key] = (at, made)
    return made


def _holds(one: Certificate, at: datetime) -> bool:
    return (
        one.kind is CertificateKind.SIGNER
        and one.algorithm is Algorithm.ES256
        and one.revoked_at is None
        and one.not_before <= at < one.not_after
    )


def _public_key(one: Certificate) -> PublicKey:
    found = x509.load_der_x509_certificate(one.certificate).public_key()
    assert isinstance(found, PublicKey)  # an ES256 certificate
    return found


def _standard_base64(der: bytes) -> str:
    """x5c holds plain base64 (RFC 7517 §4.7)."""
    return base64.b64encode(der).decode()
