#!/usr/bin/env python3
"""Writes models with the installed libraries into a folder: usage real_models.py FOLDER [planted]. Prints what it could not write.

Nothing is loaded again; the names say what each file is.
"""

import json
import os
import pickle
import sys
import warnings

warnings.simplefilter("ignore")


def dump(path, thing, protocol=None):
    with open(path, "wb") as file:
        pickle.dump(thing, file, protocol)


def numpy_files(top):
    import numpy as np

    np.save(f"{top}/float.npy", np.random.rand(10, 3))
    np.save(f"{top}/fortran.npy", np.asfortranarray(np.random.rand(4, 3)))
    np.save(f"{top}/scalar.npy", np.float32(1))
    np.save(f"{top}/empty.npy", np.zeros((0, 4)))
    np.save(f"{top}/text.npy", np.array(["a", "bc"]))
    np.save(f"{top}/structured.npy", np.zeros(3, dtype=[("x", "<f4"), ("O", "<i8", (2,))]))
    np.save(f"{top}/dates.npy", np.array(["2020-01-01"], dtype="M8[D]"))
    np.save(f"{top}/objects.npy", np.array([{"a": 1}, None], dtype=object))
    np.savez(f"{top}/arrays.npz", a=np.arange(5), b=np.eye(2))
    np.savez_compressed(f"{top}/compressed.npz", a=np.arange(50))
    for protocol in range(6):
        dump(f"{top}/array-{protocol}.pkl", {"a": np.arange(10), "b": np.float64(2), "c": np.dtype("i4"), "d": "x" * 9}, protocol)
    dump(f"{top}/masked.pkl", np.ma.array([1, 2], mask=[0, 1]))
    dump(f"{top}/random.pkl", [np.random.RandomState(1), np.random.default_rng(2)])
    dump(f"{top}/functions.pkl", [np.exp, np.mean, np.float32, np.add])


def scipy_files(top):
    import numpy as np
    from scipy import interpolate, sparse, spatial, stats

    for kind in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil"):
        dump(f"{top}/sparse-{kind}.pkl", sparse.random(5, 5, 0.5, format=kind))
    sparse.save_npz(f"{top}/sparse.npz", sparse.random(5, 5, 0.5, format="csr"))
    dump(f"{top}/distribution.pkl", [stats.norm(0, 1), stats.loguniform(1, 10), stats.poisson(3)])
    dump(f"{top}/interpolator.pkl", [interpolate.interp1d([1, 2, 3], [1, 4, 9]), interpolate.CubicSpline([1, 2, 3], [1, 4, 9])])
    dump(f"{top}/kde.pkl", stats.gaussian_kde(np.random.rand(20)))
    dump(f"{top}/tree.pkl", [spatial.cKDTree(np.random.rand(10, 2)), spatial.KDTree(np.random.rand(10, 2))])


def pandas_files(top):
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.Categorical(["u", "v"]),
                          "d": pd.to_datetime(["2020-01-01", "2021-01-01"]), "e": pd.array([1, None], dtype="Int64"),
                          "f": pd.array(["x", None], dtype="string"), "g": pd.to_timedelta([1, 2], unit="h")})
    dump(f"{top}/frame.pkl", frame)
    frame.to_pickle(f"{top}/frame.pkl.gz")
    frame.to_pickle(f"{top}/frame.pkl.xz")
    dump(f"{top}/series.pkl", pd.Series([1.0, 2.0], index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")])))
    dump(f"{top}/indexes.pkl", [pd.date_range("2020", periods=3, freq="D"), pd.period_range("2020", periods=2, freq="M"),
                                pd.interval_range(0, 3), pd.RangeIndex(4), pd.Timestamp("2020"), pd.Timedelta("1h"), pd.NaT, pd.NA])
    dump(f"{top}/zoned.pkl", pd.DataFrame({"t": pd.date_range("2020", periods=2, tz="UTC")}))
    dump(f"{top}/sparse.pkl", pd.DataFrame({"s": pd.arrays.SparseArray([0, 0, 1])}))


def estimators():
    from sklearn import (calibration, cluster, compose, decomposition, discriminant_analysis, ensemble, feature_extraction,
                         feature_selection, gaussian_process, impute, isotonic, kernel_ridge, linear_model, manifold, mixture,
                         model_selection, multiclass, multioutput, naive_bayes, neighbors, neural_network, pipeline,
                         preprocessing, svm, tree)

    yield "pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(2), svm.SVC(probability=True))
    yield "columns", compose.ColumnTransformer([("a", preprocessing.MinMaxScaler(), [0, 1]),
                                                ("b", preprocessing.KBinsDiscretizer(2), [2])])
    yield "union", pipeline.make_union(decomposition.PCA(1), feature_selection.SelectKBest(feature_selection.f_classif, k=1))
    yield "forest", ensemble.RandomForestClassifier(5)
    yield "extra", ensemble.ExtraTreesRegressor(5)
    yield "boosting", ensemble.GradientBoostingClassifier(n_estimators=3)
    yield "boosting-regression", ensemble.GradientBoostingRegressor(n_estimators=3, loss="huber")
    yield "histogram", ensemble.HistGradientBoostingClassifier(max_iter=3)
    yield "histogram-regression", ensemble.HistGradientBoostingRegressor(max_iter=3, loss="poisson")
    yield "adaboost", ensemble.AdaBoostClassifier(n_estimators=3)
    yield "bagging", ensemble.BaggingClassifier(n_estimators=3)
    yield "voting", ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())])
    yield "stacking", ensemble.StackingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier())])
    yield "isolation", ensemble.IsolationForest(n_estimators=3)
    yield "svr", svm.SVR()
    yield "linear-svc", svm.LinearSVC()
    yield "one-class", svm.OneClassSVM()
    yield "logistic", linear_model.LogisticRegression()
    yield "sgd", linear_model.SGDClassifier(loss="log_loss")
    yield "sgd-huber", linear_model.SGDRegressor(loss="huber")
    yield "ridge", linear_model.RidgeCV()
    yield "lasso", linear_model.LassoCV(cv=2)
    yield "poisson", linear_model.PoissonRegressor()
    yield "tweedie", linear_model.TweedieRegressor(power=1.5, link="log")
    yield "ransac", linear_model.RANSACRegressor()
    yield "neighbors", neighbors.KNeighborsClassifier(2, algorithm="kd_tree")
    yield "ball", neighbors.KNeighborsRegressor(2, algorithm="ball_tree", metric="manhattan")
    yield "lof", neighbors.LocalOutlierFactor(2, novelty=True)
    yield "density", neighbors.KernelDensity()
    yield "network", neural_network.MLPClassifier((4,), max_iter=5)
    yield "bayes", naive_bayes.GaussianNB()
    yield "process", gaussian_process.GaussianProcessClassifier(gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel())
    yield "process-regression", gaussian_process.GaussianProcessRegressor()
    yield "lda", discriminant_analysis.LinearDiscriminantAnalysis()
    yield "calibrated", calibration.CalibratedClassifierCV(linear_model.LogisticRegression(), cv=2)
    yield "grid", model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2, scoring="accuracy")
    yield "random-search", model_selection.RandomizedSearchCV(svm.SVC(), {"C": [1, 2]}, n_iter=2, cv=2)
    yield "kmeans", cluster.KMeans(2, n_init=1)
    yield "minibatch", cluster.MiniBatchKMeans(2, n_init=1)
    yield "birch", cluster.Birch(n_clusters=2)
    yield "dbscan", cluster.DBSCAN()
    yield "agglomerative", cluster.AgglomerativeClustering(2)
    yield "mixture", mixture.GaussianMixture(2)
    yield "imputer", impute.SimpleImputer()
    yield "knn-imputer", impute.KNNImputer()
    yield "onehot", preprocessing.OneHotEncoder()
    yield "ordinal", preprocessing.OrdinalEncoder()
    yield "power", preprocessing.PowerTransformer()
    yield "spline", preprocessing.SplineTransformer()
    yield "nmf", decomposition.NMF(2, max_iter=5)
    yield "svd", decomposition.TruncatedSVD(2)
    yield "lda-topics", decomposition.LatentDirichletAllocation(2, max_iter=2)
    yield "isomap", manifold.Isomap(n_neighbors=3)
    yield "kernel-ridge", kernel_ridge.KernelRidge()
    yield "onevsrest", multiclass.OneVsRestClassifier(svm.LinearSVC())
    yield "select", feature_selection.SelectFromModel(tree.DecisionTreeClassifier())
    yield "function", preprocessing.FunctionTransformer(__import__("numpy").log1p)


def sklearn_files(top):
    import joblib
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.isotonic import IsotonicRegression

    rng = np.random.RandomState(0)
    x, y = np.abs(rng.rand(30, 3)), rng.randint(0, 2, 30)
    for name, estimator in estimators():
        estimator.fit(x, y)
        dump(f"{top}/{name}.pkl", estimator)
        joblib.dump(estimator, f"{top}/{name}.joblib")
    dump(f"{top}/isotonic.pkl", IsotonicRegression().fit(x[:, 0], y))
    dump(f"{top}/tfidf.pkl", TfidfVectorizer().fit(["a text", "another text here"]))
    dump(f"{top}/protocol0.pkl", estimator, 0)
    for compress in (("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3), ("lz4", 3)):
        try:
            joblib.dump({"model": estimator, "x": x}, f"{top}/compressed.joblib.{compress[0]}", compress=compress)
        except ValueError as error:
            print(f"# {compress[0]}: {error}")
    joblib.dump([x, x.T, np.array([1, None], dtype=object), np.zeros(3, dtype=[("a", "f4"), ("b", "O")]), np.array(["t"])],
                f"{top}/arrays.joblib")
    for protocol in range(2, 6):
        joblib.dump({"x": x, "again": x, "y": y.astype("i2")}, f"{top}/arrays-{protocol}.joblib", protocol=protocol)


def torch_files(top):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4, 2), nn.Dropout())
    text = nn.ModuleDict({"e": nn.Embedding(10, 4), "t": nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2), 2),
                          "l": nn.LSTM(4, 4, 2), "g": nn.GRU(4, 4), "n": nn.LayerNorm(4), "m": nn.MultiheadAttention(4, 2)})
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    tensors = {"f": torch.ones(2, 3), "b": torch.ones(2, dtype=torch.bfloat16), "i": torch.arange(4), "s": torch.tensor(3.0),
               "t": torch.ones(3, 2).t(), "p": nn.Parameter(torch.ones(2)), "sparse": torch.eye(3).to_sparse(), "bool": torch.ones(2) > 0,
               "c": torch.ones(2, dtype=torch.complex64), "z": torch.zeros(0, 3), "half": torch.ones(2).half()}
    for new in (True, False):
        kind = "zip" if new else "legacy"
        save = lambda thing, name: torch.save(thing, f"{top}/{name}-{kind}.pt", _use_new_zipfile_serialization=new)
        save(model.state_dict(), "weights")
        save(model, "module")
        save(text, "text")
        save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "epoch": 3}, "checkpoint")
        save([optimizer, schedule, nn.CrossEntropyLoss()], "training")
        save(tensors, "tensors")
        save(torch.ones(2), "tensor")
    dump(f"{top}/plain.pkl", model)
    dump(f"{top}/plain-tensor.pkl", tensors["f"])
    torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.ReLU())).save(f"{top}/script.pt")
    torch.jit.trace(model.eval(), torch.ones(1, 3, 3, 3)).save(f"{top}/trace.pt")


def python_files(top):
    import collections
    import datetime
    import decimal
    import enum
    import fractions
    import functools
    import pathlib
    import uuid

    recursive = [1]
    recursive.append(recursive)
    things = {"n": [1, -5, 1 << 70, -(1 << 70), 2.5, True, None, 1j], "t": ("a", b"b", bytearray(b"c")), "s": {1, 2}, "f": frozenset("x"),
              "d": datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), "e": decimal.Decimal("1.5"), "q": fractions.Fraction(1, 3),
              "u": uuid.uuid4(), "p": pathlib.Path("x"), "o": collections.OrderedDict(a=1), "c": collections.Counter("aab"),
              "dd": collections.defaultdict(list, a=[1]), "dq": collections.deque([1]), "r": range(3), "sl": slice(1, 2),
              "part": functools.partial(int, base=2), "rec": recursive, "it": iter([1, 2]), "ty": [int, dict, type(None)], "long": "y" * 70000}
    for protocol in range(6):
        dump(f"{top}/values-{protocol}.pkl", things, protocol)


def hdf5_weights(file, **storage):
    """As Keras keeps them: groups of datasets, names in attributes; and each other kind of object that HDF5 has."""
    import h5py
    import numpy as np

    layers = [{"class_name": "Dense", "config": {"units": 3, "name": f"dense_{i}"}} for i in range(200)]
    file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
    file.attrs["keras_version"] = "2.9.0"
    weights = file.create_group("model_weights")
    weights.attrs["layer_names"] = np.array([f"dense_{i}".encode() for i in range(30)])
    for i in range(30):
        layer = weights.create_group(f"dense_{i}/dense_{i}")
        layer.attrs["weight_names"] = [b"kernel:0", b"bias:0"]
        layer.create_dataset("kernel:0", data=np.ones((20, 30), dtype="f4"), **storage)
        layer.create_dataset("bias:0", data=np.zeros(30, dtype="f4"))
    for i in range(40):
        weights.attrs[f"many{i}"] = np.arange(i + 1)
    file.create_dataset("scalar", data=np.float64(3))
    file.create_dataset("empty", data=h5py.Empty("f4"))
    file.create_dataset("text", data=["x" * 100] * 10, dtype=h5py.string_dtype())
    file.create_dataset("compound", data=np.zeros(3, dtype=[("a", "f4"), ("b", "S5")]))
    file.create_dataset("reference", data=np.array([weights.ref], dtype=h5py.ref_dtype))
    file.create_dataset("enum", data=np.zeros(3, dtype=h5py.enum_dtype({"R": 0, "G": 1})))
    file.create_dataset("rows", (3,), dtype=h5py.vlen_dtype("i4"))
    file["soft"] = h5py.SoftLink("/model_weights")
    file["hard"] = weights
    file["named"] = np.dtype("f8")


def hdf5_files(top):
    import h5py

    kinds = {"plain": {}, "packed": {"compression": "gzip", "chunks": True}, "checked": {"chunks": (5, 5), "fletcher32": True},
             "growing": {"maxshape": (None, None)}}
    for versions in (None, ("earliest", "v108"), ("v108", "v110"), ("latest", "latest")):
        for name, storage in kinds.items():
            with h5py.File(f"{top}/{name}-{versions and ''.join(versions)}.h5", "w", libver=versions) as file:
                hdf5_weights(file, **storage)
    for name, how in {"ordered": {"track_order": True}, "behind": {"userblock_size": 512}, "paged": {"fs_strategy": "page"}}.items():
        with h5py.File(f"{top}/{name}.h5", "w", **how) as file:
            hdf5_weights(file)
    for versions in ("earliest", "latest"):
        with h5py.File(f"{top}/groups-{versions}.h5", "w", libver=versions) as file:
            for i in range(3000):
                file.create_group(f"g{i}")
    with h5py.File(f"{top}/huge.h5", "w", libver="latest") as file:
        file.attrs["text"] = "x" * 300000
        for i in range(5000):
            file.attrs[f"attribute{i}"] = "v" * 50


def hdf5_planted(top):
    """What is deep in heaps and trees: a layer of code, a link to another file."""
    import h5py

    layers = [{"class_name": "Lambda", "config": {"name": "l", "function": ["4wEAAAAAAAAA", None, None]}}]
    with h5py.File(f"{top}/layer.h5", "w", libver="latest") as file:
        file.attrs["before"] = "x" * 70000
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"pad": "y" * 300000, "layers": layers}})
    with h5py.File(f"{top}/link.h5", "w", libver="latest") as file:
        for i in range(30000):
            file[f"a_rather_long_name_{i}"] = h5py.SoftLink("/x")
        file["outside"] = h5py.ExternalLink("/other.h5", "/")


def main():
    top = sys.argv[1]
    if sys.argv[2:] == ["planted"]:
        try:
            hdf5_planted(top)
        except ImportError as error:
            print(f"# planted: {error}")
        return
    for maker in (python_files, numpy_files, scipy_files, pandas_files, sklearn_files, torch_files, hdf5_files):
        folder = os.path.join(top, maker.__name__.split("_")[0])
        os.makedirs(folder, exist_ok=True)
        try:
            maker(folder)
        except ImportError as error:
            print(f"# {maker.__name__}: {error}")


main()
