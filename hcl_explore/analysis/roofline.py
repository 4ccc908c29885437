"""The roofline: what a device allows at an operational intensity, and where designs stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from hcl_explore.analysis.device import Device
from hcl_explore.analysis.operators import operator_tables, operators_at
from hcl_explore.analysis.units import Units

# Bytes that all ports of a memory move in a cycle: two of 72 bits with a UltraRAM; a block RAM of
# 18 Kb reads 36 bits and writes 36 (UG573, simple dual port; UG473 says the same of the 7 series).
_BLOCK_RAM_BYTES = 9
_ULTRA_RAM_BYTES = 18


class Roofline(TypedDict):
    """The fields of ``RooflineRecord``: [name, GB/s] of each memory off the chip, and of all ports
    of those on it, [name, GOP/s] of each peak."""

    bandwidths: list[tuple[str, float]]
    on_chip: list[tuple[str, float]]
    peaks: list[tuple[str, float]]


def device_roofline(device: Device, clock_mhz: float) -> Roofline:
    """The ceilings of a device at a clock, without memories whose bandwidth no source states."""
    bandwidths = [
        (memory.name, memory.peak_gb_per_s)
        for memory in device.memories
        if memory.peak_gb_per_s is not None
    ]
    peaks = [
        (kind, peak)
        for kind in ("int8", "int32", "float32", "float64")
        if (peak := peak_gops(device, clock_mhz, kind)) is not None
    ]
    on_chip = [
        (name, count * width * clock_mhz / 1000.0)
        for name, count, width in (
            ("BRAM", device.bram18, _BLOCK_RAM_BYTES),
            ("URAM", device.uram, _ULTRA_RAM_BYTES),
        )
        if count
    ]
    return Roofline(bandwidths=bandwidths, on_chip=on_chip, peaks=peaks)


def peak_gops(device: Device, clock_mhz: float, kind: str) -> float | None:
    """Multiply-accumulates that the DSP blocks hold, two operations each per cycle.

    An int8 product goes through one DSP block with its sum; None where the DSP count is unknown.
    """
    if device.dsp is None:
        return None
    if kind.startswith("float"):
        operators = operators_at(device.family, 1000.0 / clock_mhz)
        bits = int(kind[5:])
        cost = operators.get("fmul", bits).dsp + operators.get("fadd", bits).dsp
    else:
        bits = int(kind[3:])
        cost = operator_tables(device.family).multiplier_dsp(max(bits, 11), max(bits, 11))
    return 2 * (device.dsp // max(cost, 1)) * clock_mhz / 1000.0


def attainable_gops(
    device: Device, clock_mhz: float, operations: Mapping[str, int], moved: int
) -> float | None:
    """min(peak, bandwidth × operational intensity) for the type that most ``operations`` have.

    ``moved``: bytes to and from the memory off the chip. None where there are no operations or a
    ceiling is unknown.
    """
    if not operations:
        return None
    kind = max(operations, key=lambda name: operations[name])
    width = 64 if kind.endswith("64") else 32
    peak = peak_gops(device, clock_mhz, f"{'float' if kind.startswith('float') else 'int'}{width}")
    memory = device.main_memory
    if not moved or memory is None or memory.peak_gb_per_s is None:
        return peak if not moved else None
    bound = memory.peak_gb_per_s * sum(operations.values()) / moved
    return bound if peak is None else min(peak, bound)


def design_gops(units: Units, clock_mhz: float) -> float | None:
    """What the design's own operators could do if each started one of the program's operations in
    every cycle; None where none of them does any."""
    return units.operations() * clock_mhz / 1000.0 or None
