import pytest
from pydantic_settings import SettingsConfigDict
from tollgate_common.settings import ServiceSettings, SettingsError, load


class ExampleSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="TOLLGATE_EXAMPLE_")

    rpc_port: int


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("TOLLGATE_TOKEN", "sixteen or more characters")
    monkeypatch.setenv("TOLLGATE_EXAMPLE_OPS_PORT", "1")
    monkeypatch.setenv("TOLLGATE_EXAMPLE_RPC_PORT", "2")
    for name in ("TOLLGATE_NATS_URL", "TOLLGATE_NATS_REPLICAS", "TOLLGATE_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_settings_come_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TOLLGATE_NATS_URL", "nats://elsewhere:4222")
    settings = load(ExampleSettings)
    assert (settings.ops_port, settings.rpc_port) == (1, 2)
    assert settings.nats_url == "nats://elsewhere:4222"
    assert settings.token.get_secret_value() == "sixteen or more characters"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOLLGATE_TOKEN", None),
        ("TOLLGATE_TOKEN", "too short"),
        ("TOLLGATE_TOKEN", "from a file with a newline\n"),
        ("TOLLGATE_TOKEN", "no header can carry ünicode"),
        ("TOLLGATE_EXAMPLE_OPS_PORT", None),
        ("TOLLGATE_EXAMPLE_RPC_PORT", None),
        ("TOLLGATE_EXAMPLE_RPC_PORT", "http"),
        ("TOLLGATE_NATS_REPLICAS", "0"),
    ],
)
def test_the_error_names_the_variable_and_not_its_value(
    environment: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    if value is None:
        environment.delenv(name)
    else:
        environment.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load(ExampleSettings)
    message = str(caught.value)
    assert message.startswith(f"{name}:")
    assert len(message.splitlines()) == 1
    assert value is None or value not in message


def test_every_missing_variable_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("TOLLGATE_TOKEN")
    environment.delenv("TOLLGATE_EXAMPLE_RPC_PORT")
    with pytest.raises(SettingsError) as caught:
        load(ExampleSettings)
    lines = str(caught.value).splitlines()
    assert {line.split(":")[0] for line in lines} == {
        "TOLLGATE_TOKEN",
        "TOLLGATE_EXAMPLE_RPC_PORT",
    }


def test_the_token_is_not_shown(environment: pytest.MonkeyPatch) -> None:
    assert "sixteen" not in repr(load(ExampleSettings))
