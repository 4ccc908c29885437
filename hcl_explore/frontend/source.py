"""Where a kernel's text comes from: a function object, or text typed into an editor.

Reading a kernel captures the Python values that its names refer to (globals, closures, and the
locals of a function that is still running around it), so that the result depends on nothing that
may change later. Text is only ever parsed: nothing of it is executed.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import CodeType, FrameType, FunctionType
from typing import Any

from hcl_explore import lang
from hcl_explore.errors import KernelScopeError, KernelSyntaxError, SourceSpan
from hcl_explore.lang import dataflow
from hcl_explore.lang.dataflow import Region

TEXT_FILENAME = "<kernel>"


@dataclass(frozen=True)
class KernelSource:
    """The text of a kernel and the Python values its names refer to.

    ``text`` starts in column 1; ``first_line`` is the line of its first line in ``filename`` and
    ``column_offset`` how far it was indented there. ``namespace`` holds captured values: numbers,
    NumPy arrays, types, modules, and other kernels (function objects). ``name`` is the kernel,
    one of the functions in the text. ``generic`` is the source before its type parameters were
    bound, where they were.
    """

    text: str
    name: str
    filename: str
    first_line: int = 1
    namespace: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    column_offset: int = 0
    generic: KernelSource | None = field(default=None, repr=False, compare=False)


def read_source(
    kernel: Callable[..., Any] | str,
    namespace: Mapping[str, object] | None = None,
    name: str | None = None,
    filename: str = TEXT_FILENAME,
) -> KernelSource:
    """As ``read_kernel``, without binding type parameters."""
    if isinstance(kernel, str):
        return _read_text(kernel, namespace or {}, name, filename)
    if isinstance(kernel, Region):
        kernel = kernel.function
    if not isinstance(kernel, FunctionType):
        raise KernelSyntaxError(
            f"a kernel is a Python function or its text, not {type(kernel).__name__}",
            advice="Pass the function itself, without calling it.",
        )
    return _read_function(kernel, namespace or {})


def default_namespace() -> dict[str, object]:
    """The names that text can use without importing them."""
    names: dict[str, object] = {name: getattr(lang, name) for name in lang.__all__}
    names["hcl"] = lang
    names["df"] = dataflow
    return names


def parse_text(text: str, filename: str, first_line: int = 1, column_offset: int = 0) -> ast.Module:
    """The Python syntax tree of ``text``. Raises ``KernelSyntaxError`` with the place."""
    try:
        return ast.parse(text, filename)
    except SyntaxError as error:
        line = error.lineno or 1
        lines = text.splitlines()
        shown = lines[line - 1] if 0 < line <= len(lines) else ""
        column = max(error.offset or 1, 1)
        end = error.end_offset if error.end_lineno == error.lineno else None
        span = SourceSpan(
            filename,
            first_line + line - 1,
            column + column_offset,
            end + column_offset if end is not None and end > column else None,
            " " * column_offset + shown,
        )
        raise KernelSyntaxError(f"this is not Python: {error.msg}", span=span) from None
    except ValueError as error:
        raise KernelSyntaxError(f"this is not Python: {error}") from None
    except (RecursionError, MemoryError):
        raise KernelSyntaxError("the kernel is nested too deeply to be parsed") from None


def _read_text(
    text: str, namespace: Mapping[str, object], name: str | None, filename: str
) -> KernelSource:
    text = textwrap.dedent(text)
    tree = parse_text(text, filename)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    if not functions:
        raise KernelSyntaxError(
            "the text holds no kernel",
            advice="Write a function: def kernel(A: float32[8], B: float32[8]): ...",
        )
    if name is not None and name not in functions:
        raise KernelScopeError(
            f"the text has no function '{name}'",
            advice=f"It has: {', '.join(functions)}.",
        )
    merged = {**default_namespace(), **namespace}
    return KernelSource(text, name or functions[-1], filename, 1, merged)


def _read_function(function: FunctionType, namespace: Mapping[str, object]) -> KernelSource:
    code = function.__code__
    if function.__name__ == "<lambda>":
        raise KernelSyntaxError("a lambda cannot be a kernel", advice="Write it with def.")
    try:
        lines, first_line = inspect.getsourcelines(function)
    except (OSError, TypeError):
        raise KernelSyntaxError(
            f"the source of '{function.__name__}' is not available (defined by exec or in a plain "
            "interactive prompt)",
            advice="Pass the source as text instead of the function, or put it into a file or a "
            "notebook cell.",
        ) from None
    indented = "".join(lines)
    text = textwrap.dedent(indented)
    offset = len(lines[0]) - len(lines[0].lstrip())
    filename = _display_name(code)
    tree = parse_text(text, filename, first_line, offset)
    if not tree.body or not isinstance(tree.body[0], ast.FunctionDef):
        raise KernelSyntaxError(f"'{function.__name__}' is not defined by a plain def statement")
    captured = _capture(function, tree)
    captured.update(namespace)
    return KernelSource(text, tree.body[0].name, filename, first_line, captured, offset)


def _display_name(code: CodeType) -> str:
    """The file's own name; a notebook cell, whose file has a random name, is ``Cell In[3]``."""
    path = PurePath(code.co_filename)
    if any(part.startswith("ipykernel_") for part in path.parts) or "ipython-input" in path.name:
        # Without importing IPython: if it runs us, it is there.
        get_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
        shell = get_shell() if get_shell is not None else None
        if shell is not None and (names := shell.compile.format_code_name(code.co_filename)):
            return " ".join(names)
        return f"cell {path.stem}"
    return path.name


def _capture(function: FunctionType, tree: ast.Module) -> dict[str, object]:
    """The values of all names the function reads that are found around it."""
    wanted = _free_names(tree)
    captured: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            captured[name] = cell.cell_contents
        except ValueError:  # the enclosing function has not assigned it yet
            continue
    enclosing = _enclosing_locals(function)
    for name in wanted - captured.keys():
        if name in enclosing:
            captured[name] = enclosing[name]
        elif name in function.__globals__:
            captured[name] = function.__globals__[name]
    return captured


def _free_names(tree: ast.Module) -> set[str]:
    """Names that are read and nowhere assigned: Python takes the others as local."""
    read: set[str] = set()
    assigned: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else assigned).add(node.id)
        elif isinstance(node, ast.arg):
            assigned.add(node.arg)
    return read - assigned


def _enclosing_locals(function: FunctionType) -> Mapping[str, object]:
    """Locals of the running function that defines this one.

    Python does not close over names that occur only in annotations of local variables, such as
    ``N`` in ``C: float32[N]``; if the defining function is still running they are found there.
    """
    if "<locals>" not in function.__qualname__:
        return {}
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if function.__code__ in frame.f_code.co_consts:
            return frame.f_locals
        frame = frame.f_back
    return {}
