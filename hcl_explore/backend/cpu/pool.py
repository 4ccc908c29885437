"""The worker processes of this process: started when needed, shared by all threads.

State of the process, necessarily: but only a cache. A worker holds nothing that its owner cannot
load again, so one that crashed is simply replaced.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hcl_explore.backend.cpu.process import WorkerProcess
from hcl_explore.errors import RunError


class Pool:
    """Up to ``limit`` workers; ``worker()`` waits while all are busy."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._starting = 0
        self._closed = False
        self._changed = threading.Condition()

    @contextmanager
    def worker(self, key: str) -> Iterator[WorkerProcess]:
        """A worker for the length of the block, if possible one that has loaded ``key``."""
        worker = self._take(key)
        try:
            yield worker
        finally:
            with self._changed:
                self._busy.discard(worker)
                if self._closed:
                    worker.kill()
                elif worker.alive:
                    self._idle.append(worker)
                self._changed.notify()

    def _take(self, key: str) -> WorkerProcess:
        with self._changed:
            while True:
                if self._closed:
                    raise RunError("the CPU workers are closed: the interpreter is exiting")
                worker = self._pick(key)
                if worker is not None:
                    self._busy.add(worker)
                    return worker
                if len(self._busy) + self._starting < self._limit:
                    self._starting += 1
                    break
                self._changed.wait()
        started: WorkerProcess | None = None
        try:
            started = WorkerProcess()
        finally:
            with self._changed:
                self._starting -= 1
                if started is not None:
                    self._busy.add(started)
                self._changed.notify()
        return started

    def _pick(self, key: str) -> WorkerProcess | None:
        for worker in [worker for worker in self._idle if not worker.alive]:
            self._idle.remove(worker)
            worker.kill()
        if not self._idle:
            return None
        # The last one used has the warmest caches; stable sorting keeps it last among equals.
        worker = max(reversed(self._idle), key=lambda candidate: key in candidate.loaded)
        self._idle.remove(worker)
        return worker

    def close(self) -> None:
        """End all workers; calls that are running fail with ``RunError``."""
        with self._changed:
            self._closed = True
            for worker in self._busy:
                worker.terminate()
            for worker in self._idle:
                worker.kill()
            self._idle.clear()
            self._changed.notify_all()

    def forget(self) -> None:
        """In a forked child: let go of the parent's workers."""
        for worker in (*self._idle, *self._busy):
            worker.forget()


_default: Pool | None = None
_default_lock = threading.Lock()


def default_pool() -> Pool:
    """The pool of this process."""
    global _default
    with _default_lock:
        if _default is None:
            # At least two: a verification in the background must not hold up a call.
            _default = Pool(min(4, max(2, os.cpu_count() or 1)))
            atexit.register(_default.close)
        return _default


def _after_fork() -> None:
    global _default, _default_lock
    _default_lock = threading.Lock()
    if _default is not None:
        _default.forget()
        atexit.unregister(_default.close)
        _default = None


os.register_at_fork(after_in_child=_after_fork)
