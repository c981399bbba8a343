"""tollgatectl status and version: what runs, and what this is."""

import asyncio
from importlib.metadata import version as version_of
from typing import Any

from tollgate_common.errors import NotFound, TollgateError

from .clients import Clients, Service, run
from .options import Output
from .output import Format, Row, render

_COLUMNS = ("service", "health", "contract", "target")


def status(output: Output = Format.TABLE) -> None:
    """Show each service's health and the contract that it speaks. Exits 1 when one is down."""
    rows = run(_rows)
    render(rows, _COLUMNS, output)
    down = [str(row["service"]) for row in rows if row["health"] != "serving"]
    if down:
        raise TollgateError(f"not serving: {', '.join(down)}; see its log, or start it: `make run`")


def version(output: Output = Format.TABLE) -> None:
    """Show this program's version."""
    render({"version": version_of("tollgate-ctl")}, ("version",), output)


async def _rows(clients: Clients) -> list[Row]:
    return list(await asyncio.gather(*[_row(service) for service in clients.all()]))


async def _row(service: Service[Any]) -> Row:
    return {
        "service": service.name,
        "health": await _health(service),
        "contract": service.contract.rpartition(".")[0],
        "target": service.target,
    }


async def _health(service: Service[Any]) -> str:
    try:
        return await service.health()
    except NotFound:
        return "wrong service"
    except TollgateError:
        return "down"
