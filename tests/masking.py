#!/usr/bin/env python3
"""No planted secret and no personal data leaves in clear: in any format, file, log, message or comparison."""

import base64
import csv
import glob
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

top = os.environ["top_srcdir"]
sys.path.insert(0, os.path.join(top, "tests", "tools"))
sys.dont_write_bytecode = True
import fixtures  # noqa: E402

count = 0
LEAST = 8  # characters of a value that no chance puts into a report
PERSONAL = {
    "email-address": "margarete.oberhuber@stadtwerke-neuhofen.de",
    "credit-card": "4012888888881881",
    "iban-code": "DE89370400440532013000",
    "us-ssn": "460-89-9847",
    "uk-nhs": "401-023-2137",
    "us-mbi": "3CD5-FG7-HJ89",
    "crypto": "16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ",
}


def ok(name, holds, why=""):
    global count
    count += 1
    print(f"{'ok' if holds else 'not ok'} {count} - {name}")
    if not holds:
        print("# " + str(why).replace("\n", "\n# ")[:3000])


def examples():
    """(rule, text) of every example of a rule of secrets."""
    program = os.path.join(os.environ["top_builddir"], "tests", "tools", "examples")
    files = sorted(f for f in glob.glob(os.path.join(top, "rules", "secrets", "*.yaml")) if not f.endswith("words.yaml"))
    fields = subprocess.run([program, *files], capture_output=True, check=True).stdout.decode().split("\0")
    return list(zip(fields[0::2], fields[1::2]))


def values_of(text, evidence):
    """The parts of TEXT that masked evidence speaks of, as far as it tells them."""
    match = re.fullmatch(r"(.*?)\*{4}\((\d+)\)\*{4}(.*)#[0-9a-f]+", evidence, re.S)
    if match is None or int(match.group(2)) < LEAST or not match.group(1):
        return
    first, length, last = match.group(1), int(match.group(2)), match.group(3)
    for start in range(len(text) - length + 1):
        value = text[start:start + length]
        if value.startswith(first) and value.endswith(last) and "\n" not in value:
            yield value


def notebook(texts):
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": [t]} for t in texts]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def strings_pickle(texts):
    """Protocol 2: a list of strings."""
    out = b"\x80\x02](" + b"".join(b"X" + len(t.encode()).to_bytes(4, "little") + t.encode() for t in texts)
    return out + b"e."


def table(texts):
    out = io.StringIO()
    csv.writer(out).writerows([["n", "text"]] + [[str(i), t] for i, t in enumerate(texts)])
    return out.getvalue().encode()


def plant(folder, planted):
    """Every text in prose, and all of them in whatever else a bundle carries text in."""
    texts = [text for _, text in planted]
    lines = [t for t in texts if "\n" not in t]
    for i, (rule, text) in enumerate(planted):
        fixtures.write(f"{folder}/prose/{i}-{rule}.txt", f"Here it is.\n{text}\n".encode())
    for name, data in {
        "values.json": json.dumps({f"n{i}": t for i, t in enumerate(texts)}, indent=1).encode(),
        "lines.jsonl": "".join(json.dumps({"text": t}) + "\n" for t in texts).encode(),
        "cells.csv": table(texts),
        "book.ipynb": notebook(texts),
        "strings.pkl": strings_pickle(texts),
        "model.safetensors": fixtures.safetensors({"w": 4}, {f"n{i}": t for i, t in enumerate(texts)}),
        "model.gguf": fixtures.gguf({f"general.n{i}": t for i, t in enumerate(texts)}, {"w": 32}),
        "wide.txt": "\n".join(texts).encode("utf-16"),
        "code.py": "".join(f"# {t}\n" for t in lines).encode(),
        "README.md": ("---\nlicense: mit\n---\n# A model\n" + "\n".join(f"- {t}" for t in lines) + "\n").encode(),
        "inner.zip": fixtures.zip_of({"a/all.txt": "\n".join(texts).encode()}),
    }.items():
        fixtures.write(f"{folder}/{name}", data)


def hits(folder, values):
    """Which of VALUES stand in a file below FOLDER, as they are or in base64 of a signed statement."""
    for path in glob.glob(f"{folder}/**/*.sigstore.json", recursive=True):
        with open(path, encoding="utf-8") as f:
            envelope = json.load(f)["dsseEnvelope"]
        fixtures.write(path + ".payload", base64.b64decode(envelope["payload"]))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as patterns:
        patterns.write("".join(f"{v}\n" for v in sorted(values)))
        patterns.flush()
        done = subprocess.run(["grep", "-r", "-a", "-o", "-F", "-f", patterns.name, folder],
                              capture_output=True, text=True, errors="replace")
    return done.stdout.splitlines()


def run(out, name, *args, environ=None):
    """Keeps what the command prints in the folder OUT."""
    done = subprocess.run([os.environ["ASSAY"], *args], capture_output=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(environ or {})})
    fixtures.write(f"{out}/{name}.out", done.stdout)
    fixtures.write(f"{out}/{name}.err", done.stderr)
    return done.returncode, done.stdout


FORMATS = ["text", "json", "sarif", "junit", "markdown", "html"]


def everything(out, folder, other):
    """Every command that tells of a scan."""
    subprocess.run([os.environ["ASSAY"], "keygen", f"{out}/../key"], check=True, capture_output=True)
    subprocess.run([os.environ["ASSAY"], "log", "init", f"{out}/log"], check=True, capture_output=True)
    formats = [a for f in FORMATS for a in ("--format", f)]
    code, _ = run(out, "scan", "scan", "--policy", "audit", "--output", f"{out}/report", "--key", f"{out}/../key.pem",
                  "--log", f"{out}/log", "--no-progress", *formats, folder)
    for f in FORMATS:
        run(out, f"scan-{f}", "scan", "--policy", "audit", "--format", f, "--color", "always", folder)
        run(out, f"scan-{f}-to", "scan", "--policy", "audit", "--format", f"{f}={out}/to.{f}", "--no-progress", folder)
        run(out, f"show-{f}", "report", "show", "--format", f, f"{out}/report/report.json")
    run(out, "default", "scan", folder)
    run(out, "unconfined", "scan", "--policy", "audit", "--no-sandbox", "--jobs", "1", folder)
    run(out, "other", "scan", "--policy", "audit", "--format", f"json={out}/other.json", other)
    run(out, "diff", "report", "diff", f"{out}/other.json", f"{out}/report/report.json")
    run(out, "diff-back", "report", "diff", f"{out}/report/report.json", f"{out}/other.json")
    run(out, "baseline", "scan", "--policy", "audit", "--baseline", f"{out}/other.json", folder)
    run(out, "verify", "report", "verify", "--public-key", f"{out}/../key.pub.pem", f"{out}/report/report.sigstore.json")
    run(out, "log-list", "log", "list", f"{out}/log")
    run(out, "log-prove", "log", "prove", f"{out}/log", "0")
    for name in ("model.gguf", "model.safetensors", "README.md"):
        run(out, f"inspect-{name}", "inspect", f"{folder}/{name}")
    run(out, "explain", "explain", "secret/...")
    run(out, "rules", "rules", "list")
    return code


def main():
    with tempfile.TemporaryDirectory() as work:
        planted = examples() + [(kind, f"{kind.replace('-', ' ')}: {value}") for kind, value in PERSONAL.items()]
        folder, other, out = f"{work}/bundle", f"{work}/other", f"{work}/out"
        plant(folder, planted)
        plant(other, planted[::2])
        os.mkdir(out)
        everything(out, folder, other)
        with open(f"{out}/report/report.json", encoding="utf-8") as f:
            report = json.load(f)
        evidence = {}
        for finding in report["findings"]:
            if finding["check"].startswith("secret/") or finding["check"][4:] in PERSONAL:
                evidence.setdefault(finding["member"], []).append(finding["evidence"])
        missing = [r for i, (r, _) in enumerate(planted) if f"prose/{i}-{r}.txt" not in evidence]
        ok("every planted value is found in prose", not missing, missing)
        values = {v for i, (r, text) in enumerate(planted) for e in evidence.get(f"prose/{i}-{r}.txt", [])
                  for v in values_of(text, e)} | set(PERSONAL.values())
        ok("the evidence of most tells what it masks", len(values) > 600, len(values))
        for what, pattern in (("files that were asked for", "to.*"), ("the report folder", "report"), ("the log", "log"),
                              ("standard output and error", "*.out"), ("standard error", "*.err")):
            paths = glob.glob(f"{out}/{pattern}")
            seen = [h for p in paths for h in hits(p, values)]
            ok(f"no planted value stands in {what}", paths and not seen, "\n".join(seen[:30]) or paths)

        # The same test with rules that do not know the values: they stand in the facts then, and are seen.
        blind = f"{work}/blind"
        for name in ("rules", "policies", "schemas"):
            shutil.copytree(os.path.join(top, name), f"{blind}/{name}")
        for path in glob.glob(f"{blind}/rules/secrets/*.yaml"):
            with open(path, "w", encoding="utf-8") as f:
                f.write("{}\n")
        os.mkdir(f"{work}/leak")
        run(f"{work}/leak", "scan", "scan", "--policy", "audit", "--format", "json", folder, environ={"ASSAY_DATADIR": blind})
        ok("a value that nothing masks is seen", hits(f"{work}/leak", values))
    print(f"1..{count}")


main()
