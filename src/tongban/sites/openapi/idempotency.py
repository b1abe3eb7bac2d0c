"""Idempotency keys: the same key and body get the same answer, and the act happens once.

Key and answer are written in the transaction of the act. A second request that comes while the first runs waits at the unique index; an
act that was refused leaves no key behind, since nothing happened.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from tongban.kernel.errors import TongbanError
from tongban.sites.openapi.models import IdempotentAnswer

Answer = dict[str, Any]  # JSON


class IdempotencyKeyReused(TongbanError):
    code: ClassVar[str] = "IDEMPOTENCY_KEY_REUSED"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个 Idempotency-Key 已用于内容不同的请求。新的操作请使用新的键。"
    )


def answer_once(
    request: HttpRequest, *, department: str, key: str, at: datetime, act: Callable[[], Answer]
) -> Answer:
    """The answer of `act`, or the one this key was given before; raises :class:`IdempotencyKeyReused`."""
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        row, is_new = IdempotentAnswer.objects.get_or_create(
            department=department, key=key, defaults={"request_sha256": fingerprint, "at": at}
        )
        if row.request_sha256 != fingerprint:
            raise IdempotencyKeyReused(f"key of {department} came with another body")
        if is_new:
            row.answer = act()
            row.save(update_fields=["answer"])
        answer: Answer = row.answer
        return answer


def claim(request: HttpRequest, *, department: str, key: str, at: datetime) -> None:
    """Let a key stand for this request alone, where its answer is not to be kept; raises :class:`IdempotencyKeyReused`."""
    row, _is_new = IdempotentAnswer.objects.get_or_create(
        department=department, key=key, defaults={"request_sha256": _fingerprint(request), "at": at}
    )
    if row.request_sha256 != _fingerprint(request):
        raise IdempotencyKeyReused(f"key of {department} came with another body")


def _fingerprint(request: HttpRequest) -> str:
    return hashlib.sha256(b"\n".join((request.path.encode(), request.body))).hexdigest()
