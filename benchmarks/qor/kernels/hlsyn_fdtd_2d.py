"""PolyBench fdtd-2d, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(ex: float64[X, Y], ey: float64[X, Y], hz: float64[X, Y], fict: float64[T]):
    for t in range(T, name="steps"):
        for j in range(Y, name="edge"):
            ey[0, j] = fict[t]
        for i in range(1, X, name="ey"):
            for j in range(Y):
                ey[i, j] = ey[i, j] - 0.5 * (hz[i, j] - hz[i - 1, j])
        for i in range(X, name="ex"):
            for j in range(1, Y):
                ex[i, j] = ex[i, j] - 0.5 * (hz[i, j] - hz[i, j - 1])
        for i in range(X - 1, name="hz"):
            for j in range(Y - 1):
                hz[i, j] = hz[i, j] - 0.7 * (ex[i, j + 1] - ex[i, j] + ey[i + 1, j] - ey[i, j])


POINTS = ["fdtd-2d-hlsyn-*", "fdtd-2d-large-hlsyn-*"]
LOOPS = {
    "L0": "steps.t",
    "L0_0": "edge.j",
    "L0_1": "ey.i",
    "L0_1_0": "ey.j",
    "L0_2": "ex.i",
    "L0_2_0": "ex.j",
    "L0_3": "hz.i",
    "L0_3_0": "hz.j",
    "L1": "edge.j",
    "L2": "ey.i",
    "L3": "ex.i",
    "L4": "hz.i",
    "L5": "ey.j",
    "L6": "ex.j",
    "L7": "hz.j",
}
PARAMETERS = {
    "fdtd-2d-large-*": {"X": 200, "Y": 240, "T": 100},
    "*": {"X": 60, "Y": 80, "T": 40},
}
