"""Department systems and their credentials: OAuth 2.0 client credentials (RFC 6749 §4.4), short-lived bearer tokens."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja.security import HttpBearer

from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Connection
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange.types import Interface, SystemState
from tongban.domains.identity import rules as sign_in_rules
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identity_services
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import PLATFORM, Actor, ActorKind
from tongban.kernel.errors import TongbanError
from tongban.sites.openapi.models import ApiClient

TOKEN_SECONDS = 900
_SECRET_BYTES = 32
_WINDOW_SECONDS = 60
_LONGEST_NAME = 64


class InvalidClient(TongbanError):
    code: ClassVar[str] = "INVALID_CLIENT"
    default_sentence: ClassVar[str] = gettext_noop("接口凭据不正确或已停用。请向平台运行人员核对。")


class RateLimited(TongbanError):
    """More requests in a minute than the client may make; `retry_after_s` until the next one begins."""

    code: ClassVar[str] = "RATE_LIMITED"
    default_sentence: ClassVar[str] = gettext_noop("请求过于频繁。请按 Retry-After 给出的秒数等待后重试。")

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class NewClient:
    """Credentials as they are shown once; only the hash of the secret is kept."""

    client_id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """The authenticated system of a request."""

    client_id: UUID
    department: str
    actor: Actor
    system: str
    """Code in the register of systems; empty for credentials that are older than it."""


class ApiRequest(HttpRequest):
    """A request that passed the API's bearer token; only ever used as a type."""

    auth: ApiCaller


class BearerToken(HttpBearer):
    """A department's own system, by the token it was issued."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiCaller | None:  # noqa: ARG002 - ninja's
        return authenticate(token)


class SystemStopped(TongbanError):
    code: ClassVar[str] = "SYSTEM_STOPPED"
    default_sentence: ClassVar[str] = gettext_noop("这个系统在台账里已经停用，不能申请接口凭据。")


def create_client(*, system: str, at: datetime) -> NewClient:
    """Credentials for a registered system, in its owner's name.

    Raises `exchange.selectors.SystemNotFound`, `SystemStopped`.
    """
    registered = exchange.get_system(system)
    if registered.state is SystemState.STOPPED:
        raise SystemStopped(f"system {system}")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with transaction.atomic():
        client = ApiClient.objects.create(
            department=registered.owner,
            name=registered.name[:_LONGEST_NAME],
            system=system,
            secret_sha256=_hash(secret),
            created_at=at,
        )
        audit.record(
            actor=PLATFORM,
            action="API_CLIENT_CREATED",
            at=at,
            object_type="api_client",
            object_id=str(client.id),
            detail={"department": registered.owner, "system": system},
        )
    return NewClient(client.id, secret)


def issue_token(client_id: str, secret: str, *, address: str) -> str:
    """A bearer token for `TOKEN_SECONDS`; raises :class:`InvalidClient` and :class:`RateLimited`.

    Wrong secrets are counted by client and caller's address as people's passwords are: whoever guesses closes her own address only.
    """
    # The machine's clock: a demo's business clock stands still.
    at, login = datetime.now(UTC), f"api:{client_id}"
    if identity.is_locked(login, address, at=at):
        wait = int(sign_in_rules.LOCK_PERIOD.total_seconds())
        raise RateLimited("too many wrong secrets from this address", retry_after_s=wait)
    client = _find(client_id)
    # Compared in any case, so that an unknown id takes as long as a wrong secret.
    is_right = hmac.compare_digest(_hash(secret), client.secret_sha256 if client else _hash(""))
    if client is None or not is_right:
        identity_services.note_failure(login=login, address=address, at=at)
        raise InvalidClient("unknown client or wrong secret")
    identity_services.forgive_failures(login=login, address=address, at=at)
    if client.system and exchange.get_system(client.system).state is SystemState.STOPPED:
        raise InvalidClient(f"system {client.system} is no longer in use")
    count_request(client)
    return _signer().sign(_subject(client))


def authenticate(token: str) -> ApiCaller | None:
    """Who a bearer token speaks for; None when it is forged, too old, or its client was switched off."""
    try:
        subject = _signer().unsign(token, max_age=TOKEN_SECONDS)
    except BadSignature:
        return None
    client = _find(subject.partition(".")[0])
    if client is None or not hmac.compare_digest(subject, _subject(client)):
        return None
    count_request(client)
    return ApiCaller(client.id, client.department, actor_of(client), client.system)


def actor_of(client: ApiClient) -> Actor:
    """A system acts for its department and for the district offices under it that work in their own system."""
    department = directory.get_department(client.department)
    offices = directory.list_offices(client.department)
    covered = {office.code for office in offices if office.connection is Connection.OWN_SYSTEM}
    return Actor(
        kind=ActorKind.DEPARTMENT_SYSTEM,
        account_id=None,
        name=department.name,
        department=client.department,
        departments=frozenset(covered | {client.department}),
    )


def count_request(client: ApiClient) -> None:
    """Count one request of the running minute, over all processes; raises :class:`RateLimited`."""
    now = time.time()
    minute = int(now // _WINDOW_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO openapi_rate_window AS w (client_id, minute, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (client_id) DO UPDATE SET minute = EXCLUDED.minute,"
            " count = CASE WHEN w.minute = EXCLUDED.minute THEN w.count + 1 ELSE 1 END RETURNING count",
            [client.pk, minute],
        )
        (count,) = cursor.fetchone()
    if count > client.requests_per_minute:
        wait = max(1, int((minute + 1) * _WINDOW_SECONDS - now) + 1)
        raise RateLimited(f"client {client.pk} made {count} requests in a minute", retry_after_s=wait)


def list_interfaces() -> tuple[Interface, ...]:
    """Every client as the register of systems sees it; a client that was never heard of since its first day has no last call."""
    rows = ApiClient.objects.select_related("ratewindow").order_by("created_at", "id")
    return tuple(
        Interface(
            kind="API",
            id=str(row.pk),
            name=row.name,
            department=row.department,
            system=row.system,
            is_active=row.is_active,
            last_call_at=_last_call(row),
        )
        for row in rows
    )


def _last_call(row: ApiClient) -> datetime | None:
    window = getattr(row, "ratewindow", None)
    return datetime.fromtimestamp(window.minute * _WINDOW_SECONDS, UTC) if window else None


def _find(client_id: str) -> ApiClient | None:
    try:
        return ApiClient.objects.filter(pk=UUID(client_id), is_active=True).first()
    except ValueError:
        return None


def _subject(client: ApiClient) -> str:
    """A new secret ends the tokens of the old one."""
    return f"{client.pk}.{client.secret_sha256[:16]}"


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="tongban.openapi.token")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
