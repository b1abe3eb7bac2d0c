"""In which district the visitor is at home: chosen on a page, kept in a cookie."""

from django.http import HttpRequest, HttpResponseBase

from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Division
from tongban.sites.shared.preferences import keep_preference

DIVISION_COOKIE = "tongban_division"


def districts() -> tuple[Division, ...]:
    return directory.list_districts()


def chosen_division(request: HttpRequest) -> str:
    """The district of the address, else of the cookie, else the first of the city; never one that does not exist."""
    known = [district.code for district in districts()]
    for wanted in (request.GET.get("division"), request.COOKIES.get(DIVISION_COOKIE)):
        if wanted in known:
            return wanted
    return known[0] if known else ""


def keep_division(response: HttpResponseBase, division: str) -> None:
    keep_preference(response, DIVISION_COOKIE, division)
