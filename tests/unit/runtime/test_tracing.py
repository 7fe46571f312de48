from __future__ import annotations

import pytest
from pydantic import ValidationError

from libs.runtime import tracing
from libs.runtime.settings import RuntimeSettings, explain

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_without_a_collector_a_trace_begun_elsewhere_is_handed_on_and_none_is_begun():
    with tracing.span("reviewer review_code", TRACEPARENT, run="r1") as here:
        assert here == TRACEPARENT
        assert tracing.current() == ""
        tracing.note("better name", outcome="done")
    with tracing.span("edge POST") as here:
        assert here == ""
    with tracing.batch("projector", [{"traceparent": TRACEPARENT, "ce-type": "interius.run.requested.v1"}]):
        pass


@pytest.mark.parametrize("wrong", ["collector:4318", "localhost", "ftp://collector:4318", "http:// collector"])
def test_a_collector_without_a_web_address_is_refused_at_the_start(wrong: str):
    with pytest.raises(ValidationError) as refused:
        RuntimeSettings(otel_exporter_otlp_endpoint=wrong, _env_file=None)
    said = explain(refused.value, RuntimeSettings)
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in said
    assert "http://host:4318" in said
