"""The customers' guide: its pages, and the snippets that it shares with the README."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from stack import ROOT

FOLDER = ROOT / "docs" / "guide"
LANGUAGES = ("en", "zh")
TOPICS = ("quickstart", "tools", "streaming", "models", "errors", "billing")

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)]+)\)")
_ROW = re.compile(r"^\| *(.*?) *\|", re.MULTILINE)
# A table's first row, which heads it.
_HEAD = re.compile(r"^\|.*\n(?=\|---)", re.MULTILINE)

# A snippet's language, and what it says.
Block: TypeAlias = tuple[str, str]

_ENVIRONMENT: Mapping[str, Mapping[str, str]] = {
    "sh": {"{{BASE_URL}}": "$TOLLGATE_BASE_URL", "{{API_KEY}}": "$TOLLGATE_API_KEY"},
    "python": {
        '"{{BASE_URL}}"': 'os.environ["TOLLGATE_BASE_URL"]',
        '"{{HOST}}"': 'os.environ["TOLLGATE_BASE_URL"].removesuffix("/v1")',
        '"{{API_KEY}}"': 'os.environ["TOLLGATE_API_KEY"]',
    },
    "js": {
        '"{{BASE_URL}}"': "process.env.TOLLGATE_BASE_URL",
        '"{{HOST}}"': r'process.env.TOLLGATE_BASE_URL.replace(/\/v1$/, "")',
        '"{{API_KEY}}"': "process.env.TOLLGATE_API_KEY",
    },
}
_FIRST_LINE = {"python": "import os\n"}


@dataclass(frozen=True, slots=True)
class Page:
    """One topic in one language."""

    language: str
    topic: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        return blocks_of(self.text)

    @property
    def headings(self) -> list[str]:
        return _HEADING.findall(_BLOCK.sub("", self.text))

    @property
    def anchors(self) -> set[str]:
        """As GitHub makes them of headings."""
        return {
            re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in self.headings
        }

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.text)

    @property
    def first_columns(self) -> list[str]:
        """Of all tables, without their heads."""
        return _ROW.findall(_HEAD.sub("", self.text))


def page(language: str, topic: str) -> Page:
    return Page(language, topic, (FOLDER / language / f"{topic}.md").read_text())


def pages() -> list[Path]:
    return sorted(FOLDER.rglob("*.*"))


def blocks_of(markdown: str) -> list[Block]:
    return _BLOCK.findall(markdown)


def from_environment(block: Block) -> Block:
    """A snippet as the README has it: it takes the address and the key from the environment."""
    language, text = block
    for placeholder, expression in _ENVIRONMENT[language].items():
        text = text.replace(placeholder, expression)
    return language, _FIRST_LINE.get(language, "") + text


def filled_in(text: str, base_url: str, key: str) -> str:
    """A snippet as the console shows it."""
    host = base_url.removesuffix("/v1")
    for placeholder, value in {"BASE_URL": base_url, "HOST": host, "API_KEY": key}.items():
        text = text.replace("{{" + placeholder + "}}", value)
    return text
