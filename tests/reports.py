#!/usr/bin/env python3
"""Reports say the same in every format, keep to their schemas, and depend on nothing but what is judged."""

import html.parser
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ElementTree

top = os.environ["top_srcdir"]
sys.path.insert(0, os.path.join(top, "tests", "tools"))
sys.dont_write_bytecode = True
import fixtures  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None
try:
    import yaml
except ImportError:
    yaml = None

count = 0


def ok(name, holds, why="", skip=""):
    global count
    count += 1
    print(f"{'ok' if holds else 'not ok'} {count} - {name}" + (f" # SKIP {skip}" if skip else ""))
    if not holds:
        print("# " + str(why).replace("\n", "\n# ")[:2000])


def assay(*args):
    done = subprocess.run([os.environ["ASSAY"], *args], capture_output=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def scan(*args):
    code, out, err = assay("scan", "--format", "json", *args)
    return code, json.loads(out) if out else {"error": err}


def bundle():
    """Names that want escaping, something dangerous, something to review, something broken."""
    hostile = "a<b>&\"'|`@x ]]> &amp; [l](http:www.example.com).pkl"
    return {
        "bad.pkl": fixtures.pickle_call("os", "system", "echo hi"),
        "good.pkl": fixtures.pickle_dict(),
        "zz.pt": fixtures.torch_zip(fixtures.pickle_dict(), {"0": bytes(64)}),
        "sub/ask.pkl": fixtures.pickle_call("ultralytics.nn.tasks", "DetectionModel", "x"),
        "sub/short.pkl": fixtures.pickle_dict()[:-4],
        "sub/" + hostile.replace("/", "_"): fixtures.pickle_call("os", "system", "<script>alert(1)</script>"),
        "README.md": b"# A model\n\nText.\n",
    }


class Balance(html.parser.HTMLParser):
    """Collects what is opened and not closed, or closed and not open."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


def unbalanced(page):
    parser = Balance()
    parser.feed(page)
    return parser.wrong + parser.open


def schema_errors(name, value):
    with open(os.path.join(top, "schemas", name + ".schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    return [f"{list(e.absolute_path)}: {e.message}" for e in jsonschema.Draft202012Validator(schema).iter_errors(value)]


def sarif_schema():
    archive = os.environ.get("ASSAY_SCHEMAS", os.path.join(top, "..", "shared", "data", "schemas.tar.xz"))
    if not os.path.exists(archive):
        return None
    with tarfile.open(archive) as tar:
        return json.load(tar.extractfile("schemas/sarif-schema-2.1.0.json"))


def same_up_to(report, prefix):
    """What a report says of its members and findings, with PREFIX taken off the paths."""
    def strip(path):
        return path[len(prefix):] if path.startswith(prefix) else path
    members = sorted((strip(m["path"]), m["sha256"], tuple(m["formats"])) for m in report["members"])
    findings = sorted((f["check"], f["severity"], f["effect"], strip(f["member"]), f["offset"], f["message"])
                      for f in report["findings"])
    return members, findings


def formats_agree(folder):
    out = os.path.join(folder, "out")
    wanted = [w for f in ("sarif", "junit", "markdown", "html", "text") for w in ("--format", f)]
    code, shown, err = assay("scan", "--policy", "security", "--output", out, *wanted, os.path.join(folder, "bundle"))
    ok("the bundle fails", code == 1, err)
    ok("standard output ends with the verdict", b"FAIL: " in shown, shown)

    def read(name):
        with open(os.path.join(out, name), encoding="utf-8") as file:
            return file.read()
    report = json.loads(read("report.json"))
    sarif = json.loads(read("report.sarif.json"))
    results = sarif["runs"][0]["results"]
    ok("SARIF has every finding of the JSON report",
       sorted((r["ruleId"], r["partialFingerprints"]["assay/1"]) for r in results)
       == sorted((f["check"], f["fingerprint"]) for f in report["findings"]))
    ok("every result's rule is the one at its index",
       all(sarif["runs"][0]["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in results))
    suites = {s.get("name"): s for s in ElementTree.fromstring(read("report.junit.xml"))}
    ok("JUnit has a case for every finding", len(suites["findings"]) == len(report["findings"]))
    ok("JUnit counts what it holds", all(
        int(s.get("failures")) == len(s.findall("testcase/failure")) and int(s.get("tests")) == len(s)
        and int(s.get("errors")) == len(s.findall("testcase/error")) for s in suites.values()))
    ok("the summary counts the findings", all(
        report["summary"][s] == sum(f["severity"] == s for f in report["findings"])
        for s in ("critical", "high", "medium", "low", "info")))
    page = read("report.html")
    ok("the page runs and fetches nothing", not re.search(r"<script|<img|<link|<iframe|\bsrc=|\bhref=|url\(|\bon\w+=", page),
       re.findall(r".{40}(?:<script|src=|href=).{40}", page))
    ok("every tag of the page is closed", not unbalanced(page), unbalanced(page))
    ok("a tag left open would be seen", unbalanced(page + "<p>"))
    ok("the page holds every fingerprint", all(f["fingerprint"] in page for f in report["findings"]))
    ok("names are no markup in Markdown", "<script>" not in read("report.md") and "](http" not in read("report.md"))
    ok("no part of a report is left behind", not [n for n in os.listdir(out) if n.endswith(".part")])
    schema = sarif_schema()
    if jsonschema is None or schema is None:
        ok("SARIF keeps to its schema", True, skip="no schema or no python3-jsonschema here")
    else:
        errors = [e.message[:200] for e in jsonschema.Draft7Validator(schema).iter_errors(sarif)]
        ok("SARIF keeps to its schema", not errors, errors)
    return report


def schemas_hold(report):
    if jsonschema is None:
        ok("reports and policies keep to their schemas", True, skip="python3-jsonschema is not installed")
        return
    ok("the report keeps to its schema", not schema_errors("report", report), schema_errors("report", report))
    ok("the schema refuses a verdict that its exit status contradicts", schema_errors("report", dict(report, exit=0)))
    ok("the schema refuses what it does not know", schema_errors("report", dict(report, surprise=1)))
    if yaml is None:
        ok("the shipped policies keep to their schema", True, skip="python3-yaml is not installed")
        return
    folder = os.path.join(top, "policies")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            policy = yaml.safe_load(file)
        ok(f"policies/{name} keeps to its schema", not schema_errors("policy", policy), schema_errors("policy", policy))
        shown = yaml.safe_load(assay("policy", "show", name[:-5])[1])
        ok(f"what is shown of {name} does too", not schema_errors("policy", shown), schema_errors("policy", shown))


def nothing_else_matters(folder, members):
    path = os.path.join(folder, "bundle")
    alone = assay("scan", "--policy", "security", "--format", "json", "--jobs", "1", path)
    eight = assay("scan", "--policy", "security", "--format", "json", "--jobs", "8", path)
    ok("one worker and eight write the same bytes", alone == eight)
    for name, data, prefix in (("bundle.tar", fixtures.tar_of(members), "bundle.tar!/"),
                               ("bundle.zip", fixtures.zip_of(members), "bundle.zip!/")):
        fixtures.write(os.path.join(folder, name), data)
        code, report = scan("--policy", "security", os.path.join(folder, name))
        plain = same_up_to(scan("--policy", "security", path)[1], prefix)
        inside = same_up_to(report, prefix)
        ok(f"{name} and the folder have the same verdict", code == alone[0])
        wanted = set(plain[1]) - set(inside[1])
        ok(f"{name} holds every finding of the folder", not wanted, wanted)
        surplus = {f for f in set(inside[1]) - set(plain[1]) if f[1] not in ("info", "low") and f[0] != "archive/unsafe-name"}
        ok(f"{name} holds nothing else that counts", not surplus, surplus)
        ok(f"{name} holds every member of the folder", not set(plain[0]) - set(inside[0]), set(plain[0]) - set(inside[0]))


def comes_back(folder):
    report = os.path.join(folder, "out", "report.json")
    for name, suffix in (("sarif", "sarif.json"), ("junit", "junit.xml"), ("json", "json"), ("markdown", "md")):
        code, shown, err = assay("report", "show", report, "--format", name)
        with open(os.path.join(folder, "out", "report." + suffix), "rb") as file:
            ok(f"a report read back is the same {name}", code == 0 and shown == file.read(), err)
    code, shown, _ = assay("report", "diff", report, report)
    ok("a report does not differ from itself", code == 0 and shown == b"no difference\n", shown)


def nothing_is_told(folder):
    """What is planted must not stand in any output, whichever detector finds it."""
    planted = {  # put together here, so that no scanner of sources stumbles over this file
        "AWS key": "AKIA" + "QYLPMN5HHHFPZAM2",
        "GitHub token": "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
        "card": "4532 0151 1283 " + "0366",
        "IBAN": "DE89 3704 0044 " + "0532 0130 00",
        "address": "erika.mustermann" + "@provider.example.org",
        "number": "123-45-" + "6780",
    }
    text = "".join(f"{kind}: {value}\n" for kind, value in planted.items())
    path = os.path.join(folder, "leaks")
    fixtures.write(os.path.join(path, "notes.txt"), text)
    fixtures.write(os.path.join(path, "config.json"), json.dumps(planted))
    wanted = [w for f in ("sarif", "junit", "markdown", "html", "text") for w in ("--format", f)]
    out = os.path.join(folder, "leaked")
    code, shown, err = assay("scan", "--policy", "audit", "--output", out, *wanted, path)
    told = shown.decode() + err
    for name in os.listdir(out):
        with open(os.path.join(out, name), encoding="utf-8") as file:
            told += file.read()
    leaks = [kind for kind, value in planted.items() if value in told or value.replace(" ", "") in told]
    ok("no planted secret or personal value stands in any output", not leaks, leaks)


def nothing_passes_in_silence(folder):
    good = os.path.join(folder, "bundle", "good.pkl")
    if not os.path.exists("/dev/full") or os.path.isfile("/dev/full"):
        ok("a full disk is an error of ours", True, skip="there is no /dev/full")
        return
    code, _, err = assay("scan", "--format", "json=/dev/full", good)
    ok("a device is written to, not replaced", not os.path.isfile("/dev/full"))
    ok("a report that cannot be written is an error of ours", code == 4 and "cannot write" in err, err)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([os.environ["ASSAY"], "scan", good], stdout=full, stderr=subprocess.PIPE, check=False)
    ok("a full standard output is an error of ours", done.returncode == 4, done.returncode)


with tempfile.TemporaryDirectory() as work:
    content = bundle()
    for member, body in content.items():
        os.makedirs(os.path.dirname(os.path.join(work, "bundle", member)), exist_ok=True)
        fixtures.write(os.path.join(work, "bundle", member), body)
    schemas_hold(formats_agree(work))
    nothing_else_matters(work, content)
    comes_back(work)
    nothing_is_told(work)
    nothing_passes_in_silence(work)
print(f"1..{count}")
