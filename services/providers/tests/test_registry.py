"""A malformed adapter file stops the process, by name."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
from tollgate_common.settings import SettingsError
from tollgate_providers.registry import load_adapters

GOOD = "from tollgate_providers.adapters.glm import Glm\nADAPTER = Glm()\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": ""}, "adapters/a.py: ADAPTER has no name, dialect, base_url"),
        ({"a": "class Half:\n    name = 'half'\nADAPTER = Half()\n"}, "has no dialect, base_url"),
        ({"a": GOOD, "b": GOOD}, "adapters/b.py: 'glm' is there already"),
    ],
)
def test_a_malformed_adapter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], said: str
) -> None:
    name = f"folder_{abs(hash(said))}"
    folder = tmp_path / name
    folder.mkdir()
    for stem, text in {"__init__": "", **files}.items():
        (folder / f"{stem}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SettingsError, match=said):
        load_adapters(import_module(name))
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]
