"""Tables to be saved: CSV that a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

CSV = "text/csv; charset=utf-8"
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Iterable[object]) -> bytes:
    """One row. Text that would be a formula begins with an apostrophe; numbers stay numbers."""
    line = io.StringIO()
    csv.writer(line).writerow([_safe(cell) for cell in cells])
    return line.getvalue().encode()


def usd(nano: int) -> Decimal:
    """Dollars, exactly."""
    return Decimal(nano).scaleb(-9)


def moment(ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return _at(ms, 0).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_moment(ms: int, utc_offset_minutes: int) -> str:
    """ISO 8601 by a clock so many minutes east of UTC, with the offset."""
    return _at(ms, utc_offset_minutes).isoformat(timespec="milliseconds")


def attachment(name: str) -> dict[str, str]:
    """Headers that make a browser save an answer under this name."""
    return {"content-disposition": f'attachment; filename="{name}"'}


def _at(ms: int, utc_offset_minutes: int) -> datetime:
    whole = datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)
    return whole.astimezone(timezone(timedelta(minutes=utc_offset_minutes)))


def _safe(cell: object) -> object:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
