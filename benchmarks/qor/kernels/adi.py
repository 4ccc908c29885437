"""PolyBench adi. After HLStrans program_source/polybench/adi/adi_slow.c; its scalar coefficients
are folded here as the compiler folds them."""


def adi(u: float64[60, 60], v: float64[60, 60], p: float64[60, 60], q: float64[60, 60]):
    for _t in range(1, 41):
        for i in range(1, 59, name="columns"):
            v[0, i] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59, name="forward"):
                p[i, j] = 90.0 / (-90.0 * p[i, j - 1] + 181.0)
                q[i, j] = (
                    45.0 * u[j, i - 1]
                    + (-89.0) * u[j, i]
                    - (-45.0) * u[j, i + 1]
                    - (-90.0) * q[i, j - 1]
                ) / (-90.0 * p[i, j - 1] + 181.0)
            v[59, i] = 1.0
            for j in range(58, name="backward"):
                v[58 - j, i] = p[i, 58 - j] * v[59 - j, i] + q[i, 58 - j]
        for i in range(1, 59, name="rows"):
            u[i, 0] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59, name="forward"):
                p[i, j] = 45.0 / (-45.0 * p[i, j - 1] + 91.0)
                q[i, j] = (
                    90.0 * v[i - 1, j]
                    + (-179.0) * v[i, j]
                    - (-90.0) * v[i + 1, j]
                    - (-45.0) * q[i, j - 1]
                ) / (-45.0 * p[i, j - 1] + 91.0)
            u[i, 59] = 1.0
            for j in range(58, name="backward"):
                u[i, 58 - j] = p[i, 58 - j] * u[i, 59 - j] + q[i, 58 - j]


POINTS = ["adi-hlstrans-polybench-plain-*"]
LOOPS = {"VITIS_LOOP_36_1": "_t", "VITIS_LOOP_41_2": "i", "VITIS_LOOP_59_5": "i_1"}
