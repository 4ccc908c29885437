"""Imports run downward only, and the core does not know Jupyter."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "hcl_explore"

# From the bottom up; a room may import from rooms before it. Rooms in one tuple do not know each
# other.
ROOMS = [
    ("errors",),
    ("lang",),
    ("examples",),
    ("ir",),
    ("polyhedral",),
    ("frontend",),
    ("analysis", "backend"),
    ("schedule",),
    ("views",),
    ("session",),
    ("explorer",),
    ("accuracy", "fuzz"),
]
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}

JUPYTER = {"IPython", "anywidget", "ipywidgets", "traitlets", "jupyterlab"}


def imported_modules(path: Path) -> set[str]:
    return modules_of(ast.parse(path.read_text(encoding="utf-8")))


def modules_of(tree: ast.AST) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def runtime_imports(path: Path) -> set[str]:
    """What is imported when the file or one of its functions runs, not for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    return modules_of(tree)


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle, or none."""
    state: dict[str, bool] = {}

    def visit(module: str, way: list[str]) -> list[str]:
        if state.get(module) is False:
            return way[way.index(module) :]
        if module in state:
            return []
        state[module] = False
        found = next(filter(None, (visit(m, [*way, module]) for m in sorted(imports[module]))), [])
        state[module] = True
        return found

    return next(filter(None, (visit(module, []) for module in sorted(imports))), [])


def room_files() -> list[tuple[str, Path]]:
    return [
        (path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path)
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in LEVEL
    ]


@pytest.mark.parametrize(
    ("room", "path"), room_files(), ids=lambda value: str(value).rpartition("hcl_explore")[2]
)
def test_imports_run_downward(room: str, path: Path) -> None:
    for module in imported_modules(path):
        parts = module.split(".")
        if parts[0] == "hcl_explore" and len(parts) > 1 and parts[1] in LEVEL:
            other = parts[1]
            assert other == room or LEVEL[other] < LEVEL[room], (
                f"{path.relative_to(PACKAGE)} ({room}) imports {module}"
            )


def test_no_circle_of_imports() -> None:
    files = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    }
    imports = {name: runtime_imports(path) & files.keys() for name, path in files.items()}
    assert sum(map(len, imports.values())) > 1000
    assert not circle(imports)


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert not circle({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def test_every_folder_is_a_known_room() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - LEVEL.keys() <= {"library"}


def test_only_the_explorer_knows_jupyter() -> None:
    for room, path in room_files():
        if room != "explorer":
            roots = {module.partition(".")[0] for module in imported_modules(path)}
            assert not roots & JUPYTER, path


def test_no_file_is_far_too_long() -> None:
    long_files = {
        str(path.relative_to(PACKAGE)): count
        for path in PACKAGE.rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert not long_files
