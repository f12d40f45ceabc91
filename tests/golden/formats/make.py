"""A pickle that runs a command, one that does not, one that needs a human."""
import os

import fixtures

open("bad.pkl", "wb").write(fixtures.pickle_call("os", "system", "echo hi"))
open("good.pkl", "wb").write(fixtures.pickle_dict())
os.mkdir("ask")
open("ask/model.pkl", "wb").write(fixtures.pickle_call("ultralytics.nn.tasks", "DetectionModel", "x"))
open("short.pkl", "wb").write(fixtures.pickle_dict()[:-4])
