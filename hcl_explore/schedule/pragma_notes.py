"""Pragmas and settings that change nothing here, and why."""

from __future__ import annotations

WITHOUT_EFFECT = {
    "loop_tripcount": "trip counts come from the bounds",
    "loop_merge": "merge loops with s.loop_fusion",
    "dependence": "dependences are computed exactly",
    "bind_op": "operators are bound by the tool",
    "latency": "latency bounds are not modelled",
    "allocation": "operator limits are not modelled",
    "expression_balance": "sums are balanced as the estimate's options say",
    "function_instantiate": "functions are instantiated where they are called",
    "occurrence": "the interval of the loop around it is kept in every part of its body",
    "reduction": "sums are kept in the order of the source",
    "protocol": "the order of accesses is that of the program",
    "reset": "resets take no cycles of the kernel",
    "shared": "sharing follows from the stages",
    "stable": "stages wait for all of their inputs",
    "disaggregate": "fields of structs are arrays of their own already",
    "aggregate": "fields of structs are arrays of their own already",
    "data_pack": "fields of structs are arrays of their own already",
    "alias": "arrays do not overlap",
    "performance": "latency bounds are not modelled",
    "cache": "an m_axi port has no cache here",
    "top": "the kernel is the top",
    "array_map": "each array has memories of its own",
    "clock": "the clock is the estimate's",
    "accel_kernel": "the kernel is the top",
    "accel_interface": "the interface is the kernel's arguments",
}
"""Why a pragma is left out, by its name."""

SETTINGS_WITHOUT_EFFECT = {
    "config_bind": "operators are bound by the tool",
    "config_op": "operators are bound by the tool",
    "config_core": "operators are bound by the tool",
    "config_schedule": "operations are scheduled by the tool's defaults",
    "config_rtl": "resets and names take no cycles",
    "config_export": "the export follows the estimate",
    "config_cosim": "the simulation follows the estimate",
    "config_csim": "the simulation follows the estimate",
    "config_sdx": "the flow is the estimate's",
    "config_debug": "debug information costs nothing",
    "config_dataflow": "the depth of a FIFO is what STREAM says",
    "config_storage": "memories follow from their size and from BIND_STORAGE",
    "config_unroll": "loops are unrolled by directives and by automatic pipelining",
    "config_interface": "of the settings of interfaces only -m_axi_latency is modelled",
    "config_compile": (
        "of the compiler's settings -pipeline_loops and -unsafe_math_optimizations are modelled"
    ),
    "config_array_partition": (
        "of the settings of arrays -throughput_driven and -auto_partition_threshold 0 are modelled"
    ),
}
"""Why a ``config_…`` line is left out, or the options of it that are, by its name."""
