"""Whether the driver is there, which is imported with the first storage that is made."""

from importlib.util import find_spec


def check_driver(needed_by: str) -> None:
    """Refuse to go on without pymongo."""
    if find_spec("pymongo") is None:
        raise ModuleNotFoundError(f'{needed_by} needs pymongo: pip install "mastra-store[mongodb]"', name="pymongo")
