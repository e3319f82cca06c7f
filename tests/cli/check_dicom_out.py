"""Compares segmentation.dcm and report.dcm with masks/labels.nii.gz and
report.json of the same run: every voxel of every segment, placed by its frames'
positions, and every number of the report. They are read with pydicom and, when
the output of read_with_dcmjs.js is given, once more with dcmjs, pictures too.

usage: check_dicom_out.py RESULT [DCMJS_JSON]

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import hashlib
import json
import struct
import sys

import numpy
import pydicom

from dicom_codes import check_codes

LESION = 100  # lesion n has this label plus n


def read_labels(path):
    """Voxels by k, j, i, and the matrix from i, j, k to LPS."""
    data = gzip.open(path).read()
    size = struct.unpack("<8h", data[40:56])[1:4]
    start = int(struct.unpack("<f", data[108:112])[0])
    to_ras = numpy.eye(4)
    to_ras[:3] = numpy.array(struct.unpack("<12f", data[280:328])).reshape(3, 4)
    voxels = numpy.frombuffer(data, numpy.uint8, offset=start)
    return (voxels.reshape(size[::-1]),
            numpy.diag([-1.0, -1.0, 1.0, 1.0]) @ to_ras)


def read_dcmjs(path):
    """By file: data set, frames as runs, sum of the pixels."""
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    for one in found:
        one["dataset"] = pydicom.Dataset.from_json(one["dataset"])
    return {one["file"]: one for one in found}


def frames_of_runs(seg, runs):
    frames = [numpy.repeat(numpy.arange(len(frame)) % 2, frame)
              for frame in runs]
    return numpy.array(frames).reshape(
        int(seg.NumberOfFrames), seg.Rows, seg.Columns)


def read_frames(seg):
    bits = numpy.unpackbits(
        numpy.frombuffer(seg.PixelData, numpy.uint8), bitorder="little")
    count = int(seg.NumberOfFrames)
    return bits[:count * seg.Rows * seg.Columns].reshape(
        count, seg.Rows, seg.Columns)


def read_segments(seg, frames, to_lps, shape):
    """A mask on the label map's grid for each segment."""
    shared = seg.SharedFunctionalGroupsSequence[0]
    cosines = [float(v) for v in
               shared.PlaneOrientationSequence[0].ImageOrientationPatient]
    between_rows, between_columns = [
        float(v) for v in shared.PixelMeasuresSequence[0].PixelSpacing]
    from_lps = numpy.linalg.inv(to_lps)
    along_i = from_lps[:3, :3] @ cosines[:3] * between_columns
    along_j = from_lps[:3, :3] @ cosines[3:] * between_rows
    assert numpy.allclose(along_i, [1, 0, 0], atol=1e-4), along_i
    assert numpy.allclose(along_j, [0, 1, 0], atol=1e-4), along_j
    masks = {s.SegmentNumber: numpy.zeros(shape, bool)
             for s in seg.SegmentSequence}
    groups = seg.PerFrameFunctionalGroupsSequence
    assert len(frames) == len(groups), (len(frames), len(groups))
    for frame, group in zip(frames, groups):
        position = [float(v) for v in
                    group.PlanePositionSequence[0].ImagePositionPatient]
        ijk = (from_lps @ [*position, 1])[:3]
        assert numpy.allclose(ijk, numpy.round(ijk), atol=1e-3), ijk
        assert numpy.allclose(ijk[:2], 0, atol=1e-3), ijk
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        masks[number][round(ijk[2])] |= frame.astype(bool)
    return masks


def expected_mask(labels, name, values):
    """What a segment must hold: vessels, organs and lesions lie over the
    liver."""
    if name == "liver":
        inside = [values[n] for n in values if n.startswith("lesion_") or
                  n.endswith("_in_liver") or
                  n in ("hepatic_veins", "portal_veins", "liver_vessels",
                        "hilum")]
        return numpy.isin(labels, [values["liver"], *inside])
    return numpy.isin(labels, [values[n] for n in (name, name + "_in_liver")
                               if n in values])


def check_segmentation(folder, report, seg, frames):
    labels, to_lps = read_labels(folder + "/masks/labels.nii.gz")
    names = json.load(open(folder + "/masks/labels.json", encoding="utf-8"))
    values = {item["name"]: item["value"] for item in names["labels"]}
    outlines = {item["name"]: item["outline"] for item in report["structures"]}
    assert check_codes(seg) >= 15
    masks = read_segments(seg, frames, to_lps, labels.shape)
    lesions = 0
    for segment in seg.SegmentSequence:
        mask = masks[segment.SegmentNumber]
        title = segment.SegmentLabel
        assert mask.any(), title
        if title.startswith("Lesion "):
            number = int(title.split()[1])
            outline = report["lesions"][number - 1]["outline"]
            expected = labels == LESION + number
            lesions += 1
        else:
            name = title.replace(" ", "_").replace("oeso", "eso")
            if name not in values or values[name] >= 20 and values[name] < 24:
                continue  # vessels overlap; unit tests compare them
            outline = outlines[name]
            expected = expected_mask(labels, name, values)
            if name != "liver":  # lesions lie over other organs as well
                mask, expected = (m & (labels <= LESION)
                                  for m in (mask, expected))
        assert numpy.array_equal(mask, expected), \
            (title, mask.sum(), expected.sum(), (mask != expected).sum())
        wanted = {"found": "AUTOMATIC", "edited": "MANUAL"}.get(
            outline, "SEMIAUTOMATIC")
        assert segment.SegmentAlgorithmType == wanted, (title, outline)
        assert ("SegmentAlgorithmName" in segment) == (wanted != "MANUAL")
    assert lesions == len(report["lesions"]) > 0, lesions


def concept(item):
    return item.ConceptNameCodeSequence[0].CodeMeaning


def coded(item):
    return item.ConceptCodeSequence[0].CodeMeaning


def children(item, value_type):
    return [c for c in item.get("ContentSequence", [])
            if c.ValueType == value_type]


def value_of(item):
    return float(item.MeasuredValueSequence[0].NumericValue)


def find(item, name):
    """Every container of that concept below an item."""
    out = []
    for child in item.get("ContentSequence", []):
        if child.ValueType == "CONTAINER":
            out += ([child] if concept(child) == name else [])
            out += find(child, name)
    return out


def check_values(group, lesion):
    values = {}
    for item in children(group, "NUM"):
        if concept(item) != "Distance":
            values[concept(item)] = value_of(item)
    measures = lesion["measures"]
    for name, key in (("Long Axis", "longest_axial_diameter"),
                      ("Short Axis", "perpendicular_diameter"),
                      ("Maximum 3D Diameter of a Mesh", "max_3d_diameter"),
                      ("Volume", "volume"),
                      ("Attenuation Coefficient", "mean_attenuation")):
        wanted = measures[key].get("value")
        assert values.get(name) == wanted, (name, values.get(name), wanted)


def check_distances(group, lesion):
    """Each distance stands with the structure that it was measured to."""
    read = {}
    for item in children(group, "NUM"):
        if concept(item) == "Distance":
            site = children(item, "CODE")[0]
            side = [coded(c).lower() for c in children(site, "CODE")
                    if concept(c) == "Laterality"]
            name = " ".join([*side, coded(site).lower()])
            read[name.replace(" ", "_")] = value_of(item)
    wanted = {d["structure"]: d["value"]
              for d in lesion["distances"]["structures"] if d["measured"]}
    wanted["liver_capsule"] = lesion["distances"]["capsule"]["value"]
    shared = set(read) & set(wanted)
    assert len(shared) >= 10, (sorted(read), sorted(wanted))
    for site in shared:
        assert read[site] == wanted[site], (site, read[site], wanted[site])


def check_rules(group, lesion):
    words = {"Limit met": "met", "Borderline": "borderline",
             "Limit not met": "not-met", "Not assessable": "not-assessable"}
    read = {}
    for item in children(group, "CODE"):
        code = item.ConceptNameCodeSequence[0].CodeValue
        if code.startswith("R") and code[1:].isdigit():
            read[code] = words[item.ConceptCodeSequence[0].CodeMeaning]
    wanted = {r["id"]: r["result"].replace("_", "-") for r in lesion["rules"]}
    assert read == wanted, (read, wanted)


def check_report(sr, report):
    groups = find(sr, "Measurement Group")
    assert check_codes(sr) >= 40
    assert len(groups) == len(report["lesions"]) > 0
    for group, lesion in zip(groups, report["lesions"]):
        check_values(group, lesion)
        check_distances(group, lesion)
        check_rules(group, lesion)


def check_pictures(folder, found):
    """Both toolkits see the same pixels."""
    pictures = [name for name in found if name.startswith("capture-")]
    assert pictures
    for name in pictures:
        picture = pydicom.dcmread(folder + "/dicom/" + name)
        other = found[name]["dataset"]
        assert picture.Rows == other.Rows > 0
        assert picture.Columns == other.Columns > 0
        assert picture.SamplesPerPixel == other.SamplesPerPixel == 3
        data = picture.PixelData
        assert len(data) >= 3 * picture.Rows * picture.Columns
        assert hashlib.sha256(data).hexdigest() == found[name]["sha256"], name


def main(folder, dcmjs=None):
    report = json.load(open(folder + "/report.json", encoding="utf-8"))
    seg = pydicom.dcmread(folder + "/dicom/segmentation.dcm")
    check_segmentation(folder, report, seg, read_frames(seg))
    check_report(pydicom.dcmread(folder + "/dicom/report.dcm"), report)
    if not dcmjs:
        return
    found = read_dcmjs(dcmjs)
    seg = found["segmentation.dcm"]["dataset"]
    check_segmentation(
        folder, report, seg,
        frames_of_runs(seg, found["segmentation.dcm"]["runs"]))
    check_report(found["report.dcm"]["dataset"], report)
    check_pictures(folder, found)


if __name__ == "__main__":
    main(*sys.argv[1:])
