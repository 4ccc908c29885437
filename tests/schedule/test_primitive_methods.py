"""The methods of a schedule as a reader, an editor and a type checker meet them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from test_bad_input import accepted, fresh

import hcl_explore as hcl
from hcl_explore.schedule.handles import BufferHandle, LoopHandle
from hcl_explore.schedule.primitive import info, primitives

LOOP, ARRAY = LoopHandle, BufferHandle
RETURNED = {
    "None": (),
    "LoopHandle": (LOOP,),
    "BufferHandle": (ARRAY,),
    "tuple[LoopHandle, LoopHandle]": (LOOP, LOOP),
}


@pytest.mark.parametrize("name", [name for name in primitives() if info(name).has_form])
def test_a_method_returns_what_its_signature_says(name: str) -> None:
    arguments = dict(accepted(name))
    positional = [
        item
        for parameter in info(name).parameters
        if parameter.variadic
        for item in arguments.pop(parameter.name)
    ]
    found = getattr(fresh(name), name)(*positional, **arguments)
    kinds = () if found is None else tuple(type(item) for item in _items(found))
    returns = info(name).cls.returns
    if returns == "tuple[LoopHandle, ...]":
        assert len(kinds) > 1
        assert set(kinds) == {LOOP}
    else:
        assert kinds == RETURNED[returns]


def _items(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("name", primitives())
def test_a_method_documents_each_argument_and_the_law(name: str) -> None:
    method = getattr(hcl.Schedule, name)
    lines = [line.strip() for line in inspect.getdoc(method).splitlines()]
    named = [line.partition(":")[0] for line in lines[lines.index("Args:") + 1 :]]
    assert named == [key for key in inspect.signature(method).parameters if key != "self"]
    assert info(name).law in lines


def test_each_kind_of_argument_has_a_type() -> None:
    typed = {
        name: str(inspect.signature(getattr(hcl.Schedule, name)))
        for name in ("pipeline", "partition", "dataflow", "tile", "merge", "to")
    }
    assert typed["pipeline"] == (
        "(self, axis: 'LoopHandle | str', initiation_interval: 'int' = 1, rewind: 'bool' = False, "
        "*, reassociate: 'bool' = False, unchecked: 'bool' = False) -> 'None'"
    )
    assert "target: 'BufferHandle | str', partition_type: 'Partition | str'" in typed["partition"]
    assert "region: 'Callable[..., object] | LoopHandle | str | None' = None" in typed["dataflow"]
    assert "*axes: 'LoopHandle | str', factors: 'list[int] | tuple[int, ...]'" in typed["tile"]
    assert "first: 'LoopHandle | Band | str'" in typed["merge"]
    assert "dst: 'Memory | str', axis: 'int | None' = None" in typed["to"]


@pytest.mark.slow
def test_a_type_checker_knows_the_methods(tmp_path: Any) -> None:
    """What is installed is typed: the package ships ``py.typed`` and the methods' stub."""
    api = pytest.importorskip("mypy.api")
    script = tmp_path / "uses_schedule.py"
    script.write_text(
        "import hcl_explore as hcl\n"
        "def run(s: hcl.Schedule) -> None:\n"
        '    outer, inner = s.split("k", 8)\n'
        "    s.partition(s.A, partition_type=hcl.Partition.Cyclic, dim=2, factor=8)\n"
        "    s.split(8)\n"
        "    reveal_type(outer)\n"
        '    s.loop_fission("k")\n',
        encoding="utf-8",
    )
    report, errors, _ = api.run(
        [
            "--cache-dir",
            str(tmp_path / "cache"),
            "--no-error-summary",
            "--follow-imports=silent",
            str(script),
        ]
    )
    assert not errors
    assert [line.partition("py:")[2] for line in report.splitlines()] == [
        '5: error: Missing positional argument "factor" in call to "split" of "PrimitiveMethods"'
        "  [call-arg]",
        '5: error: Argument 1 to "split" of "PrimitiveMethods" has incompatible type "int"; '
        'expected "LoopHandle | str"  [arg-type]',
        '6: note: Revealed type is "hcl_explore.schedule.handles.LoopHandle"',
    ]
