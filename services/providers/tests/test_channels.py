"""Channels come from keys, from a file, or from the sandbox."""

from pathlib import Path
from typing import Any

import pytest
from tollgate_providers.catalogue import BUILT_IN, load_catalogue
from tollgate_providers.channel_rules import Rules
from tollgate_providers.channels import Channel, ChannelError, combined
from tollgate_providers.configured import default_channels, file_channels, read_channels
from tollgate_providers.registry import load_adapters

ADAPTERS = load_adapters()
MODELS = load_catalogue(BUILT_IN, ADAPTERS)
SANDBOX = "http://127.0.0.1:8105"


def by_id(channels: list[Channel]) -> dict[str, Channel]:
    return {channel.id: channel for channel in channels}


def from_rows(*rows: dict[str, Any], **environment: str) -> list[Channel]:
    return file_channels(rows, Rules(ADAPTERS, MODELS), environment)


def credentials(channel: Channel) -> list[str]:
    return [key.credential for key in channel.keys]


def test_without_anything_there_is_no_channel() -> None:
    assert default_channels(ADAPTERS, {}, "") == []


def test_a_key_makes_a_channel_and_the_sandbox_fills_the_rest() -> None:
    environment = {
        "DEEPSEEK_API_KEY": "sk-1",
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": "http://o/v1/",
    }
    channels = by_id(default_channels(ADAPTERS, environment, SANDBOX))
    assert channels["deepseek"].base_url == "https://api.deepseek.com"
    assert credentials(channels["deepseek"]) == ["sk-1"]
    assert not channels["deepseek"].sandbox
    assert channels["openai"].base_url == "http://o/v1"
    assert channels["sandbox-glm"].base_url == f"{SANDBOX}/api/paas/v4"
    assert credentials(channels["sandbox-glm"]) == ["sk-sandbox"]
    assert len(channels) == len(ADAPTERS)
    assert all(any(channel.serves(m) for channel in channels.values()) for m in MODELS.values())


def test_a_channel_of_the_file_pushes_the_sandbox_aside() -> None:
    own = default_channels(ADAPTERS, {}, SANDBOX)
    extra = from_rows({"id": "mine", "provider": "glm", "api_key": "k", "models": ["glm-4.7"]})
    channels = by_id(combined(own, extra))
    assert "sandbox-glm" not in channels
    assert channels["mine"].serves(MODELS["glm-4.7"])
    assert not channels["mine"].serves(MODELS["glm-5.3"])
    assert not channels["mine"].serves(MODELS["gpt-4o"])


def test_a_key_may_stay_in_the_environment() -> None:
    row = {"id": "eu", "provider": "openai", "api_key_env": "EU_KEY", "weight": 3}
    (channel,) = from_rows(row, EU_KEY="sk-eu")
    assert (credentials(channel), channel.weight) == (["sk-eu"], 3)
    assert "sk-eu" not in repr(channel)


def test_a_channel_may_have_several_keys() -> None:
    row = {"id": "eu", "provider": "openai", "api_keys": ["k-a", "k-b"], "priority": 2}
    (channel,) = from_rows(row)
    assert credentials(channel) == ["k-a", "k-b"]
    assert len({key.id for key in channel.keys}) == 2
    assert channel.priority == 2
    assert "k-a" not in repr(channel)


def test_a_channel_may_serve_another_providers_model_under_its_own_name() -> None:
    models = {"deepseek-v4-flash": "deepseek-v4-flash-volc"}
    row = {"id": "volc", "provider": "doubao", "api_key": "k", "models": models}
    (channel,) = from_rows(row)
    model = MODELS["deepseek-v4-flash"]
    assert channel.serves(model)
    assert channel.upstream(model) == "deepseek-v4-flash-volc"
    assert not any(channel.serves(m) for m in MODELS.values() if m.provider == "doubao")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        *(({"id": id}, "id") for id in ("", "A b", "a" * 64, "x\ny", 3, None)),
        ({"provider": "nobody"}, "provider"),
        *(({"api_key": key}, "api_key") for key in ("", "a b", "k\r\nX: y", "schlüssel", 3)),
        ({"api_keys": []}, "api_keys"),
        ({"api_keys": "k"}, "api_keys"),
        ({"api_keys": ["k", "k"]}, "api_keys"),
        ({"enabled": "yes"}, "enabled"),
        ({"priority": -1}, "priority"),
        ({"weight": True}, "weight"),
        ({"weight": 0}, "weight"),
        ({"weight": 1.5}, "weight"),
        ({"models": ["glm-4.7"]}, "models"),
        ({"models": "gpt-4o"}, "models"),
        ({"models": ["gpt-9"]}, "models"),
        ({"models": {"gpt-4o": "a b"}}, "models"),
        ({"models": {"gpt-4o": 3}}, "models"),
        ({"colour": "red"}, "colour"),
        ({"base_url": 3}, "base_url"),
        *(
            ({"base_url": url}, "base_url")
            for url in (
                "ftp://x",
                "x",
                "http://",
                "http://u:p@x",
                "http://x?a=1",
                "http://x#a",
                "file:///x",
                "http://x:22",
                "http://x:99999",
                "http://x\\@y",
                "http://x y",
                "http://[x",
            )
        ),
    ],
)
def test_a_wrong_row_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ChannelError, match=f": {said}: "):
        from_rows({"id": "a", "provider": "openai", "api_key": "k"} | fields)


def test_an_id_may_not_be_taken_twice() -> None:
    rows = [{"id": "a", "provider": "openai", "api_key": "k"}] * 2
    with pytest.raises(ChannelError, match="a: id: "):
        combined([], from_rows(*rows))


@pytest.mark.parametrize("text", ["a: 1", "[1]", "{"])
def test_what_is_no_channels_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text(text)
    with pytest.raises(ChannelError):
        read_channels(path)
