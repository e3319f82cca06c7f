/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/reading_shape.h"

#include <math.h>
#include <string.h>

#include "segmentation/field.h"
#include "segmentation/import_field.h"
#include "segmentation/lesion_list.h"

static const char edited[] = "edited";

double abl_shape_distance_mm(const abl_volume *field, const double lps[3])
{
    const abl_grid *grid = &field->grid;
    const float *f = abl_volume_f32(field);
    double least = HUGE_VAL;
    if (abl_volume_contains_lps(field, lps) &&
        abl_volume_sample_lps(field, lps) > 0)
        return 0;
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                double at[3];
                if (!(*f++ > 0))
                    continue;
                abl_grid_to_lps(at, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                least = fmin(least, hypot(hypot(at[0] - lps[0], at[1] - lps[1]),
                                          at[2] - lps[2]));
            }
    return least;
}

/* 1 in the middle, 0 on the surface, times the shortest half axis. */
static double ellipsoid_depth(const abl_override_item *item,
                              const double lps[3])
{
    double sum = 0, least = HUGE_VAL;
    for (int a = 0; a < 3; a++) {
        const double half = 0.5 * item->diameters_mm[a];
        const double d = (lps[a] - item->centre_lps[a]) / half;
        sum += d * d;
        least = fmin(least, half);
    }
    return (1 - sqrt(sum)) * least;
}

static bool find_crop(abl_grid *crop, const abl_grid *image,
                      const abl_override_item *item)
{
    abl_grid box = abl_grid_axial(1, 1, 1, 1, 1, 1);
    const double margin_mm =
        3 * fmax(fmax(image->spacing_mm[0], image->spacing_mm[1]),
                 image->spacing_mm[2]);
    for (int a = 0; a < 3; a++) {
        box.spacing_mm[a] = item->diameters_mm[a] + 2 * margin_mm;
        box.origin_lps[a] = item->centre_lps[a];
    }
    return abl_grid_crop_around(crop, image, &box);
}

static abl_status make_ellipsoid(abl_volume **out, const abl_grid *image,
                                 const abl_override_item *item, abl_error *err)
{
    abl_grid crop;
    *out = NULL;
    if (!find_crop(&crop, image, item))
        return ABL_OK;
    abl_status status = abl_volume_create(out, &crop, ABL_PIXEL_F32, err);
    if (status)
        return status;
    float *f = abl_volume_f32(*out);
    for (size_t k = 0; k < crop.size[2]; k++)
        for (size_t j = 0; j < crop.size[1]; j++)
            for (size_t i = 0; i < crop.size[0]; i++) {
                double lps[3];
                abl_grid_to_lps(lps, &crop,
                                (double[3]){(double)i, (double)j, (double)k});
                const double depth = ellipsoid_depth(item, lps);
                *f++ = depth == 0 ? 1e-3f : (float)depth;
            }
    return ABL_OK;
}

/* Share of a shape's voxels that lie in another one. */
static double share_in(const abl_volume *field, const abl_volume *other)
{
    const abl_grid *grid = &field->grid;
    const float *f = abl_volume_f32(field);
    size_t inside = 0, all = 0;
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                double lps[3];
                if (!(*f++ > 0))
                    continue;
                abl_grid_to_lps(lps, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                all++;
                inside += abl_volume_contains_lps(other, lps) &&
                          abl_volume_sample_lps(other, lps) > 0;
            }
    return all ? (double)inside / (double)all : 0;
}

static bool has_voxel(const abl_volume *field)
{
    const float *f = abl_volume_f32(field);
    const size_t voxels = abl_grid_voxels(&field->grid);
    size_t n = 0;
    while (n < voxels && !(f[n] > 0))
        n++;
    return n < voxels;
}

/* An outline of the label map, or the ellipsoid that was given. */
static abl_status make_shape(abl_volume **out, double centre_lps[3],
                             const abl_override_item *item,
                             const abl_shape_source *source, abl_error *err)
{
    for (int a = 0; a < 3; a++)
        centre_lps[a] = item->centre_lps[a];
    if (!item->label)
        return make_ellipsoid(out, source->image, item, err);
    *out = NULL;
    if (!source->maps)
        return abl_error_set(err, ABL_E_INVALID,
                             "the labels of the override were not read");
    abl_status status =
        abl_import_shape(out, source->maps, item->label, source->image, err);
    if (!status && *out)
        abl_field_centroid(centre_lps, *out);
    return status;
}

static abl_status check_shape(const abl_reading *reading,
                              const abl_lesion *lesion, const abl_volume *shape,
                              const abl_read_lesion *read, abl_error *err)
{
    const abl_override *override = reading->override;
    const abl_volume *liver = reading->structures->items[ABL_LIVER].field;
    if (!shape || !liver || !has_voxel(shape) ||
        abl_shape_distance_mm(liver, read->centre_lps) > ABL_READ_FAR_MM)
        return abl_error_set(err, ABL_E_INVALID,
                             "%s: lesions[%d]: the shape lies more than %g mm "
                             "outside of the liver, or is smaller than a "
                             "voxel; positions are LPS millimetres",
                             override->file, read->item, ABL_READ_FAR_MM);
    if (lesion->field && !(share_in(shape, lesion->field) > 0))
        return abl_error_set(err, ABL_E_INVALID,
                             "%s: lesions[%d]: the shape does not touch the "
                             "lesion that it edits; use \"reject\" and "
                             "\"add\" if that is meant",
                             override->file, read->item);
    return ABL_OK;
}

/* The outline of the liver may be wrong there, and not the reader. */
static void warn_outside(abl_reading *reading, const abl_read_lesion *read)
{
    const abl_volume *liver = reading->structures->items[ABL_LIVER].field;
    if (abl_shape_distance_mm(liver, read->centre_lps) > 0)
        abl_structures_warn(reading->structures, "read-outside-liver",
                            "The middle of the shape that lesions[%d] of the "
                            "override gives lies outside of the liver that was "
                            "found; the liver was extended to it.",
                            read->item);
}

abl_status abl_reading_take_shape(abl_reading *reading, size_t n,
                                  const abl_shape_source *source,
                                  abl_error *err)
{
    abl_lesion *lesion = &reading->structures->lesions[n];
    abl_read_lesion *read = &reading->lesions[n];
    abl_volume *field = NULL;
    abl_status status =
        make_shape(&field, read->centre_lps,
                   &reading->override->items[read->item], source, err);
    if (!status)
        status = check_shape(reading, lesion, field, read, err);
    if (status) {
        abl_volume_destroy(field);
        return status;
    }
    abl_volume_destroy(lesion->field);
    lesion->field = field;
    lesion->mean_probability = 1;
    lesion->origin = edited;
    memset(lesion->label_mm, 0, sizeof lesion->label_mm);
    lesion->edge_sd_mm =
        abl_reader_sd_mm(reading->structures->phase.phase) / sqrt(2);
    if (!abl_lesion_place(lesion, source->image)) /* share_in() saw a voxel */
        return abl_error_set(err, ABL_E_INTERNAL, "a shape was lost");
    abl_lesion_weigh(lesion);
    warn_outside(reading, read);
    return abl_field_join(&reading->liver, field, source->image, err);
}
