"""An example of this group."""

from functools import partial

from hcl_explore.examples.example import Example

dataflow = partial(
    Example,
    group="Dataflow",
    remark="The tasks overlap as they are written; each can be scheduled by its name.",
)
