"""Waivers: by fingerprint, by content, expired, unused, too long, unowned, unbound, for other content."""
import hashlib
import os

import fixtures

os.mkdir("bundle")
ask = fixtures.pickle_call("ultralytics.nn.tasks", "DetectionModel", "x")
open("bundle/ask.pkl", "wb").write(ask)
other = fixtures.pickle_call("ultralytics.nn.tasks", "OtherModel", "x")
open("bundle/other.pkl", "wb").write(other)


def fingerprint(check, member, evidence):
    return hashlib.sha256(b"\0".join(x.encode() for x in (check, member, evidence))).hexdigest()[:32]


ASK = "fingerprint: " + fingerprint("pickle/unlisted-global", "ask.pkl", "ultralytics.nn.tasks.DetectionModel")
OTHER = "sha256: " + hashlib.sha256(other).hexdigest() + "\n    check: \"pickle/*\""
WHO = "\n    reason: reviewed\n    owner: ml@example.com\n    expires: "
FILES = {
    "one": [ASK + WHO + "2024-01-31"],
    "both": [ASK + WHO + "2024-01-31", OTHER + WHO + "2023-11-14"],
    "expired": [ASK + WHO + "2023-11-13", OTHER + WHO + "2024-01-31"],
    "unused": ["fingerprint: " + 32 * "0" + WHO + "2024-01-31"],
    "long": [ASK + WHO + "2026-01-31"],
    "anonymous": [ASK + "\n    reason: no\n    expires: 2024-01-31"],
    "loose": ["check: \"pickle/*\"" + WHO + "2024-01-31"],
    "moved": [ASK + "\n    sha256: " + 64 * "0" + WHO + "2024-01-31", OTHER + WHO + "2024-01-31"],
}
for name, waivers in FILES.items():
    with open(name + ".yaml", "w", encoding="utf-8") as file:
        file.write("waivers:\n" + "".join(f"  - {w}\n" for w in waivers))
