"""Upkeep of the exchange."""

from contextlib import suppress
from pathlib import Path

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from tongban.domains.exchange import selectors, services
from tongban.foundation import clock
from tongban.foundation.jobs import app
from tongban.kernel.actors import PLATFORM


@app.periodic(cron="* * * * *")
@app.task(name="exchange.take_batches", queueing_lock="exchange.take_batches")
def take_batches(timestamp: int) -> None:
    """Give each file that departments dropped a job of its own, so that a faulty one holds up no other."""
    del timestamp
    for path in services.waiting_files(one.code for one in selectors.list_resources()):
        with suppress(AlreadyEnqueued), transaction.atomic():
            take_batch.configure(queueing_lock=f"exchange.take_batch {path}").defer(path=str(path))


@app.task(name="exchange.take_batch", lock="exchange.take_batch")
def take_batch(path: str) -> None:
    """Process one file; one at a time, and one that was taken meanwhile is no trouble."""
    file = Path(path)
    if file.exists():
        services.take_file(file, resource=file.parent.name, actor=PLATFORM, at=clock.now())


@app.periodic(cron="20 1 * * *")
@app.task(name="exchange.run_quality", queueing_lock="exchange.run_quality")
def run_quality(timestamp: int) -> None:
    """Run the quality rules of every resource held here."""
    del timestamp
    services.run_all_quality(actor=PLATFORM, at=clock.now())


@app.periodic(cron="* * * * * */15")
@app.task(name="exchange.seal_evidence", queueing_lock="exchange.seal_evidence")
def seal_evidence(timestamp: int) -> None:
    """Four times a minute: batches, signatures, time stamps, export."""
    del timestamp
    services.seal_evidence()


@app.periodic(cron="50 2 * * *")
@app.task(name="exchange.verify_evidence", queueing_lock="exchange.verify_evidence")
def verify_evidence(timestamp: int) -> None:
    """Once a night all the evidence anew."""
    del timestamp
    services.note_verification(services.verify_evidence(), at=clock.now())


@app.periodic(cron="40 * * * *")
@app.task(name="exchange.forget_rates", queueing_lock="exchange.forget_rates")
def forget_rates(timestamp: int) -> None:
    """Drop the counts of minutes that are over."""
    del timestamp
    services.forget_past_minutes()
