"""In which district the visitor is at home: chosen on a page, kept in a cookie."""

from django.http import HttpRequest, HttpResponseBase

from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Division
from tongban.sites.shared.preferences import keep_preference

DIVISION_COOKIE = "tongban_division"


def districts() -> tuple[Division, ...]:
    return directory.list_districts()


def chosen_district(request: HttpRequest) -> Division | None:
    """The district of the address, else of the cookie, else the first of the city; None in a city without districts."""
    known = {district.code: district for district in districts()}
    for wanted in (request.GET.get("division"), request.COOKIES.get(DIVISION_COOKIE)):
        if wanted in known:
            return known[wanted]
    return next(iter(known.values()), None)


def chosen_division(request: HttpRequest) -> str:
    """The code of the chosen district, never one that does not exist; empty in a city without districts."""
    district = chosen_district(request)
    return district.code if district is not None else ""


def keep_division(response: HttpResponseBase, division: str) -> None:
    keep_preference(response, DIVISION_COOKIE, division)
