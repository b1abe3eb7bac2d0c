"""Sign, verify, and keep the certificates (签名、验签、证书管理)."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.foundation.prepared import prepared
from tongban.foundation.signing import certificates, models, software, tokens
from tongban.foundation.signing.types import (
    PLATFORM,
    TSA,
    Algorithm,
    Certificate,
    CertificateKind,
    FaultyCertificate,
    KeyUnavailable,
    NoSigner,
    PrivateKey,
    Refusal,
    SignatureRefused,
    Signer,
)
from tongban.kernel.actors import PLATFORM as PLATFORM_ACTOR
from tongban.kernel.actors import Actor

AUTHORITY = "CA"
SIGNER_TERM, ISSUING_TERM, ROOT_TERM = (timedelta(days=365 * years) for years in (3, 40, 60))
AUTHORITY_BEGINS = datetime(2000, 1, 1, tzinfo=UTC)
"""The platform's own authority is old enough for every record that a city takes over."""
KNOWN_FOR_S = 5.0
"""So long a process may not yet know that another one revoked a certificate."""
_KEY_CONTEXT = "signing_certificate.sealed_key"
_ISSUING_LOCK = 7_202_604
"""Advisory lock: one process issues at a time."""
NamesOf = Callable[[Iterable[str]], Mapping[str, str]]
_names: list[NamesOf] = []


def name_owners_by(lookup: NamesOf) -> None:
    """Say how departments are called in their certificates; the directory registers itself when the process starts."""
    _names[:] = [lookup]


@dataclass(frozen=True, slots=True)
class _KeySigner:
    key_id: str
    chain: tuple[bytes, ...]
    key: PrivateKey

    @property
    def certificate(self) -> bytes:
        return self.chain[0]

    @property
    def algorithm(self) -> Algorithm:
        return self.key.algorithm

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


@dataclass(frozen=True, slots=True)
class _Known:
    """A key as verification needs it: parsed, with the term and the revocation of its whole chain."""

    check: software.Check
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    read_at: float


_signers: dict[str, _KeySigner] = {}
_known: dict[str, _Known] = {}


def signer_for(owner: str, *, algorithm: Algorithm = Algorithm.ES256, at: datetime) -> Signer:
    """The newest signer of an owner in force at an instant: a department's code, `PLATFORM` or `TSA`.

    Outside production one is made where there is none. Raises `NoSigner` in production, `KeyUnavailable` when its token is gone.
    """
    rows = _in_force(owner, algorithm.value, at)
    row = rows[0] if rows else None
    if row is None:
        if settings.IS_PRODUCTION:
            raise NoSigner(f"{owner} has no {algorithm.value} certificate in force at {at.isoformat()}")
        row = _issue_once(owner, algorithm, at)
    return _signer(row)


def verify(data: bytes, signature: bytes, *, key_id: str, at: datetime) -> None:
    """Whether a signature holds at an instant; raises `SignatureRefused` with its reason.

    `at` is the present, or the instant that a trusted time stamp over the signature proves (`timestamps.verify`): what was signed
    before its certificate was revoked or ran out holds by such a stamp only.
    """
    known = _known.get(key_id)
    if known is None or time.monotonic() - known.read_at > KNOWN_FOR_S:
        known = _read_known(key_id)
    if not known.check(data, signature):
        raise SignatureRefused(Refusal.WRONG_SIGNATURE, key_id)
    if known.revoked_at is not None and known.revoked_at <= at:
        raise SignatureRefused(Refusal.REVOKED, key_id, known.revoked_at)
    if at < known.not_before:
        raise SignatureRefused(Refusal.NOT_YET_VALID, key_id, known.not_before)
    if at >= known.not_after:
        raise SignatureRefused(Refusal.EXPIRED, key_id, known.not_after)


def get_certificate(key_id: str) -> Certificate:
    """The certificate of a key; raises `SignatureRefused` (unknown key)."""
    row = models.Certificate.objects.filter(key_id=key_id).first()
    if row is None:
        raise SignatureRefused(Refusal.UNKNOWN_KEY, key_id)
    return _as_certificate(row)


def list_certificates(owner: str | None = None) -> list[Certificate]:
    """All certificates, or an owner's, the newest first."""
    rows = models.Certificate.objects.order_by("owner", "algorithm", "-not_before", "-id")
    return [_as_certificate(row) for row in (rows.filter(owner=owner) if owner else rows)]


def trust_anchors(algorithm: Algorithm | None = None) -> list[Certificate]:
    """The roots on which every signature rests: the platform's own and those taken over, unless revoked."""
    rows = models.Certificate.objects.filter(
        kind__in=(CertificateKind.ROOT, CertificateKind.ANCHOR), revoked_at__isnull=True
    )
    if algorithm is not None:
        rows = rows.filter(algorithm=algorithm)
    return [_as_certificate(row) for row in rows.order_by("id")]


def chain(key_id: str) -> list[bytes]:
    """The certificate of a key and those above it up to the root, DER; raises `SignatureRefused` (unknown key)."""
    row = models.Certificate.objects.select_related("issued_by__issued_by").filter(key_id=key_id).first()
    if row is None:
        raise SignatureRefused(Refusal.UNKNOWN_KEY, key_id)
    return [bytes(one.certificate) for one in _upwards(row)]


@transaction.atomic
def issue(
    owner: str,
    *,
    algorithm: Algorithm = Algorithm.ES256,
    token_label: str = "",
    actor: Actor,
    at: datetime,
) -> Certificate:
    """A new key and its certificate of the platform's own authority; from `at` on it signs in place of the owner's last one.

    With `token_label` the key is that of the token, made there if it is missing. Raises `KeyUnavailable`, `FaultyCertificate`.
    """
    _lock_issuing()
    return _as_certificate(_issue(owner, algorithm, token_label, actor, at))


@transaction.atomic
def take_over(
    owner: str,
    certificate: bytes,
    *,
    issuer: bytes,
    private_key: bytes = b"",
    token_label: str = "",
    actor: Actor,
    at: datetime,
) -> Certificate:
    """A certificate that a licensed CA issued for a key of ours: on the token, or PKCS#8 DER.

    The issuer's certificate must have been trusted before (`trust`). Raises `FaultyCertificate`, `KeyUnavailable`.
    """
    read = certificates.read(certificate)
    algorithm = certificates.algorithm_of(read)
    above = models.Certificate.objects.filter(certificate=issuer, revoked_at__isnull=True).first()
    if above is None or not certificates.is_issued_by(read, certificates.read(issuer)):
        raise FaultyCertificate("it was not issued by a certificate that is trusted here")
    key = _key_of_ours(algorithm, private_key, token_label)
    if key.public_point != certificates.point_of(read):
        raise FaultyCertificate("its key is another one")
    row = _keep(
        owner,
        CertificateKind.SIGNER,
        certificate,
        key=None if token_label else key,
        token_label=token_label,
        issued_by=above,
    )
    _audit("TAKE_OVER_CERTIFICATE", row, actor, at)
    return _as_certificate(row)


@transaction.atomic
def trust(certificate: bytes, *, owner: str, actor: Actor, at: datetime) -> Certificate:
    """Trust the certificate of a licensed CA (owner `CA`), or of a time-stamping authority's root (`TSA`); raises `FaultyCertificate`."""
    row = _keep(owner, CertificateKind.ANCHOR, certificate, key=None, token_label="", issued_by=None)
    _audit("TRUST_CERTIFICATE", row, actor, at)
    return _as_certificate(row)


@transaction.atomic
def revoke(key_id: str, *, reason: str, actor: Actor, at: datetime) -> Certificate:
    """From `at` on nothing signed with the key holds, nor with the keys its certificate issued. A second time changes nothing.

    Raises `SignatureRefused` (unknown key), `FaultyCertificate` without a reason.
    """
    if not reason.strip():
        raise FaultyCertificate("a revocation needs its reason")
    row = models.Certificate.objects.select_for_update().filter(key_id=key_id).first()
    if row is None:
        raise SignatureRefused(Refusal.UNKNOWN_KEY, key_id)
    if row.revoked_at is None:
        row.revoked_at, row.revocation_reason = at, reason.strip()
        row.save(update_fields=["revoked_at", "revocation_reason"])
        _audit("REVOKE_CERTIFICATE", row, actor, at)
    _known.clear()
    transaction.on_commit(_known.clear)
    return _as_certificate(row)


@prepared
def _in_force(owner: str, algorithm: str, at: datetime) -> QuerySet[models.Certificate]:
    """The signers of an owner at an instant, the newest first."""
    rows = models.Certificate.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=at),
        owner=owner,
        kind=CertificateKind.SIGNER,
        algorithm=algorithm,
        not_before__lte=at,
        not_after__gt=at,
    )
    return rows.select_related("issued_by__issued_by").order_by("-not_before", "-id")


def _signer(row: models.Certificate) -> _KeySigner:
    signer = _signers.get(row.key_id)
    if signer is None:
        above = tuple(bytes(one.certificate) for one in _upwards(row))
        signer = _signers[row.key_id] = _KeySigner(row.key_id, above, _private_key(row))
    return signer


def _private_key(row: models.Certificate) -> PrivateKey:
    if row.token_label:
        return tokens.TokenKey(
            row.token_label, certificates.point_of(certificates.read(bytes(row.certificate)))
        )
    if row.sealed_key is None:
        raise KeyUnavailable(f"the key of {row.key_id} is not held here")
    opened = crypto.decrypt_bytes(bytes(row.sealed_key), _KEY_CONTEXT)
    return software.load(Algorithm(row.algorithm), opened)


def _read_known(key_id: str) -> _Known:
    row = models.Certificate.objects.select_related("issued_by__issued_by").filter(key_id=key_id).first()
    if row is None or row.kind != CertificateKind.SIGNER:
        raise SignatureRefused(Refusal.UNKNOWN_KEY, key_id)
    above = _upwards(row)
    revoked = [one.revoked_at for one in above if one.revoked_at is not None]
    point = certificates.point_of(certificates.read(bytes(row.certificate)))
    known = _known[key_id] = _Known(
        check=software.checker(Algorithm(row.algorithm), point),
        not_before=max(one.not_before for one in above),
        not_after=min(one.not_after for one in above),
        revoked_at=min(revoked, default=None),
        read_at=time.monotonic(),
    )
    return known


def _upwards(row: models.Certificate) -> list[models.Certificate]:
    """A certificate and those that stand above it."""
    found = [row]
    while found[-1].issued_by is not None:
        found.append(found[-1].issued_by)
    return found


@transaction.atomic
def _issue_once(owner: str, algorithm: Algorithm, at: datetime) -> models.Certificate:
    """The signer that another process issued in the meantime, or a new one."""
    _lock_issuing()
    rows = _in_force(owner, algorithm.value, at)
    return rows[0] if rows else _issue(owner, algorithm, "", PLATFORM_ACTOR, at)


def _lock_issuing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ISSUING_LOCK])


def _issue(
    owner: str, algorithm: Algorithm, token_label: str, actor: Actor, at: datetime
) -> models.Certificate:
    if token_label and algorithm is not Algorithm.ES256:
        raise FaultyCertificate("keys on a token are of ES256")
    above = _authority(algorithm, actor, at)
    key = (
        (tokens.find(token_label) or tokens.generate(token_label))
        if token_label
        else software.generate(algorithm)
    )
    draft = certificates.Draft(
        common_name=_common_name(owner),
        organisation=_organisation(),
        code=owner,
        point=key.public_point,
        not_before=at,
        not_after=at + SIGNER_TERM,
        purposes=("time_stamping",) if owner == TSA else (),
    )
    written = certificates.write(draft, algorithm, bytes(above.certificate), _private_key(above))
    row = _keep(
        owner,
        CertificateKind.SIGNER,
        written,
        key=None if token_label else key,
        token_label=token_label,
        issued_by=above,
    )
    _audit("ISSUE_CERTIFICATE", row, actor, at)
    return row


def _authority(algorithm: Algorithm, actor: Actor, at: datetime) -> models.Certificate:
    """The platform's own issuing certificate, made with its root where there is none; the lock is held."""
    rows = models.Certificate.objects.filter(
        kind=CertificateKind.ISSUING,
        algorithm=algorithm,
        revoked_at__isnull=True,
        issued_by__revoked_at__isnull=True,
    )
    found = rows.order_by("-id").first()
    if found is not None:
        return found
    root = _found_authority("根证书", CertificateKind.ROOT, algorithm, None, ROOT_TERM)
    issuing = _found_authority("签发证书", CertificateKind.ISSUING, algorithm, root, ISSUING_TERM)
    for row in (root, issuing):
        _audit("ISSUE_CERTIFICATE", row, actor, at)
    return issuing


def _found_authority(
    name: str,
    kind: CertificateKind,
    algorithm: Algorithm,
    above: models.Certificate | None,
    term: timedelta,
) -> models.Certificate:
    key = software.generate(algorithm)
    draft = certificates.Draft(
        common_name=f"{settings.CITY_NAME}通办自建{name}{_sample_mark()}",
        organisation=_organisation(),
        code=AUTHORITY,
        point=key.public_point,
        not_before=AUTHORITY_BEGINS,
        not_after=AUTHORITY_BEGINS + term,
        is_authority=True,
        depth=None if above is None else 0,
    )
    if above is None:
        written = certificates.write(draft, algorithm, None, key)
    else:
        written = certificates.write(draft, algorithm, bytes(above.certificate), _private_key(above))
    return _keep(AUTHORITY, kind, written, key=key, token_label="", issued_by=above)


def _common_name(owner: str) -> str:
    fixed = {PLATFORM: "通办平台", TSA: "通办时间戳服务"}
    found = fixed | {code: name for lookup in _names for code, name in lookup([owner]).items()}
    return f"{found.get(owner, owner)}{_sample_mark()}"


def _sample_mark() -> str:
    return "" if settings.IS_PRODUCTION else "（示例）"


def _organisation() -> str:
    return settings.CITY_NAME if settings.IS_PRODUCTION else f"{settings.CITY_NAME}（示例，不具有法律效力）"


def _key_of_ours(algorithm: Algorithm, private_key: bytes, token_label: str) -> PrivateKey:
    if token_label:
        found = tokens.find(token_label)
        if found is None:
            raise FaultyCertificate(f"the token holds no key {token_label!r}")
        return found
    if algorithm is Algorithm.SM2:
        raise FaultyCertificate("a key of SM2 is made here, it is not taken over")
    try:
        return software.load(algorithm, private_key)
    except (ValueError, TypeError) as error:
        raise FaultyCertificate(f"not a private key: {error}") from error


def _keep(
    owner: str,
    kind: CertificateKind,
    certificate: bytes,
    *,
    key: PrivateKey | None,
    token_label: str,
    issued_by: models.Certificate | None,
) -> models.Certificate:
    read = certificates.read(certificate)
    algorithm = certificates.algorithm_of(read)
    name = certificates.key_id(algorithm, certificates.point_of(read))
    if models.Certificate.objects.filter(key_id=name).exists():
        raise FaultyCertificate(f"the key {name} has its certificate already")
    sealed = None
    if isinstance(key, (software.ES256Key, software.SM2Key)):
        sealed = crypto.encrypt_bytes(key.dump(), _KEY_CONTEXT)
    return models.Certificate.objects.create(
        key_id=name,
        owner=owner,
        kind=kind,
        algorithm=algorithm,
        certificate=certificate,
        issued_by=issued_by,
        sealed_key=sealed,
        token_label=token_label,
        not_before=read.not_valid_before,
        not_after=read.not_valid_after,
    )


def _as_certificate(row: models.Certificate) -> Certificate:
    return Certificate(
        key_id=row.key_id,
        owner=row.owner,
        kind=CertificateKind(row.kind),
        algorithm=Algorithm(row.algorithm),
        certificate=bytes(row.certificate),
        not_before=row.not_before,
        not_after=row.not_after,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        is_on_token=bool(row.token_label),
    )


def _audit(action: str, row: models.Certificate, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="signing.Certificate",
        object_id=row.key_id,
        detail={"owner": row.owner, "algorithm": row.algorithm},
    )
