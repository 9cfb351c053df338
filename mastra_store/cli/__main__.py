"""``python -m mastra_store.cli``."""

from . import main

main()
