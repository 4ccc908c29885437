"""DFT of 256 points with tables, sums in scalars. After hanyax DFT/dft256_optimized2."""


def dft(
    real_in: float32[256],
    imag_in: float32[256],
    real_out: float32[256],
    imag_out: float32[256],
):
    for i in range(256):
        temp_r: float32 = 0.0
        temp_i: float32 = 0.0
        for j in range(256):
            k: index = (i * j) % 256
            c: float32 = COS[k]
            s: float32 = SIN[k]
            temp_r += real_in[j] * c - imag_in[j] * s
            temp_i += real_in[j] * s + imag_in[j] * c
        real_out[i] = temp_r
        imag_out[i] = temp_i


POINTS = ["dft-hanyax-dft256-optimized2-*"]
LOOPS = {"Loop 1": "i", "Loop 1.1": "j"}
CONSTANTS = {"COS": ["cosine", 256], "SIN": ["sine", 256]}
