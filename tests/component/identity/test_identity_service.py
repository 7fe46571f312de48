from __future__ import annotations

import asyncio
import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet as Keys

from libs.contracts import tokens
from libs.contracts.asks import CreateUser, KeySet, Login, PublicKeys, Receipt, Session
from libs.contracts.errors import Remote
from libs.contracts.events import Registered
from libs.testing.services import serving
from services.identity.app import build

PASSWORD = "correct horse battery"


async def sign_in(platform, email="root@example.org", password=PASSWORD) -> Session:
    return await platform.ask(Login(email, password), Session)


async def refusal(awaitable) -> Remote:
    with pytest.raises(Remote) as caught:
        await awaitable
    return caught.value


async def test_the_first_superuser_signs_in_and_the_token_verifies_with_the_published_key(platform):
    session = await sign_in(platform)
    jwks = (await platform.ask(PublicKeys(), KeySet)).jwks
    assert '"d"' not in jwks
    token = jwt.decode(session.access_token, Keys.import_key_set(json.loads(jwks)), algorithms=[tokens.ALGORITHM])
    assert token.header["typ"] == tokens.TYPE
    assert token.claims["iss"] == tokens.ISSUER
    assert token.claims["aud"] == tokens.AUDIENCE
    assert token.claims["sub"] == session.user_id
    assert token.claims["superuser"] is True
    assert token.claims["exp"] - token.claims["iat"] == 720 * 60


async def test_an_email_is_the_same_in_any_case(platform):
    assert (await sign_in(platform, "ROOT@example.ORG")).user_id == (await sign_in(platform)).user_id


async def test_wrong_password_and_unknown_email_are_refused_in_the_same_words(platform):
    wrong = await refusal(sign_in(platform, password="wrong password"))
    unknown = await refusal(sign_in(platform, "nobody@example.org"))
    assert (wrong.status, wrong.code, str(wrong)) == (unknown.status, unknown.code, str(unknown))
    assert wrong.status == 401
    assert str(wrong) == "Wrong e-mail or password."


async def test_an_unknown_email_takes_as_long_as_a_wrong_password(platform):
    async def seconds(email: str) -> float:
        started = time.perf_counter()
        await refusal(sign_in(platform, email, "wrong password"))
        return time.perf_counter() - started

    known = min([await seconds("root@example.org") for _ in range(4)])
    unknown = min([await seconds(f"nobody{n}@example.org") for n in range(4)])
    assert unknown > known / 4  # without the dummy hash it is some fifty times faster


async def test_many_wrong_passwords_have_to_wait_even_all_at_once(platform):
    tries = [refusal(sign_in(platform, password=f"wrong password {n}")) for n in range(12)]
    refusals = await asyncio.gather(*tries)
    assert {r.status for r in refusals} == {401, 429}
    assert sum(r.status == 401 for r in refusals) <= 5
    assert all(r.retry_after >= 1 for r in refusals if r.status == 429)
    assert (await refusal(sign_in(platform))).status == 429


async def test_a_superuser_adds_a_user_who_is_no_superuser(platform):
    root = await sign_in(platform)
    receipt = await platform.ask(CreateUser(root.user_id, " Ada@example.org".strip(), "a long password"), Receipt)
    ada = await sign_in(platform, "ada@example.org", "a long password")
    assert ada.user_id == receipt.id
    facts = await platform.log.load(f"events.user.{ada.user_id}.>")
    assert [f.recorded.event for f in facts] == [Registered("ada@example.org", superuser=False)]
    assert facts[0].seq == receipt.seq
    assert facts[0].recorded.envelope.actor == root.user_id


async def test_only_a_superuser_adds_users(platform):
    root = await sign_in(platform)
    ada = await platform.ask(CreateUser(root.user_id, "ada@example.org", "a long password"), Receipt)
    for actor in (ada.id, "", "nobody", "*", "a.b"):
        assert (
            await refusal(platform.ask(CreateUser(actor, "eve@example.org", "a long password"), Receipt))
        ).status == 403


async def test_an_email_belongs_to_one_user_even_when_many_ask_at_once(platform):
    root = await sign_in(platform)
    asks = [platform.ask(CreateUser(root.user_id, "ada@example.org", "a long password"), Receipt) for _ in range(5)]
    answers = await asyncio.gather(*asks, return_exceptions=True)
    assert sum(isinstance(a, Receipt) for a in answers) == 1
    assert {a.status for a in answers if isinstance(a, Remote)} == {409}
    ada = [f for f in await platform.log.load("events.user.>") if f.recorded.event.email == "ada@example.org"]
    assert len(ada) == 1


async def test_bad_emails_and_short_passwords_are_refused_with_what_to_do(platform):
    root = await sign_in(platform)
    for email, password in (("ada", "a long password"), ("a\x07@b.org", "a long password"), ("a@b.org", "short")):
        assert (await refusal(platform.ask(CreateUser(root.user_id, email, password), Receipt))).status == 422


async def test_copies_that_start_at_once_agree_on_key_and_superuser(nats, connection):
    async with serving(nats.url, build, build, build) as platform:
        await asyncio.gather(*[build(platform) for _ in range(4)])
        sessions = [await sign_in(platform) for _ in range(6)]
        keys = {(await platform.ask(PublicKeys(), KeySet)).jwks for _ in range(6)}
        assert len({s.user_id for s in sessions}) == 1
        assert len(keys) == 1
        assert len(await platform.log.load("events.user.>")) == 1


async def test_a_changed_setting_changes_the_superusers_password_and_nothing_else(nats, connection, monkeypatch):
    async with serving(nats.url, build) as platform:
        before = await sign_in(platform)
    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD", "another password")
    async with serving(nats.url, build) as platform:
        assert (await refusal(sign_in(platform))).status == 401
        assert (await sign_in(platform, password="another password")).user_id == before.user_id
        assert len(await platform.log.load("events.user.>")) == 1


async def test_without_a_password_there_is_no_superuser(nats, connection, monkeypatch):
    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD", "")
    async with serving(nats.url, build) as platform:
        assert (await refusal(sign_in(platform))).status == 401
        assert await platform.log.load("events.user.>") == []


async def test_a_superuser_password_that_is_too_short_stops_the_start_with_its_name(
    nats, connection, monkeypatch, capsys
):
    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD", "s3cr")
    with pytest.raises(SystemExit) as stopped:
        async with serving(nats.url, build):
            pass
    assert stopped.value.code == 78
    said = capsys.readouterr().err
    assert "FIRST_SUPERUSER_PASSWORD" in said
    assert "s3cr" not in said


async def test_no_event_holds_a_secret(platform):
    await sign_in(platform)
    for fact in await platform.log.load("events.>"):
        assert b"argon2" not in fact.data
        assert PASSWORD.encode() not in fact.data
