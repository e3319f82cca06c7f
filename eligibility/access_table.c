/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_table.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define SEEN_HU    (-500) /* tables: shells of plastic or carbon fibre */
#define SEEN_MM    80.0   /* looked for up to this far from the skin */
#define SEEN_SHARE 0.4    /* of the columns */

static double along(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void find_middle(double middle_lps[3], const abl_access_map *map)
{
    const abl_grid *g = &map->grid;
    double sum[3] = {0, 0, 0}, count = 0;
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++)
                if (map->skin[abl_grid_offset(g, i, j, k)] > 0) {
                    sum[0] += (double)i;
                    sum[1] += (double)j;
                    sum[2] += (double)k;
                    count++;
                }
    for (int a = 0; a < 3; a++)
        sum[a] /= count > 0 ? count : 1;
    abl_grid_to_lps(middle_lps, g, sum);
}

static double find_level(const abl_access_map *map, const double down[3])
{
    const abl_grid *g = &map->grid;
    double step[3], level = -DBL_MAX;
    for (int a = 0; a < 3; a++) {
        const double axis[3] = {g->direction[0][a], g->direction[1][a],
                                g->direction[2][a]};
        step[a] = g->spacing_mm[a] * along(axis, down);
    }
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                const double at = (double)i * step[0] + (double)j * step[1] +
                                  (double)k * step[2];
                if (at > level && map->skin[abl_grid_offset(g, i, j, k)] > 0)
                    level = at;
            }
    return level + along(g->origin_lps, down);
}

static bool sees_solid(const abl_access_map *map, const double skin_lps[3],
                       double side)
{
    const abl_grid *g = &map->image->grid;
    for (double mm = 3; mm < SEEN_MM; mm += 1) {
        const double lps[3] = {skin_lps[0], skin_lps[1] + side * mm,
                               skin_lps[2]};
        if (!abl_volume_contains_lps(map->image, lps))
            return false;
        double ijk[3];
        abl_grid_to_ijk(ijk, g, lps);
        size_t at[3];
        for (int a = 0; a < 3; a++) {
            const double top = (double)(g->size[a] - 1);
            at[a] = (size_t)lround(fmin(fmax(ijk[a], 0), top));
        }
        if (abl_volume_i16(
                map->image)[abl_grid_offset(g, at[0], at[1], at[2])] > SEEN_HU)
            return true;
    }
    return false;
}

/* Share of the columns near the midline with something beyond the skin
 * towards the back (side 1) or the front (side -1). */
static double share_seen(const abl_access_map *map, const double middle_lps[3],
                         int side)
{
    const abl_grid *g = &map->grid;
    double middle[3];
    size_t looked = 0, seen = 0;
    abl_grid_to_ijk(middle, g, middle_lps);
    const double reach = 60 / g->spacing_mm[0];
    for (size_t k = 0; k < g->size[2]; k += 4)
        for (size_t i = 0; i < g->size[0]; i += 4) {
            if (fabs((double)i - middle[0]) > reach)
                continue;
            size_t j = side > 0 ? g->size[1] : 1;
            while (j > 0 && j <= g->size[1] &&
                   !(map->skin[abl_grid_offset(g, i, j - 1, k)] > 0))
                j = side > 0 ? j - 1 : j + 1;
            if (j == 0 || j > g->size[1])
                continue;
            const double at[3] = {(double)i, (double)(j - 1), (double)k};
            double lps[3];
            abl_grid_to_lps(lps, g, at);
            looked++;
            seen += sees_solid(map, lps, side) ? 1 : 0;
        }
    return looked ? (double)seen / (double)looked : 0;
}

static bool read_position(double down[3], const char *position)
{
    static const struct {
        const char *end;
        double down[3];
    } known[] = {{"S", {0, 1, 0}},
                 {"P", {0, -1, 0}},
                 {"DR", {-1, 0, 0}},
                 {"DL", {1, 0, 0}}};
    if (strlen(position) < 3 || (position[0] != 'H' && position[0] != 'F') ||
        position[1] != 'F')
        return false;
    for (size_t n = 0; n < sizeof known / sizeof *known; n++)
        if (strcmp(position + 2, known[n].end) == 0) {
            memcpy(down, known[n].down, 3 * sizeof *down);
            return true;
        }
    return false;
}

bool abl_table_can_see(const abl_access_map *map)
{
    return map->image->data && !map->structures->intensity_clipped;
}

void abl_table_find(abl_table *out, const abl_access_map *map,
                    const char *patient_position)
{
    *out = (abl_table){.known_from = "assumed", .down_lps = {0, 1, 0}};
    find_middle(out->middle_lps, map);
    if (read_position(out->down_lps, patient_position)) {
        out->known_from = "the header";
    } else if (abl_table_can_see(map)) {
        const double behind = share_seen(map, out->middle_lps, 1);
        const double before = share_seen(map, out->middle_lps, -1);
        if (fmax(behind, before) >= SEEN_SHARE)
            out->known_from = "the image";
        if (before >= SEEN_SHARE && before > behind)
            out->down_lps[1] = -1;
    }
    out->level_mm = find_level(map, out->down_lps);
}

bool abl_table_blocks(const abl_table *table, const double entry_lps[3],
                      const double away_lps[3])
{
    const double descent = along(away_lps, table->down_lps);
    if (descent <= 1e-6)
        return false;
    const double reach =
        fmax(0, table->level_mm - along(entry_lps, table->down_lps)) / descent;
    double beside = 0;
    for (int r = 0; r < 2; r++) { /* across the table: not along the patient */
        const double at =
            entry_lps[r] + reach * away_lps[r] - table->middle_lps[r];
        beside += at * (1 - fabs(table->down_lps[r])) * at;
    }
    return reach <= ABL_HANDLE_MM && sqrt(beside) <= ABL_TABLE_HALF_MM;
}
