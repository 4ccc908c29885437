"""8 x 8 matrix times vector. After AugustKRZhu/PP4FPGA_HLS matrix_vector_base."""


def matrix_vector(M: int32[8, 8], V_In: int32[8], V_Out: int32[8]):
    for i in range(8):
        total: int32 = 0
        for j in range(8):
            total += V_In[j] * M[i, j]
        V_Out[i] = total


POINTS = ["gemv-augkrz-matrix-vector-base-*"]
LOOPS = {
    "data_loop": "i",
    "matrix_vector_base.c:10": "i",
    "matrix_vector_base.c:14": "j",
}
