#!/usr/bin/env python3
"""usage: measure.py ASSAY FOLDER: times whole processes, prints medians beside openssl's over the same bytes."""

import os
import resource
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


def measure(label, assay, path, runs, reference=True):
    command = [assay, "scan", "--policy", "security", "--no-progress", "--format", "json", path]
    rows = [run(command) for _ in range(runs)]
    wall = statistics.median(row[0] for row in rows)
    cpu = statistics.median(row[1] for row in rows)
    ratio = ""
    if reference:
        ref = statistics.median(run(["openssl", "dgst", "-sha256", path])[1] for _ in range(runs))
        ratio = f"{cpu / ref:6.2f} x openssl's {ref:.3f} s CPU"
    peak = anonymous_peak(command) / 1024
    print(f"{label:44} {wall * 1000:9.1f} ms wall {cpu:7.3f} s CPU {peak:7.1f} MiB  exit {rows[0][2]}  {ratio}", flush=True)


def main():
    assay, folder = sys.argv[1:3]
    os.environ.setdefault("ASSAY_DATADIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    measure("tiny pickle, whole process", assay, os.path.join(folder, "tiny.pkl"), 21)
    measure("2,000 small pickles in a folder", assay, os.path.join(folder, "small"), 5, reference=False)
    measure("200 MiB pickle, 67 million opcodes", assay, os.path.join(folder, "dense.pkl"), 3)
    measure("4 GiB safetensors", assay, os.path.join(folder, "big.safetensors"), 1)


main()
