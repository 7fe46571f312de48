"""Streams and durables as declared: made where they are missing, compared where they exist."""

from __future__ import annotations

from typing import Any

from nats.aio.client import Client
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from libs.contracts.streams import DURABLES, STREAMS, DurableSpec, StreamSpec

RETENTION = {"limits": RetentionPolicy.LIMITS, "workqueue": RetentionPolicy.WORK_QUEUE}


class Drift(Exception):  # what is deployed differs from what is declared
    """The server's configuration differs from the declared one, and is not changed behind its operator's back."""


def stream_config(spec: StreamSpec, replicas: int = 1) -> StreamConfig:
    """What the server is asked for."""
    return StreamConfig(
        name=spec.name,
        description=spec.description,
        subjects=list(spec.subjects),
        retention=RETENTION[spec.retention],
        discard=DiscardPolicy(spec.discard),
        storage=StorageType(spec.storage),
        max_age=spec.max_age,
        max_msgs_per_subject=spec.max_msgs_per_subject,
        max_msgs=-1,
        max_bytes=spec.max_bytes,
        max_msg_size=-1,
        duplicate_window=spec.duplicate_window,
        deny_delete=spec.deny_delete,
        allow_rollup_hdrs=False,
        allow_direct=spec.allow_direct,
        num_replicas=replicas,
    )


def consumer_config(spec: DurableSpec) -> ConsumerConfig:
    """What the server is asked for. Deliveries are not bounded by the server: the runtime parks what fails."""
    return ConsumerConfig(
        durable_name=spec.name,
        filter_subjects=list(spec.subjects),
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=spec.ack_wait,
        max_ack_pending=spec.max_ack_pending,
        max_deliver=-1,
    )


async def provision(client: Client, replicas: int = 1) -> None:
    """Make what is missing, then compare everything with its declaration.

    Raises:
        Drift: something exists with another configuration; the message names each difference.
    """
    for spec in STREAMS:
        await _stream(client, spec, replicas)
    for durable in DURABLES:
        await _durable(client, durable)


async def apply(client: Client, replicas: int = 1) -> None:
    """Make the server follow the declaration, for what can be changed in place.

    Raises:
        APIError: the server refuses a change.
    """
    js = client.jetstream()
    for spec in STREAMS:
        wanted = stream_config(spec, replicas)
        await (js.update_stream(wanted) if await _exists(client, spec.name) else js.add_stream(wanted))
    for durable in DURABLES:
        await js.add_consumer(durable.stream, consumer_config(durable))


async def _exists(client: Client, stream: str) -> bool:
    try:
        await client.jetstream().stream_info(stream)
    except NotFoundError:
        return False
    return True


async def _stream(client: Client, spec: StreamSpec, replicas: int) -> None:
    js, wanted = client.jetstream(), stream_config(spec, replicas)
    try:
        deployed = (await js.stream_info(spec.name)).config
    except NotFoundError:
        deployed = (await js.add_stream(wanted)).config
    _compare(f"stream {spec.name}", _declared(wanted), deployed)


async def _durable(client: Client, spec: DurableSpec) -> None:
    js, wanted = client.jetstream(), consumer_config(spec)
    try:
        deployed = (await js.consumer_info(spec.stream, spec.name)).config
    except NotFoundError:
        deployed = (await js.add_consumer(spec.stream, wanted)).config
    _compare(f"consumer {spec.name} of {spec.stream}", _declared(wanted), deployed)


def _declared(config: StreamConfig | ConsumerConfig) -> dict[str, Any]:
    return {name: value for name, value in vars(config).items() if value is not None}


def _compare(what: str, declared: dict[str, Any], deployed: object) -> None:
    found = {name: getattr(deployed, name, None) for name in declared}
    differences = [
        f"{name} is {found[name]!r}, declared {value!r}"
        for name, value in declared.items()
        if found[name] != value and not (found[name] is None and value in (0, -1, False))
    ]
    if differences:
        raise Drift(
            f"{what} differs from its declaration: {'; '.join(differences)}. Nothing was changed. To make the server "
            "follow the declaration, stop the services and run: python -m libs.runtime.apply"
        )


async def missing(client: Client, names: set[str]) -> list[str]:
    """Those of the named durables that the server does not have."""
    js, gone = client.jetstream(), list[str]()
    for durable in DURABLES:
        if durable.name in names:
            try:
                await js.consumer_info(durable.stream, durable.name)
            except NotFoundError:
                gone.append(f"{durable.stream}/{durable.name}")
    return gone
