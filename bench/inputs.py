#!/usr/bin/env python3
"""Writes the inputs of the benchmark into a folder, once: what is there already stays."""

import json
import os
import struct
import sys

import fixtures
import mix

MIB = 1 << 20


def make(path, writer):
    if not os.path.exists(path):
        part = path + ".part"
        writer(part)
        os.rename(part, path)


def dense_pickle(path, opcodes=67_000_000):
    """Small integers pushed and collected, by the million: three bytes hold an opcode and its argument or two opcodes."""
    batch = b"(" + b"K\x01" * 998 + b"e"
    with open(path, "wb") as file:
        file.write(b"\x80\x02]")
        written = 2
        # An opcode of one byte at a time keeps the ratio of opcodes to bytes near one third.
        while written < opcodes:
            block = (b"(" + b"M\x01\x02" * 999 + b"e") * 64
            file.write(block)
            written += 1001 * 64
        file.write(batch + b".")


def small_pickles(path, n=2000):
    os.makedirs(path)
    for i in range(n):
        fixtures.write(os.path.join(path, f"{i:04}.pkl"), fixtures.pickle_dict(i % 50))


def big_safetensors(path, size=4 << 30):
    header = json.dumps({f"layer.{i}.weight": {"dtype": "F16", "shape": [size // 64 // 2],
                                               "data_offsets": [i * (size // 64), (i + 1) * (size // 64)]}
                         for i in range(64)}).encode()
    header += b" " * (-len(header) % 8)
    with open("/dev/urandom", "rb") as source:
        block = source.read(16 * MIB)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for _ in range(size // len(block)):
            file.write(block)


def two_halves(path):
    os.makedirs(path)
    for i in range(2):
        big_safetensors(os.path.join(path, f"half{i}.safetensors"), 2 << 30)


def main():
    top = sys.argv[1]
    os.makedirs(top, exist_ok=True)
    make(os.path.join(top, "tiny.pkl"), lambda p: fixtures.write(p, fixtures.pickle_dict()))
    make(os.path.join(top, "small"), small_pickles)
    make(os.path.join(top, "dense.pkl"), dense_pickle)
    make(os.path.join(top, "big.safetensors"), big_safetensors)
    make(os.path.join(top, "tiny.txt"), lambda p: fixtures.write(p, b"A text of one line.\n"))
    make(os.path.join(top, "mix"), mix.make)
    make(os.path.join(top, "signed"), two_halves)


main()
