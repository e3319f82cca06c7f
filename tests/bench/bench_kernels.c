/* Our kernels against ITK's filters, in one run on one synthetic volume.
 * Usage: abl_bench_kernels [--full] [--threads N]
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "imaging/components.h"
#include "imaging/distance.h"
#include "imaging/oracle.h"
#include "imaging/resample.h"
#include "imaging/threads.h"
#include "imaging/tubularity.h"

typedef struct inputs {
    abl_volume *image;   /* i16: ellipsoids in noise of sd 15 HU */
    abl_volume *smooth;  /* f32 of the image */
    abl_volume *object;  /* u8: a liver-sized object with holes */
    abl_volume *speckle; /* u8: 130,000 components at full size */
    abl_grid fine;       /* 1.03 mm: no voxel centre on a border */
    abl_grid coarse;     /* a network's grid */
} inputs;

typedef abl_status (*kernel)(abl_volume **out, const inputs *in,
                             abl_error *err);
typedef void (*comparison)(char text[64], const abl_volume *ours,
                           const abl_volume *itk, const inputs *in);

static void fail(const abl_error *err)
{
    fprintf(stderr, "abl_bench_kernels: %s\n", err->message);
    exit(1);
}

static double read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Roughly normal noise of sd 1. */
static double noise(uint64_t *state)
{
    double sum = 0;
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    for (unsigned n = 0; n < 4; n++)
        sum += (double)((*state >> (n * 16)) & 0xffff) / 65536.0 - 0.5;
    return sum * 1.7320508;
}

static double ellipsoid(const abl_grid *grid, size_t n, const double at[3],
                        const double half[3])
{
    const size_t *size = grid->size;
    double f[3] = {(double)(n % size[0]) / (double)size[0],
                   (double)(n / size[0] % size[1]) / (double)size[1],
                   (double)(n / size[0] / size[1]) / (double)size[2]};
    double sum = 0;
    for (int a = 0; a < 3; a++)
        sum += (f[a] - at[a]) * (f[a] - at[a]) / (half[a] * half[a]);
    return sum;
}

static void paint(inputs *in)
{
    const abl_grid *grid = &in->image->grid;
    const double body[2][3] = {{0.5, 0.5, 0.5}, {0.42, 0.33, 9}};
    const double liver[2][3] = {{0.35, 0.45, 0.5}, {0.2, 0.18, 0.35}};
    uint64_t state = 42;
    for (size_t n = 0; n < abl_grid_voxels(grid); n++) {
        double random = noise(&state), hu = -1000;
        bool inside = ellipsoid(grid, n, liver[0], liver[1]) < 1;
        if (ellipsoid(grid, n, body[0], body[1]) < 1)
            hu = inside ? 110 : 40;
        hu += 15 * random;
        abl_volume_i16(in->image)[n] = (int16_t)lrint(hu);
        abl_volume_f32(in->smooth)[n] = (float)hu;
        abl_volume_u8(in->object)[n] = inside && random > -2.2;
        abl_volume_u8(in->speckle)[n] =
            random > 1.9 || (inside && random > 0.6);
    }
}

static void make_inputs(inputs *in, bool full)
{
    abl_error err;
    abl_grid grid = full ? abl_grid_axial(512, 512, 200, 0.75, 0.75, 1.25)
                         : abl_grid_axial(256, 256, 100, 1.5, 1.5, 2.5);
    const double fine[3] = {1.03, 1.03, 1.03}, coarse[3] = {2.5, 2.5, 3};
    if (abl_volume_create(&in->image, &grid, ABL_PIXEL_I16, &err) ||
        abl_volume_create(&in->smooth, &grid, ABL_PIXEL_F32, &err) ||
        abl_volume_create(&in->object, &grid, ABL_PIXEL_U8, &err) ||
        abl_volume_create(&in->speckle, &grid, ABL_PIXEL_U8, &err) ||
        abl_grid_respace(&in->fine, &grid, fine, &err) ||
        abl_grid_respace(&in->coarse, &grid, coarse, &err))
        fail(&err);
    paint(in);
}

static abl_status our_distance(abl_volume **out, const inputs *in,
                               abl_error *err)
{
    return abl_distance_map(out, in->object, err);
}

static abl_status our_signed(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_distance_signed(out, in->object, err);
}

static abl_status itk_distance(abl_volume **out, const inputs *in,
                               abl_error *err)
{
    return abl_oracle_distance(out, in->object, err);
}

static abl_status our_dilate(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_dilate(out, in->object, 5, err);
}

static abl_status itk_dilate(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_oracle_morph(out, in->object, ABL_ORACLE_DILATE, 5, err);
}

static abl_status our_open(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_open(out, in->object, 3, err);
}

static abl_status itk_open(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_oracle_morph(out, in->object, ABL_ORACLE_OPEN, 3, err);
}

static abl_status our_close(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_close(out, in->object, 3, err);
}

static abl_status itk_close(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_oracle_morph(out, in->object, ABL_ORACLE_CLOSE, 3, err);
}

static abl_status label(abl_volume **out, const inputs *in,
                        abl_connectivity connectivity, abl_error *err)
{
    abl_components found;
    abl_status status =
        abl_components_find(&found, in->speckle, connectivity, err);
    *out = found.labels;
    free(found.items);
    return status;
}

static abl_status our_labels_6(abl_volume **out, const inputs *in,
                               abl_error *err)
{
    return label(out, in, ABL_CONNECT_FACES, err);
}

static abl_status itk_labels_6(abl_volume **out, const inputs *in,
                               abl_error *err)
{
    size_t count = 0;
    return abl_oracle_components(out, &count, in->speckle, ABL_CONNECT_FACES,
                                 err);
}

static abl_status our_labels_26(abl_volume **out, const inputs *in,
                                abl_error *err)
{
    return label(out, in, ABL_CONNECT_CORNERS, err);
}

static abl_status itk_labels_26(abl_volume **out, const inputs *in,
                                abl_error *err)
{
    size_t count = 0;
    return abl_oracle_components(out, &count, in->speckle, ABL_CONNECT_CORNERS,
                                 err);
}

static abl_status our_largest(abl_volume **out, const inputs *in,
                              abl_error *err)
{
    abl_status status = abl_volume_clone(out, in->speckle, err);
    return status ? status
                  : abl_mask_keep_largest(*out, ABL_CONNECT_FACES, NULL, err);
}

static abl_status itk_largest(abl_volume **out, const inputs *in,
                              abl_error *err)
{
    return abl_oracle_keep_largest(out, in->speckle, ABL_CONNECT_FACES, err);
}

static abl_status our_fill(abl_volume **out, const inputs *in, abl_error *err)
{
    abl_status status = abl_volume_clone(out, in->object, err);
    return status ? status : abl_mask_fill_holes(*out, err);
}

static abl_status itk_fill(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_oracle_fill_holes(out, in->object, err);
}

static abl_status our_hysteresis(abl_volume **out, const inputs *in,
                                 abl_error *err)
{
    return abl_mask_reconstruct(out, in->object, in->speckle,
                                ABL_CONNECT_CORNERS, err);
}

static abl_status itk_hysteresis(abl_volume **out, const inputs *in,
                                 abl_error *err)
{
    return abl_oracle_reconstruct(out, in->object, in->speckle,
                                  ABL_CONNECT_CORNERS, err);
}

static abl_status our_gaussian(abl_volume **out, const inputs *in,
                               abl_error *err)
{
    const double sigma_mm[3] = {1.5, 1.5, 1.5};
    return abl_gaussian(out, in->image, sigma_mm, err);
}

static const double tube_mm = 2;

static abl_status our_tubes(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_tubularity(out, in->smooth, NULL, &tube_mm, 1, err);
}

static abl_status itk_tubes(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_oracle_tubularity(out, in->smooth, tube_mm, err);
}

static abl_status itk_discrete(abl_volume **out, const inputs *in,
                               abl_error *err)
{
    return abl_oracle_gaussian_discrete(out, in->image, 1.5, err);
}

static abl_status itk_recursive(abl_volume **out, const inputs *in,
                                abl_error *err)
{
    return abl_oracle_gaussian_recursive(out, in->image, 1.5, err);
}

static abl_status our_linear(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_resample_linear(out, in->smooth, &in->fine, 0, err);
}

static abl_status itk_linear(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_oracle_resample_linear(out, in->smooth, &in->fine, err);
}

static abl_status our_nearest(abl_volume **out, const inputs *in,
                              abl_error *err)
{
    return abl_resample_nearest(out, in->smooth, &in->fine, err);
}

static abl_status itk_nearest(abl_volume **out, const inputs *in,
                              abl_error *err)
{
    return abl_oracle_resample_nearest(out, in->smooth, &in->fine, err);
}

static abl_status our_shrink(abl_volume **out, const inputs *in, abl_error *err)
{
    return abl_resample(out, in->image, &in->coarse, err);
}

/* What one would write with ITK: smooth against aliasing, then sample. */
static abl_status itk_shrink(abl_volume **out, const inputs *in, abl_error *err)
{
    abl_volume *smooth = NULL;
    abl_status status =
        abl_oracle_gaussian_recursive(&smooth, in->image, 1, err);
    if (!status)
        status = abl_oracle_resample_linear(out, smooth, &in->coarse, err);
    abl_volume_destroy(smooth);
    return status;
}

/* Outside the object: inside, ITK measures to the object's edge voxels. */
static void compare_outside(char text[64], const abl_volume *ours,
                            const abl_volume *itk, const inputs *in)
{
    double worst = 0;
    for (size_t n = 0; n < abl_grid_voxels(&ours->grid); n++)
        if (!abl_volume_u8(in->object)[n])
            worst = fmax(worst, fabs((double)abl_volume_f32(ours)[n] -
                                     (double)abl_volume_f32(itk)[n]));
    snprintf(text, 64, "within %.1e mm", worst);
}

static void compare_voxels(char text[64], const abl_volume *ours,
                           const abl_volume *itk, const inputs *in)
{
    (void)in;
    size_t bytes = abl_pixel_size(ours->type), differ = 0;
    for (size_t n = 0; n < abl_grid_voxels(&ours->grid); n++)
        differ += memcmp((const char *)ours->data + n * bytes,
                         (const char *)itk->data + n * bytes, bytes) != 0;
    snprintf(text, 64, "%zu voxels differ", differ);
}

static void compare_partition(char text[64], const abl_volume *ours,
                              const abl_volume *itk, const inputs *in)
{
    (void)in;
    size_t voxels = abl_grid_voxels(&ours->grid), differ = 0, count = 0;
    const int32_t *a = abl_volume_i32(ours), *b = abl_volume_i32(itk);
    for (size_t n = 0; n < voxels; n++)
        count = (size_t)b[n] > count ? (size_t)b[n] : count;
    int32_t *name = calloc(count + 1, sizeof *name);
    for (size_t n = 0; name && n < voxels; n++) {
        if (b[n] && !name[b[n]])
            name[b[n]] = a[n];
        differ += name[b[n]] != a[n];
    }
    free(name);
    snprintf(text, 64, "%zu parts, %zu voxels differ", count, differ);
}

static void compare_values(char text[64], const abl_volume *ours,
                           const abl_volume *itk, const inputs *in)
{
    (void)in;
    double worst = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    double count = (double)abl_grid_voxels(&ours->grid);
    for (size_t n = 0; n < abl_grid_voxels(&ours->grid); n++) {
        double x = (double)abl_volume_f32(ours)[n];
        double y = (double)abl_volume_f32(itk)[n];
        worst = fmax(worst, fabs(x - y));
        a += x;
        b += y;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    double covariance = ab / count - a / count * b / count;
    double va = aa / count - a / count * a / count;
    double vb = bb / count - b / count * b / count;
    snprintf(text, 64, "r %.6f, within %.2g", covariance / sqrt(va * vb),
             worst);
}

/* Elapsed and processor seconds: on a busy machine the second is fairer. */
typedef struct timing {
    double elapsed, processor;
} timing;

static timing time_of(abl_volume **out, kernel run, const inputs *in, int tries)
{
    abl_error err;
    timing best = {INFINITY, INFINITY};
    *out = NULL;
    for (int n = 0; n < tries; n++) {
        abl_volume_destroy(*out);
        double elapsed = read_clock(CLOCK_MONOTONIC);
        double processor = read_clock(CLOCK_PROCESS_CPUTIME_ID);
        if (run(out, in, &err))
            fail(&err);
        elapsed = read_clock(CLOCK_MONOTONIC) - elapsed;
        processor = read_clock(CLOCK_PROCESS_CPUTIME_ID) - processor;
        best.elapsed = fmin(best.elapsed, elapsed);
        best.processor = fmin(best.processor, processor);
    }
    return best;
}

static void bench(const char *name, kernel ours, kernel itk, comparison compare,
                  const inputs *in)
{
    abl_volume *a = NULL, *b = NULL;
    char text[64];
    timing our_s = time_of(&a, ours, in, 3), itk_s = time_of(&b, itk, in, 1);
    compare(text, a, b, in);
    printf("%-32s %7.3f %7.3f %6.1fx %6.1fx  %s\n", name, our_s.elapsed,
           itk_s.elapsed, itk_s.elapsed / our_s.elapsed,
           itk_s.processor / our_s.processor, text);
    fflush(stdout);
    abl_volume_destroy(a);
    abl_volume_destroy(b);
}

static void bench_all(const inputs *in)
{
    bench("distance", our_distance, itk_distance, compare_outside, in);
    bench("signed distance", our_signed, itk_distance, compare_outside, in);
    bench("dilate, 5 mm", our_dilate, itk_dilate, compare_voxels, in);
    bench("open, 3 mm", our_open, itk_open, compare_voxels, in);
    bench("close, 3 mm", our_close, itk_close, compare_voxels, in);
    bench("components, 6 neighbours", our_labels_6, itk_labels_6,
          compare_partition, in);
    bench("components, 26 neighbours", our_labels_26, itk_labels_26,
          compare_partition, in);
    bench("largest component", our_largest, itk_largest, compare_voxels, in);
    bench("fill holes", our_fill, itk_fill, compare_voxels, in);
    bench("hysteresis", our_hysteresis, itk_hysteresis, compare_voxels, in);
    bench("Gaussian 1.5 mm (discrete)", our_gaussian, itk_discrete,
          compare_values, in);
    bench("Gaussian 1.5 mm (recursive)", our_gaussian, itk_recursive,
          compare_values, in);
    bench("tubularity, one scale", our_tubes, itk_tubes, compare_values, in);
    bench("linear to 1.03 mm", our_linear, itk_linear, compare_values, in);
    bench("nearest to 1.03 mm", our_nearest, itk_nearest, compare_values, in);
    bench("shrink to 2.5x2.5x3 mm (smooth)", our_shrink, itk_shrink,
          compare_values, in);
}

int main(int argc, char **argv)
{
    bool full = false;
    long threads = 0;
    for (int n = 1; n < argc; n++) {
        if (strcmp(argv[n], "--full") == 0) {
            full = true;
        } else if (strcmp(argv[n], "--threads") == 0 && n + 1 < argc) {
            threads = strtol(argv[++n], NULL, 10);
        } else {
            fprintf(stderr,
                    "usage: abl_bench_kernels [--full] [--threads N]\n");
            return 2;
        }
    }
    abl_threads_set(threads > 0 && threads <= 256 ? (int)threads : 0);
    abl_oracle_threads_set(abl_threads_get());
    inputs in;
    make_inputs(&in, full);
    const size_t *size = in.image->grid.size;
    printf("%zu x %zu x %zu voxels, %d threads; ours: best of 3, ITK: one run\n"
           "\n%-32s %7s %7s %7s %7s  %s\n",
           size[0], size[1], size[2], abl_threads_get(), "", "ours, s",
           "ITK, s", "faster", "by CPU", "agreement");
    bench_all(&in);
    abl_volume_destroy(in.image);
    abl_volume_destroy(in.smooth);
    abl_volume_destroy(in.object);
    abl_volume_destroy(in.speckle);
    return 0;
}
