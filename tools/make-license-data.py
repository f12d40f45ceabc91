#!/usr/bin/env python3
"""Makes the matching data of rules/licenses/ from the SPDX license list and from AI license texts.

usage: make-license-data.py --spdx DIR --spdx-version TEXT --ai DIR --ai-version TEXT OUTPUT

--spdx    a checkout of spdx/license-list-XML (src/*.xml, src/exceptions/*.xml)
--ai      a folder with one text a license, ID[.VARIANT].txt, named as on the Hugging Face Hub, and
          beside it (or in it) hf_license_ids.tsv: id of the Hub, SPDX expression
OUTPUT    rules/licenses of this project: words.tsv is read there; texts.dat and list.tsv are written

texts.dat holds fingerprints, never texts. Little-endian:

    "ASLICTX2"
    u32 words, u32 names, u32 templates, u32 tokens, u32 bytes of names
    words     u32 each: FNV-1a hashes of the words, ascending; the word at index i has the id i + 1
    names     the ids of the licenses, each ended by a zero byte; padded to 4 bytes
    templates u32 each: id index (16 bits), flags (8 bits, 1: exception); then u32 number of tokens
    tokens    u16 each: word ids and the control codes below

Normalization and control codes are those of src/detect/license_words.c and license_texts.c: the
tokenizer stands here a second time because Python parses the XML; tests/unit/license.c holds both to
the same result.
"""
import argparse
import collections
import os
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree

OPTIONAL_BEGIN, OPTIONAL_END, WILD = 0xFFFF, 0xFFFE, 0xFF00
ANY = 0x50              # words that "anything" in a template may stand for
NAMESPACE = "{http://www.spdx.org/license}"
TAGS = set("a abbr b big blockquote body br center cite code dd del div dl dt em font footer form h h1 h2 h3 h4 h5 h6 head "
           "header hr html i iframe img input ins kbd label li link main meta nav object ol p pre s script section small span "
           "strike strong style sub sup table tbody td tfoot th thead title tr tt u ul var".split())
ROMAN = set("i ii iii iv v vi vii viii ix x xi xii".split())
SEPARATORS = "\u0080-\u00bf\u2000-\u206f\u2190-\u2bff\u3000-\u3003\u3008-\u303f\ufeff\uff00-\uff0f\uff1a-\uff20\ufffd"
PIECES = re.compile(
    r"(?P<newline>\n)"
    r"|(?P<tag><[/!]?(?P<name>[A-Za-z]+[0-9]?)(?:[\s/][^<>]{0,500})?>)"
    r"|(?P<entity>&[A-Za-z#0-9]{2,8};)"
    r"|(?P<escape>\\[nrt])"
    r"|(?P<and>(?<=\s)&(?=\s))"
    r"|(?P<plus>(?<=[A-Za-z0-9])\+(?![A-Za-z0-9+]))"
    r"|(?P<least>>=)"
    r"|(?P<word>(?:[A-Za-z]|[^\x00-\x7f" + SEPARATORS + r"])+)"
    r"|(?P<number>[0-9]+)", re.S)
BULLET = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})*|[A-Za-z]{1,4})[.)](?=\s|$)")


def lower(word):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in word)


def words_of(text, variants):
    """The words of TEXT in order, as src/detect/license_words.c makes them."""
    words, pos, starts = [], 0, True
    while True:
        found = PIECES.search(text, pos)
        if not found:
            return words
        kind, pos = found.lastgroup, found.end()
        if kind == "name":
            kind = "tag"
        if kind == "newline" or (kind == "escape" and found.group().endswith("n")):
            starts = True
        elif kind == "tag":
            if found.group("name").lower() not in TAGS:
                pos = found.start() + 1
        elif kind == "and":
            words.append("and")
        elif kind == "plus":
            words.append("+")
        elif kind == "least":
            words.append(">=")
        elif kind in ("word", "number"):
            word = lower(found.group())
            if starts:
                bullet = BULLET.match(text, found.start())
                if bullet and (kind == "number" or len(word) == 1 or word in ROMAN):
                    pos, starts = bullet.end(), False
                    continue
                if word in ("dnl", "rem"):
                    continue
            starts = False
            words.extend(variants.get(word, [word]))


def spread(pattern, default):
    """How many words the regular expression of an <alt> may stand for."""
    if re.search(r"\.[+*]", pattern):
        return ANY
    plain = re.sub(r"\\s[+*]?|\[[^]]*\]\{[^}]*\}|\s+", " ", pattern)
    return min(ANY, 1 + max([len(default)] + [len(re.findall(r"\w+", part)) for part in plain.split("|")]))


class Template:
    """Tokens of one license text: words, and tuples for control codes."""

    def __init__(self, variants):
        self.variants, self.tokens, self.text = variants, [], ""

    def flush(self):
        self.tokens += words_of(self.text, self.variants)
        self.text = ""

    def walk(self, element):
        tag = element.tag.replace(NAMESPACE, "") if isinstance(element.tag, str) else "comment"
        if tag in ("comment", "bullet"):
            self.text += "\n" if tag == "bullet" else " "
            return
        if tag in ("p", "br", "item", "list"):
            self.text += "\n"
        wild = None
        if tag == "alt":
            wild = spread(element.get("match", ""), words_of("".join(element.itertext()), self.variants))
        elif tag == "copyrightText":
            wild = ANY
        # How to apply a license stands in many texts and says nothing about its terms.
        if tag in ("alt", "copyrightText", "optional", "titleText", "standardLicenseHeader"):
            self.flush()
            if wild is not None:
                self.tokens.append((WILD + wild,))
            self.tokens.append((OPTIONAL_BEGIN,))
        self.text += element.text or ""
        for child in element:
            self.walk(child)
            self.text += child.tail or ""
        if tag in ("alt", "copyrightText", "optional", "titleText", "standardLicenseHeader"):
            self.flush()
            self.tokens.append((OPTIONAL_END,))
        if tag in ("p", "br", "item", "list"):
            self.text += "\n"


def spdx_entries(folder, variants):
    """(id, is_exception, name, urls, tokens or None) of each license of the list that is not deprecated."""
    for below in ("src", "src/exceptions"):
        for file in sorted(os.listdir(os.path.join(folder, below))):
            if not file.endswith(".xml"):
                continue
            entry = ElementTree.parse(os.path.join(folder, below, file)).getroot()[0]
            is_exception = entry.tag == NAMESPACE + "exception"
            if entry.get("deprecatedVersion") or entry.get("isDeprecated") == "true":
                continue
            template = Template(variants)
            for text in entry.iter(NAMESPACE + "text"):
                template.walk(text)
            template.flush()
            urls = [u.text.strip() for u in entry.iter(NAMESPACE + "crossRef") if u.text]
            yield entry.get("licenseId"), is_exception, entry.get("name"), urls, template.tokens


def ai_entries(folder, variants):
    """(id, tokens): a trailing .WORD without digits names a variant of the same license."""
    for file in sorted(os.listdir(folder)):
        if file.endswith(".txt") and file != "yi-license.txt":  # Apache-2.0 today
            name = re.sub(r"\.([a-z]+[0-9]*)$", "", file[:-4])
            with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as text:
                yield "LicenseRef-HF-" + name, words_of(text.read(), variants)


def hub_line(name, expression, title=""):
    """An id of the Hub and what it means; a family without a version is a license of its own."""
    family = expression.startswith("FAMILY:")
    expression = expression.replace("FAMILY:", "").replace(" (ambiguous)", "").replace("plusplus", "++")
    if family and "GPL" not in expression and "GFDL" not in expression:
        expression = "LicenseRef-HF-" + name
    return "\t".join(["family" if family else "hub", name, expression, title])


def fnv(word):
    value = 0x811C9DC5
    for byte in word.encode("utf-8", "replace"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def write_texts(path, templates):
    # Of licenses with one text (OFL-1.1 and OFL-1.1-RFN) the shortest id wins.
    templates = sorted(templates, key=lambda t: (len(t[0]), t[0]))
    hashes = sorted({fnv(t) for _, _, tokens in templates for t in tokens if isinstance(t, str)})
    if len(hashes) >= WILD:
        sys.exit("too many different words for 16 bits")
    ids = {value: i + 1 for i, value in enumerate(hashes)}
    names = sorted({name for name, _, _ in templates})
    stream, rows = [], []
    for name, is_exception, tokens in templates:
        codes = [ids[fnv(t)] if isinstance(t, str) else t[0] for t in tokens]
        rows.append(struct.pack("<II", names.index(name) | is_exception << 16, len(codes)))
        stream += codes
    table = b"".join(n.encode() + b"\0" for n in names)
    table += b"\0" * (-len(table) % 4)
    with open(path, "wb") as out:
        out.write(b"ASLICTX2" + struct.pack("<5I", len(hashes), len(names), len(rows), len(stream), len(table)))
        out.write(struct.pack(f"<{len(hashes)}I", *hashes) + table + b"".join(rows))
        out.write(struct.pack(f"<{len(stream)}H", *stream))
    print(f"{path}: {len(hashes)} words, {len(rows)} templates, {len(stream)} tokens, {os.path.getsize(path)} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("--spdx", "--spdx-version", "--ai", "--ai-version"):
        parser.add_argument(option, required=True)
    parser.add_argument("output")
    options = parser.parse_args()
    with open(os.path.join(options.output, "words.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    variants = {row[0]: row[1].split() for row in rows}

    templates, lines, seen = [], [], collections.OrderedDict()
    for name, is_exception, title, urls, tokens in spdx_entries(options.spdx, variants):
        lines.append("\t".join(["exception" if is_exception else "license", name, title] + urls))
        # Later versions, invariants and the like are said by notices: the texts are the same.
        if re.search(r"-or-later$|-(no-)?invariants-|^MPL-2.0-no-", name) or not any(isinstance(t, str) for t in tokens):
            continue
        templates.append((name, is_exception, tokens))
    for name, tokens in ai_entries(options.ai, variants):
        templates.append((name, False, tokens))
        seen[name] = True
    for where in (options.ai, os.path.dirname(os.path.abspath(options.ai))):
        table = os.path.join(where, "hf_license_ids.tsv")
        if os.path.exists(table):
            with open(table, encoding="utf-8") as file:
                for row in [line.rstrip("\n").split("\t") for line in file][1:]:
                    lines.append(hub_line(*row[:3]))
            break
    lines += [f"text\t{name}" for name in seen]
    with open(os.path.join(options.output, "list.tsv"), "w", encoding="utf-8") as out:
        out.write("# Made by tools/make-license-data.py; do not edit.\n"
                  f"# SPDX license list: {options.spdx_version}\n# AI license texts and ids: {options.ai_version}\n"
                  "# license ID NAME URL... | exception ID NAME URL... | hub, family: ID EXPRESSION NAME | text ID\n")
        out.write("\n".join(lines) + "\n")
    write_texts(os.path.join(options.output, "texts.dat"), templates)


main()
