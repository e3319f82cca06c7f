/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/couinaud_landmarks.h"

#include <math.h>
#include <string.h>

#include "segmentation/couinaud_veins.h"

#define NONE ABL_VESSEL_NO_PARENT

/* Smaller or nearer to the vena cava is no gallbladder that shows its bed
 * (conventions). */
static const double least_gallbladder_mm3 = 3000, least_away_mm = 20;
/* The hepatic veins themselves lie on top of segment I. */
static const double below_veins_mm = 10;

/* ---- Vena cava and gallbladder ---- */

/* Mean place of a field's inside between two heights; the number of voxels. */
static double find_centre(double lps[3], const abl_volume *field, double low_z,
                          double high_z)
{
    const abl_grid *grid = &field->grid;
    const float *value = abl_volume_f32(field);
    double sum[3] = {0, 0, 0}, count = 0, at[3];
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                if (!(*value++ > 0))
                    continue;
                abl_grid_to_lps(at, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                if (at[2] < low_z || at[2] > high_z)
                    continue;
                count++;
                for (int a = 0; a < 3; a++)
                    sum[a] += at[a];
            }
    for (int a = 0; a < 3 && count > 0; a++)
        lps[a] = sum[a] / count;
    return count;
}

bool abl_couinaud_cava(double lps[3], const abl_volume *cava, double z)
{
    for (int down = 0; cava && down <= 30; down += 5)
        if (find_centre(lps, cava, z - down - 4, z - down + 4) > 0) {
            lps[2] = z;
            return true;
        }
    return false;
}

void abl_couinaud_gallbladder(abl_couinaud_map *out,
                              const abl_volume *gallbladder)
{
    double lps[3];
    if (!gallbladder)
        return;
    const double mm3 = abl_grid_voxel_mm3(&gallbladder->grid);
    const double voxels = find_centre(lps, gallbladder, -HUGE_VAL, HUGE_VAL);
    if (voxels * mm3 < least_gallbladder_mm3)
        return;
    out->gallbladder_degrees = abl_degrees_around(out->cava_lps, lps);
    out->gallbladder_z = lps[2];
    out->has_gallbladder = hypot(lps[0] - out->cava_lps[0],
                                 lps[1] - out->cava_lps[1]) >= least_away_mm &&
                           out->gallbladder_degrees >= -75 &&
                           out->gallbladder_degrees <= 15;
}

/* ---- Portal levels ---- */

static bool is_left_portal(const abl_vessel_node *node)
{
    return node->tree == ABL_TREE_PORTAL &&
           (node->part == ABL_PART_LEFT_PORTAL ||
            node->part == ABL_PART_LEFT_PORTAL_BRANCH);
}

/* Whether the vessel ran to the front over the last 5 mm. */
static bool runs_to_front(const abl_vessel_walk *walk, int32_t node)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    int32_t back = node;
    while (nodes[back].parent != NONE &&
           walk->from_root_mm[node] - walk->from_root_mm[back] < 5)
        back = nodes[back].parent;
    const double length = walk->from_root_mm[node] - walk->from_root_mm[back];
    return length > 0 &&
           nodes[back].lps[1] - nodes[node].lps[1] >= 0.5 * length;
}

/* The umbilical portion: the thick part of the left portal vein that turns to
 * the front. */
static void find_umbilical(abl_couinaud_map *out, const abl_vessel_walk *walk,
                           const abl_hilum *hilum)
{
    if (!hilum->left.count)
        return;
    const abl_vessel_node *nodes = walk->vessels->nodes;
    const int32_t first = hilum->left.nodes[0];
    const double thick_mm =
        fmax(4, 0.5 * abl_vessel_branch_calibre_mm(walk, first, 20));
    double sum[3] = {0, 0, 0}, total = 0;
    for (size_t n = 0; n < walk->vessels->node_count; n++) {
        if (!is_left_portal(&nodes[n]) || nodes[n].calibre_mm < thick_mm ||
            walk->from_root_mm[n] - walk->from_root_mm[first] > 80 ||
            !runs_to_front(walk, (int32_t)n))
            continue;
        total += walk->edge_mm[n];
        for (int a = 0; a < 3; a++)
            sum[a] += walk->edge_mm[n] * nodes[n].lps[a];
    }
    if (total < 8)
        return;
    const double centre[3] = {sum[0] / total, sum[1] / total, sum[2] / total};
    const double middle =
        abl_curtain_degrees(&out->middle, hypot(centre[0] - out->cava_lps[0],
                                                centre[1] - out->cava_lps[1]));
    out->umbilical_degrees = abl_degrees_around(out->cava_lps, centre);
    out->umbilical_z = centre[2];
    out->has_umbilical = out->umbilical_degrees > middle + 10 &&
                         out->umbilical_degrees < middle + 110;
}

static void find_levels(abl_couinaud_map *out, const abl_hilum *hilum)
{
    const bool is_short = hilum->is_early || hilum->right.length_mm <= 0;
    out->right_level_z =
        is_short ? hilum->bifurcation_lps[2] : hilum->right.end_lps[2];
    out->left_level_z = out->has_umbilical          ? out->umbilical_z
                        : hilum->left.length_mm > 0 ? hilum->left.end_lps[2]
                                                    : hilum->bifurcation_lps[2];
}

/* Behind the venous ligament, whose fissure runs from the left portal vein to
 * where the veins join the vena cava; beside the vena cava and as far left as
 * the left portal vein reaches. */
static void find_caudate(abl_couinaud_map *out, const abl_hilum *hilum,
                         const abl_volume *cava)
{
    const double *b = hilum->bifurcation_lps;
    const double *u = hilum->left.end_lps;
    double low[3];
    if (!abl_couinaud_cava(low, cava, 0.5 * (b[2] + out->cava_lps[2])))
        return;
    const double top[3] = {out->cava_lps[0],
                           out->cava_lps[1] - ABL_CAVA_HALF_MM,
                           out->cava_lps[2]};
    const bool is_between = u[2] > b[2] && u[2] < top[2];
    const double *line[3] = {b, is_between ? u : b, top};
    for (int n = 0; n < 3; n++) {
        out->caudate_front_y[n] = line[n][1];
        out->caudate_front_z[n] = line[n][2];
    }
    out->caudate_cava_x = low[0];
    out->caudate_cava_y = low[1] - ABL_CAVA_HALF_MM;
    out->caudate_lo[0] = low[0] - ABL_CAVA_HALF_MM;
    out->caudate_hi[0] = fmax(u[0], low[0] + 2 * ABL_CAVA_HALF_MM);
    out->caudate_lo[1] = -HUGE_VAL;
    out->caudate_hi[1] = low[1] + ABL_CAVA_HALF_MM;
    out->caudate_lo[2] = b[2] - ABL_CAVA_HALF_MM;
    out->caudate_hi[2] = out->cava_lps[2] - below_veins_mm;
    out->has_caudate = out->caudate_lo[2] < out->caudate_hi[2] && b[2] < top[2];
}

void abl_couinaud_portal(abl_couinaud_map *out, const abl_vessel_walk *walk,
                         const abl_hilum *hilum, const abl_volume *cava)
{
    find_umbilical(out, walk, hilum);
    find_levels(out, hilum);
    find_caudate(out, hilum, cava);
}
