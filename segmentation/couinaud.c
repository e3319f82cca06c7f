/* Which segment a point or a lesion lies in.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/couinaud.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/distance.h"
#include "segmentation/couinaud_veins.h"
#include "segmentation/structures.h"
#include "segmentation/surface.h"

const char *abl_couinaud_title(abl_couinaud segment)
{
    static const char *const titles[ABL_COUINAUD_COUNT] = {"not assessable",
                                                           "I",
                                                           "II",
                                                           "III",
                                                           "IVa",
                                                           "IVb",
                                                           "V",
                                                           "VI",
                                                           "VII",
                                                           "VIII",
                                                           "right liver",
                                                           "left liver"};
    return titles[(unsigned)segment < ABL_COUINAUD_COUNT ? segment : 0];
}

double abl_curtain_degrees(const abl_curtain *curtain, double radius_mm)
{
    const double at =
        fmin(ABL_CURTAIN_STEPS - 1.001, radius_mm / ABL_CURTAIN_STEP_MM);
    const size_t n = (size_t)at;
    const double t = at - (double)n;
    return (1 - t) * curtain->degrees[n] + t * curtain->degrees[n + 1];
}

/* From @p above at the upper height to @p below at the lower one, a straight
 * turn between. */
static double turn(double above, double upper_z, double below, double lower_z,
                   double z)
{
    if (!(upper_z > lower_z))
        return above;
    const double t = fmin(1, fmax(0, (upper_z - z) / (upper_z - lower_z)));
    return (1 - t) * above + t * below;
}

/* Between the lobes: the middle vein above, the gallbladder below. */
static double middle_border(const abl_couinaud_map *map, double radius_mm,
                            double z)
{
    const double vein = abl_curtain_degrees(&map->middle, radius_mm);
    return map->has_gallbladder
               ? turn(vein, map->middle_vein_z, map->gallbladder_degrees,
                      map->gallbladder_z, z)
               : vein;
}

/* Between IV and the left lateral segments: the left vein above, the umbilical
 * portion below. */
static double left_border(const abl_couinaud_map *map, double radius_mm,
                          double z)
{
    if (!map->has_left)
        return map->umbilical_degrees;
    const double vein = abl_curtain_degrees(&map->left, radius_mm);
    return map->has_umbilical
               ? turn(vein, map->left_vein_z, map->umbilical_degrees,
                      map->umbilical_z, z)
               : vein;
}

/* Where the fissure of the venous ligament lies in the sagittal plane. */
static double fissure_y(const abl_couinaud_map *map, double z)
{
    const double *at = map->caudate_front_z, *y = map->caudate_front_y;
    for (int n = 0; n < 2; n++)
        if (z < at[n + 1] && at[n + 1] > at[n]) {
            const double t = fmax(0, (z - at[n]) / (at[n + 1] - at[n]));
            return (1 - t) * y[n] + t * y[n + 1];
        }
    return y[2];
}

/* The fissure left of the vena cava, the cava's own front on its right. */
static double caudate_front(const abl_couinaud_map *map, double x, double z)
{
    const double fissure = fissure_y(map, z);
    const double t = 0.5 + 0.5 * (x - map->caudate_cava_x) / ABL_CAVA_HALF_MM;
    const double s = fmin(1, fmax(0, t));
    return s * fissure + (1 - s) * fmax(fissure, map->caudate_cava_y);
}

static bool is_caudate(const abl_couinaud_map *map, const double lps[3])
{
    for (int a = 0; a < 3; a++)
        if (lps[a] < map->caudate_lo[a] || lps[a] > map->caudate_hi[a])
            return false;
    return lps[1] > caudate_front(map, lps[0], lps[2]);
}

abl_couinaud abl_couinaud_at(const abl_couinaud_map *map, const double lps[3])
{
    if (!map->has_lobes)
        return ABL_COUINAUD_NONE;
    const double x = lps[0] - map->cava_lps[0], y = lps[1] - map->cava_lps[1];
    const double radius = hypot(x, y);
    const double degrees = atan2(x, -y) * 180 / M_PI;
    if (map->has_caudate && is_caudate(map, lps))
        return ABL_COUINAUD_I;
    if (degrees <= middle_border(map, radius, lps[2])) {
        if (!map->has_right)
            return ABL_COUINAUD_RIGHT;
        const bool is_front =
            degrees > abl_curtain_degrees(&map->right, radius);
        if (lps[2] >= map->right_level_z)
            return is_front ? ABL_COUINAUD_VIII : ABL_COUINAUD_VII;
        return is_front ? ABL_COUINAUD_V : ABL_COUINAUD_VI;
    }
    const bool is_high = lps[2] >= map->left_level_z;
    if (is_high ? !map->has_left : !(map->has_left || map->has_left_below))
        return ABL_COUINAUD_LEFT;
    if (degrees <= left_border(map, radius, lps[2]))
        return is_high ? ABL_COUINAUD_IVA : ABL_COUINAUD_IVB;
    return is_high ? ABL_COUINAUD_II : ABL_COUINAUD_III;
}

/* ---- One lesion ---- */

/* A grid with the lesion's axes, 10 mm around it, of small cubic voxels. */
static abl_grid surround(const abl_grid *lesion)
{
    double longest = 0;
    for (int a = 0; a < 3; a++)
        longest =
            fmax(longest, (double)lesion->size[a] * lesion->spacing_mm[a]);
    const double step = fmax(1, longest / 100);
    const double margin = ceil((ABL_COUINAUD_BORDER_MM + 1) / step);
    abl_grid grid = *lesion;
    double start[3];
    for (int a = 0; a < 3; a++) {
        const double extent =
            (double)(lesion->size[a] - 1) * lesion->spacing_mm[a];
        grid.size[a] = (size_t)(ceil(extent / step) + 2 * margin) + 1;
        grid.spacing_mm[a] = step;
        start[a] = -margin;
    }
    double origin[3];
    abl_grid_to_lps(origin, &grid, start);
    memcpy(grid.origin_lps, origin, sizeof origin);
    return grid;
}

static bool lies_in(const abl_volume *field, const double lps[3])
{
    return abl_volume_contains_lps(field, lps) &&
           abl_field_sample_lps(field, lps) > 0;
}

static void voxel_lps(double lps[3], const abl_grid *grid, size_t n)
{
    const size_t plane = grid->size[0] * grid->size[1];
    abl_grid_to_lps(lps, grid,
                    (double[3]){(double)(n % grid->size[0]),
                                (double)(n % plane / grid->size[0]),
                                (double)(n / plane)});
}

static void find_main(abl_lesion_segment *out, const size_t *counts)
{
    size_t total = 0;
    for (int s = 0; s < ABL_COUINAUD_COUNT; s++)
        total += counts[s];
    for (int s = 0; s < ABL_COUINAUD_COUNT; s++) {
        out->share[s] = total ? (double)counts[s] / (double)total : 0;
        if (counts[s] > counts[out->main])
            out->main = (abl_couinaud)s;
    }
    out->is_assessed = total > 0 && out->main != ABL_COUINAUD_NONE;
}

/* The nearest segment besides the main one; it holds part of the lesion
 * (largest share first) or of the liver within 10 mm. */
static void find_second(abl_lesion_segment *out, const double *nearest_mm)
{
    for (int s = 1; s < ABL_COUINAUD_COUNT; s++) {
        if (s == (int)out->main || nearest_mm[s] > ABL_COUINAUD_BORDER_MM)
            continue;
        const bool is_better = out->second == ABL_COUINAUD_NONE ||
                               nearest_mm[s] < out->second_mm ||
                               (!(nearest_mm[s] > out->second_mm) &&
                                out->share[s] > out->share[out->second]);
        if (!is_better)
            continue;
        out->second = (abl_couinaud)s;
        out->second_mm = nearest_mm[s];
    }
}

abl_status abl_couinaud_of_lesion(abl_lesion_segment *out,
                                  const abl_couinaud_map *map,
                                  const abl_volume *liver,
                                  const abl_volume *lesion, abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (!map->has_lobes)
        return ABL_OK;
    const abl_grid grid = surround(&lesion->grid);
    abl_volume *mask = NULL, *away = NULL;
    size_t counts[ABL_COUINAUD_COUNT] = {0};
    double nearest_mm[ABL_COUINAUD_COUNT];
    double lps[3];
    const size_t voxels = abl_grid_voxels(&grid);
    abl_status status = abl_volume_create(&mask, &grid, ABL_PIXEL_U8, err);
    for (size_t n = 0; !status && n < voxels; n++) {
        voxel_lps(lps, &grid, n);
        if (!lies_in(lesion, lps))
            continue;
        abl_volume_u8(mask)[n] = 1;
        counts[abl_couinaud_at(map, lps)]++;
    }
    if (!status)
        status =
            abl_distance_map_within(&away, mask, ABL_COUINAUD_BORDER_MM, err);
    for (int s = 0; s < ABL_COUINAUD_COUNT; s++)
        nearest_mm[s] = counts[s] ? 0 : HUGE_VAL;
    for (size_t n = 0; !status && n < voxels; n++) {
        const double mm = (double)abl_volume_f32(away)[n];
        if (!(mm > 0 && mm <= ABL_COUINAUD_BORDER_MM))
            continue;
        voxel_lps(lps, &grid, n);
        const abl_couinaud segment = abl_couinaud_at(map, lps);
        if (mm < nearest_mm[segment] && lies_in(liver, lps))
            nearest_mm[segment] = mm;
    }
    if (!status) {
        find_main(out, counts);
        find_second(out, nearest_mm);
    }
    abl_volume_destroy(mask);
    abl_volume_destroy(away);
    return status;
}
