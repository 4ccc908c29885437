"""The ``hcl`` dialect has no operation classes of its own."""
