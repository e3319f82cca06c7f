/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/zone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/uncertainty.h"
#include "eligibility/zone_sum.h"
#include "imaging/resample.h"

#define GRID_UNCERTAINTY 0.02
#define LEAST_OVERLAP_ML 0.005

static abl_value value_of(const abl_zone_spread *of)
{
    const double doubt =
        fmax(fabs(of->ml[2] - of->ml[0]), fabs(of->ml[0] - of->ml[1]));
    return (abl_value){true, of->ml[0], doubt + GRID_UNCERTAINTY * of->ml[0],
                       NULL};
}

static double limit_doubt(double mm)
{
    return fmin(ABL_ZONE_MAX_DOUBT_MM, fmax(0, mm));
}

static void add_touch(abl_zone *zone, const abl_zone_touch *touch)
{
    if (zone->touch_count == ABL_ZONE_MAX_TOUCHES) {
        zone->touches_left_out++;
        return;
    }
    size_t at = zone->touch_count++;
    for (; at > 0 &&
           zone->touches[at - 1].overlap_ml.value < touch->overlap_ml.value;
         at--)
        zone->touches[at] = zone->touches[at - 1];
    zone->touches[at] = *touch;
}

static abl_value gap_of(const abl_value *clearance, double margin_mm)
{
    abl_value gap = *clearance;
    gap.value -= margin_mm;
    return gap;
}

/* Adds a structure to every zone that reaches it. */
static abl_status touch(abl_zone *zones, const abl_zone_work *work,
                        const abl_volume *field, abl_zone_touch what,
                        const abl_value *clearance, double doubt_mm,
                        abl_error *err)
{
    const bool reversed = what.structure == ABL_SKIN;
    abl_volume *inside = NULL;
    abl_status status = abl_resample_linear(&inside, field, &work->grid,
                                            reversed ? 1 : -1, err);
    for (int n = 0; !status && n < ABL_ZONE_COUNT; n++) {
        const abl_zone_sum of = {work, zones[n].margin_mm,
                                 limit_doubt(doubt_mm), abl_volume_f32(inside),
                                 reversed};
        const abl_zone_spread sum = abl_zone_add_up(&of);
        what.overlap_ml = value_of(&sum);
        what.gap_mm = gap_of(clearance, zones[n].margin_mm);
        const bool is_reached = what.gap_mm.measured && what.gap_mm.value <= 0;
        if (is_reached || sum.ml[0] >= LEAST_OVERLAP_ML)
            add_touch(&zones[n], &what);
    }
    abl_volume_destroy(inside);
    return status;
}

/* Far enough that neither zone reaches it, however wrong the distance is. */
static bool is_far(const abl_value *clearance)
{
    return clearance->measured &&
           clearance->value - limit_doubt(clearance->uncertainty) >
               ABL_ZONE_AIM_MM;
}

static abl_status touch_structures(abl_zone *zones, const abl_zone_work *work,
                                   abl_error *err)
{
    const abl_lesion_findings *lesion = &work->findings->lesions[work->index];
    const double own_sd = work->structures->lesions[work->index].edge_sd_mm;
    abl_status status = ABL_OK;
    for (int id = ABL_LIVER + 1; !status && id < ABL_STRUCTURE_COUNT; id++) {
        const abl_structure *from = &work->structures->items[id];
        const abl_value *mm = &lesion->to[id].nearest.mm;
        if (!from->field || is_far(mm))
            continue;
        const double doubt = mm->measured
                                 ? mm->uncertainty
                                 : 1.96 * hypot(own_sd, from->edge_sd_mm);
        status = touch(zones, work, from->field,
                       (abl_zone_touch){.structure = (abl_structure_id)id}, mm,
                       doubt, err);
    }
    return status;
}

static abl_status touch_lesions(abl_zone *zones, const abl_zone_work *work,
                                abl_error *err)
{
    static const abl_value none = {false, 0, 0, "not measured to a lesion"};
    const abl_structures *structures = work->structures;
    const double own_sd = structures->lesions[work->index].edge_sd_mm;
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < structures->lesion_count; n++) {
        const abl_lesion *other = &structures->lesions[n];
        double apart = 0, lo[3], hi[3];
        if (n == work->index || !abl_zone_box(lo, hi, other->field))
            continue;
        for (int a = 0; a < 3; a++) {
            double lps[3], ijk[3];
            abl_grid_to_lps(lps, &other->field->grid, lo);
            abl_grid_to_ijk(ijk, &work->grid, lps);
            const double wide =
                (hi[a] - lo[a]) * other->field->grid.spacing_mm[a];
            const double size =
                (double)work->grid.size[a] * work->grid.spacing_mm[a];
            const double low = ijk[a] * work->grid.spacing_mm[a];
            apart = fmax(apart, fmax(low - size, -low - wide));
        }
        if (apart > 0)
            continue;
        status =
            touch(zones, work, other->field,
                  (abl_zone_touch){.lesion = work->findings->lesions[n].number},
                  &none, 1.96 * hypot(own_sd, other->edge_sd_mm), err);
    }
    return status;
}

static bool is_in_scan(const abl_grid *scan, const abl_grid *grid,
                       const size_t ijk[3])
{
    double lps[3], at[3];
    abl_grid_to_lps(
        lps, grid, (double[3]){(double)ijk[0], (double)ijk[1], (double)ijk[2]});
    abl_grid_to_ijk(at, scan, lps);
    for (int a = 0; a < 3; a++)
        if (!(at[a] >= -0.5 && at[a] <= (double)scan->size[a] - 0.5))
            return false;
    return true;
}

/* A zone is convex enough that its outermost voxels tell. */
static bool leaves_scan(const abl_zone_work *work, double margin_mm)
{
    const abl_grid *scan = &work->structures->labels->grid;
    const float *away = abl_volume_f32(work->away);
    const size_t *size = work->grid.size;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++, away++)
                if ((double)*away <= margin_mm &&
                    !is_in_scan(scan, &work->grid, (size_t[3]){i, j, k}))
                    return true;
    return false;
}

static void fill_volume(abl_zone *zone, const abl_zone_work *work)
{
    const abl_zone_sum of = {work, zone->margin_mm, 0, NULL, false};
    const abl_zone_spread sum = abl_zone_add_up(&of);
    const double sd = work->structures->lesions[work->index].edge_sd_mm;
    const double radius = cbrt(0.75 / M_PI * 1000 * sum.ml[0]);
    const double area = 4 * M_PI * radius * radius;
    zone->volume_ml = value_of(&sum);
    zone->volume_ml.uncertainty +=
        abl_uncertainty_of_volume(area, sd, 0) / 1000;
}

/* The lesion's own part of the liver [mL]. */
static double lesion_in_liver_ml(const abl_zone_work *work, const float *liver)
{
    const float *own = abl_volume_f32(work->lesion);
    const float *away = abl_volume_f32(work->away);
    const size_t *size = work->grid.size;
    double ml = 0;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++) {
                const size_t ijk[3] = {i, j, k};
                if ((double)away[abl_grid_offset(&work->grid, i, j, k)] >
                    2 * work->grid.spacing_mm[2])
                    continue;
                const abl_zone_plane in_lesion =
                    abl_zone_plane_at(own, &work->grid, ijk);
                const abl_zone_plane in_liver =
                    abl_zone_plane_at(liver, &work->grid, ijk);
                ml += work->voxel_ml * abl_zone_share_above(&in_lesion, 0) *
                      abl_zone_share_above(&in_liver, 0);
            }
    return ml;
}

static void fill_liver_of_zone(abl_zone *zone, const abl_zone_work *work,
                               const float *liver, double lesion_ml)
{
    const abl_lesion_findings *lesion = &work->findings->lesions[work->index];
    const abl_value *whole = &work->findings->liver_volume_ml;
    const abl_value *capsule = &lesion->capsule.mm;
    abl_zone_sum of = {
        work, zone->margin_mm,
        limit_doubt(capsule->measured ? capsule->uncertainty : 0), liver,
        false};
    const abl_zone_spread in = abl_zone_add_up(&of);
    of.inside = NULL;
    const abl_zone_spread all = abl_zone_add_up(&of);
    double out[3];
    for (int n = 0; n < 3; n++)
        out[n] = all.ml[n] > 0 ? fmax(0, 1 - in.ml[n] / all.ml[n]) : 0;
    zone->outside_share =
        (abl_value){true, out[0],
                    fmax(fabs(out[2] - out[0]), fabs(out[0] - out[1])) +
                        GRID_UNCERTAINTY * out[0],
                    NULL};
    zone->liver_lost_ml = (abl_value){true, fmax(0, in.ml[0] - lesion_ml),
                                      zone->volume_ml.uncertainty, NULL};
    zone->liver_share = (abl_value){false, 0, 0, "the liver was not measured"};
    if (whole->measured && whole->value > 0)
        zone->liver_share =
            (abl_value){true, zone->liver_lost_ml.value / whole->value,
                        zone->liver_lost_ml.uncertainty / whole->value, NULL};
}

static abl_status fill_liver(abl_zone *zones, const abl_zone_work *work,
                             abl_error *err)
{
    static const abl_value none = {false, 0, 0, "the liver was not found"};
    const abl_volume *field = work->structures->items[ABL_LIVER].field;
    abl_volume *liver = NULL;
    if (!field) {
        for (int n = 0; n < ABL_ZONE_COUNT; n++)
            zones[n].liver_lost_ml = zones[n].liver_share =
                zones[n].outside_share = none;
        return ABL_OK;
    }
    abl_status status =
        abl_resample_linear(&liver, field, &work->grid, -1, err);
    if (status)
        return status;
    const double lesion_ml = lesion_in_liver_ml(work, abl_volume_f32(liver));
    for (int n = 0; n < ABL_ZONE_COUNT; n++)
        fill_liver_of_zone(&zones[n], work, abl_volume_f32(liver), lesion_ml);
    abl_volume_destroy(liver);
    return ABL_OK;
}

static abl_status measure_zones(abl_zone *zones, abl_zone_work *work,
                                abl_error *err)
{
    for (int n = 0; n < ABL_ZONE_COUNT; n++) {
        fill_volume(&zones[n], work);
        zones[n].leaves_scan = leaves_scan(work, zones[n].margin_mm);
    }
    abl_status status = fill_liver(zones, work, err);
    if (!status)
        status = touch_structures(zones, work, err);
    if (!status)
        status = touch_lesions(zones, work, err);
    for (int n = 0; n < ABL_ZONE_COUNT; n++)
        zones[n].measured = !status;
    return status;
}

abl_status abl_zones_measure(abl_zone zones[ABL_ZONE_COUNT],
                             const abl_structures *structures,
                             const abl_findings *findings, size_t index,
                             abl_error *err)
{
    static const double margins[ABL_ZONE_COUNT] = {ABL_ZONE_LEAST_MM,
                                                   ABL_ZONE_AIM_MM};
    memset(zones, 0, ABL_ZONE_COUNT * sizeof *zones);
    for (int n = 0; n < ABL_ZONE_COUNT; n++) {
        zones[n].margin_mm = margins[n];
        zones[n].why_not = "the lesion has no inside";
    }
    if (index >= structures->lesion_count || index >= findings->lesion_count)
        return abl_error_set(err, ABL_E_INVALID, "there is no lesion %zu",
                             index + 1);
    abl_zone_work work;
    abl_status status =
        abl_zone_work_open(&work, structures, findings, index, err);
    if (!status && work.away)
        status = measure_zones(zones, &work, err);
    abl_zone_work_clear(&work);
    return status;
}
