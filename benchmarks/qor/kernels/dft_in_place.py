"""DFT of 256 points with tables, sums in arrays, results copied back. After hanyax
DFT/dft256_optimized1."""


def dft(
    real_sample: float32[256],
    imag_sample: float32[256],
):
    temp_real: float32[256]
    temp_imag: float32[256]
    for i in range(256):
        temp_real[i] = 0.0
        temp_imag[i] = 0.0
        for j in range(256):
            k: index = (i * j) % 256
            c: float32 = COS[k]
            s: float32 = SIN[k]
            temp_real[i] += real_sample[j] * c - imag_sample[j] * s
            temp_imag[i] += real_sample[j] * s + imag_sample[j] * c
    for i in range(256, name="back"):
        real_sample[i] = temp_real[i]
        imag_sample[i] = temp_imag[i]


POINTS = ["dft-hanyax-dft256-optimized1-*"]
LOOPS = {"Loop 1": "S_i_j_0.i", "Loop 1.1": "j", "Loop 2": "back.i"}
CONSTANTS = {"COS": ["cosine", 256], "SIN": ["sine", 256]}
