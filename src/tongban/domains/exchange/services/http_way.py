"""The way to a provider's HTTP service, as its OpenAPI document describes it.

The request is composed and signed where the caller waits (it reads keys) and sent elsewhere, without a database. HTTP message signatures
(RFC 9421) prove that the platform asks; a secret of the provider's is sent beside it where the provider wants one.
"""

import base64
import hashlib
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring  # nosec B405

import httpx

from tongban.domains.exchange.rules import ways as rules
from tongban.domains.exchange.rules.evidence import message_hash
from tongban.domains.exchange.services.questions import Question, Reply
from tongban.domains.exchange.types import FindingKind, Outcome, Trace
from tongban.foundation import addresses
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import PLATFORM

LARGEST = 256_000
"""Bytes of an answer about one subject."""
CONNECT_S = 2.0
_SIGNED = (
    "@method",
    "@request-target",
    "content-digest",
    "x-exchange-id",
    "x-exchange-key",
    "x-exchange-client",
    "x-exchange-purpose",
    "x-exchange-cause",
    "x-exchange-resource",
)
_REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class Message:
    """A request ready to go."""

    question: Question
    operation: rules.Operation
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_hash(self) -> bytes:
        line = f"{self.operation.method} {self.target}".encode()
        return message_hash(self.question.exchange.key, line, self.body)


class _TooLate(Exception):
    """The time for the whole call is over."""


class _TooLarge(Exception):
    """More bytes than one record has."""


def compose(question: Question, operation: rules.Operation) -> Message:
    """The request in the provider's own words, signed; raises `rules.WayFault` when it breaks the provider's description."""
    template = question.way.mapping["request"]
    number = question.number
    path = urlsplit(question.way.address).path.rstrip("/") + operation.path
    for name, value in rules.fill(template.get("path", {}), number).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = urlencode(rules.fill(template.get("query", {}), number))
    target = f"{path}?{query}" if query else path
    body = b""
    if "body" in template:
        filled = rules.fill(template["body"], number)
        body = json.dumps(filled, ensure_ascii=False).encode()
    return Message(question, operation, target, _headers(question, operation.method, target, body), body)


def send(message: Message) -> Reply:
    """Ask, without a database; whatever happens is a reply."""
    way = message.question.way
    ends_at = time.monotonic() + way.timeout_ms / 1000
    try:
        answer = _send_with_retry(message, ends_at)
    except (httpx.TransportError, addresses.AddressRefused, _TooLate, OSError):
        return Reply(Outcome.UNAVAILABLE, trace(message))
    except _TooLarge:
        return Reply(Outcome.UNAVAILABLE, trace(message), fault=FindingKind.GARBAGE)
    status, media, body, reference = answer
    left = trace(message, body, reference)
    if status in _REFUSED:
        return Reply(Outcome.NOT_ALLOWED, left)
    described = message.operation.answers.get(status)
    if described is None:
        return Reply(Outcome.UNAVAILABLE, left)
    if status == httpx.codes.NOT_FOUND:
        return Reply(Outcome.NOT_FOUND, left)
    try:
        document = _parse(body, media, *described)
        outcome, values = rules.read_answer(document, way, message.question.number)
    except rules.Garbage:
        return Reply(Outcome.UNAVAILABLE, left, fault=FindingKind.GARBAGE)
    except rules.AnotherPerson:
        return Reply(Outcome.UNAVAILABLE, left, fault=FindingKind.OTHER_SUBJECT)
    return Reply(outcome, left, values)


def _headers(question: Question, method: str, target: str, body: bytes) -> Mapping[str, str]:
    exchange, request = question.exchange, question.request
    headers = {
        "content-digest": f"sha-256=:{_base64(hashlib.sha256(body).digest())}:",
        "x-exchange-id": str(exchange.id),
        "x-exchange-key": exchange.key.hex(),
        "x-exchange-client": exchange.client,
        "x-exchange-purpose": quote(request.purpose, safe=""),
        "x-exchange-cause": quote(request.cause, safe=""),
        "x-exchange-resource": request.resource,
    }
    signer = signing.signer_for(PLATFORM, at=exchange.at)
    covered = " ".join(f'"{name}"' for name in _SIGNED)
    # The machine's clock: the provider compares it with its own, while a demo's business clock stands still.
    parameters = f'({covered});created={int(time.time())};keyid="{signer.key_id}";alg="ecdsa-p256-sha256"'
    known = {"@method": method, "@request-target": target, **headers}
    lines = [f'"{name}": {known[name]}' for name in _SIGNED]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = signer.sign(base.encode())
    headers |= {"signature-input": f"platform={parameters}", "signature": f"platform=:{_base64(signature)}:"}
    if question.way.credential:
        headers[question.way.credential_header.lower()] = question.way.credential
    if body:
        headers["content-type"] = "application/json"
    return {**headers, "user-agent": "Tongban"}


def _send_with_retry(message: Message, ends_at: float) -> tuple[int, str, bytes, str]:
    try:
        return _send_once(message, ends_at)
    except (httpx.ConnectError, httpx.RemoteProtocolError):
        # Nothing was answered; where asking twice does no harm, the second try meets a system that was just restarted.
        if not message.question.way.is_safe_to_retry:
            raise
        return _send_once(message, ends_at)


def _send_once(message: Message, ends_at: float) -> tuple[int, str, bytes, str]:
    way = message.question.way
    target = addresses.judge(way.address)
    left = ends_at - time.monotonic()
    if left <= 0:
        raise _TooLate
    parts = urlsplit(target.url)
    chunks, size = [], 0
    with _client(way.address).stream(
        message.operation.method,
        f"{parts.scheme}://{parts.netloc}{message.target}",
        content=message.body or None,
        headers={**message.headers, "host": target.host},
        timeout=httpx.Timeout(left, connect=min(left, CONNECT_S)),
        extensions={"sni_hostname": target.server_name},
    ) as response:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > LARGEST:
                raise _TooLarge
            if time.monotonic() > ends_at:
                raise _TooLate
            chunks.append(chunk)
        media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return response.status_code, media, b"".join(chunks), response.headers.get("x-log-reference", "")[:64]


@lru_cache(maxsize=256)
def _client(_address: str) -> httpx.Client:
    """One for each provider, so that a connection is used for the name its certificate was checked for.

    No redirects, no proxy from the environment: the request goes where the address was judged, or nowhere.
    """
    return httpx.Client(follow_redirects=False, trust_env=False, verify=_trusted())


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def trace(message: Message, body: bytes | None = None, reference: str = "") -> Trace:
    """What a request leaves behind, with what came back if anything did."""
    response_hash = b"" if body is None else message_hash(message.question.exchange.key, body)
    return Trace(
        message.request_hash, response_hash, reference=reference, is_logged=message.question.way.is_logged
    )


def _parse(body: bytes, media: str, described: str, check: Any) -> Any:  # Any: parsed JSON
    if media != described:
        raise rules.Garbage("the answer is of another media type")
    try:
        document = from_xml(body, check.schema) if media.endswith("xml") else json.loads(body)
    except (ValueError, ParseError, RecursionError) as error:
        raise rules.Garbage("the answer does not read") from error
    rules.check_answer(check, document)
    return document


def from_xml(body: bytes, schema: Mapping[str, Any]) -> Any:  # Any: parsed JSON
    """An XML document as the JSON its schema describes; raises ``ParseError`` and ``ValueError``, the latter for any DTD."""
    text = body.decode()
    if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        raise ValueError("a document type declaration")
    root = fromstring(text)  # noqa: S314 # nosec B314 - without a DTD there are no entities
    return {root.tag: _element(root, schema.get("properties", {}).get(root.tag, {}))}


def _element(element: Element, schema: Mapping[str, Any]) -> Any:
    properties = schema.get("properties")
    if properties is None:
        return element.text or ""
    found: dict[str, Any] = {name: [] for name, one in properties.items() if one.get("type") == "array"}
    for child in element:
        one = properties.get(child.tag, {})
        if one.get("type") == "array":
            found[child.tag].append(_element(child, one.get("items", {})))
        else:
            found[child.tag] = _element(child, one)
    return found


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
