"""The user's configuration: a default policy of his own. The one inside the target is not read."""
import os

import fixtures

os.makedirs("config/assay/policies")
os.makedirs("bundle/.config/assay")
FILES = {
    "config/assay/config.yaml": "policy: mine\n",
    "config/assay/policies/mine.yaml": "name: mine\nextends: security\npickle:\n  allow: [\"ultralytics.*\"]\n",
    "config/assay/policies/ci.yaml": "name: our-ci\nextends: ci\nfail-on: medium\n",
    "bundle/config.yaml": "policy: everything\n",
    "bundle/.config/assay/config.yaml": "policy: everything\n",
}
for name, text in FILES.items():
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
open("bundle/model.pkl", "wb").write(fixtures.pickle_call("ultralytics.nn.tasks", "DetectionModel", "x"))
