"""`tongban worker`: jobs, outbox and audit sealing in one process."""

import asyncio
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connections
from procrastinate.exceptions import ConnectorException

from tongban.foundation.audit import services as audit
from tongban.foundation.jobs import app
from tongban.foundation.jobs.services import with_own_connection, within_request
from tongban.foundation.outbox import services as outbox

log = structlog.get_logger(__name__)
_OUTBOX_REST_S, _SEALER_REST_S, _TROUBLE_REST_S = 0.5, 5.0, 2.0
_GRACE_S = 20
_TROUBLE = (Error, OSError)
"""The database is away or the disk is full: waited out. Anything else is a fault of the program and ends the worker."""


class Command(BaseCommand):
    help = "Run jobs, deliver events and seal the audit trail until stopped by SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=3, help="threads that call other machines")
        parser.add_argument("--jobs", type=int, default=4, help="jobs run at the same time")

    def handle(self, **options: object) -> None:
        threads, jobs = options["threads"], options["jobs"]
        assert isinstance(threads, int)
        assert isinstance(jobs, int)
        asyncio.run(_work(threads, jobs))


async def _work(threads: int, jobs: int) -> None:
    """Run every loop until a signal comes or one of them fails; the failure is raised when the others have ended."""
    stop, ended = threading.Event(), asyncio.Event()
    here = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        here.add_signal_handler(number, ended.set)

    def deliver_outside() -> int:
        return outbox.deliver_outside(is_ending=stop.is_set)

    steps = [
        (outbox.deliver_inside, _OUTBOX_REST_S),
        (audit.seal, _SEALER_REST_S),
        *[(deliver_outside, _OUTBOX_REST_S)] * threads,
    ]
    with ThreadPoolExecutor(len(steps), thread_name_prefix="worker") as pool:
        loops = [here.run_in_executor(pool, _repeat, step, rest, stop) for step, rest in steps]
        running = asyncio.create_task(_run_jobs(ended, jobs))
        signalled = asyncio.create_task(ended.wait())
        log.info("worker.started", threads=threads, jobs=jobs)
        parts: list[asyncio.Future[object]] = [signalled, running, *loops]  # type: ignore[list-item]  # Future is invariant
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        stop.set()
        await asyncio.gather(*parts)
    log.info("worker.ended")


async def _run_jobs(ended: asyncio.Event, jobs: int) -> None:
    """procrastinate's worker, started again whenever the database comes back."""
    while not ended.is_set():
        try:
            await _run_jobs_once(ended, jobs)
        except (ConnectorException, *_TROUBLE) as error:
            log.warning("worker.trouble", step="jobs", error=type(error).__name__)
            await asyncio.sleep(_TROUBLE_REST_S)


async def _run_jobs_once(ended: asyncio.Event, jobs: int) -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # DjangoConnector has it
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            working = asyncio.create_task(
                worker_app.run_worker_async(
                    concurrency=jobs,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=_GRACE_S,
                    worker_middleware=[within_request],
                    task_middleware=[with_own_connection],
                )
            )
            signalled = asyncio.create_task(ended.wait())
            await asyncio.wait({working, signalled}, return_when=asyncio.FIRST_COMPLETED)
            signalled.cancel()
            # Cancelled, the worker takes no more jobs and waits for those that run.
            working.cancel()
            try:
                await working
            except asyncio.CancelledError:
                log.debug("worker.jobs_ended")


def _repeat(step: Callable[[], int], rest_s: float, stop: threading.Event) -> None:
    """Call `step` while there is work; rest when there is none, or when the database is away."""
    while not stop.is_set():
        try:
            close_old_connections()
            worked = step()
        except _TROUBLE as error:
            log.warning("worker.trouble", step=step.__name__, error=type(error).__name__)
            connections.close_all()
            stop.wait(_TROUBLE_REST_S)
        else:
            if worked == 0:
                stop.wait(rest_s)
    connections.close_all()
