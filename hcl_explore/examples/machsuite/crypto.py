"""MachSuite: AES-256 (FIPS 197), one block."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import complete, pipeline
from hcl_explore.lang import index, uint8


def _multiply(x: int, y: int) -> int:
    """Product in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1."""
    product = 0
    for bit in range(8):
        product ^= (x << bit) * (y >> bit & 1)
    for bit in range(14, 7, -1):
        product ^= (0x11B << (bit - 8)) * (product >> bit & 1)
    return product


def _substitution() -> Array:
    """The S-box: inverse in GF(2⁸), then an affine map over bits."""
    table = np.zeros(256, np.uint8)
    power, inverse = 1, 1  # 3 generates the field; 0xF6 is its inverse
    for _ in range(255):
        rotated = [(inverse << k | inverse >> (8 - k)) & 0xFF for k in range(5)]
        table[power] = np.bitwise_xor.reduce(rotated) ^ 0x63
        power, inverse = _multiply(power, 3), _multiply(inverse, 0xF6)
    table[0] = 0x63
    return table


SBOX = _substitution()


def aes(key: uint8[32], block: uint8[16]) -> uint8[16]:
    keys: uint8[240]
    for i in hcl.grid(32, name="first_keys"):
        keys[i] = key[i]
    round_constant: uint8 = 1
    for word in range(8, 60):
        last: uint8[4]
        for i in hcl.grid(4, name="last_word"):
            last[i] = keys[4 * word - 4 + i]
        if word % 8 == 0:
            first: uint8 = last[0]
            last[0] = SBOX[last[1]] ^ round_constant
            last[1] = SBOX[last[2]]
            last[2] = SBOX[last[3]]
            last[3] = SBOX[first]
            round_constant = round_constant << 1
        if word % 8 == 4:
            for i in hcl.grid(4, name="substitute_word"):
                last[i] = SBOX[last[i]]
        for i in hcl.grid(4, name="next_word"):
            keys[4 * word + i] = keys[4 * word - 32 + i] ^ last[i]
    state: uint8[4, 4]
    for column, row in hcl.grid(4, 4, name="load"):
        state[row, column] = block[4 * column + row] ^ keys[4 * column + row]
    for round in range(1, 15):
        shifted: uint8[4, 4]
        for row, column in hcl.grid(4, 4, name="substitute_shift"):
            source: index = (column + row) % 4
            shifted[row, column] = SBOX[state[row, source]]
        for column in hcl.grid(4, name="mix"):
            parity: uint8 = 0
            for row in hcl.reduction(4):
                parity ^= shifted[row, column]
            for row in hcl.grid(4, name="mix_row"):
                mixed: uint8 = shifted[row, column]
                if round < 14:
                    pair: uint8 = mixed ^ shifted[(row + 1) % 4, column]
                    doubled: uint8 = (pair << 1) ^ ((pair >> 7) * 0x1B)
                    mixed ^= parity ^ doubled
                state[row, column] = mixed ^ keys[16 * round + 4 * column + row]
    out: uint8[16]
    for column, row in hcl.grid(4, 4, name="store"):
        out[4 * column + row] = state[row, column]
    return out


def _expanded(key: Array) -> Array:
    words = [key[4 * i : 4 * i + 4].copy() for i in range(8)]
    constant = 1
    for i in range(8, 60):
        word = words[-1]
        if i % 8 == 0:
            word = SBOX[np.roll(word, -1)]
            word[0] ^= constant
            constant = _multiply(constant, 2)
        elif i % 8 == 4:
            word = SBOX[word]
        words.append(words[-8] ^ word)
    return np.concatenate(words).reshape(15, 4, 4).transpose(0, 2, 1)


def _aes(key: Array, block: Array) -> Array:
    round_keys = _expanded(key)
    circulant = [[(2, 3, 1, 1)[(column - row) % 4] for column in range(4)] for row in range(4)]
    products = np.array([[_multiply(x, y) for x in range(256)] for y in range(4)], np.uint8)
    state = block.reshape(4, 4).T ^ round_keys[0]
    for round in range(1, 15):
        state = np.array([np.roll(SBOX[state[row]], -row) for row in range(4)])
        if round < 14:
            state = np.bitwise_xor.reduce(
                [products[np.array(circulant)[:, k, None], state[None, k]] for k in range(4)]
            )
        state = state ^ round_keys[round]
    return state.T.reshape(16)


EXAMPLES = (
    machsuite(
        aes,
        "AES-256 encryption of one block, with its key expansion",
        lambda rng: (
            rng.integers(0, 256, 32, dtype=np.uint8),
            rng.integers(0, 256, 16, dtype=np.uint8),
        ),
        _aes,
        schedule=(
            *(complete(array) for array in ("key", "block", "keys", "state", "shifted", "out")),
            pipeline("word"),
            pipeline("round"),
        ),
        remark="A round in three cycles, which the next one waits for.",
    ),
)
