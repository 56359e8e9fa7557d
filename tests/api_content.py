"""The whole content of a record, to compare."""

from benchmarks.record import content

__all__ = ["content"]
