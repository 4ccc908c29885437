"""Devices: what an FPGA has, and how fast its memories are. One TOML file each in ``devices/``."""

from __future__ import annotations

import difflib
import functools
import itertools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hcl_explore.analysis.operators import operator_tables
from hcl_explore.analysis.toml import DataFile, packaged_names, read_packaged, read_path
from hcl_explore.errors import DeviceError

_SERIES_7 = re.compile(r"x[acq]+(7|6|5|3s)")
_KEYS = {"name", "board", "part", "family", "max_clock_mhz", "max_clock_source", "totals", "memory"}
_TOTALS = {"dsp", "bram18", "uram", "lut", "ff", "source", "note"}
_MEMORY = {"name", "gb_per_s", "channels", "channel_gb_per_s", "source", "note"}


@dataclass(frozen=True)
class MemorySystem:
    """An off-chip memory. Bandwidths in 1e9 bytes per second; None where no source states them."""

    name: str
    gb_per_s: float | None
    channels: int | None
    channel_gb_per_s: float | None
    source: str

    @property
    def peak_gb_per_s(self) -> float | None:
        """The bandwidth of all channels that are known of: of one, where their number is not."""
        return self.gb_per_s if self.gb_per_s is not None else self.channel_gb_per_s


@dataclass(frozen=True)
class Device:
    """An FPGA on its board. Totals are of the whole chip as the HLS tool lists them (``bram18``
    counts 18 Kb halves); None where no source states them. ``max_clock_mhz`` is the limit of its
    DSP blocks, or None."""

    name: str
    board: str
    part: str
    family: str
    dsp: int | None
    bram18: int | None
    uram: int | None
    lut: int | None
    ff: int | None
    memories: tuple[MemorySystem, ...]
    max_clock_mhz: float | None
    source: str

    @property
    def has_uram(self) -> bool:
        return bool(self.uram)

    @property
    def main_memory(self) -> MemorySystem | None:
        """The fastest memory with a known bandwidth, or None."""
        known = [memory for memory in self.memories if memory.peak_gb_per_s is not None]
        return max(known, key=lambda memory: memory.peak_gb_per_s or 0.0, default=None)

    def check_clock(self, clock_mhz: float) -> None:
        """Raises ``DeviceError`` unless the device can run at ``clock_mhz``."""
        if not isinstance(clock_mhz, (int, float)) or isinstance(clock_mhz, bool):
            raise DeviceError(f"the clock must be a number of MHz, not {clock_mhz!r}")
        if not math.isfinite(clock_mhz) or clock_mhz <= 0:
            raise DeviceError(f"the clock must be above 0 MHz, not {clock_mhz:g}")
        if self.max_clock_mhz is not None and clock_mhz > self.max_clock_mhz:
            raise DeviceError(
                f"{clock_mhz:g} MHz is above what {self.name} can run at",
                advice=f"Its DSP blocks are specified up to {self.max_clock_mhz:g} MHz.",
            )


def device_names() -> list[str]:
    """The names that ``load_device`` knows."""
    return packaged_names("devices")


def load_device(name: str | Path, clock_mhz: float | None = None) -> Device:
    """The device of that name, or of a TOML file at that path; checked to run at ``clock_mhz``.

    Raises:
        DeviceError: unknown name (the nearest are suggested), a file that is not as it should be
            (with the line and the reason), or a clock out of range.
    """
    text = str(name)
    known = device_names()
    if text.lower() in known:
        device = _packaged(text.lower())
    elif text.endswith(".toml"):
        device = _read(read_path(Path(text)))
    else:
        near = difflib.get_close_matches(text.lower(), known, n=3, cutoff=0.4)
        raise DeviceError(
            f"there is no device named {text!r}",
            advice=(f"Did you mean {' or '.join(near)}? " if near else "")
            + f"Known devices: {', '.join(known)}; or give the path of a .toml file.",
        )
    if clock_mhz is not None:
        device.check_clock(clock_mhz)
    return device


def device_of_part(part: str) -> Device | None:
    """The device whose part number names the same chip ("xcu280-…"), or None."""
    chip = part.split("-")[0].lower()
    devices = [_packaged(name) for name in device_names()]
    exact = [device for device in devices if device.part.lower() == part.lower()]
    same = [d for d in devices if chip.startswith(d.part.lower().split("-")[0])]
    matches = exact or same or [d for d in devices if _chip(d.part) == _chip(part)]
    return matches[0] if matches else None


def like_device(part: str) -> Device | None:
    """For a part of AMD that no file describes: of the devices of its family, the one whose part
    number begins the most alike. What no older family claims is taken for UltraScale+."""
    name = part.lower()
    if not name.startswith("x"):
        return None
    family = "series7" if _SERIES_7.match(name) else "ultrascale_plus"
    devices = [d for d in map(_packaged, device_names()) if d.family == family]

    def alike(device: Device) -> int:
        pairs = zip(device.part.lower(), name, strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))

    return max(devices, key=alike)


def _chip(part: str) -> str:
    """``xc7z020clg484-1`` and ``xc7z020-clg400-1`` are the same chip: up to the last digit run."""
    head = part.lower().split("-")[0]
    for package in ("clg", "csg", "cpg", "fbg", "ffg", "fbv", "tfbg", "sfvc", "ffvc", "flga"):
        head = head.split(package)[0]
    return head.rstrip("t")


@functools.cache
def _packaged(name: str) -> Device:
    return _read(read_packaged("devices", name))


def _read(file: DataFile) -> Device:
    data = file.data
    _check_keys(file, data, _KEYS, "a device")
    totals = data.get("totals")
    if not isinstance(totals, dict):
        raise file.error("a device needs a [totals] table", "totals")
    _check_keys(file, totals.keys(), _TOTALS, "[totals]")
    family = file.text(data, "family")
    if family.endswith(".toml"):
        family = str(Path(file.name).parent / family)
        operator_tables(family)
    elif family not in packaged_names("operators"):
        raise file.error(
            f"'family' must be one of {', '.join(packaged_names('operators'))} or the path of a "
            f".toml file of operators, not {family!r}",
            "family",
        )
    return Device(
        name=file.text(data, "name"),
        board=file.text(data, "board"),
        part=file.text(data, "part"),
        family=family,
        dsp=file.count(totals, "dsp"),
        bram18=file.count(totals, "bram18"),
        uram=file.count(totals, "uram"),
        lut=file.count(totals, "lut"),
        ff=file.count(totals, "ff"),
        memories=tuple(_memories(file)),
        max_clock_mhz=file.positive(data, "max_clock_mhz"),
        source=file.text(totals, "source"),
    )


def _memories(file: DataFile) -> list[MemorySystem]:
    memories = []
    for number, entry in enumerate(file.tables("memory")):
        _check_keys(file, entry.keys(), _MEMORY, "[[memory]]")
        memories.append(
            MemorySystem(
                name=file.text(entry, "name", number + 1),
                gb_per_s=file.positive(entry, "gb_per_s", number),
                channels=file.count(entry, "channels", number),
                channel_gb_per_s=file.positive(entry, "channel_gb_per_s", number),
                source=file.text(entry, "source", number + 1),
            )
        )
    return memories


def _check_keys(file: DataFile, found: Iterable[str], known: set[str], what: str) -> None:
    for key in found:
        if key not in known:
            raise file.error(f"{what} has no field '{key}'; it has {', '.join(sorted(known))}", key)
