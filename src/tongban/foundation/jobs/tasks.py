"""The platform's own upkeep."""

import structlog
from procrastinate.exceptions import UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status

from tongban.foundation.jobs import app

STALLED_AFTER_S = 30
"""Three heartbeats missed."""
log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * * */15")
@app.task(name="jobs.sweep_stalled", queueing_lock="jobs.sweep_stalled", pass_context=True)
async def sweep_stalled(context: JobContext, timestamp: int) -> None:
    """Put back the jobs of workers that died: after kill -9 a job stays `doing` until somebody looks."""
    del timestamp
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # Its twin waits already under the same queueing lock and does the same work.
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
        log.warning("jobs.put_back", job=job.id, task=job.task_name, attempts=job.attempts)
