/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/measure_lesion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/attenuation.h"
#include "eligibility/diameter.h"
#include "eligibility/exophytic.h"
#include "eligibility/touching.h"
#include "segmentation/field.h"

static const char not_found[] = "not found in this scan";
static const char not_looked_for[] = "not looked for";

/* An unreadable surface is a fact about one structure, not the end. */
static abl_status create_shape(abl_shape *out, const abl_volume *field,
                               double edge_sd_mm, abl_error *err)
{
    if (!field)
        return ABL_OK;
    abl_status status = abl_shape_create(out, field, edge_sd_mm, err);
    return status == ABL_E_UNSUPPORTED ? ABL_OK : status;
}

abl_status abl_scene_create(abl_scene *out, const abl_volume *image,
                            const abl_structures *structures, abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->image = image;
    out->structures = structures;
    out->lesions =
        abl_alloc(structures->lesion_count, sizeof *out->lesions, err);
    abl_status status = out->lesions ? ABL_OK : ABL_E_NOMEM;
    for (int id = 1; !status && id < ABL_STRUCTURE_COUNT; id++) {
        const abl_structure *from = &structures->items[id];
        if (from->found == ABL_FOUND || from->found == ABL_FOUND_CUT)
            status = create_shape(&out->items[id], from->field,
                                  from->edge_sd_mm, err);
        memcpy(out->items[id].label_mm, from->label_mm, sizeof from->label_mm);
    }
    for (size_t n = 0; !status && n < structures->lesion_count; n++) {
        const abl_lesion *lesion = &structures->lesions[n];
        status = create_shape(&out->lesions[n], lesion->field,
                              lesion->edge_sd_mm, err);
        memcpy(out->lesions[n].label_mm, lesion->label_mm,
               sizeof lesion->label_mm);
    }
    return status;
}

void abl_scene_clear(abl_scene *scene)
{
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_shape_clear(&scene->items[id]);
    for (size_t n = 0; scene->lesions && n < scene->structures->lesion_count;
         n++)
        abl_shape_clear(&scene->lesions[n]);
    free(scene->lesions);
    memset(scene, 0, sizeof *scene);
}

static bool has_surface(const abl_shape *shape)
{
    return shape->surface && shape->surface->count > 0;
}

abl_value abl_shape_volume_ml(const abl_shape *shape)
{
    if (!has_surface(shape))
        return (abl_value){false, 0, 0, "it has no surface in this scan"};
    const abl_surface *surface = shape->surface;
    const double step = cbrt(abl_grid_voxel_mm3(&shape->field->grid));
    const double uncertainty_mm3 =
        shape->label_mm[0] > 0
            ? abl_uncertainty_of_label_volume(surface->area_mm2,
                                              shape->label_mm)
            : abl_uncertainty_of_volume(surface->area_mm2, shape->edge_sd_mm,
                                        step);
    return (abl_value){true, surface->volume_mm3 / 1000, uncertainty_mm3 / 1000,
                       NULL};
}

/* The nearest slice of the image to slice k of the field. */
static size_t find_image_slice(const abl_grid *image, const abl_grid *field,
                               size_t k)
{
    double lps[3], ijk[3];
    abl_grid_to_lps(lps, field, (double[3]){0, 0, (double)k});
    abl_grid_to_ijk(ijk, image, lps);
    const double top = (double)(image->size[2] - 1);
    return (size_t)fmin(top, fmax(0, floor(ijk[2] + 0.5)));
}

static void measure_size(abl_lesion_findings *out, const abl_shape *shape)
{
    out->volume_ml = abl_shape_volume_ml(shape);
    out->equivalent_diameter_mm = out->volume_ml;
    abl_value *diameter = &out->equivalent_diameter_mm;
    if (!diameter->measured)
        return;
    const double volume_mm3 = 1000 * out->volume_ml.value;
    diameter->value = cbrt(6 * volume_mm3 / M_PI);
    diameter->uncertainty = volume_mm3 > 0 ? diameter->value / 3 *
                                                 out->volume_ml.uncertainty /
                                                 out->volume_ml.value
                                           : 0;
}

static abl_status measure_diameters(abl_lesion_findings *out,
                                    const abl_scene *scene, size_t index,
                                    abl_error *err)
{
    const abl_shape *shape = &scene->lesions[index];
    abl_axial_diameters axial;
    const char *why_not = "the lesion has no surface in this scan";
    out->longest_axial_diameter.mm.why_not = why_not;
    out->perpendicular_diameter.mm.why_not = why_not;
    out->max_3d_diameter.mm.why_not = why_not;
    if (!has_surface(shape))
        return ABL_OK;
    abl_status status = abl_diameters_axial(&axial, shape, err);
    if (status)
        return status;
    out->longest_axial_diameter = axial.longest;
    out->perpendicular_diameter = axial.perpendicular;
    out->axial_slice =
        find_image_slice(&scene->image->grid, &shape->field->grid, axial.slice);
    abl_diameter_3d(&out->max_3d_diameter, shape);
    return abl_touching_measure(&out->touching,
                                &scene->structures->lesions[index], err);
}

/* How near points come to the first or last slice's outer face: what lies
 * beyond was not seen. */
static double distance_to_scan_end(const abl_grid *image,
                                   const double (*points)[3], size_t count)
{
    double least = HUGE_VAL;
    for (size_t n = 0; n < count; n++) {
        double ijk[3];
        abl_grid_to_ijk(ijk, image, points[n]);
        least = fmin(least, ijk[2] + 0.5);
        least = fmin(least, (double)image->size[2] - 0.5 - ijk[2]);
    }
    return fmax(0, least) * image->spacing_mm[2];
}

/* Whether more of it may lie beyond the end of the scan. Organs that end
 * inside the scan are in one piece; bone, lung, gas and unnamed tissue are
 * not. */
static bool may_go_on(const abl_structures *structures, int id)
{
    return structures->items[id].found == ABL_FOUND_CUT || id == ABL_BONE ||
           id == ABL_LUNG || id == ABL_BOWEL_GAS || id == ABL_UNCLASSIFIED ||
           id == ABL_COLON || id == ABL_SMALL_BOWEL;
}

static void bound(bool *is_upper_bound, double *at_least_mm,
                  const abl_value *mm, bool may_be_nearer, double end_mm)
{
    *is_upper_bound = mm->measured && may_be_nearer && end_mm < mm->value;
    *at_least_mm = !mm->measured ? 0 : *is_upper_bound ? end_mm : mm->value;
}

double abl_lesion_scan_end_mm(const abl_scene *scene, size_t index)
{
    const abl_shape *shape = &scene->lesions[index];
    if (!has_surface(shape) || scene->structures->lesions[index].touches_border)
        return 0;
    return distance_to_scan_end(&scene->image->grid,
                                (const double(*)[3])shape->surface->points_lps,
                                shape->surface->count);
}

static void explain_missing(abl_value *mm, abl_found found)
{
    if (!mm->measured && found == ABL_NOT_LOOKED_FOR)
        mm->why_not = not_looked_for;
    else if (!mm->measured && found == ABL_NOT_FOUND)
        mm->why_not = not_found;
}

void abl_lesion_bound(abl_clearance *to, abl_found found, bool may_go_on,
                      double end_mm)
{
    explain_missing(&to->nearest.mm, found);
    bound(&to->is_upper_bound, &to->at_least_mm, &to->nearest.mm, may_go_on,
          end_mm);
}

static void measure_capsule(abl_lesion_findings *out, const abl_scene *scene,
                            const abl_shape *lesion, double end_mm)
{
    const abl_found found = scene->structures->items[ABL_LIVER].found;
    abl_clearance_inside(&out->capsule, lesion, &scene->items[ABL_LIVER]);
    explain_missing(&out->capsule.mm, found);
    bound(&out->capsule_is_upper_bound, &out->capsule_at_least_mm,
          &out->capsule.mm, found == ABL_FOUND_CUT || out->touches_border,
          end_mm);
}

static void measure_clearances(abl_lesion_findings *out, const abl_scene *scene,
                               const abl_shape *lesion, double end_mm)
{
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++) {
        abl_clearance *to = &out->to[id];
        memset(to, 0, sizeof *to);
        to->structure = (abl_structure_id)id;
        if (id == ABL_BACKGROUND || id == ABL_LIVER) {
            to->nearest.mm.why_not =
                id == ABL_LIVER ? "see the capsule" : "not a structure";
            continue;
        }
        if (id == ABL_SKIN)
            abl_clearance_inside(&to->nearest, lesion, &scene->items[id]);
        else
            abl_clearance_between(&to->nearest, lesion, &scene->items[id]);
        abl_lesion_bound(
            to, scene->structures->items[id].found,
            may_go_on(scene->structures, id) || out->touches_border, end_mm);
    }
}

/* Organs that heat beyond the capsule can harm. Not lung, bone and skin,
 * which lie along most of the capsule and have limits of their own; not the
 * great vessels, which are judged as vessels. */
static bool is_beyond_organ(int id)
{
    switch (id) {
    case ABL_SPLEEN:
    case ABL_RIGHT_KIDNEY:
    case ABL_LEFT_KIDNEY:
    case ABL_GALLBLADDER:
    case ABL_ESOPHAGUS:
    case ABL_STOMACH:
    case ABL_PANCREAS:
    case ABL_RIGHT_ADRENAL_GLAND:
    case ABL_LEFT_ADRENAL_GLAND:
    case ABL_BOWEL_GAS:
    case ABL_HEART:
    case ABL_UNCLASSIFIED:
    case ABL_COLON:
    case ABL_DUODENUM:
    case ABL_SMALL_BOWEL:
        return true;
    default:
        return false;
    }
}

static void keep_nearest(abl_clearance *best, const abl_segment *found, int id)
{
    if (!found->mm.measured || (best->nearest.mm.measured &&
                                best->nearest.mm.value <= found->mm.value))
        return;
    best->nearest = *found;
    best->structure = (abl_structure_id)id;
}

static void search_beyond(abl_lesion_findings *out, const abl_scene *scene,
                          const abl_point_index *patch, double end_mm)
{
    const abl_structures *structures = scene->structures;
    bool is_complete = true;
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++) {
        if (!is_beyond_organ(id))
            continue;
        /* bowel that nobody outlined is unclassified tissue */
        is_complete &= structures->items[id].found != ABL_NOT_LOOKED_FOR ||
                       abl_structure_is_bowel((abl_structure_id)id);
        abl_segment found;
        abl_clearance_from_patch(&found, patch, &scene->items[ABL_LIVER],
                                 &scene->items[id]);
        keep_nearest(&out->beyond_capsule, &found, id);
        if (id != ABL_UNCLASSIFIED)
            keep_nearest(&out->beyond_capsule_named, &found, id);
    }
    abl_clearance *both[2] = {&out->beyond_capsule, &out->beyond_capsule_named};
    for (int n = 0; n < 2; n++)
        bound(&both[n]->is_upper_bound, &both[n]->at_least_mm,
              &both[n]->nearest.mm, true, is_complete ? end_mm : 0);
}

static abl_status measure_beyond(abl_lesion_findings *out,
                                 const abl_scene *scene,
                                 const abl_shape *lesion, abl_error *err)
{
    const char *why_not = out->capsule.mm.measured
                              ? "no organ was found near the liver"
                              : "the capsule was not measured";
    out->beyond_capsule.nearest.mm.why_not = why_not;
    out->beyond_capsule_named.nearest.mm.why_not = why_not;
    if (!out->capsule.mm.measured)
        return ABL_OK;
    double(*points)[3] = NULL;
    size_t count = 0;
    abl_point_index *patch = NULL;
    abl_status status = abl_point_index_within(
        &points, &count, scene->items[ABL_LIVER].index, lesion->index,
        out->capsule.mm.value + ABL_PATCH_MM, err);
    if (!status)
        status = abl_point_index_create(&patch, (const double(*)[3])points,
                                        count, err);
    if (!status)
        search_beyond(out, scene, patch,
                      distance_to_scan_end(&scene->image->grid,
                                           (const double(*)[3])points, count));
    free(points);
    abl_point_index_destroy(patch);
    return status;
}

/* A lesion that keeps clear of the capsule bulges nowhere. */
static abl_status measure_exophytic(abl_lesion_findings *out,
                                    const abl_scene *scene,
                                    const abl_shape *lesion, abl_error *err)
{
    const abl_value *capsule = &out->capsule.mm;
    if (!capsule->measured || !out->max_3d_diameter.mm.measured) {
        out->exophytic_share.why_not = "the capsule was not measured";
        return ABL_OK;
    }
    if (out->touches_border) {
        out->exophytic_share.why_not = "cut by the end of the scan";
        return ABL_OK;
    }
    if (capsule->value > ABL_EXOPHYTIC_TOLERANCE_MM) {
        out->exophytic_share.measured = true;
        return ABL_OK;
    }
    return abl_exophytic_share(&out->exophytic_share, &scene->items[ABL_LIVER],
                               lesion, out->max_3d_diameter.mm.value, err);
}

static abl_status measure_attenuation(abl_lesion_findings *out,
                                      const abl_scene *scene, size_t index,
                                      abl_error *err)
{
    abl_attenuation found;
    abl_status status = abl_attenuation_measure(&found, scene->image,
                                                scene->structures, index, err);
    if (status)
        return status;
    out->mean_hu = found.mean_hu;
    out->ring_hu = found.ring_hu;
    out->contrast_hu = found.contrast_hu;
    out->cnr = found.cnr;
    return ABL_OK;
}

abl_status abl_lesion_measure(abl_lesion_findings *out, const abl_scene *scene,
                              size_t index, abl_error *err)
{
    memset(out, 0, sizeof *out);
    const abl_lesion *lesion = &scene->structures->lesions[index];
    const abl_shape *shape = &scene->lesions[index];
    out->number = (int)index + 1;
    out->confidence = lesion->confidence;
    out->is_low_confidence = lesion->is_low_confidence;
    memcpy(out->confidence_reason, lesion->confidence_reason,
           sizeof out->confidence_reason);
    out->origin = lesion->origin;
    out->touches_border = lesion->touches_border;
    out->access.why_not = "access was not planned";
    abl_field_centroid(out->centroid_lps, lesion->field);
    measure_size(out, shape);
    abl_status status = measure_diameters(out, scene, index, err);
    if (!status)
        status = measure_attenuation(out, scene, index, err);
    const double end_mm = abl_lesion_scan_end_mm(scene, index);
    if (!status) {
        measure_capsule(out, scene, shape, end_mm);
        measure_clearances(out, scene, shape, end_mm);
        status = measure_beyond(out, scene, shape, err);
    }
    if (!status)
        status = measure_exophytic(out, scene, shape, err);
    return status;
}
