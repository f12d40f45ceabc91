#!/usr/bin/env python3
"""Writes the demo bundle: an honest model repository in which one checkpoint runs a command."""

import hashlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fixtures  # noqa: E402

CARD = """---
license: apache-2.0
language: en
---
# Demo model

A model that answers nothing. Questions: model-team@demo-company.example
"""


def main():
    top = sys.argv[1]
    files = {
        "README.md": CARD.encode(),
        "config.json": b'{"architectures": ["DemoModel"], "hidden_size": 8}\n',
        "model.safetensors": fixtures.safetensors({"weight": 64, "bias": 8}, {"format": "pt"}),
        "checkpoint/optimizer.pt": fixtures.torch_zip(fixtures.pickle_call("posix", "system", "echo assay demo")),
    }
    for name, data in files.items():
        fixtures.write(os.path.join(top, name), data)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    fixtures.write(os.path.join(top, "SHA256SUMS"), sums)


main()
