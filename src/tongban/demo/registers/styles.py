"""How each department's service speaks: where the number stands in a request, and how an answer looks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    media: str
    body: bytes


class Style(Protocol):
    """One department's way to speak; `needs` is the header by which it knows who may ask, beside the platform's signature."""

    needs: str

    def number_in(self, method: str, target: str, body: bytes) -> str | None:
        """The number asked for; None when the request is none of this service's."""
        ...

    def answer(self, row: Row | None) -> Answer: ...

    def refusal(self) -> Answer: ...


def _json(status: int, document: object) -> Answer:
    return Answer(status, "application/json", json.dumps(document, ensure_ascii=False).encode())


class PublicSecurity:
    """公安: REST, one person a path, 404 where there is none."""

    needs = ""
    _PATH = "/api/v2/persons/"

    def number_in(self, method: str, target: str, body: bytes) -> str | None:
        path = urlsplit(target).path
        if method != "GET" or body or not path.startswith(self._PATH):
            return None
        return unquote(path.removeprefix(self._PATH))

    def answer(self, row: Row | None) -> Answer:
        if row is None:
            return _json(404, {"error": "no such person"})
        return _json(
            200,
            {
                "idNumber": row["number"],
                "fullName": row["name"],
                "gender": row["sex"],
                "dateOfBirth": row["birth_date"].isoformat(),
                "ethnicGroup": row["ethnicity"],
                "registeredResidence": row["household_address"],
            },
        )

    def refusal(self) -> Answer:
        return _json(403, {"error": "not authorised"})


class MarketRegulation:
    """市场监管: everything is a POST that is answered 200, with a code in an envelope and names in initials of pinyin."""

    needs = "authorization"
    _PATH = "/gateway/ztxx/query"

    def number_in(self, method: str, target: str, body: bytes) -> str | None:
        if method != "POST" or target != self._PATH:
            return None
        try:
            return str(json.loads(body)["data"]["tyshxydm"])
        except (ValueError, KeyError, TypeError):
            return None

    def answer(self, row: Row | None) -> Answer:
        if row is None:
            return _json(200, {"code": 2001, "msg": "未查询到主体信息", "data": None})
        data = {
            "ztmc": row["name"],
            "tyshxydm": row["number"],
            "ztlx": row["kind"],
            "fddbr": row["legal_representative"],
            "fddbrzjhm": row["legal_representative_number"],
            "zs": row["address"],
            "jyfw": row["business_scope"],
            "sfcy": "是" if row["has_catering"] else "否",
            "hydm": row["industry"],
            "zczb": str(row["capital_wan_yuan"]),
            "clrq": row["founded_date"].strftime("%Y%m%d"),
            "djzt": row["status"],
        }
        return _json(200, {"code": 0, "msg": "成功", "data": data})

    def refusal(self) -> Answer:
        return _json(200, {"code": 4003, "msg": "无权查询", "data": None})


class MedicalInsurance:
    """医保: XML from an older time, a list even where there is one row."""

    needs = "x-api-key"
    _PATH = "/yb/services/cbxx"

    def number_in(self, method: str, target: str, body: bytes) -> str | None:
        parts = urlsplit(target)
        if method != "GET" or body or parts.path != self._PATH:
            return None
        given = parse_qs(parts.query).get("sfzh")
        return given[0] if given else None

    def answer(self, row: Row | None) -> Answer:
        rows = "" if row is None else self._row(row)
        return self._xml("00" if row is not None else "01", rows)

    def refusal(self) -> Answer:
        return self._xml("99", "")

    def _row(self, row: Row) -> str:
        division = row["insured_division"] or ""
        kind = "310" if row["is_employee_insured"] else "390"
        values = {"sfzh": row["number"], "xzlx": kind, "cbd": division}
        return "".join(
            ["<row>", *(f"<{name}>{escape(value)}</{name}>" for name, value in values.items()), "</row>"]
        )

    def _xml(self, code: str, rows: str) -> Answer:
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?><result><code>{code}</code><rows>{rows}</rows></result>'
        )
        return Answer(200, "application/xml", text.encode())


STYLES: Mapping[str, Style] = {"GA": PublicSecurity(), "SCJG": MarketRegulation(), "YBJ": MedicalInsurance()}
