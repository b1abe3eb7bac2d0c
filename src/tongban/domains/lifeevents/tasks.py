"""Upkeep of what was gathered for plans."""

from tongban.domains.lifeevents import services
from tongban.foundation import clock
from tongban.foundation.jobs import app


@app.periodic(cron="25 * * * *")
@app.task(name="lifeevents.forget_gathered", queueing_lock="lifeevents.forget_gathered")
def forget_gathered(timestamp: int) -> None:
    """Delete what registers said more than a day ago; an hour missed is made up for by the next."""
    del timestamp
    services.forget_gathered(at=clock.now())
