"""What went wrong between us and a provider, in words a person understands and without any key."""

from __future__ import annotations

import email.utils
import math
import re
import time

import openai

from libs.llm.port import ErrorKind, ModelError

_KEY = re.compile(r"\b(?:sk|gsk|key|pk)-?[-_][\w*.-]{6,}|Bearer\s+\S+", re.IGNORECASE)
_ADVICE: dict[ErrorKind, str] = {
    "rate_limit": "The provider is busy; try again in {after:.0f} s, or set LLM_FALLBACKS.",
    "timeout": "Try again, or raise LLM_TOKEN_TIMEOUT and LLM_TIMEOUT (seconds).",
    "connection": "Check LLM_BASE_URL and the network.",
    "auth": "Set LLM_API_KEY to a key that LLM_BASE_URL accepts, or use MODEL_DEFAULT=offline.",
    "bad_request": "Check MODEL_DEFAULT and LLM_MAX_TOKENS against what the provider offers.",
    "server": "The provider has a fault; try again in {after:.0f} s, or set LLM_FALLBACKS.",
    "truncated": "Raise LLM_MAX_TOKENS, or ask for less at once.",
    "refused": "Word the wish differently, or set LLM_FALLBACKS to another model.",
    "filtered": "Word the wish differently, or set LLM_FALLBACKS to another model.",
    "stream": "Try again; if it happens often, check what stands between here and LLM_BASE_URL.",
}
_QUOTA_ADVICE = "The account has no credit left: pay the provider's bill, or use another LLM_API_KEY."
LONGEST_RETRY_AFTER = 3600.0  # seconds; a run's own deadline comes first
_SOON = 20.0  # seconds until another try when the provider names none


def problem(kind: ErrorKind, message: str, retry_after: float | None = None, *, final: bool = False) -> ModelError:
    """A ``ModelError`` with the advice that belongs to its kind."""
    advice = _ADVICE[kind].format(after=retry_after or _SOON)
    return ModelError(kind, message, advice, retry_after=retry_after, final=final)


def translate(error: openai.OpenAIError, model: str, key: str) -> ModelError:
    """The ``ModelError`` that an error of the SDK means."""
    if isinstance(error, openai.APITimeoutError):  # a subclass of APIConnectionError, so first
        return problem("timeout", f"{model} was silent for too long.")
    if isinstance(error, openai.APIConnectionError):
        return problem("connection", f"{model}: no connection, or it broke off ({redact(_cause(error), key)}).")
    if isinstance(error, openai.APIStatusError):
        return _status(error, model, redact(error.message, key))
    return problem("stream", f"{model} broke off its answer: {redact(str(error), key)[:300]}")


def redact(text: str, key: str) -> str:
    """``text`` without ``key`` and without what looks like one."""
    return _KEY.sub("***", text.replace(key, "***") if key else text)


def _status(error: openai.APIStatusError, model: str, said: str) -> ModelError:
    code, after = error.status_code, _retry_after(error)
    if code == 429 and error.code == "insufficient_quota":
        return ModelError("rate_limit", f"{model}: the quota is used up.", _QUOTA_ADVICE, final=True)
    if code == 429:
        return problem("rate_limit", f"{model} takes no more requests for now (429).", after)
    if code in {401, 403}:
        return problem("auth", f"{model}: the provider does not accept the API key ({code}).")
    if code in {408, 409} or code >= 500:
        return problem("server", f"{model}: the provider failed ({code}): {said[:300]}", after)
    return problem("bad_request", f"{model}: the provider refused the request ({code}): {said[:300]}")


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds, from ``retry-after-ms`` or ``retry-after`` (a number or an HTTP date)."""
    headers = error.response.headers
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return _bounded(float(milliseconds) / 1000)
        return _bounded(float(headers["retry-after"]))
    except KeyError:
        return None
    except ValueError:
        return _until(headers.get("retry-after", ""))


def _until(date: str) -> float | None:
    try:
        return _bounded(email.utils.parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None


def _bounded(seconds: float) -> float | None:
    return None if math.isnan(seconds) else min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def _cause(error: openai.APIConnectionError) -> str:
    return f"{type(error.__cause__).__name__}: {error.__cause__}" if error.__cause__ else str(error)
