"""PolyBench correlation with the products over blocks that are copied. After HLStrans
data/argumentation_example/polybench/correlation generate_1 (blocks of 50) and generate_2 (of 16,
the last one cut short; its copies, which the tool dissolves, are left out)."""


def correlation(
    float_n: float64,
    data: float64[100, 80],
    corr: float64[80, 80],
    mean: float64[80],
    stddev: float64[80],
):
    root: float64 = hcl.sqrt(float_n)
    for j in range(80, name="mean"):
        total: float64 = 0.0
        for i in range(100):
            total += data[i, j]
        mean[j] = total / float_n
    for j in range(80, name="stddev"):
        squares: float64 = 0.0
        for i in range(100):
            diff: float64 = data[i, j] - mean[j]
            squares += diff * diff
        dev: float64 = hcl.sqrt(squares / float_n)
        stddev[j] = 1.0 if dev <= 0.1 else dev
    for i in range(100, name="norm"):
        for j in range(80):
            data[i, j] = (data[i, j] - mean[j]) / (root * stddev[j])
    for i in range(80, name="corr"):
        for j in range(i, 80):
            product: float64 = 0.0
            for k in range(100):
                product += data[k, i] * data[k, j]
            corr[i, j] = product
            corr[j, i] = product


POINTS = [
    "correlation-hlstrans-aug-true-generate-1-*",
    "correlation-hlstrans-aug-true-generate-2-*",
]
LOOPS = {
    "VITIS_LOOP_6_1": "mean.j",
    "VITIS_LOOP_21_1": "stddev.j",
    "VITIS_LOOP_39_1": "norm.i",
    "VITIS_LOOP_57_1": "corr.i",
    "VITIS_LOOP_58_2": "corr.j",
    "VITIS_LOOP_9_1": "mean.j",
    "VITIS_LOOP_27_1": "stddev.j",
    "VITIS_LOOP_48_1": "norm.i",
    "VITIS_LOOP_65_1": "corr.i",
    "VITIS_LOOP_66_2": "corr.j",
}
PLACES = {
    "correlation-hlstrans-aug-true-generate-1-*": {
        "7": "mean.j",
        "10": "mean.i",
        "22": "stddev.j",
        "25": "stddev.i",
        "40": "norm.i",
        "42": "norm.j",
        "59": "corr.j",
        "64": None,
        "71": None,
        "75": "corr.k",
        "83": None,
    },
    "correlation-hlstrans-aug-true-generate-2-*": {
        "10": "mean.j",
        "11": "mean.j",
        "28": "stddev.j",
        "29": "stddev.j",
        "49": "norm.i",
        "51": "norm.j",
        "67": "corr.j",
        "79": None,
        "85": None,
        "90": "corr.k",
    },
}
ARRAYS = {
    "buffer1_i": None,
    "buffer1_j": None,
    "buffer2_i": None,
    "buffer2_j": None,
    "buffer_i": None,
    "buffer_j": None,
}
