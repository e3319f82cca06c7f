/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/clearance.h"

#include <math.h>
#include <string.h>

#include "imaging/point.h"

#define MAX_SLIDES   40
#define SLIDE_END_MM 1e-4
/* How far, in voxels, the true nearest points may lie from the nearest of the
 * surface's points; beyond, a field may hold ripples that are no surface. */
#define SLIDE_VOXELS 0.75

abl_status abl_shape_create(abl_shape *out, const abl_volume *field,
                            double edge_sd_mm, abl_error *err)
{
    *out = (abl_shape){.field = field, .edge_sd_mm = edge_sd_mm};
    abl_status status = abl_surface_create(&out->surface, field, err);
    if (!status)
        status = abl_point_index_create(
            &out->index, (const double(*)[3])out->surface->points_lps,
            out->surface->count, err);
    if (status)
        abl_shape_clear(out);
    return status;
}

static double label_step_mm(const abl_shape *shape, const double unit_lps[3])
{
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        double along = unit_lps ? 0 : 1;
        for (int r = 0; r < 3 && unit_lps; r++)
            along += shape->field->grid.direction[r][a] * unit_lps[r];
        sum += along * along * shape->label_mm[a] * shape->label_mm[a];
    }
    return sqrt(sum);
}

abl_edge abl_shape_edge(const abl_shape *shape, const double unit_lps[3])
{
    const abl_grid *grid = &shape->field->grid;
    abl_edge out = {.sd_mm = shape->edge_sd_mm};
    out.label_mm = sqrt(shape->label_mm[0] * shape->label_mm[1]);
    out.step_mm = out.label_mm > 0 ? label_step_mm(shape, unit_lps)
                  : unit_lps       ? abl_grid_step_along_mm(grid, unit_lps)
                                   : 2 * abl_grid_half_diagonal_mm(grid);
    return out;
}

void abl_shape_clear(abl_shape *shape)
{
    abl_surface_destroy(shape->surface);
    abl_point_index_destroy(shape->index);
    memset(shape, 0, sizeof *shape);
}

/* ---- Sliding one end of a distance along its surface ---- */

static double smallest_step(const abl_grid *grid)
{
    return fmin(grid->spacing_mm[0],
                fmin(grid->spacing_mm[1], grid->spacing_mm[2]));
}

static bool lies_between_centres(const abl_grid *grid, const double lps[3])
{
    double ijk[3];
    abl_grid_to_ijk(ijk, grid, lps);
    for (int a = 0; a < 3; a++)
        if (!(ijk[a] >= 0 && ijk[a] <= (double)(grid->size[a] - 1)))
            return false;
    return true;
}

/* Gradient per mm in LPS, by central differences of half a voxel. */
static void find_gradient(double out[3], const abl_volume *field,
                          const double lps[3])
{
    const double h = 0.5 * smallest_step(&field->grid);
    for (int a = 0; a < 3; a++) {
        double low[3], high[3];
        memcpy(low, lps, sizeof low);
        memcpy(high, lps, sizeof high);
        low[a] -= h;
        high[a] += h;
        out[a] = (abl_field_sample_lps(field, high) -
                  abl_field_sample_lps(field, low)) /
                 (2 * h);
    }
}

/* Moves a point that is near the surface onto it; false when it cannot be
 * done within a voxel. */
static bool drop_onto_surface(double lps[3], const abl_volume *field)
{
    const double limit = smallest_step(&field->grid);
    for (int round = 0; round < 4; round++) {
        double gradient[3];
        find_gradient(gradient, field, lps);
        const double g2 = gradient[0] * gradient[0] +
                          gradient[1] * gradient[1] + gradient[2] * gradient[2];
        const double value = abl_field_sample_lps(field, lps);
        if (!(g2 > 0) || !(fabs(value) <= limit * sqrt(g2)))
            return false;
        if (fabs(value) < SLIDE_END_MM * sqrt(g2))
            break;
        for (int a = 0; a < 3; a++)
            lps[a] -= gradient[a] * value / g2;
    }
    return lies_between_centres(&field->grid, lps);
}

/* One move of @p end along its surface towards @p aim, not far from @p start;
 * the gain in mm. */
static double slide_once(double end[3], const abl_volume *field,
                         const double start[3], const double aim[3])
{
    double n[3], t[3], along = 0, g2 = 0, length = 0;
    find_gradient(n, field, end);
    for (int a = 0; a < 3; a++) {
        g2 += n[a] * n[a];
        along += n[a] * (aim[a] - end[a]);
    }
    if (!(g2 > 0))
        return 0;
    for (int a = 0; a < 3; a++) {
        t[a] = aim[a] - end[a] - n[a] * along / g2;
        length += t[a] * t[a];
    }
    length = sqrt(length);
    const double before = abl_point_distance_mm(end, aim);
    const double reach = SLIDE_VOXELS * smallest_step(&field->grid);
    double step = fmin(1.0, smallest_step(&field->grid) / fmax(length, 1e-9));
    for (int cut = 0; cut < 5; cut++, step *= 0.5) {
        double next[3];
        for (int a = 0; a < 3; a++)
            next[a] = end[a] + step * t[a];
        if (!drop_onto_surface(next, field) ||
            abl_point_distance_mm(next, start) > reach)
            continue;
        const double gain = before - abl_point_distance_mm(next, aim);
        if (gain > 0) {
            memcpy(end, next, sizeof next);
            return gain;
        }
    }
    return 0;
}

/* @p a may be NULL: that end stays. */
static double slide(double from[3], double to[3], const abl_volume *a,
                    const abl_volume *b)
{
    double start_from[3], start_to[3];
    memcpy(start_from, from, sizeof start_from);
    memcpy(start_to, to, sizeof start_to);
    for (int n = 0; n < MAX_SLIDES; n++) {
        double gain = slide_once(to, b, start_to, from);
        if (a)
            gain += slide_once(from, a, start_from, to);
        if (gain < SLIDE_END_MM)
            break;
    }
    return abl_point_distance_mm(from, to);
}

/* ---- Distances ---- */

static bool is_ready(const abl_shape *shape)
{
    return shape->surface && shape->surface->count > 0;
}

static bool lies_in_grid(const abl_volume *field, const double lps[3])
{
    return abl_volume_contains_lps(field, lps);
}

static bool boxes_meet(const abl_surface *a, const abl_surface *b,
                       double margin_mm)
{
    for (int axis = 0; axis < 3; axis++)
        if (a->lo_lps[axis] > b->hi_lps[axis] + margin_mm ||
            b->lo_lps[axis] > a->hi_lps[axis] + margin_mm)
            return false;
    return true;
}

static bool is_closed(const abl_surface *surface)
{
    for (int a = 0; a < 3; a++)
        if (surface->is_open[a][0] || surface->is_open[a][1])
            return false;
    return true;
}

/* The surface point of @p a with the greatest value of sign * field b; a
 * point outside b's grid counts as background. False when there is none
 * above 0. */
static bool find_deepest(double lps[3], const abl_shape *a, const abl_shape *b,
                         double sign)
{
    double most = 0;
    bool found = false;
    if (sign > 0 && is_closed(b->surface) &&
        !boxes_meet(a->surface, b->surface, 0))
        return false;
    for (size_t n = 0; n < a->surface->count; n++) {
        const double *point = a->surface->points_lps[n];
        if (!lies_in_grid(b->field, point)) {
            if (sign < 0 && is_closed(b->surface) && !found) {
                memcpy(lps, point, 3 * sizeof *lps);
                found = true;
            }
            continue;
        }
        const double value = sign * abl_field_sample_lps(b->field, point);
        if (value > most) {
            most = value;
            memcpy(lps, point, 3 * sizeof *lps);
            found = true;
        }
    }
    return found;
}

static void fill_segment(abl_segment *out, const abl_shape *a,
                         const abl_shape *b, double mm)
{
    double unit[3];
    for (int axis = 0; axis < 3; axis++)
        unit[axis] =
            mm > 0 ? (out->to_lps[axis] - out->from_lps[axis]) / mm : 0;
    const double *along = mm > 0 ? unit : NULL;
    const abl_edge edges[2] = {abl_shape_edge(a, along),
                               abl_shape_edge(b, along)};
    out->mm = (abl_value){true, mm, abl_uncertainty_of_distance(edges), NULL};
}

static bool start_segment(abl_segment *out, const abl_shape *a,
                          const abl_shape *b)
{
    memset(out, 0, sizeof *out);
    if (is_ready(a) && is_ready(b))
        return true;
    out->mm.why_not = "it has no surface in this scan";
    return false;
}

static void touch(abl_segment *out, const abl_shape *a, const abl_shape *b)
{
    memcpy(out->to_lps, out->from_lps, sizeof out->to_lps);
    fill_segment(out, a, b, 0);
}

static void measure_pair(abl_segment *out, const abl_shape *a,
                         const abl_shape *b)
{
    (void)abl_point_index_nearest(a->index, b->index, HUGE_VAL, out->from_lps,
                                  out->to_lps);
    fill_segment(out, a, b,
                 slide(out->from_lps, out->to_lps, a->field, b->field));
}

void abl_clearance_between(abl_segment *out, const abl_shape *a,
                           const abl_shape *b)
{
    if (!start_segment(out, a, b))
        return;
    if (find_deepest(out->from_lps, a, b, 1) ||
        (boxes_meet(a->surface, b->surface, 0) &&
         find_deepest(out->from_lps, b, a, 1)))
        touch(out, a, b);
    else
        measure_pair(out, a, b);
}

void abl_clearance_inside(abl_segment *out, const abl_shape *inner,
                          const abl_shape *outer)
{
    if (!start_segment(out, inner, outer))
        return;
    if (find_deepest(out->from_lps, inner, outer, -1))
        touch(out, inner, outer);
    else
        measure_pair(out, inner, outer);
    out->mm.uncertainty *= inner->label_mm[0] > 0 && outer->label_mm[0] > 0
                               ? ABL_DEPTH_SD_RATIO_LABELS
                               : ABL_DEPTH_SD_RATIO;
}

/* An end that slides farther than points lie apart has left the part: then it
 * stays where it was. */
static double slide_near_part(abl_segment *out, const abl_shape *a,
                              const abl_shape *b)
{
    const abl_segment start = *out;
    const double mm = slide(out->from_lps, out->to_lps, a->field, b->field);
    if (abl_point_distance_mm(out->to_lps, start.to_lps) <=
        1.5 * smallest_step(&b->field->grid))
        return mm;
    *out = start;
    return slide(out->to_lps, out->from_lps, NULL, a->field);
}

void abl_clearance_to_part(abl_segment *out, const abl_shape *a,
                           const abl_point_index *part, const abl_shape *b)
{
    if (!start_segment(out, a, b) || !abl_point_index_count(part)) {
        out->mm.why_not = "it has no surface in this scan";
        return;
    }
    (void)abl_point_index_nearest(a->index, part, HUGE_VAL, out->from_lps,
                                  out->to_lps);
    const bool overlaps = (lies_in_grid(a->field, out->to_lps) &&
                           abl_field_sample_lps(a->field, out->to_lps) > 0) ||
                          (lies_in_grid(b->field, out->from_lps) &&
                           abl_field_sample_lps(b->field, out->from_lps) > 0);
    if (overlaps)
        touch(out, a, b);
    else
        fill_segment(out, a, b, slide_near_part(out, a, b));
}

void abl_clearance_from_patch(abl_segment *out, const abl_point_index *patch,
                              const abl_shape *of, const abl_shape *to)
{
    if (!start_segment(out, of, to) || !abl_point_index_count(patch)) {
        out->mm.why_not = "there is no surface to measure from";
        return;
    }
    const double reach = abl_point_index_nearest(patch, to->index, HUGE_VAL,
                                                 out->from_lps, out->to_lps);
    const bool is_inside = lies_in_grid(to->field, out->from_lps) &&
                           abl_field_sample_lps(to->field, out->from_lps) > 0;
    if (is_inside || !(reach > 0))
        touch(out, of, to);
    else
        fill_segment(out, of, to,
                     slide(out->from_lps, out->to_lps, NULL, to->field));
}
