"""What happened in a run, read from the memory of compiled code when it ends. In the worker.

The layouts are those of ``runtime.mlir``: every field takes 8 bytes.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from hcl_explore.backend.cpu.protocol import Message

# So many times of puts and gets are kept for the trace, shared by all FIFOs of a run.
MOST_TIMES = 200_000
LEAST_TIMES_PER_FIFO = 64

_TASK_FIELDS = 14
_FIFO_FIELDS = 13
_GROUP_FIELDS = 5
_SCHEDULE_FIELDS = 6


def read_run(schedule: int, outcome: int) -> Message:
    """Plain data of a run: its tasks in the order in which they started, its FIFOs, and whether it
    came to an end (0), was stuck (1), or asked for ever (2)."""
    _, first_task, _, first_group, _, _ = _fields(schedule, _SCHEDULE_FIELDS)
    tasks = _tasks(first_task)
    numbers = {address: number for number, (address, _) in enumerate(tasks)}
    fifos = _fifos(first_group, numbers)
    by_address = {each.pop("address"): number for number, each in enumerate(fifos)}
    return {
        "outcome": outcome,
        "tasks": [_task(fields, numbers, by_address) for _, fields in tasks],
        "fifos": fifos,
    }


def _fields(address: int, count: int) -> list[int]:
    return list((ctypes.c_int64 * count).from_address(address))


def _tasks(first: int) -> list[tuple[int, list[int]]]:
    tasks = []
    while first:
        fields = _fields(first, _TASK_FIELDS)
        tasks.append((first, fields))
        first = fields[11]
    return tasks


def _task(fields: list[int], tasks: dict[int, int], fifos: dict[int, int]) -> Message:
    awaited = fields[13]
    return {
        "site": fields[6],
        "parent": tasks.get(fields[4]),
        "start": fields[7],
        "end": fields[0],
        "state": fields[1],
        "fifo": fifos.get(fields[2]),
        "awaits": tasks.get(_fields(awaited, 1)[0]) if awaited else None,
        "stalled_full": fields[8],
        "stalled_empty": fields[9],
    }


def _fifos(first_group: int, tasks: dict[int, int]) -> list[dict[str, Any]]:
    groups = []
    while first_group:
        fields = _fields(first_group, _GROUP_FIELDS)
        groups.append(fields)
        first_group = fields[4]
    groups.reverse()  # each new one is put in front
    count = sum(fields[1] for fields in groups)
    kept = max(LEAST_TIMES_PER_FIFO, MOST_TIMES // (2 * max(count, 1)))
    fifos = []
    for fifos_at, size, site, owner, _ in groups:
        for number in range(size):
            address = fifos_at + number * _FIFO_FIELDS * 8
            fields = _fields(address, _FIFO_FIELDS)
            puts, gets = _times(fields[5], fields[3]), _times(fields[7], fields[4])
            fifos.append(
                {
                    "address": address,
                    "site": site,
                    "number": number,
                    "owner": tasks[owner],
                    "depth": fields[0],
                    "puts": fields[3],
                    "gets": fields[4],
                    "highest": _highest_fill(puts, gets),
                    "producer": tasks.get(fields[9]),
                    "consumer": tasks.get(fields[10]),
                    "stalled_full": fields[11],
                    "stalled_empty": fields[12],
                    "put_times": puts[:kept].tolist(),
                    "get_times": gets[:kept].tolist(),
                }
            )
    return fifos


def _times(address: int, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    if count == 0:
        return np.zeros(0, np.int64)
    return np.array((ctypes.c_int64 * count).from_address(address), np.int64)


def _highest_fill(
    puts: np.ndarray[Any, np.dtype[np.int64]], gets: np.ndarray[Any, np.dtype[np.int64]]
) -> int:
    """The most tokens that were in a FIFO at once. A token leaves in the cycle of its get, so one
    that is put in the same cycle needs a place of its own."""
    if not len(puts):
        return 0
    left = np.searchsorted(gets, puts, side="left")
    return int((np.arange(1, len(puts) + 1) - left).max())
