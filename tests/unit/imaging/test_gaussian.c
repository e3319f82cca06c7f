/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/oracle.h"
#include "imaging/resample.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/volumes.h"

static abl_volume *smooth(const abl_volume *in, double si, double sj, double sk)
{
    abl_error err;
    abl_volume *out = NULL;
    const double sigma_mm[3] = {si, sj, sk};
    ABL_CHECK_OK(abl_gaussian(&out, in, sigma_mm, &err), &err);
    return out;
}

static size_t clamp_index(long n, size_t size)
{
    return n < 0 ? 0 : (size_t)n >= size ? size - 1 : (size_t)n;
}

/* Double precision, kernel cut at 4 sigma, borders replicated. */
static void smooth_axis(double *values, const abl_grid *grid, int axis,
                        double sigma)
{
    long radius = (long)(4 * sigma + 0.5);
    size_t voxels = abl_grid_voxels(grid), n = grid->size[axis];
    size_t stride = axis == 0   ? 1
                    : axis == 1 ? grid->size[0]
                                : grid->size[0] * grid->size[1];
    double *before = malloc(voxels * sizeof *before);
    memcpy(before, values, voxels * sizeof *before);
    for (size_t v = 0; v < voxels; v++) {
        size_t at = v / stride % n, line = v - at * stride;
        double sum = 0, weights = 0;
        for (long t = -radius; t <= radius; t++) {
            double w =
                sigma > 0 ? exp(-0.5 * (double)(t * t) / (sigma * sigma)) : 1;
            sum += w * before[line + clamp_index((long)at + t, n) * stride];
            weights += w;
        }
        values[v] = sum / weights;
    }
    free(before);
}

static void compare_brute_force(const abl_volume *in, const double sigma_mm[3])
{
    abl_volume *out = smooth(in, sigma_mm[0], sigma_mm[1], sigma_mm[2]);
    size_t voxels = abl_grid_voxels(&in->grid);
    double *expected = malloc(voxels * sizeof *expected), worst = 0;
    for (size_t n = 0; n < voxels; n++)
        expected[n] = in->type == ABL_PIXEL_F32 ? (double)abl_volume_f32(in)[n]
                                                : (double)abl_volume_i16(in)[n];
    for (int a = 0; a < 3; a++)
        smooth_axis(expected, &in->grid, a,
                    sigma_mm[a] / in->grid.spacing_mm[a]);
    for (size_t n = 0; n < voxels; n++)
        worst = fmax(worst, fabs(expected[n] - (double)abl_volume_f32(out)[n]));
    ABL_CHECK_NEAR(worst, 0, 2e-3);
    free(expected);
    abl_volume_destroy(out);
}

static void smoothing_agrees_with_double_precision(void)
{
    const size_t sizes[][3] = {
        {61, 53, 17}, {1, 53, 17}, {61, 1, 17}, {61, 53, 1}, {3, 2, 4}};
    const double sigmas[][3] = {
        {1.5, 1.5, 1.5}, {0, 0, 4}, {2, 0, 0}, {0.05, 0.1, 0.3}, {9, 9, 9}};
    for (size_t s = 0; s < 5; s++)
        for (size_t g = 0; g < 5; g++) {
            abl_grid grid = odd_grid(sizes[s][0], sizes[s][1], sizes[s][2]);
            abl_volume *in = random_image(
                &grid, g % 2 ? ABL_PIXEL_F32 : ABL_PIXEL_I16, 70 + s);
            compare_brute_force(in, sigmas[g]);
            abl_volume_destroy(in);
        }
}

/* Root mean square difference away from the borders. */
static double interior_rms(const abl_volume *a, const abl_volume *b,
                           const size_t margin[3])
{
    const size_t *n = a->grid.size;
    double sum = 0, count = 0;
    for (size_t k = margin[2]; k + margin[2] < n[2]; k++)
        for (size_t j = margin[1]; j + margin[1] < n[1]; j++)
            for (size_t i = margin[0]; i + margin[0] < n[0]; i++) {
                size_t v = abl_grid_offset(&a->grid, i, j, k);
                double d =
                    (double)abl_volume_f32(a)[v] - (double)abl_volume_f32(b)[v];
                sum += d * d;
                count++;
            }
    return sqrt(sum / count);
}

/* White noise of sd 577 shows the kernels' differences at their largest:
 * ITK's discrete kernel is a Bessel function, its recursive one a fit. */
static void smoothing_is_close_to_both_of_itk(void)
{
    abl_error err;
    abl_grid grid = abl_grid_axial(61, 53, 41, 0.7, 0.9, 0.8);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 71);
    abl_volume *ours = smooth(in, 1.5, 1.5, 1.5);
    abl_volume *discrete = NULL, *recursive = NULL;
    const size_t margin[3] = {10, 10, 10};
    ABL_CHECK_OK(abl_oracle_gaussian_discrete(&discrete, in, 1.5, &err), &err);
    ABL_CHECK_OK(abl_oracle_gaussian_recursive(&recursive, in, 1.5, &err),
                 &err);
    ABL_CHECK_NEAR(interior_rms(ours, discrete, margin), 0, 3.0);
    ABL_CHECK_NEAR(interior_rms(ours, recursive, margin), 0, 1.0);
    abl_volume_destroy(in);
    abl_volume_destroy(ours);
    abl_volume_destroy(discrete);
    abl_volume_destroy(recursive);
}

static void a_constant_stays_constant(void)
{
    abl_grid grid = odd_grid(40, 31, 12);
    abl_volume *in = new_volume(&grid, ABL_PIXEL_F32);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        abl_volume_f32(in)[n] = -1024;
    abl_volume *out = smooth(in, 3, 3, 3);
    ABL_CHECK_NEAR(largest_difference(in, out), 0, 1e-3);
    abl_volume_destroy(in);
    abl_volume_destroy(out);
}

static void sigma_zero_changes_nothing(void)
{
    abl_grid grid = odd_grid(40, 31, 12);
    abl_volume *in = random_image(&grid, ABL_PIXEL_F32, 3);
    abl_volume *out = smooth(in, 0, 0, 0);
    CU_ASSERT_EQUAL(count_differences(in, out), 0);
    abl_volume_destroy(in);
    abl_volume_destroy(out);
}

static void masks_can_be_smoothed(void)
{
    abl_grid grid = odd_grid(20, 20, 20);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume_u8(mask)[abl_grid_offset(&grid, 9, 10, 9)] = 255;
    abl_volume *out = smooth(mask, 1, 1, 2);
    double sum = 0;
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        sum += (double)abl_volume_f32(out)[n];
    ABL_CHECK_NEAR(sum, 255, 1e-3);
    abl_volume_destroy(mask);
    abl_volume_destroy(out);
}

static void threads_do_not_change_a_bit(void)
{
    abl_grid grid = odd_grid(131, 53, 17);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 3);
    abl_threads_set(1);
    abl_volume *one = smooth(in, 2, 1.1, 4);
    abl_threads_set(2);
    abl_volume *two = smooth(in, 2, 1.1, 4);
    CU_ASSERT_EQUAL(count_differences(one, two), 0);
    abl_volume_destroy(in);
    abl_volume_destroy(one);
    abl_volume_destroy(two);
}

static void bad_sigmas_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(5, 5, 5);
    abl_volume *in = new_volume(&grid, ABL_PIXEL_I16), *out = in;
    const double bad[] = {-0.1, NAN, INFINITY, 101};
    for (size_t n = 0; n < 4; n++) {
        const double sigma_mm[3] = {1, bad[n], 1};
        ABL_CHECK_FAILS(abl_gaussian(&out, in, sigma_mm, &err), ABL_E_INVALID,
                        "axis 1", &err);
        CU_ASSERT_PTR_NULL(out);
    }
    abl_volume_destroy(in);
}

const char *const abl_test_suite = "imaging.gaussian";
CU_TestInfo abl_tests[] = {
    ABL_TEST(smoothing_agrees_with_double_precision),
    ABL_TEST(smoothing_is_close_to_both_of_itk),
    ABL_TEST(a_constant_stays_constant),
    ABL_TEST(sigma_zero_changes_nothing),
    ABL_TEST(masks_can_be_smoothed),
    ABL_TEST(threads_do_not_change_a_bit),
    ABL_TEST(bad_sigmas_are_refused),
    CU_TEST_INFO_NULL,
};
