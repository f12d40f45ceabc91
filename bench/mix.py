#!/usr/bin/env python3
"""A mix of source, JSONL prose and tokenizer JSON, a third of each and the same bytes at each run, for the compliance pass."""
import json
import os
import random

MIB = 1 << 20
# The last line's are words that detectors look for, as often as others: a mix without them would flatter.
WORDS = ("the of and to in model data training value that is was for it with as on be at by had not are but from or have which "
         "one you were all there would their been has when will no more if out so up what its about than into them can only time "
         "token key layer weight attention password secret license address number account name").split()


def name(rng):
    return "_".join(rng.choice(WORDS) for _ in range(rng.randint(1, 3)))


def source(rng):
    lines = [f"import {name(rng)}", ""]
    for _ in range(40):
        lines.append(f"def {name(rng)}({name(rng)}, {name(rng)}=None):")
        lines.append(f"    # {' '.join(rng.choices(WORDS, k=9))}")
        for _ in range(rng.randint(3, 12)):
            lines.append(f"    {name(rng)} = self.{name(rng)}({name(rng)}, {rng.randint(0, 4096)})")
        lines.append(f"    return {name(rng)}[\"{name(rng)}\"]")
    return "\n".join(lines) + "\n"


def prose(rng):
    text = " ".join(" ".join(rng.choices(WORDS, k=rng.randint(6, 20))).capitalize() + "." for _ in range(rng.randint(3, 12)))
    return json.dumps({"id": rng.randint(0, 1 << 40), "url": f"https://example.org/{name(rng)}", "text": text}) + "\n"


def tokenizer(rng, size):
    def piece():
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz\u0120\u00e9\u4e2d", k=rng.randint(2, 12)))
    vocabulary, merges, total = {}, [], 0
    while total < size:
        one, other = piece(), piece()
        vocabulary[one + other] = len(vocabulary)
        merges.append(f"{one} {other}")
        total += 2 * len(one + other) + 28
    return json.dumps({"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": vocabulary, "merges": merges}},
                      ensure_ascii=False)


def repeated(make, rng, size):
    """Different pieces up to 4 MiB, then these in another order: made in seconds, and no cache holds them."""
    pieces, total = [], 0
    while total < min(size, 4 * MIB):
        pieces.append(make(rng))
        total += len(pieces[-1])
    while total < size:
        pieces.append(rng.choice(pieces))
        total += len(pieces[-1])
    return "".join(pieces)


def make(top, mib=200):
    rng = random.Random(1)
    os.makedirs(top, exist_ok=True)
    third = mib * MIB // 3
    for i in range(8):
        with open(os.path.join(top, f"source{i}.py"), "w", encoding="utf-8") as file:
            file.write(repeated(source, rng, third // 8))
        with open(os.path.join(top, f"prose{i}.jsonl"), "w", encoding="utf-8") as file:
            file.write(repeated(prose, rng, third // 8))
    for i in range(4):
        os.makedirs(os.path.join(top, f"model{i}"), exist_ok=True)
        with open(os.path.join(top, f"model{i}", "tokenizer.json"), "w", encoding="utf-8") as file:
            file.write(tokenizer(rng, third // 4))
