"""The platform's own upkeep."""

from tongban.foundation.jobs import app

STALLED_AFTER_S = 60


@app.periodic(cron="* * * * *")
@app.task(name="jobs.sweep_stalled", queueing_lock="jobs.sweep_stalled", pass_context=False)
async def sweep_stalled(timestamp: int) -> None:
    """Put back the jobs of workers that died: after kill -9 a job stays `doing` until somebody looks."""
    del timestamp
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        await app.job_manager.retry_job(job)
