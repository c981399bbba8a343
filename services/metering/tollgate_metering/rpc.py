"""The contract tollgate.metering.v1.Metering: translates, and decides nothing."""

from collections.abc import Mapping
from typing import TypeVar

import grpc
from tollgate.events.v1 import usage_pb2
from tollgate.metering.v1 import metering_pb2, metering_pb2_grpc
from tollgate_common.errors import InvalidArgument
from tollgate_common.rating import UNIT_NAMES
from tollgate_common.wire import event_to_proto, page_size_of

from .keys import KeyUsage
from .operations import Metering
from .records import Filter, Period, Summary
from .series import GroupBy, Series, SeriesRow, Step

SERVICE = metering_pb2.DESCRIPTOR.services_by_name["Metering"].full_name

_FAILED = {
    metering_pb2.OUTCOMES_UNSPECIFIED: None,
    metering_pb2.OUTCOMES_ANSWERED: False,
    metering_pb2.OUTCOMES_FAILED: True,
}
_STEPS = {metering_pb2.STEP_HOUR: Step.HOUR, metering_pb2.STEP_DAY: Step.DAY}
_GROUPS = {
    metering_pb2.GROUP_BY_UNSPECIFIED: GroupBy.NOTHING,
    metering_pb2.GROUP_BY_MODEL: GroupBy.MODEL,
    metering_pb2.GROUP_BY_KEY: GroupBy.KEY,
}
_Enum = TypeVar("_Enum")
_Value = TypeVar("_Value")


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
        events, after = await self._metering.list_usage(
            which, limit, request.page_token, ascending=request.ascending
        )
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

    async def SeriesUsage(
        self, request: metering_pb2.SeriesUsageRequest, context: object
    ) -> metering_pb2.SeriesUsageResponse:
        rows = await self._metering.usage_series(_series_of(request))
        return metering_pb2.SeriesUsageResponse(rows=map(_row_to_proto, rows))

    async def ListKeyUsage(
        self, request: metering_pb2.ListKeyUsageRequest, context: object
    ) -> metering_pb2.ListKeyUsageResponse:
        usages = await self._metering.key_usage(request.account_id, request.from_ms)
        return metering_pb2.ListKeyUsageResponse(keys=map(_key_to_proto, usages))


def _filter_of(request: metering_pb2.ListUsageRequest) -> Filter:
    return Filter(
        account_id=request.account_id,
        key_id=request.key_id,
        model=request.model,
        request_id=request.request_id,
        operation=request.operation,
        failed=_known(_FAILED, request.outcomes, "outcomes"),
        period=Period(from_ms=request.from_ms or None, to_ms=request.to_ms or None),
    )


def _series_of(request: metering_pb2.SeriesUsageRequest) -> Series:
    return Series(
        account_id=request.account_id,
        key_id=request.key_id,
        model=request.model,
        from_ms=request.from_ms,
        to_ms=request.to_ms,
        step=_known(_STEPS, request.step, "step"),
        utc_offset_minutes=request.utc_offset_minutes,
        group_by=_known(_GROUPS, request.group_by, "group_by"),
    )


def _known(values: Mapping[_Enum, _Value], stated: _Enum, field: str) -> _Value:
    if stated not in values:
        raise InvalidArgument(f"{field}: must be a value of the contract", field=field)
    return values[stated]


def _row_to_proto(row: SeriesRow) -> metering_pb2.SeriesRow:
    sums = dict(row.sums)
    units = usage_pb2.Units(**{name: sums.pop(name) for name in UNIT_NAMES})
    return metering_pb2.SeriesRow(start_ms=row.start_ms, group=row.group, units=units, **sums)


def _key_to_proto(usage: KeyUsage) -> metering_pb2.KeyUsage:
    return metering_pb2.KeyUsage(
        key_id=usage.key_id,
        last_used_ms=usage.last_used_ms,
        requests=usage.requests,
        cost_nano=usage.cost_nano,
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
