"""Where MLIR's bindings look for the classes of our dialect's operations.

There are none: IRDL operations are handled as plain operations. But without a module to be found
the bindings search for one anew at every operation, which takes longer than all else.
"""
