"""Which model answers for which agent: settings, read once, and the models built from them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from libs.llm.limits import Limits
from libs.llm.port import Model, ModelError

OFFLINE = "offline"
OPENAI_DEFAULT = "gpt-5-mini"  # what MODEL_DEFAULT is with a key for OpenAI itself and no other word
_NO_KEY = (
    "LLM_API_KEY is not set: set it to use {name!r}, or set LLM_BASE_URL to an OpenAI-compatible endpoint that needs "
    "no key, or use MODEL_DEFAULT=offline"
)
_NO_NAME = "name a model that LLM_BASE_URL serves, or use MODEL_DEFAULT=offline"
_AGENTS = ("model_default", "model_requirements", "model_architecture", "model_implementer", "model_reviewer")


class ModelSettings(BaseSettings):
    """Settings of all models. Without any, the built-in offline model answers."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    llm_api_key: SecretStr = Field(SecretStr(""), description="key of an OpenAI-compatible provider")
    llm_base_url: str = Field(
        "", pattern=r"^(https?://[^@\s]+)?$", description="its URL, https://host/v1; empty: OpenAI"
    )
    model_default: str = Field(
        "",
        validate_default=True,
        description=f"model of all agents; empty: {OPENAI_DEFAULT} with a key for OpenAI, else {OFFLINE}",
    )
    model_requirements: str = Field("", description="model of the requirements agent, if not MODEL_DEFAULT")
    model_architecture: str = Field("", description="model of the architecture agent, if not MODEL_DEFAULT")
    model_implementer: str = Field("", description="model of the implementer agent, if not MODEL_DEFAULT")
    model_reviewer: str = Field("", description="model of the reviewer agent, if not MODEL_DEFAULT")
    llm_fallbacks: Annotated[tuple[str, ...], NoDecode] = Field((), description="models tried next, comma separated")
    llm_max_tokens: int = Field(16_000, ge=256, le=1_000_000, description="longest answer, in tokens")
    llm_timeout: float = Field(300.0, gt=0, le=3600, description="longest model call, in seconds")
    llm_token_timeout: float = Field(90.0, gt=0, le=3600, description="longest silence of a model, in seconds")
    llm_max_concurrency: int = Field(8, ge=1, le=1000, description="model calls at the same time, per process")
    llm_price_input: float = Field(0.0, ge=0, description="US dollars per million prompt tokens")
    llm_price_output: float = Field(0.0, ge=0, description="US dollars per million completion tokens")
    llm_temperature: float | None = Field(None, ge=0, le=2, description="sampling temperature; empty: the provider's")

    llm_brief: bool = Field(False, description="true keeps lists and texts short, for small local models")

    @field_validator("llm_fallbacks", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("model_default")
    @classmethod
    def _default(cls, value: str, info: ValidationInfo) -> str:
        if value or not _reachable(info.data):
            return value or OFFLINE
        if info.data.get("llm_base_url"):
            raise ValueError(f"MODEL_DEFAULT is not set: {_NO_NAME}")
        return OPENAI_DEFAULT

    @field_validator(*_AGENTS, "llm_fallbacks")
    @classmethod
    def _answerable(cls, value: str | tuple[str, ...], info: ValidationInfo) -> str | tuple[str, ...]:
        names = (value,) if isinstance(value, str) else value
        for name in names:
            if name not in {"", OFFLINE} and not _reachable(info.data):
                raise ValueError(_NO_KEY.format(name=name))
        return value

    def name_for(self, agent: str) -> str:
        """The model's name for ``agent`` (requirements, architecture, implementer, reviewer)."""
        return getattr(self, f"model_{agent}", "") or self.model_default

    @property
    def reachable(self) -> bool:
        """There is a provider to ask."""
        return bool(self.llm_api_key.get_secret_value() or self.llm_base_url)

    def limits(self) -> Limits:
        """Bounds and prices of a call."""
        return Limits(
            max_tokens=self.llm_max_tokens,
            seconds=self.llm_timeout,
            token_seconds=self.llm_token_timeout,
            concurrency=self.llm_max_concurrency,
            price_input=self.llm_price_input,
            price_output=self.llm_price_output,
            temperature=self.llm_temperature,
            brief=self.llm_brief,
        )


def _reachable(data: dict[str, Any]) -> bool:
    """There is something to send a question to; a URL that was refused has its own error."""
    key = data.get("llm_api_key")
    return bool(key and key.get_secret_value()) or bool(data.get("llm_base_url", "refused"))


class Models:
    """The models of one process: each is made when first asked for, all share one provider."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._made: dict[str, Model] = {}
        self._provider: Any = None  # libs.llm.provider.Provider, which costs half a second to import

    def get(self, agent: str, override: str = "") -> Model:
        """The model for ``agent``, or the one a run names (``override``), with the fallbacks behind it.

        Raises:
            ModelError: ``auth``, there is no key for the model that a run names.
        """
        name = override or self._settings.name_for(agent)
        if name not in self._made:
            self._made[name] = self._with_fallbacks(name)
        return self._made[name]

    async def close(self) -> None:
        """Close all connections."""
        if self._provider:
            await self._provider.close()

    def _with_fallbacks(self, name: str) -> Model:
        names = list(dict.fromkeys((name, *self._settings.llm_fallbacks)))
        if name == OFFLINE or len(names) == 1:
            return self._make(name)
        from libs.llm.fallback import FallbackModel  # noqa: PLC0415 (only where there are fallbacks)

        return FallbackModel([(each, self._make(each)) for each in names])

    def _make(self, name: str) -> Model:
        if name == OFFLINE:
            from libs.llm.offline import OfflineModel  # noqa: PLC0415 (its lexicon is loaded only where it is used)

            return OfflineModel()
        from libs.llm.openai_model import OpenAIModel  # noqa: PLC0415 (openai costs half a second and 60 MB)

        return OpenAIModel(self._reach(name), name)

    def _reach(self, name: str) -> Any:
        settings = self._settings
        if not settings.reachable:
            advice = "Set LLM_API_KEY (and LLM_BASE_URL), or let the run use the offline model."
            raise ModelError("auth", f"There is no API key to use {name[:120]!r} with.", advice)
        if not self._provider:
            from libs.llm.provider import Provider  # noqa: PLC0415 (as above)

            self._provider = Provider(settings.llm_base_url, settings.llm_api_key.get_secret_value(), settings.limits())
        return self._provider


def build_model(settings: ModelSettings, agent: str, override: str = "") -> Model:
    """One model by itself; closing it closes its provider.

    Raises:
        ModelError: ``auth``, there is no key for the model that a run names.
    """
    return Models(settings).get(agent, override)
