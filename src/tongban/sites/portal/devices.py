"""The phone at a verifier's desk: told once whose it is, it stays so until the verifier gets a new secret."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from tongban.domains.licences import selectors
from tongban.domains.licences.types import Verifier

COOKIE = "tongban_verifier"
SALT = "tongban.portal.verifier"
KEPT_S = 400 * 24 * 3600


def bind(response: HttpResponse, verifier: Verifier, secret: str) -> None:
    """From now on this browser checks for the verifier."""
    held = signing.dumps([verifier.code, _mark(secret)], salt=SALT)
    response.set_cookie(
        COOKIE,
        held,
        max_age=KEPT_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def release(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE)


def verifier_of(request: HttpRequest) -> Verifier | None:
    """Whose phone this is; None for anybody's, and after the secret was renewed or the verifier closed."""
    try:
        code, mark = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return selectors.verifier_with_mark(code, mark)


def _mark(secret: str) -> str:
    return selectors.secret_mark(selectors.hash_secret(secret))
