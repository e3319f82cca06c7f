"""Folders with reports for test_worklist.sh: good, hostile, old, damaged."""
# SPDX-License-Identifier: Apache-2.0
import copy
import json
import os
import sys

root = sys.argv[1]


def value(number, half_width, unit="mm"):
    return {"measured": True, "value": number, "uncertainty": half_width,
            "unit": unit}


def rule(name, title, result, observed, limit, band, text):
    return {"id": name, "title": title, "result": result,
            "severity": "exclude", "observed": observed,
            "observed_is_at_least": False, "structure": None, "text": text,
            "slice": 12, "limit": {
                "comparison": "below", "value": limit, "unit": "mm",
                "text": "below %g mm" % limit,
                "source": {"tag": "convention", "text": "a source"}},
            "band": {"low": band[0], "high": band[1]} if band else None}


def report(verdict, diameter_mm, factor="Held back by diameter"):
    lesion = {
        "number": 1, "verdict": verdict, "limiting_factor": factor,
        "low_confidence": False, "slice": 12, "centroid_lps_mm": [1, 2, 3],
        "measures": {"longest_axial_diameter": value(diameter_mm, 1)},
        "distances": {"capsule": value(8, 2)},
        "vessels": {"nearest_that_may_count": None},
        "rules": [rule("R2", "Longest diameter", "borderline",
                       value(diameter_mm, 1), 30, (27, 33), "measured")]}
    return {"schema": "ablascreen-report/1",
            "patient": {"verdict": verdict, "limiting_factor": factor,
                        "rules": []},
            "reading": None, "exam": {"phase": {"name": "portal venous"}},
            "lesions": [lesion]}


def write(name, content, page=False):
    folder = os.path.join(root, name)
    os.makedirs(folder)
    if content is not None:
        text = content if isinstance(content, str) else json.dumps(content)
        with open(os.path.join(folder, "report.json"), "w") as file:
            file.write(text)
    if page:
        with open(os.path.join(folder, "report.html"), "w") as file:
            file.write("<!DOCTYPE html><title>report</title>")


HOSTILE = "=cmd|'/c calc'!A1,\"<img src=x onerror=alert(1)>\u202e"
near = report("borderline", 29.5)
write("deep/below/near", near, page=True)
write("far", report("meets", 12), page=True)
hostile = report("borderline", 31, HOSTILE)
hostile["lesions"][0]["rules"][0]["title"] = HOSTILE[:40]
write("=x <b>\"&' %41:c", hostile, page=True)
write("many", dict(report("does-not-meet", 45),
                   lesions=[dict(copy.deepcopy(near["lesions"][0]), number=n)
                            for n in (1, 2)]))
old = report("meets", 10)
old["schema"] = "ablascreen-report/0"
write("old", old)
write("broken", '{"schema": "ablascreen-report/1", ')
write("nested", "[" * 100000)
write("parts/overlays", None)
