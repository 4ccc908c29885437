"""The primitives, one file each, in the order of the palette and of the docs."""

from hcl_explore.schedule.primitive import register
from hcl_explore.schedule.primitives.bind_storage import BindStorage
from hcl_explore.schedule.primitives.buffer_at import BufferAt
from hcl_explore.schedule.primitives.compose import Compose
from hcl_explore.schedule.primitives.compute_at import ComputeAt
from hcl_explore.schedule.primitives.dataflow import Dataflow
from hcl_explore.schedule.primitives.distribute import Distribute
from hcl_explore.schedule.primitives.double_buffer import DoubleBuffer
from hcl_explore.schedule.primitives.downsize import Downsize
from hcl_explore.schedule.primitives.fuse import Fuse
from hcl_explore.schedule.primitives.inline import Inline
from hcl_explore.schedule.primitives.interchange import Interchange
from hcl_explore.schedule.primitives.merge import Merge
from hcl_explore.schedule.primitives.outline import Outline
from hcl_explore.schedule.primitives.pack import Pack
from hcl_explore.schedule.primitives.parallel import Parallel
from hcl_explore.schedule.primitives.partition import PartitionArray
from hcl_explore.schedule.primitives.peel import Peel
from hcl_explore.schedule.primitives.pipeline import Pipeline
from hcl_explore.schedule.primitives.quantize import Quantize
from hcl_explore.schedule.primitives.reorder import Reorder
from hcl_explore.schedule.primitives.reshape import Reshape
from hcl_explore.schedule.primitives.reuse_at import ReuseAt
from hcl_explore.schedule.primitives.reverse import Reverse
from hcl_explore.schedule.primitives.skew import Skew
from hcl_explore.schedule.primitives.split import Split
from hcl_explore.schedule.primitives.tile import Tile
from hcl_explore.schedule.primitives.to import To
from hcl_explore.schedule.primitives.unfold import Unfold
from hcl_explore.schedule.primitives.unroll import Unroll
from hcl_explore.schedule.primitives.vectorize import Vectorize

for primitive in (
    Split,
    Tile,
    Reorder,
    Interchange,
    Fuse,
    Unroll,
    Pipeline,
    Parallel,
    Vectorize,
    PartitionArray,
    Pack,
    BufferAt,
    ReuseAt,
    ComputeAt,
    Merge,
    Distribute,
    Peel,
    Reverse,
    Skew,
    Dataflow,
    Inline,
    Outline,
    Unfold,
    To,
    Reshape,
    DoubleBuffer,
    BindStorage,
    Quantize,
    Downsize,
    Compose,
):
    register(primitive)
