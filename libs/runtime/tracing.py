"""Traces that follow a run through every service; without a collector they cost nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context

from libs.runtime.settings import RuntimeSettings

FLUSH_SECONDS = 3.0  # a collector that does not answer must not hold up our end
HEADER = "traceparent"  # W3C Trace Context
Attribute = str | int


def configure(settings: RuntimeSettings, service: str) -> None:
    """Export spans to the OTLP endpoint, if one is set."""
    if not settings.otel_exporter_otlp_endpoint:
        return
    # Imported here: the exporter costs 30 MB that nobody needs without a collector.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    # The exporter tells of every try; that an export failed is enough.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    provider = TracerProvider(resource=Resource.create({"service.name": f"interius-{service}"}))
    url = settings.otel_exporter_otlp_endpoint.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, traceparent: str = "", **attributes: Attribute) -> Generator[str]:
    """A span under ``traceparent``, or a new trace; gives the traceparent for what follows from it."""
    if _nobody_collects():
        yield traceparent
        return
    tracer = trace.get_tracer("interius")
    with (
        # An exception's text may hold what a person wrote; the outcome is noted, the log has the rest.
        tracer.start_as_current_span(
            name, _context(traceparent), attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as opened,
        structlog.contextvars.bound_contextvars(trace=trace.format_trace_id(opened.get_span_context().trace_id)),
    ):
        yield current()


def current() -> str:
    """The traceparent of the span we are in; empty where there is none."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get(HEADER, "")


def note(name: str = "", **attributes: Attribute) -> None:
    """Say more of the span we are in, and give it a better name."""
    opened = trace.get_current_span()
    opened.set_attributes(attributes)
    if name:
        opened.update_name(name)


@contextmanager
def batch(service: str, messages: Iterable[Mapping[str, str]]) -> Generator[None]:
    """A span for each fact that is handled together, under the trace it came from; ``messages`` are their headers."""
    started = time.time_ns()
    yield
    if _nobody_collects():
        return
    tracer = trace.get_tracer("interius")
    for headers in messages:
        if headers.get(HEADER):
            tracer.start_span(
                f"{service} {_fact(headers.get('ce-type', ''))}",
                _context(headers[HEADER]),
                attributes={"run": headers.get("ce-correlationid", "")},
                start_time=started,
            ).end()


def flush() -> None:
    """Send what is still held back, for three seconds at most."""
    shutdown = getattr(trace.get_tracer_provider(), "shutdown", None)
    if shutdown is not None:
        ending = threading.Thread(target=shutdown, daemon=True)
        ending.start()
        ending.join(FLUSH_SECONDS)


def _nobody_collects() -> bool:
    return isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def _context(traceparent: str) -> Context | None:
    return propagate.extract({HEADER: traceparent}) if traceparent else None


def _fact(type_tag: str) -> str:
    """``interius.run.requested.v1`` is ``requested``."""
    return type_tag.removeprefix("interius.").rpartition(".")[0].rpartition(".")[2] or type_tag
