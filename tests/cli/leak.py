"""Puts one identifier into a copy of a teaching folder, in one of many ways.

usage: leak.py FOLDER SENTINELS.json WAY, or leak.py list
SPDX-License-Identifier: Apache-2.0
"""
import base64
import gzip
import hashlib
import json
import os
import sys
import zlib

WAYS = ["name", "html", "lower", "utf16", "entity", "escape", "percent",
        "base64", "png-text", "png-ztext", "png-end", "gzip", "zlib", "digest",
        "date", "uid"]


def chunk(name, body):
    return (len(body).to_bytes(4, "big") + name + body +
            zlib.crc32(name + body).to_bytes(4, "big"))


def append(path, data):
    with open(path, "ab") as file:
        file.write(data)


def into_png(path, what):
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(data[:33] + what + data[33:])


def main(folder, record, way):
    with open(record) as file:
        values = json.load(file)["values"]
    name = values["PatientID"]
    page = os.path.join(folder, "index.html")
    first = sorted(n for n in os.listdir(folder)
                   if os.path.isdir(os.path.join(folder, n)))[0]
    picture = os.path.join(folder, first, "axial-001.png")
    text = {
        "html": name,
        "lower": name.lower(),
        "entity": "".join("&#%d;" % ord(c) for c in name),
        "escape": "".join("\\u%04x" % ord(c) for c in name),
        "percent": "".join("%%%02X" % ord(c) for c in name),
        "base64": "data:text/plain;base64," +
                  base64.b64encode(b"the patient " + name.encode()).decode(),
        "digest": hashlib.sha256(name.encode()).hexdigest()[:16],
        "date": "%s-%s-%s" % (values["StudyDate"][:4],
                              values["StudyDate"][4:6],
                              values["StudyDate"][6:]),
        "uid": values["StudyInstanceUID"],
    }
    if way in text:
        append(page, text[way].encode())
    elif way == "utf16":
        append(page, name.encode("utf-16-le"))
    elif way == "name":
        os.rename(picture, os.path.join(folder, first, name + ".png"))
    elif way == "png-text":
        into_png(picture, chunk(b"tEXt", b"Title\0" + name.encode()))
    elif way == "png-ztext":
        into_png(picture, chunk(b"zTXt", b"Title\0\0" +
                                zlib.compress(b"of " + name.encode())))
    elif way == "png-end":
        append(picture, name.encode())
    elif way == "gzip":
        append(page, gzip.compress(b"of " + name.encode()))
    elif way == "zlib":
        append(page, zlib.compress(b"of " + name.encode()))
    else:
        raise SystemExit("unknown way " + way)


if len(sys.argv) == 2:
    print("\n".join(WAYS))
else:
    main(*sys.argv[1:])
