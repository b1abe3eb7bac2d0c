"""The platform as the office's system sees it: the open API over HTTP."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

TIMEOUT_S = 30


class Unreachable(Exception):
    """The platform did not answer; try again later."""


class Refused(Exception):
    """The platform answered with a problem (RFC 9457)."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Platform:
    def __init__(self, url: str, client: str, secret: str) -> None:
        self._url = url.rstrip("/")
        self._credentials = {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_secret": secret,
        }
        self._token = ""

    def get(self, path: str, **query: str) -> Any:
        return self._authorised("GET", f"{path}?{urllib.parse.urlencode(query)}", None, "")

    def put(self, path: str, body: object) -> Any:
        return self._authorised("PUT", path, body, "")

    def post(self, path: str, body: object, *, key: str) -> Any:
        """`key` makes it safe to send again."""
        return self._authorised("POST", path, body, key)

    def _authorised(self, method: str, path: str, body: object, key: str) -> Any:
        if self._token:
            try:
                return self._send(method, path, body, key)
            except Refused as refusal:
                if refusal.status != 401:
                    raise
        self._token = self._fetch_token()
        return self._send(method, path, body, key)

    def _fetch_token(self) -> str:
        form = urllib.parse.urlencode(self._credentials).encode()
        request = urllib.request.Request(f"{self._url}/api/v1/token", data=form, method="POST")  # noqa: S310 # nosec B310 - the operator's address
        return str(_answer(request)["access_token"])

    def _send(self, method: str, path: str, body: object, key: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return _answer(
            urllib.request.Request(f"{self._url}/api/v1{path}", data=data, method=method, headers=headers)  # noqa: S310 # nosec B310 - the operator's address
        )


def _answer(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 # nosec B310 - the operator's address
            return json.load(response)
    except urllib.error.HTTPError as error:
        if error.code >= 500 or error.code == 429:
            raise Unreachable(f"answered {error.code}") from error
        raise Refused(error.code, str(json.load(error).get("code"))) from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise Unreachable(type(error).__name__) from error
