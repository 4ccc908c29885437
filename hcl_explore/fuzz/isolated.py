"""Cases in a process of their own: where it ends abnormally, that is a failure like others."""

from __future__ import annotations

import faulthandler
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hcl_explore.fuzz.campaign import Tally, fuzz, shrink
from hcl_explore.fuzz.case import Case, Failure, run

# Processes are replaced now and then: what the libraries keep for ever goes with them.
_CASES_PER_PROCESS = 100

_T = TypeVar("_T")

_CRASH = Failure("crash", "the process ended abnormally; its last words are above")


def fuzz_isolated(
    seed: int,
    count: int,
    tally: Tally,
    *,
    csim: bool = True,
    report: Callable[[Case, Failure], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[tuple[Case, Failure]]:
    """As ``fuzz``, with the cases in other processes; a crash costs one case.

    ``progress`` is told how many cases are done, now and then.
    """
    failures: list[tuple[Case, Failure]] = []
    ranges = [
        (first, min(_CASES_PER_PROCESS, count - first))
        for first in range(0, count, _CASES_PER_PROCESS)
    ]
    with TemporaryDirectory(prefix="hcl_explore-fuzz-") as folder:
        journal = Path(folder) / "case"
        while ranges:
            first, many = ranges.pop(0)
            try:
                found, done = _in_process(_work, seed, first, many, csim, journal)
            except BrokenProcessPool:
                number, case = pickle.loads(journal.read_bytes())
                tally.cases += 1
                found, done = [(shrink(case, _CRASH, run_isolated), _CRASH)], Tally()
                # What this process had done is gone with it.
                around = [(first, number - first), (number + 1, first + many - number - 1)]
                ranges = [*(part for part in around if part[1]), *ranges]
            tally.add(done)
            failures += found
            if report is not None:
                for failure in found:
                    report(*failure)
            if progress is not None:
                progress(tally.cases)
    return failures


def run_isolated(case: Case) -> Failure | None:
    """As ``run``, in a process of its own."""
    try:
        return _in_process(run, case)
    except BrokenProcessPool:
        return _CRASH


def _in_process(function: Callable[..., _T], *arguments: object) -> _T:
    spawn = get_context("spawn")
    # After a crash the fault handler tells where it was.
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=faulthandler.enable) as pool:
        return pool.submit(function, *arguments).result()


def _work(
    seed: int, first: int, count: int, csim: bool, journal: Path
) -> tuple[list[tuple[Case, Failure]], Tally]:
    tally = Tally()
    found = fuzz(seed, count, tally, first=first, csim=csim, journal=partial(_write, journal))
    return found, tally


def _write(journal: Path, number: int, case: Case) -> None:
    journal.write_bytes(pickle.dumps((number, case)))
