/* SPDX-License-Identifier: Apache-2.0 */
#include "score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"

static const double covered = 0.1;

static bool is_among(uint8_t value, const uint8_t *values)
{
    for (; *values; values++)
        if (*values == value)
            return true;
    return false;
}

double score_dice(const abl_volume *a, const uint8_t *a_values,
                  const abl_volume *b, const uint8_t *b_values)
{
    const uint8_t *x = abl_volume_u8(a), *y = abl_volume_u8(b);
    const size_t voxels = abl_grid_voxels(&a->grid);
    size_t in_a = 0, in_b = 0, both = 0;
    for (size_t v = 0; v < voxels; v++) {
        const bool has_a = is_among(x[v], a_values);
        const bool has_b = is_among(y[v], b_values);
        in_a += has_a;
        in_b += has_b;
        both += has_a && has_b;
    }
    return in_a + in_b ? 2.0 * (double)both / (double)(in_a + in_b) : NAN;
}

/* Reference lesions against reported ones, in voxels. */
typedef struct overlap {
    abl_components truth;
    size_t reported;
    size_t *of_reported; /* [number]: voxels, 0..reported */
    size_t *of_both;     /* [truth number * (reported + 1) + number] */
    double voxel_mm3;
} overlap;

static size_t *at(const overlap *o, size_t truth, size_t reported)
{
    return &o->of_both[truth * (o->reported + 1) + reported];
}

static double diameter_mm(const overlap *o, size_t voxels)
{
    return cbrt(6 * (double)voxels * o->voxel_mm3 / 3.14159265358979323846);
}

static abl_status count(overlap *o, const abl_structures *structures,
                        const abl_volume *truth, uint8_t value, abl_error *err)
{
    abl_volume *mask = NULL;
    abl_status status = abl_volume_clone(&mask, truth, err);
    if (status)
        return status;
    const size_t voxels = abl_grid_voxels(&truth->grid);
    for (size_t v = 0; v < voxels; v++)
        abl_volume_u8(mask)[v] = abl_volume_u8(mask)[v] == value;
    status = abl_components_find(&o->truth, mask, ABL_CONNECT_CORNERS, err);
    abl_volume_destroy(mask);
    if (status)
        return status;
    o->reported = structures->lesion_count;
    o->voxel_mm3 = abl_grid_voxel_mm3(&truth->grid);
    o->of_reported = abl_alloc(o->reported + 1, sizeof(size_t), err);
    o->of_both = abl_alloc((o->truth.count + 1) * (o->reported + 1),
                           sizeof(size_t), err);
    if (!o->of_reported || !o->of_both)
        return ABL_E_NOMEM;
    const int32_t *t = abl_volume_i32(o->truth.labels);
    const uint8_t *r = abl_volume_u8(structures->lesion_labels);
    for (size_t v = 0; v < voxels; v++) {
        o->of_reported[r[v]] += r[v] > 0;
        *at(o, (size_t)t[v], r[v]) += 1;
    }
    return ABL_OK;
}

static void detect(score_detection *out, const overlap *o,
                   const abl_structures *structures, double least_mm)
{
    memset(out, 0, sizeof *out);
    for (size_t t = 1; t <= o->truth.count; t++) {
        const size_t size = o->truth.items[t - 1].voxels;
        if (diameter_mm(o, size) < least_mm)
            continue;
        const size_t hit = size - *at(o, t, 0);
        out->truth += 1;
        out->found += (double)hit >= covered * (double)size;
    }
    for (size_t r = 1; r <= o->reported; r++) {
        const size_t size = o->of_reported[r], hit = size - *at(o, 0, r);
        if (diameter_mm(o, size) < (least_mm > 5 ? least_mm : 0) ||
            (double)hit >= covered * (double)size)
            continue;
        out->false_all += 1;
        out->false_sure += !structures->lesions[r - 1].is_low_confidence;
    }
}

/* The reported lesion that alone covers most of a reference lesion, when that
 * reference is also most of what it covers; 0 when there is none. */
static size_t find_partner(const overlap *o, size_t t)
{
    size_t best = 0;
    for (size_t r = 1; r <= o->reported; r++)
        if (best == 0 ? *at(o, t, r) > 0 : *at(o, t, r) > *at(o, t, best))
            best = r;
    if (best == 0 || 2 * *at(o, t, best) < o->truth.items[t - 1].voxels ||
        2 * *at(o, t, best) < o->of_reported[best])
        return 0;
    return best;
}

static void compare_pairs(score_lesions *out, const overlap *o,
                          const abl_structures *structures)
{
    for (size_t t = 1; t <= o->truth.count; t++) {
        const double truth_mm = diameter_mm(o, o->truth.items[t - 1].voxels);
        const size_t r = truth_mm >= 10 ? find_partner(o, t) : 0;
        if (r == 0)
            continue;
        const double error =
            structures->lesions[r - 1].equivalent_diameter_mm - truth_mm;
        out->pairs += 1;
        out->diameter_bias_mm += error;
        out->diameter_error_mm += fabs(error);
        out->worst_diameter_mm = fmax(out->worst_diameter_mm, fabs(error));
    }
    if (out->pairs) {
        out->diameter_bias_mm /= (double)out->pairs;
        out->diameter_error_mm /= (double)out->pairs;
    }
}

static void list(const overlap *o, const abl_structures *structures)
{
    for (size_t t = 1; t <= o->truth.count; t++) {
        const abl_component *c = &o->truth.items[t - 1];
        printf("    reference %2zu: %5.1f mm at %4.0f %4.0f %3.0f, covered "
               "%3.0f %%, partner %zu\n",
               t, diameter_mm(o, c->voxels), c->centroid_ijk[0],
               c->centroid_ijk[1], c->centroid_ijk[2],
               100.0 * (double)(c->voxels - *at(o, t, 0)) / (double)c->voxels,
               find_partner(o, t));
    }
    for (size_t r = 1; r <= o->reported; r++) {
        const abl_lesion *l = &structures->lesions[r - 1];
        printf("    reported  %2zu: %5.1f mm at %4.0f %4.0f %3.0f, right "
               "%3.0f %%, confidence %.2f%s, edge %.1f mm: %s\n",
               r, l->equivalent_diameter_mm, (double)(l->lo[0] + l->hi[0]) / 2,
               (double)(l->lo[1] + l->hi[1]) / 2,
               (double)(l->lo[2] + l->hi[2]) / 2,
               100.0 * (double)(o->of_reported[r] - *at(o, 0, r)) /
                   (double)(o->of_reported[r] ? o->of_reported[r] : 1),
               l->confidence, l->is_low_confidence ? " (low)" : "",
               l->edge_sd_mm, l->confidence_reason);
    }
}

abl_status score_lesions_find(score_lesions *out,
                              const abl_structures *structures,
                              const abl_volume *truth, uint8_t value,
                              bool verbose, abl_error *err)
{
    memset(out, 0, sizeof *out);
    overlap o = {.reported = 0};
    abl_status status = count(&o, structures, truth, value, err);
    if (!status) {
        size_t in_truth = 0, in_both = 0, in_reported = 0;
        for (size_t t = 1; t <= o.truth.count; t++) {
            in_truth += o.truth.items[t - 1].voxels;
            in_both += o.truth.items[t - 1].voxels - *at(&o, t, 0);
        }
        for (size_t r = 1; r <= o.reported; r++) {
            in_reported += o.of_reported[r];
            out->low_confidence += structures->lesions[r - 1].is_low_confidence;
        }
        out->reported = o.reported;
        out->truth_ml = (double)in_truth * o.voxel_mm3 / 1000;
        out->found_ml = (double)in_reported * o.voxel_mm3 / 1000;
        out->dice =
            in_truth + in_reported
                ? 2.0 * (double)in_both / (double)(in_truth + in_reported)
                : NAN;
        detect(&out->from_10_mm, &o, structures, 10);
        detect(&out->from_5_mm, &o, structures, 5);
        compare_pairs(out, &o, structures);
        if (verbose)
            list(&o, structures);
    }
    abl_components_clear(&o.truth);
    free(o.of_reported);
    free(o.of_both);
    return status;
}
