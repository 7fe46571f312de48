"""A collector of traces: OTLP over HTTP, every span kept as it came."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class Span:
    """``service`` is of its resource; ``text`` is everything that was sent of it."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, str]
    text: str


@dataclass
class Collector:
    """What came, newest last; with ``silent`` set it takes requests and never answers."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    requests: int = 0

    def take(self, body: bytes) -> None:
        self.requests += 1
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [_span(told["service.name"], span) for span in scope.spans]


def _span(service: str, sent: object) -> Span:
    values = {pair.key: pair.value.string_value or str(pair.value.int_value) for pair in sent.attributes}
    ids = (sent.trace_id.hex(), sent.span_id.hex(), sent.parent_span_id.hex())
    return Span(service, sent.name, *ids, values, str(sent))


@contextmanager
def collector(silent: bool = False) -> Generator[Collector]:
    """A collector on a free port of the loopback interface."""
    made, ended = Collector(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.take(self.rfile.read(int(self.headers["content-length"])))
            if silent:
                ended.wait()
                return
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        ended.set()
        server.shutdown()
        serving.join()
        server.server_close()
