"""What differs between HLS tools: type names, headers and pragmas, one table per tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hcl_explore.backend.hls.types import BFLOAT16, HALF, CType
from hcl_explore.ir.attributes import PartitionedDim


@dataclass(frozen=True)
class LoopMarks:
    """What the schedule asks of one loop. ``unroll`` 0 is fully; ``trips`` are the smallest and
    largest trip count where they vary and both are known."""

    label: str
    pipeline_ii: int | None = None
    rewind: bool = False
    unroll: int | None = None
    dataflow: bool = False
    trips: tuple[int, int] | None = None


@dataclass(frozen=True)
class Pragmas:
    """Lines before and inside the braces of a loop or function."""

    before: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialect:
    """The common part: names of types and of the mathematical functions."""

    name: str
    exact_integers: tuple[str, str]
    """Patterns of the signed and the unsigned integer of any width."""
    fixed_point: tuple[str, str]
    """Patterns of signed and unsigned fixed point: total width, bits before the binary point."""
    raw_bits: str
    """Pattern of the bits of a fixed-point value, and its width."""
    fixed_to_float: tuple[str, str]
    """Patterns of a fixed-point value as ``float`` and ``double``."""
    whole_number: str
    """Pattern of a fixed-point value without fraction where an integer is wanted."""
    half: str | None
    math: str
    """Namespace prefix of ``sqrt`` and its kin."""
    header_of: dict[str, str] = field(default_factory=dict)
    """Which header brings ``exact`` integers, ``half``, ``math``."""
    stream: str = "hls::stream<{}>"
    """Pattern of a FIFO of tokens of a type."""
    static_streams: bool = False
    threaded_streams: bool = False
    """Whether its streams can be made to wait, for C simulation in threads."""
    stream_tests: dict[str, str] = field(default_factory=dict)
    """How to ask a FIFO whether it is ``empty`` or ``full``, where the tool can."""
    inverts_to_signed: bool = False
    """Whether ``~x`` of an unsigned integer is ``-x - 1`` rather than its bits inverted."""
    widest: int = 1024
    """Integers wider than this do not exist."""

    def type_name(self, ctype: CType) -> str:
        """How the tool spells a type."""
        if ctype.kind == "bool":
            return "bool"
        if ctype.kind == "native":
            return "int" if ctype.width == 32 else "int64_t"
        if ctype.kind == "exact":
            return self.exact_integers[0 if ctype.signed else 1].format(ctype.width)
        if ctype.kind == "fixed":
            pattern = self.fixed_point[0 if ctype.signed else 1]
            return pattern.format(ctype.width, ctype.width - ctype.fraction)
        if ctype == BFLOAT16:
            return "bfloat16"
        if ctype == HALF:
            assert self.half is not None
            return self.half
        return "float" if ctype.width == 32 else "double"

    def headers(self, features: set[str]) -> list[str]:
        """The ``#include`` lines for the features used, in a fixed order."""
        names = [header for feature, header in self.header_of.items() if feature in features]
        return [f"#include <{name}>" for name in dict.fromkeys(names)]

    def loop(self, marks: LoopMarks) -> Pragmas:
        raise NotImplementedError

    def stream_depth(self, path: str, stream: str, depth: int) -> list[str]:
        """How many tokens ``stream`` holds; ``path`` is its function."""
        raise NotImplementedError

    def top_function(self, dataflow: bool) -> Pragmas:
        """Pragmas of the top function other than those of its ports."""
        raise NotImplementedError

    def function(self, dataflow: bool) -> Pragmas:
        raise NotImplementedError

    def port(
        self, name: str, mode: str, bundle: str | None, depth: int | None, storage: str | None
    ) -> list[str]:
        """The pragmas of one port; ``name`` is ``return`` for the block's own control.
        ``storage`` is the kind of memory behind an ``ap_memory`` port."""
        raise NotImplementedError

    def partition(
        self, path: str, array: str, shape: Sequence[int], entries: Sequence[PartitionedDim]
    ) -> list[str]:
        """How ``array`` is cut into banks; ``path`` is its place in the tool's tree."""
        raise NotImplementedError

    def storage(self, path: str, array: str, storage: str, is_constant: bool) -> list[str]:
        """The kind of memory that holds ``array``."""
        raise NotImplementedError

    def independent(self, array: str) -> list[str]:
        """No iteration of the loop around touches an element of ``array`` that another writes."""
        raise NotImplementedError


class VitisDialect(Dialect):
    """Vitis HLS. Pragma syntax: AMD UG1399, chapter "HLS Pragmas"."""

    def loop(self, marks: LoopMarks) -> Pragmas:
        lines = []
        if marks.pipeline_ii is not None:
            rewind = " rewind" if marks.rewind else ""
            lines.append(f"#pragma HLS PIPELINE II={marks.pipeline_ii}{rewind}")
        if marks.unroll is not None:
            factor = f" factor={marks.unroll}" if marks.unroll else ""
            lines.append(f"#pragma HLS UNROLL{factor}")
        if marks.dataflow:
            lines.append("#pragma HLS DATAFLOW")
        if marks.trips is not None:
            lines.append(f"#pragma HLS LOOP_TRIPCOUNT min={marks.trips[0]} max={marks.trips[1]}")
        return Pragmas(inside=tuple(lines))

    def stream_depth(self, path: str, stream: str, depth: int) -> list[str]:
        return [f"#pragma HLS STREAM variable={stream} depth={depth}"]

    def top_function(self, dataflow: bool) -> Pragmas:
        return self.function(dataflow)

    def function(self, dataflow: bool) -> Pragmas:
        return Pragmas(inside=("#pragma HLS DATAFLOW",) if dataflow else ())

    def port(
        self, name: str, mode: str, bundle: str | None, depth: int | None, storage: str | None
    ) -> list[str]:
        line = f"#pragma HLS INTERFACE mode={mode} port={name}"
        if mode == "m_axi":
            # The base address comes through the block's s_axilite registers.
            line += " offset=slave"
        if bundle is not None:
            line += f" bundle={bundle}"
        if depth is not None:
            line += f" depth={depth}"
        if storage in ("BRAM", "URAM"):
            line += f" storage_type=ram_2p storage_impl={storage.lower()}"
        elif storage == "LUTRAM":
            return [line, f"// a port has no LUTRAM: the memory behind {name} is outside"]
        return [line]

    def partition(
        self, path: str, array: str, shape: Sequence[int], entries: Sequence[PartitionedDim]
    ) -> list[str]:
        if len(entries) == len(shape) and all(entry.kind == "complete" for entry in entries):
            return [f"#pragma HLS ARRAY_PARTITION variable={array} type=complete dim=0"]
        lines = []
        for entry in entries:
            factor = "" if entry.factor is None else f" factor={entry.factor}"
            pragma = "ARRAY_RESHAPE" if entry.packed else "ARRAY_PARTITION"
            lines.append(
                f"#pragma HLS {pragma} variable={array} type={entry.kind}{factor} dim={entry.dim}"
            )
        return lines

    def storage(self, path: str, array: str, storage: str, is_constant: bool) -> list[str]:
        if storage == "registers":
            return [f"#pragma HLS ARRAY_PARTITION variable={array} type=complete dim=0"]
        kind = "rom_2p" if is_constant else "ram_2p"
        return [f"#pragma HLS BIND_STORAGE variable={array} type={kind} impl={storage.lower()}"]

    def independent(self, array: str) -> list[str]:
        return [f"#pragma HLS DEPENDENCE variable={array} inter false"]


class CatapultDialect(Dialect):
    """Siemens Catapult. Loops carry pragmas; memories, ports and overlap of stages are Tcl
    directives, which the text states as comments for the project's directives file."""

    def loop(self, marks: LoopMarks) -> Pragmas:
        lines = []
        if marks.pipeline_ii is not None:
            lines.append(f"#pragma hls_pipeline_init_interval {marks.pipeline_ii}")
        if marks.rewind:
            lines.append("// rewind has no counterpart here")
        if marks.unroll is not None:
            lines.append(f"#pragma hls_unroll {marks.unroll or 'yes'}")
        if marks.dataflow:
            lines.append(_NO_DATAFLOW)
        return Pragmas(before=tuple(lines))

    def stream_depth(self, path: str, stream: str, depth: int) -> list[str]:
        return [f"// directive set /{path}/{stream}:cns -FIFO_DEPTH {depth}"]

    def top_function(self, dataflow: bool) -> Pragmas:
        return Pragmas((_NO_DATAFLOW, "#pragma hls_design top") if dataflow else _TOP)

    def function(self, dataflow: bool) -> Pragmas:
        return Pragmas((_NO_DATAFLOW,) if dataflow else ())

    def port(
        self, name: str, mode: str, bundle: str | None, depth: int | None, storage: str | None
    ) -> list[str]:
        return []

    def partition(
        self, path: str, array: str, shape: Sequence[int], entries: Sequence[PartitionedDim]
    ) -> list[str]:
        lines = []
        for entry in entries:
            extent = shape[entry.dim - 1]
            banks = entry.banks(extent)
            if entry.packed:
                lines.append(f"// {array}: {entry.factor} elements to a word (WORD_WIDTH)")
            elif entry.kind == "block":
                lines.append(
                    f"// directive set /{path}/{array}:rsc -BLOCK_SIZE {-(-extent // banks)}"
                )
            else:
                lines.append(f"// directive set /{path}/{array}:rsc -INTERLEAVE {banks}")
        return lines

    def storage(self, path: str, array: str, storage: str, is_constant: bool) -> list[str]:
        if storage == "registers":
            return [f"// directive set /{path}/{array}:rsc -MAP_TO_MODULE {{[Register]}}"]
        return [f"// {array} is to be bound to {storage}"]

    def independent(self, array: str) -> list[str]:
        return [f"// no iteration touches an element of {array} that another writes"]


_TOP = ("#pragma hls_design top",)
_NO_DATAFLOW = "// dataflow: make each stage an hls_design block that hands on an ac_channel"

DIALECTS: dict[str, Dialect] = {
    "vitis": VitisDialect(
        name="vitis",
        exact_integers=("ap_int<{}>", "ap_uint<{}>"),
        fixed_point=("ap_fixed<{}, {}>", "ap_ufixed<{}, {}>"),
        raw_bits="{}.range()",
        fixed_to_float=("{}.to_float()", "{}.to_double()"),
        whole_number="{}",
        half="half",
        math="hls::",
        header_of={
            "algorithm": "algorithm",
            "assert": "cassert",
            "cmath": "cmath",
            "cstdint": "cstdint",
            "exact": "ap_int.h",
            "fixed": "ap_fixed.h",
            "half": "hls_half.h",
            "math": "hls_math.h",
            "stream": "hls_stream.h",
        },
        threaded_streams=True,
        stream_tests={"empty": "{}.empty()", "full": "{}.full()"},
    ),
    "catapult": CatapultDialect(
        name="catapult",
        exact_integers=("ac_int<{}, true>", "ac_int<{}, false>"),
        fixed_point=("ac_fixed<{}, {}, true>", "ac_fixed<{}, {}, false>"),
        raw_bits="{}.slc<{}>(0)",
        fixed_to_float=("float({}.to_double())", "{}.to_double()"),
        whole_number="{}.to_ac_int()",
        half=None,
        math="std::",
        header_of={
            "algorithm": "algorithm",
            "assert": "cassert",
            "cmath": "cmath",
            "cstdint": "cstdint",
            "exact": "ac_int.h",
            "fixed": "ac_fixed.h",
            "math": "cmath",
            "stream": "ac_channel.h",
        },
        inverts_to_signed=True,
        stream="ac_channel<{}>",
        static_streams=True,
        stream_tests={"empty": "!{}.available(1)"},
    ),
}
