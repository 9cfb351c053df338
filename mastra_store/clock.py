"""Time as the stores keep it: UTC, in milliseconds."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, in UTC, cut to milliseconds."""
    return utc_milliseconds(datetime.now(UTC))


def utc_milliseconds(value: datetime) -> datetime:
    """``value`` in UTC, cut to milliseconds. A naive value is taken as UTC, which is what databases hold."""
    milliseconds = value.microsecond // 1000 * 1000
    if value.tzinfo is UTC and value.microsecond == milliseconds:
        return value
    if value.tzinfo is None:
        return value.replace(microsecond=milliseconds, tzinfo=UTC)
    return value.astimezone(UTC).replace(microsecond=milliseconds)


def iso_milliseconds(value: datetime) -> str:
    """``value`` as ``YYYY-MM-DDTHH:MM:SS.mmmZ``, the one form that sorts as text in the order of time."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="milliseconds")[:-6] + "Z"
