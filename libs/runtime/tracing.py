"""Traces that follow a run through every service; without a collector only the ids travel on."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import propagate, trace

from libs.runtime.settings import RuntimeSettings


def configure(settings: RuntimeSettings, service: str) -> None:
    """Export spans to the OTLP endpoint, if one is set."""
    if not settings.otel_exporter_otlp_endpoint:
        return
    # Imported here: the exporter costs 30 MB that nobody needs without a collector.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": f"interius-{service}"}))
    url = settings.otel_exporter_otlp_endpoint.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, traceparent: str, **attributes: str) -> Generator[str]:
    """A span under ``traceparent`` (W3C Trace Context); gives the traceparent for what follows."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):  # nobody collects
        yield traceparent
        return
    parent = propagate.extract({"traceparent": traceparent}) if traceparent else None
    tracer = trace.get_tracer("interius")
    with tracer.start_as_current_span(name, context=parent, attributes=attributes):
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        yield carrier.get("traceparent", traceparent)


def flush() -> None:
    """Send what is still held back."""
    shutdown = getattr(trace.get_tracer_provider(), "shutdown", None)
    if shutdown is not None:
        shutdown()
