#!/usr/bin/env python3
"""usage: measure.py ASSAY FOLDER: times whole processes, prints medians beside openssl's over the same bytes."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time


def run(command):
    """(wall seconds, CPU seconds, status) of one process with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, status


def anonymous_peak(command):
    """The most anonymous memory (KiB) of all processes of COMMAND, sampled every 5 ms."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        total = 0
        for pid in [process.pid] + children(process.pid):
            try:
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    for line in file:
                        if line.startswith("RssAnon:"):
                            total += int(line.split()[1])
            except OSError:
                pass
        peak = max(peak, total)
        time.sleep(0.005)
    return peak


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def openssl(path):
    """Wall and CPU seconds of `openssl dgst -sha256` over the file or over all files of the folder PATH."""
    files = [path]
    if os.path.isdir(path):
        files = sorted(os.path.join(top, name) for top, _, names in os.walk(path) for name in names)
    return run(["openssl", "dgst", "-sha256"] + files)


def measure(label, command, path, runs, memory=True):
    """One row: COMMAND over PATH, beside openssl over the same bytes in turn, so that both meet the same machine."""
    rows, references = [], []
    for _ in range(runs):
        rows.append(run(command + [path]))
        references.append(openssl(path))
    wall, cpu = (statistics.median(row[i] for row in rows) for i in range(2))
    wall_ratio, cpu_ratio = (statistics.median(row[i] for row in rows) / statistics.median(row[i] for row in references)
                             for i in range(2))
    peak = f"{anonymous_peak(command + [path]) / 1024:7.1f} MiB" if memory else " " * 11
    print(f"{label:40} {wall * 1000:9.1f} ms wall {cpu:7.3f} s CPU {peak}  exit {rows[0][2]}"
          f"  {wall_ratio:7.2f} x wall, {cpu_ratio:7.2f} x CPU of openssl", flush=True)
    return cpu


def compliance(scan, folder):
    """The compliance pass over the mix, then with YARA, then each detector alone, then none; others beside it."""
    mix = os.path.join(folder, "mix")
    size = sum(os.path.getsize(os.path.join(top, name)) for top, _, names in os.walk(mix) for name in names)
    compliant = "dependency, documentation, license, pii, secret"
    openssl(mix)  # the first to read it waits for the disk
    for name, detectors in [("compliance", compliant), ("all", f"{compliant}, yara"), ("documentation", "documentation"),
                            ("license", "license"), ("pii", "pii"), ("secret", "secret"), ("yara", "yara"), ("none", "")]:
        policy = os.path.join(folder, f"{name}.yaml")
        with open(policy, "w", encoding="ascii") as file:
            file.write(f"name: {name}\nextends: audit\ndetectors: [{detectors}]\n")
        cpu = measure(f"200 MB of text, detectors: {name}", scan + ["--policy", policy], mix, 5, memory=name == "compliance")
        rate(size, cpu)
    others(folder, mix, size)


def rate(size, cpu):
    print(f"{'':40} {size / cpu / 1e6:9.0f} MB/s for each core", flush=True)


def others(folder, mix, size):
    """What others do with the same bytes: rg and Hyperscan search for the keywords of the secret rules, yara for its rules."""
    top, hyperscan = os.environ["ASSAY_DATADIR"], os.environ.get("HYPERSCAN", "")
    keywords = os.path.join(folder, "keywords")
    files = sorted(os.path.join(path, name) for path, _, names in os.walk(mix) for name in names)
    with open(keywords, "wb") as file:
        is_made = subprocess.run([hyperscan, os.path.join(top, "rules")], stdout=file, check=False).returncode == 0
    packs = sorted(os.path.join(top, "rules", "yara", name) for name in os.listdir(os.path.join(top, "rules", "yara")))
    rows = [("yara, one thread", ["yara", "-p", "1", "-w", "-r"] + packs, [mix])]
    if is_made:
        rows.append(("rg, one thread", ["rg", "--threads", "1", "--no-ignore", "-c", "-i", "-F", "-f", keywords], [mix]))
        rows.append(("Hyperscan alone", [hyperscan, os.path.join(top, "rules")], files))
    for label, command, arguments in rows:
        if shutil.which(command[0]) is None:
            print(f"{label:40}   not installed", flush=True)
            continue
        wall, cpu, status = run(command + arguments)
        print(f"{label:40} {wall * 1000:9.1f} ms wall {cpu:7.3f} s CPU {'':11}  exit {status}", flush=True)
        rate(size, cpu)


def verify(assay, folder):
    """`assay verify` of a signed folder of two files, against openssl over these alone."""
    top = os.path.join(folder, "signed")
    key, signature = os.path.join(folder, "bench"), os.path.join(folder, "model.sig")
    if not os.path.exists(key + ".pem"):
        subprocess.run([assay, "keygen", key], check=True, stdout=subprocess.DEVNULL)
    if not os.path.exists(signature):
        subprocess.run([assay, "sign", "--key", key + ".pem", "--output", signature, top], check=True,
                       stdout=subprocess.DEVNULL)
    command = [assay, "verify", "--no-progress", "--signature", signature, "--public-key", key + ".pub.pem"]
    measure("verify of a signed folder, 2 x 2 GiB", command, top, 3)


def main():
    assay, folder = sys.argv[1:3]
    os.environ.setdefault("ASSAY_DATADIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    scan = [assay, "scan", "--no-progress", "--format", "json"]
    security = scan + ["--policy", "security"]
    measure("tiny pickle, whole process", security, os.path.join(folder, "tiny.pkl"), 21)
    measure("tiny text, policy developer", scan + ["--policy", "developer"], os.path.join(folder, "tiny.txt"), 21)
    measure("2,000 small pickles in a folder", security, os.path.join(folder, "small"), 5)
    measure("200 MiB pickle, 67 million opcodes", security, os.path.join(folder, "dense.pkl"), 3)
    compliance(scan, folder)
    verify(assay, folder)
    measure("4 GiB safetensors", security, os.path.join(folder, "big.safetensors"), 1)


main()
