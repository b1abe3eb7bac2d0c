"""Licences issued in bulk: number, encrypted contents, the issuer's signature, status, event and audit; no PDF.

Run as ``python -m bench.licences [--json] [--licences N]`` from the repository root; it makes a database of its own beside the configured
one and drops it afterwards. Two processes issue, as two workers would. The baseline signs the same data with the same key in two processes
and does nothing else; the ratio is what is left of its pace. Half of the licences are of a kind of which a holder has one for each of her
premises, so that overlaps are looked for.
"""

import json
import time
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import django
from django.db import connection

import tongban
from bench import figures
from bench.figures import Figure
from tongban.kernel.actors import PLATFORM
from tongban.kernel.identifiers.uscc import compose_uscc

LICENCES = 13_000
BATCH = 500
PROCESSES = 2
HOLDERS = 500
TARGET = 1_500
OFFICE = "SCJG"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DATA = Path(tongban.__file__).parent / "demo/data"


def measure(licences: int = LICENCES) -> list[Figure]:
    """Licences issued a second by two processes, and raw ES256 signatures a second by two in the same run."""
    from tongban.domains.licences import services
    from tongban.foundation.signing import services as signing

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        holders = _city()
        requests = [_request(holders[number % HOLDERS], number) for number in range(licences)]
        services.issue_many(requests[:BATCH], actor=PLATFORM, at=NOW)
        batches = [requests[begin : begin + BATCH] for begin in range(BATCH, licences, BATCH)]
        signing.signer_for(OFFICE, at=NOW)
        connection.close()
        with get_context("fork").Pool(PROCESSES) as pool:
            pool.map(_connect, range(PROCESSES), chunksize=1)
            pace = _pace(pool, _issue, batches)
            bare = _pace(pool, _sign, batches)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    return [
        figures.figure(
            "licences issued in bulk, without PDF",
            pace,
            "licences/s",
            TARGET,
            met=pace >= TARGET,
            baseline=bare,
            ratio=pace / bare,
            digits=0,
        )
    ]


def _pace(pool, work, batches) -> float:  # type: ignore[no-untyped-def]  # a pool, what it does, lists of requests
    started = time.perf_counter()
    done = sum(pool.imap_unordered(work, batches))
    return done / (time.perf_counter() - started)


def _connect(_nth: int) -> None:
    """A connection and what it prepares is set-up."""
    connection.ensure_connection()


def _issue(batch) -> int:  # type: ignore[no-untyped-def]  # requests
    from tongban.domains.licences import services

    return len(services.issue_many(batch, actor=PLATFORM, at=NOW))


def _sign(batch) -> int:  # type: ignore[no-untyped-def]  # requests
    from tongban.foundation.signing import services as signing

    signer = signing.signer_for(OFFICE, at=NOW)
    for one in batch:
        signer.sign(json.dumps(dict(one.fields), ensure_ascii=False).encode())
    return len(batch)


def _request(holder, number: int):  # type: ignore[no-untyped-def]  # a subject in, an IssueRequest out
    from tongban.domains.licences.types import IssueRequest

    fields = {
        "name": holder.name,
        "uscc": holder.masked_number,
        "premises_address": f"示例路{number}号",
        "food_items": "热食类食品制售",
    }
    if number % 2:
        fields.pop("premises_address")
    return IssueRequest(
        "SPJYXKZ", holder.id, holder.name, OFFICE, f"BENCH-{number}", date(2026, 3, 2), 5, fields
    )


def _city():  # type: ignore[no-untyped-def]  # a list of subjects
    """One department, its licence type, and firms that hold it."""
    from tongban.domains.directory import services as directory
    from tongban.domains.directory.types import Connection, Department, Level
    from tongban.domains.identity import services as identity
    from tongban.domains.licences import services
    from tongban.domains.standards import services as standards

    directory.load_divisions(local="31", actor=PLATFORM, at=NOW)
    for number, code in enumerate((OFFICE, "GA")):
        directory.save_department(
            Department(
                code=code,
                name=f"示例市{code}",
                short_name=code,
                uscc=compose_uscc("11", "310000", f"{3_101_000 + number:08d}"),
                division="31",
                level=Level.CITY,
                guided_by=None,
                connection=Connection.CONSOLE,
                phone="",
                complaint_phone="",
                address="示例路1号",
                reconsideration_body="示例市人民政府",
                court="示例市人民法院",
            ),
            actor=PLATFORM,
            at=NOW,
        )
    standards.load_dictionary(json.loads((DATA / "elements.json").read_text("utf-8")), actor=PLATFORM, at=NOW)
    types = json.loads((DATA / "licence_types.json").read_text("utf-8"))
    services.load_licence_types([one for one in types if one["code"] == "SPJYXKZ"], actor=PLATFORM, at=NOW)
    return [
        identity.register_entity(
            name=f"示例{number}有限公司",
            number=compose_uscc("91", "310115", f"MAD{number:05d}"),
            actor=PLATFORM,
            at=NOW,
        )
        for number in range(HOLDERS)
    ]


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure, scale="licences")
