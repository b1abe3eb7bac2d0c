"""Back to a page of ours, never to a fragment, a form's address or another house."""

import pytest
from django.test import Client, RequestFactory

from sites.city import City
from tongban.sites.shared.origins import page_before

HOUSE = "http://testserver"
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("method", "headers", "page"),
    [
        ("GET", {}, "/fragment/?q=1"),
        ("GET", {"Referer": f"{HOUSE}/page/"}, "/fragment/?q=1"),
        ("GET", {**HTMX, "HX-Current-URL": f"{HOUSE}/page/?view=OPEN#row"}, "/page/?view=OPEN"),
        ("POST", {**HTMX, "HX-Current-URL": f"{HOUSE}/page/"}, "/page/"),
        ("POST", {"Referer": f"{HOUSE}/page/?view=OPEN"}, "/page/?view=OPEN"),
        # Without htmx's own word the header is nobody's.
        ("GET", {"HX-Current-URL": f"{HOUSE}/page/"}, "/fragment/?q=1"),
        ("GET", {**HTMX, "HX-Current-URL": "http://elsewhere.example/page/"}, "/fragment/?q=1"),
        ("GET", {**HTMX, "HX-Current-URL": "/page/"}, "/fragment/?q=1"),
        ("GET", {**HTMX, "HX-Current-URL": "http://[broken"}, "/fragment/?q=1"),
        ("GET", {**HTMX, "HX-Current-URL": f"{HOUSE}//elsewhere.example/"}, "/elsewhere.example/"),
        ("GET", {**HTMX, "HX-Current-URL": f"{HOUSE}/\\elsewhere.example/"}, "/fragment/?q=1"),
        ("POST", {"Referer": "http://elsewhere.example/page/"}, "/fragment/?q=1"),
    ],
)
def test_the_page_a_request_came_from(method: str, headers: dict[str, str], page: str) -> None:
    request = RequestFactory().generic(method, "/fragment/?q=1", headers={"Host": "testserver", **headers})

    assert page_before(request) == page


def test_what_is_asked_in_the_background_after_the_session_ended_leads_back_to_the_page(
    visitor: Client, city: City
) -> None:
    shown = f"{HOUSE}/console/?view=OPEN"

    response = visitor.get(
        "/console/?view=OPEN&cursor=abc", headers={**HTMX, "HX-Current-URL": shown, "Host": "testserver"}
    )

    assert response.status_code == 204
    assert response["HX-Redirect"] == "/login/?next=/console/%3Fview%3DOPEN"
