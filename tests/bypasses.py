#!/usr/bin/env python3
"""Ways around scanners that are in no corpus: none of them passes. Nothing here is ever loaded."""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

top = os.environ["top_srcdir"]
sys.path.insert(0, os.path.join(top, "tests", "tools"))
sys.dont_write_bytecode = True
import fixtures  # noqa: E402

CALL = fixtures.pickle_call("os", "system", "echo test")
PLAIN = fixtures.pickle_dict()
SYSTEM = b"cos\nsystem\n"
ARGUMENT = b"X\x09\0\0\0echo test\x85R"


def text(word):
    return b"\x8c" + bytes([len(word)]) + word


def pickles():
    """Opcodes in other orders, the memo, encodings of names, frames."""
    argument = b"\x8c\x09echo test\x85R."
    yield "opaque-memo", b"\x80\x04" + text(b"os") + b"r\xff\xff\0\x000" + text(b"system") + b"q\x070j\xff\xff\0\0h\x07\x93" + argument
    yield "text-memo", b"S'os'\np00\n0S'system'\np 1\n0g0\ng1\n\x93(S'id'\ntR."
    yield "dup-names", b"\x80\x04" + text(b"os") + b"20" + text(b"system") + b"\x93" + argument
    yield "names-from-a-list", b"\x80\x04](" + text(b"os") + b"\x94" + text(b"system") + b"\x94e0h\0h\x01\x93" + argument
    yield "names-as-keys", b"\x80\x04}(" + text(b"os") + b"\x94N" + text(b"system") + b"\x94Nu0h\0h\x01\x93" + argument
    yield "names-as-ids", b"\x80\x04" + text(b"os") + b"\x94Q0h\0" + text(b"system") + b"\x93" + argument
    yield "names-as-bytes", b"\x80\x04C\x02osC\x06system\x93" + argument
    yield "computed-name", b"\x80\x04cbuiltins\nstr\n" + text(b"os") + b"\x85R" + text(b"system") + b"\x93" + argument
    yield "joined-name", b"\x80\x04cbuiltins\nstr.join\n" + text(b"") + b"]" + text(b"os") + b"a\x86R" + text(b"system") + b"\x93" + argument
    yield "formatted-name", b"\x80\x04cbuiltins\nformat\n" + text(b"os") + b"\x85R" + text(b"system") + b"\x93" + argument
    yield "decoded-name", b"\x80\x04c_codecs\nencode\n" + text(b"bf") + text(b"rot13") + b"\x86R" + text(b"system") + b"\x93" + argument
    for code in (b"\x82\x05", b"\x83\x05\x01", b"\x84\x05\x01\x01\x00"):
        yield f"extension-{len(code)}", b"\x80\x02" + code + b"X\x02\0\0\0id\x85R."
    yield "frame-in-frame", b"\x80\x04\x95\x05\0\0\0\0\0\0\0\x95\x02\0\0\0\0\0\0\0N0" + SYSTEM + ARGUMENT + b"."
    yield "frame-of-nothing", b"\x80\x04\x95\0\0\0\0\0\0\0\0" + SYSTEM + ARGUMENT + b"."
    yield "long-unicode", b"\x80\x04\x8d\x02\0\0\0\0\0\0\0os\x8d\x06\0\0\0\0\0\0\0system\x93" + argument
    yield "bytearray-first", b"\x80\x05\x96\x04\0\0\0\0\0\0\0abcd0" + SYSTEM + ARGUMENT + b"."
    yield "buffers-first", b"\x80\x05\x97\x98" + b"0" + SYSTEM + ARGUMENT + b"."
    yield "inst-in-list", b"](S'id'\nios\nsystem\na."
    yield "obj-in-dict", b"}(N(" + SYSTEM + b"S'id'\nou."
    yield "called-by-build", b"\x80\x02cfunctools\npartial\ncbuiltins\nlen\n\x85R(" + SYSTEM + b"(X\x02\0\0\0idt}Ntb)R."
    yield "called-by-reconstructor", b"\x80\x02ccopyreg\n_reconstructor\n(" + SYSTEM + b"cbuiltins\nobject\nNtR."
    yield "called-by-map", b"\x80\x02cbuiltins\nlist\ncbuiltins\nmap\n" + SYSTEM + b"]X\x02\0\0\0ida\x86R\x85R."
    yield "called-by-iter", b"\x80\x02cbuiltins\nlist\ncbuiltins\niter\ncfunctools\npartial\n" + SYSTEM + b"X\x02\0\0\0id\x86RK\x01\x86R\x85R."
    yield "called-by-default", b"\x80\x02ccollections\ndefaultdict\n" + SYSTEM + b"\x85R."
    yield "called-by-a-class", b"\x80\x02cbuiltins\ntype\n(X\x01\0\0\0A)}X\x0c\0\0\0__setstate__" + SYSTEM + b"stR)\x81X\x02\0\0\0idb."
    yield "property", b"\x80\x02cbuiltins\nproperty\n" + SYSTEM + b"\x85R."
    yield "bare-newlines", b"cos\r\nsystem\r\n(S'id'\r\ntR."
    yield "padded", b"\x80\x02" + b"N0" * 70000 + SYSTEM + ARGUMENT + b"."
    yield "behind-many-streams", b"\x80\x02N." * 500 + CALL
    yield "behind-a-megabyte", PLAIN + bytes(1 << 20) + CALL
    yield "behind-text", b"This is only a note.\n" * 10 + CALL
    yield "after-a-bad-opcode", b"\x80\x02N\xff" + CALL
    yield "after-a-cut-string", b"\x80\x02X\xff\0\0\0" + CALL
    yield "proto-255", b"\x80\xff" + CALL[2:]
    yield "proto-twice", b"\x80\x02\x80\x04\x80\x01" + CALL[2:]
    yield "no-stop", CALL[:-1]
    yield "utf16-name", b"V\\u006f\\U00000073\nV\\u0073ystem\n\x93(S'id'\ntR."
    yield "module-alias", fixtures.pickle_call("_posixsubprocess", "fork_exec", "a")
    for module, name in (("collections", "abc.sys.modules"), ("random", "_os.system"), ("pathlib", "os.system"),
                         ("argparse", "_os.system"), ("uuid", "os.system"), ("enum", "sys.modules.get"),
                         ("decimal", "sys.modules"), ("re", "enum.sys.modules"), ("datetime", "sys.modules"),
                         ("fractions", "decimal.sys.modules"), ("numpy", "os.system"), ("numpy.core", "os.system"),
                         ("numpy.random", "os.system"), ("sklearn.base", "os.system"), ("pandas", "io.common.os.system"),
                         ("torch", "os.system"), ("torch.nn", "Parameter.__init__.__globals__.get"),
                         ("builtins", "object.__subclasses__"), ("builtins", "dict.__class__.__base__"),
                         ("builtins", "str.format"), ("builtins", "type.__getattribute__"), ("torch", "Tensor.__reduce__"),
                         ("joblib", "os.system"), ("string", "Formatter.get_field"), ("logging", "os.system"),
                         ("http", "client.os.system"), ("_codecs", "lookup"), ("numpy", "load"), ("numpy", "fromfile"),
                         ("numpy", "memmap"), ("numpy", "DataSource"), ("numpy", "genfromtxt"), ("pandas", "read_pickle"),
                         ("pandas", "eval"), ("pandas", "DataFrame.query"), ("pandas", "read_csv"), ("torch", "load"),
                         ("torch.package", "PackageImporter"), ("torch", "UntypedStorage.from_file"),
                         ("sklearn.utils", "_joblib.load"), ("joblib", "load"), ("xgboost.core", "Booster"),
                         ("lightgbm.basic", "Booster"), ("PIL.PngImagePlugin", "PngImageFile"), ("builtins", "print"),
                         ("scipy.io", "loadmat"), ("tarfile", "open"), ("shelve", "open"), ("logging.config", "fileConfig"),
                         ("logging", "FileHandler"), ("zipimport", "zipimporter"), ("importlib.util", "find_spec"),
                         ("sysconfig", "get_config_var"), ("email.mime.text", "MIMEText"), ("http.client", "HTTPConnection"),
                         ("xmlrpc.client", "ServerProxy"), ("multiprocessing.connection", "Client"), ("site", "main"),
                         ("turtle", "Screen"), ("venv", "create"), ("ensurepip", "bootstrap"), ("antigravity", "geohash"),
                         ("nturl2path", "url2pathname"), ("_ctypes", "LoadLibrary"), ("_imp", "create_dynamic"),
                         ("_frozen_importlib", "_gcd_import"), ("_frozen_importlib_external", "SourceFileLoader"),
                         ("_pyrepl.main", "interactive_console"), ("test.support", "run_code"), ("encodings", "search_function")):
        dotted = "-".join((module + "." + name).split("."))
        yield f"name-{dotted}", fixtures.pickle_call(module, name, "a")
        yield f"stack-name-{dotted}", b"\x80\x04" + text(module.encode()) + text(name.encode()) + b"\x93" + argument


def hidden():
    """A pickle inside of constants of another."""
    def constant(data, code=b"B"):
        return b"\x80\x04" + code + struct.pack("<I", len(data)) + data + b"."
    encoded = base64.b64encode(CALL)
    yield "bytes-in-bytes", constant(constant(CALL))
    yield "base64", constant(encoded, b"X")
    yield "base64-bytes", constant(encoded)
    yield "base64-lines", constant(b"\n".join(encoded[i:i + 20] for i in range(0, len(encoded), 20)), b"X")
    yield "base64-url", constant(base64.urlsafe_b64encode(CALL).rstrip(b"="), b"X")
    yield "base64-of-base64", constant(base64.b64encode(constant(encoded, b"X")), b"X")
    yield "hex", constant(CALL.hex().encode(), b"X")
    yield "hex-upper", constant(CALL.hex().upper().encode(), b"X")
    for name, pack in (("zlib", zlib.compress), ("gzip", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        yield f"packed-{name}", constant(pack(CALL))
        yield f"base64-{name}", constant(base64.b64encode(pack(CALL)), b"X")
    yield "array", constant(CALL, b"\x96")[:3] + struct.pack("<Q", len(CALL)) + CALL + b"."
    yield "latin1", constant(CALL.decode("latin-1").encode(), b"X")


def streams():
    """Compressed once, twice, with junk, under other names."""
    packs = {"zlib": zlib.compress, "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress,
             "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE)}
    for name, pack in packs.items():
        yield f"once-{name}.pkl", pack(CALL)
        yield f"once-{name}.joblib", pack(CALL)
        yield f"once-{name}.bin", pack(CALL)
        yield f"once-{name}", pack(CALL)
        yield f"picture-{name}.png", pack(CALL)
        for other, again in packs.items():
            yield f"twice-{name}-{other}", again(pack(CALL))
        yield f"second-{name}.gz", gzip.compress(PLAIN) + pack(CALL) if name == "gz" else gzip.compress(pack(CALL))
    yield "in-two-parts.gz", gzip.compress(CALL[:20]) + gzip.compress(CALL[20:])
    yield "raw-deflate-behind-name.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"a" * 300 + b"\0" + gzip.compress(CALL)[10:]
    yield "cut.xz", lzma.compress(CALL)[:-8]


def arrays():
    """NumPy: where the header says objects in other words."""
    def header(descr, shape="(1,)"):
        return "{'descr': %s, 'fortran_order': False, 'shape': %s, }" % (descr, shape)
    for name, descr in (("o", "'O'"), ("pipe-o", "'|O'"), ("little-o", "'<O'"), ("o8", "'|O8'"), ("object", "'object'"),
                        ("double", '"O"'), ("raw", "r'O'"), ("escape", "'\\x4f'"), ("unicode", "u'O'"),
                        ("joined", "'|' 'O'"), ("field", "[('a', '<f8'), ('b', 'O')]"), ("nested", "[('a', [('b', 'O')])]"),
                        ("subarray", "[('a', 'O', (2,))]"), ("tuple", "('O', (2,))"), ("titled", "[(('t', 'a'), 'O')]"),
                        ("many", "'f8,O'"), ("bytes", "b'O'"), ("title-object", "'object_'"), ("number", "'O4'")):
        yield f"{name}.npy", fixtures.npy(header(descr), CALL)
        yield f"{name}-v2.npy", fixtures.npy(header(descr), CALL, 2)
        yield f"{name}.bin", fixtures.npy(header(descr), CALL)
    yield "last-key-wins.npy", fixtures.npy("{'descr': '<f8', 'descr': 'O', 'fortran_order': False, 'shape': (1,), }", CALL)
    yield "first-key-lies.npy", fixtures.npy("{'descr': 'O', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", CALL)
    yield "behind-the-items.npy", fixtures.npy(header("'<f8'"), bytes(8) + CALL)
    yield "version-3.npy", fixtures.npy(header("'O'"), CALL, 3)
    yield "version-9.npy", fixtures.npy(header("'O'"), CALL, 9)
    yield "raw-pickle.npy", CALL
    yield "raw-pickle.npz", CALL
    array = fixtures.npy(header("'O'"), CALL)
    yield "odd-names.npz", fixtures.zip_of({"a": fixtures.npy(header("'<f8'"), bytes(8)), "b.txt": array})
    yield "pickle-in.npz", fixtures.zip_of({"a.npy": CALL})
    yield "joblib-objects.joblib", fixtures.joblib_array(CALL, b"O8")
    yield "joblib-behind.joblib", fixtures.joblib_array(bytes(16))[:-1] + SYSTEM + ARGUMENT + b"."


def tars():
    """Members under odd names, in odd headers."""
    for i, name in enumerate(("a", "picture.jpg", "notes.txt", "a\nb", "x" * 90, "./././a", "a/b/c/d/.hidden", "data.pkl/", "README.md")):
        yield f"name-{i}.tar", fixtures.tar_of({name.rstrip("/"): CALL})
    for form, number in (("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=number) as archive:
            info = tarfile.TarInfo("long/" * 60 + "a")
            info.size = len(CALL)
            archive.addfile(info, io.BytesIO(CALL))
        yield f"long-{form}.tar", out.getvalue()
    plain, bad = fixtures.tar_of({"a.pkl": PLAIN}), fixtures.tar_of({"b.pkl": CALL})
    yield "second-archive.tar", plain + bad
    yield "behind-its-end.tar", plain + CALL
    yield "no-end.tar", bad[:1024]
    yield "same-name.tar", bad[:1024] + plain[:1024] + bytes(1024)
    for kind in (b"\0", b"7", b"x", b"K", b"L", b"S", b"V", b"Z"):
        yield f"type-{kind.hex()}.tar", retyped(bad, kind)
    yield "in-tar-in-gz-in-zip.zip", fixtures.zip_of({"a.tgz": gzip.compress(fixtures.tar_of({"b.tar": bad}))})
    yield "model.nemo", fixtures.tar_of({"weights.ckpt": CALL})


def retyped(archive, kind):
    head = bytearray(archive)
    head[156:157] = kind
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head[:512])
    return bytes(head)


def zips():
    """What the central directory says, and what stands in the file."""
    bad = fixtures.torch_zip(CALL)
    for i, name in enumerate(("data.txt", "a/DATA.PKL", "a\\data.pkl", "a/data.pkl\0.txt", "a/data", "a/.data/x", "picture.png", "../a", "code/a.py")):
        try:
            yield f"name-{i}.pt", fixtures.zip_of({name: CALL, "version": b"3\n"}, zipfile.ZIP_STORED)
        except ValueError:
            continue
    for name, method in (("deflate", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        yield f"{name}.pt", fixtures.zip_of({"archive/data.pkl": CALL}, method)
    yield "behind-text.pt", b"#!/bin/sh\nexit 0\n" + bad
    yield "before-junk.pt", bad + b"junk" * 100
    yield "comment.pt", bad[:-2] + struct.pack("<H", len(PLAIN)) + PLAIN
    yield "end-in-comment.pt", bad[:-2] + struct.pack("<H", 22) + b"PK\5\6" + bytes(18)
    yield "two-archives.pt", bad + fixtures.torch_zip(PLAIN)
    yield "two-archives-2.pt", fixtures.torch_zip(PLAIN) + bad
    yield "archive-in-a-stored-member.zip", fixtures.zip_of({"a.bin": fixtures.torch_zip(CALL)}, zipfile.ZIP_STORED)
    for name, offset, value in (("flags", 6, 1), ("method", 8, 8), ("crc", 14, 0), ("size", 18, 0), ("plain-size", 22, 0), ("name", 30, 0x41)):
        for where in ("local", "central"):
            changed = bytearray(bad)
            at = bad.index(b"PK\3\4") if where == "local" else bad.index(b"PK\1\2")
            at += offset if where == "local" else {6: 8, 8: 10, 14: 16, 18: 20, 22: 24, 30: 46}[offset]
            changed[at] = value
            yield f"{where}-{name}.pt", bytes(changed)
    end = bad.index(b"PK\5\6")
    for name, at, form, value in (("count-0", 8, "<HH", (0, 0)), ("count-9", 8, "<HH", (9, 9)), ("size-0", 12, "<I", (0,)),
                                  ("offset-0", 16, "<I", (0,)), ("disk", 4, "<HH", (1, 1))):
        changed = bytearray(bad)
        struct.pack_into(form, changed, end + at, *value)
        yield f"end-{name}.pt", bytes(changed)
    yield "no-end.pt", bad[:end]
    yield "no-directory.pt", bad[:bad.index(b"PK\1\2")]
    yield "masked-start.pt", b"XX" + bad[2:]
    nested = CALL
    for depth in range(6):
        nested = fixtures.zip_of({"a.zip" if depth else "a.pkl": nested})
    yield "six-deep.zip", nested


def templates():
    """Chat templates that reach into Python, by other spellings, in other places."""
    bodies = {
        "attr": "{{ ''|attr('__class__')|attr('__mro__') }}",
        "item": "{{ ''['__class__']['__mro__'][1]['__subclasses__']() }}",
        "joined": "{{ ''['__cl' + 'ass__']['__subcl' + 'asses__']() }}",
        "tilde": "{{ ''['__cl' ~ 'ass__'] }}",
        "hex": "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
        "unicode": "{{ ''['\\u005f\\u005fclass\\u005f\\u005f'] }}",
        "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "lipsum": "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "lipsum-attr": "{{ (lipsum|attr('__globals__'))['os'] }}",
        "namespace": "{{ namespace.__init__.__globals__ }}",
        "self": "{{ self._TemplateReference__context.cycler.__init__ }}",
        "macro": "{% set x = joiner.__init__ %}{{ x.__globals__.sys.modules.os.system('id') }}",
        "line": "{%- if x.__class__.__base__.__subclasses__() %}a{% endif %}",
        "format": "{{ '%c%cclass%c%c'|format(95,95,95,95) }}{{ ''|attr('%c%cclass%c%c'|format(95,95,95,95)) }}",
        "include": "{% include '/etc/passwd' %}",
        "import": "{% import 'os' as os %}{{ os.system('id') }}",
        "range": "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
        "request": "{{ request.application.__globals__.__builtins__.__import__('os').popen('id') }}",
        "reversed": "{{ ''['__ssalc__'[::-1]] }}",
        "joined-filter": "{{ ''|attr(['__cla','ss__']|join) }}",
    }
    for name, body in bodies.items():
        yield f"{name}.gguf", fixtures.gguf({"general.architecture": "llama", "tokenizer.chat_template": body}, {"a": 4})
        yield f"{name}-named.gguf", fixtures.gguf({"general.architecture": "llama", "tokenizer.chat_template.tool_use": body}, {"a": 4})
        yield f"{name}/tokenizer_config.json", json.dumps({"chat_template": body}).encode()
        yield f"{name}-list/tokenizer_config.json", json.dumps({"chat_template": [{"name": "default", "template": body}]}).encode()
        yield f"{name}-escaped/tokenizer_config.json", json.dumps(
            {"chat_template": "".join("\\u%04x" % ord(c) for c in body)}).replace("\\\\u", "\\u").encode()
        yield f"{name}/chat_template.jinja", body.encode()
        yield f"{name}/chat_template.json", json.dumps({"chat_template": body}).encode()


def others():
    """The rest of a repository."""
    for i, body in enumerate(("!!python/object/apply:os.system ['id']", "!!python/object/new:os.system ['id']",
                              "!!python/name:os.system", "!!python/module:os", "!<tag:yaml.org,2002:python/object/apply:os.system> ['id']",
                              "%TAG !p! tag:yaml.org,2002:python/\n---\n!p!object/apply:os.system ['id']",
                              "!!python/object/apply:subprocess.Popen\n- [id]")):
        prefix = "" if body.startswith("%") else "a: "
        yield f"config-{i}.yaml", (prefix + body + "\n").encode()
        yield f"nemo-{i}.nemo", fixtures.tar_of({"model_config.yaml": (prefix + body + "\n").encode()})
    yield "tail.safetensors", fixtures.safetensors({"a": 2}) + CALL
    yield "base64.safetensors", fixtures.safetensors({"a": 2}, {"state": base64.b64encode(CALL).decode()})
    yield "pickle-as.safetensors", CALL
    yield "zip-as.safetensors", fixtures.torch_zip(CALL)
    yield "tail.gguf", fixtures.gguf({"general.architecture": "llama"}, {"a": 8}) + CALL
    yield "pickle-as.gguf", CALL
    yield "tail.h5", fixtures.hdf5({"a": "b"}) + CALL
    yield "tail-zip.h5", fixtures.hdf5({"a": "b"}) + fixtures.torch_zip(CALL)
    yield "user-block.h5", CALL + bytes(512 - len(CALL)) + fixtures.hdf5({"a": "b"})
    yield "lambda-behind-a-blank.h5", fixtures.hdf5({"model_config": '{ "class_name" : "Lambda"}'})
    yield "picture-and-zip.png", b"\x89PNG\r\n\x1a\n" + bytes(30) + fixtures.torch_zip(CALL)
    yield "weights.keras", fixtures.zip_of({"config.json": b"{}", "model.weights.h5": CALL})
    yield "arrays.skops", fixtures.zip_of({"schema.json": b"{}", "1.npy": fixtures.npy(
        "{'descr': 'O', 'fortran_order': False, 'shape': (1,), }", CALL)})
    yield "pickle-as.json", CALL
    yield "pickle-as.md", CALL
    yield "pickle-as.onnx", CALL
    yield "protocol-0.txt", b"cos\nsystem\n(S'id'\ntR."
    yield "hex.txt", CALL.hex().encode()
    yield "base64.txt", base64.b64encode(CALL)
    yield "base64.json", json.dumps({"state": base64.b64encode(CALL).decode()}).encode()


def starts():
    """Streams that begin with any opcode that can stand first, under names of other things."""
    firsts = (b"\x80\x00", b"\x80\x01", b"\x80\x05", b"C\x01a0", b"B\x01\0\0\0a0", b"\x8e\x01" + bytes(7) + b"a0", b"\x880", b"\x890",
              b"\x8a\x01a0", b"\x8b\x01\0\0\0a0", b"\x8d\x01" + bytes(7) + b"a0", b"\x8f0", b"\x96\x01" + bytes(7) + b"a0", b"N0", b"K\x010",
              b"M\x01\x010", b"G" + bytes(8) + b"0", b"I1\n0", b"F1\n0", b"L1L\n0", b"V\n0", b"S''\n0", b"U\x01a0", b"T\x01\0\0\0a0",
              b"X\x01\0\0\0a0", b"\x8c\x01a0", b"]0", b")0", b"}0", b"(1", b"(l0", b"(d0", b"(t0", b"\x95" + struct.pack("<Q", len(CALL) - 2))
    for i, first in enumerate(firsts):
        for name in ("a", "a.bin", "a.pt", "a.h5", "a.txt", "a.pkl"):
            yield f"{i}/{name}", first + CALL[2:]


GROUPS = (pickles, starts, hidden, streams, arrays, tars, zips, templates, others)
count = 0


def judge(group, folder):
    """What no finding stops, of the members that GROUP makes."""
    global count
    names = {}
    for i, (name, data) in enumerate(group()):
        if group is pickles or group is hidden:
            name += ".pkl"
        path = f"{i}/{name}"
        names[str(i)] = name
        fixtures.write(os.path.join(folder, path), data)
    report = json.loads(subprocess.run([os.environ["ASSAY"], "scan", "--policy", "security", "--no-progress", "--format", "json", folder],
                                       capture_output=True, check=False).stdout)
    stopped = {f["member"].split("/")[0] for f in report["findings"] if f["effect"] in ("fail", "review", "incomplete")}
    for i, name in names.items():
        if i not in stopped:
            print(f"# passes: {name}")
    count += 1
    missed = len(set(names) - stopped)
    print(f"{'ok' if missed == 0 else 'not ok'} {count} - {group.__name__}: {len(names)} ways, none passes")


with tempfile.TemporaryDirectory() as top_folder:
    for one in GROUPS:
        judge(one, os.path.join(top_folder, one.__name__))
print(f"1..{count}")
