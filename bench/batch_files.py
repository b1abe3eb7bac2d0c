"""A file of ten million rows against thirty rules, beside a plain scan of the same file.

Run as ``python -m bench.batch_files [--json] [--rows N]`` from the repository root; no database is used. Three rows in a hundred are
faulty. The baseline reads every column of every row and adds up its length, nothing else.
"""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import django
import duckdb

from bench import figures
from bench.figures import Figure
from tongban.domains.exchange.types import Check, Dimension, QualityRule

ROWS = 10_000_000
TARGET = 1_000_000
TODAY = date(2026, 3, 2)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FIELDS = (
    "resident_id",
    "name",
    "sex",
    "birth_date",
    "ethnicity",
    "household_address",
    "household_number",
    "division",
    "phone",
    "is_insured",
    "insured_since",
    "insured_until",
    "record_number",
    "updated_date",
)


def rules() -> list[QualityRule]:
    """What a register of insured persons demands of its rows."""
    found: list[QualityRule] = []

    def demand(dimension: Dimension, check: Check, field: str, **params: object) -> None:
        code = f"R{len(found) + 1:02d}"
        found.append(QualityRule("BENCH", code, dimension, check, (field,), params, field))

    for field in ("resident_id", "name", "sex", "birth_date", "household_address", "division"):
        demand(Dimension.COMPLETE, Check.GIVEN, field)
    demand(Dimension.VALID, Check.RESIDENT_NUMBER, "resident_id")
    for field, most in (
        ("name", 64),
        ("ethnicity", 16),
        ("household_address", 200),
        ("household_number", 32),
    ):
        demand(Dimension.VALID, Check.LENGTH, field, least=1, most=most)
    for field in ("birth_date", "insured_since", "insured_until", "updated_date"):
        demand(Dimension.VALID, Check.DATE, field)
    for field in ("birth_date", "insured_since", "updated_date"):
        demand(Dimension.VALID, Check.NOT_IN_FUTURE, field)
    demand(Dimension.VALID, Check.ONE_OF, "sex", values=["0", "1", "2", "9"])
    demand(Dimension.VALID, Check.ONE_OF, "is_insured", values=["true", "false"])
    demand(Dimension.VALID, Check.PATTERN, "phone", regex="1[3-9][0-9]{9}")
    demand(Dimension.VALID, Check.PATTERN, "household_number", regex="[0-9]{14}")
    demand(Dimension.VALID, Check.RANGE, "division", least=110000, most=999999)
    demand(Dimension.CONSISTENT, Check.EQUALS_PART, "birth_date", other="resident_id", start=7, length=8)
    demand(Dimension.CONSISTENT, Check.NOT_AFTER, "insured_since", other="insured_until")
    demand(Dimension.CONSISTENT, Check.NOT_AFTER, "birth_date", other="insured_since")
    demand(Dimension.CONSISTENT, Check.GIVEN_WITH, "insured_since", other="is_insured")
    demand(Dimension.CONSISTENT, Check.GIVEN_WITH, "household_address", other="household_number")
    demand(Dimension.TIMELY, Check.FRESH, "updated_date", days=400)
    demand(Dimension.UNIQUE, Check.UNIQUE, "record_number")
    return found


def write_file(path: Path, rows: int) -> None:
    """Numbers of nobody: born in the 19th century. Every 33rd row has one of three faults."""
    body = "printf('310115%04d%02d%02d%03d', 1800 + i % 100, 1 + i // 100 % 12, 1 + i // 1200 % 28, i % 1000)"
    total = " + ".join(f"(ascii(body[{nth + 1}]) - 48) * {weight}" for nth, weight in enumerate(WEIGHTS))
    duckdb.connect().execute(
        f"""
        COPY (
            SELECT CASE WHEN i % 99 = 1 THEN left(number, 17) || 'A' ELSE number END AS resident_id,
                '示例' || (i % 5000)::VARCHAR AS name,
                (1 + i % 2)::VARCHAR AS sex,
                concat(number[7:10], '-', number[11:12], '-', number[13:14]) AS birth_date,
                '汉族' AS ethnicity,
                '示例市浦东新区示例路' || (i % 900)::VARCHAR || '号' AS household_address,
                CASE WHEN i % 99 = 34 THEN '31' ELSE printf('%014d', i) END AS household_number,
                '310115' AS division,
                printf('139%08d', i % 100000000) AS phone,
                CASE WHEN i % 3 = 0 THEN 'false' ELSE 'true' END AS is_insured,
                '2001-07-01' AS insured_since,
                CASE WHEN i % 99 = 67 THEN '2001-06-01' ELSE '2030-01-01' END AS insured_until,
                printf('R%09d', i) AS record_number,
                '2026-02-15' AS updated_date
            FROM (
                SELECT i, body || '10X98765432'[1 + ({total}) % 11] AS number
                FROM (SELECT range AS i, {body} AS body FROM range({rows}))
            )
        ) TO '{path}' (FORMAT parquet)
        """  # noqa: S608 - numbers and a path of our own
    )


def measure(*, rows: int = ROWS) -> list[Figure]:
    django.setup()
    from tongban.domains.exchange.services import checking

    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        write_file(path, rows)
        connection = duckdb.connect()
        lengths = " + ".join(f"sum(strlen({field}))" for field in FIELDS)
        plain = seconds(lambda: connection.execute(f"SELECT {lengths} FROM '{path}'").fetchall())  # noqa: S608 - our own file
        columns = ", ".join(FIELDS)
        connection.execute(
            f"CREATE VIEW {checking.DATA} AS SELECT file_row_number + 1 AS row, {columns}"  # noqa: S608 - our own file
            f" FROM read_parquet('{path}', file_row_number = true)"
        )
        demands = rules()
        sweeps = []
        checked = seconds(lambda: sweeps.append(checking.check_rows(connection, demands, today=TODAY)))
        wrong = sum(one.wrong for one in sweeps[0].outcomes)
    if (sweeps[0].rows, len(demands)) != (rows, 30) or not rows // 34 <= wrong <= rows // 30:
        raise SystemExit(f"{wrong} faults of {len(demands)} rules in {sweeps[0].rows} rows")
    return [
        figures.figure(
            "batch files: rows checked by thirty rules",
            rows / checked,
            "rows/s",
            TARGET,
            met=rows / checked >= TARGET,
            baseline=rows / plain,
            ratio=plain / checked,
            digits=0,
        )
    ]


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    figures.run(__doc__, measure, "rows")
