from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from libs.llm.config import OPENAI_DEFAULT, Models, ModelSettings, build_model
from libs.llm.fallback import FallbackModel
from libs.llm.offline import OfflineModel
from libs.llm.openai_model import OpenAIModel
from libs.llm.port import ModelError


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ModelSettings.model_config, "env_file", None)
    for name in ModelSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **env: str) -> ModelSettings:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return ModelSettings()


def refused(monkeypatch: pytest.MonkeyPatch, **env: str) -> str:
    with pytest.raises(ValidationError) as caught:
        settings(monkeypatch, **env)
    return "\n".join(f"{error['loc'][0]}: {error['msg']}" for error in caught.value.errors())


def test_without_any_setting_the_offline_model_answers() -> None:
    assert isinstance(build_model(ModelSettings(), "requirements"), OfflineModel)


async def test_a_key_alone_means_openai_with_a_named_model(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(monkeypatch, LLM_API_KEY="sk-x")
    assert chosen.model_default == OPENAI_DEFAULT
    model = build_model(chosen, "requirements")
    assert isinstance(model, OpenAIModel)
    await model.close()


def test_each_agent_can_have_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(
        monkeypatch, LLM_API_KEY="sk-x", MODEL_DEFAULT="a", MODEL_REVIEWER="b", MODEL_ARCHITECTURE="offline"
    )
    names = [chosen.name_for(agent) for agent in ("requirements", "architecture", "implementer", "reviewer")]
    assert names == ["a", "offline", "a", "b"]


def test_a_local_endpoint_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, LLM_BASE_URL="http://127.0.0.1:11434/v1", MODEL_DEFAULT="qwen").reachable


@pytest.mark.parametrize(
    ("env", "setting", "wants"),
    [
        ({"MODEL_DEFAULT": "gpt-x"}, "model_default", "LLM_API_KEY is not set"),
        ({"MODEL_REVIEWER": "gpt-x"}, "model_reviewer", "MODEL_DEFAULT=offline"),
        ({"LLM_FALLBACKS": "gpt-x"}, "llm_fallbacks", "LLM_API_KEY is not set"),
        ({"LLM_BASE_URL": "http://x/v1"}, "model_default", "name a model that LLM_BASE_URL serves"),
        ({"LLM_BASE_URL": "x/v1"}, "llm_base_url", "match pattern"),
        ({"LLM_BASE_URL": "https://user:key@x/v1"}, "llm_base_url", "match pattern"),
        ({"LLM_TIMEOUT": "0"}, "llm_timeout", "greater than 0"),
        ({"LLM_MAX_TOKENS": "many"}, "llm_max_tokens", "valid integer"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_wants(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], setting: str, wants: str
) -> None:
    said = refused(monkeypatch, **env)
    assert said.startswith(f"{setting}: ")
    assert wants in said


def test_the_key_is_not_in_what_settings_say_of_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(monkeypatch, LLM_API_KEY="sk-very-secret")
    assert "sk-very-secret" not in f"{chosen!r}{chosen}{chosen.model_dump_json()}"


async def test_fallbacks_stand_behind_each_model_and_share_its_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    models = Models(settings(monkeypatch, LLM_API_KEY="k", MODEL_DEFAULT="a", LLM_FALLBACKS="b, offline ,"))
    assert isinstance(models.get("requirements"), FallbackModel)
    assert models.get("requirements") is models.get("reviewer")
    assert models.get("requirements", "c") is not models.get("requirements")
    assert isinstance(models.get("requirements", "offline"), OfflineModel)
    await models.close()


def test_a_run_that_names_a_model_without_a_key_is_told_so() -> None:
    with pytest.raises(ModelError, match="no API key to use 'gpt-x'") as caught:
        build_model(ModelSettings(), "requirements", "gpt-x")
    assert "LLM_API_KEY" in caught.value.advice


def test_the_openai_package_is_loaded_only_where_it_is_used() -> None:
    code = "import sys, libs.llm.config as c; c.build_model(c.ModelSettings(), 'x'); sys.exit('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env={"LLM_API_KEY": ""}, check=False)
    assert done.returncode == 0
