"""The holder's side of 亮证: a one-time code, and a licence in the phone for places without a network."""

import hmac
import json
import secrets
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, permissions, rules, selectors
from tongban.domains.licences.types import Audience, Licence, LicenceType, ShownCode
from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.foundation.credentials import jose, sd_jwt
from tongban.foundation.credentials.refusals import CredentialRefused, Reason
from tongban.foundation.signing import services as signing
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import SHANGHAI, shanghai_date

CREDENTIAL_LIFE = timedelta(days=30)
"""So long a phone may keep a licence before it must ask again; its status is asked far more often."""
LIST_SIZE = 65_536
CHALLENGE_LIFE_S = 300
PROOF_TYPE = "openid4vci-proof+jwt"
_TRIES = 8


class CannotShow(TongbanError):
    """The licence can't be relied on now, so there is nothing to show."""

    code: ClassVar[str] = "CANNOT_SHOW"
    default_sentence: ClassVar[str] = gettext_noop(
        "这张证照现在不是有效状态，不能亮证。请在证照页面查看原因。"
    )


class NoSuchPurpose(TongbanError):
    """This licence can't be shown to this audience for that."""

    code: ClassVar[str] = "NO_SUCH_PURPOSE"
    default_sentence: ClassVar[str] = gettext_noop("这张证照不能为这个目的亮给对方。请重新选择。")


@transaction.atomic
def show(*, number: str, purpose: str, audience: Audience, actor: Actor, at: datetime) -> ShownCode:
    """A code for one audience and purpose, good once and for a minute; it ends those shown before and not used.

    Raises `selectors.LicenceNotFound` for a licence that is not the actor's to use, `CannotShow`, `NoSuchPurpose`.
    """
    licence, licence_type = showable(number, actor=actor, at=at)
    offer = rules.find_offer(rules.offers(licence_type, licence.fields, audience), purpose)
    if offer is None:
        raise NoSuchPurpose(f"{purpose} of {licence.licence_type} for {audience.code}")
    _end_earlier(licence, actor, at)
    for _attempt in range(_TRIES):
        code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
        row = models.Showing(
            licence_id=licence.id,
            verifier_id=None if audience.is_department else _verifier_id(audience),
            department_id=audience.code if audience.is_department else None,
            purpose=offer.purpose.value,
            code_hash=code_hash(code),
            account_id=actor.account_id,
            shown_by=actor.name,
            made_at=at,
            expires_at=at + rules.LIFE_OF_A_CODE,
            field_names=list(offer.fields),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue  # the same digits are out already
        _record("SHOW_LICENCE", licence, actor, at, audience=audience.code, purpose=offer.purpose.value)
        return ShownCode(row.pk, code, row.expires_at)
    raise IntegrityError("no free code was found")


def showable(number: str, *, actor: Actor, at: datetime) -> tuple[Licence, LicenceType]:
    """A licence the actor may show now, with its type; raises `selectors.LicenceNotFound`, `CannotShow`."""
    licence = own_licence(number, actor=actor, at=at)
    today = shanghai_date(at)
    if not rules.is_in_force(licence.status, licence.valid_from, licence.valid_to, today):
        raise CannotShow(f"licence {number} is {licence.status.value}")
    return licence, selectors.get_type(licence.licence_type)


def own_licence(number: str, *, actor: Actor, at: datetime) -> Licence:
    """A licence the actor may use; raises `selectors.LicenceNotFound`, for another's as for none."""
    licence = selectors.get_by_number(number)
    if licence.holder_id not in permissions.holders_for(actor, at=at):
        raise selectors.LicenceNotFound(f"licence {number} is not the actor's")
    return licence


def new_challenge(number: str, *, actor: Actor, at: datetime) -> str:
    """What a phone signs to prove that it holds the key it names; good for five minutes, for this person and licence."""
    stamp = str(int(at.timestamp()))
    return f"{stamp}.{_challenge_mark(number, actor, stamp)}"


@transaction.atomic
def issue_credential(*, number: str, proof: str, actor: Actor, at: datetime) -> str:
    """The licence as an SD-JWT VC bound to the phone's key, whose possession `proof` proves (OpenID4VCI's proof JWT).

    Raises `selectors.LicenceNotFound`, `CannotShow`, `CredentialRefused` for a proof that proves nothing.
    """
    licence, licence_type = showable(number, actor=actor, at=at)
    jwk = _proved_key(number, proof, actor, at)
    expires_at = _credential_end(licence, at)
    listed, place = _take_place(licence, jwk, actor, at, expires_at)
    derived = rules.derived(licence.fields, shanghai_date(at))
    hidden: dict[str, object] = {
        name: licence.fields[name] for name in licence_type.fields if licence.fields.get(name)
    }
    hidden |= {name: value == rules.YES for name, value in derived.items()}
    open_claims = {
        "iss": selectors.issuer_uri(licence.issuer),
        "vct": selectors.credential_type_uri(licence.licence_type),
        "iat": int(at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "cnf": {"jwk": jwk},
        "status": {"status_list": {"uri": selectors.status_list_uri(listed.pk), "idx": place}},
    }
    _record("ISSUE_CREDENTIAL", licence, actor, at, expires=expires_at.isoformat())
    return sd_jwt.issue(open_claims, hidden, signer=signing.signer_for(licence.issuer, at=at))


@transaction.atomic
def withdraw_credentials(number: str, *, actor: Actor, at: datetime) -> int:
    """The licence in every phone is void, for one that was lost; how many there were. Raises `selectors.LicenceNotFound`."""
    licence = own_licence(number, actor=actor, at=at)
    rows = models.Credential.objects.filter(
        licence_id=licence.id, withdrawn_at__isnull=True, expires_at__gt=at
    )
    count = rows.update(withdrawn_at=at)
    _record("WITHDRAW_CREDENTIALS", licence, actor, at, count=count)
    return count


def forget_codes(*, at: datetime) -> int:
    """Forget the codes of yesterday, so that their digits come free; how many. Safe to run twice."""
    rows = models.Showing.objects.filter(
        made_at__lt=at - rules.FORGOTTEN_AFTER, code_hash__isnull=False, is_offline=False
    )
    return rows.update(code_hash=None)


def code_hash(code: str) -> bytes:
    """By which a code is found: keyed, since digits could all be tried."""
    return crypto.lookup_hash(f"licences.showing:{code}")


def _end_earlier(licence: Licence, actor: Actor, at: datetime) -> None:
    models.Showing.objects.filter(
        licence_id=licence.id, account_id=actor.account_id, used_at__isnull=True, expires_at__gt=at
    ).update(expires_at=at)


def _verifier_id(audience: Audience) -> UUID:
    return selectors.get_verifier(audience.code).id


def _proved_key(number: str, proof: str, actor: Actor, at: datetime) -> dict[str, str]:
    header, payload, signed, signature = jose.split(proof, PROOF_TYPE)
    key = jose.key_of(header.get("jwk"))
    if not jose.is_signed(key, signed, signature) or payload.get("aud") != settings.PUBLIC_URL:
        raise CredentialRefused(Reason.KEY_BINDING, "the proof is not the key's, or for another house")
    stamp, _dot, mark = str(payload.get("nonce", "")).partition(".")
    age = at.timestamp() - int(stamp) if stamp.isascii() and stamp.isdecimal() else CHALLENGE_LIFE_S + 1
    if not 0 <= age <= CHALLENGE_LIFE_S or not hmac.compare_digest(
        mark, _challenge_mark(number, actor, stamp)
    ):
        raise CredentialRefused(Reason.NONCE, "another challenge")
    return jose.jwk_of(key)


def _challenge_mark(number: str, actor: Actor, stamp: str) -> str:
    return jose.encode(crypto.lookup_hash(f"licences.challenge:{actor.account_id}:{number}:{stamp}"))


def _credential_end(licence: Licence, at: datetime) -> datetime:
    """When the phone must ask again: in a month, when the licence ends, or when its holder turns eighteen."""
    born = rules.born_on(licence.fields)
    days = (licence.valid_to, None if born is None else rules.turns_eighteen_on(born))
    ends = [datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC) for day in days if day is not None]
    return min(end for end in (at + CREDENTIAL_LIFE, *ends) if end > at)


def _take_place(
    licence: Licence, jwk: dict[str, str], actor: Actor, at: datetime, expires_at: datetime
) -> tuple[models.StatusList, int]:
    """A random free place, so that it tells nothing of when or to whom something was issued."""
    assert actor.account_id is not None  # only an account may show
    listed = _open_list(licence.issuer, at)
    for _attempt in range(64):
        row = models.Credential(
            licence_id=licence.id,
            status_list=listed,
            place=secrets.randbelow(listed.size),
            key_thumbprint=thumbprint(jwk),
            licence_revision=licence.revision,
            account_id=actor.account_id,
            holder_name=actor.name,
            issued_at=at,
            expires_at=expires_at,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue  # taken
        return listed, row.place
    raise IntegrityError("no free place was found")


def _open_list(issuer: str, at: datetime) -> models.StatusList:
    """The issuer's newest list that is less than half full, locked; a new one where there is none."""
    row = (
        models.StatusList.objects.select_for_update()
        .filter(issuer__code=issuer)
        .order_by("-opened_at", "-id")
        .first()
    )
    if row is None or row.taken * 2 >= row.size:
        row = models.StatusList.objects.create(issuer_id=issuer, size=LIST_SIZE, opened_at=at)
    row.taken += 1
    row.save(update_fields=["taken"])
    return row


def thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638."""
    told = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return jose.encode(sha256(told.encode()).digest())


def _record(action: str, licence: Licence, actor: Actor, at: datetime, **detail: object) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="licences.Licence",
        object_id=licence.number,
        subject_id=licence.holder_id,
        detail=detail,
    )
