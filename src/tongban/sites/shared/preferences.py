"""Preferences that belong to the browser, not to a person: each a cookie of a year."""

from django.conf import settings
from django.http import HttpResponseBase

A_YEAR = 365 * 24 * 3600


def keep_preference(response: HttpResponseBase, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
