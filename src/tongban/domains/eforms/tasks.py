"""Upkeep of drafts and uploads."""

from tongban.domains.eforms import services
from tongban.foundation import clock
from tongban.foundation.jobs import app


@app.periodic(cron="40 2 * * *")
@app.task(name="eforms.expire_drafts", queueing_lock="eforms.expire_drafts")
def expire_drafts(timestamp: int) -> None:
    """Warn and delete by the business clock; a night missed is made up for by the next."""
    del timestamp
    services.expire_drafts(at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="eforms.rescan_held", queueing_lock="eforms.rescan_held")
def rescan_held(timestamp: int) -> None:
    """Scan what was held while the scanner was away."""
    del timestamp
    services.rescan_held()
