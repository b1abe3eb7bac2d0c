"""What the worker clears away for this door."""

from datetime import timedelta

from django.db.models import Q

from tongban.foundation import clock
from tongban.foundation.jobs import app
from tongban.sites.openapi.models import IdempotentAnswer, WebhookEvent
from tongban.sites.openapi.webhooks import KEPT_DAYS


@app.periodic(cron="40 3 * * *")
@app.task(name="openapi.forget_old", queueing_lock="openapi.forget_old")
def forget_old(timestamp: int) -> None:
    """Drop what a system may no longer ask for: answers, and events that were delivered or that nobody waits to be sent.

    What a registered address has not taken yet stays, however old.
    """
    del timestamp
    before = clock.now() - timedelta(days=KEPT_DAYS)
    IdempotentAnswer.objects.filter(at__lt=before).delete()
    is_done = Q(delivered_at__isnull=False) | Q(client__webhook_url="") | Q(client__is_active=False)
    WebhookEvent.objects.filter(is_done, at__lt=before).delete()
