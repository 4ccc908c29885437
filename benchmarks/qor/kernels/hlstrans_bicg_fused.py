"""PolyBench bicg, integers, both sums in one loop. After HLStrans
data/argumentation_example/polybench/bicg bicg and bicg_1 (one report)."""


def initialize_s(s_out: int32[32]):
    for i in range(32, name="reset_s"):
        s_out[i] = 0


def initialize_q(q_out: int32[32]):
    for i in range(32, name="reset_q"):
        q_out[i] = 0


def compute_s_q(A: int32[32, 32], p: int32[32], r: int32[32], s_out: int32[32], q_out: int32[32]):
    for i in range(32, name="rows"):
        for j in range(32):
            s_out[j] = int32(s_out[j] + r[i] * A[i, j])
            q_out[i] = int32(q_out[i] + A[i, j] * p[j])


def bicg(A: int32[32, 32], p: int32[32], r: int32[32], s_out: int32[32], q_out: int32[32]):
    initialize_s(s_out)
    initialize_q(q_out)
    compute_s_q(A, p, r, s_out, q_out)


POINTS = ["bicg-hlstrans-aug-true-bicg-1-*", "bicg-hlstrans-aug-true-bicg-??????"]
LOOPS = {
    "VITIS_LOOP_21_1": "compute_s_q:rows.i",
    "6": "initialize_s:reset_s.i",
    "14": "initialize_q:reset_q.i",
    "22": "compute_s_q:rows.i",
    "24": "compute_s_q:rows.j",
}
ARRAYS = {"s_out": "bicg:s_out", "q_out": "bicg:q_out", "A": "bicg:A"}
