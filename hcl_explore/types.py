"""The types of kernel values, also importable from here: ``from hcl_explore.types import int8``."""

from hcl_explore.lang.dataflow import Stream
from hcl_explore.lang.meta import ConstExpr
from hcl_explore.lang.struct import Struct
from hcl_explore.lang.types import (
    Fixed,
    Int,
    UFixed,
    UInt,
    bfloat16,
    float16,
    float32,
    float64,
    index,
    int8,
    int16,
    int32,
    int64,
    uint1,
    uint8,
    uint16,
    uint32,
    uint64,
)

bool = uint1

__all__ = [
    "ConstExpr",
    "Fixed",
    "Int",
    "Stream",
    "Struct",
    "UFixed",
    "UInt",
    "bfloat16",
    "bool",
    "float16",
    "float32",
    "float64",
    "index",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint1",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]
