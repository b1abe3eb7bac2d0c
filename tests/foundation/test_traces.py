import json
import subprocess
import sys

TRACED = """
import json, django
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry import trace
django.setup()
from django.test import Client
from tongban.foundation.traces import export_traces
exporter = InMemorySpanExporter()
export_traces(exporter)
client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
client.get("/health/live?q=13800000000&n=11010519491231002X")
client.get("/nothing/11010519491231002X/")
trace.get_tracer_provider().force_flush()
print(json.dumps([{"name": span.name, **dict(span.attributes)} for span in exporter.get_finished_spans()]))
"""


def test_a_trace_names_the_route_and_no_persons_number():
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, check=True)

    written = done.stdout.splitlines()[-1]
    requests = [span for span in json.loads(written) if "http.method" in span]
    assert [span.get("http.route") for span in requests] == ["health/live", None]
    assert "13800000000" not in written
    assert "11010519491231002X" not in written
