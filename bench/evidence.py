"""Verifying the evidence of exchanges: every record read, hashed, and followed to its signed and stamped head.

Run as ``python -m bench.evidence [--json] [--entries N]`` from the repository root; it makes a database of its own beside the
configured one and drops it afterwards. The baseline is SHA-256 alone over the same bytes, in memory.
"""

import tempfile
import time
from hashlib import sha256
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

from bench import figures
from bench.figures import Figure

ENTRIES = 400_000
TARGET_PER_SECOND = 200_000
ROUNDS = 3
_RECORDS = """
    INSERT INTO exchange_exchangelog (id, at, resource_id, subject_id, fields, purpose, cause, item, outcome, actor_kind,
        account_id, department, system, request_hash, response_hash, provider_reference, provider_signature, is_logged_there)
    SELECT gen_random_uuid(), now(), 'RK-BENCH', gen_random_uuid(), '{name,sex,birth_date}', 'OPEN_RESTAURANT',
        '310115-2026-' || n, '000131001000', 'FOUND', 'OFFICER', gen_random_uuid(), 'BENCH', 'BENCH-SYSTEM',
        sha256(n::text::bytea), sha256((-n)::text::bytea), 'R' || n, '', true
    FROM generate_series(1, %s) AS n
"""


def measure(entries: int = ENTRIES) -> list[Figure]:
    """The figure of the verification, in the form of ``script/bench --json``."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.EVIDENCE_EXPORT = Path(folder)
            _seed(entries)
            return [_figure(entries)]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _seed(entries: int) -> None:
    from tongban.domains.exchange import services

    with connection.cursor() as cursor:
        # Records alone: no person, resource or department stands behind them.
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'exchange_exchangelog'::regclass AND contype = 'f'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE exchange_exchangelog DROP CONSTRAINT "{name}"')
        cursor.execute(_RECORDS, [entries])
        cursor.execute("VACUUM ANALYZE exchange_exchangelog")
    sealed = 0
    while sealed < entries:
        sealed += services.seal_evidence()
        # Whatever transaction is open elsewhere on this server holds sealing up.
        time.sleep(0.1)


def _figure(entries: int) -> Figure:
    from tongban.domains.exchange import services
    from tongban.domains.exchange.services import sealing

    ours = plain = float("inf")
    for _round in range(ROUNDS):
        # The two take turns: a machine that is busy is busy for both.
        began = time.perf_counter()
        report = services.verify_evidence()
        ours = min(ours, time.perf_counter() - began)
        assert (report.sealed, report.problems) == (entries, ())
        rows = list(sealing.read_records("true"))
        began = time.perf_counter()
        for row in rows:
            sha256(row).digest()
        plain = min(plain, time.perf_counter() - began)
    per_second, baseline = entries / ours, entries / plain
    return figures.figure(
        f"evidence of {entries:,} exchanges verified; sha256 alone over the same bytes",
        per_second,
        "entries/s",
        TARGET_PER_SECOND,
        met=per_second >= TARGET_PER_SECOND,
        baseline=baseline,
        ratio=per_second / baseline,
        digits=0,
    )


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure, scale="entries")
