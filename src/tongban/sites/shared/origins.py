"""Where a request came from, so that people are led back to a page and not to a form's or a fragment's address."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_before(request: HttpRequest) -> str:
    """The page that was asked for, or the page of ours that a form was sent from or that asked in the background.

    A browser that hides where it comes from is led to the form's own address.
    """
    if request.headers.get("HX-Request"):
        shown = _own_page(request, request.headers.get("HX-Current-URL", ""))
        if shown:
            return shown
    if request.method == "GET":
        return request.get_full_path()
    return _own_page(request, request.headers.get("Referer", "")) or request.get_full_path()


def _own_page(request: HttpRequest, address: str) -> str:
    """Path and query of an address of this house; empty for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not parts.netloc or parts.netloc != request.headers.get("Host"):
        return ""
    # One slash at the start: two would name another house.
    path = f"/{parts.path.lstrip('/')}"
    page = f"{path}?{parts.query}" if parts.query else path
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else ""
