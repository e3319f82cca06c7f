"""Compares the result of a recipe with what its truth.json expects: verdict,
limiting rule, and lesions at their places.

usage: check_recipe.py NAME STUDY RESULT
Prints one line of the table; exit code 1 when something differs.

SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import math
import re
import struct
import sys

FARTHEST_MM = 3.0  # of a found lesion's middle from the true one
HU_AWAY = 15.0     # of the voxels there from the lesion's own attenuation


def rule_of(sentence):
    found = re.search(r"\((R\d+)\)", sentence)
    return found.group(1) if found else None


def rules(wanted):
    rule = wanted.get("limiting_rule", "any")
    return [rule] if isinstance(rule, str) else rule


def fits(wanted, verdict, sentence):
    allowed = rules(wanted)
    if verdict != wanted["verdict"]:
        return False
    if allowed == ["any"]:
        return True
    rule = rule_of(sentence)
    return rule is None if allowed is None else rule in allowed


def nearest(lesions, centre):
    """The found lesion nearest to a true middle, and how far it is."""
    apart = [(math.dist(l["centroid_lps_mm"], centre), n)
             for n, l in enumerate(lesions)]
    return min(apart, default=(math.inf, None))


def read_slice(path):
    import pydicom
    return pydicom.dcmread(path)


def hu_at(study, lps):
    """Mean of 5 x 5 pixels of the slice nearest to a point, by the headers
    alone: position, orientation and spacing of that slice."""
    best = None
    for path in glob.glob(study + "/dicom/*.dcm"):
        s = read_slice(path)
        row = [float(x) for x in s.ImageOrientationPatient[:3]]
        column = [float(x) for x in s.ImageOrientationPatient[3:]]
        normal = [row[1] * column[2] - row[2] * column[1],
                  row[2] * column[0] - row[0] * column[2],
                  row[0] * column[1] - row[1] * column[0]]
        apart = [p - float(o) for p, o in zip(lps, s.ImagePositionPatient)]
        off = abs(sum(a * n for a, n in zip(apart, normal)))
        if best is None or off < best[0]:
            i = sum(a * r for a, r in zip(apart, row)) / float(
                s.PixelSpacing[1])
            j = sum(a * c for a, c in zip(apart, column)) / float(
                s.PixelSpacing[0])
            best = (off, s, round(i), round(j))
    _, s, i, j = best
    values = [struct.unpack_from("<h", s.PixelData,
                                 2 * ((j + dj) * s.Columns + i + di))[0]
              for dj in range(-2, 3) for di in range(-2, 3)]
    return sum(values) / len(values) * float(s.RescaleSlope) + float(
        s.RescaleIntercept)


def check_lesions(truth, report, differences):
    for n, wanted in enumerate(truth["expect"].get("lesions", [])):
        true = truth["lesions"][n]
        away, index = nearest(report["lesions"], true["centre_lps"])
        if away > FARTHEST_MM:
            differences.append("lesion %d was not found there" % (n + 1))
            continue
        found = report["lesions"][index]
        if not fits(wanted, found["verdict"], found["limiting_factor"]):
            differences.append("lesion %d: %s" % (
                n + 1, found["limiting_factor"][:120]))


def main(name, study, result):
    truth = json.load(open(study + "/truth.json", encoding="utf-8"))
    report = json.load(open(result + "/report.json", encoding="utf-8"))
    wanted, patient = truth["expect"], report["patient"]
    key = "verdict"
    if wanted.get("without_low_confidence"):
        key = "verdict_without_low_confidence"
    verdict, sentence = patient[key], patient["limiting_factor"]
    differences = []
    if not fits(wanted, verdict, sentence):
        differences.append(sentence[:160])
    check_lesions(truth, report, differences)
    if "oblique" in name or "tilted" in name:
        for true in truth["lesions"]:
            hu = hu_at(study, true["centre_lps"])
            if abs(hu - true["hu"]) > HU_AWAY:
                differences.append("%.0f HU where the lesion should be" % hu)
    print("%-24s %-16s %-12s %-16s %-5s %s" % (
        name, wanted["verdict"], ",".join(rules(wanted) or ["-"]), verdict,
        rule_of(sentence) or "-", "; ".join(differences) or "ok"))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
