"""The primitives, one file each; importing this package registers them all.

The order here is the order in the palette and in the docs.
"""

from hcl_explore.schedule.primitives import (  # noqa: F401, I001
    split,
    tile,
    reorder,
    interchange,
    fuse,
    unroll,
    pipeline,
    parallel,
    vectorize,
    partition,
    pack,
    buffer_at,
    reuse_at,
    compute_at,
    merge,
    distribute,
    peel,
    reverse,
    skew,
    dataflow,
    inline,
    outline,
    unfold,
    to,
    reshape,
    double_buffer,
    bind_storage,
    quantize,
    downsize,
    compose,
)
