"""From a kernel's module to the LLVM dialect, with exactly the kernel's arithmetic.

Nothing here changes what an operation computes: no fast-math flags, no contraction of a multiply
and an add, no reassociation. bfloat16 and float16 operations compute in float32 and round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import mlir.ir as ir
from mlir.passmanager import PassManager

from hcl_explore.backend.cpu.bounds import Site, insert_checks
from hcl_explore.backend.cpu.copies import expand_copies
from hcl_explore.backend.cpu.externals import is_host_function, lower_external_calls
from hcl_explore.backend.cpu.memory_types import widen_memory
from hcl_explore.backend.cpu.printing import AssertSite, PrintSite, lower_host_calls
from hcl_explore.backend.cpu.read_signature import read_signature
from hcl_explore.backend.cpu.signature import Signature
from hcl_explore.backend.cpu.simulator.coroutines import make_coroutines
from hcl_explore.backend.cpu.simulator.lower import Simulated, lower_streams
from hcl_explore.backend.cpu.simulator.stages import outline_stages
from hcl_explore.backend.cpu.state import StateSite, insert_state_access
from hcl_explore.backend.cpu.storage import StoragePlacer
from hcl_explore.backend.cpu.substitutes import substitute
from hcl_explore.backend.cpu.vectors import annotate_vector_loops, mark_vector_loops
from hcl_explore.errors import BuildError, SourceSpan
from hcl_explore.ir.locations import place_of

# A kernel may be called "exp" or "malloc"; its symbol may not.
_PREFIX = "hcl."

_ROLLED = "#llvm.loop_annotation<unroll = <disable = true>>"

_EMULATE = (
    "math-extend-to-supported-types{extra-types= target-type=f32},"
    "arith-emulate-unsupported-floats{source-types=f16,bf16 target-type=f32}"
)
_PIPELINE = (
    "lower-affine,expand-strided-metadata,lower-affine,"
    "arith-expand{include-bf16=true},convert-scf-to-cf,"
    "convert-math-to-llvm,convert-math-to-funcs{convert-ctlz=0},convert-math-to-libm,"
    "convert-arith-to-llvm,finalize-memref-to-llvm,convert-func-to-llvm,"
    "convert-cf-to-llvm,convert-index-to-llvm,reconcile-unrealized-casts"
)


@dataclass(frozen=True)
class Lowered:
    """A module in the LLVM dialect, the symbol of its entry, and how many operations it has.

    ``sites`` are the subscripts that are checked at run time, ``prints`` and ``asserts`` the
    statements of that kind, by their numbers; ``simulated`` the tasks and streams, if there are.
    """

    module: ir.Module
    entry: str
    signature: Signature
    sites: tuple[Site, ...]
    prints: tuple[PrintSite, ...]
    asserts: tuple[AssertSite, ...]
    size: int
    simulated: Simulated | None = None
    state: tuple[StateSite, ...] = ()


def lower(module: ir.Module, top: str, *, debug: bool, memory_limit: int) -> Lowered:
    """Lower ``module`` in place. Local arrays may take up to ``memory_limit`` bytes.

    Raises ``BuildError`` with the source line for what cannot be lowered.
    """
    signature = read_signature(module, top)
    lower_external_calls(module)
    outline_stages(module)
    functions = [op for op in module.body.operations if op.operation.name == "func.func"]
    for function in functions:
        if not function.operation.regions[0].blocks and not is_host_function(function):
            name = ir.StringAttr(function.attributes["sym_name"]).value
            raise BuildError(f"the function {name} has no body")
    functions = [function for function in functions if not is_host_function(function)]
    _name_symbols(module, functions, top)
    sites = insert_checks(module) if debug else []
    prints, asserts = lower_host_calls(module)
    widen_memory(module)
    state = insert_state_access(module)
    signature = replace(signature, state_bytes=sum(site.size for site in state))
    substitute(module)
    placer = StoragePlacer(memory_limit)
    for function in functions:
        placer.place(function.operation)
    expand_copies(module)
    has_vectors = mark_vector_loops(module)
    simulated = lower_streams(module, _PREFIX + top)
    _lower_to_llvm(module, top)
    if simulated is not None:
        make_coroutines(module, simulated.coroutines)
    size = _finish(module, top)
    if has_vectors:
        annotate_vector_loops(module)
    return Lowered(
        module,
        _PREFIX + top,
        signature,
        tuple(sites),
        tuple(prints),
        tuple(asserts),
        size,
        simulated,
        tuple(state),
    )


def _name_symbols(module: ir.Module, functions: list[ir.OpView], top: str) -> None:
    """Prefix the symbols of the kernel's functions, export ``top`` and hide the others."""
    root = module.operation
    with root.context:
        for function in functions:
            name = ir.StringAttr(function.attributes["sym_name"]).value
            ir.SymbolTable.replace_all_symbol_uses(name, _PREFIX + name, root)
            ir.SymbolTable.set_symbol_name(function, _PREFIX + name)
            if name == top:
                function.attributes["llvm.emit_c_interface"] = ir.UnitAttr.get()
            else:
                function.attributes["llvm.linkage"] = ir.Attribute.parse("#llvm.linkage<internal>")


def _lower_to_llvm(module: ir.Module, top: str) -> None:
    halves = False

    def visit(op: ir.Operation) -> ir.WalkResult:
        nonlocal halves
        if any(isinstance(result.type, ir.F16Type | ir.BF16Type) for result in op.results):
            halves = True
            return ir.WalkResult.INTERRUPT
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    if halves:
        _run_passes(module, _EMULATE, top)
        _forbid_contraction(module)
    _run_passes(module, _PIPELINE, top)


def _forbid_contraction(module: ir.Module) -> None:
    """The emulation allows its conversions to be folded away, which would skip the rounding."""

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name in ("arith.extf", "arith.truncf") and "fastmath" in op.attributes:
            del op.attributes["fastmath"]
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)


def _run_passes(module: ir.Module, passes: str, top: str) -> None:
    with module.context:
        manager = PassManager.parse(f"builtin.module({passes})")
        try:
            manager.run(module.operation)
        except ir.MLIRError as error:
            raise _build_error(error, top) from None


def _finish(module: ir.Module, top: str) -> int:
    """Tell LLVM not to unroll loops, and return the number of operations.

    Its unrolling is what most of the compile time goes to (a hundred small loop nests: 11 s with
    it, 0.4 s without), and it does not make them faster. Vectorisation stays on.
    Raises ``BuildError`` for an operation that no pass has lowered.
    """
    rolled = ir.Attribute.parse(_ROLLED, module.context)
    left: list[ir.Operation] = []
    size = 0

    def visit(op: ir.Operation) -> ir.WalkResult:
        nonlocal size
        size += 1
        name = op.name
        if name == "llvm.br":
            op.attributes["loop_annotation"] = rolled
        elif not name.startswith("llvm.") and name != "builtin.module":
            left.append(op)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    if left:
        # A cast that is left is only the trace of an operation that is.
        casts = "builtin.unrealized_conversion_cast"
        op = next((op for op in left if op.name != casts), left[0])
        raise _cannot_compile(top, f"'{op.name}' is not supported", op.location)
    return size


def _build_error(error: ir.MLIRError, top: str) -> BuildError:
    for diagnostic in error.error_diagnostics:
        return _cannot_compile(top, diagnostic.message, diagnostic.location)
    return BuildError(f"{top} cannot be compiled for the CPU")


def _cannot_compile(top: str, reason: str, location: ir.Location) -> BuildError:
    place = place_of(location)
    if place is not None and place.filename == "-":  # the text of the module, not a user's file
        place = None
    return BuildError(
        f"{top} cannot be compiled for the CPU: {reason}",
        span=SourceSpan(place.filename, place.line, place.column) if place else None,
        advice="Rewrite this statement; the other targets may accept it.",
    )
