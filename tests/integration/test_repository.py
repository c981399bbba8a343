"""What a newcomer relies on before anything runs: locks, tables and lists that agree."""

import json
import re
import subprocess

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


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True)
    return [path for path in listed.stdout.decode().splitlines() if (ROOT / path).is_file()]
