"""Every operation beside the same work through the raw driver: ``python -m benchmarks``."""
