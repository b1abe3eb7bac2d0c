"""What the worker does with the data standard; safe to run twice and late."""

from tongban.domains.standards import services
from tongban.foundation import clock
from tongban.foundation.jobs import app
from tongban.kernel.actors import PLATFORM


@app.periodic(cron="5 * * * *")
@app.task(name="standards.apply_due", queueing_lock="standards.apply_due", pass_context=False)
def apply_due(timestamp: int) -> None:
    """Let versions of elements hold whose day has come."""
    del timestamp
    services.apply_due(actor=PLATFORM, at=clock.now())
