/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/resample.h"
#include "segmentation/lesion_fissure.h"
#include "segmentation/lesion_list.h"
#include "segmentation/lesion_shape.h"

static const double least_liver_share = 0.15;
static const double fat_most_hu = -15, bile_most_hu = 30, bile_reach_mm = 3;

/* Share of a candidate in an organ from which it is that organ. */
static const struct {
    abl_structure_id id;
    double most_share;
} not_lesion[] = {
    {ABL_GALLBLADDER, 0.3},
    {ABL_STOMACH, 0.5},
    {ABL_INFERIOR_VENA_CAVA, 0.5},
    {ABL_PORTAL_AND_SPLENIC_VEIN, 0.5},
    {ABL_AORTA, 0.5},
    {ABL_RIGHT_KIDNEY, 0.5},
    {ABL_LEFT_KIDNEY, 0.5},
    {ABL_SPLEEN, 0.5},
    {ABL_ESOPHAGUS, 0.5},
    {ABL_PANCREAS, 0.5},
    {ABL_RIGHT_ADRENAL_GLAND, 0.5},
    {ABL_LEFT_ADRENAL_GLAND, 0.5},
};

static double ramp(double x, double x0, double y0, double x1, double y1)
{
    const double t = (x - x0) / (x1 - x0);
    return y0 + (y1 - y0) * (t < 0 ? 0 : t > 1 ? 1 : t);
}

double abl_lesion_confidence(char *reason, size_t reason_size,
                             const abl_lesion_evidence *e)
{
    const struct {
        double factor;
        const char *why;
    } parts[] = {
        {ramp(e->mean_probability, 0.4, 0, 0.8, 1), "the network is not sure"},
        {ramp(e->equivalent_diameter_mm, 4, 0.3, 10, 1), "it is small"},
        {ramp(e->contrast, 0.5, 0.3, 2, 1), "it hardly differs from the liver"},
        {e->liver_share < 0.3 ? 0.5 : 1, "it lies at the edge of the liver"},
        {e->near_gallbladder ? 0.4 : 1, "it may be part of the gallbladder"},
        {e->is_like_vessel ? 0.3 : 1,
         "it may be a vessel: blood looks the same on this scan"},
        {e->fissure_share >= ABL_FISSURE_SHARE ? 0.4 : 1,
         "fat in a cleft of the liver lies beside it, perhaps a fissure"},
        {e->inner_hu < fat_most_hu ? 0.3 : 1,
         "it is as dark as fat, perhaps a fissure"},
    };
    const size_t count = sizeof parts / sizeof *parts;
    double confidence = 1;
    size_t worst = 0;
    for (size_t n = 0; n < count; n++) {
        confidence *= parts[n].factor;
        worst = parts[n].factor < parts[worst].factor ? n : worst;
    }
    const double least = parts[worst].factor;
    if (least >= 0.9)
        snprintf(reason, reason_size,
                 "Seen clearly: mean probability %.2f, contrast %.1f times the "
                 "liver's own variation.",
                 e->mean_probability, e->contrast);
    else
        snprintf(reason, reason_size,
                 "Lowered because %s (mean probability %.2f, %.0f mm, contrast "
                 "%.1f).",
                 parts[worst].why, e->mean_probability,
                 e->equivalent_diameter_mm, e->contrast);
    return confidence;
}

/* Share of the positive voxels of a field that lie in an organ. */
static double share_in_organ(const abl_volume *field, const abl_volume *organ)
{
    const size_t *n = field->grid.size;
    const float *f = field->data;
    size_t all = 0, hits = 0;
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                if (!(f[abl_grid_offset(&field->grid, i, j, k)] > 0))
                    continue;
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, &field->grid, ijk);
                all += 1;
                hits += abl_volume_contains_lps(organ, lps) &&
                        abl_volume_sample_lps(organ, lps) > 0;
            }
    return all ? (double)hits / (double)all : 0;
}

static bool is_other_organ(const abl_structures *structures,
                           const abl_volume *field)
{
    abl_box box;
    for (size_t n = 0; n < sizeof not_lesion / sizeof *not_lesion; n++) {
        const abl_volume *organ = structures->items[not_lesion[n].id].field;
        if (organ && abl_box_of_overlap(&box, &field->grid, &organ->grid) &&
            share_in_organ(field, organ) >= not_lesion[n].most_share)
            return true;
    }
    return false;
}

/* Whether a lesion has a point within reach of a point along an axis. */
static bool is_near(const abl_volume *field, const double lps[3])
{
    for (int s = 0; s < 6; s++) {
        double near[3] = {lps[0], lps[1], lps[2]};
        near[s / 2] += s % 2 ? bile_reach_mm : -bile_reach_mm;
        if (abl_volume_contains_lps(field, near) &&
            abl_volume_sample_lps(field, near) > 0)
            return true;
    }
    return false;
}

static bool touches_gallbladder(const abl_structures *structures,
                                const abl_volume *field)
{
    const abl_volume *organ = structures->items[ABL_GALLBLADDER].field;
    if (!organ)
        return false;
    const float *g = organ->data;
    const size_t *n = organ->grid.size;
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                if (!(g[abl_grid_offset(&organ->grid, i, j, k)] > 0))
                    continue;
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, &organ->grid, ijk);
                if (is_near(field, lps))
                    return true;
            }
    return false;
}

/* Mean of the trunks that were found; 0: none was. */
static double blood_hu(const abl_phase_estimate *phase)
{
    const double levels[] = {phase->aorta_hu, phase->ivc_hu, phase->portal_hu};
    double sum = 0, count = 0;
    for (size_t n = 0; n < sizeof levels / sizeof *levels; n++) {
        sum += levels[n];
        count += levels[n] != 0;
    }
    return count > 0 ? sum / count : 0;
}

/* On unenhanced scans blood is darker than the liver, on arterial ones that of
 * the portal vein may be brighter. */
static bool is_like_vessel(const abl_lesion *lesion, double inner_hu,
                           const abl_structures *structures)
{
    const abl_phase_estimate *phase = &structures->phase;
    const abl_structure *portal =
        &structures->items[ABL_PORTAL_AND_SPLENIC_VEIN];
    if (lesion->equivalent_diameter_mm > ABL_LESION_VESSEL_MM)
        return false;
    if (phase->phase == ABL_PHASE_ARTERIAL && portal->field)
        return inner_hu > phase->liver_hu &&
               inner_hu <= portal->mean_hu + ABL_LESION_PORTAL_HU;
    const double blood = blood_hu(phase);
    return phase->phase == ABL_PHASE_UNENHANCED && blood != 0 &&
           fabs(inner_hu - blood) <= ABL_LESION_BLOOD_HU;
}

static void weigh(abl_lesion *lesion, const abl_lesion_shape *shape,
                  const abl_structures *structures)
{
    const abl_lesion_evidence evidence = {
        shape->mean_probability,
        lesion->equivalent_diameter_mm,
        shape->spread_hu > 0 ? fabs(shape->contrast_hu) / shape->spread_hu : 0,
        shape->liver_share,
        shape->inner_hu,
        shape->fissure_share,
        shape->inner_hu < bile_most_hu &&
            touches_gallbladder(structures, shape->field),
        is_like_vessel(lesion, shape->inner_hu, structures)};
    lesion->origin = "lesion_ct";
    lesion->mean_probability = shape->mean_probability;
    lesion->edge_sd_mm = shape->edge_sd_mm;
    lesion->confidence = abl_lesion_confidence(
        lesion->confidence_reason, sizeof lesion->confidence_reason, &evidence);
    lesion->is_low_confidence = lesion->confidence < ABL_LESION_LOW_CONFIDENCE;
}

/* @p lesion stays without a field when the candidate is dropped. */
static abl_status judge(abl_lesion *lesion, const abl_lesion_scene *scene,
                        const abl_structures *structures, int32_t number,
                        const abl_box *box, abl_error *err)
{
    abl_lesion_shape shape = {0};
    abl_status status = abl_lesion_shape_find(&shape, scene, number, box, err);
    if (status || !shape.field)
        return status;
    lesion->field = shape.field;
    abl_lesion_weigh(lesion);
    lesion->field = NULL;
    if (lesion->equivalent_diameter_mm >= ABL_LESION_LEAST_MM &&
        shape.liver_share >= least_liver_share &&
        !is_other_organ(structures, shape.field)) {
        lesion->field = shape.field;
        if (abl_lesion_place(lesion, &scene->image->grid)) {
            weigh(lesion, &shape, structures);
            shape.field = NULL;
        } else {
            lesion->field = NULL;
        }
    }
    abl_lesion_shape_clear(&shape);
    return ABL_OK;
}

/* Boxes of all candidates in one pass; hi < lo never happens for a number
 * that is used. */
static abl_status find_boxes(abl_box **out, const abl_candidates *candidates,
                             abl_error *err)
{
    const size_t *n = candidates->labels->grid.size;
    abl_box *boxes = abl_alloc(candidates->count + 1, sizeof *boxes, err);
    *out = boxes;
    if (!boxes)
        return ABL_E_NOMEM;
    for (size_t c = 0; c <= candidates->count; c++)
        memcpy(boxes[c].lo, n, sizeof boxes[c].lo);
    const int32_t *label = abl_volume_i32(candidates->labels);
    const size_t voxels = abl_grid_voxels(&candidates->labels->grid);
    for (size_t v = 0; v < voxels; v++) {
        if (label[v] == 0)
            continue;
        abl_box *box = &boxes[label[v]];
        const size_t at[3] = {v % n[0], v / n[0] % n[1], v / (n[0] * n[1])};
        for (int a = 0; a < 3; a++) {
            box->lo[a] = at[a] < box->lo[a] ? at[a] : box->lo[a];
            box->hi[a] = at[a] > box->hi[a] ? at[a] : box->hi[a];
        }
    }
    return ABL_OK;
}

/* Sorts, and leaves out the smallest when there are too many. */
static void number_lesions(abl_structures *structures)
{
    qsort(structures->lesions, structures->lesion_count,
          sizeof *structures->lesions, abl_lesion_compare);
    const size_t found = structures->lesion_count;
    if (found <= ABL_MAX_LESIONS)
        return;
    for (size_t n = ABL_MAX_LESIONS; n < found; n++) {
        abl_volume_destroy(structures->lesions[n].field);
        structures->lesions[n].field = NULL;
    }
    structures->lesion_count = ABL_MAX_LESIONS;
    abl_structures_warn(structures, "lesions-left-out",
                        "%zu lesion candidates were found; only the %d "
                        "largest are measured.",
                        found, ABL_MAX_LESIONS);
}

static abl_status judge_all(abl_structures *structures,
                            const abl_lesion_scene *scene, abl_error *err)
{
    const size_t count = scene->candidates->count;
    abl_box *boxes = NULL;
    abl_status status = find_boxes(&boxes, scene->candidates, err);
    structures->lesions = abl_alloc(count, sizeof *structures->lesions, err);
    if (!structures->lesions)
        status = ABL_E_NOMEM;
    for (size_t c = 1; c <= count && !status; c++) {
        abl_lesion lesion = {0};
        status = judge(&lesion, scene, structures, (int32_t)c, &boxes[c], err);
        if (!status && lesion.field)
            structures->lesions[structures->lesion_count++] = lesion;
    }
    free(boxes);
    if (!status)
        number_lesions(structures);
    return status;
}

static abl_status make_liver_mask(abl_volume **out, const abl_volume *liver,
                                  const abl_grid *grid, abl_error *err)
{
    abl_volume *field = NULL;
    *out = NULL;
    abl_status status = abl_resample_linear(&field, liver, grid, -1, err);
    if (!status)
        status = abl_field_mask(out, field, err);
    abl_volume_destroy(field);
    return status;
}

abl_status abl_lesions_find(abl_structures *structures, const abl_volume *image,
                            const abl_lesion_maps *maps, abl_error *err)
{
    abl_candidates candidates = {0};
    abl_volume *mask = NULL;
    const abl_volume *liver = structures->items[ABL_LIVER].field;
    abl_status status = make_liver_mask(&mask, liver, &maps->lesion->grid, err);
    if (!status)
        status = abl_candidates_find(&candidates, maps->lesion, mask, err);
    if (!status) {
        const abl_lesion_scene scene = {image, maps, &candidates, liver};
        status = judge_all(structures, &scene, err);
    }
    if (!status)
        status = abl_lesions_draw(structures, &image->grid, err);
    abl_volume_destroy(mask);
    abl_candidates_clear(&candidates);
    return status;
}
