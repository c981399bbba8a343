"""What the README says works as pasted."""

import os
import re
import sys
from pathlib import Path

from guide import blocks_of, from_environment, page
from node_sdk import SCRIPTS, run, run_node
from stack import ROOT, Customer, Stack

README = (ROOT / "README.md").read_text()
BLOCKS = blocks_of(README)


def block(language: str, marker: str) -> str:
    [found] = [text for kind, text in BLOCKS if kind == language and marker in text]
    return found


async def test_curl(stack: Stack) -> None:
    source = block("sh", "demo.env").replace(".run/demo.env", str(stack.home / "demo.env"))
    script = source + block("sh", "curl")
    answer = await run("bash", "-ec", script, environment={"PATH": os.environ["PATH"]})
    assert '"object":"chat.completion"' in answer.replace(" ", "")


async def test_python(stack: Stack, customer: Customer) -> None:
    environment = _environment(stack, customer)
    assert await run(sys.executable, "-c", block("python", "OpenAI("), environment=environment)
    await stack.posted(customer, 1)
    await stack.settled(customer)


async def test_node(stack: Stack, customer: Customer) -> None:
    script = SCRIPTS / f"readme-{os.getpid()}.mjs"
    script.write_text(block("js", "new OpenAI("))
    try:
        assert await run_node(script, environment=_environment(stack, customer))
    finally:
        script.unlink()
    await stack.posted(customer, 1)
    await stack.settled(customer)


async def test_operators_commands(stack: Stack) -> None:
    name = f"acme-{os.urandom(4).hex()}"
    script = block("sh", "account create").replace("acme", name)
    environment = {"TOLLGATE_HOME": str(stack.home), "PATH": os.environ["PATH"]}
    shown = await run("bash", "-ec", f"cd {ROOT}\n{script}", environment=environment)
    assert "sk-" in shown
    assert "25.000000000" in shown


def test_snippets_are_the_guide_s() -> None:
    section = README.partition("## Call it")[2].partition("### ")[0]
    source, *snippets = blocks_of(section)
    assert "demo.env" in source[1]
    guide = [from_environment(snippet) for snippet in page("en", "quickstart").blocks]
    assert snippets == [snippet for snippet in guide if snippet in snippets]


async def test_links() -> None:
    links = re.findall(r"\]\(((?:docs|services|libs|proto)[^)]*)\)", README)
    assert [name for name in links if not (ROOT / name).exists()] == []


def _environment(stack: Stack, customer: Customer) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(Path.home()),
        "TOLLGATE_BASE_URL": stack.base_url(),
        "TOLLGATE_API_KEY": customer.key,
    }
