"""DFT of 256 real points with tables. After wh-xu project3/dft_256_precomputed."""


def dft(
    real_sample: float32[256],
    imag_sample: float32[256],
):
    dft_real: float32[256]
    dft_img: float32[256]
    for i in range(256, name="DFT"):
        dft_real[i] = 0.0
        dft_img[i] = 0.0
        for j in range(256):
            k: index = (i * j) % 256
            dft_real[i] += real_sample[j] * COS[k]
            dft_img[i] += real_sample[j] * SIN[k]
    for i in range(256, name="back"):
        real_sample[i] = dft_real[i]
        imag_sample[i] = dft_img[i]


POINTS = ["dft-whxu-dft-256-precomputed-*"]
LOOPS = {"DFT": "DFT.i", "DFT.1": "j", "Loop 2": "back.i"}
CONSTANTS = {"COS": ["cosine", 256], "SIN": ["sine", 256]}
