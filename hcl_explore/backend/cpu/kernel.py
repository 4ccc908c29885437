"""The callable that a compiled module is."""

from __future__ import annotations

from typing import Any

from hcl_explore.backend.cpu import invoke
from hcl_explore.backend.cpu.assembly import assemble
from hcl_explore.backend.cpu.process import Unit
from hcl_explore.backend.cpu.signature import Signature
from hcl_explore.backend.cpu.structs import Boundary
from hcl_explore.ir.locations import Sources


class CpuKernel:
    """A compiled function. Call it with NumPy arrays and Python scalars.

    The call checks arity, dtypes and shapes first (``CallError``), runs in a worker process
    (``RunError`` if it crashes there, or takes longer than ``timeout_s`` seconds), updates the
    array arguments that the function writes, and returns new arrays: one, a tuple, or None. What
    the kernel prints goes to ``sys.stdout``; ``AssertionFailedError`` if an ``assert`` fails.
    Arrays need not be contiguous. Calls may come from several threads. Stateful variables belong
    to this object: two kernels built from one program do not share them.
    """

    def __init__(
        self,
        unit: Unit,
        signature: Signature,
        timeout_s: float,
        sources: Sources | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        self._unit = unit
        self.signature = signature
        self.timeout_s = timeout_s
        self._sources = sources
        self._quiet = quiet
        self._kept = invoke.Kept()
        self.boundary: Boundary | None = None
        """How structs are passed; without it, each of their fields is an argument."""

    def __call__(self, *arguments: object) -> Any:
        returned = invoke.call(
            self._unit,
            self.signature,
            arguments if self.boundary is None else self.boundary.inner(arguments),
            self.timeout_s,
            self._sources,
            quiet=self._quiet,
            kept=self._kept,
        )
        return returned if self.boundary is None else self.boundary.outer(returned)

    def reset(self) -> None:
        """Let the stateful variables of the kernel have their initial values again."""
        self._kept = invoke.Kept()

    def seconds(self, *arguments: object) -> float:
        """Call it, drop its results, and return how long the compiled code ran (without passing
        the arguments). Raises as a call does."""
        times: list[float] = []
        invoke.call(
            self._unit,
            self.signature,
            arguments if self.boundary is None else self.boundary.inner(arguments),
            self.timeout_s,
            self._sources,
            quiet=True,
            timed=times.append,
        )
        return times[0]

    def __repr__(self) -> str:
        parameters = ", ".join(f"{value.name}: {value}" for value in self.signature.parameters)
        results = ", ".join(str(value) for value in self.signature.results) or "None"
        return f"<CpuKernel {self.signature.name}({parameters}) -> {results}>"

    def llvm_ir(self) -> str:
        """The LLVM IR of the module before LLVM's own optimisations."""
        question = {"op": "llvm_ir", "key": self._unit.key}
        text: str = invoke.ask(self._unit, self.signature.name, question)["text"]
        return text

    def assembly(self, function: str | None = None) -> str:
        """The host's assembly of ``function`` (of the whole module if None), optimised.

        Raises ``BuildError`` for a function that is not in the module.
        """
        return assemble(self.llvm_ir(), function)
