"""Deliver at once, for tests."""

from tongban.foundation.outbox import services
from tongban.foundation.outbox.models import Message


def drain(rounds: int = 1_000) -> None:
    """Deliver until nothing is due; raises AssertionError with the reason when a message failed."""
    for _ in range(rounds):
        if services.deliver_due() == 0:
            break
    failed = Message.objects.exclude(reason="").first()
    assert failed is None, f"{failed.subscriber}: {failed.reason}" if failed else ""
