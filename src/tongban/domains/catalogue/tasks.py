"""What the worker does with the catalogue by the clock."""

from tongban.domains.catalogue import services
from tongban.foundation import clock
from tongban.foundation.jobs import app
from tongban.kernel.actors import PLATFORM


@app.periodic(cron="40 2 * * *")
@app.task(name="catalogue.mark_one_licence", queueing_lock="catalogue.mark_one_licence")
def mark_one_licence(timestamp: int) -> None:
    """Which items want nothing but one licence, by what can be fetched tonight; a run missed is made up for by the next."""
    del timestamp
    services.mark_one_licence(at=clock.now())


@app.periodic(cron="40 4 * * *")
@app.task(name="catalogue.audit_materials", queueing_lock="catalogue.audit_materials", pass_context=False)
def audit_materials(timestamp: int) -> None:
    """Once a night what is still asked for, so that it can be seen to fall; again on the same day replaces it."""
    del timestamp
    services.record_audit(actor=PLATFORM, at=clock.now())
