"""Upkeep of the catalogue."""

from tongban.domains.catalogue import services
from tongban.foundation import clock
from tongban.foundation.jobs import app


@app.periodic(cron="40 2 * * *")
@app.task(name="catalogue.mark_one_licence", queueing_lock="catalogue.mark_one_licence")
def mark_one_licence(timestamp: int) -> None:
    """Which items want nothing but one licence, by what can be fetched tonight; a run missed is made up for by the next."""
    del timestamp
    services.mark_one_licence(at=clock.now())
