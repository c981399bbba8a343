"""docs/compatibility.md, parts of which are found by tests."""

import os

from stack import ROOT

PAGE = ROOT / "docs" / "compatibility.md"


def check_part(name: str, found: str, *, by: str) -> None:
    """Fails if what is between `<!-- name -->` and `<!-- /name -->` is not what was found.

    TOLLGATE_WRITE_DOCS=1 writes it anew, and nothing around it. `by` is what finds it again.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, rest = PAGE.read_text().split(begin)
    part, after = rest.split(end)
    if os.environ.get("TOLLGATE_WRITE_DOCS") == "1":
        PAGE.write_text(before + begin + found + end + after)
        part = found
    assert part == found, f"{PAGE.name} is outdated: run {by} with TOLLGATE_WRITE_DOCS=1"
