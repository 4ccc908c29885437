"""One call of something that a worker has loaded: arguments in, run, results out, errors named."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hcl_explore.backend.cpu import protocol
from hcl_explore.backend.cpu.arena import Arena, aligned
from hcl_explore.backend.cpu.arguments import check_arguments
from hcl_explore.backend.cpu.marshal import Array, codec
from hcl_explore.backend.cpu.pool import default_pool
from hcl_explore.backend.cpu.process import Unit, WorkerDiedError, WorkerTimeoutError
from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.errors import (
    AssertionFailedError,
    BuildError,
    HclError,
    RunError,
    RunTimeoutError,
)
from hcl_explore.ir.locations import SourcePlace, Sources

# A module of 20,000 operations takes some seconds; nothing reasonable takes this long.
LOAD_TIMEOUT_S = 120.0
_ERRORS: dict[str, type[HclError]] = {
    kind.__name__: kind for kind in (AssertionFailedError, BuildError, RunError)
}


@dataclass
class Kept:
    """What the stateful variables of a kernel hold after its last call; empty before the first."""

    content: bytes = b""


def load(unit: Unit, name: str) -> Signature:
    """Have a worker load ``unit``. Raises ``BuildError`` if it cannot."""
    return Signature.from_json(describe(unit, name)["signature"])


def describe(unit: Unit, name: str) -> protocol.Message:
    """Have a worker load ``unit``, and what it says: the ``signature``, and the ``sites`` of tasks
    and streams where there are any. Raises ``BuildError`` if it cannot."""
    with default_pool().worker(unit.key) as worker:
        try:
            reply = worker.load(unit, LOAD_TIMEOUT_S)
        except WorkerDiedError as error:
            raise BuildError(
                f"the compiler ended abnormally on {name} ({_exit_reason(error.returncode)})",
                advice="Please report this kernel: the compiler must not fail.",
            ) from error
        except WorkerTimeoutError:
            raise BuildError(
                f"compiling {name} took longer than {LOAD_TIMEOUT_S:.0f} s and was stopped",
                advice="Unroll less: the size of the program decides the time.",
            ) from None
    _raise_error(reply)
    return reply


def ask(unit: Unit, name: str, question: protocol.Message) -> protocol.Message:
    """The worker's answer to a question about ``unit``. Raises ``BuildError`` if it has none."""
    with default_pool().worker(unit.key) as worker:
        try:
            _raise_error(worker.load(unit, LOAD_TIMEOUT_S))
            reply = worker.request(question, timeout_s=LOAD_TIMEOUT_S)
        except (WorkerDiedError, WorkerTimeoutError) as error:
            raise BuildError(f"the compiler ended abnormally on {name}") from error
    _raise_error(reply)
    return reply


def call(
    unit: Unit,
    signature: Signature,
    arguments: Sequence[object],
    timeout_s: float,
    sources: Sources | None = None,
    *,
    quiet: bool = False,
    depths: Sequence[tuple[int, int, int]] = (),
    inspect: Callable[[protocol.Message], None] | None = None,
    timed: Callable[[float], None] | None = None,
    kept: Kept | None = None,
) -> Any:
    """Run ``unit`` on ``arguments``; update the arrays it writes; return its results.

    What the kernel prints goes to ``sys.stdout``, unless ``quiet``. ``sources`` is the text that
    errors show. ``depths`` are (site, number, depth) of FIFOs that are not as deep as declared;
    ``inspect`` sees what was simulated, and may raise, before anything is changed. ``timed`` is
    told how many seconds the compiled code ran. ``kept`` is what earlier calls have left.

    Raises ``CallError`` (nothing ran) or ``RunError`` (the worker crashed, ran out of time, found
    a subscript out of bounds or an assertion that fails; the caller's arrays are then as they
    were).
    """
    arrays = check_arguments(signature, arguments)
    with default_pool().worker(unit.key) as worker:
        try:
            _raise_error(worker.load(unit, LOAD_TIMEOUT_S))
            offsets, end = _layout(signature.parameters, arrays)
            _reserve(worker.arena, end + signature.state_bytes, signature.name)
            content = kept.content if kept is not None else b""
            worker.arena.map[end : end + len(content)] = content
            for value, array, offset in zip(signature.parameters, arrays, offsets, strict=True):
                codec(value.dtype).write(worker.arena.map, offset, array)
            reply = worker.request(
                {
                    "op": "call",
                    "key": unit.key,
                    "arguments": [
                        [offset, array.shape] for offset, array in zip(offsets, arrays, strict=True)
                    ],
                    "end": end,
                    "size": worker.arena.size,
                    "depths": list(depths),
                    "has_state": bool(content),
                },
                timeout_s=timeout_s,
            )
        except WorkerDiedError as error:
            # A positive status is an error in the worker itself: its words are worth keeping.
            cause = error if error.returncode > 0 else None
            raise _death(signature.name, error.returncode) from cause
        except WorkerTimeoutError:
            raise RunTimeoutError(
                f"{signature.name} ran longer than {timeout_s:g} s and was stopped",
                advice="If it is not an endless loop, build it with a larger timeout_s.",
            ) from None
        if reply.get("printed") and not quiet:
            sys.stdout.write(reply["printed"])
        _raise_error(reply, sources)
        if inspect is not None and "simulation" in reply:
            inspect(reply["simulation"])
        if timed is not None:
            timed(reply["seconds"])
        worker.arena.follow(reply["size"])
        if kept is not None:
            kept.content = bytes(worker.arena.map[end : end + signature.state_bytes])
        _update(signature.parameters, arrays, offsets, worker.arena)
        results = [
            _read_result(value, offset, tuple(shape), worker.arena)
            for value, (offset, shape) in zip(signature.results, reply["results"], strict=True)
        ]
    if not results:
        return None
    return results[0] if len(results) == 1 else tuple(results)


def _layout(parameters: Sequence[Value], arrays: Sequence[Array]) -> tuple[list[int], int]:
    offsets, end = [], 0
    for value, array in zip(parameters, arrays, strict=True):
        offsets.append(end)
        end = aligned(end + array.size * codec(value.dtype).bytes)
    return offsets, end


def _reserve(arena: Arena, needed: int, name: str) -> None:
    try:
        arena.resize(needed)
    except (OSError, MemoryError):
        raise RunError(
            f"there is not enough memory to pass the arguments of {name} "
            f"({needed / 2**30:.1f} GiB)",
            advice="Use smaller arrays.",
        ) from None


def _update(
    parameters: Sequence[Value], arrays: Sequence[Array], offsets: Sequence[int], arena: Arena
) -> None:
    for value, array, offset in zip(parameters, arrays, offsets, strict=True):
        if value.written:
            array[...] = codec(value.dtype).read(arena.map, offset, array.shape)


def _read_result(value: Value, offset: int, shape: tuple[int, ...], arena: Arena) -> Any:
    array = codec(value.dtype).read(arena.map, offset, shape)
    return codec(value.dtype).python_scalar(array) if value.shape is None else array


def _raise_error(reply: protocol.Message, sources: Sources | None = None) -> None:
    """Raise the error of ours that a reply describes, if it does."""
    if "error" not in reply:
        return
    error = reply["error"]
    span = None
    if error["line"]:
        place = SourcePlace(error["file"], error["line"], error["column"] or 1)
        span = (sources or Sources()).span(place)
    raise _ERRORS[error["kind"]](error["message"], span=span, advice=error["advice"])


def _death(name: str, returncode: int) -> RunError:
    advice = {
        -signal.SIGSEGV: "An array was read or written outside its bounds, or the stack or the "
        "memory ran out. build(debug=True) checks data-dependent subscripts and names the array.",
        -signal.SIGBUS: "An array was read or written outside its bounds. build(debug=True) checks "
        "data-dependent subscripts and names the array.",
        -signal.SIGFPE: "Check that no divisor is zero.",
        -signal.SIGABRT: "build(debug=True) checks data-dependent subscripts and names the array.",
        -signal.SIGKILL: "It most likely ran out of memory: use smaller arrays.",
    }.get(returncode, "build(debug=True) checks data-dependent subscripts.")
    return RunError(
        f"{name} crashed in its worker process ({_exit_reason(returncode)})", advice=advice
    )


def _exit_reason(returncode: int) -> str:
    reasons = {
        -signal.SIGSEGV: "segmentation fault",
        -signal.SIGBUS: "bus error",
        -signal.SIGFPE: "integer division by zero or overflow",
        -signal.SIGABRT: "aborted",
        -signal.SIGILL: "illegal instruction",
        -signal.SIGKILL: "killed by the system",
    }
    return reasons.get(returncode, f"exit status {returncode}")
