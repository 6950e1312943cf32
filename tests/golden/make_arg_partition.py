#!/usr/bin/env python3
"""Prints the checksums of tests/pipelines/arg_partition_test.cpp. Run with numpy 1.26.4."""

import numpy


def sequence(count, different, seed):
    values = []
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % 2**31
        values.append((seed >> 16) % different)
    return numpy.array(values, numpy.float32)


def checksum(values, kth):
    total = 0
    for position in numpy.argpartition(values, kth):
        total = (total * 31 + int(position)) % 2**32
    return total


for case in ((9, 3, 1, 2), (100, 2, 2, 5), (900, 4, 3, 40), (900, 1, 4, 5), (5000, 7, 5, 4999), (4096, 3, 6, 1500), (20000, 20000, 7, 10000)):
    print(*case, checksum(sequence(*case[:3]), case[3]))
print("organ pipe", checksum(numpy.array([min(i, 3000 - i) for i in range(3000)], numpy.float32), 1700))
