"""Looks for identifiers in every byte of a folder.

usage: check_deid.py FOLDER SENTINELS.json

Looked through: names of files and folders; bytes as they are and as UTF-16;
chunks of PNG and whatever inflates (zlib, gzip); base64; text behind HTML,
JSON and URL escapes; and hex digests of each identifier, for a plain hash can
be guessed back. Exit code 1 where any was found.
SPDX-License-Identifier: Apache-2.0
"""
import base64
import binascii
import hashlib
import html
import json
import os
import re
import sys
import urllib.parse
import zlib

MAX_BYTES = 64 << 20
STREAM = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def inflate(data, bits):
    try:
        return zlib.decompressobj(bits).decompress(data, MAX_BYTES)
    except zlib.error:
        return b""


def png_parts(data):
    """Each chunk, the joined pixels, and compressed text."""
    at, pixels = 8, b""
    while at + 8 <= len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        name, body = data[at + 4:at + 8], data[at + 8:at + 8 + size]
        if name not in (b"IHDR", b"IDAT", b"IEND", b"PLTE"):
            yield name + body
        if name == b"IDAT":
            pixels += body
        at += 12 + size
        if name == b"IEND":
            break
    yield data[at:]
    yield inflate(pixels, 15)


def parts(data, depth=0):
    """The bytes, and what can be unpacked from them."""
    yield data
    if depth > 3:
        return
    inner = []
    if data.startswith(b"\x89PNG"):
        inner += list(png_parts(data))
    else:
        for found in STREAM.finditer(data):
            rest = data[found.start():]
            bits = 31 if rest.startswith(b"\x1f") else 15
            inner.append(inflate(rest, bits))
        for found in BASE64.findall(data):
            text = found.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
            for start in range(4):
                piece = text[start:]
                piece = piece[:len(piece) // 4 * 4]
                try:
                    inner.append(base64.b64decode(piece))
                except binascii.Error:
                    pass
    for piece in inner:
        if len(piece) > 4:
            yield from parts(piece, depth + 1)


def texts(data):
    """What a reader would see behind escapes."""
    text = data.decode("utf-8", "replace")
    yield text
    yield html.unescape(text)
    yield urllib.parse.unquote(text)
    yield ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text)


def needles(record):
    values = set(record["marks"]) | set(record["values"].values())
    for value in list(values):
        if re.fullmatch(r"\d{8}", value):
            values.add("-".join((value[:4], value[4:6], value[6:])))
            values.add(".".join((value[6:], value[4:6], value[:4])))
            values.add("/".join((value[6:], value[4:6], value[:4])))
    digests = set()
    for value in values:
        for form in {value, value.lower(), value.replace("^", " ")}:
            for kind in ("md5", "sha1", "sha256"):
                digests.add(hashlib.new(kind, form.encode()).hexdigest()[:10])
    return sorted(values), sorted(digests)


def search(data, values, digests, is_text):
    low = data.lower()
    for value in values:
        small = value.lower()
        for form in (small.encode(), small.encode("utf-16-le"),
                     small.encode("utf-16-be")):
            if form in low:
                return value
    if not is_text:
        return None
    for text in texts(data):
        small = text.lower()
        for value in values:
            if value.lower() in small:
                return value
        for digest in digests:
            if digest in small:
                return "a digest, " + digest
    return None


def main(folder, record):
    with open(record) as file:
        content = json.load(file)
    values, digests = needles(content)
    # All marked values hold a mark, so the marks find them in one go.
    marks = content["marks"]
    quick = marks + [v for v in values if not any(m in v for m in marks)]
    found, files, looked = [], 0, 0
    for root, folders, names in os.walk(folder):
        for name in folders + names:
            hit = search(name.encode(), values, digests, True)
            if hit:
                found.append("name %s: %s" % (os.path.join(root, name), hit))
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                data = file.read()
            files += 1
            is_text = not name.endswith(".png")
            for n, piece in enumerate(parts(data)):
                looked += len(piece)
                hit = search(piece, quick, digests, is_text and n == 0)
                if hit:
                    found.append("%s: %s" % (path, hit))
    for line in found:
        print("FOUND", line)
    print("%d files, %d bytes looked through, %d identifiers" %
          (files, looked, len(values)))
    assert files, "no file"
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
