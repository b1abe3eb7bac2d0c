"""Creating the four departments' databases and the ways to them: the demo's part, on the platform's side."""

import base64
import json
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import Way, WayKind
from tongban.foundation.postgres.location import Location, url_of
from tongban.foundation.postgres.server import run_superuser_script
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import PLATFORM as PLATFORM_KEY
from tongban.kernel.actors import PLATFORM

DEPARTMENTS = ("GA", "SCJG", "MZJ", "YBJ")
TAKES_S = {"YBJ": 0.15}
"""An old system's time for one answer."""
_HERE = Path(__file__).parent
_WAYS = _HERE.parent / "data" / "ways"
_FEN_A_WAN_YUAN = Decimal(1_000_000)
_KINDS = {"ENTERPRISE": "1", "SOLE_TRADER": "2"}
_CREATE = r"""
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY[{roles}]) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)\gexec
SELECT format('CREATE DATABASE %I OWNER %I', name, name) FROM unnest(ARRAY[{databases}]) AS name
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name)\gexec
SELECT format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', name) FROM unnest(ARRAY[{databases}]) AS name\gexec
GRANT CONNECT ON DATABASE "{read}" TO "{reader}";
"""
_FILL = {
    "GA": "INSERT INTO register VALUES (%(number)s, %(name)s, %(sex)s, %(birth_date)s, %(ethnicity)s, %(household_address)s)",
    "SCJG": (
        "INSERT INTO register VALUES (%(number)s, %(name)s, %(kind)s, %(legal_name)s, %(legal_number)s, %(address)s,"
        " %(business_scope)s, %(scope_has_catering)s, %(industry)s, %(capital)s, %(founded_date)s, %(status)s)"
    ),
    "MZJ": "INSERT INTO register VALUES (%(number)s, %(spouse_name)s, %(spouse_number)s, %(certificate)s)",
    "YBJ": "INSERT INTO register VALUES (%(number)s, %(is_employee_insured)s, %(insured_division)s)",
}

Row = Mapping[str, Any]  # parsed JSON of people.json


def create_databases(*, people: Mapping[str, Sequence[Row]], location: Location, prefix: str) -> None:
    """Databases with registers in them; one that is there already stays. Raises ``ProgramFailed``."""
    names, reader = _names(prefix), _reader(prefix)
    _create(location, list(names.values()), names["MZJ"], reader)
    for code, name in names.items():
        _fill(code, url_of(name, name, location.home), people, reader if code == "MZJ" else "")


def write_files(
    folder: Path, *, location: Location, prefix: str, at: datetime, new_ports: bool = False
) -> None:
    """What each department's process and each way needs to know; ports and secrets stay what they were unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate = base64.b64encode(signing.signer_for(PLATFORM_KEY, at=at).certificate).decode()
    for code, name in _names(prefix).items():
        file = folder / f"{code}.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        told = {
            "department": code,
            "database": url_of(name, name, location.home),
            "port": _free_port() if new_ports or "port" not in kept else kept["port"],
            "secret": kept.get("secret") or secrets.token_urlsafe(24),
            "platform_certificate": certificate,
            "takes_s": TAKES_S.get(code, 0.0),
        }
        if code == "MZJ":
            told["read_at"] = url_of(name, _reader(prefix), location.home)
        # Whole or not at all: a start killed here must leave none that the next one cannot read.
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(told))
        fresh.replace(file)


def point_ways(folder: Path, *, at: datetime) -> None:
    """Let the four resources be asked of the departments' own systems."""
    for file in sorted(_WAYS.glob("*.json")):
        exchange.set_way(way_to(file.stem, folder), actor=PLATFORM, at=at)


def drop_ways(*, at: datetime) -> None:
    """Let the registers that the platform holds answer again."""
    for file in sorted(_WAYS.glob("*.json")):
        exchange.drop_way(file.stem, actor=PLATFORM, at=at)


def way_to(resource: str, folder: Path) -> Way:
    """The way to a resource, with the address that its department's file names."""
    described = json.loads((_WAYS / f"{resource}.json").read_text(encoding="utf-8"))
    told = json.loads((folder / f"{described['department']}.json").read_text())
    header = described.get("credential_header", "")
    return Way(
        resource=resource,
        kind=WayKind(described["kind"]),
        address=told.get("read_at") or f"http://127.0.0.1:{told['port']}",
        mapping=described["mapping"],
        description=described["description"],
        is_safe_to_retry=described["is_safe_to_retry"],
        is_logged=described["is_logged"],
        credential_header=header,
        credential=told["secret"] if header else "",
    )


def remove(location: Location, prefix: str) -> None:
    """Delete the databases and their roles."""
    names = _names(prefix).values()
    drops = [f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE);' for name in names]
    roles = [f'DROP ROLE IF EXISTS "{name}";' for name in [*names, _reader(prefix)]]
    run_superuser_script(location, "\n".join([*drops, *roles]))


def _names(prefix: str) -> Mapping[str, str]:
    """Of each department its database, owned by the role of the same name."""
    return {code: f"{prefix}{code.lower()}" for code in DEPARTMENTS}


def _reader(prefix: str) -> str:
    """The role as which the platform reads at civil affairs."""
    return f"{prefix}mzj_reader"


def _create(location: Location, names: Sequence[str], read: str, reader: str) -> None:
    def listed(values: Sequence[str]) -> str:
        return ", ".join(f"'{value}'" for value in values)

    script = _CREATE.format(roles=listed([*names, reader]), databases=listed(names), read=read, reader=reader)
    run_superuser_script(location, script)


def _fill(code: str, url: str, people: Mapping[str, Sequence[Row]], reader: str) -> None:
    with psycopg.connect(url) as database:
        if database.execute("SELECT to_regclass('register')").fetchone() != (None,):
            return
        for file in ("tables.sql", f"{code}.sql"):
            database.execute((_HERE / file).read_bytes())
        if reader:
            database.execute(f'GRANT EXECUTE ON FUNCTION tongban_marriage TO "{reader}"'.encode())
        with database.cursor() as cursor:
            cursor.executemany(_FILL[code], list(_rows(code, people)))


def _rows(code: str, people: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    """What a department's register holds of the sample people."""
    persons = {one["key"]: one for one in people["persons"]}
    if code == "SCJG":
        heads = {
            one["other"]: one["subject"]
            for one in people["relations"]
            if one["kind"] == "LEGAL_REPRESENTATIVE"
        }
        for entity in people["entities"]:
            head = persons[heads[entity["key"]]]
            yield {
                **entity,
                "kind": _KINDS[entity["entity_kind"]],
                "legal_name": head["name"],
                "legal_number": head["number"],
                "capital": entity["registered_capital_fen"] / _FEN_A_WAN_YUAN,
            }
        return
    married = {}
    for one in people["relations"]:
        if one["kind"] == "SPOUSE":
            married[one["subject"]] = (persons[one["other"]], one["reference"])
            married[one["other"]] = (persons[one["subject"]], one["reference"])
    for key, person in persons.items():
        spouse, certificate = married.get(key, ({}, None))
        yield {
            **person,
            "spouse_name": spouse.get("name"),
            "spouse_number": spouse.get("number"),
            "certificate": certificate,
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
