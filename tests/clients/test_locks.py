"""What is installed is what was locked, from whichever index a machine has."""

import re

from .environments import HERE


def test_every_python_requirement_is_hashed_and_names_no_host() -> None:
    wanted = {path.stem for path in (HERE / "python").glob("*.in")}
    locks = {path.stem: path.read_text() for path in (HERE / "python").glob("*.lock")}
    assert wanted == set(locks)
    for name, lock in locks.items():
        requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock, re.MULTILINE | re.DOTALL)
        assert requirements, name
        assert all("--hash=sha256:" in requirement for requirement in requirements), name
        assert "://" not in lock, name
