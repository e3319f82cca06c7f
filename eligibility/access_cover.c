/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_cover.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 12,    /* of moving the centres */
    BALL_STEPS = 40 /* towards the farthest point */
};

/* What is to be covered, in a space where the zone is the unit ball. */
typedef struct cloud {
    size_t count;
    double (*points)[3];
    double (*sorted)[3]; /* the points by cluster, in the same order */
    uint8_t *cluster;
} cloud;

static double square_apart(const double a[3], const double b[3])
{
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += (a[r] - b[r]) * (a[r] - b[r]);
    return sum;
}

/* Gives each point to its nearest centre; returns the farthest point. */
static size_t assign(cloud *c, double (*centres)[3], int count,
                     double *farthest)
{
    size_t worst = 0;
    *farthest = -1;
    for (size_t n = 0; n < c->count; n++) {
        double least = DBL_MAX;
        for (int m = 0; m < count; m++) {
            const double apart = square_apart(c->points[n], centres[m]);
            if (apart < least) {
                least = apart;
                c->cluster[n] = (uint8_t)m;
            }
        }
        if (least > *farthest) {
            *farthest = least;
            worst = n;
        }
    }
    return worst;
}

/* Towards the centre of the least ball around some points. */
static void centre_on(double centre[3], double (*points)[3], size_t count)
{
    for (int step = 1; step <= BALL_STEPS; step++) {
        const double *far = NULL;
        double most = -1;
        for (size_t n = 0; n < count; n++) {
            const double apart = square_apart(points[n], centre);
            if (apart > most) {
                most = apart;
                far = points[n];
            }
        }
        for (int r = 0; far && r < 3; r++)
            centre[r] += (far[r] - centre[r]) / (step + 1);
    }
}

/* Each centre to the middle of its cluster, whose points are laid side by side
 * first: a large lesion has many clusters. */
static void move_centres(double (*centres)[3], int count, cloud *c)
{
    size_t first[ABL_COVER_MOST + 1] = {0}, next[ABL_COVER_MOST];
    for (size_t n = 0; n < c->count; n++)
        first[c->cluster[n] + 1]++;
    for (int m = 0; m < count; m++) {
        first[m + 1] += first[m];
        next[m] = first[m];
    }
    for (size_t n = 0; n < c->count; n++)
        memcpy(c->sorted[next[c->cluster[n]]++], c->points[n],
               sizeof *c->sorted);
    for (int m = 0; m < count; m++)
        centre_on(centres[m], c->sorted + first[m], first[m + 1] - first[m]);
}

static void mean_of(double centre[3], const cloud *c)
{
    double sum[3] = {0, 0, 0};
    for (size_t n = 0; n < c->count; n++)
        for (int r = 0; r < 3; r++)
            sum[r] += c->points[n][r];
    for (int r = 0; r < 3; r++)
        centre[r] = sum[r] / (double)c->count;
}

/* Smallest number found that covers; 0 when none up to the most. */
static int count_positions(cloud *c)
{
    double centres[ABL_COVER_MOST][3], farthest = 0;
    for (int count = 1; count <= ABL_COVER_MOST; count++) {
        mean_of(centres[0], c);
        for (int m = 1; m < count; m++) {
            const size_t worst = assign(c, centres, m, &farthest);
            memcpy(centres[m], c->points[worst], sizeof centres[m]);
        }
        for (int round = 0; round < ROUNDS; round++) {
            assign(c, centres, count, &farthest);
            if (farthest <= 1)
                return count;
            move_centres(centres, count, c);
        }
        assign(c, centres, count, &farthest);
        if (farthest <= 1)
            return count;
    }
    return 0;
}

/* Positions of the voxels to cover, or their number when @p lps is NULL. */
static size_t list_voxels(double (*lps)[3], const abl_volume *grown,
                          const abl_volume *lesion, const abl_volume *liver)
{
    const abl_grid *g = &grown->grid;
    const float *f = abl_volume_f32(grown);
    size_t count = 0;
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                if (!(f[abl_grid_offset(g, i, j, k)] >= 0))
                    continue;
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double at[3];
                abl_grid_to_lps(at, g, ijk);
                const bool in_liver = abl_volume_contains_lps(liver, at) &&
                                      abl_volume_sample_lps(liver, at) > 0;
                const bool in_lesion = abl_volume_contains_lps(lesion, at) &&
                                       abl_volume_sample_lps(lesion, at) > 0;
                if (!in_liver && !in_lesion)
                    continue;
                if (lps)
                    memcpy(lps[count], at, sizeof at);
                count++;
            }
    return count;
}

/* To the space where the zone, less half a voxel all round, is a unit ball. */
static void to_unit(cloud *c, double (*lps)[3], const double along[3],
                    const abl_applicator *a, double spare_mm)
{
    const double length = 0.5 * a->zone_length_mm - spare_mm;
    const double width = 0.5 * a->zone_width_mm - spare_mm;
    for (size_t n = 0; n < c->count; n++) {
        double depth = 0;
        for (int r = 0; r < 3; r++)
            depth += lps[n][r] * along[r];
        for (int r = 0; r < 3; r++)
            c->points[n][r] = (lps[n][r] - depth * along[r]) / width +
                              depth * along[r] / length;
    }
}

static void cover_each(abl_access *out, cloud *c, double (*lps)[3],
                       const abl_access_map *map, const double along[3])
{
    double spare = 0;
    for (int a = 0; a < 3; a++)
        spare = fmax(spare, 0.5 * map->grid.spacing_mm[a]);
    for (size_t n = 0; n < map->applicators.count; n++) {
        const abl_applicator *one = &map->applicators.items[n];
        abl_coverage *to = &out->coverage[n];
        *to =
            (abl_coverage){.zone_mm = {one->zone_length_mm, one->zone_width_mm,
                                       one->zone_width_mm},
                           .margin_mm = ABL_COVER_MARGIN_MM,
                           .is_along_path = out->has_path};
        memcpy(to->applicator, one->name, sizeof to->applicator);
        to_unit(c, lps, along, one, spare);
        to->positions = count_positions(c);
    }
    out->coverage_count = map->applicators.count;
}

abl_status abl_access_cover(abl_access *out, const abl_access_map *map,
                            const abl_volume *lesion, const double along_lps[3],
                            abl_error *err)
{
    const abl_volume *liver = map->structures->items[ABL_LIVER].field;
    abl_volume *grown = NULL;
    double(*lps)[3] = NULL;
    cloud c = {0, NULL, NULL, NULL};
    abl_status status =
        abl_field_grow(&grown, &map->grid, lesion, ABL_COVER_MARGIN_MM, err);
    if (!status && grown)
        c.count = list_voxels(NULL, grown, lesion, liver);
    if (!status && c.count > 0) {
        lps = abl_alloc(c.count, sizeof *lps, err);
        c.points = abl_alloc(c.count, sizeof *c.points, err);
        c.sorted = abl_alloc(c.count, sizeof *c.sorted, err);
        c.cluster = abl_alloc(c.count, sizeof *c.cluster, err);
        status =
            lps && c.points && c.sorted && c.cluster ? ABL_OK : ABL_E_NOMEM;
    }
    if (!status && c.count > 0) {
        list_voxels(lps, grown, lesion, liver);
        cover_each(out, &c, lps, map, along_lps);
    }
    free(lps);
    free(c.points);
    free(c.sorted);
    free(c.cluster);
    abl_volume_destroy(grown);
    return status;
}
