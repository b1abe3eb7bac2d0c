"""Watching over looks."""

from tongban.domains.privacy import services
from tongban.foundation import clock
from tongban.foundation.jobs import app


@app.periodic(cron="* * * * *")
@app.task(name="privacy.judge_looks", queueing_lock="privacy.judge_looks")
def judge_looks(timestamp: int) -> None:
    """Every minute the looks sealed since, in batches until none is left."""
    del timestamp
    while services.judge_looks(at=clock.now())[1]:
        pass
