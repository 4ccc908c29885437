"""Schedules: a kernel, its steps, and the primitives that make them."""
