"""Reads segmentation.dcm and report.dcm with pydicom and compares them with
masks/labels.nii.gz and report.json of the same run.

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import json
import struct
import sys

import numpy
import pydicom


def read_labels(path):
    data = gzip.open(path).read()
    size = struct.unpack("<8h", data[40:56])[1:4]
    start = int(struct.unpack("<f", data[108:112])[0])
    voxels = numpy.frombuffer(data, numpy.uint8, offset=start)
    return voxels.reshape(size[::-1])


def read_frames(seg):
    bits = numpy.unpackbits(
        numpy.frombuffer(seg.PixelData, numpy.uint8), bitorder="little")
    count = int(seg.NumberOfFrames)
    return bits[:count * seg.Rows * seg.Columns].reshape(
        count, seg.Rows, seg.Columns)


def lesion_volumes(seg):
    """Voxels of each lesion, slice by slice along the position."""
    frames = read_frames(seg)
    numbers = {s.SegmentNumber: s.SegmentLabel for s in seg.SegmentSequence}
    found = {}
    for frame, group in zip(frames, seg.PerFrameFunctionalGroupsSequence):
        identity = group.SegmentIdentificationSequence[0]
        label = numbers[identity.ReferencedSegmentNumber]
        z = group.PlanePositionSequence[0].ImagePositionPatient[2]
        found.setdefault(label, {})[float(z)] = frame
    return found


def check_segmentation(folder):
    seg = pydicom.dcmread(folder + "/dicom/segmentation.dcm")
    labels = read_labels(folder + "/masks/labels.nii.gz")
    spacing = float(
        seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        .SpacingBetweenSlices)
    lesions = {k: v for k, v in lesion_volumes(seg).items() if "Lesion" in k}
    assert lesions, "no lesion in the segmentation"
    for label, slices in lesions.items():
        value = 100 + int(label.split()[1])
        mask = labels == value
        counts = [int(n) for n in mask.sum(axis=(1, 2)) if n]
        read = [int(slices[z].sum()) for z in sorted(slices)]
        assert read == counts, (label, read, counts)
        steps = numpy.diff(sorted(slices))
        assert all(abs(s - spacing) < 1e-3 for s in steps), (label, steps)
        first = int(numpy.nonzero(mask.sum(axis=(1, 2)))[0][0])
        assert numpy.array_equal(
            numpy.argwhere(slices[min(slices)]).mean(axis=0),
            numpy.argwhere(mask[first]).mean(axis=0)), label
    return len(lesions)


def numbers_of(item, name):
    """Values of every NUM of that concept below an item."""
    out = []
    for child in item.get("ContentSequence", []):
        if child.ValueType == "NUM" and \
                child.ConceptNameCodeSequence[0].CodeMeaning == name:
            out.append(float(child.MeasuredValueSequence[0].NumericValue))
        out += numbers_of(child, name)
    return out


def check_report(folder):
    sr = pydicom.dcmread(folder + "/dicom/report.dcm")
    report = json.load(open(folder + "/report.json", encoding="utf-8"))
    for concept, key in (("Long Axis", "longest_axial_diameter"),
                         ("Short Axis", "perpendicular_diameter"),
                         ("Volume", "volume")):
        wanted = [lesion["measures"][key]["value"]
                  for lesion in report["lesions"]]
        read = numbers_of(sr, concept)
        assert read == wanted, (concept, read, wanted)
    return len(report["lesions"])


if __name__ == "__main__":
    assert check_segmentation(sys.argv[1]) == check_report(sys.argv[1])
