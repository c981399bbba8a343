"""Somebody with a client, a key and a base URL."""

from dataclasses import dataclass

from stack import Customer, Stack

from .environments import Environment, Machine, prepare
from .page import Page
from .told import Refusals, Told, check_answers, check_bills, read

# Otherwise LiteLLM first asks the internet what models cost.
QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}


@dataclass(frozen=True, slots=True)
class Tongue:
    """What a client speaks, as scripts/ call it and as usage records do; and to which model."""

    name: str
    dialect: str
    operation: str
    model: str

    def __str__(self) -> str:
        return self.dialect if self.operation == "chat" else f"{self.dialect} {self.operation}"


CHAT = Tongue("openai", "openai", "chat", "deepseek-v4-flash")
RESPONSES = Tongue("responses", "openai", "responses", "gpt-6-luna")
EMBEDDINGS = Tongue("openai", "openai", "embeddings", "text-embedding-3-small")
ANTHROPIC = Tongue("anthropic", "anthropic", "chat", "claude-sonnet-5-5")
GEMINI = Tongue("gemini", "gemini", "chat", "gemini-3.8-flash")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Has an account with credit, and a machine of his own; what he finds goes on the page."""

    stack: Stack
    customer: Customer
    machine: Machine
    refusals: Refusals
    page: Page

    @property
    def url(self) -> str:
        """The base URL without any version."""
        return self.stack.base_url().removesuffix("/v1")

    async def runs(self, script: str, environment: Environment, tongue: Tongue) -> Told:
        """What a program from scripts/ tells him: whatever it tells has to be right."""
        await prepare(environment)
        command = environment.command(script)
        arguments = [self.url, self.customer.key, tongue.model, tongue.name]
        told = read(await self.machine.run(*command, *arguments, **QUIET))
        check_answers(told)
        return told

    async def finds(self, client: str, version: str, tongue: Tongue, told: Told) -> None:
        """What he was told, he was charged for, and he was refused nothing on the way."""
        await self.refusals.check()
        await check_bills(
            self.stack,
            self.customer,
            told,
            dialect=tongue.dialect,
            operation=tongue.operation,
            model=tongue.model,
        )
        self.page.add(client, version, str(tongue), told)
