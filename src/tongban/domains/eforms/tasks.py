"""Upkeep of drafts and uploads."""

from datetime import timedelta

from tongban.domains.eforms import services
from tongban.foundation import clock
from tongban.foundation.jobs import app
from tongban.foundation.storage.sweeping import sweep

ORPHANS_AFTER = timedelta(days=1)


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


@app.periodic(cron="10 4 * * *")
@app.task(name="eforms.sweep_orphans", queueing_lock="eforms.sweep_orphans")
def sweep_orphans(timestamp: int) -> None:
    """Delete stored files of more than a day that no row names."""
    del timestamp
    sweep(older_than=ORPHANS_AFTER)
