"""Philox4x32-10 as in src/base/random.h, and the values that goldens are computed from.

A golden stores outputs only: every weight and every floating input is a function of a seed and a
name, the same here and in tests/model/golden_values.h.
"""

import numpy as np

MASK = np.uint64(0xFFFFFFFF)


def name_hash(name):
    """FNV-1a, 64 bits (src/base/name_hash.h)."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def words(seed, stream, count):
    """[count, 4] uint32: philox(seed, stream, index) for index 0 ... count - 1."""
    index = np.arange(count, dtype=np.uint64)
    c = [index & MASK, index >> np.uint64(32), np.full_like(index, stream & 0xFFFFFFFF), np.full_like(index, stream >> 32)]
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), p1 & MASK, (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), p0 & MASK]
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return np.stack(c, axis=1).astype(np.uint32)


def normal(seed, stream, count):
    """[count] float64, standard normal by Box-Muller."""
    w = words(seed, stream, (count + 3) // 4).astype(np.float64).reshape(-1, 2, 2)
    radius = np.sqrt(-2.0 * np.log((w[:, :, 0] + 1.0) / 2**32))
    angle = 2.0 * np.pi * (w[:, :, 1] / 2**32)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2).reshape(-1)[:count]


def golden_value(seed, name, shape, deviation):
    """float32: N(0, deviation^2), around 1 for the scale of a LayerNorm."""
    count = int(np.prod(shape, dtype=np.int64))
    center = 1.0 if name.endswith("LayerNorm.weight") or name.endswith("layer_norm.weight") else 0.0
    return (center + deviation * normal(seed, name_hash(name), count)).astype(np.float32).reshape(shape)
