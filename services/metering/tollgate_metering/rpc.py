"""The contract tollgate.metering.v1.Metering: translates, and decides nothing."""

import grpc
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2, metering_pb2_grpc
from tollgate_common.wire import event_to_proto, page_size_of

from .operations import Metering
from .records import Filter, Period, Summary

SERVICE = metering_pb2.DESCRIPTOR.services_by_name["Metering"].full_name


class MeteringServicer(metering_pb2_grpc.MeteringServicer):
    """Metering over gRPC."""

    def __init__(self, metering: Metering) -> None:
        self._metering = metering

    def add_to(self, server: grpc.aio.Server) -> None:
        metering_pb2_grpc.add_MeteringServicer_to_server(self, server)

    async def ListUsage(
        self, request: metering_pb2.ListUsageRequest, context: object
    ) -> metering_pb2.ListUsageResponse:
        limit = page_size_of(request.page_size)
        which = _filter_of(request)
        events, after = await self._metering.list_usage(which, limit, request.page_token)
        return metering_pb2.ListUsageResponse(
            records=map(event_to_proto, events), next_page_token=after
        )

    async def SummarizeUsage(
        self, request: metering_pb2.SummarizeUsageRequest, context: object
    ) -> metering_pb2.SummarizeUsageResponse:
        rows = await self._metering.summarize_usage(
            request.account_id, request.model, request.from_day, request.to_day
        )
        return metering_pb2.SummarizeUsageResponse(rows=map(_summary_to_proto, rows))


def _filter_of(request: metering_pb2.ListUsageRequest) -> Filter:
    return Filter(
        account_id=request.account_id,
        key_id=request.key_id,
        model=request.model,
        request_id=request.request_id,
        period=Period(from_ms=request.from_ms or None, to_ms=request.to_ms or None),
    )


def _summary_to_proto(summary: Summary) -> metering_pb2.UsageSummary:
    return metering_pb2.UsageSummary(
        day=summary.day,
        account_id=summary.account_id,
        model=summary.model,
        requests=summary.requests,
        failures=summary.failures,
        units=usage_pb2.Units(**summary.units),
        cost_nano=summary.cost_nano,
    )
