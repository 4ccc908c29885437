"""The primitives as methods of a schedule.

Type checkers and editors read ``primitive_methods.pyi``, which ``docs/make_primitives.py`` writes.
"""


class PrimitiveMethods:
    """A method for each primitive of the registry, put here by ``schedule.py``."""
