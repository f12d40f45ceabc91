"""A bundle that asks for packages with known vulnerabilities, and folders of OSV records."""
import json

import fixtures


def record(name, package, events, **more):
    affected = [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
    return json.dumps({"schema_version": "1.6.0", "id": name, "modified": "2024-01-01T00:00:00Z", "affected": affected, **more}).encode()


FIXED = [{"introduced": "0"}, {"fixed": "1.5"}]
fixtures.write("bundle/requirements.txt", b"Sample_Package==1.4\nwithdrawn-package==1.4\nmodern==1.5\nopen>=1.0\nold==2.0+cpu\n")
fixtures.write("strange/requirements.txt", b"sample-package===july\n")
fixtures.write("osv/GHSA-aaaa.json", record("GHSA-aaaa", "sample-package", FIXED, aliases=["CVE-2024-0001"]))
fixtures.write("osv/more/PYSEC-1.json", record("PYSEC-1", "sample.package", FIXED, aliases=["CVE-2024-0001"]))
fixtures.write("osv/GHSA-bbbb.json", record("GHSA-bbbb", "withdrawn-package", FIXED, withdrawn="2024-02-01T00:00:00Z"))
fixtures.write("osv/GHSA-cccc.json", record("GHSA-cccc", "modern", FIXED))
fixtures.write("osv/GHSA-dddd.json", record("GHSA-dddd", "open", FIXED))
fixtures.write("osv/GHSA-eeee.json", record("GHSA-eeee", "old", [{"introduced": "0"}, {"last_affected": "2.0"}]))
fixtures.write("osv/README", b"Other files are no records.\n")
fixtures.write("broken/GHSA-aaaa.json", record("GHSA-aaaa", "sample-package", FIXED)[:-1])
fixtures.write("other/package.json", b'{"name": "x"}')
fixtures.write("packed/all.zip", b"PK")
fixtures.write("plain.yaml", b"name: plain\ndescription: Dependencies only.\ndetectors: [dependency]\n")
fixtures.write("without.yaml", b"name: without\ndescription: Licenses only.\ndetectors: [license]\n")
