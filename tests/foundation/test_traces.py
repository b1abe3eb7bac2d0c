import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = """
import django
django.setup()
from opentelemetry import trace
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
client.get("/health/live?q=13800000000&n=11010519491231002X")
client.get("/nothing/11010519491231002X/")
trace.get_tracer_provider().force_flush()
"""


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """An OpenTelemetry collector: its address, and what it got at which path."""
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


def test_the_collector_gets_the_route_of_each_request_and_no_persons_number() -> None:
    with collector() as (address, received):
        environment = {**os.environ, "TONGBAN_OTLP_ENDPOINT": address}
        subprocess.run([sys.executable, "-c", REQUESTS], env=environment, check=True)

    spans = [
        {attribute.key: attribute.value.string_value for attribute in span.attributes}
        for _path, body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert {path for path, _body in received} == {"/v1/traces"}
    assert [span.get("http.route") for span in spans if "http.method" in span] == ["health/live", None]
    for _path, body in received:
        assert b"13800000000" not in body
        assert b"11010519491231002X" not in body
