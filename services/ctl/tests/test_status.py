import json
from importlib.metadata import version

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer

from .conftest import SERVICES, Deployment


async def test_every_service_is_serving(deployment: Deployment) -> None:
    status = await deployment.ctl("status")
    assert status.exit_code == 0
    assert "tollgate.ledger.v1" in status.stdout
    rows = json.loads((await deployment.ctl("status", "-o", "json")).stdout)
    assert [(row["service"], row["health"]) for row in rows] == [(s, "serving") for s in SERVICES]


async def test_status_tells_why_a_service_does_not_serve(deployment: Deployment) -> None:
    await deployment.set_health("auth", health_pb2.HealthCheckResponse.NOT_SERVING)
    other = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(HealthServicer(), other)  # type: ignore[no-untyped-call]
    port = other.add_insecure_port("127.0.0.1:0")
    await other.start()
    status = await deployment.ctl(
        *("status", "-o", "json"),
        TOLLGATE_LEDGER_TARGET="127.0.0.1:1",
        TOLLGATE_METERING_TARGET=f"127.0.0.1:{port}",
    )
    await other.stop(None)
    assert status.exit_code == 1
    health = {row["service"]: row["health"] for row in json.loads(status.stdout)}
    assert health == {
        "auth": "not_serving",
        "ledger": "down",
        "providers": "serving",
        "metering": "wrong service",
    }
    assert "not serving: auth, ledger, metering" in status.stderr


async def test_version(deployment: Deployment) -> None:
    shown = await deployment.ctl("version", "-o", "json")
    assert json.loads(shown.stdout) == {"version": version("tollgate-ctl")}
