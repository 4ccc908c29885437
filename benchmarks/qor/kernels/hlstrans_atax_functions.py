"""PolyBench atax in two functions, sums in an array. After HLStrans
data/argumentation_example/polybench/atax generate_12 (its source is not stored; one structure with
generate_14 by its directives and loops) and generate_14."""


def compute_tmp(A: T[N, N], x: T[N], tmp: T[N]):
    for i in range(N, name="first"):
        tmp[i] = 0
        for j in range(N):
            tmp[i] = T(tmp[i] + A[i, j] * x[j])


def compute_y_out(A: T[N, N], tmp: T[N], y_out: T[N]):
    for j in range(N, name="second"):
        y_out[j] = 0
        for i in range(N):
            y_out[j] = T(y_out[j] + A[i, j] * tmp[i])


def atax(A: T[N, N], x: T[N], y_out: T[N]):
    tmp: T[N]
    compute_tmp(A, x, tmp)
    compute_y_out(A, tmp, y_out)


POINTS = ["atax-hlstrans-aug-true-generate-12-*", "atax-hlstrans-aug-true-generate-14-*"]
LOOPS = {
    "VITIS_LOOP_5_1": "compute_tmp:first.i",
    "VITIS_LOOP_17_1": "compute_y_out:second.j",
    "6": "compute_tmp:first.i",
    "9": "compute_tmp:first.j",
    "18": "compute_y_out:second.j",
    "21": "compute_y_out:second.i",
}
PARAMETERS = {
    "atax-hlstrans-aug-true-generate-12-*": {"N": 32, "UNROLL_FACTOR": 4, "T": "float32"},
    "atax-hlstrans-aug-true-generate-14-*": {"N": 16, "UNROLL_FACTOR": 4, "T": "int32"},
}
