"""Before: one finding. After: the same, and a new one."""
import os

import fixtures

for folder in ("before", "after"):
    os.mkdir(folder)
    open(folder + "/model.pkl", "wb").write(fixtures.pickle_call("ultralytics.nn.tasks", "DetectionModel", "x"))
open("after/new.pkl", "wb").write(fixtures.pickle_call("os", "system", "echo hi"))
