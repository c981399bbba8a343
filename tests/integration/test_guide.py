"""The customers' guide works as pasted, and says the same in all of its languages."""

import os
import re
import sys
from pathlib import Path

import pytest
from guide import FOLDER, LANGUAGES, TOPICS, Block, filled_in, page, pages
from node_sdk import SCRIPTS, run, run_node
from stack import Customer, Stack

PLACEHOLDERS = {"{{BASE_URL}}", "{{HOST}}", "{{API_KEY}}"}
# Tools are run by tests/clients.
EXECUTED = [
    pytest.param(block, id=f"{topic}-{number}-{block[0]}")
    for topic in TOPICS
    if topic != "tools"
    for number, block in enumerate(page("en", topic).blocks)
    if block[0] != "text"
]


def test_every_topic_is_there_in_every_language() -> None:
    expected = [FOLDER / name / f"{topic}.md" for name in LANGUAGES for topic in TOPICS]
    assert pages() == sorted(expected)


@pytest.mark.parametrize("topic", TOPICS)
def test_languages_say_the_same(topic: str) -> None:
    english, chinese = page("en", topic), page("zh", topic)
    assert chinese.blocks == english.blocks
    assert chinese.first_columns == english.first_columns
    assert chinese.links == english.links
    assert len(chinese.headings) == len(english.headings)
    # What names a tool, an SDK or a status is the same in every language.
    names = [heading for heading in chinese.headings if heading.isascii()]
    assert [heading for heading in english.headings if heading in names] == names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_placeholders_and_links(topic: str, language: str) -> None:
    this = page(language, topic)
    assert set(re.findall(r"\{\{.*?\}\}", this.text)) <= PLACEHOLDERS
    for link in this.links:
        file, _, anchor = link.partition("#")
        target = page(language, file.removesuffix(".md")) if file else this
        assert not anchor or anchor in target.anchors, link


@pytest.mark.parametrize("block", EXECUTED)
async def test_snippet(stack: Stack, customer: Customer, block: Block) -> None:
    language, text = block
    text = filled_in(text, stack.base_url(), customer.key)
    environment = {"PATH": os.environ["PATH"], "HOME": str(Path.home())}
    match language:
        case "sh":
            printed = await run("bash", "-ec", text, environment=environment)
        case "python":
            printed = await run(sys.executable, "-c", text, environment=environment)
        case _:
            script = SCRIPTS / f"guide-{os.urandom(4).hex()}.mjs"
            script.write_text(text)
            try:
                printed = await run_node(script, environment=environment)
            finally:
                script.unlink()
    assert printed.strip()
    assert '"error"' not in printed
    await stack.settled(customer)
