"""Two model repositories: one that lets go of its base model's license, one that keeps to it."""
import fixtures

CARD = """---
license: {license}
base_model:
- {base}
license_link: {link}
---
# A model
{words}
"""


def card(**fields):
    return CARD.format(**fields).encode()


fixtures.write("drift/README.md", card(license="apache-2.0", base="meta-llama/Llama-3.1-8B", link="LICENSE.md", words=""))
fixtures.write("drift/LICENSE", b"This model is released under the MIT license.\n")
fixtures.write("drift/train.c", b"/* SPDX-License-Identifier: GPL-3.0-or-later */\nint x;\n")
fixtures.write("drift/data/NOTICE.txt", b"Parts are licensed under CC BY-NC 4.0.\n")
fixtures.write("Llama-tuned/README.md", card(license="llama3.1", base="meta-llama/Llama-3.1-8B",
                                             link="https://www.llama.com/llama3_1/license/", words="Built with Llama."))
fixtures.write("held.yaml", b"""name: held
description: Our own table of base models.
detectors: [license]
licenses:
  deny: ["*-NC-*"]
  base-models:
    meta-llama/*: MIT
""")
fixtures.write("plain.yaml", b"name: plain\ndescription: Licenses only.\ndetectors: [license]\n")
