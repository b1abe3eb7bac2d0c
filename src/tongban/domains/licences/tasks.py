"""Upkeep of the licence library."""

from tongban.domains.licences import services
from tongban.foundation import clock
from tongban.foundation.jobs import app


@app.periodic(cron="10 0 * * *")
@app.task(name="licences.expire_due", queueing_lock="licences.expire_due")
def expire_due(timestamp: int) -> None:
    """Mark what has run out; a day missed is made up for by the next run, since it asks for all that are due."""
    del timestamp
    services.expire_due(at=clock.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="licences.forget_codes", queueing_lock="licences.forget_codes")
def forget_codes(timestamp: int) -> None:
    """The digits of codes shown before yesterday come free again."""
    del timestamp
    services.forget_codes(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="licences.apply_planned", queueing_lock="licences.apply_planned")
def apply_planned(timestamp: int) -> None:
    """Make the changes whose day has come: within a minute of midnight, or as soon as a worker is there."""
    del timestamp
    services.apply_planned(at=clock.now())


@app.periodic(cron="30 8 * * *")
@app.task(name="licences.remind_expiring", queueing_lock="licences.remind_expiring")
def remind_expiring(timestamp: int) -> None:
    """Tell holders in the morning what runs out; whom a day's run missed the next one tells."""
    del timestamp
    services.remind_expiring(at=clock.now())
