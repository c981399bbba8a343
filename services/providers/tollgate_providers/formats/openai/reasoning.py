"""How much to reason, in the words of vendors that copied OpenAI's chat."""

from dataclasses import replace
from typing import Any

from tollgate_providers.formats.openai.capabilities import Capabilities, Choice
from tollgate_providers.neutral import Effort, Reasoning, Request, ToolChoice

# A budget of up to so many tokens is about this effort.
_EFFORT_BUDGETS: tuple[tuple[int, Effort], ...] = ((2048, "low"), (12_288, "medium"))


def settled(request: Request, can: Capabilities) -> Request:
    """The request as the vendor can have it: where a call is forced that it takes only while it
    does not reason, it shall not, unless the client wants that. InvalidArgument for both.
    """
    choice = request.tool_choice
    if choice is None:
        return request
    kind = kind_of(choice)
    if kind == "none" and kind not in can.choices:
        return replace(request, tools=(), tool_choice=None)
    if kind not in can.choices:
        request.refuse("tool_choice", "this model's provider lets the model choose; leave it out")
    if kind in can.reasoning_choices or not may_reason(request):
        return request
    if can.reasoning == "always" or (request.reasoning and request.reasoning.asked):
        request.refuse("tool_choice", "this model cannot be made to call while it reasons")
    visible = request.reasoning.visible if request.reasoning else None
    return replace(request, reasoning=Reasoning(enabled=False, visible=visible))


def kind_of(choice: ToolChoice) -> Choice:
    if choice.mode == "required":
        return "named" if choice.names else "required"
    return choice.mode


def may_reason(request: Request) -> bool:
    """Whether the model may reason: it does unless told otherwise."""
    return request.reasoning is None or is_on(request.reasoning)


def reasoning_fields(request: Request, can: Capabilities) -> dict[str, Any]:
    reasoning = request.reasoning
    if reasoning is None or not reasoning.asked:
        return {}  # how much was left to the model
    on = is_on(reasoning)
    if can.reasoning == "always" and not on:
        request.refuse("reasoning", "this model always reasons")
    if can.reasoning == "budget":
        budget = {"thinking_budget": reasoning.budget_tokens} if reasoning.budget_tokens else {}
        return {"enable_thinking": on} | (budget if on else {})
    effort = (reasoning.effort or effort_of(reasoning.budget_tokens)) if on else "none"
    if can.reasoning == "effort":
        return {"reasoning_effort": effort} if effort else {}
    named = can.efforts.get(effort) if on else None
    effort_named = {"reasoning_effort": named} if named else {}
    if can.reasoning == "always":
        return effort_named
    return {"thinking": {"type": "enabled" if on else "disabled"}} | effort_named


def is_on(reasoning: Reasoning) -> bool:
    """Whether the model shall reason at all."""
    if reasoning.enabled is not None:
        return reasoning.enabled
    return reasoning.effort != "none" and reasoning.budget_tokens != 0


def effort_of(budget_tokens: int | None) -> Effort:
    """The effort that a budget is about; empty without one."""
    if budget_tokens is None:
        return ""
    return next((effort for most, effort in _EFFORT_BUDGETS if budget_tokens <= most), "high")
