"""A key is taken from wherever the caller's SDK puts it; two different keys are refused."""

import pytest
from stack import Customer, Stack


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Bearer {key}"}, ""),
        ({"Authorization": "bearer {key}"}, ""),
        ({"Authorization": "{key}"}, ""),
        ({"x-api-key": "{key}"}, ""),
        ({"x-goog-api-key": "{key}"}, ""),
        ({"api-key": "{key}"}, ""),
        ({}, "?key={key}"),
        ({"Authorization": "Bearer {key}", "x-api-key": "{key}"}, ""),
        ({"Authorization": "Bearer {bare}"}, ""),
    ],
)
async def test_accepted(
    stack: Stack, customer: Customer, headers: dict[str, str], query: str
) -> None:
    fill = {"key": customer.key, "bare": customer.key.removeprefix("sk-")}
    answer = await stack.http.get(
        f"{stack.base_url()}/models{query.format(**fill)}",
        headers={name: value.format(**fill) for name, value in headers.items()},
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer sk-" + "x" * 48},
        {"Authorization": "Bearer {wrong_last}"},
        {"Authorization": "Bearer {key}", "x-api-key": "sk-" + "y" * 48},
        {"Authorization": "Bearer sk-' OR 1=1--"},
        {"Authorization": 'Bearer {"$ne":null}'},
        {"Authorization": "Bearer %"},
        {"Authorization": "Bearer sk-" + "k" * 4_000},
    ],
)
async def test_refused(stack: Stack, customer: Customer, headers: dict[str, str]) -> None:
    wrong_last = customer.key[:-1] + ("a" if customer.key[-1] != "a" else "b")
    filled = {
        name: value.replace("{key}", customer.key).replace("{wrong_last}", wrong_last)
        for name, value in headers.items()
    }
    answer = await stack.http.get(f"{stack.base_url()}/models", headers=filled)
    assert answer.status_code == 401, answer.text
    error = answer.json()["error"]
    assert (error["type"], error["code"]) == ("authentication_error", "invalid_api_key")
    assert customer.key not in answer.text
