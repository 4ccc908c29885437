"""PolyBench correlation, sums in scalars. After HLStrans
data/argumentation_example/polybench/correlation generate_3 and generate_5 (whose upper triangle
and intervals they share)."""


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
    for i in range(79, name="corr"):
        corr[i, i] = 1.0
        for j in range(i + 1, 80):
            product: float64 = 0.0
            for k in range(100):
                product += data[k, i] * data[k, j]
            corr[i, j] = product
            corr[j, i] = product


POINTS = [
    "correlation-hlstrans-aug-true-generate-3-*",
    "correlation-hlstrans-aug-true-generate-5-*",
]
LOOPS = {
    "NORM_LOOP_VITIS_LOOP_41_3": "norm.j",
    "MEAN_LOOP": "mean.j",
    "VITIS_LOOP_17_1": "mean.i",
    "STDDEV_LOOP": "stddev.j",
    "VITIS_LOOP_29_2": "stddev.i",
    "CORR_LOOP": "corr.i",
    "VITIS_LOOP_52_4": "corr.j",
    "VITIS_LOOP_18_1": "mean.j",
    "VITIS_LOOP_29_3": "stddev.j",
    "VITIS_LOOP_41_5": "norm.i",
    "VITIS_LOOP_50_7": "corr.i",
    "VITIS_LOOP_53_8": "corr.j",
}
PLACES = {
    "correlation-hlstrans-aug-true-generate-3-*": {
        "15": "mean.j",
        "18": "mean.i",
        "27": "stddev.j",
        "30": "stddev.i",
        "42": "norm.j",
        "50": "corr.i",
        "53": "corr.j",
        "56": "corr.k",
    },
    "correlation-hlstrans-aug-true-generate-5-*": {
        "19": "mean.j",
        "22": "mean.i",
        "30": "stddev.j",
        "33": "stddev.i",
        "42": "norm.i",
        "44": "norm.j",
        "51": None,
        "54": "corr.j",
        "57": "corr.k",
    },
}
