/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/hilum_check.h"

#include <math.h>
#include <stdio.h>

#include "imaging/point.h"
#include "segmentation/field.h"
#include "segmentation/hilum.h"
#include "segmentation/structures.h"

static const double trunk_apart_mm = 15;
static const double unnamed_calibre_mm = 4, unnamed_share = 2;
static const double right_beyond_middle_mm = 10;

static void take_back(abl_hilum *hilum, const char *why)
{
    hilum->is_found = false;
    snprintf(hilum->why_not, sizeof hilum->why_not, "%s", why);
}

/* Least distance of a point to the inside of a field. */
static double distance_to_inside(const abl_volume *field, const double lps[3])
{
    const abl_grid *grid = &field->grid;
    const float *value = abl_volume_f32(field);
    double least2 = HUGE_VAL;
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                double at[3], off2 = 0;
                if (!(*value++ > 0))
                    continue;
                abl_grid_to_lps(at, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                for (int a = 0; a < 3; a++)
                    off2 += (at[a] - lps[a]) * (at[a] - lps[a]);
                least2 = fmin(least2, off2);
            }
    return sqrt(least2);
}

/* Centreline: its length, and the sum of length times x. */
typedef struct supply {
    double length_mm, x_sum;
} supply;

typedef struct supplies {
    supply right, left, unnamed_right;
} supplies;

static supply *choose(supplies *of, const abl_vessel_node *node,
                      const abl_hilum *hilum)
{
    if (node->tree == ABL_TREE_UNNAMED)
        return node->calibre_mm >= unnamed_calibre_mm &&
                       node->lps[0] < hilum->bifurcation_lps[0]
                   ? &of->unnamed_right
                   : NULL;
    switch (node->part) {
    case ABL_PART_RIGHT_PORTAL:
    case ABL_PART_RIGHT_PORTAL_BRANCH:
        return &of->right;
    case ABL_PART_LEFT_PORTAL:
    case ABL_PART_LEFT_PORTAL_BRANCH:
        return &of->left;
    default:
        return NULL;
    }
}

static supplies sum_up(const abl_hilum *hilum, const abl_vessels *vessels)
{
    supplies out = {{0, 0}, {0, 0}, {0, 0}};
    for (size_t n = 0; n < vessels->node_count; n++) {
        const abl_vessel_node *node = &vessels->nodes[n];
        supply *to = choose(&out, node, hilum);
        if (!to || node->parent == ABL_VESSEL_NO_PARENT)
            continue;
        const double *from = vessels->nodes[node->parent].lps;
        const double mm = abl_point_distance_mm(node->lps, from);
        to->length_mm += mm;
        to->x_sum += mm * 0.5 * (node->lps[0] + from[0]);
    }
    return out;
}

static void check_sides(abl_hilum *hilum, const abl_vessels *vessels,
                        const abl_volume *liver)
{
    const supplies of = sum_up(hilum, vessels);
    if (of.unnamed_right.length_mm > unnamed_share * of.right.length_mm) {
        take_back(hilum, "vessels of unknown tree outweigh the right branch "
                         "of the division that was found");
        return;
    }
    if (!liver)
        return;
    double middle[3];
    abl_field_centroid(middle, liver);
    if (of.right.length_mm > 0 && of.right.x_sum / of.right.length_mm >
                                      middle[0] + right_beyond_middle_mm)
        take_back(hilum, "the right branch of the division that was found "
                         "supplies no right half of the liver");
    else if (of.left.length_mm > 0 &&
             of.left.x_sum / of.left.length_mm < middle[0])
        take_back(hilum, "the left branch of the division that was found "
                         "supplies no left half of the liver");
}

void abl_hilum_check(abl_hilum *hilum, const abl_structures *structures)
{
    const abl_volume *portal =
        structures->items[ABL_PORTAL_AND_SPLENIC_VEIN].field;
    if (!hilum->is_found)
        return;
    if (portal &&
        distance_to_inside(portal, hilum->bifurcation_lps) > trunk_apart_mm)
        take_back(hilum, "the division that was found lies away from the "
                         "portal trunk");
    else if (hilum->right.count + hilum->left.count == 0)
        take_back(hilum, "no branch of the portal vein was followed from its "
                         "division");
    else
        check_sides(hilum, structures->vessels,
                    structures->items[ABL_LIVER].field);
}
