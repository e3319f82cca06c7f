/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_contours.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "imaging/adapters/dicom_outline.hpp"
#include "imaging/adapters/guard.hpp"

namespace
{
struct Point {
    double lps[3];
};

struct Reader {
    abl_dicom_contours *out;
    const char *path;
    DcmDataset *item;
    abl::part_list parts;
    std::vector<abl_dicom_contour> contours;
    std::vector<Point> points;
    abl_error *err;
};

abl_status read_origin(const Reader &in)
{
    abl_outline_origin *origin = &in.out->origin;
    std::set<std::string> uids, frames;
    abl::item_walk frame_walk(in.item, DCM_ReferencedFrameOfReferenceSequence);
    for (DcmItem *frame = frame_walk.next(); frame; frame = frame_walk.next()) {
        frames.insert(abl::text_of(frame, DCM_FrameOfReferenceUID).c_str());
        abl::item_walk study_walk(frame, DCM_RTReferencedStudySequence);
        for (DcmItem *study = study_walk.next(); study; study = study_walk.next()) {
            abl::item_walk series_walk(study, DCM_RTReferencedSeriesSequence);
            for (DcmItem *series = series_walk.next(); series; series = series_walk.next())
                uids.insert(abl::text_of(series, DCM_SeriesInstanceUID).c_str());
        }
    }
    abl::copy_text(origin->study_uid, sizeof origin->study_uid,
                   abl::text_of(in.item, DCM_StudyInstanceUID));
    if (frames.size() == 1) /* of several, each region names its own */
        abl::copy_text(origin->frame_uid, sizeof origin->frame_uid, frames.begin()->c_str());
    return abl::set_series(origin, uids, in.err);
}

abl_status read_regions(Reader &in)
{
    abl::item_walk walk(in.item, DCM_StructureSetROISequence);
    abl::text_copier text(in.item);
    const size_t count = walk.count();
    if (count < 1 || count > 65535)
        return abl_error_set(in.err, ABL_E_FORMAT, "%s: lists no region of interest", in.path);
    const abl_status status = in.parts.reserve(count, in.err);
    if (status)
        return status;
    for (DcmItem *region = walk.next(); region; region = walk.next()) {
        abl_outline_part *part = in.parts.next();
        part->number = abl::integer_of(region, DCM_ROINumber, -1);
        text.copy(part->label, sizeof part->label, region, DCM_ROIName);
        abl::copy_text(part->frame_uid, sizeof part->frame_uid,
                       abl::text_of(region, DCM_ReferencedFrameOfReferenceUID));
        if (!part->frame_uid[0])
            std::memcpy(part->frame_uid, in.out->origin.frame_uid, sizeof part->frame_uid);
        if (part->number < 0 || !in.parts.count_next())
            return abl_error_set(in.err, ABL_E_FORMAT, "%s: two regions have number %ld, or none",
                                 in.path, part->number);
    }
    return ABL_OK;
}

void read_observations(const Reader &in)
{
    abl::item_walk walk(in.item, DCM_RTROIObservationsSequence);
    abl::text_copier text(in.item);
    for (DcmItem *one = walk.next(); one; one = walk.next()) {
        size_t index = 0;
        if (!in.parts.find(&index, abl::integer_of(one, DCM_ReferencedROINumber, -1)))
            continue;
        abl_outline_part *part = in.out->parts + index;
        text.copy(part->role, sizeof part->role, one, DCM_RTROIInterpretedType);
        abl::read_code(part, text, one, DCM_RTROIIdentificationCodeSequence);
    }
}

/* "x\y\z\x\y\z..." */
bool parse_points(std::vector<Point> *points, const char *text)
{
    const size_t first = points->size();
    for (int axis = 0;; axis = (axis + 1) % 3) {
        char *end = nullptr;
        const double value = std::strtod(text, &end);
        if (end == text || !std::isfinite(value) || std::fabs(value) > 1e5)
            return false;
        if (axis == 0 && points->size() > ABL_DICOM_MAX_POINTS)
            return true; /* the caller counts them */
        if (axis == 0)
            points->push_back({});
        points->back().lps[axis] = value;
        while (*end == ' ')
            end++;
        if (!*end)
            return axis == 2 && points->size() > first;
        if (*end != '\\')
            return false;
        text = end + 1;
    }
}

abl_status add_contour(Reader &in, size_t part, DcmItem *contour)
{
    const OFString type = abl::text_of(contour, DCM_ContourGeometricType);
    const char *text = nullptr;
    const size_t first = in.points.size();
    abl_outline_part *region = in.out->parts + part;
    if (type != "CLOSED_PLANAR" && type != "CLOSEDPLANAR_XOR") {
        region->left_out++;
        return ABL_OK;
    }
    contour->findAndGetString(DCM_ContourData, text);
    const int said = abl::integer_of(contour, DCM_NumberOfContourPoints, -1);
    const bool is_parsed = text && parse_points(&in.points, text);
    if (in.points.size() > ABL_DICOM_MAX_POINTS || in.contours.size() >= ABL_DICOM_MAX_CONTOURS)
        return abl_error_set(in.err, ABL_E_UNSUPPORTED, "%s: more contours or points than are read",
                             in.path);
    if (!is_parsed || (said >= 0 && in.points.size() - first != static_cast<size_t>(said)))
        return abl_error_set(in.err, ABL_E_FORMAT,
                             "%s: contour %zu of \"%s\" does not hold the points it should; the "
                             "file is damaged",
                             in.path, region->plane_count + region->left_out + 1, region->label);
    if (in.points.size() - first < 3) {
        in.points.resize(first);
        region->left_out++;
        return ABL_OK;
    }
    region->plane_count++;
    in.contours.push_back({part, first, in.points.size() - first});
    return ABL_OK;
}

abl_status read_contours(Reader &in)
{
    abl::item_walk walk(in.item, DCM_ROIContourSequence);
    for (DcmItem *region = walk.next(); region; region = walk.next()) {
        const int number = abl::integer_of(region, DCM_ReferencedROINumber, -1);
        size_t part = 0;
        if (!in.parts.find(&part, number))
            return abl_error_set(in.err, ABL_E_FORMAT,
                                 "%s: has contours of region %d, which is not listed", in.path,
                                 number);
        abl::item_walk contour_walk(region, DCM_ContourSequence);
        for (DcmItem *contour = contour_walk.next(); contour; contour = contour_walk.next()) {
            const abl_status status = add_contour(in, part, contour);
            if (status)
                return status;
        }
    }
    return ABL_OK;
}

abl_status hand_over(const Reader &in)
{
    abl_dicom_contours *out = in.out;
    if (in.contours.empty())
        return abl_error_set(in.err, ABL_E_FORMAT, "%s: has no closed planar contour", in.path);
    out->contours = static_cast<abl_dicom_contour *>(
        abl_alloc(in.contours.size(), sizeof *out->contours, in.err));
    out->points_lps =
        static_cast<double(*)[3]>(abl_alloc(in.points.size(), sizeof *out->points_lps, in.err));
    if (!out->contours || !out->points_lps)
        return ABL_E_NOMEM;
    std::copy(in.contours.begin(), in.contours.end(), out->contours);
    std::memcpy(out->points_lps, in.points.data(), in.points.size() * sizeof(Point));
    out->contour_count = in.contours.size();
    out->point_count = in.points.size();
    return ABL_OK;
}

abl_status read_all(Reader &in)
{
    if (abl::text_of(in.item, DCM_SOPClassUID) != UID_RTStructureSetStorage)
        return abl_error_set(in.err, ABL_E_UNSUPPORTED, "%s: no RT Structure Set", in.path);
    abl_status status = read_origin(in);
    if (!status)
        status = read_regions(in);
    if (status)
        return status;
    read_observations(in);
    status = read_contours(in);
    return status ? status : hand_over(in);
}
} // namespace

extern "C" abl_status abl_dicom_contours_read(abl_dicom_contours *out, const char *path,
                                              abl_error *err)
{
    std::memset(out, 0, sizeof *out);
    return abl::guard(err, [&]() -> abl_status {
        DcmFileFormat file;
        const abl_status status = abl::load_outlines(file, path, err);
        if (status)
            return status;
        Reader in = {out, path, file.getDataset(), {&out->parts, &out->part_count}, {}, {}, err};
        return read_all(in);
    });
}

extern "C" void abl_dicom_contours_clear(abl_dicom_contours *contours)
{
    std::free(contours->origin.series_uids);
    std::free(contours->parts);
    std::free(contours->contours);
    std::free(contours->points_lps);
    std::memset(contours, 0, sizeof *contours);
}
