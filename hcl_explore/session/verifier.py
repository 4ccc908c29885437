"""Each step's program run beside the one that it must equal, in other processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from hcl_explore.backend.verify import Verification, compare_async
from hcl_explore.errors import RunTimeoutError
from hcl_explore.schedule.schedule import Schedule
from hcl_explore.schedule.step import Step


class Verifier:
    """Starts the checks and keeps what came out; ``on_result(step)`` is called from another
    thread when a check ends."""

    def __init__(self, on_result: Callable[[Step], None]) -> None:
        self._on_result = on_result
        self._changed = threading.Condition()
        self._results: dict[Step, Verification] = {}
        self._pending: set[Step] = set()

    def start(self, schedule: Schedule) -> None:
        """Check every applied step that was not checked before."""
        for number, step in enumerate(schedule.history, start=1):
            with self._changed:
                if step in self._pending or step in self._results:
                    continue
                self._pending.add(step)
            reference, exact, allowed_error = schedule.reference(number)
            future = compare_async(
                reference.transport,
                step.after.transport,
                schedule.top,
                exact=exact,
                allowed_error=allowed_error,
            )
            future.add_done_callback(partial(self._ended, step))

    def _ended(self, step: Step, future: Future[Verification]) -> None:
        if future.cancelled():
            return
        with self._changed:
            self._results[step] = future.result()
        try:
            self._on_result(step)
        finally:
            # Who waits must find everything told already.
            with self._changed:
                self._pending.discard(step)
                self._changed.notify_all()

    def result(self, step: Step) -> Verification | None:
        """What came out for ``step``; None while its check is still running."""
        with self._changed:
            return self._results.get(step)

    def wait(self, timeout_s: float) -> None:
        """Block until no check is running. Raises ``RunTimeoutError``."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._pending, timeout_s):
                left = len(self._pending)
                steps = "1 step is" if left == 1 else f"{left} steps are"
                raise RunTimeoutError(
                    f"after {timeout_s:g} s {steps} still being verified",
                    advice="Wait longer, or for smaller sizes of the kernel.",
                )
