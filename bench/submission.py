"""The restaurant package handed in over HTTP: signed-in applicants press the last button of drafts that are ready.

Run as ``python -m bench.submission [--json] [--seconds S]``; the database must hold the sample city (`tongban demo seed`). The
drafts are made before the time is taken: one in each applicant's browser, page by page, the others as its copies.
"""

import django

from bench import figures
from bench.figures import Figure

TARGET_PER_SECOND, TARGET_P95_MS, TARGET_RATIO = 60, 300, 0.08
SECONDS = 60
APPLICANTS = 12
DRAFTS_A_SECOND = 90
"""More are prepared than the target asks for, so that they do not run out first."""
WARM_UP = 10
SEE_OTHER = 302
THREADS = 2
LONGEST_BASELINE_S = 20


def measure(seconds: int = SECONDS) -> list[Figure]:
    """Packages a second and the p95 of one submission, in the form of ``script/bench --json``."""
    from bench import applicants, load, same_rows
    from bench.server import serving
    from tongban.demo import seeding
    from tongban.foundation import clock

    at = clock.now()
    drafts_each = WARM_UP + int(DRAFTS_A_SECOND * seconds / APPLICANTS)
    seeding.write_people(applicants.people(APPLICANTS), at)
    with serving(threads=THREADS) as port:
        ready = applicants.prepare(port, applicants=APPLICANTS, drafts_each=drafts_each, at=at)
        requests = [one.requests(port) for one in ready]
        warm_up = [own[:WARM_UP] for own in requests]
        load.send_once(port, warm_up, wanted=SEE_OTHER, seconds=seconds)
        timed = [own[WARM_UP:] for own in requests]
        found = load.send_once(port, timed, wanted=SEE_OTHER, seconds=seconds)
    baseline = same_rows.run(
        _newest_application(), clients=APPLICANTS, seconds=min(seconds, LONGEST_BASELINE_S)
    )
    ratio = found.per_second / baseline.per_second
    is_fast = found.per_second >= TARGET_PER_SECOND and ratio >= TARGET_RATIO
    return [
        figures.figure(
            f"restaurant packages submitted over HTTP; {baseline.rows} rows each, by pgbench with {baseline.statements} statements",
            found.per_second,
            "packages/s",
            TARGET_PER_SECOND,
            met=is_fast and not found.failed,
            baseline=baseline.per_second,
            ratio=ratio,
            digits=1,
        ),
        figures.figure(
            "one submission of the restaurant package, p95",
            found.p95_ms,
            "ms",
            TARGET_P95_MS,
            met=found.p95_ms <= TARGET_P95_MS and not found.failed,
            digits=1,
        ),
    ]


def _newest_application() -> str:
    from tongban.demo.walkthrough.stories import RESTAURANT
    from tongban.domains.cases.models import Application

    return Application.objects.filter(purpose=RESTAURANT.package).latest("id").number


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure, scale="seconds")
