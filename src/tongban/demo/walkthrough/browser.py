"""A browser without a screen: cookies, pages, and forms filled in and sent as their markup says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

TIMEOUT_S = 60.0
UPLOAD_FIELD = "file"


class StepFailed(Exception):
    """A page did not do what the person at it expected; the message says where and what it showed."""


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes and what a browser would send if its button were pressed now."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    offers: dict[str, list[str]] = field(default_factory=dict)
    """The values of radios, checkboxes and selects, by field name."""
    kinds: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Page:
    """What came back, and where from."""

    address: str
    status: int
    text: str
    forms: tuple[Form, ...]
    complaints: str
    """The error summary's words."""

    def form(self, ending: str) -> Form:
        """The form whose action ends so; a page without it is a page that did not do what was expected."""
        for one in self.forms:
            if one.action.partition("?")[0].endswith(ending):
                return one
        raise StepFailed(f"{self.address}: no form that goes to {ending} ({self.status} {self.complaints})")

    def form_with(self, name: str) -> Form:
        for one in self.forms:
            if name in one.values or name in one.offers:
                return one
        raise StepFailed(f"{self.address}: no form with {name} ({self.status} {self.complaints})")


class Browser:
    """One person's browser. Redirects are followed; a page that is an error is a step that failed."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, follow_redirects=True, timeout=TIMEOUT_S)
        self._origin = address

    def open(self, address: str) -> Page:
        return self._request("GET", address)

    def send(
        self,
        page: Page,
        form: Form,
        changes: Mapping[str, str | Sequence[str]] | None = None,
        file: File | None = None,
    ) -> Page:
        """Press the button of `form` on `page`."""
        values = {**form.values, **(changes or {})}
        address = urljoin(page.address, form.action)
        headers = {"Referer": page.address, "Origin": self._origin}
        data = {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}
        files = {UPLOAD_FIELD: (file.name, file.data, file.media_type)} if file else None
        return self._request("POST", address, data=data, files=files, headers=headers)

    def sign_in(self, username: str, password: str) -> None:
        page = self.open("/login/")
        answered = self.send(page, page.form("/login/"), {"login": username, "password": password})
        if answered.address.partition("?")[0].endswith("/login/"):
            raise StepFailed(f"{username} cannot sign in: {answered.complaints}")

    @property
    def cookie(self) -> str:
        """The header by which a request is this browser's."""
        return "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())

    def close(self) -> None:
        self._client.close()

    def _request(self, method: str, address: str, **sent: Any) -> Page:  # Any: handed on to httpx
        try:
            return _page(self._client.request(method, address, **sent))
        except httpx.HTTPError as trouble:
            raise StepFailed(f"{address}: {type(trouble).__name__}") from trouble


def _page(response: httpx.Response) -> Page:
    address = str(response.url)
    if "html" not in response.headers.get("content-type", ""):
        return Page(address, response.status_code, "", (), "")
    reader = _Reader()
    reader.feed(response.text)
    complaints = " ".join(" ".join(reader.complaints).split())
    page = Page(address, response.status_code, response.text, tuple(reader.forms), complaints)
    if response.status_code >= httpx.codes.BAD_REQUEST:
        raise StepFailed(f"{address}: {response.status_code} {complaints or reader.title}")
    return page


class _Reader(HTMLParser):
    """Forms, the title and the error summary of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.complaints: list[str] = []
        self.title = ""
        self._form: Form | None = None
        self._select = ""
        self._select_is_set = False
        self._textarea = ""
        self._in_title = False
        self._summary_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._summary_depth or "govuk-error-summary" in given.get("class", "").split():
            self._summary_depth += tag == "div"
        if tag == "title":
            self._in_title = True
        elif tag == "form":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if self._summary_depth and tag == "div":
            self._summary_depth -= 1
        if tag == "title":
            self._in_title = False
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        if self._summary_depth:
            self.complaints.append(data)
        if self._textarea and self._form is not None:
            self._form.values[self._textarea][0] += data.removeprefix("\n")

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select:
            form.offers[self._select].append(given.get("value", ""))
            if "selected" in given or not self._select_is_set:
                form.values[self._select] = [given.get("value", "")]
                self._select_is_set = True
        if not name or "disabled" in given:
            return
        if tag == "select":
            self._select, self._select_is_set = name, False
            form.offers[name] = []
        elif tag == "textarea":
            self._textarea = name
            form.values[name] = [""]
        elif tag == "input":
            self._input(form, name, given)

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        form.kinds[name] = kind
        if kind in ("radio", "checkbox"):
            form.offers.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.values.setdefault(name, []).append(given.get("value", "on"))
        elif kind not in ("file", "submit", "button"):
            form.values[name] = [given.get("value", "")]
