"""The segmentation of a tilted series lies on the series' own images: every
frame names its image and has its position, and its pixels agree with
masks/labels.nii.gz, which is upright, wherever all voxels around a pixel do.
DCMTK, as another reader, sees the same positions.

usage: check_tilted_seg.py STUDY RESULT
SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import re
import subprocess
import sys

import numpy
import pydicom

from check_dicom_out import LESION, expected_mask, read_frames, read_labels


def read_images(study):
    images = [pydicom.dcmread(path, stop_before_pixels=True)
              for path in glob.glob(study + "/**/*.dcm", recursive=True)]
    return {image.SOPInstanceUID: image for image in images}


def source_of(group, images):
    reference = group.DerivationImageSequence[0].SourceImageSequence[0]
    return images[reference.ReferencedSOPInstanceUID]


def position_of(group):
    return [float(v) for v in
            group.PlanePositionSequence[0].ImagePositionPatient]


def check_places(seg, images):
    shared = seg.SharedFunctionalGroupsSequence[0]
    for group in seg.PerFrameFunctionalGroupsSequence:
        image = source_of(group, images)
        assert (image.Rows, image.Columns) == (seg.Rows, seg.Columns)
        assert numpy.allclose(position_of(group), image.ImagePositionPatient,
                              atol=1e-4), image.SOPInstanceUID
        assert numpy.allclose(
            shared.PlaneOrientationSequence[0].ImageOrientationPatient,
            image.ImageOrientationPatient, atol=1e-5)
        assert numpy.allclose(shared.PixelMeasuresSequence[0].PixelSpacing,
                              image.PixelSpacing, atol=1e-5)


def check_is_tilted(images):
    """Else this test shows nothing."""
    rows = sorted(images.values(), key=lambda i: i.ImagePositionPatient[2])
    step = numpy.subtract(rows[-1].ImagePositionPatient,
                          rows[0].ImagePositionPatient)
    cosines = numpy.array(rows[0].ImageOrientationPatient, float)
    normal = numpy.cross(cosines[:3], cosines[3:])
    assert abs(step @ normal) / numpy.linalg.norm(step) < 0.995


def check_with_dcmtk(path, seg):
    text = subprocess.run(["dcmdump", "+L", "+P", "0020,0032", path],
                          check=True, capture_output=True, text=True).stdout
    read = [[float(v) for v in found.split("\\")]
            for found in re.findall(r"\[([-0-9.e\\]+)\]", text)]
    wanted = [position_of(g) for g in seg.PerFrameFunctionalGroupsSequence]
    assert numpy.allclose(read, wanted), "DCMTK reads other positions"


def count_around(frame, mask, k, j, i):
    """How many of the four voxels around each pixel are in a mask."""
    rows, columns = frame.shape
    votes = numpy.zeros(frame.shape, int)
    for dj, di in ((0, 0), (0, 1), (1, 0), (1, 1)):
        part = mask[k, j + dj:j + dj + rows, i + di:i + di + columns]
        votes[:part.shape[0], :part.shape[1]] += part
    return votes


def frame_on_map(frame, group, cosines, spacing, masks, from_lps):
    """Pixels in doubt, pixels that are wrong, and all. Of the two masks one
    must be filled, the other may be."""
    start = from_lps @ [*position_of(group), 1]
    along = [from_lps[:3, :3] @ cosines[3 * a:3 * a + 3] * spacing[1 - a]
             for a in (0, 1)]
    assert numpy.allclose(along, [[1, 0, 0], [0, 1, 0]], atol=1e-3), along
    k = round(start[2])
    assert abs(start[2] - k) < 0.05, start
    i, j = (int(numpy.floor(v + 1e-4)) for v in start[:2])
    assert i >= 0 and j >= 0, start
    must, may = (count_around(frame, mask, k, j, i) for mask in masks)
    wrong = ((may == 0) & (frame == 1)) | ((must == 4) & (frame == 0))
    doubt = (may > 0) & (must < 4)
    return [int(part.sum()) for part in (doubt, wrong, frame)]


def check_pixels(seg, folder):
    labels, to_lps = read_labels(folder + "/masks/labels.nii.gz")
    names = json.load(open(folder + "/masks/labels.json", encoding="utf-8"))
    values = {item["name"]: item["value"] for item in names["labels"]}
    from_lps = numpy.linalg.inv(to_lps)
    shared = seg.SharedFunctionalGroupsSequence[0]
    cosines = numpy.array(
        shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    spacing = [float(v) for v in shared.PixelMeasuresSequence[0].PixelSpacing]
    wanted = {"Liver": "liver", "Spleen": "spleen"}
    expected = {}
    for segment in seg.SegmentSequence:
        title = segment.SegmentLabel.capitalize()
        if title in wanted:
            must = expected_mask(labels, wanted[title], values)
            expected[segment.SegmentNumber] = (must, must)
        elif title.startswith("Lesion "):
            must = labels == LESION + int(title.split()[1])
            expected[segment.SegmentNumber] = (must, must)
    assert len(expected) >= 3, [s.SegmentLabel for s in seg.SegmentSequence]
    found = {number: numpy.zeros(3, int) for number in expected}
    for frame, group in zip(read_frames(seg),
                            seg.PerFrameFunctionalGroupsSequence):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        if number in expected:
            found[number] += frame_on_map(frame, group, cosines, spacing,
                                          expected[number], from_lps)
    for number, (doubt, wrong, all_of_it) in found.items():
        assert wrong <= 0.001 * all_of_it, (number, doubt, wrong, all_of_it)
        assert doubt < all_of_it, (number, doubt, wrong, all_of_it)
        share = all_of_it / expected[number][0].sum()
        assert 0.98 < share < 1.02, (number, share)
    return found


def main(study, folder):
    images = read_images(study)
    path = folder + "/dicom/segmentation.dcm"
    seg = pydicom.dcmread(path)
    check_is_tilted(images)
    check_places(seg, images)
    check_with_dcmtk(path, seg)
    print("pixels in doubt, wrong, all by segment:", check_pixels(seg, folder))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
