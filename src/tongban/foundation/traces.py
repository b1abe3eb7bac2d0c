"""Traces to an OTLP endpoint; imported only where one is configured."""

from django.http import HttpRequest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span

from tongban.foundation.logs import masked


def configure_traces(endpoint: str) -> None:
    """Send traces of requests and statements to the OTLP collector at `endpoint`, e.g. `http://127.0.0.1:4318`."""
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.removesuffix('/v1/traces')}/v1/traces")
    provider = TracerProvider(resource=Resource.create({"service.name": "tongban"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    DjangoInstrumentor().instrument(tracer_provider=provider, request_hook=_without_personal_data)
    # Statements are traced as written, with their placeholders; the values are not.
    PsycopgInstrumentor().instrument(tracer_provider=provider)
    trace.set_tracer_provider(provider)


def _without_personal_data(span: Span, request: HttpRequest) -> None:
    """What a person searched for stands in the query, and her number may stand in an address somebody typed."""
    address = masked(request.build_absolute_uri(request.path))
    for name in ("http.url", "url.full"):
        span.set_attribute(name, address)
    for name in ("http.target", "url.path"):
        span.set_attribute(name, masked(request.path))
    span.set_attribute("url.query", "")
