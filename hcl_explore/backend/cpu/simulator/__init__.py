"""Dataflow programs on the CPU: every task a coroutine, every FIFO as deep as it says.

``lower`` and ``coroutines`` turn tasks into LLVM coroutines that run in the worker process, with
the functions of ``runtime.mlir``; ``record`` reads from there what happened; ``trace`` is what the
caller gets to see, ``diagnosis`` why a run could not end, ``depths`` how deep FIFOs need to be.
"""
