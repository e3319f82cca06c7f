/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/source_labels.h"

#include <math.h>
#include <string.h>

#include "eligibility/report/vessel_labels.h"
#include "segmentation/label_map.h"

#define COPLANAR_MM 0.1

/* Instance k as a slice of the upright grid that is moved in its plane. */
static bool find_plane(abl_grid *plane, const abl_report *report,
                       const abl_dicom_source *source, size_t k)
{
    const abl_grid *upright = report->native_grid;
    if (!abl_dicom_source_plane(source, k, plane))
        return false;
    plane->spacing_mm[2] = upright->spacing_mm[2];
    double ijk[3];
    abl_grid_to_ijk(ijk, upright, plane->origin_lps);
    if (!(fabs(ijk[2] - (double)k) * upright->spacing_mm[2] <= COPLANAR_MM))
        return false;
    abl_grid moved = *upright;
    memcpy(moved.size, plane->size, sizeof moved.size);
    memcpy(moved.origin_lps, plane->origin_lps, sizeof moved.origin_lps);
    return abl_grid_check_same(plane, &moved, COPLANAR_MM, NULL) == ABL_OK;
}

bool abl_source_is_tilted(const abl_report *report,
                          const abl_dicom_source *source)
{
    abl_grid plane;
    const size_t count = report->native_grid->size[2];
    if (!(report->info->gantry_tilt_deg > 0) ||
        abl_dicom_source_count(source) != count)
        return false;
    for (size_t k = 0; k < count; k++)
        if (!find_plane(&plane, report, source, k))
            return false;
    return true;
}

abl_status abl_liver_labels_make(abl_volume **out,
                                 const abl_structures *structures,
                                 abl_error *err)
{
    const abl_grid *grid = &structures->labels->grid;
    const abl_volume *field = structures->items[ABL_LIVER].field;
    abl_status status = abl_volume_create(out, grid, ABL_PIXEL_U8, err);
    if (!status && field)
        status = abl_labels_paint(*out, field, (uint8_t)ABL_LIVER, err);
    if (status)
        return status;
    const size_t voxels = abl_grid_voxels(grid);
    const uint8_t *label = abl_volume_u8(structures->labels);
    uint8_t *liver = abl_volume_u8(*out);
    for (size_t n = 0; n < voxels; n++) /* lesions are liver there */
        if (label[n] == ABL_LIVER)
            liver[n] = (uint8_t)ABL_LIVER;
    return ABL_OK;
}

/* Where two lesions overlap, the earlier one stays. */
static abl_status draw_lesions(abl_structures *slice, const abl_grid *grid,
                               abl_error *err)
{
    abl_status status =
        abl_volume_create(&slice->lesion_labels, grid, ABL_PIXEL_U8, err);
    for (size_t n = slice->lesion_count; !status && n > 0; n--)
        if (slice->lesions[n - 1].field)
            status =
                abl_labels_paint(slice->lesion_labels,
                                 slice->lesions[n - 1].field, (uint8_t)n, err);
    return status;
}

static abl_status put_slice(const abl_volume *out, const abl_volume *drawn,
                            const abl_orientation back, size_t k,
                            abl_error *err)
{
    abl_volume *native = NULL;
    const abl_status status = abl_volume_reorient(&native, drawn, back, err);
    const size_t pixels = out->grid.size[0] * out->grid.size[1];
    if (!status)
        memcpy(abl_volume_u8(out) + k * pixels, abl_volume_u8(native), pixels);
    abl_volume_destroy(native);
    return status;
}

static abl_status draw_slice(abl_volume *const out[ABL_SOURCE_LABELS],
                             const abl_report *report, const abl_grid *plane,
                             size_t k, abl_error *err)
{
    const abl_grid grid = abl_grid_reorient(plane, report->native_to_canonical);
    const abl_orientation back =
        abl_orientation_invert(report->native_to_canonical);
    abl_structures slice = *report->structures; /* borrows the fields */
    abl_volume *vessels = NULL, *liver = NULL;
    slice.labels = slice.lesion_labels = NULL;
    abl_status status = draw_lesions(&slice, &grid, err);
    if (!status)
        status = abl_label_map_make(&slice, &grid, err);
    if (!status)
        status = abl_liver_labels_make(&liver, &slice, err);
    if (!status)
        status = abl_vessel_labels_make(&vessels, &slice, false, err);
    abl_volume *drawn[ABL_SOURCE_LABELS] = {slice.labels, liver,
                                            slice.lesion_labels, vessels};
    for (int n = 0; !status && n < ABL_SOURCE_LABELS; n++)
        status = put_slice(out[n], drawn[n], back, k, err);
    for (int n = 0; n < ABL_SOURCE_LABELS; n++)
        abl_volume_destroy(drawn[n]);
    return status;
}

abl_status abl_source_labels_make(abl_volume *out[ABL_SOURCE_LABELS],
                                  const abl_report *report,
                                  const abl_dicom_source *source,
                                  abl_error *err)
{
    abl_grid plane;
    abl_status status = ABL_OK;
    const size_t count = abl_dicom_source_count(source);
    if (!find_plane(&plane, report, source, 0))
        return abl_error_set(err, ABL_E_INVALID, "the series is not tilted");
    plane.size[2] = count;
    for (int n = 0; !status && n < ABL_SOURCE_LABELS; n++)
        status = abl_volume_create(&out[n], &plane, ABL_PIXEL_U8, err);
    for (size_t k = 0; !status && k < count; k++)
        if (find_plane(&plane, report, source, k))
            status = draw_slice(out, report, &plane, k, err);
    return status;
}
