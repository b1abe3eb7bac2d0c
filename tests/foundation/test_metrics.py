import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tongban.foundation import telemetry
from tongban.foundation.audit.services import record
from tongban.foundation.outbox.models import Message
from tongban.kernel.actors import PLATFORM

COUNT = """
import django
django.setup()
from tongban.foundation import telemetry
telemetry.REQUESTS.labels("guide", "GET", 200).observe(0.01)
"""
SHOW = (
    COUNT
    + """
telemetry._QUEUES = ()
telemetry.connection = __import__("unittest.mock").mock.MagicMock()
print(telemetry.metrics().decode())
"""
)


@pytest.mark.django_db
def test_what_waits_is_counted():
    Message.objects.create(subscriber="s", queue="q", payload={})
    Message.objects.create(subscriber="s", queue="q", payload={}, is_dead=True)
    record(actor=PLATFORM, action="TEST", at=datetime.now(UTC), object_type="t", object_id="1")

    shown = telemetry.metrics().decode().splitlines()

    for line in ("outbox_backlog 1.0", "outbox_dead_letters 1.0", "audit_unsealed 1.0", "jobs_waiting 0.0"):
        assert f"tongban_{line}" in shown


def test_the_processes_of_a_server_add_up(tmp_path):
    environment = {**os.environ, telemetry.SHARED_FOLDER: str(tmp_path)}

    subprocess.run([sys.executable, "-c", COUNT], env=environment, check=True)
    subprocess.run([sys.executable, "-c", COUNT], env=environment, check=True)
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, check=True, capture_output=True, text=True
    )

    assert 'tongban_request_seconds_count{method="GET",route="guide",status="200"} 3.0' in done.stdout
