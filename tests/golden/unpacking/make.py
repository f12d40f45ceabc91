"""What libarchive unpacks, met late: the scan of such a member is started anew, and nothing is told twice."""
import bz2
import lzma

import fixtures

BAD = fixtures.pickle_call("os", "system", "echo hi")
fixtures.write("one/model.pkl.xz", lzma.compress(BAD))
fixtures.write("two/a.pkl.bz2", bz2.compress(BAD))
fixtures.write("two/b.pkl.xz", lzma.compress(BAD))
fixtures.write("two/c.pkl", BAD)
# The second holds more than a worker keeps to itself before it speaks for the first time.
for name, n in (("few.zip", 10), ("many.zip", 4000)):
    members = {f"notes/{i:05}.txt": f"note {i}\n".encode() for i in range(n)}
    members["zz/model.pkl.xz"] = lzma.compress(BAD)
    open(name, "wb").write(fixtures.zip_of(members))
