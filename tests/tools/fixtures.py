"""Builders of test input: pickles, archives, tensors. Nothing here loads anything."""

import io
import json
import struct
import tarfile
import zipfile


def pickle_call(module, name, argument):
    """Protocol 2: imports module.name and calls it with one string."""
    text = argument.encode()
    return (b"\x80\x02c" + module.encode() + b"\n" + name.encode() + b"\n"
            + b"X" + struct.pack("<I", len(text)) + text + b"\x85R.")


def pickle_dict(n=3):
    """Protocol 2: a dictionary of small integers."""
    out = b"\x80\x02}("
    for i in range(n):
        key = b"key%d" % i
        out += b"X" + struct.pack("<I", len(key)) + key + b"K" + bytes([i % 256])
    return out + b"u."


def safetensors(tensors, metadata=None):
    """A valid file: {name: number of float32 zeros}."""
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, count in tensors.items():
        header[name] = {"dtype": "F32", "shape": [count], "data_offsets": [offset, offset + 4 * count]}
        offset += 4 * count
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(offset)


def gguf(keys, tensors):
    """Version 3 with string values, and {name: number of float32 zeros}."""
    def text(s):
        return struct.pack("<Q", len(s.encode())) + s.encode()
    out = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    for key, value in keys.items():
        out += text(key) + struct.pack("<I", 8) + text(value)
    offset = 0
    for name, count in tensors.items():
        out += text(name) + struct.pack("<IQIQ", 1, count, 0, offset)
        offset += (4 * count + 31) // 32 * 32
    return out + bytes(-len(out) % 32) + bytes(offset)


def torch_zip(pickle, storages=None, prefix="archive"):
    """A zip as torch.save() writes it: stored members, one pickle, a version, storages."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        def add(name, data):
            archive.writestr(zipfile.ZipInfo(f"{prefix}/{name}", (1980, 1, 1, 0, 0, 0)), data)
        add("data.pkl", pickle)
        for name, data in (storages or {}).items():
            add(f"data/{name}", data)
        add("version", b"3\n")
    return out.getvalue()


def zip_of(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, compression)
    return out.getvalue()


def tar_of(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def torch_pickle():
    """Protocol 2: a dictionary of one tensor of four floats, as torch.save() writes it."""
    return (b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"
            b"X\x01\0\0\x000X\x03\0\0\0cpuK\x04tQK\0K\x02K\x02\x86K\x02K\x01\x86\x89ccollections\nOrderedDict\n)RtRs.")


def npy(header, data, version=1):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def joblib_array(data, code=b"f8"):
    """Protocol 4: an array of two items as joblib writes it, its bytes behind the BUILD."""
    def text(word):
        return b"\x8c" + bytes([len(word)]) + word
    return (b"\x80\x04" + text(b"joblib.numpy_pickle") + text(b"NumpyArrayWrapper") + b"\x93)\x81}(" + text(b"shape")
            + b"K\x02\x85" + text(b"dtype") + text(b"numpy") + text(b"dtype") + b"\x93" + text(code) + b"\x89\x88\x87Rub"
            + data + b".")


def saved_model(operators, functions=()):
    """A SavedModel of TensorFlow: a node for each operator, and the names of functions."""
    def field(number, data):
        size = len(data)
        length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
        return bytes([number << 3 | 2]) + length + data
    graph = b"".join(field(1, field(1, b"n%d" % i) + field(2, op.encode())) for i, op in enumerate(operators))
    library = b"".join(field(1, field(1, field(1, name.encode()))) for name in functions)
    return b"\x08\x01" + field(2, field(2, graph + (field(2, library) if library else b"")))


def hdf5(attributes=None, links=None):
    """Version 2 of the superblock, and one group: {name: text}, {name: (file, path)} of external links."""
    messages = b""
    for name, value in (attributes or {}).items():
        data = (struct.pack("<BBHHHB", 3, 0, len(name) + 1, 8, 4, 0) + name.encode() + b"\0"
                + struct.pack("<II", 0x13, len(value)) + b"\x02\0\0\0" + value.encode())
        messages += struct.pack("<BHB", 0x0C, len(data), 0) + data
    for name, (file, path) in (links or {}).items():
        target = b"\0" + file.encode() + b"\0" + path.encode() + b"\0"
        data = struct.pack("<BBBB", 1, 8, 64, len(name)) + name.encode() + struct.pack("<H", len(target)) + target
        messages += struct.pack("<BHB", 6, len(data), 0) + data
    group = b"OHDR\x02\x02" + struct.pack("<I", len(messages)) + messages + bytes(4)
    undefined = 2 ** 64 - 1
    return (b"\x89HDF\r\n\x1a\n\x02\x08\x08\0" + struct.pack("<QQQQ", 0, undefined, 48 + len(group), 48) + bytes(4)
            + group)


def write(path, data):
    import os
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())
