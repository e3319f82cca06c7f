/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_fissure.h"

#include <math.h>

static const float fat_most_hu = -10, near_mm = 3;
static const double reach_mm = 8, step_mm = 0.7;

typedef struct cleft {
    const abl_grid *grid;
    const float *outside, *liver;
} cleft;

static bool meets_liver(const cleft *c, const size_t from[3],
                        const double unit[3])
{
    for (double mm = step_mm; mm <= reach_mm; mm += step_mm) {
        size_t at[3];
        for (int a = 0; a < 3; a++) {
            const double to = floor(
                (double)from[a] + unit[a] * mm / c->grid->spacing_mm[a] + 0.5);
            if (to < 0 || to >= (double)c->grid->size[a])
                return false;
            at[a] = (size_t)to;
        }
        const size_t v = abl_grid_offset(c->grid, at[0], at[1], at[2]);
        if (c->outside[v] > 0 && c->liver[v] > 0)
            return true;
    }
    return false;
}

static bool is_between(const cleft *c, const size_t at[3])
{
    for (int s = 14; s < 27; s++) { /* one of each pair of directions */
        double to[3] = {s % 3 - 1, s / 3 % 3 - 1, s / 9 - 1}, back[3];
        const double length =
            sqrt(to[0] * to[0] + to[1] * to[1] + to[2] * to[2]);
        for (int a = 0; a < 3; a++) {
            to[a] /= length;
            back[a] = -to[a];
        }
        if (meets_liver(c, at, to) && meets_liver(c, at, back))
            return true;
    }
    return false;
}

double abl_fissure_share(const abl_volume *outside, const abl_volume *hu,
                         const abl_volume *liver)
{
    const cleft c = {&outside->grid, abl_volume_f32(outside),
                     abl_volume_f32(liver)};
    const float *value = abl_volume_f32(hu);
    const size_t *n = c.grid->size;
    size_t own = 0, between = 0;
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                const size_t at[3] = {i, j, k};
                const size_t v = abl_grid_offset(c.grid, i, j, k);
                own += c.outside[v] < 0;
                between += c.outside[v] > 0 && c.outside[v] <= near_mm &&
                           value[v] < fat_most_hu && is_between(&c, at);
            }
    return own ? (double)between / (double)own : 0;
}
