"""A conversation is known by how it began."""

import json
from typing import Any

import pytest
from tollgate_providers.adapter import Ask
from tollgate_providers.affinity import affinity

HELLO = {"role": "user", "content": "Hello"}
OTHER = {"role": "user", "content": "Something else"}
SYSTEM = {"role": "system", "content": "Be brief. " * 500}
ANSWER = {"role": "assistant", "content": "Hi! How can I help?"}


def of(body: bytes | dict[str, Any], account: str = "acc_1", model: str = "m") -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return affinity(
        Ask(
            body=data,
            model="upstream",
            stream=False,
            include_usage=False,
            max_output_tokens=1,
            account_id=account,
            canonical_model=model,
        )
    )


@pytest.mark.parametrize("field", ["messages", "contents", "input"])
def test_later_turns_belong_to_the_same_conversation(field: str) -> None:
    begun = of({"model": "m", field: [SYSTEM, HELLO]})
    later = of({field: [SYSTEM, HELLO, ANSWER, OTHER], "temperature": 1})
    assert begun == later
    assert begun != of({field: [SYSTEM, OTHER]})


def test_accounts_and_models_are_apart() -> None:
    body = {"messages": [HELLO]}
    assert len({of(body), of(body, account="acc_2"), of(body, model="n")}) == 3


def test_a_client_may_name_what_belongs_together() -> None:
    one = of({"prompt_cache_key": "k", "messages": [HELLO]})
    assert one == of({"prompt_cache_key": "k", "messages": [OTHER]})


@pytest.mark.parametrize(
    "body",
    [b"--form\r\n", b"[]", b"1", b"{}", b'{"messages":{}}', b'{"messages":[1]}', b'{"input":"a"}'],
)
def test_whatever_the_body_is_it_has_one(body: bytes) -> None:
    assert len(of(body)) == 16
    assert of(b'{"input":"a"}') != of(b'{"input":"b"}')
