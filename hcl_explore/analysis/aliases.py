"""Which arrays are the same memory: what a function is handed is its caller's array."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from hcl_explore.ir.program import Access, Buffer, Program


class Aliases:
    """The arrays of a program by the memory that they stand for. A function that is called with
    several arrays is taken to stand for the first, whose partition they share."""

    def __init__(self, program: Program) -> None:
        self._home: dict[Buffer, Buffer] = {}
        for function in reversed(list(program.functions.values())):
            for call in function.all_calls():
                callee = program.functions[call.callee]
                results = iter(call.results)
                for buffer in callee.buffers:
                    given = None
                    if buffer.argument_position is not None:
                        given = call.arguments[buffer.argument_position]
                    elif buffer.kind == "result":
                        given = next(results, None)
                    if given is not None and given.shape == buffer.shape:
                        self._home.setdefault(buffer, self._home.get(given, given))
        self._family: defaultdict[Buffer, list[Buffer]] = defaultdict(list)
        for buffer, home in self._home.items():
            self._family[home].append(buffer)

    def home(self, buffer: Buffer) -> Buffer:
        """The array that ``buffer`` stands for, as far out as it is handed down from."""
        return self._home.get(buffer, buffer)

    def accesses(self, buffer: Buffer) -> Iterator[Access]:
        """The loads and stores of an array under all its names."""
        home = self.home(buffer)
        for name in (home, *self._family.get(home, ())):
            yield from (access for access in name.accesses if not access.is_call)
