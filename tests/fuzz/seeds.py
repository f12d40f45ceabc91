#!/usr/bin/env python3
"""Writes seeds for the fuzz targets: FOLDER/TARGET/NAME. A target without seeds runs on the common ones."""

import json
import base64
import os
import struct
import subprocess
import sys
import tempfile

import fixtures

COMMON = {
    "empty": b"",
    "zeros": bytes(64),
    "text": b"# a title\n\nsome text: 1, 2, 3\n",
    "json": b'{"a": [1, 2.5e3, "x\\u00e9", null, true], "b": {}}',
    "yaml": b"a: 1\nb:\n  - x\n  - 'y'\n",
}

HEX = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

# A self-signed P-256 certificate and the fields of a bundle, for the parsers of signatures.
CERTIFICATE = bytes.fromhex(
    "308201283081cfa003020102020101300a06082a8648ce3d040302300c310a300806035504030c0161301e170d32303031303130303030"
    "30305a170d3430303130313030303030305a300c310a300806035504030c01613059301306072a8648ce3d020106082a8648ce3d030107"
    "03420004") + bytes(64) + bytes.fromhex("a320301e301c0603551d1104153013811161406578616d706c652e696e76616c6964")
STATEMENT = (b'{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"m","digest":{"sha256":"' + b"0" * 64
             + b'"}}],"predicateType":"https://model_signing/signature/v1.0","predicate":{"serialization":{"method":"shards",'
             b'"hash_type":"sha256","shard_size":1000,"ignore_paths":["x"]},"resources":[{"name":"a:0:1","algorithm":"sha256",'
             b'"digest":"' + b"0" * 64 + b'"}]}}')
# The generator of P-256 as a public key, and a log's record of a signature.
KEY = (b"-----BEGIN PUBLIC KEY-----\n"
       b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
       b"6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n")
RECORD = (b'{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"' + HEX
          + b'"}},"signature":{"content":"MAYCAQECAQE=","publicKey":{"content":"' + base64.b64encode(KEY) + b'"}}}}')



def openssl_in(folder):
    """A call of openssl in FOLDER, which gives the content of the file that its last argument names."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, arguments[-1]), "rb") as file:
            return file.read()
    return openssl


def made_by_openssl(make):
    """What MAKE gives, called with openssl in a folder of its own; nothing where there is no openssl, or one that cannot."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return make(openssl_in(folder), folder)
        except (OSError, subprocess.CalledProcessError):
            return b""


def self_signed(openssl, *extensions):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=a", "-days", "9999",
            *[argument for extension in extensions for argument in ("-addext", extension)], "-keyout", "key", "-out", "pem")
    return openssl("x509", "-in", "pem", "-outform", "DER", "-out", "der")


def time_stamp(openssl, folder):
    """The stamp of "a message" by an authority made for it, as the target reads it."""
    for name, text in ("message", "a message"), ("serial", "01"), ("tsa.cnf", "[tsa]\nserial = serial\nsigner_digest = sha256\n"
                                                                  "default_policy = 1.2.3\ndigests = sha256\n"):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)
    certificate = self_signed(openssl, "extendedKeyUsage=critical,timeStamping")
    openssl("ts", "-query", "-data", "message", "-sha256", "-cert", "-no_nonce", "-out", "query")
    response = openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "query", "-signer", "pem",
                       "-inkey", "key", "-out", "response")
    return struct.pack(">H", len(response)) + response + certificate


def keyless_leaf(openssl, _folder):
    """A certificate as Fulcio issues them, with the promise of a log that did not sign it."""
    promise = b"\0" + b"the log of the seed, 32 bytes..." + struct.pack(">QH", 1800000000000, 0) + b"\4\3\0\x08" + \
        bytes.fromhex("3006020101020101")
    promises = struct.pack(">HH", len(promise) + 2, len(promise)) + promise
    return self_signed(openssl, "keyUsage=critical,digitalSignature", "extendedKeyUsage=codeSigning",
                       "subjectAltName=email:a@example.invalid,URI:https://example.invalid/x",
                       "1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:https://issuer.invalid",
                       "1.3.6.1.4.1.11129.2.4.2=DER:04" + f"{len(promises):02x}" + promises.hex())


SEEDS = {
    "certificate": {"self-signed": CERTIFICATE, "leaf": made_by_openssl(keyless_leaf)},
    "timestamp": {"empty": b"\x00\x050\x030\x01\x00", "stamp": made_by_openssl(time_stamp)},
    "trusted_root": {
        "root": b'{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{"baseUrl":"https://a/",'
                b'"publicKey":{"rawBytes":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","keyDetails":"PKIX_ED25519","validFor":'
                b'{"start":"2021-01-12T11:53:27.5Z","end":"2031-01-12T11:53:27+01:00"}},"logId":{"keyId":"AAAAAA=="}}],'
                b'"certificateAuthorities":[{"certChain":{"certificates":[{"rawBytes":"' + base64.b64encode(CERTIFICATE)
                + b'"}]},"validFor":{"start":"2021-01-12T11:53:27Z"}}]}',
    },
    "bundle": {
        "statement": STATEMENT,
        "model": b'{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":"'
                 + base64.b64encode(CERTIFICATE) + b'"},"tlogEntries":[{"logIndex":"0","logId":{"keyId":"AAAA"},"kindVersion":'
                 b'{"kind":"dsse","version":"0.0.1"},"integratedTime":"1700000000","canonicalizedBody":"e30="}],'
                 b'"timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":"MAA="}]}},"dsseEnvelope":{"payload":"'
                 + base64.b64encode(STATEMENT) + b'","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AAAA"}]}}',
    },
    "claims": {
        "gnu": b"\x00" + HEX + b"  a\n\\" + HEX + b" *b\\nc\n",
        "tagged": b"\x00SHA256 (a) = " + HEX + b"\nSHA2-256(b)= " + HEX + b"\n",
        "record": b'\x03a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,1\n"b,""c",,\n',
        "download": b"\x04" + HEX[:40] + b"\n" + HEX + b"\n1.0\n",
        "index": b'\x05{"schemaVersion": 2, "manifests": [{"digest": "sha256:' + HEX + b'", "size": 1}]}',
        "save": b'\x06[{"Config": "' + HEX + b'.json", "Layers": ["a/layer.tar"]}]',
        "ollama": b'\x07{"schemaVersion": 2, "config": {"digest": "sha256:' + HEX + b'", "size": 1}, "layers": []}',
        "shards": b'\x09{"metadata": {"total_size": 1}, "weight_map": {"x": "a"}}',
        "mlmodel": b"\x0aflavors:\n  sklearn:\n    pickled_model: a\n",
        "statement": b'\x0b{"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "a", "digest": {"sha256": "'
                     + HEX + b'"}}]}',
        "minisign": b"\x0duntrusted comment: x\n" + base64.b64encode(b"Ed" + bytes(72)) +
                    b"\ntrusted comment: y\n" + base64.b64encode(bytes(64)) + b"\n",
        "signify": b"\x0euntrusted comment: x\n" + base64.b64encode(b"Ed" + bytes(72)) + b"\nSHA256 (a) = " + HEX + b"\n",
        "ecdsa": b"\x0e" + bytes.fromhex("300602010102010100") + bytes(64),
        "cms": b"\x0f" + bytes.fromhex("301006092a864886f70d010702a0033001ff"),
        "cosign": b'\x10{"base64Signature": "MAYCAQECAQE=", "cert": "", "rekorBundle": null}',
        "keyed": b'\x10{"base64Signature": "MAYCAQECAQE=", "cert": "' + base64.b64encode(KEY) + b'", "rekorBundle": '
                     b'{"SignedEntryTimestamp": "AAAA", "Payload": {"body": "' + base64.b64encode(RECORD) +
                     b'", "integratedTime": 1, "logIndex": 1, "logID": "' + HEX + b'"}}}',
        "pointer": b"\x0cversion https://git-lfs.github.com/spec/v1\noid sha256:" + HEX + b"\nsize 1\n",
    },
    "keras": {
        "lambda": b'{"class_name": "Functional", "config": {"layers": [{"class_name": "\\u004cambda", "module": "keras.layers"}]}}',
        "function": b'{"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "a>b"}',
        "words": b'{"class_name": "Dense", "module": "keras.config", "config": {"fn": "get_file", "a": ["https://a"], "x_module": "os"}}',
        "archive": fixtures.zip_of({"config.json": b"{}", "model.weights.h5": b"x", "a.py": b""}),
    },
    "hdf5": {
        "search": b"\x89HDF\r\n\x1a\n" + bytes(8) + b'{"class_name": "Dense", "config": {"vocabulary": "/a"}}' + bytes(8),
        "attribute": fixtures.hdf5({"model_config": '{"class_name": "Lambda"}', "note": "x" * 40}),
        "link": fixtures.hdf5({}, {"a": ("/etc/passwd", "/a")}),
        "user": bytes(512) + fixtures.hdf5({"a": "b"}),
        "old": bytes.fromhex("894844460d0a1a0a000000000008080004001000000000000000000000000000ffffffffffffffff"
                             "4801000000000000ffffffffffffffff00000000000000006000000000000000") + bytes(24)
               + bytes.fromhex("01000100010000001800000000000000" "1100100000000000" "8800000000000000" "b800000000000000")
               + b"TREE" + bytes.fromhex("00000100") + b"\xff" * 16 + bytes(8) + struct.pack("<QQ", 240, 8)
               + b"HEAP" + bytes(4) + struct.pack("<QQQ", 24, 2 ** 64 - 1, 216) + bytes(8) + b"a\0\0\0\0\0\0\0/a\0\0\0\0\0\0"
               + b"SNOD" + bytes.fromhex("01000100") + struct.pack("<QQQQQ", 8, 2 ** 64 - 1, 2, 16, 0) + bytes(24),
    },
    "tensorflow": {
        "model": fixtures.saved_model(["MatMul", "PyFunc", "Mine", "f"], ["f"]),
        "frozen": b"\n\x0b\n\x01n\x12\x06PyFunc",
        "metadata": b'\n\x19*\x17{"class_name":"Lambda"}',
    },
    "skops": {
        "schema": b'{"__class__": "call", "__module__": "operator", "__loader__": "OperatorFuncNode", "attrs": '
                  b'{"module_path": "os", "function": "system"}}',
        "archive": fixtures.zip_of({"schema.json": b"{}", "1.npy": b"", "a.py": b""}),
    },
    "license": {
        "card": b"---\nlicense: other\nlicense_name: x\nbase_model:\n- a/b\n---\nlicensed under the MIT license\n",
        "header": b"/* GNU General Public License as published by the FSF; either version 2, or any later version\n"
                  b" * SPDX-License-Identifier: (MIT OR GPL-2.0+) AND ISC */\n",
        "json": b'{"license": ["MIT", {"type": "ISC"}], "url": "https://www.apache.org/licenses/LICENSE-2.0.html"}',
        "r": b"Package: x\nLicense: GPL (>= 2) | file LICENSE\n",
        "markup": b"<p>1. &copy; <b>Redistribution</b> and use\\nin source</p> and\nb) binary forms &amp; GPLv2+ permission",
    },
    "license_expression": {
        "compound": b"(MIT OR Apache-2.0) AND GPL-2.0-or-later WITH Classpath-exception-2.0",
        "reference": b"DocumentRef-a:LicenseRef-b OR LicenseRef-HF-openrail++ AND LGPL-2.1+",
    },
    "markup": {"all": "a<b>&\"'|`@x ]]> [l](http://www.example.com) \u202e".encode()},
    "policy": {
        "all": b"fail-on: never\nchecks: {\"zip/*\": off}\nformats: {allow: [gguf], forbid: unset}\n"
               b"pii: {review-from: 50, fail-from: never}\ndocumentation: {metrics: {f1: \"review >= 0.5\"}}\n",
        "odd": b"description: \"\\u202e \\x07 \\\\ \\uFFFF \\U0001F600\"\npickle: {allow: [\"a.b\", \"c.*\"]}\n",
    },
    "text": {
        "json": b'\x00{"auto_map": {"A": "m.M"}, "vocab": {"a": 1}, "t": "x\\u00e9\\n"}',
        "jsonl": b'\x01{"t": "one"}\n{"t": "t\\u0077o"}\n',
        "card": b"\x02---\nlicense: mit\nmodel-index:\n- results:\n  - metrics:\n    - {type: f1, value: 1}\n---\n# x\n",
        "notebook": b'\x03{"cells": [{"source": ["a\\n", "b"]}]}',
        "tags": b"\x07%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [x]\n",
        "utf16": b"\x04" + "import os\n".encode("utf-16-le"),
        "table": b'\x05a,b\n"x ""y""",2\n',
        "latin1": "\x06caf\xe9 au lait, s'il vous pla\xeet".encode("latin-1"),
        "yaml": b"\x07a: &x [1]\nb: *x\n_target_: os.system\n",
    },
    "report": {"all": json.dumps({
        "schema": "assay-report/1", "command": "scan", "verdict": "fail", "exit": 1, "why": "<script>",
        "tool": {"name": "assay", "version": "<img>", "rules": {"sha256": 64 * "0"}, "sandbox": "none"},
        "policy": {"name": "<script>", "sha256": 64 * "0"},
        "targets": [{"path": "<script>", "sha256": "<script>", "bytes": 1, "kind": "<script>"}],
        "coverage": {"members": 1, "bytes": 1, "analyzed": 1, "unidentified": 0,
                     "skipped": [{"member": "<script>", "reason": "<img>"}]},
        "members": [{"path": "a", "kind": "file", "bytes": 1, "sha256": "<script>", "formats": ["<script>", 1],
                     "facts": {"<script>": "<script>", "b": ["c"]}}],
        "findings": [{"check": "pickle/dangerous-call", "severity": "critical", "effect": "fail", "member": "<script>",
                      "offset": 1, "message": "<script>", "evidence": "<img>", "fingerprint": 32 * "0", "waived": None},
                     {"check": "no/such-check", "severity": "low", "effect": "none", "member": "a!/b", "offset": 1,
                      "message": "m", "evidence": "", "fingerprint": 32 * "1", "waived": "<script>", "more": 2}],
        "provenance": [{"kind": "<script>", "path": "<img>", "status": "verified", "signer": "<script>", "time": "<img>",
                        "covers": 1, "why": "<script>"}],
        "decision": {"controls": [{"id": "<script>", "status": "PASS", "why": "<img>"}]},
        "summary": {"critical": 1}, "run": {"started": "2023-11-14T22:13:20Z"}}).encode()},
    "osv": {
        "record": b'{"schema_version":"1.6.0","id":"GHSA-1","modified":"2024-01-01T00:00:00Z","aliases":["CVE-2024-1"],"affected":'
                  b'[{"package":{"ecosystem":"PyPI","name":"NumPy"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},'
                  b'{"fixed":"1.2rc1.post1.dev2"},{"introduced":"1.3"},{"last_affected":"2!1.4+a.1"},{"limit":"*"}]}],'
                  b'"versions":["1.0","1.2-1","x"]}]}',
        "versions": b"1!2.0rc1.post3.dev4+ab.5\nv1.0-1",
    },
    "pii": {
        "numbers": b"card 4539 1488 0343 6467, ssn 078-05-1123, GB56HXDO88167774656119, +1-984-182-0190 x12\n",
        "addresses": b"a.b@hotmail.se 2001:db8::10.0.0.1/64 00:1A:2B:3C:4D:5E bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "rules": b"entities:\n  a:\n    title: t\n    authority: x\n    separators: '- '\n    shapes: ['[A-F]9{2,3}~X|9']\n",
    },
    "joblib": {
        "array": fixtures.joblib_array(bytes(16)),
        "objects": fixtures.joblib_array(fixtures.pickle_dict(2), b"O8"),
    },
    "numpy": {
        "float": fixtures.npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", bytes(16)),
        "structured": fixtures.npy("{'descr': [('a', '<f4'), ('b', '|O', (2,))], 'fortran_order': True, 'shape': (), }",
                                   fixtures.pickle_dict(2), 2),
    },
    "pickle": {
        "call": fixtures.pickle_call("os", "system", "id"),
        "dict": fixtures.pickle_dict(20),
        "proto0": b"(lp0\nI1\naS'x\\x41'\np1\nacos\nsystem\n(S'id'\ntR.",
        "frames": b"\x80\x04\x95\x16\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94K\x01\x8c\x01b\x94](K\x02K\x03eu.",
        "tensor": fixtures.torch_pickle(),
        "partial": b"cfunctools\npartial\n(cbuiltins\ngetattr\n(cre\ncompile\nS'a'\ntRS'id'\ntR(NN)}tb.",
        "nested": b"\x80\x04\x8c\x1cgAJjb3MKc3lzdGVtCilSLi4uLi4u." + bytes(20) + fixtures.pickle_dict(1),
    },
    "torch": {
        "zip": fixtures.torch_zip(fixtures.torch_pickle(), {"0": bytes(16)}),
        "legacy": b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}." + fixtures.torch_pickle()
                  + b"\x80\x02]q\0X\x01\0\0\x000a." + struct.pack("<Q", 4) + bytes(16),
        "source": b"import os as o\nfrom a.b import (c, d as e)\nx = o.system('a')\n\"\"\"s\"\"\"\nops.aten.save(e(1))\n",
        "manifest": b'{"model": {"handler": "h.py", "serializedFile": "../m.pt"}}',
    },
    "zip": {
        "torch": fixtures.torch_zip(fixtures.pickle_dict(), {"0": bytes(64)}),
        "deflated": fixtures.zip_of({"a.txt": b"hello " * 50, "b/c": b""}),
    },
    "tar": {"ustar": fixtures.tar_of({"a.txt": b"hello", "b/c": bytes(700)})},
    "secret": {
        "forms": b'password = "aB3x"\n"api_key": "k9"\n<token>\n x1\n</token>\nset("KEY", "v")\n--secret v\n'
                 b"postgres://u:p@h/x\n-----BEGIN PRIVATE KEY-----\nMIIB\nAuthorization: Basic YTpi\n$6$a$b\n",
        "names": b"netlify token = 'x' github_pat_ ghp_ AKIA eyJhbGciOi.eyJ.x xoxb-1-2 sk_live_1 hf_ AccountKey=",
    },
    "signed": {
        "bundle": b'{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":'
                  b'{"hint":"00"},"tlogEntries":[{"logIndex":"0","logId":{"keyId":"AAAA"},"kindVersion":{"kind":"dsse",'
                  b'"version":"0.0.1"},"inclusionProof":{"logIndex":"0","rootHash":"AAAA","treeSize":"1","hashes":[],'
                  b'"checkpoint":{"envelope":"a"}},"canonicalizedBody":"AAAA"}]},"dsseEnvelope":{"payload":"e30=",'
                  b'"payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AAAA"}]}}\n',
        "note": "example.com/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u2014 example.com/log AAAAAAAA\n".encode(),
        "vkey": b"example.com/log+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    },
    "gguf": {"small": fixtures.gguf({"general.name": "x", "tokenizer.chat_template": "{{ a }}"}, {"a": 8, "b": 2})},
    "onnx": {"node": b"\x08\x07:\x0d\x0a\x0b\x22\x03Add*\x04*\x02\x08\x01B\x02\x10\x0d",
             "function": b"\x08\x07:\x00\xca\x01\x16\n\x01f:\x0a\"\x01f:\x05localR\x05local",
             "external": b"\x08\x07:\x12*\x10\x08\x01j\x0c\x0a\x08location\x12\x00"},
    "tensors": {
        "safetensors": fixtures.safetensors({"a": 4, "b": 2}, {"k": "v"}),
        "zip": fixtures.torch_zip(fixtures.torch_pickle(), {"0": bytes(16)}),
        "streams": b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}." + fixtures.torch_pickle(),
    },
    "safetensors": {"small": fixtures.safetensors({"a": 4, "b": 2}, {"k": "v"})},
}


def main():
    top = sys.argv[1]
    targets = {name[:-2] for name in os.listdir(os.path.dirname(os.path.abspath(__file__)))
               if name.endswith(".c") and name not in ("replay.c", "rules.c")}
    for target in sorted(targets):
        seeds = dict(COMMON)
        seeds.update(SEEDS.get(target, {}))
        for name, data in seeds.items():
            fixtures.write(os.path.join(top, target, name), data)


main()
