/* One slice as the mean of thin sub-slices: profile, thickness, tilt.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "imaging/phantom_paint.h"

enum {
    MAX_SUBSLICES = 61
};

static const double finest_mm = 0.7;

typedef struct profile {
    size_t count; /* odd: the middle one lies on the slice */
    double step_mm;
    double weights[MAX_SUBSLICES];
} profile;

bool abl_phantom_has_profile(const abl_phantom *phantom)
{
    return phantom->thickness_mm > 0 || phantom->tilt_deg != 0;
}

/* A box of the slice's thickness blurred by the point spread along k. */
static double box_at(double z, double thickness_mm, double sigma_mm)
{
    if (!(sigma_mm > 0))
        return fabs(z) < thickness_mm / 2 ? 1 : 0;
    double scale = 1 / (sqrt(2) * sigma_mm);
    return erf((z + thickness_mm / 2) * scale) -
           erf((z - thickness_mm / 2) * scale);
}

static profile make_profile(const abl_phantom *phantom, double thickness_mm)
{
    profile p = {.count = 1};
    double sigma = phantom->psf_z_mm, sum = 0;
    double half = thickness_mm / 2 + 3 * sigma;
    if (phantom->is_profile_bell) {
        sigma = hypot(sigma, thickness_mm / 2.35482004503094938);
        half = 3 * sigma;
    }
    while (p.count + 2 <= MAX_SUBSLICES &&
           2 * half / (double)p.count > finest_mm)
        p.count += 2;
    p.step_mm = 2 * half / (double)p.count;
    for (size_t n = 0; n < p.count; n++) {
        double z = ((double)n - (double)(p.count - 1) / 2) * p.step_mm;
        p.weights[n] = phantom->is_profile_bell
                           ? exp(-z * z / (2 * sigma * sigma))
                           : box_at(z, thickness_mm, sigma);
        sum += p.weights[n];
    }
    for (size_t n = 0; n < p.count; n++)
        p.weights[n] /= sum;
    return p;
}

/* A grid of one slice of the sub-slice's thickness, where it lies. */
static abl_grid subslice_grid(const abl_canvas *c, const profile *p, size_t n)
{
    abl_grid grid = *c->grid;
    double shift_lps[3] = {0, 0, 0};
    double along = (double)c->k * grid.spacing_mm[2] +
                   ((double)n - (double)(p->count - 1) / 2) * p->step_mm;
    if (c->is_tilted)
        abl_phantom_slice_shift(shift_lps, c->phantom, (double)c->k);
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] += along * grid.direction[a][2] + shift_lps[a];
    grid.size[2] = 1;
    grid.spacing_mm[2] = p->step_mm;
    return grid;
}

abl_status abl_phantom_paint_profile(const abl_canvas *c, abl_error *err)
{
    const abl_phantom *phantom = c->phantom;
    double thickness_mm = phantom->thickness_mm > 0 ? phantom->thickness_mm
                                                    : c->grid->spacing_mm[2];
    const profile p = make_profile(phantom, thickness_mm);
    size_t pixels = c->grid->size[0] * c->grid->size[1];
    float *values = abl_alloc(pixels, sizeof *values, err);
    if (!values)
        return ABL_E_NOMEM;
    for (size_t i = 0; i < pixels; i++)
        c->values[i] = 0;
    for (size_t n = 0; n < p.count; n++) {
        const abl_grid grid = subslice_grid(c, &p, n);
        abl_canvas thin = *c;
        thin.grid = &grid;
        thin.k = 0;
        thin.values = values;
        thin.labels = n == p.count / 2 ? c->labels : NULL;
        abl_phantom_paint(&thin);
        for (size_t i = 0; i < pixels; i++)
            c->values[i] += (float)p.weights[n] * values[i];
    }
    free(values);
    return ABL_OK;
}
