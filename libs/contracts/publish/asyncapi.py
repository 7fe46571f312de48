"""The contracts as an AsyncAPI 3.0 document. ``send`` is what Interius publishes, ``receive`` what it answers.

Source: AsyncAPI 3.0.0 specification and its NATS binding 0.1.0.
"""

from __future__ import annotations

import re
from typing import Any

from libs.contracts.asks import ASKS, STATUS_HEADER, Ask
from libs.contracts.envelope import MSG_ID, Envelope
from libs.contracts.publish import catalog
from libs.contracts.publish.catalog import Message
from libs.contracts.publish.schemas import components
from libs.contracts.streams import PARKED

Object = dict[str, Any]
VERSION = "1.0.0"
REQUIRED = ("id", "type", "source", "time", "subject", "correlationid")
PARKED_CHANNEL = "interius.parked"


def document() -> Object:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Interius",
            "version": VERSION,
            "description": "Facts, orders, questions and live fragments on NATS; events.md says the same for people.",
        },
        "defaultContentType": "application/json",
        "servers": {"nats": {"host": "127.0.0.1:4222", "protocol": "nats"}},
        "channels": _channels(),
        "operations": _operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def key(tag: str) -> str:
    """A tag as a key: not every tool takes a dot in one."""
    return tag.replace(".", "_")


def _ref(*path: str) -> Object:
    return {"$ref": "#/" + "/".join(key(part) for part in path)}


def _channels() -> Object:
    channels = {key(message.tag): _channel(message.address, (message.tag,)) for message in catalog.messages()}
    answers = {key(f"{catalog.ask_tag(ask)}.answer"): _channel(None, _answer_tags(ask)) for ask in ASKS}
    parked = _channel("parked.{service}.{task}", [message.tag for message in catalog.work_messages()])
    return channels | answers | {key(PARKED_CHANNEL): parked | {"description": PARKED.description}}


def _channel(address: str | None, tags: tuple[str, ...] | list[str]) -> Object:
    names = re.findall(r"{(\w+)}", address or "")
    parameters = {name: {"description": catalog.PARAMETERS[name]} for name in names}
    messages = {key(tag): _ref("components", "messages", tag) for tag in tags}
    return {"address": address, "messages": messages} | ({"parameters": parameters} if parameters else {})


def _answer_tags(ask: type[Ask]) -> tuple[str, ...]:
    return catalog.reply_tag(ask.reply), catalog.PROBLEM_TAG


def _operations() -> Object:
    sent = {key(f"send.{message.tag}"): _send(message) for message in catalog.messages() if message.kind != "ask"}
    answered = {key(f"answer.{catalog.ask_tag(ask)}"): _answer(ask) for ask in ASKS}
    return sent | answered


def _send(message: Message) -> Object:
    return {
        "action": "send",
        "channel": _ref("channels", message.tag),
        "summary": message.meaning,
        "messages": [_ref("channels", message.tag, "messages", message.tag)],
    }


def _answer(ask: type[Ask]) -> Object:
    tag = catalog.ask_tag(ask)
    answer = f"{tag}.answer"
    return {
        "action": "receive",
        "channel": _ref("channels", tag),
        "summary": catalog.meaning(ask),
        "messages": [_ref("channels", tag, "messages", tag)],
        "bindings": {"nats": {"queue": ask.service, "bindingVersion": "0.1.0"}},
        "reply": {
            "channel": _ref("channels", answer),
            "messages": [_ref("channels", answer, "messages", name) for name in _answer_tags(ask)],
        },
    }


def _messages() -> Object:
    asked = {key(message.tag): _message(message) for message in catalog.messages()}
    answers: Object = {
        key(tag): {
            "name": tag,
            "summary": catalog.meaning(body),
            "payload": _ref("components", "schemas", body.__name__),
        }
        for tag, body in catalog.replies().items()
    }
    answers[key(catalog.PROBLEM_TAG)]["headers"] = _ref("components", "schemas", "ProblemHeaders")
    return asked | answers


def _message(message: Message) -> Object:
    described: Object = {
        "name": message.tag,
        "title": message.body.__name__,
        "summary": message.meaning,
        "payload": _ref("components", "schemas", message.body.__name__),
    }
    if message.kind in ("event", "work"):
        tagged = {"type": "object", "properties": {"ce-type": {"const": message.tag}}}
        described["headers"] = {"allOf": [_ref("components", "schemas", "EnvelopeHeaders"), tagged]}
        described["correlationId"] = {"location": "$message.header#/ce-correlationid"}
    return described


def _schemas() -> Object:
    return components("#/components/schemas/{name}") | {
        "EnvelopeHeaders": envelope_headers(),
        "ProblemHeaders": {
            "type": "object",
            "properties": {STATUS_HEADER: {"type": "string", "description": "HTTP status of the refusal."}},
            "required": [STATUS_HEADER],
        },
    }


def envelope_headers() -> Object:
    """NATS headers of events and orders: CloudEvents 1.0 in binary mode."""
    attributes = [f"ce-{name}" for name in Envelope.__struct_fields__ if name != "traceparent"]
    required = [MSG_ID, "ce-specversion", "content-type", *(f"ce-{name}" for name in REQUIRED)]
    fixed = {"ce-specversion": {"const": "1.0"}, "content-type": {"const": "application/json"}}
    texts = {name: {"type": "string"} for name in (MSG_ID, *attributes, "traceparent")}
    return {"type": "object", "properties": texts | fixed, "required": required}
