"""Hand a job to the worker, and carry the request's id with it."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.db import close_old_connections
from procrastinate.job_context import JobContext
from procrastinate.tasks import Task
from procrastinate.types import JSONValue
from procrastinate.worker import Worker

from tongban.foundation.requests import current_request_id, new_request_id

_REQUEST_ID = "request_id"

Anything = Any  # a task's arguments and result are its own affair


def defer(task: Task[..., Anything, ...], **arguments: Anything) -> int:
    """Let the worker run `task`, in the caller's transaction; answers the job's id. Raises AlreadyEnqueued for a waiting twin."""
    carried: dict[str, JSONValue] = {_REQUEST_ID: current_request_id.get()}
    return task.configure(task_kwargs=carried).defer(**arguments)


async def within_request(
    call_next: Callable[[], Awaitable[Anything]], context: JobContext, _worker: Worker
) -> Anything:
    """Worker middleware: the job logs and records under the id of the request that deferred it, or under a new one."""
    request_id = str(context.job.task_kwargs.pop(_REQUEST_ID, "") or new_request_id())
    token = current_request_id.set(request_id)
    try:
        return await call_next()
    finally:
        current_request_id.reset(token)


def with_own_connection(call_next: Callable[[], Anything], _context: JobContext, _worker: Worker) -> Anything:
    """Task middleware: as around a request, a connection that died is not met again."""
    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()
