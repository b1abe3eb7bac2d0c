"""How a request is put in a provider's own words, and how its answer reads in ours.

A mapping is data. `$number` in a template is the subject's number. An answer's verdict, record, number and fields are named by JSON
pointers; `kind` and `words` say how a value becomes ours.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, SchemaError

from tongban.domains.exchange.types import Outcome, Way, WayKind

Json = Any  # parsed JSON; the schemas here check it
NUMBER = "$number"
SAMPLE_NUMBER = "310101189001010013"
FEN_PER_WAN_YUAN = 1_000_000
_METHODS = ("get", "post")
_SCHEMES = {WayKind.HTTP: ("https", "http"), WayKind.POSTGRES: ("postgresql", "postgres")}
_POINTER = {"type": "string", "pattern": "^(/[^/]+)*$"}
_NAME = {"type": "string", "pattern": "^[a-z_][a-z0-9_]*([.][a-z_][a-z0-9_]*)?$", "maxLength": 127}
_ANSWER = {
    "type": "object",
    "required": ["number", "fields"],
    "additionalProperties": False,
    "properties": {
        "verdict": {
            "type": "object",
            "required": ["at", "found"],
            "additionalProperties": False,
            "properties": {
                "at": _POINTER,
                **{
                    name: {"type": "array", "items": {"type": "string"}}
                    for name in ("found", "not_found", "refused")
                },
            },
        },
        "record": _POINTER,
        "number": _POINTER,
        "fields": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["at"],
                "additionalProperties": False,
                "properties": {
                    "at": _POINTER,
                    "kind": {"enum": ["DATE8", "WAN_YUAN"]},
                    "words": {"type": "object", "minProperties": 1},
                },
            },
        },
    },
}
_MAPPINGS = {
    WayKind.HTTP: {
        "type": "object",
        "required": ["operation", "request", "answer"],
        "additionalProperties": False,
        "properties": {
            "operation": {"type": "string"},
            "request": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "object"},
                    "query": {"type": "object"},
                    "body": {"type": "object"},
                },
            },
            "answer": _ANSWER,
        },
    },
    WayKind.POSTGRES: {
        "type": "object",
        "required": ["answer"],
        "additionalProperties": False,
        "properties": {"function": _NAME, "view": _NAME, "number": _NAME, "answer": _ANSWER},
        "oneOf": [
            {"required": ["function"], "not": {"anyOf": [{"required": ["view"]}, {"required": ["number"]}]}},
            {"required": ["view", "number"]},
        ],
    },
}


class Garbage(ValueError):
    """An answer that is not what its provider described; the message names the place, never a value."""


class AnotherPerson(ValueError):
    """The answer is about somebody else."""


class WayFault(ValueError):
    """A way that cannot work; the message says where."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a provider's description; answers by status, with media type and the check of their schema."""

    method: str
    path: str
    request_check: Draft202012Validator | None
    answers: Mapping[int, tuple[str, Draft202012Validator]]


def way_fault(way: Way, fields: Collection[str]) -> str:
    """What is wrong with a way to a resource of these fields; empty when it can be used."""
    try:
        if urlsplit(way.address).scheme not in _SCHEMES[way.kind]:
            return "address: of another kind"
        _check(_MAPPINGS[way.kind], way.mapping, "mapping")
        unknown = sorted(set(way.mapping["answer"]["fields"]) - set(fields))
        if unknown:
            return f"mapping: the resource has no {', '.join(unknown)}"
        if way.kind is WayKind.HTTP:
            made = operation(way)
            body = way.mapping["request"].get("body")
            if made.request_check is not None:
                _check_by(made.request_check, fill(body, SAMPLE_NUMBER), "request")
    except WayFault as fault:
        return str(fault)
    return ""


def operation(way: Way) -> Operation:
    """The operation a way names, its schemas compiled; raises `WayFault`."""
    wanted = way.mapping["operation"]
    if not str(way.description.get("openapi", "")).startswith("3."):
        raise WayFault("description: not OpenAPI 3")
    for path, methods in way.description.get("paths", {}).items():
        for method in _METHODS:
            found = methods.get(method)
            if found and found.get("operationId") == wanted:
                return _operation(method, path, found, way.description)
    raise WayFault(f"description: no operation {wanted}")


def fill(template: Json, number: str) -> Json:
    """The template with the subject's number in its place."""
    if template == NUMBER:
        return number
    if isinstance(template, Mapping):
        return {name: fill(value, number) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, number) for value in template]
    return template


def check_answer(check: Draft202012Validator, document: Json) -> None:
    """Raises `Garbage`."""
    try:
        _check_by(check, document, "answer")
    except WayFault as fault:
        raise Garbage(str(fault)) from fault


def read_answer(document: Json, way: Way, number: str) -> tuple[Outcome, Mapping[str, object]]:
    """What an answer says about the subject of this number, in our fields; raises `Garbage`, `AnotherPerson`."""
    answer = way.mapping["answer"]
    verdict = answer.get("verdict")
    if verdict is not None:
        said = str(_at(document, verdict["at"]))
        if said in verdict.get("not_found", ()):
            return Outcome.NOT_FOUND, {}
        if said in verdict.get("refused", ()):
            return Outcome.NOT_ALLOWED, {}
        if said not in verdict["found"]:
            raise Garbage(f"{verdict['at']} is no known verdict")
    records = _at(document, answer.get("record", ""))
    if not isinstance(records, list):
        records = [] if records is None else [records]
    if not records:
        if verdict is not None:
            raise Garbage("found, but no record")
        return Outcome.NOT_FOUND, {}
    for record in records:
        _require_subject(_at(record, answer["number"]), number)
    return Outcome.FOUND, {
        name: _ours(_at(records[0], how["at"]), how) for name, how in answer["fields"].items()
    }


def _operation(method: str, path: str, found: Json, description: Json) -> Operation:
    answers = {}
    for status, answer in found.get("responses", {}).items():
        for media, content in answer.get("content", {}).items():
            answers[int(status)] = (media, _validator(content.get("schema", {}), description))
    if 200 not in answers:
        raise WayFault("description: no answer of status 200")
    body = found.get("requestBody", {}).get("content", {}).get("application/json")
    check = None if body is None else _validator(body.get("schema", {}), description)
    return Operation(method.upper(), path, check, answers)


def _validator(schema: Json, description: Json) -> Draft202012Validator:
    # `#/components/…` in a schema means the description's.
    whole = {**schema, "components": description.get("components", {})}
    try:
        Draft202012Validator.check_schema(whole)
    except SchemaError as error:
        raise WayFault(f"description: {error.message}") from error
    return Draft202012Validator(whole)


def _check(schema: Json, document: Json, what: str) -> None:
    _check_by(Draft202012Validator(schema), document, what)


def _check_by(check: Draft202012Validator, document: Json, what: str) -> None:
    for error in check.iter_errors(document):
        # Its message would repeat the value.
        raise WayFault(f"{what}: {error.json_path} breaks {error.validator}")


def _at(document: Json, pointer: str) -> Json:
    """The value at a JSON pointer, None where there is none."""
    for part in pointer.split("/")[1:]:
        if not isinstance(document, Mapping):
            return None
        document = document.get(part.replace("~1", "/").replace("~0", "~"))
    return document


def _require_subject(found: Json, number: str) -> None:
    if not isinstance(found, str) or not found.strip():
        raise Garbage("the record does not say whose it is")
    if found.strip().upper() != number.upper():
        raise AnotherPerson("the record is another's")


def _ours(value: Json, how: Mapping[str, Json]) -> object:
    if value is None or value == "":
        return None
    words = how.get("words")
    if words is not None:
        if str(value) not in words:
            raise Garbage(f"{how['at']} is no known word")
        return words[str(value)]
    try:
        if how.get("kind") == "DATE8":
            return datetime.strptime(str(value), "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
        if how.get("kind") == "WAN_YUAN":
            return int(Decimal(str(value)) * FEN_PER_WAN_YUAN)
    except (ValueError, InvalidOperation) as error:
        raise Garbage(f"{how['at']} is no {how['kind']}") from error
    return value
