/* Which tree an edge's brightness speaks for: in most phases one tree is
 * brighter than the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "segmentation/vessels_work.h"

/* Convention, from phantoms: blur of the grid, and how much shallower than
 * wide a vessel is in the mask. */
static const double blur_mm = 0.9, shallow_mm = 0.15;
static const double wide_mm = 2.0;       /* radius of edges that set a level */
static const double least_level_mm = 40; /* of those, for each tree */
/* One vessel differs from the next of its tree by 7 %; noise hangs together
 * over so many points of an edge; doubt about a thin vessel's blur. */
static const double own_share = 0.05, points_alike = 1.5, thin_share = 0.15;
/* Penalty for each unit of log likelihood, and the most of those. */
static const double gain = 6, most_units = 8;

typedef struct level {
    double hu, weight;
} level;

static int compare(const void *a, const void *b)
{
    const double x = ((const level *)a)->hu, y = ((const level *)b)->hu;
    return (x > y) - (x < y);
}

/* Share of a vessel's brightness that is left at its middle. */
static double share_left(const abl_vessel_edge *edge)
{
    const double r = (edge->radius_mm + shallow_mm) / blur_mm;
    return 1 - exp(-0.5 * r * r);
}

static double brightness(const abl_vessel_work *work,
                         const abl_vessel_edge *edge)
{
    const float *contrast = abl_volume_f32(work->contrast);
    double sum = 0;
    for (size_t n = 0; n < edge->count; n++)
        sum += (double)contrast[work->graph.points[edge->first + n]];
    return sum / fmax((double)edge->count, 1) / share_left(edge);
}

/* Weighted median of the wide edges of a tree; < 0 when they are too few. */
static double level_of(const abl_vessel_work *work, const abl_tree *tree_of,
                       abl_tree tree, level *scratch)
{
    double all = 0, below = 0;
    size_t count = 0;
    for (size_t e = 0; e < work->graph.edge_count; e++) {
        const abl_vessel_edge *edge = &work->graph.edges[e];
        if (tree_of[e] != tree || edge->radius_mm < wide_mm ||
            edge->portal_share > 0.5 || edge->count == 0)
            continue;
        scratch[count++] = (level){brightness(work, edge), edge->length_mm};
        all += edge->length_mm;
    }
    if (all < least_level_mm)
        return -1;
    qsort(scratch, count, sizeof *scratch, compare);
    size_t n = 0;
    while (n + 1 < count && below + scratch[n].weight < 0.5 * all)
        below += scratch[n++].weight;
    return scratch[n].hu;
}

abl_status abl_vessel_edges_mismatch(double *mismatch[2],
                                     const abl_vessel_work *work,
                                     const abl_tree *tree_of, abl_error *err)
{
    const size_t count = work->graph.edge_count;
    level *scratch = abl_alloc(count + 1, sizeof *scratch, err);
    double hu[2];
    if (!scratch)
        return ABL_E_NOMEM;
    for (int t = 0; t < 2; t++)
        hu[t] = level_of(work, tree_of, (abl_tree)t, scratch);
    free(scratch);
    for (size_t e = 0; e < count; e++) {
        const abl_vessel_edge *edge = &work->graph.edges[e];
        mismatch[0][e] = mismatch[1][e] = 0;
        if (hu[0] < 0 || hu[1] < 0 || edge->count == 0 ||
            edge->portal_share > 0.5)
            continue;
        const double own = brightness(work, edge), left = share_left(edge);
        const double noise = work->noise_hu / left;
        const double doubt =
            (own_share + thin_share * (1 - left)) * 0.5 * (hu[0] + hu[1]);
        const double variance =
            doubt * doubt +
            noise * noise / fmax((double)edge->count / points_alike, 1);
        const double units =
            0.5 *
            ((own - hu[1]) * (own - hu[1]) - (own - hu[0]) * (own - hu[0])) /
            variance; /* > 0: speaks for hepatic */
        mismatch[0][e] = gain * fmin(fmax(-units, 0), most_units);
        mismatch[1][e] = gain * fmin(fmax(units, 0), most_units);
    }
    return ABL_OK;
}
