"""Tokens that are not ours, and browsers that were talked into sending one."""

from __future__ import annotations

import base64
import json
import time

import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from libs.contracts import tokens
from libs.contracts.asks import KeySet, PublicKeys
from services.edge.auth import COOKIE
from tests.front_door import PASSWORD, ROOT_EMAIL, FrontDoor, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
CREDENTIALS = {"email": ROOT_EMAIL, "password": PASSWORD}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def root(door: FrontDoor) -> Person:
    return await door.sign_in()


async def signing_key(door: FrontDoor) -> OKPKey:
    secrets = await door.platform.secrets("identity")
    return OKPKey.import_key(json.loads(await secrets.get("signing_key")))


def claims(user: Person, **other: object) -> dict:
    now = int(time.time())
    good = {
        "iss": tokens.ISSUER,
        "aud": tokens.AUDIENCE,
        "sub": user.id,
        "superuser": True,
        "iat": now,
        "exp": now + 60,
    }
    return {k: v for k, v in (good | other).items() if v is not None}


def sign(key, body: dict, **header: object) -> str:
    top = {"alg": tokens.ALGORITHM, "typ": tokens.TYPE, "kid": key.kid} | header
    top = {k: v for k, v in top.items() if v is not None}
    return jwt.encode(top, body, key, algorithms=[top["alg"]], default_type=None)


async def status(door: FrontDoor, token: str) -> int:
    return (await door.anybody.get("/v1/me", headers={"authorization": f"Bearer {token}"})).status_code


async def test_a_token_of_ours_is_let_in(door: FrontDoor, root):
    assert await status(door, sign(await signing_key(door), claims(root))) == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "another-service"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"nbf": 99999999999},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_not(door: FrontDoor, root, wrong):
    assert await status(door, sign(await signing_key(door), claims(root, **wrong))) == 401


async def test_a_token_of_another_kind_or_without_a_key_id_is_not(door: FrontDoor, root):
    key = await signing_key(door)
    assert await status(door, sign(key, claims(root), typ="JWT")) == 401
    assert await status(door, sign(key, claims(root), typ=None)) == 401
    assert await status(door, sign(key, claims(root), kid=None)) == 401
    assert await status(door, sign(key, claims(root), kid="another")) == 401


async def test_a_token_of_another_key_is_not(door: FrontDoor, root):
    ours = await signing_key(door)
    other = OKPKey.generate_key("Ed25519", auto_kid=True)
    assert await status(door, sign(other, claims(root))) == 401
    assert await status(door, sign(other, claims(root), kid=ours.kid)) == 401


async def test_no_algorithm_and_the_public_key_as_a_password_are_not(door: FrontDoor, root):
    def encode(part: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()

    body = claims(root)
    ours = await signing_key(door)
    assert await status(door, f"{encode({'alg': 'none', 'typ': tokens.TYPE, 'kid': ours.kid})}.{encode(body)}.") == 401
    published = json.loads((await door.platform.ask(PublicKeys(), KeySet)).jwks)["keys"][0]["x"]
    forged = sign(OctKey.import_key(published), body, alg="HS256", kid=ours.kid)
    assert await status(door, forged) == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "é.é.é", "x" * 5000, "null", "e30.e30.e30"])
async def test_garbage_is_refused_and_breaks_nothing(door: FrontDoor, token):
    headers = {"authorization": f"Bearer {token}".strip().encode()}
    assert (await door.anybody.get("/v1/me", headers=headers)).status_code == 401


async def test_other_schemes_are_not_bearer(door: FrontDoor, root):
    for scheme in ("Basic", "Token", ""):
        answer = await door.anybody.get("/v1/me", headers={"authorization": f"{scheme} {root.token}".strip()})
        assert answer.status_code == 401


async def test_a_token_in_the_address_is_not_looked_at(door: FrontDoor, root):
    for name in ("access_token", "token"):
        assert (await door.anybody.get("/v1/me", params={name: root.token})).status_code == 401


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(door: FrontDoor):
    answer = await door.anybody.post("/v1/session", json=CREDENTIALS)
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert part.lower() in cookie.lower()
    assert "domain" not in cookie.lower()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "none"}, 201),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
    ids=str,
)
async def test_a_cookie_changes_things_only_from_our_own_pages(door: FrontDoor, root, headers, expected):
    cookie = {"cookie": f"{COOKIE}={root.token}"}
    answer = await door.anybody.post("/v1/projects", json={"name": "A"}, headers=cookie | headers)
    assert answer.status_code == expected
    assert (await door.anybody.get("/v1/me", headers=cookie | headers)).status_code == 200


async def test_our_own_origin_may_send_the_cookie(door: FrontDoor, root):
    headers = {"cookie": f"{COOKIE}={root.token}", "origin": door.url}
    assert (await door.anybody.post("/v1/projects", json={"name": "A"}, headers=headers)).status_code == 201


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}], ids=str)
async def test_another_site_signs_nobody_in(door: FrontDoor, headers):
    answer = await door.anybody.post("/v1/session", json=CREDENTIALS, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    own = await door.anybody.post("/v1/session", json=CREDENTIALS, headers={"sec-fetch-site": "same-origin"})
    assert own.status_code == 204


async def test_signing_out_takes_the_cookie_away(door: FrontDoor, root):
    headers = {"cookie": f"{COOKIE}={root.token}", "sec-fetch-site": "same-origin"}
    answer = await door.anybody.delete("/v1/session", headers=headers)
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_other_web_sites_are_not_told_anything(door: FrontDoor, root):
    headers = {"origin": "https://evil.example", "authorization": f"Bearer {root.token}"}
    answer = await door.anybody.get("/v1/me", headers=headers)
    assert "access-control-allow-origin" not in answer.headers


async def test_no_log_line_holds_a_password_or_a_token(door: FrontDoor, capfd):
    answer = await door.anybody.post("/v1/login", json=CREDENTIALS)
    token = answer.json()["access_token"]
    await door.anybody.get("/v1/me", headers={"authorization": f"Bearer {token}"})
    await door.anybody.get("/v1/me", headers={"authorization": "Bearer wrong-token-value"})
    said = capfd.readouterr()
    assert "request" in said.out + said.err
    for secret in (PASSWORD, token, "wrong-token-value"):
        assert secret not in said.out + said.err
