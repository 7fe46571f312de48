"""What a provider's refusal becomes: words without a key, and a pause that has an end."""

from __future__ import annotations

import httpx
import openai
import pytest

from libs.llm.openai_errors import LONGEST_RETRY_AFTER, translate

KEY = "a-key-of-no-known-form-0123456789"
REQUEST = httpx.Request("POST", "https://provider.example/v1/chat/completions")


def refusal(code: int, message: str = "No.", **headers: str) -> openai.APIStatusError:
    return openai.APIStatusError(message, response=httpx.Response(code, headers=headers, request=REQUEST), body=None)


@pytest.mark.parametrize("code", [400, 404, 422, 500, 503])
@pytest.mark.parametrize("secret", [KEY, "sk-proj-0123456789abcdef", "Bearer eyJhbGciOiJ"])
def test_a_provider_that_repeats_a_key_is_not_quoted(code: int, secret: str) -> None:
    error = translate(refusal(code, f"Request with {secret} failed."), "m", KEY)
    assert "failed" in str(error)
    assert secret.removeprefix("Bearer ") not in f"{error}{error!r}"


def test_a_connection_that_breaks_with_the_key_in_its_words_is_not_quoted() -> None:
    broken = openai.APIConnectionError(request=REQUEST)
    broken.__cause__ = OSError(f"proxy refused {KEY}")
    assert KEY not in str(translate(broken, "m", KEY))
    assert KEY not in str(translate(openai.OpenAIError(f"broke off at {KEY}"), "m", KEY))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("inf", LONGEST_RETRY_AFTER),
        ("1e300", LONGEST_RETRY_AFTER),
        ("nan", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2915 07:28:00 GMT", LONGEST_RETRY_AFTER),
        ("soon", None),
    ],
)
def test_the_pause_that_a_provider_asks_for_is_a_number_that_ends(said: str, seconds: float | None) -> None:
    assert translate(refusal(429, **{"retry-after": said}), "m", KEY).retry_after == seconds
