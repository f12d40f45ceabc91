"""Models of several libraries: what is wrong with each must be told by its own check."""
import json

import fixtures

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)

# Names that promise a format, and content that is none.
fixtures.write("names/text.h5", b"no HDF5 at all\n")
fixtures.write("names/noise.pt", b"\x01\x02\xff\xfe" + bytes(40))
fixtures.write("names/picture.pt", PNG)
fixtures.write("names/weights.bin", b"\x01\x02\xff\xfe" + bytes(40))


def keras(layer, **more):
    config = {"class_name": "Sequential", "config": {"layers": [layer]}}
    members = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}", "model.weights.h5": fixtures.hdf5()}
    return fixtures.zip_of({**members, **more})


DENSE = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 1}}
FETCH = {"class_name": "Dense", "config": {"fn": "get_file", "url": "https://models.example/x"}}
fixtures.write("keras/good.keras", keras(DENSE))
fixtures.write("keras/fetch.keras", keras(FETCH))
fixtures.write("keras/script.keras", keras(DENSE, **{"assets/setup.py": b"print(1)\n"}))
fixtures.write("keras/empty.keras", fixtures.zip_of({"metadata.json": b"{}"}))


def node(module, name, loader, **more):
    return {"__class__": name, "__module__": module, "__loader__": loader, **more}


FOREST = node("sklearn.ensemble._forest", "RandomForestClassifier", "ObjectNode", content=node("builtins", "dict", "DictNode"))
CALL = node("builtins", "function", "FunctionNode", content={"module_path": "os", "function": "system"})
fixtures.write("skops/good.skops", fixtures.zip_of({"schema.json": json.dumps(FOREST).encode()}))
fixtures.write("skops/call.skops", fixtures.zip_of({"schema.json": json.dumps(CALL).encode()}))
fixtures.write("skops/card.skops", fixtures.zip_of({"schema.json": json.dumps(FOREST).encode(), "README.md": b"joblib.load\n"}))

LAMBDA = '{ "class_name": "Lambda", "config": {}}'
fixtures.write("hdf5/good.h5", fixtures.hdf5({"model_config": json.dumps(DENSE), "backend": "jax"}))
fixtures.write("hdf5/lambda.h5", fixtures.hdf5({"model_config": LAMBDA}))
fixtures.write("hdf5/link.h5", fixtures.hdf5({}, {"weights": ("/etc/passwd", "/a")}))
fixtures.write("hdf5/short.h5", fixtures.hdf5({"model_config": LAMBDA})[:-20])

fixtures.write("tensorflow/good/saved_model.pb", fixtures.saved_model(["Placeholder", "MatMul", "__inference_f_1"], ["__inference_f_1"]))
fixtures.write("tensorflow/python/saved_model.pb", fixtures.saved_model(["EagerPyFunc"]))
fixtures.write("tensorflow/custom/saved_model.pb", fixtures.saved_model(["MatMul", "Mine>Twice"]))
fixtures.write("tensorflow/short/saved_model.pb", fixtures.saved_model(["MatMul"])[:-3])

fixtures.write("others/.git/hooks/post-checkout", b"#!/bin/sh\nexit 0\n")
fixtures.write("others/.git/hooks/pre-push.sample", b"#!/bin/sh\nexit 0\n")
fixtures.write("others/model.plan", b"ftrt" + bytes(range(1, 60)))
fixtures.write("others/model.shar", b"#!/bin/sh\n# This is a shell archive\nexit\n")
fixtures.write("others/paths.gguf", fixtures.gguf({"../../etc/passwd": "x"}, {"a": 8}))
fixtures.write("others/trees.cbm", b"CBM1\x40\0\0\0metadata\0python -c 'import os; os.system(\"id\")'\0")
fixtures.write("others/page.jinja", b"{% extends 'base.html' %}\n")
