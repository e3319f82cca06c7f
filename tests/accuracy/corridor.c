/* SPDX-License-Identifier: Apache-2.0 */
#include "corridor.h"

#include <math.h>
#include <string.h>

#include "eligibility/measure.h"
#include "imaging/resample.h"

enum {
    ANGLES = 16,
    RINGS = 4
};
static const double step_mm = 0.7, below_skin_mm = 6, sigma_mm = 0.8;

/* Unit vectors of a path: inwards, across it in the axial plane, and across
 * both. */
typedef struct frame {
    double in[3], side[3], up[3];
} frame;

static void set_unit(double v[3])
{
    const double norm = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    for (int r = 0; r < 3; r++)
        v[r] /= norm;
}

static frame frame_of(const abl_path *path, const abl_grid *grid)
{
    frame f;
    double along = 0;
    for (int r = 0; r < 3; r++)
        f.in[r] = path->target_lps[r] - path->entry_lps[r];
    set_unit(f.in);
    for (int r = 0; r < 3; r++)
        along += grid->direction[r][2] * f.in[r];
    for (int r = 0; r < 3; r++)
        f.up[r] = grid->direction[r][2] - along * f.in[r];
    set_unit(f.up);
    for (int r = 0; r < 3; r++)
        f.side[r] = f.up[(r + 1) % 3] * f.in[(r + 2) % 3] -
                    f.up[(r + 2) % 3] * f.in[(r + 1) % 3];
    return f;
}

static void take(corridor_check *out, double hu)
{
    out->most_hu = fmax(out->most_hu, hu);
    out->least_hu = fmin(out->least_hu, hu);
}

static void look_across(corridor_check *out, const abl_volume *smooth,
                        const abl_access *access, const frame *f,
                        double depth_mm)
{
    for (int n = 0; n < ANGLES * RINGS; n++) {
        const double turn = 2 * M_PI * (n % ANGLES) / ANGLES;
        const double share = (double)(n / ANGLES) / (RINGS - 1);
        const double side = share * access->corridor_mm * cos(turn);
        const double up = share * access->corridor_out_of_plane_mm * sin(turn);
        double lps[3];
        for (int r = 0; r < 3; r++)
            lps[r] = access->path.entry_lps[r] + depth_mm * f->in[r] +
                     side * f->side[r] + up * f->up[r];
        take(out, abl_volume_sample_lps(smooth, lps));
    }
}

abl_status corridor_check_find(corridor_check *out, const abl_volume *image,
                               const abl_structures *structures,
                               const abl_series_info *info, abl_error *err)
{
    const abl_measure_options how = abl_measure_options_default();
    const double sigma[3] = {sigma_mm, sigma_mm, sigma_mm};
    abl_findings *findings = NULL;
    abl_volume *smooth = NULL;
    memset(out, 0, sizeof *out);
    abl_status status =
        abl_measure(&findings, image, structures, info, &how, err);
    if (!status)
        status = abl_gaussian(&smooth, image, sigma, err);
    for (size_t n = 0; !status && n < findings->lesion_count; n++) {
        const abl_access *access = &findings->lesions[n].access;
        out->lesions++;
        if (!access->has_path)
            continue;
        out->paths++;
        const frame f = frame_of(&access->path, &image->grid);
        for (double mm = below_skin_mm; mm < access->path.length_mm;
             mm += step_mm)
            look_across(out, smooth, access, &f, mm);
    }
    abl_findings_destroy(findings);
    abl_volume_destroy(smooth);
    return status;
}
