from __future__ import annotations

import pytest
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from libs.runtime.settings import CONFIG, RuntimeSettings, read

SECRET = "hunter2-very-secret"


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """No .env of this checkout, and no setting of this machine."""
    monkeypatch.chdir(tmp_path)
    for name in RuntimeSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def complaint(kind: type[BaseSettings], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        read(kind)
    assert ended.value.code == 78
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NATS_REPLICAS", SECRET),
        ("LOG_LEVEL", SECRET),
        ("LOG_FORMAT", SECRET),
        ("HEALTH_PORT", SECRET),
        ("HEALTH_PORT", "70000"),
        ("RETRY_DELAYS", SECRET),
        ("RETRY_DELAYS", f'["{SECRET}"]'),
        ("STAGE_MINUTES", "-1"),
        ("CONCURRENCY", "0"),
        ("SHUTDOWN_SECONDS", SECRET),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_wants_and_without_its_value(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    said = complaint(RuntimeSettings, capsys)
    assert f"{name}: {RuntimeSettings.model_fields[name.lower()].description}" in said
    assert value not in said


def test_every_wrong_setting_is_named_at_once(monkeypatch, capsys):
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    monkeypatch.setenv("CONCURRENCY", "many")
    said = complaint(RuntimeSettings, capsys)
    assert "LOG_LEVEL: " in said
    assert "CONCURRENCY: " in said


def test_a_missing_setting_is_named(capsys):
    class Needs(BaseSettings):
        model_config = CONFIG
        api_key_of_tests: SecretStr = Field(description="key of the model's provider")

    assert "API_KEY_OF_TESTS: key of the model's provider (Field required)" in complaint(Needs, capsys)


def test_a_wrong_combination_is_told_without_its_values(monkeypatch, capsys):
    class Pair(BaseSettings):
        model_config = CONFIG
        secret_of_tests: str = ""

        @model_validator(mode="after")
        def check(self) -> Pair:
            raise ValueError("give both or none")

    monkeypatch.setenv("SECRET_OF_TESTS", SECRET)
    said = complaint(Pair, capsys)
    assert "give both or none" in said
    assert SECRET not in said


def test_every_setting_says_what_it_wants_and_has_a_working_default():
    assert all(field.description for field in RuntimeSettings.model_fields.values())
    assert read(RuntimeSettings).nats_url == "nats://127.0.0.1:4222"


def test_settings_are_read_from_a_file_too(tmp_path):
    (tmp_path / ".env").write_text("CONCURRENCY=3\nSOMETHING_ELSE=x\n")
    assert read(RuntimeSettings).concurrency == 3


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        read(RuntimeSettings).concurrency = 3
