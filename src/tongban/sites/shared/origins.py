"""Where a request came from, so that people are led back to a page and not to a form's address."""

from urllib.parse import urlsplit

from django.http import HttpRequest


def page_before(request: HttpRequest) -> str:
    """The page that was asked for, or the page of ours that a form was sent from.

    A browser that hides where it comes from is led to the form's own address.
    """
    sent_from = urlsplit(request.headers.get("Referer", ""))
    if request.method == "GET" or not sent_from.netloc or sent_from.netloc != request.headers.get("Host"):
        return request.get_full_path()
    # One slash at the start: two would name another house.
    path = f"/{sent_from.path.lstrip('/')}"
    return f"{path}?{sent_from.query}" if sent_from.query else path
