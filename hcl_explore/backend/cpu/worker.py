"""The worker process: compiled code runs here, and nowhere else.

Started as ``python -m hcl_explore.backend.cpu.worker SOCKET LIFELINE ARENA`` (three inherited
descriptors). It answers one request at a time until its owner goes away.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import NoReturn

from hcl_explore.backend.cpu import protocol
from hcl_explore.backend.cpu.arena import Arena
from hcl_explore.backend.cpu.bounds import Site
from hcl_explore.backend.cpu.jit import JitFunction, parse_module
from hcl_explore.backend.cpu.library import LibraryFunction
from hcl_explore.backend.cpu.lowering import lower
from hcl_explore.backend.cpu.printing import AssertSite
from hcl_explore.backend.cpu.signature import Signature
from hcl_explore.errors import BuildError, HclError
from hcl_explore.ir.context import new_context
from hcl_explore.ir.locations import SourcePlace

# Compiled functions kept; each takes about 1 MB.
_CAPACITY = 64
# A context keeps every type and location it has seen: start a new one now and then.
_MODULES_PER_CONTEXT = 256
# An endless loop that prints must not fill the memory before its time is up.
_MOST_PRINTED = 1 << 20


class Worker:
    """The state of this process: what it has loaded."""

    def __init__(self, connection: socket.socket, arena: Arena, memory_limit: int) -> None:
        self._connection = connection
        self._arena = arena
        self._memory_limit = memory_limit
        self._functions: OrderedDict[str, JitFunction | LibraryFunction] = OrderedDict()
        self._context = new_context()
        self._modules = 0
        self._printed: list[str] = []
        self._printed_length = 0

    def serve(self) -> None:
        """Answer requests until the connection closes."""
        protocol.send(self._connection, {})
        while True:
            try:
                header, payload = protocol.receive(self._connection)
            except EOFError:
                return
            try:
                reply = self._answer(header, payload)
            except HclError as error:
                reply = _error_reply(error)
            except (MemoryError, OSError) as error:
                reply = _error_fields(
                    "RunError", f"there is not enough memory: {error}", "Use smaller arrays.", None
                )
            protocol.send(self._connection, reply)

    def _answer(self, header: protocol.Message, payload: bytes) -> protocol.Message:
        operation = header["op"]
        if operation == "load_module":
            return self._keep(header["key"], self._load_module(header, payload))
        if operation == "load_library":
            return self._keep(header["key"], self._load_library(header))
        function = self._functions[header["key"]]
        self._functions.move_to_end(header["key"])
        if operation == "llvm_ir" and isinstance(function, JitFunction):
            return {"text": function.llvm_ir()}
        self._arena.follow(header["size"])
        self._printed, self._printed_length = [], 0
        function.has_state = header["has_state"]
        if isinstance(function, JitFunction):
            function.depths = {(site, number): depth for site, number, depth in header["depths"]}
        results = function.call(self._arena, header["arguments"], header["end"])
        reply = {"results": results, "size": self._arena.size, "printed": self._output()}
        if isinstance(function, JitFunction):
            reply["seconds"] = function.seconds
            if function.run is not None:
                reply["simulation"] = function.run
        return reply

    def _load_module(self, header: protocol.Message, payload: bytes) -> JitFunction:
        self._modules += 1
        if self._modules % _MODULES_PER_CONTEXT == 0:
            self._context = new_context()
        module = parse_module(payload, self._context)
        lowered = lower(
            module, header["top"], debug=header["debug"], memory_limit=self._memory_limit
        )
        return JitFunction(lowered, self, header["libraries"])

    def _load_library(self, header: protocol.Message) -> LibraryFunction:
        signature = Signature.from_json(header["signature"])
        return LibraryFunction(header["path"], header["entry"], signature, self._memory_limit)

    def _keep(self, key: str, function: JitFunction | LibraryFunction) -> protocol.Message:
        self._functions[key] = function
        evicted = []
        while len(self._functions) > _CAPACITY:
            evicted.append(self._functions.popitem(last=False)[0])
        sites = function.sites if isinstance(function, JitFunction) else None
        return {"signature": function.signature.to_json(), "sites": sites, "evicted": evicted}

    # --- called from compiled code ---------------------------------------------------------------

    def printed(self, text: str) -> None:
        """The kernel prints ``text``: it goes to the owner with the reply."""
        self._printed_length += len(text)
        if self._printed_length <= _MOST_PRINTED:
            self._printed.append(text)

    def _output(self) -> str:
        rest = self._printed_length - _MOST_PRINTED
        note = f"\n[{rest:,} more characters were printed]\n" if rest > 0 else ""
        return "".join(self._printed) + note

    def out_of_bounds(self, site: Site, subscript: int, extent: int) -> NoReturn:
        """A subscript leaves its dimension."""
        access = "written" if site.writes else "read"
        where = f" in dimension {site.dimension}" if site.dimension > 1 else ""
        self._end_with(
            _error_fields(
                "RunError",
                f"{site.array} is {access} out of bounds: subscript {subscript}{where}, "
                f"where 0 to {extent - 1} are allowed",
                "Check the values that the subscript is computed from.",
                site.place,
            )
        )

    def assertion_failed(self, site: AssertSite) -> NoReturn:
        """An ``assert`` of the kernel does not hold."""
        self._end_with(
            _error_fields(
                "AssertionFailedError",
                f"an assertion failed: {site.message}",
                "The arrays passed are as they were.",
                site.place,
            )
        )

    def _end_with(self, error: protocol.Message) -> NoReturn:
        """Compiled code cannot be unwound: answer, then end the process."""
        with contextlib.suppress(OSError):
            last = {**error, "printed": self._output(), "last": True}
            protocol.send(self._connection, last)
        os._exit(0)


def _error_reply(error: HclError) -> protocol.Message:
    kind = "BuildError" if isinstance(error, BuildError) else "RunError"
    span = error.span
    place = SourcePlace(span.filename, span.line, span.column) if span else None
    return _error_fields(kind, error.message, error.advice, place)


def _error_fields(
    kind: str, message: str, advice: str | None, place: SourcePlace | None
) -> protocol.Message:
    return {
        "error": {
            "kind": kind,
            "message": message,
            "advice": advice,
            "file": place.filename if place else "",
            "line": place.line if place else 0,
            "column": place.column if place else 0,
        }
    }


def _end_with_owner(lifeline: int) -> None:
    """Wait in a thread for the owner's end; compiled code may be in an endless loop then."""

    def wait() -> None:
        os.read(lifeline, 1)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _limit_memory() -> int:
    """Limit this process to three quarters of the machine's memory on top of what it has mapped;
    returns that amount in bytes. Where the system cannot limit it, nothing is limited."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # no control group, or "max"
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    amount = memory // 4 * 3
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):  # macOS
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (mapped + amount, resource.RLIM_INFINITY))
    with contextlib.suppress(OSError):
        # If memory runs out all the same, the system should end this process, not its owner.
        Path("/proc/self/oom_score_adj").write_text("1000")
    return amount


def main() -> None:
    descriptors = [int(argument) for argument in sys.argv[1:]]
    connection = socket.socket(fileno=descriptors[0])
    _end_with_owner(descriptors[1])
    Worker(connection, Arena(descriptors[2]), _limit_memory()).serve()
    # Without Python's own shutdown: nothing here needs it, and the owner waits for the end.
    os._exit(0)


if __name__ == "__main__":
    main()
