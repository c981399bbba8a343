import pytest
from tollgate_auth.settings import AuthSettings
from tollgate_auth.vault import vault_of
from tollgate_common.settings import SettingsError, load


@pytest.mark.parametrize("value", [None, ""])
def test_auth_does_not_start_without_a_sealing_key(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("TOLLGATE_AUTH_SEALING_KEYS", raising=False)
    else:
        monkeypatch.setenv("TOLLGATE_AUTH_SEALING_KEYS", value)
    with pytest.raises(SettingsError, match="TOLLGATE_AUTH_SEALING_KEYS: "):
        load(AuthSettings)


@pytest.mark.parametrize("text", ["k", "k:", ",", "k:c2hvcnQ=", ":c2hvcnQ="])
def test_a_wrong_sealing_key_is_refused_by_the_name_of_the_variable(text: str) -> None:
    with pytest.raises(SettingsError, match="TOLLGATE_AUTH_SEALING_KEYS") as caught:
        vault_of(text)
    assert "c2hvcnQ" not in str(caught.value)
