"""Schedules: a kernel, its steps, and the primitives that make them."""

from hcl_explore.schedule import primitives

__all__ = ["primitives"]
