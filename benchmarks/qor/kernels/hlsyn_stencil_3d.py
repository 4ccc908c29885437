"""MachSuite stencil3d, integers. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE
dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(C0: int64, C1: int64, orig: int64[32, 32, 16], sol: int64[32, 32, 16]):
    for i in range(1, 31, name="planes"):
        for j in range(1, 31):
            for k in range(1, 15):
                near: int64 = int64(
                    orig[i, j, k - 1]
                    + orig[i, j, k + 1]
                    + orig[i, j - 1, k]
                    + orig[i, j + 1, k]
                    + orig[i - 1, j, k]
                    + orig[i + 1, j, k]
                )
                sol[i, j, k] = int64(C0 * orig[i, j, k] + C1 * near)


POINTS = ["stencil-3d-hlsyn-*"]
LOOPS = {
    "L0": "planes.i",
    "L1": "planes.j",
    "L2": "planes.k",
}
