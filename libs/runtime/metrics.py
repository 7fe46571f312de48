"""Prometheus metrics with labels from fixed lists only: services, task and event names, outcomes."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0, 300.0)


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.handled = Counter(
            "interius_handled", "Messages handled", ["service", "name", "outcome"], registry=self.registry
        )
        self.seconds = Histogram(
            "interius_handle_seconds",
            "Time to handle one message",
            ["service", "name"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.busy = Gauge("interius_busy", "Messages being handled now", ["service"], registry=self.registry)
        self.lag = Gauge("interius_consumer_pending", "Messages not yet taken", ["consumer"], registry=self.registry)
        self.tokens = Counter("interius_model_tokens", "Model tokens", ["service", "direction"], registry=self.registry)
        self.stopped = Gauge("interius_stopping", "1 while the process shuts down", registry=self.registry)
