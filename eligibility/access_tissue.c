/* What a path crosses: its own lesion, the capsule, liver.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "eligibility/access_probe.h"

#define DEG         57.29577951308232
#define TISSUE_STEP 1.0 /* mm; along liver and lesion, with linear edges */
#define FAR_OUTSIDE -1e3
#define NORMAL_MM   1.5 /* half-width of the difference for the normal */

/* Value of a field on the ray; far outside beyond the field's voxels. */
static double field_at(const abl_volume *field, const abl_index_ray *ray,
                       double mm)
{
    double ijk[3];
    for (int a = 0; a < 3; a++) {
        ijk[a] = ray->start[a] + mm * ray->per_mm[a];
        if (!(ijk[a] >= -0.5 && ijk[a] <= (double)field->grid.size[a] - 0.5))
            return FAR_OUTSIDE;
    }
    return abl_grid_sample_f32(&field->grid, field->data, ijk);
}

/* Where the ray first leaves its own lesion. */
double abl_ray_leaves_lesion(const abl_ray_task *task, const double away[3],
                             double limit)
{
    const abl_index_ray ray =
        abl_index_ray_make(&task->lesion->grid, task->target_lps, away);
    double mm = 0;
    while (mm < limit && field_at(task->lesion, &ray, mm) > 0)
        mm += TISSUE_STEP;
    return fmin(mm, limit);
}

/* Share of a step whose ends have the values a and b that is positive. */
static double positive_share(double a, double b)
{
    if (a > 0)
        return b > 0 ? 1 : a / (a - b);
    return b > 0 ? b / (b - a) : 0;
}

static double capsule_angle(const abl_volume *liver, const double lps[3],
                            const double away[3])
{
    double normal[3], length = 0, along = 0;
    for (int r = 0; r < 3; r++) {
        double low[3] = {lps[0], lps[1], lps[2]};
        double high[3] = {lps[0], lps[1], lps[2]};
        low[r] -= NORMAL_MM;
        high[r] += NORMAL_MM;
        normal[r] = abl_volume_sample_lps(liver, low) -
                    abl_volume_sample_lps(liver, high);
        length += normal[r] * normal[r];
    }
    if (!(length > 0))
        return 90;
    for (int r = 0; r < 3; r++)
        along += normal[r] * away[r] / sqrt(length);
    return DEG * acos(fmin(1, fabs(along)));
}

/* Liver between the capsule and the lesion, coming from the skin. */
void abl_ray_tissue(abl_ray *out, const abl_ray_task *task,
                    const double away[3])
{
    const abl_grid *g = &task->liver->grid;
    const abl_index_ray in_liver =
        abl_index_ray_make(g, task->target_lps, away);
    const abl_index_ray in_lesion =
        abl_index_ray_make(&task->lesion->grid, task->target_lps, away);
    double tissue = FAR_OUTSIDE, liver = FAR_OUTSIDE, last = 0;
    double nearest = 0, outer = out->length_mm;
    bool entered = false;
    out->transit_mm = 0;
    out->capsule_deg = 90;
    abl_index_ray_clip(&nearest, &outer, &in_liver, g);
    for (double mm = outer; mm > 0; mm -= TISSUE_STEP) {
        const double step = liver > FAR_OUTSIDE ? last - mm : 0;
        const double was = liver, tissue_was = tissue;
        const double lesion = field_at(task->lesion, &in_lesion, mm);
        liver = field_at(task->liver, &in_liver, mm);
        tissue = fmin(liver, -lesion);
        last = mm;
        if (liver > 0 && !entered) {
            double lps[3];
            abl_point_at(lps, task->target_lps, away,
                         mm + step * positive_share(was, liver));
            out->capsule_deg = capsule_angle(task->liver, lps, away);
            entered = true;
        }
        out->transit_mm += step * positive_share(tissue_was, tissue);
        if (lesion > 0)
            return;
    }
}
