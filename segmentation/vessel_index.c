/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessel_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* By all that matters, so that the order does not depend on the array's. */
static int compare(const void *a, const void *b)
{
    const abl_vessel_node *p = *(const abl_vessel_node *const *)a;
    const abl_vessel_node *q = *(const abl_vessel_node *const *)b;
    for (int axis = 0; axis < 3; axis++)
        if (p->lps[axis] < q->lps[axis] || p->lps[axis] > q->lps[axis])
            return p->lps[axis] < q->lps[axis] ? -1 : 1;
    return (p->calibre_mm > q->calibre_mm) - (p->calibre_mm < q->calibre_mm);
}

abl_status abl_vessel_index_make(abl_vessel_index *out,
                                 const abl_vessels *vessels, abl_tree tree,
                                 abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->by_x = abl_alloc(vessels->node_count, sizeof *out->by_x, err);
    if (!out->by_x)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < vessels->node_count; n++) {
        const abl_vessel_node *node = &vessels->nodes[n];
        if (node->tree != tree)
            continue;
        out->by_x[out->count++] = node;
        out->most_radius_mm = fmax(out->most_radius_mm, 0.5 * node->calibre_mm);
    }
    qsort(out->by_x, out->count, sizeof *out->by_x, compare);
    return ABL_OK;
}

void abl_vessel_index_clear(abl_vessel_index *index)
{
    free(index->by_x);
    memset(index, 0, sizeof *index);
}

static size_t first_from(const abl_vessel_index *index, double x)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (index->by_x[middle]->lps[0] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double wall_mm(const abl_vessel_node *node, const double lps[3])
{
    double off2 = 0;
    for (int a = 0; a < 3; a++)
        off2 += (node->lps[a] - lps[a]) * (node->lps[a] - lps[a]);
    return sqrt(off2) - 0.5 * node->calibre_mm;
}

const abl_vessel_node *abl_vessel_index_nearest(const abl_vessel_index *index,
                                                const double lps[3])
{
    const abl_vessel_node *best = NULL;
    double least = HUGE_VAL;
    size_t up = first_from(index, lps[0]), down = up;
    bool more = true;
    while (more) {
        more = false;
        const double reach = least + index->most_radius_mm;
        const abl_vessel_node *next[2] = {NULL, NULL};
        if (up < index->count && index->by_x[up]->lps[0] - lps[0] <= reach)
            next[0] = index->by_x[up++];
        if (down > 0 && lps[0] - index->by_x[down - 1]->lps[0] <= reach)
            next[1] = index->by_x[--down];
        for (int side = 0; side < 2; side++) {
            if (!next[side])
                continue;
            more = true;
            const double mm = wall_mm(next[side], lps);
            if (mm < least) {
                least = mm;
                best = next[side];
            }
        }
    }
    return best;
}
