"""PolyBench correlation, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE
dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(
    float_n: float64,
    data: float64[100, 80],
    corr: float64[80, 80],
    mean: float64[80],
    stddev: float64[80],
):
    for j in range(80, name="mean"):
        mean[j] = 0.0
        for i in range(100):
            mean[j] += data[i, j]
        mean[j] /= float_n
    for j in range(80, name="stddev"):
        stddev[j] = 0.0
        for i in range(100):
            stddev[j] += (data[i, j] - mean[j]) * (data[i, j] - mean[j])
        dev: float64 = hcl.sqrt(stddev[j] / float_n)
        stddev[j] = 1.0 if dev <= 0.1 else dev
    for i in range(100, name="norm"):
        for j in range(80):
            data[i, j] = (data[i, j] - mean[j]) / (hcl.sqrt(float_n) * stddev[j])
    for i in range(79, name="corr"):
        corr[i, i] = 1.0
        for j in range(i + 1, 80):
            corr[i, j] = 0.0
            for k in range(100):
                corr[i, j] += data[k, i] * data[k, j]
            corr[j, i] = corr[i, j]
    corr[79, 79] = 1.0


POINTS = ["correlation-hlsyn-*"]
LOOPS = {
    "L0": "mean.j",
    "L1": "stddev.j",
    "L2": "norm.i",
    "L3": "corr.i",
    "L4": "mean.i",
    "L5": "stddev.i",
    "L6": "norm.j",
    "L7": "corr.j",
    "L7_0": "corr.k",
}
