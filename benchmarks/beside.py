"""Operations of a storage beside another storage, instead of beside a driver."""

from typing import Any, cast

from mastra_store.storage import Storage

from .operations import Operation, comparable
from .raw import Raw


def beside_a_storage(name: str, target: float, prepare: Any, call: Any, *, writes: bool = False) -> Operation:
    """``call`` on either side, both of which are storages."""

    async def plain(side: Raw, argument: Any) -> Any:
        return comparable(await call(cast("Storage", side), argument))

    return Operation(name, target, prepare, call, plain, writes=writes)
