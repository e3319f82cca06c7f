/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/phantom_paint.h"

#include <math.h>
#include <string.h>

static const double leaf_mm = 0.5, unsure_mm = 0.2;
/* Bend against slope of a field below which one fit serves a voxel, and
 * below which it serves a block of voxels. */
static const double crooked_bend = 0.25, flat_bend = 0.12;

/* A box of voxels (or of a part of one) in index units. */
typedef struct cell {
    double lo[3], hi[3];
} cell;

uint64_t abl_phantom_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static double lattice(uint64_t seed, const int64_t base[3], unsigned corner)
{
    static const uint64_t odd[3] = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu,
                                    0x165667b19e3779f9u};
    uint64_t hash = seed;
    for (unsigned a = 0; a < 3; a++)
        hash += ((uint64_t)base[a] + ((corner >> a) & 1u)) * odd[a];
    return (double)(abl_phantom_mix(hash) >> 40) / 8388608.0 - 1;
}

/* Smoothly interpolated random values in -1..1 on a lattice of one unit. */
static double value_noise(uint64_t seed, const double at[3])
{
    int64_t base[3];
    double t[3], sum = 0;
    for (int a = 0; a < 3; a++) {
        base[a] = (int64_t)at[a] - (at[a] < 0);
        t[a] = at[a] - (double)base[a];
        t[a] = t[a] * t[a] * (3 - 2 * t[a]);
    }
    for (unsigned corner = 0; corner < 8; corner++) {
        double weight = 1;
        for (unsigned a = 0; a < 3; a++)
            weight *= (corner >> a) & 1u ? t[a] : 1 - t[a];
        sum += weight * lattice(seed, base, corner);
    }
    return sum;
}

static double texture_at(const abl_phantom_part *part, uint64_t seed,
                         const double lps[3])
{
    double wide[3], fine[3];
    for (int a = 0; a < 3; a++) {
        wide[a] = lps[a] / part->texture_mm;
        fine[a] = wide[a] * 2.3 + 17.5;
    }
    return part->texture_hu *
           (value_noise(seed, wide) + 0.5 * value_noise(seed + 1, fine));
}

static double half_diagonal(const abl_canvas *c, const cell *box)
{
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        double side = (box->hi[a] - box->lo[a]) * c->grid->spacing_mm[a];
        sum += side * side;
    }
    return sqrt(sum) / 2;
}

static double value_at_centre(const abl_canvas *c, size_t solid,
                              const cell *box)
{
    double ijk[3], lps[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = (box->lo[a] + box->hi[a]) / 2;
    abl_grid_to_lps(lps, c->grid, ijk);
    return abl_solid_value(&c->phantom->solids, solid, lps);
}

static int longest_axis(const abl_canvas *c, const cell *box)
{
    int longest = 0;
    double most = 0;
    for (int a = 0; a < 3; a++) {
        double side = (box->hi[a] - box->lo[a]) * c->grid->spacing_mm[a];
        if (side > most * 1.0001) {
            most = side;
            longest = a;
        }
    }
    return longest;
}

static double fade(double value, double edge_mm)
{
    if (edge_mm > 0)
        return fmin(fmax(0.5 - value / edge_mm, 0), 1);
    return value < 0 ? 1 : 0;
}

/* The field in a cell as a second-order polynomial in offsets of -1..1 half
 * cells; cross is of axes 1 and 2, 2 and 0, 0 and 1. */
typedef struct local_field {
    double middle, slope[3], bend[3], cross[3];
} local_field;

static double value_at_offset(const abl_canvas *c, size_t solid,
                              const cell *box, const double offset[3])
{
    double ijk[3], lps[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = (box->lo[a] + box->hi[a]) / 2 +
                 offset[a] * (box->hi[a] - box->lo[a]) / 2;
    abl_grid_to_lps(lps, c->grid, ijk);
    return abl_solid_value(&c->phantom->solids, solid, lps);
}

static local_field fit_field(const abl_canvas *c, size_t solid, const cell *box,
                             double middle)
{
    local_field field = {.middle = middle};
    for (int a = 0; a < 3; a++) {
        double offset[3] = {0, 0, 0};
        offset[a] = -1;
        double low = value_at_offset(c, solid, box, offset);
        offset[a] = 1;
        double high = value_at_offset(c, solid, box, offset);
        field.slope[a] = (high - low) / 2;
        field.bend[a] = (high + low) / 2 - middle;
    }
    return field;
}

static void fit_cross(local_field *field, const abl_canvas *c, size_t solid,
                      const cell *box)
{
    for (int a = 0; a < 3; a++) {
        int b = (a + 1) % 3, d = (a + 2) % 3;
        double offset[3] = {1, 1, 1};
        offset[a] = 0;
        field->cross[a] = value_at_offset(c, solid, box, offset) -
                          field->middle - field->slope[b] - field->bend[b] -
                          field->slope[d] - field->bend[d];
    }
}

/* Whether the surface is far beyond what the fit can be wrong. */
static double field_reach(const local_field *field)
{
    double reach = 0;
    for (int a = 0; a < 3; a++)
        reach += fabs(field->slope[a]) + 2 * fabs(field->bend[a]) +
                 fabs(field->cross[a]);
    return 1.2 * reach;
}

static double bend_share(const local_field *field)
{
    double bend = 0, slope = 0;
    for (int a = 0; a < 3; a++) {
        bend += fabs(field->bend[a]);
        slope += fabs(field->slope[a]);
    }
    return slope > 0 ? bend / slope : INFINITY;
}

static double sample_field(const local_field *field, double edge_mm)
{
    enum {
        STEPS = 6
    };
    double along[3][STEPS], at[STEPS], sum = 0;
    for (int n = 0; n < STEPS; n++)
        at[n] = (2 * n + 1.0) / STEPS - 1;
    for (int a = 0; a < 3; a++)
        for (int n = 0; n < STEPS; n++)
            along[a][n] = (field->slope[a] + field->bend[a] * at[n]) * at[n];
    for (int k = 0; k < STEPS; k++)
        for (int j = 0; j < STEPS; j++) {
            double start = field->middle + along[1][j] + along[2][k] +
                           field->cross[0] * at[j] * at[k];
            double tilt = field->cross[1] * at[k] + field->cross[2] * at[j];
            for (int i = 0; i < STEPS; i++)
                sum += fade(start + along[0][i] + tilt * at[i], edge_mm);
        }
    return sum / (STEPS * STEPS * STEPS);
}

/* The share of a voxel that a part fills: from the field's polynomial where
 * it is flat enough, else by halving, down to leaf_mm. */
static double coverage(const abl_canvas *c, const abl_phantom_part *part,
                       const cell *box, double value)
{
    double reach = half_diagonal(c, box) + part->edge_mm / 2;
    if (fabs(value) > reach)
        return value > 0 ? 0 : 1;
    local_field field = fit_field(c, part->solid, box, value);
    if (fabs(value) > field_reach(&field) + part->edge_mm / 2)
        return value > 0 ? 0 : 1;
    int axis = longest_axis(c, box);
    double side = (box->hi[axis] - box->lo[axis]) * c->grid->spacing_mm[axis];
    if (side <= leaf_mm || bend_share(&field) < crooked_bend)
        return sample_field(&field, part->edge_mm);
    cell half[2] = {*box, *box};
    half[0].hi[axis] = half[1].lo[axis] = (box->lo[axis] + box->hi[axis]) / 2;
    double share = 0;
    for (int n = 0; n < 2; n++)
        share += coverage(c, part, half + n,
                          value_at_centre(c, part->solid, half + n)) /
                 2;
    return share;
}

static void blend(const abl_canvas *c, const abl_phantom_part *part, size_t i,
                  size_t j, double share)
{
    double hu = part->hu;
    if (part->texture_hu > 0) {
        double lps[3];
        abl_grid_to_lps(lps, c->grid,
                        (double[3]){(double)i, (double)j, (double)c->k});
        hu += texture_at(part, c->seed + 97 * part->solid, lps);
    }
    float *to = c->values + j * c->grid->size[0] + i;
    *to = (float)((double)*to + share * (hu - (double)*to));
}

static void set_label(const abl_canvas *c, const abl_phantom_part *part,
                      size_t i, size_t j)
{
    if (c->labels && part->label != ABL_PHANTOM_KEEP_LABEL)
        c->labels[j * c->grid->size[0] + i] = (uint8_t)part->label;
}

static void fill_box(const abl_canvas *c, const abl_phantom_part *part,
                     const cell *box)
{
    for (size_t j = (size_t)(box->lo[1] + 0.5); (double)j < box->hi[1]; j++)
        for (size_t i = (size_t)(box->lo[0] + 0.5); (double)i < box->hi[0];
             i++) {
            blend(c, part, i, j, 1);
            set_label(c, part, i, j);
        }
}

static void put_share(const abl_canvas *c, const abl_phantom_part *part,
                      size_t i, size_t j, double share)
{
    if (share > 0)
        blend(c, part, i, j, share);
}

static void paint_voxel(const abl_canvas *c, const abl_phantom_part *part,
                        const cell *box, double value)
{
    size_t i = (size_t)(box->lo[0] + 0.5), j = (size_t)(box->lo[1] + 0.5);
    put_share(c, part, i, j, coverage(c, part, box, value));
    if (value < 0)
        set_label(c, part, i, j);
}

/* The field of one voxel of a block, seen from that voxel. */
static local_field shift_field(const local_field *block, const double at[2],
                               const double scale[2])
{
    local_field field = *block;
    field.middle += block->cross[2] * at[0] * at[1];
    field.slope[2] += block->cross[1] * at[0] + block->cross[0] * at[1];
    for (int a = 0; a < 2; a++) {
        field.middle += (block->slope[a] + block->bend[a] * at[a]) * at[a];
        field.slope[a] +=
            2 * block->bend[a] * at[a] + block->cross[2] * at[1 - a];
        field.slope[a] *= scale[a];
        field.bend[a] *= scale[a] * scale[a];
    }
    field.cross[0] *= scale[1];
    field.cross[1] *= scale[0];
    field.cross[2] *= scale[0] * scale[1];
    return field;
}

static double share_of(const local_field *field, double edge_mm)
{
    if (fabs(field->middle) > field_reach(field) + edge_mm / 2)
        return field->middle > 0 ? 0 : 1;
    return sample_field(field, edge_mm);
}

/* The fit decides where it is sure, else the solid itself. */
static bool is_centre_inside(const abl_canvas *c, const abl_phantom_part *part,
                             const local_field *field, size_t i, size_t j)
{
    if (fabs(field->middle) > unsure_mm)
        return field->middle < 0;
    double lps[3];
    abl_grid_to_lps(lps, c->grid,
                    (double[3]){(double)i, (double)j, (double)c->k});
    return abl_solid_value(&c->phantom->solids, part->solid, lps) < 0;
}

/* A few voxels whose surface is all but flat, from one fit. */
static bool paint_flat_block(const abl_canvas *c, const abl_phantom_part *part,
                             const cell *box, double value)
{
    const double count[2] = {box->hi[0] - box->lo[0], box->hi[1] - box->lo[1]};
    local_field block = fit_field(c, part->solid, box, value);
    if (bend_share(&block) > flat_bend)
        return false;
    fit_cross(&block, c, part->solid, box);
    for (size_t j = 0; (double)j + 0.5 < count[1]; j++)
        for (size_t i = 0; (double)i + 0.5 < count[0]; i++) {
            const double scale[2] = {1 / count[0], 1 / count[1]};
            const double at[2] = {(2 * (double)i + 1) * scale[0] - 1,
                                  (2 * (double)j + 1) * scale[1] - 1};
            const local_field field = shift_field(&block, at, scale);
            size_t to_i = i + (size_t)(box->lo[0] + 0.5);
            size_t to_j = j + (size_t)(box->lo[1] + 0.5);
            put_share(c, part, to_i, to_j, share_of(&field, part->edge_mm));
            if (is_centre_inside(c, part, &field, to_i, to_j))
                set_label(c, part, to_i, to_j);
        }
    return true;
}

/* @p box has whole voxels of one slice: fill it, skip it, or halve it. */
static void paint_box(const abl_canvas *c, const abl_phantom_part *part,
                      const cell *box)
{
    double value = value_at_centre(c, part->solid, box);
    double reach = half_diagonal(c, box) + part->edge_mm / 2;
    if (value > reach)
        return;
    if (value < -reach) {
        fill_box(c, part, box);
        return;
    }
    double wide = box->hi[0] - box->lo[0], high = box->hi[1] - box->lo[1];
    if (wide < 1.5 && high < 1.5) {
        paint_voxel(c, part, box, value);
        return;
    }
    if (wide < 4.5 && high < 4.5 && wide * high > 3.5 &&
        paint_flat_block(c, part, box, value))
        return;
    int axis = wide >= high ? 0 : 1;
    double half = floor((axis == 0 ? wide : high) / 2 + 0.25);
    cell low = *box, rest = *box;
    low.hi[axis] = rest.lo[axis] = box->lo[axis] + half;
    paint_box(c, part, &low);
    paint_box(c, part, &rest);
}

/* The voxels of this slice that the bounds of a part may touch. */
static bool bound_part(cell *box, const abl_canvas *c,
                       const abl_phantom_part *part)
{
    const abl_solid_node *node = c->phantom->solids.nodes + part->solid;
    double lo[3] = {INFINITY, INFINITY, INFINITY};
    double hi[3] = {-INFINITY, -INFINITY, -INFINITY};
    for (unsigned corner = 0; corner < 8; corner++) {
        double lps[3], ijk[3];
        for (unsigned a = 0; a < 3; a++) {
            double side = (corner >> a) & 1u ? node->hi[a] : node->lo[a];
            lps[a] = fmin(fmax(side, -1e5), 1e5);
        }
        abl_grid_to_ijk(ijk, c->grid, lps);
        for (int a = 0; a < 3; a++) {
            lo[a] = fmin(lo[a], ijk[a]);
            hi[a] = fmax(hi[a], ijk[a]);
        }
    }
    const double at = (double)c->k;
    double fade_k = part->edge_mm / c->grid->spacing_mm[2];
    if (lo[2] - fade_k > at + 0.5 || hi[2] + fade_k < at - 0.5)
        return false;
    box->lo[2] = at - 0.5;
    box->hi[2] = at + 0.5;
    for (int a = 0; a < 2; a++) {
        double margin = 1 + part->edge_mm / c->grid->spacing_mm[a];
        double end = (double)c->grid->size[a];
        box->lo[a] = fmax(floor(lo[a] - margin), 0) - 0.5;
        box->hi[a] = fmin(ceil(hi[a] + margin) + 1, end) - 0.5;
        if (!(box->hi[a] > box->lo[a]))
            return false;
    }
    return true;
}

void abl_phantom_paint(const abl_canvas *c)
{
    size_t count = c->grid->size[0] * c->grid->size[1];
    for (size_t n = 0; n < count; n++)
        c->values[n] = (float)c->phantom->background_hu;
    if (c->labels)
        memset(c->labels, 0, count);
    for (size_t p = 0; p < c->phantom->part_count; p++) {
        const abl_phantom_part *part = c->phantom->parts + p;
        cell box;
        if (bound_part(&box, c, part))
            paint_box(c, part, &box);
    }
}
