"""Clients say in headers which providers they want, and what they will pay at most."""

from typing import Any

import pytest

from .conftest import HELLO, in_memory, on_socket
from .fakes import Edge

CLAUDE = {"model": "small", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


async def asked(edge: Edge, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with on_socket(edge) as http:
        return await http.post("/v1/chat/completions", json=HELLO, headers=named)


async def test_wishes_travel_with_the_request() -> None:
    edge = Edge()
    answer = await asked(edge, x_tollgate_order="doubao, deepseek", x_tollgate_only="doubao,glm")
    assert answer.status_code == 200
    [opened] = edge.providers.opened
    assert list(opened.order) == ["doubao", "deepseek"]
    assert list(opened.only) == ["doubao", "glm"]


async def test_they_are_headers_of_every_dialect() -> None:
    edge = Edge()
    async with on_socket(edge) as http:
        await http.post("/v1/messages", json=CLAUDE, headers={"x-tollgate-only": "glm"})
        parts = [{"role": "user", "parts": [{"text": "Hi"}]}]
        url = "/v1beta/models/small:generateContent"
        await http.post(url, json={"contents": parts}, headers={"x-tollgate-only": "glm"})
    assert [list(opened.only) for opened in edge.providers.opened] == [["glm"], ["glm"]]


async def test_without_them_nothing_is_wished() -> None:
    edge = Edge()
    await asked(edge)
    [opened] = edge.providers.opened
    assert (list(opened.order), list(opened.only)) == ([], [])


@pytest.mark.parametrize(
    "most", ["input=0.001,output=0.002", "output=5", "input = 0.0010 , output=1"]
)
async def test_a_model_that_is_cheap_enough_is_called(most: str) -> None:
    edge = Edge()
    assert (await asked(edge, x_tollgate_max_price=most)).status_code == 200
    assert edge.providers.opened


@pytest.mark.parametrize(
    ("most", "costs"),
    [("input=0.000999999", "0.001 USD per million input"), ("input=1,output=0.001", "0.002 USD")],
)
async def test_a_model_that_costs_more_is_refused(most: str, costs: str) -> None:
    edge = Edge()
    answer = await asked(edge, x_tollgate_max_price=most)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["param"] == "X-Tollgate-Max-Price"
    assert costs in error["message"]
    assert edge.providers.opened == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *(
            ("X-Tollgate-Max-Price", value)
            for value in (
                "", "1", "input", "input=", "input=-1", "input=1e3", "input=nan", "input=0x1",
                "input=1,input=2", "image=1", "input=0.0000000001", "input=9" + "9" * 40,
            )
        ),
        *(
            (header, value)
            for header in ("X-Tollgate-Only", "X-Tollgate-Order")
            for value in ("", ",", "a,,b", "Deep Seek", "a;b", "é", "a" * 33, ",".join("a" * 17))
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_by_the_headers_name(header: str, value: str) -> None:
    edge = Edge()
    async with in_memory(edge) as http:
        headers = {header.encode(): value.encode("latin-1")}
        answer = await http.post("/v1/chat/completions", json=HELLO, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == header
    assert edge.providers.opened == []


async def test_a_page_may_send_them() -> None:
    async with in_memory(Edge()) as http:
        asks = {"origin": "https://a.example", "access-control-request-headers": "x-tollgate-only"}
        asks["access-control-request-method"] = "POST"
        answer = await http.options("/v1/chat/completions", headers=asks)
    assert answer.headers["access-control-allow-headers"] == "x-tollgate-only"
