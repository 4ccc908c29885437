"""PolyBench bicg in two functions with sums in local arrays. After HLStrans
data/argumentation_example/polybench/bicg bicg_10 (integers) and bicg_18 (floats)."""


def compute_s(A: T[32, 32], v: T[32], s_out: T[32]):
    s_buffer: T[32]
    for i in range(32, name="first"):
        s_buffer[i] = 0
        for j in range(32):
            s_buffer[i] = T(s_buffer[i] + A[i, j] * v[j])
        s_out[i] = s_buffer[i]


def compute_q(A: T[32, 32], w: T[32], q_out: T[32]):
    q_buffer: T[32]
    for j in range(32, name="second"):
        q_buffer[j] = 0
        for i in range(32):
            q_buffer[j] = T(q_buffer[j] + A[i, j] * w[i])
        q_out[j] = q_buffer[j]


def bicg(A: T[32, 32], p: T[32], r: T[32], s_out: T[32], q_out: T[32]):
    compute_s(A, r, s_out)
    compute_q(A, p, q_out)


POINTS = ["bicg-hlstrans-aug-true-bicg-10-*", "bicg-hlstrans-aug-true-bicg-18-*"]
LOOPS = {
    "VITIS_LOOP_8_1": "compute_s:first.i",
    "VITIS_LOOP_23_1": "compute_q:second.j",
    "VITIS_LOOP_10_1": "compute_s:first.i",
    "VITIS_LOOP_28_1": "compute_q:second.j",
    "9": "compute_s:first.i",
    "12": "compute_s:first.j",
    "24": "compute_q:second.j",
    "27": "compute_q:second.i",
    "11": "compute_s:first.i",
    "14": "compute_s:first.j",
    "29": "compute_q:second.j",
    "32": "compute_q:second.i",
}
ARRAYS = {
    "buffer_s": "s_buffer",
    "buffer_q": "q_buffer",
    "s_out": "bicg:s_out",
    "q_out": "bicg:q_out",
    "A": "bicg:A",
    "p": "bicg:p",
    "r": "bicg:r",
}
PARAMETERS = {
    "bicg-hlstrans-aug-true-bicg-10-*": {"T": "int32"},
    "bicg-hlstrans-aug-true-bicg-18-*": {"T": "float32"},
}
