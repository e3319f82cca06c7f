/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "imaging/phantom_paint.h"
#include "imaging/resample.h"

enum {
    SLAB_SLICES = 16
};

/* Sum of four 16-bit uniforms, scaled to zero mean and unit variance. */
static double bell(uint64_t bits)
{
    uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) +
                   (bits >> 32 & 0xffff) + (bits >> 48);
    return ((double)sum - 2 * 65535.0) / 37836.7;
}

/* One slab with its margin for the blur along k. */
typedef struct slab {
    size_t first, count; /* slices wanted */
    size_t lo, slices;   /* slices painted */
    abl_volume *values;  /* of the painted slices */
} slab;

static abl_status new_slab(slab *s, const abl_grid *grid, size_t first,
                           double reach_mm, abl_error *err)
{
    size_t margin = (size_t)ceil(reach_mm / grid->spacing_mm[2]);
    s->first = first;
    s->count = grid->size[2] - first;
    if (s->count > SLAB_SLICES)
        s->count = SLAB_SLICES;
    s->lo = first > margin ? first - margin : 0;
    s->slices = s->first + s->count + margin;
    if (s->slices > grid->size[2])
        s->slices = grid->size[2];
    s->slices -= s->lo;
    abl_grid part = *grid;
    part.size[2] = s->slices;
    return abl_volume_create(&s->values, &part, ABL_PIXEL_F32, err);
}

static bool is_wanted(const slab *s, size_t k)
{
    return k >= s->first && k < s->first + s->count;
}

static abl_status paint_slab(const slab *s, const abl_canvas *shared,
                             abl_volume *labels, abl_error *err)
{
    size_t plane = shared->grid->size[0] * shared->grid->size[1];
    bool has_profile = abl_phantom_has_profile(shared->phantom);
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t n = 0; n < s->slices; n++) {
        abl_canvas c = *shared;
        c.k = s->lo + n;
        c.values = abl_volume_f32(s->values) + n * plane;
        c.labels = labels && is_wanted(s, c.k)
                       ? abl_volume_u8(labels) + c.k * plane
                       : NULL;
        if (!has_profile)
            abl_phantom_paint(&c);
        else if (abl_phantom_paint_profile(&c, NULL)) {
#pragma omp atomic write
            failed = 1;
        }
    }
    return failed ? abl_error_set(err, ABL_E_NOMEM, "out of memory") : ABL_OK;
}

/* What a Gaussian of @p sigma voxels leaves of the SD of white noise. */
static double smoothing_loss(double sigma)
{
    double sum = 0, squares = 0;
    int reach = (int)ceil(4 * sigma);
    if (!(sigma > 0))
        return 1;
    for (int n = -reach; n <= reach; n++) {
        double weight = exp(-n * n / (2 * sigma * sigma));
        sum += weight;
        squares += weight * weight;
    }
    return sqrt(squares) / sum;
}

/* Correlated noise of the recipe's SD on the slices of a slab. */
static abl_status make_noise(abl_volume **out, const slab *s,
                             const abl_canvas *shared, uint64_t salt,
                             abl_error *err)
{
    const abl_phantom *phantom = shared->phantom;
    size_t plane = shared->grid->size[0] * shared->grid->size[1];
    abl_volume *white = NULL;
    *out = NULL;
    abl_status status =
        abl_volume_create(&white, &s->values->grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    double gain = phantom->noise_hu;
    double sigma_mm[3];
    for (int a = 0; a < 3; a++) {
        sigma_mm[a] = phantom->noise_mm;
        gain /= smoothing_loss(phantom->noise_mm / shared->grid->spacing_mm[a]);
    }
    float *to = abl_volume_f32(white);
#pragma omp parallel for
    for (size_t k = 0; k < s->slices; k++)
        for (size_t n = 0; n < plane; n++)
            to[k * plane + n] =
                (float)(gain * bell(abl_phantom_mix(shared->seed + salt +
                                                    (s->lo + k) * plane + n)));
    status = abl_gaussian(out, white, sigma_mm, err);
    abl_volume_destroy(white);
    return status;
}

/* CT: added. MR: the magnitude of a complex signal with noise in both parts,
 * which never falls below zero (Rician). */
static abl_status add_noise(const slab *s, const abl_canvas *shared,
                            abl_error *err)
{
    static const uint64_t real_salt = 0x5eed * (uint64_t)1e6;
    bool is_mr = abl_phantom_is_mr(shared->phantom);
    abl_volume *real = NULL, *imaginary = NULL;
    if (!(shared->phantom->noise_hu > 0))
        return ABL_OK;
    abl_status status = make_noise(&real, s, shared, real_salt, err);
    if (!status && is_mr)
        status = make_noise(&imaginary, s, shared, real_salt << 20, err);
    if (!status) {
        float *values = abl_volume_f32(s->values);
        const float *a = abl_volume_f32(real);
        const float *b = is_mr ? abl_volume_f32(imaginary) : NULL;
        size_t count = abl_grid_voxels(&s->values->grid);
#pragma omp parallel for
        for (size_t n = 0; n < count; n++)
            values[n] = b ? hypotf(values[n] + a[n], b[n]) : values[n] + a[n];
    }
    abl_volume_destroy(real);
    abl_volume_destroy(imaginary);
    return status;
}

static void store_slab(const slab *s, const abl_phantom *phantom,
                       abl_volume *image)
{
    const float least = abl_phantom_is_mr(phantom) ? 0 : -1024;
    size_t plane = image->grid.size[0] * image->grid.size[1];
    const float *from = abl_volume_f32(s->values) + (s->first - s->lo) * plane;
    int16_t *to = abl_volume_i16(image) + s->first * plane;
#pragma omp parallel for
    for (size_t n = 0; n < s->count * plane; n++) {
        float value = fminf(fmaxf(from[n], least), 3071);
        to[n] = (int16_t)lrintf(value);
    }
}

static abl_status blur_slab(slab *s, const abl_phantom *phantom, abl_error *err)
{
    const double sigma_mm[3] = {
        phantom->psf_mm, phantom->psf_mm,
        abl_phantom_has_profile(phantom) ? 0 : phantom->psf_z_mm};
    if (!(sigma_mm[0] > 0 || sigma_mm[2] > 0))
        return ABL_OK;
    abl_volume *blurred = NULL;
    abl_status status = abl_gaussian(&blurred, s->values, sigma_mm, err);
    if (status)
        return status;
    abl_volume_destroy(s->values);
    s->values = blurred;
    return ABL_OK;
}

static abl_status render_slab(const abl_canvas *shared, size_t first,
                              abl_volume *image, abl_volume *labels,
                              abl_error *err)
{
    const abl_phantom *phantom = shared->phantom;
    double reach_mm =
        image ? 4 * fmax(phantom->psf_z_mm, phantom->noise_mm) : 0;
    slab s = {0};
    abl_status status = new_slab(&s, shared->grid, first, reach_mm, err);
    if (status)
        return status;
    status = paint_slab(&s, shared, labels, err);
    if (image && !status)
        status = blur_slab(&s, phantom, err);
    if (image && !status)
        status = add_noise(&s, shared, err);
    if (image && !status)
        store_slab(&s, phantom, image);
    abl_volume_destroy(s.values);
    return status;
}

abl_status abl_phantom_render(abl_volume **image, abl_volume **labels,
                              const abl_phantom *phantom, const abl_grid *grid,
                              uint64_t seed, const abl_progress *progress,
                              abl_error *err)
{
    static const abl_progress silent = {NULL, NULL};
    abl_volume *hu = NULL, *names = NULL;
    if (image)
        *image = NULL;
    if (labels)
        *labels = NULL;
    bool is_tilted = !grid && phantom->tilt_deg != 0;
    if (!grid)
        grid = &phantom->grid;
    abl_status status = abl_grid_validate(grid, err);
    if (!status && image)
        status = abl_volume_create(&hu, grid, ABL_PIXEL_I16, err);
    if (!status && labels)
        status = abl_volume_create(&names, grid, ABL_PIXEL_U8, err);
    const abl_canvas shared = {.phantom = phantom,
                               .grid = grid,
                               .seed = abl_phantom_mix(seed),
                               .is_tilted = is_tilted};
    for (size_t k = 0; !status && k < grid->size[2]; k += SLAB_SLICES) {
        status = abl_progress_step(progress ? progress : &silent, "painting",
                                   (double)k / (double)grid->size[2], err);
        if (!status)
            status = render_slab(&shared, k, hu, names, err);
    }
    if (status) {
        abl_volume_destroy(hu);
        abl_volume_destroy(names);
        return status;
    }
    if (image)
        *image = hu;
    if (labels)
        *labels = names;
    return ABL_OK;
}
