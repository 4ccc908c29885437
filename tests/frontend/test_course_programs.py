"""Kernels as courses and papers write them, against NumPy or plain Python; all are emitted, too."""

# Annotations of the kernel language are no Python types.
# mypy: ignore-errors

from __future__ import annotations

import zlib

import numpy as np

import hcl_explore as hcl
from hcl_explore import (
    ConstExpr,
    Fixed,
    Stream,
    UInt,
    bool,
    float32,
    int8,
    int16,
    int32,
    uint8,
    uint16,
    uint32,
)

RNG = np.random.default_rng(11)


def floats(*shape):
    return RNG.random(shape).astype(np.float32)


def run(kernel, *arguments):
    """The kernel's results on the CPU; its C++ is emitted as well."""
    schedule = hcl.customize(kernel)
    schedule.build("vhls")
    return schedule.build()(*arguments)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def histogram(img: uint8[64]) -> int32[256]:
    hist: int32[256] = 0
    for i in range(64):
        hist[img[i]] += 1
    return hist


def test_histogram():
    image = RNG.integers(0, 256, 64).astype(np.uint8)
    np.testing.assert_array_equal(run(histogram, image), np.bincount(image, minlength=256))


def kmeans(points: float32[32, 2], means: float32[4, 2]) -> int32[32]:
    labels: int32[32] = 0
    for it in range(3):
        for n in range(32, name="calc_label"):
            min_dist: float32 = 1e10
            for k in range(4):
                dist: float32 = 0.0
                for d in range(2):
                    dist += (points[n, d] - means[k, d]) ** 2
                if dist < min_dist:
                    min_dist = dist
                    labels[n] = k
        num: int32[4] = 0
        sums: float32[4, 2] = 0.0
        for n in range(32, name="calc_sum"):
            num[labels[n]] += 1
            for d in range(2):
                sums[labels[n], d] += points[n, d]
        for k, d in hcl.grid(4, 2, name="update_mean"):
            means[k, d] = sums[k, d] / num[k] if num[k] > 0 else means[k, d]
    return labels


def test_kmeans():
    points, means = floats(32, 2), floats(4, 2)
    expected = means.astype(np.float64)
    for _ in range(3):
        labels = ((points[:, None] - expected) ** 2).sum(axis=2).argmin(axis=1)
        for k in set(labels):
            expected[k] = points[labels == k].mean(axis=0)
    np.testing.assert_array_equal(run(kmeans, points, means), labels)
    close(means, expected)


def popcount(num: UInt(49)) -> UInt(6):
    out: UInt(6) = 0
    for i in range(49):
        out += num[i]
    return out


def knn(test: UInt(49), train: UInt(49)[10, 20]) -> uint8[10, 3]:
    knn_mat: uint8[10, 3] = 50
    for i, j in hcl.grid(10, 20, name="knn"):
        diff: UInt(49) = test ^ train[i, j]
        dist: UInt(6) = popcount(diff)
        max_id: UInt(2) = 0
        for k in range(3):
            if knn_mat[i, k] > knn_mat[i, max_id]:
                max_id = k
        if dist < knn_mat[i, max_id]:
            knn_mat[i, max_id] = dist
    return knn_mat


def test_nearest_digits():
    test, train = (
        int(RNG.integers(0, 1 << 49)),
        RNG.integers(0, 1 << 49, (10, 20)).astype(np.uint64),
    )
    distances = [[(test ^ int(word)).bit_count() for word in row] for row in train]
    found = np.sort(run(knn, test, train), axis=1)
    np.testing.assert_array_equal(found, [sorted(row)[:3] for row in distances])


def bitonic(A: int32[16]) -> int32[16]:
    B: int32[16] = A
    k: int32 = 2
    while k <= 16:
        j: int32 = k // 2
        while j > 0:
            for i in range(16):
                l: int32 = i ^ j
                if l > i:
                    up: bool = (i & k) == 0
                    if (up and B[i] > B[l]) or (not up and B[i] < B[l]):
                        tmp: int32 = B[i]
                        B[i] = B[l]
                        B[l] = tmp
            j = j // 2
        k = k * 2
    return B


def test_bitonic_sort():
    numbers = RNG.integers(0, 1000, 16).astype(np.int32)
    np.testing.assert_array_equal(run(bitonic, numbers), np.sort(numbers))


ATAN = [np.arctan(2.0**-i) for i in range(16)]


def cordic(theta: Fixed(32, 24)) -> (Fixed(32, 24), Fixed(32, 24)):
    table: Fixed(32, 24)[16] = ATAN
    x: Fixed(32, 24) = 0.6072529350088813
    y: Fixed(32, 24) = 0
    z: Fixed(32, 24) = theta
    for i in range(16):
        xs: Fixed(32, 24) = x >> i
        ys: Fixed(32, 24) = y >> i
        if z >= 0:
            x, y = x - ys, y + xs
            z -= table[i]
        else:
            x, y = x + ys, y - xs
            z += table[i]
    return x, y


def test_cordic():
    np.testing.assert_allclose(run(cordic, 0.6), [np.cos(0.6), np.sin(0.6)], atol=1e-4)


COEF = [1, -2, 3, 4]


def fir(x: int16) -> int32:
    shift_reg: int16[4] @ hcl.Stateful = 0
    acc: int32 = 0
    for i in range(3, -1, -1):
        if i == 0:
            shift_reg[0] = x
        else:
            shift_reg[i] = shift_reg[i - 1]
        acc += shift_reg[i] * COEF[i]
    return acc


def test_fir_keeps_its_samples():
    kernel = hcl.customize(fir).build()
    samples = [5, -3, 100, 7, 0, 2]
    found = [kernel(sample) for sample in samples]
    np.testing.assert_array_equal(found, np.convolve(samples, COEF)[: len(samples)])


def lfsr(seed: uint16, n: int32) -> uint16:
    s: uint16 = seed
    for i in range(n):
        bit: UInt(1) = s[0] ^ s[2] ^ s[3] ^ s[5]
        s = s >> 1
        s[15] = bit
    return s


def test_shift_register():
    state = 0xACE1
    for _ in range(20):
        bit = (state ^ state >> 2 ^ state >> 3 ^ state >> 5) & 1
        state = state >> 1 | bit << 15
    assert run(lfsr, 0xACE1, 20) == state


def crc32(data: uint8[9]) -> uint32:
    crc: uint32 = 0xFFFFFFFF
    for i in range(9):
        crc ^= data[i]
        for b in range(8):
            if crc & 1:
                crc = (crc >> 1) ^ 0xEDB88320
            else:
                crc >>= 1
    return ~crc


def test_checksum():
    data = np.frombuffer(b"123456789", np.uint8)
    assert run(crc32, data) == zlib.crc32(data.tobytes())


def life(board: UInt(1)[8, 8]) -> UInt(1)[8, 8]:
    nxt: UInt(1)[8, 8]
    for y, x in hcl.grid(8, 8):
        n: uint8 = 0
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                if dy != 0 or dx != 0:
                    n += board[(y + dy) % 8, (x + dx) % 8]
        nxt[y, x] = n == 3 or (n == 2 and board[y, x])
    return nxt


def test_game_of_life():
    board = RNG.random((8, 8)) < 0.4
    steps = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x]
    around = sum(np.roll(board, step, (0, 1)).astype(int) for step in steps)
    np.testing.assert_array_equal(run(life, board), (around == 3) | (around == 2) & board)


def inverse(A: float32[4, 4]) -> float32[4, 4]:
    M: float32[4, 8] = 0.0
    for i, j in hcl.grid(4, 4):
        M[i, j] = A[i, j]
    for i in range(4):
        M[i, i + 4] = 1.0
    for p in range(4):
        pivot: float32 = M[p, p]
        for j in range(8):
            M[p, j] /= pivot
        for i in range(4):
            if i != p:
                f: float32 = M[i, p]
                for j in range(8):
                    M[i, j] -= f * M[p, j]
    B: float32[4, 4]
    for i, j in hcl.grid(4, 4):
        B[i, j] = M[i, j + 4]
    return B


def test_inverse_by_elimination():
    A = floats(4, 4) + 4 * np.eye(4, dtype=np.float32)
    close(run(inverse, A), np.linalg.inv(A))


def scan(A: int32[16]) -> int32[16]:
    B: int32[16] = A
    for d in range(4):
        stride: int32 = 1 << (d + 1)
        for i in range(16 // stride):
            B[(i + 1) * stride - 1] += B[i * stride + stride // 2 - 1]
    B[15] = 0
    for d in range(4):
        stride: int32 = 16 >> d
        for i in range(16 // stride):
            t: int32 = B[i * stride + stride // 2 - 1]
            B[i * stride + stride // 2 - 1] = B[(i + 1) * stride - 1]
            B[(i + 1) * stride - 1] += t
    return B


def test_prefix_sum():
    A = RNG.integers(0, 9, 16).astype(np.int32)
    np.testing.assert_array_equal(run(scan, A), np.cumsum(A) - A)


def search(text: uint8[16], pat: uint8[4]) -> int32:
    count: int32 = 0
    for i in range(16 - 4 + 1):
        match: bool = True
        for j in range(4):
            if text[i + j] != pat[j]:
                match = False
        if match:
            count += 1
    return count


def test_string_search():
    text = np.frombuffer(b"abracadabra!!!!!", np.uint8)
    assert run(search, text, text[:4].copy()) == 2


M, N = 4, 8


def dot(A: float32[N], B: float32[N]) -> float32:
    n: ConstExpr[int32] = N
    acc: float32 = 0.0
    for i in hcl.reduction(n):
        acc += A[i] * B[i]
    return acc


def test_dot_product():
    A, B = floats(8), floats(8)
    close(run(dot, A, B), A @ B)


G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], np.float32)
BT = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], np.float32)
AT = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], np.float32)


def winograd(d: float32[4, 4], g: float32[3, 3]) -> float32[2, 2]:
    U = G @ g @ G.T
    V = BT @ d @ BT.T
    P: float32[4, 4] = U * V
    Y: float32[2, 2] = AT @ P @ AT.T
    return Y


def test_winograd():
    d, g = floats(4, 4), floats(3, 3)
    windows = np.lib.stride_tricks.sliding_window_view(d, (3, 3))
    close(run(winograd, d, g), (windows * g).sum(axis=(2, 3)))


def depthwise(X: float32[3, 6, 6], W: float32[3, 3, 3]) -> float32[3, 4, 4]:
    Y: float32[3, 4, 4] = 0.0
    for c, h, w in hcl.grid(3, 4, 4, name="dw"):
        for r, s in hcl.reduction(3, 3):
            Y[c, h, w] += X[c, h + r, w + s] * W[c, r, s]
    return Y


def test_depthwise_convolution():
    X, W = floats(3, 6, 6), floats(3, 3, 3)
    windows = np.lib.stride_tricks.sliding_window_view(X, (3, 3), axis=(1, 2))
    close(run(depthwise, X, W), np.einsum("chwrs,crs->chw", windows, W))


def sigmoid(x: float32) -> float32:
    return 1.0 / (1.0 + hcl.exp(-x))


def lstm(
    x: float32[4], h: float32[4], c: float32[4], W: float32[16, 8], b: float32[16]
) -> (float32[4], float32[4]):
    gates: float32[16] = 0.0
    for i in range(16, name="gates"):
        acc: float32 = b[i]
        for j in range(4):
            acc += W[i, j] * x[j] + W[i, j + 4] * h[j]
        gates[i] = acc
    h_out: float32[4]
    c_out: float32[4]
    for i in range(4, name="cell"):
        i_g: float32 = sigmoid(gates[i])
        f_g: float32 = sigmoid(gates[i + 4])
        g_g: float32 = hcl.tanh(gates[i + 8])
        o_g: float32 = sigmoid(gates[i + 12])
        c_out[i] = f_g * c[i] + i_g * g_g
        h_out[i] = o_g * hcl.tanh(c_out[i])
    return h_out, c_out


def test_lstm_cell():
    x, h, c, W, b = floats(4), floats(4), floats(4), floats(16, 8), floats(16)
    i, f, g, o = np.split(W @ np.concatenate([x, h]) + b, 4)
    sigma = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
    cell = sigma(f) * c + sigma(i) * np.tanh(g)
    hidden, kept = run(lstm, x, h, c, W, b)
    close(kept, cell)
    close(hidden, sigma(o) * np.tanh(cell))


def attention(Q: float32[2, 4, 8], K: float32[2, 4, 8], V: float32[2, 4, 8]) -> float32[2, 4, 8]:
    out: float32[2, 4, 8] = 0.0
    for h in range(2):
        S: float32[4, 4] = hcl.softmax(Q[h] @ K[h].T / 2.8284)
        out[h] = S @ V[h]
    return out


def test_batched_attention():
    Q, K, V = floats(2, 4, 8), floats(2, 4, 8), floats(2, 4, 8)
    powers = np.exp(Q @ K.transpose(0, 2, 1) / 2.8284)
    close(run(attention, Q, K, V), powers / powers.sum(axis=2, keepdims=True) @ V)


def rope(X: float32[4, 8]) -> float32[4, 8]:
    Y: float32[4, 8]
    for p in range(4):
        for i in range(4):
            theta: float32 = p / (10000.0 ** (2.0 * i / 8.0))
            c: float32 = hcl.cos(theta)
            s: float32 = hcl.sin(theta)
            Y[p, 2 * i] = X[p, 2 * i] * c - X[p, 2 * i + 1] * s
            Y[p, 2 * i + 1] = X[p, 2 * i] * s + X[p, 2 * i + 1] * c
    return Y


def test_rotary_embedding():
    X = floats(4, 8)
    turn = np.arange(4)[:, None] / 10000.0 ** (np.arange(4) / 4)
    rotated = (X[:, ::2] + 1j * X[:, 1::2]) * np.exp(1j * turn)
    found = run(rope, X)
    close(found[:, ::2], rotated.real)
    close(found[:, 1::2], rotated.imag)


def layer_norm(X: float32[4, 8], gamma: float32[8], beta: float32[8]) -> float32[4, 8]:
    mean: float32[4] = 0.0
    mean2: float32[4] = 0.0
    var: float32[4]
    Y: float32[4, 8]
    for i in range(4, name="mean"):
        for j in hcl.reduction(8):
            mean[i] += X[i, j]
            mean2[i] += X[i, j] * X[i, j]
    for i in range(4, name="var"):
        mean[i] /= 8.0
        mean2[i] /= float(8)
        var[i] = mean2[i] - mean[i] * mean[i]
    for i, j in hcl.grid(4, 8, name="norm"):
        Y[i, j] = gamma[j] * (X[i, j] - mean[i]) / hcl.sqrt(var[i] + 1e-5) + beta[j]
    return Y


def test_layer_norm_by_passes():
    X, gamma, beta = floats(4, 8), floats(8), floats(8)
    close(run(layer_norm, X, gamma, beta), hcl.layernorm(X, gamma, beta))


def qgemm(A: int8[M, N], B: int8[N, M]) -> int8[M, M]:
    C: int8[M, M]
    for i, j in hcl.grid(M, M):
        acc: int32 = 0
        for k in hcl.reduction(N):
            acc += A[i, k] * B[k, j]
        C[i, j] = min(max((acc * 77) >> 8, -128), 127)
    return C


def test_quantised_product():
    A, B = (RNG.integers(-20, 20, shape).astype(np.int8) for shape in ((4, 8), (8, 4)))
    product = (A.astype(np.int32) @ B * 77) >> 8
    np.testing.assert_array_equal(run(qgemm, A, B), product.clip(-128, 127))


def pipeline(A: float32[8]) -> float32[8]:
    fifo: Stream[float32, 4]
    B: float32[8]
    for i in range(8, name="produce"):
        fifo.put(A[i] * 2)
    for i in range(8, name="consume"):
        B[i] = fifo.get() + 1
    return B


def test_stages_with_a_stream():
    A = floats(8)
    close(run(pipeline, A), 2 * A + 1)
