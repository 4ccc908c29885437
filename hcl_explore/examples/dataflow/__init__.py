"""Dataflow programs: regions of tasks that talk through FIFO streams."""

from __future__ import annotations

from hcl_explore.examples.dataflow import grids, pipelines, systolic

EXAMPLES = (*pipelines.EXAMPLES, *systolic.EXAMPLES, *grids.EXAMPLES)
