"""The way to a provider's PostgreSQL database: one prepared statement by a role that may do nothing else.

Why a reader and not postgres_fdw stands in ADR 0010.
"""

import json
from collections import deque
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tongban.domains.exchange.rules import ways as rules
from tongban.domains.exchange.rules.evidence import canonical, message_hash
from tongban.domains.exchange.services.questions import Question, Reply
from tongban.domains.exchange.types import FindingKind, Outcome, Trace, Way
from tongban.foundation import addresses

Connection = psycopg.Connection[tuple[Any, ...]]  # Any: rows of text
CONNECT_S = 2
_ENCRYPTED = ("verify-full", "verify-ca", "require")
_FUNCTION = "SELECT {source}(%(id)s::uuid, %(key)s::text, %(client)s::text, %(resource)s::text, %(number)s::text)::text"
_VIEW = "SELECT to_json(found)::text FROM {source} AS found WHERE {number} = %(number)s LIMIT 2"
_idle: dict[str, deque[Connection]] = {}
"""Connections nobody uses at the moment; a deque gives and takes one at a time."""


def trace(question: Question, answered: bytes | None = None) -> Trace:
    """What a request leaves behind, with what came back if anything did."""
    key = question.exchange.key
    asked = canonical({"number": question.number, "resource": question.request.resource})
    response_hash = b"" if answered is None else message_hash(key, answered)
    return Trace(message_hash(key, asked), response_hash, is_logged=question.way.is_logged)


def send(question: Question) -> Reply:
    """Ask, without the platform's database; whatever happens is a reply."""
    try:
        texts = _read(question)
    except psycopg.errors.InsufficientPrivilege:
        return Reply(Outcome.NOT_ALLOWED, trace(question))
    except (psycopg.Error, addresses.AddressRefused, OSError):
        return Reply(Outcome.UNAVAILABLE, trace(question))
    left = trace(question, "\n".join(texts).encode())
    if not texts:
        return Reply(Outcome.NOT_FOUND, left)
    try:
        if len(texts) > 1:
            raise rules.Garbage("more than one record")
        outcome, values = rules.read_answer(json.loads(texts[0]), question.way, question.number)
    except ValueError as error:
        is_anothers = isinstance(error, rules.AnotherPerson)
        fault = FindingKind.OTHER_SUBJECT if is_anothers else FindingKind.GARBAGE
        return Reply(Outcome.UNAVAILABLE, left, fault=fault)
    return Reply(outcome, left, values)


def _read(question: Question) -> list[str]:
    """The records as JSON text; the connection is kept for the next one unless it failed."""
    way = question.way
    idle = _idle.setdefault(f"{way.address} {way.timeout_ms} {way.credential}", deque())
    kept = idle.pop() if idle else None
    if kept is not None:
        try:
            return _ask(kept, question, idle)
        except psycopg.OperationalError:
            if not kept.broken:
                raise
            # The database was restarted since; nothing was asked yet.
    return _ask(_connect(way), question, idle)


def _ask(connection: Connection, question: Question, idle: deque[Connection]) -> list[str]:
    try:
        rows = connection.execute(
            _statement(question.way),
            {
                "id": str(question.exchange.id),
                "key": question.exchange.key.hex(),
                "client": question.exchange.client,
                "resource": question.request.resource,
                "number": question.number,
            },
            prepare=True,
        ).fetchall()
    except BaseException:
        connection.close()
        raise
    idle.append(connection)
    return [str(row[0]) for row in rows if row[0] is not None]


def _connect(way: Way) -> Connection:
    named = conninfo_to_dict(way.address)
    host, port = str(named.get("host") or ""), int(named.get("port") or 5432)
    judged = addresses.judge_database(host, port, is_encrypted=named.get("sslmode") in _ENCRYPTED)
    added = {"hostaddr": judged, "password": way.credential}
    connection = psycopg.connect(
        make_conninfo(way.address, **{name: value for name, value in added.items() if value}),
        autocommit=True,
        connect_timeout=CONNECT_S,
        application_name="tongban exchange",
    )
    connection.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(way.timeout_ms)))
    return connection


def _statement(way: Way) -> sql.Composed:
    mapping = way.mapping
    if "function" in mapping:
        return sql.SQL(_FUNCTION).format(source=sql.Identifier(*mapping["function"].split(".")))
    return sql.SQL(_VIEW).format(
        source=sql.Identifier(*mapping["view"].split(".")), number=sql.Identifier(mapping["number"])
    )
