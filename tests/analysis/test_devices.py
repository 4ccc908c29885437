"""Devices: the packaged figures, and messages for files that are not as they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from hcl_explore.analysis.device import device_names, device_of_part, load_device
from hcl_explore.errors import DeviceError

GOOD = """\
name = "mine"
board = "a board"
part = "xc7z020-clg400-1"
family = "series7"

[totals]
dsp = 220
bram18 = 280
lut = 53200
ff = 106400
source = "a report"

[[memory]]
name = "DDR3"
gb_per_s = 4.2
source = "a data sheet"
"""


@pytest.mark.parametrize(
    ("name", "totals"),
    [
        # What csynth.rpt lists as available on these parts.
        ("u280", (9024, 4032, 960, 1303680, 2607360)),
        ("u250", (12288, 5376, 1280, 1728000, 3456000)),
        ("zcu104", (1728, 624, 96, 230400, 460800)),
        ("pynq-z2", (220, 280, 0, 53200, 106400)),
    ],
)
def test_totals_of_known_chips(name: str, totals: tuple[int, ...]) -> None:
    device = load_device(name)
    assert (device.dsp, device.bram18, device.uram, device.lut, device.ff) == totals


@pytest.mark.parametrize("name", device_names())
def test_every_packaged_device_states_its_sources(name: str) -> None:
    device = load_device(name)
    assert device.source
    assert all(memory.source for memory in device.memories)


def test_hbm_of_the_u280_has_32_pseudo_channels() -> None:
    hbm = load_device("u280").main_memory
    assert hbm is not None
    assert (hbm.name, hbm.gb_per_s, hbm.channels) == ("HBM2", 460.0, 32)


def test_a_part_number_names_its_chip_in_any_package() -> None:
    device = device_of_part("xc7z020clg484-1")
    assert device is not None
    assert device.dsp == 220
    assert device_of_part("xcu280-fsvh2892-2L-e") == load_device("u280")
    assert device_of_part("ep4ce115") is None


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(DeviceError, match="there is no device named 'u28'") as error:
        load_device("u28")
    assert "u280" in str(error.value)
    assert "Known devices:" in str(error.value)


@pytest.mark.parametrize("clock", [0, -1.0, float("nan"), float("inf")])
def test_the_clock_must_be_a_positive_number(clock: float) -> None:
    with pytest.raises(DeviceError, match="the clock must be above 0 MHz"):
        load_device("u280", clock)


def test_the_clock_must_be_below_the_limit_of_the_dsp_blocks() -> None:
    with pytest.raises(DeviceError, match="900 MHz is above what u280 can run at"):
        load_device("u280", 900)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    device = load_device(path)
    assert (device.name, device.dsp, device.uram) == ("mine", 220, None)
    assert device.main_memory is not None
    assert device.main_memory.peak_gb_per_s == 4.2


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="nowhere"):
        load_device(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("dsp = 220", "dsp = -1", 7, "dsp"),
        ("dsp = 220", 'dsp = "many"', 7, "dsp"),
        ("dsp = 220", "dps = 220", 7, r"\[totals\] has no field 'dps'"),
        ("gb_per_s = 4.2", "gb_per_s = 0", 15, "gb_per_s"),
        ('family = "series7"', 'family = "series8"', 4, "'family' must be one of"),
        ("[totals]", "[total]", 6, "a device has no field 'total'"),
        ("dsp = 220", "dsp = = 220", 7, "mine"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_reason(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(DeviceError, match=reason) as error:
        load_device(path)
    assert error.value.span is not None
    assert error.value.span.line == line


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace('name = "mine"\n', ""))
    with pytest.raises(DeviceError, match="'name'"):
        load_device(path)
    path.write_text(GOOD[: GOOD.index("[totals]")])
    with pytest.raises(DeviceError, match=r"a device needs a \[totals\] table"):
        load_device(path)
