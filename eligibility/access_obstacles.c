/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "eligibility/access_distance.h"
#include "eligibility/access_map.h"

/* Marks a sample outside a field's voxels. */
#define BEYOND (-FLT_MAX)

bool abl_grid_overlap(size_t lo[3], size_t hi[3], const abl_grid *grid,
                      const abl_grid *field)
{
    double low[3] = {DBL_MAX, DBL_MAX, DBL_MAX};
    double high[3] = {-DBL_MAX, -DBL_MAX, -DBL_MAX};
    for (unsigned corner = 0; corner < 8; corner++) {
        double at[3], lps[3], ijk[3];
        for (unsigned a = 0; a < 3; a++)
            at[a] = (corner >> a) & 1u ? (double)field->size[a] - 0.5 : -0.5;
        abl_grid_to_lps(lps, field, at);
        abl_grid_to_ijk(ijk, grid, lps);
        for (int a = 0; a < 3; a++) {
            low[a] = fmin(low[a], ijk[a]);
            high[a] = fmax(high[a], ijk[a]);
        }
    }
    for (int a = 0; a < 3; a++) {
        const double top = (double)(grid->size[a] - 1);
        if (!(high[a] >= 0 && low[a] <= top))
            return false;
        lo[a] = (size_t)fmax(0, floor(low[a]));
        hi[a] = (size_t)fmin(top, ceil(high[a]));
    }
    return true;
}

double abl_grid_sample_f32(const abl_grid *grid, const float *values,
                           const double ijk[3])
{
    size_t base[3], next[3];
    double w[3];
    for (int a = 0; a < 3; a++) {
        const double top = (double)(grid->size[a] - 1);
        double at = ijk[a] > 0 ? ijk[a] : 0;
        at = at < top ? at : top;
        base[a] = (size_t)(ptrdiff_t)at; /* one instruction, unlike size_t */
        next[a] = base[a] + (base[a] + 1 < grid->size[a] ? 1 : 0);
        w[a] = at - (double)base[a];
    }
    double plane[2];
    for (int k = 0; k < 2; k++) {
        const size_t slice = (k ? next[2] : base[2]) * grid->size[1];
        const float *r0 = values + (slice + base[1]) * grid->size[0];
        const float *r1 = values + (slice + next[1]) * grid->size[0];
        const double a0 =
            (double)r0[base[0]] * (1 - w[0]) + (double)r0[next[0]] * w[0];
        const double a1 =
            (double)r1[base[0]] * (1 - w[0]) + (double)r1[next[0]] * w[0];
        plane[k] = a0 * (1 - w[1]) + a1 * w[1];
    }
    return plane[0] * (1 - w[2]) + plane[1] * w[2];
}

static bool shares_axes(const abl_grid *a, const abl_grid *b)
{
    for (int axis = 0; axis < 3; axis++)
        for (int r = 0; r < 3; r++)
            if (fabs(a->direction[r][axis] - b->direction[r][axis]) > 1e-6)
                return false;
    return true;
}

/* Where the grid's voxels fall on one axis of the field. */
typedef struct axis_taps {
    size_t *base, *next;
    float *weight;
    bool *inside;
} axis_taps;

static bool taps_create(axis_taps *taps, const abl_grid *grid,
                        const abl_grid *field, int axis)
{
    const size_t n = grid->size[axis];
    taps->base = malloc(n * sizeof *taps->base);
    taps->next = malloc(n * sizeof *taps->next);
    taps->weight = malloc(n * sizeof *taps->weight);
    taps->inside = malloc(n * sizeof *taps->inside);
    if (!taps->base || !taps->next || !taps->weight || !taps->inside)
        return false;
    double ijk[3];
    abl_grid_to_ijk(ijk, field, grid->origin_lps);
    const double ratio = grid->spacing_mm[axis] / field->spacing_mm[axis];
    const double top = (double)(field->size[axis] - 1);
    for (size_t n_at = 0; n_at < n; n_at++) {
        const double at = ijk[axis] + ratio * (double)n_at;
        const double x = fmin(fmax(at, 0), top);
        taps->inside[n_at] = at >= -0.5 && at <= top + 0.5;
        taps->base[n_at] = (size_t)x;
        taps->next[n_at] = taps->base[n_at] + (x < top ? 1 : 0);
        taps->weight[n_at] = (float)(x - (double)taps->base[n_at]);
    }
    return true;
}

static void taps_clear(axis_taps *taps)
{
    free(taps->base);
    free(taps->next);
    free(taps->weight);
    free(taps->inside);
}

static void sample_row(float *out, const abl_volume *field,
                       const axis_taps taps[3], const size_t at[2],
                       size_t count)
{
    const abl_grid *g = &field->grid;
    const size_t j = at[0], k = at[1];
    const size_t js[2] = {taps[1].base[j], taps[1].next[j]};
    const size_t ks[2] = {taps[2].base[k], taps[2].next[k]};
    const float wj = taps[1].weight[j], wk = taps[2].weight[k];
    const float w[4] = {(1 - wj) * (1 - wk), wj * (1 - wk), (1 - wj) * wk,
                        wj * wk};
    const float *row[4];
    for (unsigned n = 0; n < 4; n++)
        row[n] = (const float *)field->data +
                 abl_grid_offset(g, 0, js[n & 1], ks[n >> 1]);
    for (size_t i = 0; i < count; i++) {
        if (!taps[0].inside[i])
            continue;
        const size_t a = taps[0].base[i], b = taps[0].next[i];
        const float low = w[0] * row[0][a] + w[1] * row[1][a] +
                          w[2] * row[2][a] + w[3] * row[3][a];
        const float high = w[0] * row[0][b] + w[1] * row[1][b] +
                           w[2] * row[2][b] + w[3] * row[3][b];
        out[i] = low + (high - low) * taps[0].weight[i];
    }
}

static bool sample_aligned(float *out, const abl_grid *grid,
                           const abl_volume *field)
{
    axis_taps taps[3] = {{0}};
    bool good = true;
    for (int a = 0; a < 3; a++)
        good = taps_create(&taps[a], grid, &field->grid, a) && good;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; good && j < grid->size[1]; j++)
            if (taps[1].inside[j] && taps[2].inside[k])
                sample_row(out + abl_grid_offset(grid, 0, j, k), field, taps,
                           (const size_t[2]){j, k}, grid->size[0]);
    for (int a = 0; a < 3; a++)
        taps_clear(&taps[a]);
    return good;
}

static void sample_oblique(float *out, const abl_grid *grid,
                           const abl_volume *field)
{
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, grid, ijk);
                if (abl_volume_contains_lps(field, lps))
                    out[abl_grid_offset(grid, i, j, k)] =
                        (float)abl_volume_sample_lps(field, lps);
            }
}

void abl_field_sample_grid(float *out, const abl_grid *grid,
                           const abl_volume *field, float outside)
{
    const size_t count = abl_grid_voxels(grid);
    for (size_t n = 0; n < count; n++)
        out[n] = outside;
    /* The slow way needs no memory. */
    if (!shares_axes(grid, &field->grid) || !sample_aligned(out, grid, field))
        sample_oblique(out, grid, field);
}

/* How far along one axis the surface is, towards the nearer outside
 * neighbour; 0 when neither neighbour is outside. */
static double crossing_mm(const float *f, ptrdiff_t stride, bool has_low,
                          bool has_high, double spacing)
{
    double nearest = 0;
    for (int side = 0; side < 2; side++) {
        const bool has = side ? has_high : has_low;
        const float there = has ? f[side ? stride : -stride] : BEYOND;
        if (there > 0)
            continue;
        double t = 0.5;
        if (there != BEYOND)
            t = (double)f[0] / ((double)f[0] - (double)there);
        if (nearest == 0 || t * spacing < nearest)
            nearest = fmax(t * spacing, 1e-3);
    }
    return nearest;
}

/* Depth of an inside voxel below the plane through its axis crossings. */
static double depth_mm(const float *f, const abl_grid *box, const size_t at[3])
{
    const ptrdiff_t stride[3] = {1, (ptrdiff_t)box->size[0],
                                 (ptrdiff_t)(box->size[0] * box->size[1])};
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        const double mm =
            crossing_mm(f, stride[a], at[a] > 0, at[a] + 1 < box->size[a],
                        box->spacing_mm[a]);
        if (mm > 0)
            sum += 1 / (mm * mm);
    }
    return sum > 0 ? 1 / sqrt(sum) : 2 * abl_grid_half_diagonal_mm(box);
}

typedef struct seeds {
    const abl_grid *grid;
    double axial_scale;
    uint8_t *id;
    float *depth_mm;
} seeds;

static void mark_row(const seeds *s, const float *values, const abl_grid *box,
                     const size_t lo[3], const size_t at[2],
                     const abl_obstacle *obstacle)
{
    for (size_t i = 0; i < box->size[0]; i++) {
        const size_t here[3] = {i, at[0], at[1]};
        const float *f = values + abl_grid_offset(box, i, at[0], at[1]);
        if (!(*f > 0))
            continue;
        const size_t n =
            abl_grid_offset(s->grid, lo[0] + i, lo[1] + at[0], lo[2] + at[1]);
        const float depth = (float)depth_mm(f, box, here);
        if (s->id[n] && depth <= s->depth_mm[n])
            continue;
        const bool has_own = obstacle->ids && obstacle->ids[n];
        s->id[n] = has_own ? obstacle->ids[n] : obstacle->id;
        s->depth_mm[n] = depth;
    }
}

static abl_status mark_obstacle(const seeds *s, const abl_obstacle *obstacle,
                                abl_error *err)
{
    size_t lo[3], hi[3], size[3];
    if (!obstacle->field ||
        !abl_grid_overlap(lo, hi, s->grid, &obstacle->field->grid))
        return ABL_OK;
    for (int a = 0; a < 3; a++)
        size[a] = hi[a] - lo[a] + 1;
    abl_grid box;
    abl_status status = abl_grid_crop(&box, s->grid, lo, size, err);
    if (status)
        return status;
    float *values = malloc(abl_grid_voxels(&box) * sizeof *values);
    if (!values)
        return abl_error_set(err, ABL_E_NOMEM, "no memory for an obstacle map");
    abl_field_sample_grid(values, &box, obstacle->field, BEYOND);
    box.spacing_mm[2] *= s->axial_scale;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < box.size[2]; k++)
        for (size_t j = 0; j < box.size[1]; j++)
            mark_row(s, values, &box, lo, (const size_t[2]){j, k}, obstacle);
    free(values);
    return ABL_OK;
}

/* Turns the seeds into signed distances and names, in place of square. */
static void finish_map(abl_obstacle_map *map, const seeds *s,
                       const int32_t *nearest)
{
    const size_t count = abl_grid_voxels(&map->grid);
#pragma omp parallel for schedule(static)
    for (size_t n = 0; n < count; n++) {
        const int32_t seed = nearest[n];
        map->id[n] = seed < 0 ? 0 : s->id[seed];
        map->mm[n] = seed < 0 ? ABL_OBSTACLE_NONE_MM
                              : sqrtf(map->mm[n]) - s->depth_mm[seed];
    }
}

static bool has_seed(const uint8_t *id, size_t count)
{
    size_t n = 0;
    while (n < count && !id[n])
        n++;
    return n < count;
}

static void fill_none(abl_obstacle_map *map)
{
    const size_t voxels = abl_grid_voxels(&map->grid);
    for (size_t n = 0; n < voxels; n++)
        map->mm[n] = ABL_OBSTACLE_NONE_MM;
}

static abl_status find_nearest(abl_obstacle_map *out, const seeds *s,
                               int32_t *nearest, abl_error *err)
{
    abl_grid scaled = out->grid;
    scaled.spacing_mm[2] *= out->axial_scale;
    abl_status status =
        abl_access_nearest(nearest, out->mm, &scaled, s->id, err);
    if (!status)
        finish_map(out, s, nearest);
    return status;
}

abl_status abl_obstacle_map_create(abl_obstacle_map *out, const abl_grid *grid,
                                   double axial_scale,
                                   const abl_obstacle *obstacles, size_t count,
                                   abl_error *err)
{
    abl_grid scaled = *grid;
    scaled.spacing_mm[2] *= axial_scale;
    *out = (abl_obstacle_map){.grid = *grid,
                              .axial_scale = axial_scale,
                              .half_diagonal_mm =
                                  abl_grid_half_diagonal_mm(&scaled)};
    const size_t voxels = abl_grid_voxels(grid);
    seeds s = {.grid = grid, .axial_scale = axial_scale};
    int32_t *nearest = NULL;
    abl_status status = ABL_E_NOMEM;
    s.id = abl_alloc(voxels, sizeof *s.id, err);
    s.depth_mm = abl_alloc(voxels, sizeof *s.depth_mm, err);
    nearest = abl_alloc(voxels, sizeof *nearest, err);
    out->mm = abl_alloc(voxels, sizeof *out->mm, err);
    out->id = abl_alloc(voxels, sizeof *out->id, err);
    if (!s.id || !s.depth_mm || !nearest || !out->mm || !out->id)
        goto done;
    status = ABL_OK;
    for (size_t n = 0; !status && n < count; n++)
        status = mark_obstacle(&s, &obstacles[n], err);
    if (!status && has_seed(s.id, voxels))
        status = find_nearest(out, &s, nearest, err);
    else if (!status)
        fill_none(out);
done:
    free(s.id);
    free(s.depth_mm);
    free(nearest);
    if (status)
        abl_obstacle_map_clear(out);
    return status;
}

void abl_obstacle_map_clear(abl_obstacle_map *map)
{
    free(map->mm);
    free(map->id);
    *map =
        (abl_obstacle_map){.grid = map->grid, .axial_scale = map->axial_scale};
}

bool abl_grid_reach(abl_grid *out, size_t lo[3], const abl_grid *grid,
                    const abl_grid *field, double mm)
{
    size_t hi[3], size[3];
    if (!abl_grid_overlap(lo, hi, grid, field))
        return false;
    for (int a = 0; a < 3; a++) {
        const size_t more = (size_t)ceil(mm / grid->spacing_mm[a]);
        const size_t top = grid->size[a] - 1;
        lo[a] = lo[a] > more ? lo[a] - more : 0;
        hi[a] = top - hi[a] > more ? hi[a] + more : top;
        size[a] = hi[a] - lo[a] + 1;
    }
    return abl_grid_crop(out, grid, lo, size, NULL) == ABL_OK;
}

abl_status abl_field_grow(abl_volume **out, const abl_grid *grid,
                          const abl_volume *field, double mm, abl_error *err)
{
    abl_grid box;
    size_t lo[3];
    *out = NULL;
    if (!abl_grid_reach(&box, lo, grid, &field->grid, mm + 4))
        return ABL_OK;
    abl_obstacle_map map;
    const abl_obstacle one = {.field = field, .id = 1};
    abl_status status = abl_obstacle_map_create(&map, &box, 1, &one, 1, err);
    if (!status)
        status = abl_volume_create(out, &box, ABL_PIXEL_F32, err);
    if (!status) {
        float *grown = abl_volume_f32(*out);
        const size_t voxels = abl_grid_voxels(&box);
        for (size_t n = 0; n < voxels; n++)
            grown[n] = (float)mm - map.mm[n];
    }
    abl_obstacle_map_clear(&map);
    return status;
}
