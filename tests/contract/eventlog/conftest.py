"""Both implementations of the log and of the queue, for the suites that hold them to one behaviour."""

from __future__ import annotations

import pytest
import structlog

from libs.eventlog.jetstream import JetStreamLog
from libs.eventlog.memory import MemoryLog
from libs.eventlog.port import EventLog
from tests.contract.eventlog.workshops import JetStreamWorkshop, MemoryWorkshop, Workshop


@pytest.fixture(autouse=True, scope="session")
def plain_logs() -> None:
    """The development renderer draws a failure's whole stack in colours: seconds, in which the loop stands still."""
    renderer = structlog.processors.KeyValueRenderer()
    structlog.configure(processors=[structlog.processors.format_exc_info, renderer])


@pytest.fixture(params=["memory", "jetstream"])
def log(request: pytest.FixtureRequest) -> EventLog:
    if request.param == "memory":
        return MemoryLog()
    return JetStreamLog(request.getfixturevalue("connection").client)


@pytest.fixture(params=["memory", "jetstream"])
def workshop(request: pytest.FixtureRequest) -> Workshop:
    if request.param == "memory":
        return MemoryWorkshop()
    return JetStreamWorkshop(request.getfixturevalue("nats").url, request.getfixturevalue("connection"))
