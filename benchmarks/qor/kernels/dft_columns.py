"""DFT of 1024 points, one column of the matrix after the other. After jas0xf project3 Q8."""


def dft(
    real_sample: float32[1024],
    imag_sample: float32[1024],
    real_op: float32[1024],
    imag_op: float32[1024],
):
    for j in range(1024):
        for i in range(1024):
            k: index = (i * j) % 1024
            c: float32 = COS[k]
            s: float32 = SIN[k]
            real_op[i] += real_sample[j] * c - imag_sample[j] * s
            imag_op[i] += real_sample[j] * s + imag_sample[j] * c


POINTS = ["dft-jas0xf-q8-*"]
LOOPS = {"VITIS_LOOP_17_1_VITIS_LOOP_18_2": "i", "dft.cpp:19": "i", "dft.cpp:20": "i"}
ARRAYS = {"cos_coefficients_table": "COS", "sin_coefficients_table": "SIN"}
CONSTANTS = {"COS": ["cosine", 1024], "SIN": ["sine", 1024]}
