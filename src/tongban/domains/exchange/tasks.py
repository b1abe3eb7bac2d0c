"""Upkeep of the exchange."""

from tongban.domains.exchange import services
from tongban.foundation import clock
from tongban.foundation.jobs import app
from tongban.kernel.actors import PLATFORM


@app.periodic(cron="* * * * *")
@app.task(name="exchange.take_batches", queueing_lock="exchange.take_batches", lock="exchange.take_batches")
def take_batches(timestamp: int) -> None:
    """Process the files that departments dropped; one run at a time."""
    del timestamp
    services.take_files(actor=PLATFORM, at=clock.now())


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
