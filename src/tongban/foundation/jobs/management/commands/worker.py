"""`tongban worker`: jobs, outbox and audit sealing in one process."""

import asyncio
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connections

from tongban.foundation.audit import services as audit
from tongban.foundation.jobs import app
from tongban.foundation.outbox import services as outbox

log = structlog.get_logger(__name__)
_IDLE_S, _DATABASE_GONE_S = 0.5, 2.0


class Command(BaseCommand):
    help = "Run jobs, deliver events and seal the audit trail until stopped by SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=2, help="threads that deliver events")

    def handle(self, **options: object) -> None:
        threads = options["threads"]
        assert isinstance(threads, int)
        stop = threading.Event()
        loops = [
            threading.Thread(target=_repeat, args=(outbox.deliver_due, stop), name=f"outbox-{n}")
            for n in range(threads)
        ]
        loops.append(threading.Thread(target=_repeat, args=(audit.seal, stop), name="audit-sealer"))
        for loop in loops:
            loop.start()
        try:
            asyncio.run(_run_jobs(stop))
        finally:
            stop.set()
            for loop in loops:
                loop.join()


async def _run_jobs(stop: threading.Event) -> None:
    """procrastinate's worker, started again when the database comes back."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    while not ended.is_set():
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]  # DjangoConnector has it
            async with worker_app.open_async():
                work = asyncio.create_task(
                    worker_app.run_worker_async(install_signal_handlers=False, shutdown_graceful_timeout=20)
                )
                waiting = asyncio.create_task(ended.wait())
                await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                work.cancel()
                await asyncio.gather(work, waiting, return_exceptions=True)
        if not ended.is_set():
            log.warning("worker.jobs_restarted")
            await asyncio.sleep(_DATABASE_GONE_S)
    stop.set()


def _repeat(step: Callable[[], int], stop: threading.Event) -> None:
    """Call `step` while there is work; rest when there is none, longer when the database is away."""
    while not stop.is_set():
        try:
            close_old_connections()
            worked = step()
        except DatabaseError as error:
            log.warning("worker.database_away", step=step.__name__, error=type(error).__name__)
            connections.close_all()
            stop.wait(_DATABASE_GONE_S)
        else:
            if worked == 0:
                stop.wait(_IDLE_S)
    connections.close_all()
