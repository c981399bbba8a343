"""What a newcomer relies on before anything runs: locks, tables and lists that agree."""

import importlib
import json
import re
import subprocess

from pydantic_settings import BaseSettings
from stack import ROOT

SERVICES = {path.parent.name for path in (ROOT / "services").glob("*/pyproject.toml")}


def test_every_service_is_listed_everywhere() -> None:
    readme = (ROOT / "README.md").read_text()
    assert set(re.findall(r"^\| \[(\w+)\]\(services/\1\) \|", readme, re.MULTILINE)) == SERVICES
    makefile = (ROOT / "Makefile").read_text()
    assert set(re.findall(r"^SERVICES := (.*)$", makefile, re.MULTILINE)[0].split()) == SERVICES
    processes = dict(line.split(": ") for line in (ROOT / "Procfile").read_text().splitlines())
    assert set(processes) - {"nats", "mail"} == SERVICES - {"ctl"}
    for service in SERVICES - {"ctl"}:
        assert processes[service] == f"python -m tollgate_{service}"


def test_locks_name_hashes_and_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert len(requirements) > 50
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in lock
    for path in tracked():
        if path.endswith("package-lock.json"):
            packages = json.loads((ROOT / path).read_text())["packages"]
            assert all("resolved" not in package for package in packages.values())
            del packages[""]
            assert all("integrity" in package for package in packages.values()), path


def test_nothing_depends_on_one_machine() -> None:
    here = str(ROOT)
    for path in tracked():
        text = (ROOT / path).read_bytes().decode(errors="replace")
        assert here not in text, path
        assert not re.search(r"/(home|Users)/\w+/", text), path


def test_every_setting_is_documented() -> None:
    guide = (ROOT / "docs/operating.md").read_text()
    for service in SERVICES:
        readme = (ROOT / "services" / service / "README.md").read_text()
        named = variables_named(guide.replace("<SERVICE>", service.upper()) + readme)
        assert variables_of(service) - named == set(), service


def variables_of(service: str) -> set[str]:
    """What the service's settings are called in its environment."""
    module = importlib.import_module(f"tollgate_{service}.settings")
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
    return {
        str(field.validation_alias or f"{kind.model_config['env_prefix']}{name}".upper())
        for kind in kinds
        if issubclass(kind, BaseSettings) and kind.__module__ == module.__name__
        for name, field in kind.model_fields.items()
    }


def variables_named(text: str) -> set[str]:
    """Whole names, and ends such as `_PORT`, which take the place of some end of the whole one."""
    found: set[str] = set()
    whole: list[str] = []
    for name in re.findall(r"\b(?:TOLLGATE|OTEL)_[A-Z0-9_]+\b|(?<=`)_[A-Z0-9_]+(?=`)", text):
        if name.startswith("_"):
            found |= {"_".join(whole[:count]) + name for count in range(1, len(whole))}
        else:
            whole = name.split("_")
            found.add(name)
    return found


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True)
    return [path for path in listed.stdout.decode().splitlines() if (ROOT / path).is_file()]
