"""An example of this group."""

from functools import partial

from hcl_explore.examples.example import Example

machsuite = partial(Example, group="MachSuite")
