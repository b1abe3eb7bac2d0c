"""What the worker clears away for this door."""

from datetime import timedelta

from tongban.foundation import clock
from tongban.foundation.jobs import app
from tongban.sites.openapi.models import IdempotentAnswer, WebhookEvent
from tongban.sites.openapi.webhooks import KEPT_DAYS


@app.periodic(cron="40 3 * * *")
@app.task(name="openapi.forget_old", queueing_lock="openapi.forget_old")
def forget_old(timestamp: int) -> None:
    """Drop answers and delivered events after the days in which a system may ask for them again."""
    del timestamp
    before = clock.now() - timedelta(days=KEPT_DAYS)
    IdempotentAnswer.objects.filter(at__lt=before).delete()
    WebhookEvent.objects.filter(at__lt=before, delivered_at__isnull=False).delete()
