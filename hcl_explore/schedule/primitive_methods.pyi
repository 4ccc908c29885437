# Made from the registry by `python docs/make_primitives.py`.
from collections.abc import Callable

from hcl_explore.lang.memory import Memory
from hcl_explore.lang.partition import Partition
from hcl_explore.lang.storage import Storage
from hcl_explore.lang.types import ScalarType
from hcl_explore.schedule.handles import Band, BufferHandle, LoopHandle
from hcl_explore.schedule.schedule import Schedule

class PrimitiveMethods:
    def split(
        self,
        axis: LoopHandle | str,
        factor: int,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> tuple[LoopHandle, LoopHandle]:
        """Cut a loop into an outer loop over chunks of ``factor`` iterations and an inner loop."""
    def tile(
        self,
        *axes: LoopHandle | str,
        factors: list[int] | tuple[int, ...],
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> tuple[LoopHandle, ...]:
        """Cut adjacent loops of a perfect nest into tiles: the loops over tiles go outside."""
    def reorder(
        self,
        *axes: LoopHandle | str,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Permute loops of one nest: the named loops take each other's places, in this order."""
    def interchange(
        self,
        first: LoopHandle | str,
        second: LoopHandle | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Let two loops of a nest change places, whichever of them is outside."""
    def fuse(
        self,
        *axes: LoopHandle | str,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> LoopHandle:
        """Make one loop of adjacent loops of a perfect nest (the inverse of split)."""
    def unroll(
        self,
        axis: LoopHandle | str,
        factor: int = 0,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Replicate the body of a loop ``factor`` times (0: as often as the loop runs)."""
    def pipeline(
        self,
        axis: LoopHandle | str,
        initiation_interval: int = 1,
        rewind: bool = False,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Start an iteration of a loop every ``initiation_interval`` cycles; loops inside it
        unroll."""
    def parallel(
        self,
        axis: LoopHandle | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Mark a loop whose iterations may run in any order or at once."""
    def vectorize(
        self,
        axis: LoopHandle | str,
        width: int = 0,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Let the CPU run ``width`` iterations of an innermost loop at once, in vector
        registers."""
    def partition(
        self,
        target: BufferHandle | str,
        partition_type: Partition | str = Partition.Complete,
        dim: int = 0,
        factor: int = 0,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Divide an array over banks, so that more elements can be read in one cycle."""
    def pack(
        self,
        target: BufferHandle | str,
        factor: int,
        dim: int | None = None,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Store ``factor`` consecutive elements of an array side by side in one wide word."""

    layout = pack
    def buffer_at(
        self,
        target: BufferHandle | str,
        axis: LoopHandle | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> BufferHandle:
        """Give each iteration of a loop a local copy of the part of an array that it touches."""
    def reuse_at(
        self,
        target: BufferHandle | str,
        axis: LoopHandle | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> BufferHandle:
        """Keep the elements of an array that the next iteration of a loop reads again."""
    def compute_at(
        self,
        producer: LoopHandle | Band | str,
        axis: LoopHandle | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> LoopHandle:
        """Move the loops of a producer into its consumer's nest, down to the loop ``axis``."""
    def merge(
        self,
        first: LoopHandle | Band | str,
        second: LoopHandle | Band | str,
        depth: int = 1,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> LoopHandle:
        """Fuse the outer loops of two nests: each iteration runs the first's body, then the
        second's."""

    loop_fusion = merge
    def distribute(
        self,
        axis: LoopHandle | str,
        before: LoopHandle | str | None = None,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> tuple[LoopHandle, ...]:
        """Cut a loop into consecutive loops, one for each part of its body."""

    loop_fission = distribute
    def peel(
        self,
        axis: LoopHandle | str,
        count: int = 1,
        last: bool = False,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> tuple[LoopHandle, LoopHandle]:
        """Give the first iterations of a loop a loop of their own, or the last ones with
        ``last``."""
    def reverse(
        self,
        axis: LoopHandle | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> LoopHandle:
        """Run the iterations of a loop in the opposite order."""
    def skew(
        self,
        axis: LoopHandle | str,
        by: LoopHandle | str,
        factor: int = 1,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> LoopHandle:
        """Let an inner loop count from ``factor`` times an outer variable further on."""
    def dataflow(
        self,
        region: Callable[..., object] | LoopHandle | str | None = None,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Run the stages of a function, or of each iteration of a loop, as a pipeline of
        processes."""
    def inline(
        self,
        func: Callable[..., object] | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Replace every call of a function by its body; the function goes."""
    def outline(
        self,
        band: LoopHandle | Band | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> LoopHandle:
        """Move a loop nest into a function of its own, which is called in its place."""
    def unfold(
        self,
        band: LoopHandle | Band | str,
        axes: list[int] | tuple[int, ...],
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Make a task of each iteration of the outer loops of a band: spatial processing
        elements."""
    def to(
        self,
        target: BufferHandle | str,
        dst: Memory | str,
        axis: int | None = None,
        depth: int = -1,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Send an array through FIFOs, from stage to stage or along processing elements, or place
        it."""

    relay = to
    def reshape(
        self,
        target: BufferHandle | str,
        shape: list[int] | tuple[int, ...],
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> BufferHandle:
        """Store a local array in another shape; its elements keep their row-major order."""
    def double_buffer(
        self,
        target: BufferHandle | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Keep two copies of a local array, so that one is filled while the other is used."""
    def bind_storage(
        self,
        target: BufferHandle | str,
        impl: Storage | str,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Keep an array in block RAM, UltraRAM, look-up tables or registers."""
    def quantize(
        self,
        target: BufferHandle | str,
        dtype: ScalarType | str,
        tolerance: float = 0.05,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Hold an array, or a scalar variable, in fixed point, an integer or another float."""
    def downsize(
        self,
        target: BufferHandle | str,
        dtype: ScalarType | str,
        tolerance: float = 0.05,
        *,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Hold an array, or a scalar variable, of integers or fixed point in fewer bits."""
    def compose(
        self,
        *schedules: Schedule,
        id: str | None = None,
        instantiate: list[object] | tuple[object, ...] | None = None,
        reassociate: bool = False,
        unchecked: bool = False,
    ) -> None:
        """Carry out, in the kernels that this one calls, what was scheduled for them alone."""
