"""Licences issued in bulk: number, encrypted contents, the issuer's signature, status, event and audit; no PDF.

Run as ``python -m bench.licences [--json] [--licences N]`` from the repository root; it makes a database of its own beside the configured
one and drops it afterwards. The baseline signs the same data with the same key and does nothing else; the ratio is what is left of its
pace. Half of the licences are of a kind of which a holder has one for each of her premises, so that overlaps are looked for.
"""

import json
import time
from datetime import UTC, date, datetime
from pathlib import Path

import django
from django.db import connection

import tongban
from bench import figures
from bench.figures import Figure
from tongban.kernel.actors import PLATFORM
from tongban.kernel.identifiers.uscc import compose_uscc

LICENCES = 12_000
BATCH = 1_000
HOLDERS = 500
TARGET = 1_500
OFFICE = "SCJG"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DATA = Path(tongban.__file__).parent / "demo/data"


def measure(licences: int = LICENCES) -> list[Figure]:
    """Licences issued a second, and raw ES256 signatures a second in the same run."""
    from tongban.domains.licences import services
    from tongban.foundation.signing import services as signing

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        holders = _city()
        requests = [_request(holders[number % HOLDERS], number) for number in range(licences)]
        services.issue_many(requests[:BATCH], actor=PLATFORM, at=NOW)
        timed = requests[BATCH:]
        started = time.perf_counter()
        for begin in range(0, len(timed), BATCH):
            services.issue_many(timed[begin : begin + BATCH], actor=PLATFORM, at=NOW)
        pace = len(timed) / (time.perf_counter() - started)
        signer = signing.signer_for(OFFICE, at=NOW)
        bytes_of_one = json.dumps(dict(timed[0].fields), ensure_ascii=False).encode()
        started = time.perf_counter()
        for _each in timed:
            signer.sign(bytes_of_one)
        bare = len(timed) / (time.perf_counter() - started)
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
