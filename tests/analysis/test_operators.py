"""Operators: the published figures, and what is said where there are none."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from designs import schedule_of

from hcl_explore.analysis.device import load_device
from hcl_explore.analysis.estimate import estimate
from hcl_explore.analysis.operators import operators_at
from hcl_explore.errors import DeviceError

SUM = """
def add_up(A: float32[1024], B: float32[1]):
    total: float32 = 0.0
    for i in range(1024):
        total += A[i]
    B[0] = total
"""

AT_200, AT_300 = 5.0, 10 / 3


@pytest.mark.parametrize(
    ("kind", "bits", "period", "latency", "dsp"),
    [
        # Instance tables of csynth.rpt, named by the tool after latency and width: for instance
        # fadd_32ns_32ns_32_5_full_dsp_1 has 5 states, so a latency of 4.
        ("fadd", 32, AT_200, 4, 2),
        ("fmul", 32, AT_200, 3, 3),
        ("fadd", 64, AT_200, 4, 3),
        ("fmul", 64, AT_200, 4, 8),
        ("fadd", 32, AT_300, 6, 2),
        ("fmul", 32, AT_300, 3, 3),
    ],
)
def test_floating_point_of_ultrascale_plus(
    kind: str, bits: int, period: float, latency: int, dsp: int
) -> None:
    operator = operators_at("ultrascale_plus", period).get(kind, bits)
    assert (operator.latency, operator.dsp) == (latency, dsp)
    assert not operator.note


@pytest.mark.parametrize(
    ("wide", "narrow", "dsp"),
    [(8, 8, 0), (16, 16, 1), (27, 18, 1), (32, 32, 3)],
)
def test_integer_products_fill_dsp_blocks(wide: int, narrow: int, dsp: int) -> None:
    assert operators_at("ultrascale_plus", AT_200).get("mul", wide, narrow).dsp == dsp


def test_a_sum_takes_longer_the_wider_it_is_and_no_cycle_at_200_mhz() -> None:
    adders = [operators_at("ultrascale_plus", AT_200).get("add", bits) for bits in (8, 32, 64)]
    delays = [adder.delay_ns for adder in adders]
    assert delays == sorted(delays)
    assert {adder.latency for adder in adders} == {0}


def test_a_carry_chain_longer_than_the_period_is_cut_into_stages() -> None:
    slow = operators_at("series7", 10.0).get("add", 64)
    fast = operators_at("series7", 2.0).get("add", 64)
    assert slow.latency == 0
    assert fast.latency > 0
    assert fast.delay_ns <= operators_at("series7", 2.0).budget_ns


def test_a_clock_without_figures_is_noted() -> None:
    operator = operators_at("ultrascale_plus", 20.0).get("fadd", 32)
    assert "the figures are of" in operator.note


def test_an_operation_without_figures_is_noted() -> None:
    operator = operators_at("ultrascale_plus", AT_200).get("ftan", 32)
    assert "ftan is unknown" in operator.note


def test_the_fastest_implementation_is_one_in_logic() -> None:
    operators = operators_at("ultrascale_plus", AT_300)
    usual, fastest = operators.get("fadd", 32), operators.get("fadd", 32, fastest=True)
    assert fastest.latency < usual.latency


def test_the_tools_leave_different_shares_of_the_period() -> None:
    # Default clock uncertainty: 27 % in Vitis HLS (1.35 ns of 5 ns in reports), 12.5 % before.
    assert operators_at("ultrascale_plus", 5.0, "vitis").budget_ns == pytest.approx(3.65)
    assert operators_at("ultrascale_plus", 5.0, "vivado").budget_ns == pytest.approx(4.375)


def own_family(tmp_path: Path, change: tuple[str, str]) -> Path:
    """A device of one's own beside a file of operators of one's own, in which text is changed."""
    folder = resources.files("hcl_explore")
    family = folder.joinpath("operators/ultrascale_plus.toml").read_text(encoding="utf-8")
    assert change[0] in family
    (tmp_path / "mine.toml").write_text(family.replace(*change, 1), encoding="utf-8")
    device = folder.joinpath("devices/u280.toml").read_text(encoding="utf-8")
    path = tmp_path / "board.toml"
    path.write_text(device.replace('"ultrascale_plus"', '"mine.toml"'), encoding="utf-8")
    return path


def test_operators_of_ones_own(tmp_path: Path) -> None:
    path = own_family(
        tmp_path, ("period_ns = 5.0, latency = 4, dsp = 2", "period_ns = 5.0, latency = 9, dsp = 7")
    )
    schedule = schedule_of(SUM)
    figures = estimate(schedule.program, load_device(path), 200.0)
    assert figures.dsp == 7
    assert figures.ii == {"i": 9}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("request = 7", 'request = "soon"'), "'request' must be a number"),
        (("multiplier_bits = [", "multiplier_bits = [1, "), "'multiplier_bits' must hold 2"),
        (("[divider]", "[division]"), r"a \[divider\] table is missing"),
        (
            ("[[multiply]]\nmax_bits = [", '[[multiply]]\nmax_bits = ["x", '),
            "'max_bits' must hold 2",
        ),
    ],
)
def test_a_bad_file_of_operators_is_refused_with_its_reason(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    with pytest.raises(DeviceError, match=message) as error:
        load_device(own_family(tmp_path, change))
    assert "mine.toml" in str(error.value)
