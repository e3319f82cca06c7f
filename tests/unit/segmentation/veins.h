/* Made-up vessel trees with known answers, around a vena cava at x = y = 0.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_SEGMENTATION_VEINS_H
#define ABL_TESTS_UNIT_SEGMENTATION_VEINS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/vessel_tree.h"

#define VEINS_MAX 4000
#define VEINS_END 1e9 /* first coordinate of the point after the last */

static inline abl_vessels *veins_create(void)
{
    abl_vessels *v = calloc(1, sizeof *v);
    v->nodes = calloc(VEINS_MAX, sizeof *v->nodes);
    for (int t = 0; t < ABL_TREE_COUNT; t++)
        v->trees[t].is_assessable = true;
    v->least_calibre_mm = ABL_VESSEL_LEAST_MM;
    return v;
}

static inline int32_t veins_node(abl_vessels *v, abl_tree tree, int32_t parent,
                                 const double lps[3], double calibre_mm)
{
    abl_vessel_node node = {.calibre_mm = calibre_mm,
                            .calibre_sd_mm = 0.2,
                            .parent = parent,
                            .tree = tree};
    memcpy(node.lps, lps, sizeof node.lps);
    v->nodes[v->node_count] = node;
    return (int32_t)v->node_count++;
}

/* A line through points, a node at most every millimetre. From @p parent, or
 * with a root at the first point. Returns the last node. */
static inline int32_t veins_line(abl_vessels *v, abl_tree tree, int32_t parent,
                                 double calibre_mm, const double (*points)[3])
{
    double from[3];
    int32_t last = parent;
    if (parent == ABL_VESSEL_NO_PARENT)
        last = veins_node(v, tree, parent, *points++, calibre_mm);
    for (; points[0][0] < VEINS_END; points++) {
        memcpy(from, v->nodes[last].lps, sizeof from);
        double length = 0, lps[3];
        for (int a = 0; a < 3; a++)
            length += (points[0][a] - from[a]) * (points[0][a] - from[a]);
        const int steps = (int)ceil(sqrt(length));
        for (int n = 1; n <= steps; n++) {
            for (int a = 0; a < 3; a++)
                lps[a] = from[a] + (points[0][a] - from[a]) * n / steps;
            last = veins_node(v, tree, last, lps, calibre_mm);
        }
    }
    return last;
}

#define VEINS_LINE(v, tree, parent, calibre, ...) \
    veins_line((v), (tree), (parent), (calibre),  \
               (const double[][3]){__VA_ARGS__, {VEINS_END, 0, 0}})

/* Divides at (-8, -30, 50); right main to (-30, -25, 55), left main to
 * (30, -50, 56), from where the umbilical portion runs to the front. */
static inline void veins_add_portal(abl_vessels *v)
{
    const abl_tree p = ABL_TREE_PORTAL;
    const int32_t bif =
        VEINS_LINE(v, p, ABL_VESSEL_NO_PARENT, 12, {0, -30, 30}, {-8, -30, 50});
    const int32_t right = VEINS_LINE(v, p, bif, 9, {-30, -25, 55});
    VEINS_LINE(v, p, right, 6, {-50, -45, 75});
    VEINS_LINE(v, p, right, 6, {-60, 10, 60}, {-75, 20, 45});
    const int32_t left = VEINS_LINE(v, p, bif, 8, {15, -35, 58}, {30, -50, 56});
    VEINS_LINE(v, p, left, 4, {55, -45, 62});
    const int32_t bend = VEINS_LINE(v, p, left, 7, {32, -68, 54});
    VEINS_LINE(v, p, bend, 4, {52, -78, 45});
    VEINS_LINE(v, p, bend, 4, {12, -82, 52});
}

/* Right, middle and left hepatic vein; returns the leaf of the middle one. */
static inline int32_t veins_add_hepatic(abl_vessels *v)
{
    const abl_tree h = ABL_TREE_HEPATIC;
    const int32_t none = ABL_VESSEL_NO_PARENT;
    const int32_t right =
        VEINS_LINE(v, h, none, 8, {-12, -2, 100}, {-40, 0, 85}, {-75, 15, 55});
    VEINS_LINE(v, h, right - 30, 4, {-60, 20, 50});
    const int32_t middle = VEINS_LINE(v, h, none, 8, {-4, -12, 100},
                                      {-15, -35, 85}, {-35, -68, 55});
    VEINS_LINE(v, h, middle - 30, 4, {-8, -60, 70});
    VEINS_LINE(v, h, none, 7, {4, -12, 100}, {25, -30, 92}, {50, -50, 75});
    return middle;
}

/* The same tree with its nodes in another order. */
static inline abl_vessels *veins_shuffle(const abl_vessels *v, unsigned seed)
{
    abl_vessels *out = veins_create();
    int32_t *place = malloc(v->node_count * sizeof *place);
    for (size_t n = 0; n < v->node_count; n++)
        place[n] = -1;
    while (out->node_count < v->node_count) {
        seed = seed * 1664525u + 1013904223u;
        const size_t n = (seed >> 8) % v->node_count;
        const int32_t parent = v->nodes[n].parent;
        if (place[n] >= 0 || (parent >= 0 && place[parent] < 0))
            continue;
        place[n] = (int32_t)out->node_count;
        out->nodes[out->node_count] = v->nodes[n];
        out->nodes[out->node_count++].parent =
            parent < 0 ? parent : place[parent];
    }
    free(place);
    return out;
}

#endif
