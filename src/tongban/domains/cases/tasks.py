"""What the worker does with cases by the clock; every task is safe to run twice and late."""

from tongban.domains.cases import services
from tongban.foundation import clock
from tongban.foundation.jobs import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="cases.keep_limits", queueing_lock="cases.keep_limits", pass_context=False)
def keep_limits(timestamp: int) -> None:
    """Let silence accept, resume elapsed pauses, warn before and mark after, all by the business clock."""
    del timestamp  # The minute the worker woke; the business clock decides.
    services.keep_limits(at=clock.now())


@app.periodic(cron="5-59/10 * * * *")
@app.task(name="cases.fetch_waiting", queueing_lock="cases.fetch_waiting", pass_context=False)
def fetch_waiting(timestamp: int) -> None:
    """Ask again the registers that did not answer; past the limit the applicant is asked, with an apology."""
    del timestamp
    services.fetch_waiting(at=clock.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="cases.recompute_limits", queueing_lock="cases.recompute_limits")
def recompute_limits(timestamp: int) -> None:
    """Once a night every open date anew from its facts, so that a cached date never outlives its reason."""
    del timestamp
    services.recompute_open(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="cases.fold_tallies", queueing_lock="cases.fold_tallies")
def fold_tallies(timestamp: int) -> None:
    """Keep the queue counts short to sum."""
    del timestamp
    while services.fold_tallies():
        pass
