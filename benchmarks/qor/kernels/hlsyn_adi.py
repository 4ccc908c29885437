"""PolyBench adi, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(u: float64[60, 60], v: float64[60, 60], p: float64[60, 60], q: float64[60, 60]):
    for t in range(40, name="steps"):
        for i in range(1, 59, name="columns"):
            v[0, i] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = v[0, i]
            for j in range(1, 59, name="forward"):
                p[i, j] = 45.0 / (-45.0 * p[i, j - 1] + 91.0)
                q[i, j] = (
                    22.5 * u[j, i - 1] + -44.0 * u[j, i] - -22.5 * u[j, i + 1] - -45.0 * q[i, j - 1]
                ) / (-45.0 * p[i, j - 1] + 91.0)
            v[59, i] = 1.0
            for j in range(58, name="backward"):
                v[58 - j, i] = p[i, 58 - j] * v[59 - j, i] + q[i, 58 - j]
        for i in range(1, 59, name="rows"):
            u[i, 0] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = u[i, 0]
            for j in range(1, 59, name="forward2"):
                p[i, j] = 22.5 / (-22.5 * p[i, j - 1] + 46.0)
                q[i, j] = (
                    45.0 * v[i - 1, j] + -89.0 * v[i, j] - -45.0 * v[i + 1, j] - -22.5 * q[i, j - 1]
                ) / (-22.5 * p[i, j - 1] + 46.0)
            u[i, 59] = 1.0
            for j in range(58, name="backward2"):
                u[i, 58 - j] = p[i, 58 - j] * u[i, 59 - j] + q[i, 58 - j]


POINTS = ["adi-hlsyn-*"]
LOOPS = {
    "L0": "steps.t",
    "L1": "columns.i",
    "L2": "rows.i",
    "L3": "forward.j",
    "L4": "backward.j",
    "L5": "forward2.j",
    "L6": "backward2.j",
}
