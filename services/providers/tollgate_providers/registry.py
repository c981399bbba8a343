"""Every file of adapters/ is an adapter, of dialects/ a dialect; a malformed one stops us."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType

from tollgate_common.settings import SettingsError

from . import adapters as built_in
from . import dialects as built_in_dialects
from .adapter import Adapter
from .conversion import Dialects
from .dialect import Dialect
from .embedding import EmbeddingsDialect

_FACTS = ("name", "dialect", "base_url", "api_key_variable", "base_url_variable")
_FUNCTIONS = (
    "target", "headers", "body", "read", "stream", "body_of", "reader", "carrier", "passes",
    "failure",
)  # fmt: skip


def load_adapters(folder: ModuleType = built_in) -> Mapping[str, Adapter]:
    """By name. SettingsError names the file that is not an adapter."""
    found: dict[str, Adapter] = {}
    for module in pkgutil.iter_modules(folder.__path__):
        adapter: Adapter = getattr(
            importlib.import_module(f"{folder.__name__}.{module.name}"), "ADAPTER", None
        )  # type: ignore[assignment]  # _missing looks at it
        if missing := _missing(adapter):
            raise SettingsError(f"adapters/{module.name}.py: ADAPTER has no {', '.join(missing)}")
        if adapter.name in found:
            raise SettingsError(f"adapters/{module.name}.py: {adapter.name!r} is there already")
        found[adapter.name] = adapter
    return found


def load_dialects(folder: ModuleType = built_in_dialects) -> Dialects:
    """By name and operation."""
    found: list[Dialect | EmbeddingsDialect] = [
        importlib.import_module(f"{folder.__name__}.{module.name}").DIALECT
        for module in pkgutil.iter_modules(folder.__path__)
    ]
    return {(dialect.name, dialect.operation): dialect for dialect in found}


def _missing(adapter: object) -> list[str]:
    facts = [name for name in _FACTS if not isinstance(getattr(adapter, name, None), str)]
    return facts + [name for name in _FUNCTIONS if not callable(getattr(adapter, name, None))]
