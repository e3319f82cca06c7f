"""Reads worklist.csv with another reader, and worklist.html in a browser."""
# SPDX-License-Identifier: Apache-2.0
import csv
import os
import sys
import urllib.parse

folder = sys.argv[1]
with open(os.path.join(folder, "worklist.csv"), "rb") as file:
    raw = file.read()
assert raw.endswith(b"\r\n"), "lines end with CRLF"
assert raw.count(b"\n") == raw.count(b"\r\n"), "no bare line feeds"
rows = list(csv.DictReader(raw.decode("utf-8").splitlines(), strict=True))
assert len(rows) == 14, len(rows)
assert all(None not in row and None not in row.values() for row in rows)
for row in rows:
    for text in row.values():
        assert not text.startswith(("=", "+", "@", "\t", "\r")), text
        if text.startswith("-"):
            float(text)

assert [row["rank"] for row in rows] == [str(n + 1) for n in range(14)]
read = [row for row in rows if row["status"] == "read"]
failed = [row for row in rows if row["status"] != "read"]
assert rows == read + failed, "folders that were not read come last"
assert sorted(row["status"] for row in failed) == [
    "absent", "absent", "other-schema", "unreadable", "unreadable"]
assert all(row["message"] for row in failed)
verdicts = [row["verdict"] for row in read]
assert verdicts == ["borderline"] * 6 + ["does-not-meet"] + ["meets"] * 2
ratios = [float(row["distance_to_limit_ratio"]) for row in read]
assert ratios[:6] == sorted(ratios[:6]) and ratios[6:] == sorted(ratios[6:])
assert abs(ratios[0] - 0.5 / 3) < 1e-3, ratios[0]
assert read[0]["case"] == "deep/below/near" and read[0]["scope"] == "patient"
assert read[0]["value"] == "29.50" and read[0]["limit"] == "30.00"
hostile = [row for row in read if row["case"].startswith("'=x")]
assert len(hostile) == 2
assert hostile[0]["limiting_factor"].startswith("'=cmd|")
for row in rows:
    if row["report_url"]:
        path = os.path.join(folder, urllib.parse.unquote(row["report_url"]))
        assert os.path.isfile(path), path
assert sum(1 for row in rows if row["report_url"]) == 6
for row in rows:
    tag = row["limit_source_tag"]
    assert bool(row["limit"]) == bool(tag) == bool(row["limit_source"]), row
    assert not tag or tag in ("cited", "convention", "unverified"), tag
with open(os.path.join(folder, "worklist.html"), encoding="utf-8") as file:
    page = file.read()
assert "Research use only" in page and "<img" not in page
assert 'class="tag"' in page, "a limit has the tag of its source"
assert "http:" not in page and "https:" not in page
assert "\u202e" not in page
