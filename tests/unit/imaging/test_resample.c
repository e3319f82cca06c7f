/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/resample.h"

#include "imaging/oracle.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/volumes.h"

static abl_grid respace(const abl_grid *grid, double di, double dj, double dk)
{
    abl_error err;
    abl_grid out;
    const double spacing_mm[3] = {di, dj, dk};
    ABL_CHECK_OK(abl_grid_respace(&out, grid, spacing_mm, &err), &err);
    return out;
}

static abl_volume *resample(const abl_volume *in, const abl_grid *grid)
{
    abl_error err;
    abl_volume *out = NULL;
    ABL_CHECK_OK(abl_resample(&out, in, grid, &err), &err);
    return out;
}

/* The convention of the networks, written down once more in the slowest way:
 * weight of input voxel t for an output centred at c. */
static double weight_of(int axis, double ratio, double t, double c)
{
    if (ratio <= 1)
        return fmax(0, 1 - fabs(t - c));
    if (axis < 2)
        return fmax(0, 1 - fabs(t - c) / ratio);
    double sigma = 0.4 * ratio, low = floor(c), high = c - low;
    double radius = floor(4 * sigma + 0.5), a = t - low, b = t - low - 1;
    double weight = 0;
    if (fabs(a) <= radius)
        weight += (1 - high) * exp(-0.5 * a * a / (sigma * sigma));
    if (fabs(b) <= radius)
        weight += high * exp(-0.5 * b * b / (sigma * sigma));
    return weight;
}

static double *filter_axis(const double *values, const size_t size[3], int axis,
                           size_t outputs, double start, double ratio)
{
    size_t stride = 1, after = 1, n = size[axis];
    for (int a = 0; a < axis; a++)
        stride *= size[a];
    for (int a = axis + 1; a < 3; a++)
        after *= size[a];
    double *out = calloc(stride * outputs * after, sizeof *out);
    long reach = (long)(4 * ratio) + 6;
    for (size_t o = 0; o < outputs; o++) {
        double c = start + (double)o * ratio, sum = 0;
        for (long t = (long)floor(c) - reach; t <= (long)c + reach; t++)
            sum += weight_of(axis, ratio, (double)t, c);
        for (long t = (long)floor(c) - reach; t <= (long)c + reach; t++) {
            double w = weight_of(axis, ratio, (double)t, c) / sum;
            size_t at = t < 0 ? 0 : t >= (long)n ? n - 1 : (size_t)t;
            for (size_t b = 0; b < after; b++)
                for (size_t s = 0; s < stride; s++)
                    out[(b * outputs + o) * stride + s] +=
                        w * values[(b * n + at) * stride + s];
        }
    }
    return out;
}

static double brute_force_error(const abl_volume *out, const abl_volume *in)
{
    size_t size[3], voxels = abl_grid_voxels(&in->grid);
    double start[3], worst = 0;
    double *values = malloc(voxels * sizeof *values);
    memcpy(size, in->grid.size, sizeof size);
    abl_grid_to_ijk(start, &in->grid, out->grid.origin_lps);
    for (size_t n = 0; n < voxels; n++)
        values[n] = in->type == ABL_PIXEL_F32 ? (double)abl_volume_f32(in)[n]
                                              : (double)abl_volume_i16(in)[n];
    for (int a = 0; a < 3; a++) {
        double *next =
            filter_axis(values, size, a, out->grid.size[a], start[a],
                        out->grid.spacing_mm[a] / in->grid.spacing_mm[a]);
        free(values);
        values = next;
        size[a] = out->grid.size[a];
    }
    for (size_t n = 0; n < abl_grid_voxels(&out->grid); n++)
        worst = fmax(worst, fabs(values[n] - (double)abl_volume_f32(out)[n]));
    free(values);
    return worst;
}

static void respacing_keeps_the_outer_borders(void)
{
    abl_grid grid = odd_grid(61, 53, 17);
    abl_grid out = respace(&grid, 2.5, 2.5, 3);
    CU_ASSERT_EQUAL(out.size[0], 17); /* 42.7 / 2.5 = 17.08 */
    CU_ASSERT_EQUAL(out.size[1], 19); /* 47.7 / 2.5 = 19.08 */
    CU_ASSERT_EQUAL(out.size[2], 14); /* 42.5 / 3 = 14.17 */
    double a[3], b[3];
    const double corner[3] = {-0.5, -0.5, -0.5};
    abl_grid_to_lps(a, &grid, corner);
    abl_grid_to_lps(b, &out, corner);
    for (int r = 0; r < 3; r++)
        ABL_CHECK_NEAR(a[r], b[r], 1e-9);
    ABL_CHECK_NEAR(out.spacing_mm[1], 2.5, 0);
}

static void respacing_never_loses_the_last_voxel(void)
{
    abl_grid grid = odd_grid(2, 2, 1);
    abl_grid out = respace(&grid, 50, 50, 50);
    CU_ASSERT_EQUAL(out.size[0], 1);
    CU_ASSERT_EQUAL(out.size[2], 1);
}

static void impossible_spacings_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 17), out;
    const double bad[] = {0, -1, NAN, INFINITY, 1e-3, 1e-300, 1000};
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        const double spacing_mm[3] = {1, bad[n], 1};
        ABL_CHECK_FAILS(abl_grid_respace(&out, &grid, spacing_mm, &err),
                        ABL_E_GEOMETRY, "axis 1", &err);
    }
}

static void the_networks_grids_are_made_exactly(void)
{
    const double spacings[][3] = {
        {2.5, 2.5, 3},   {1.25, 1.25, 2.5}, {0.5, 0.4, 1},      {0.7, 0.9, 2.5},
        {0.5, 2.5, 7.5}, {0.7, 0.9, 0.6},   {1.4, 0.6, 2.50001}};
    for (size_t s = 0; s < sizeof spacings / sizeof spacings[0]; s++)
        for (int type = 0; type < 2; type++) {
            abl_grid grid = odd_grid(61, 53, 17);
            abl_volume *in = random_image(
                &grid, type ? ABL_PIXEL_F32 : ABL_PIXEL_I16, 80 + s);
            abl_grid target =
                respace(&grid, spacings[s][0], spacings[s][1], spacings[s][2]);
            abl_volume *out = resample(in, &target);
            /* The last spacing is within rounding of no change along k. */
            if (s + 1 < sizeof spacings / sizeof spacings[0])
                ABL_CHECK_NEAR(brute_force_error(out, in), 0, 2e-3);
            CU_ASSERT_EQUAL(out->grid.size[2], target.size[2]);
            abl_volume_destroy(out);
            abl_volume_destroy(in);
        }
}

static void thin_volumes_are_made_exactly(void)
{
    const size_t sizes[][3] = {{1, 13, 9}, {13, 1, 9}, {13, 9, 1}, {1, 1, 1}};
    for (size_t s = 0; s < 4; s++) {
        abl_grid grid = odd_grid(sizes[s][0], sizes[s][1], sizes[s][2]);
        abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 90 + s);
        abl_grid small = respace(&grid, 2.5, 2.5, 3);
        abl_grid large = respace(&grid, 0.3, 0.3, 0.9);
        abl_volume *shrunk = resample(in, &small);
        abl_volume *grown = resample(in, &large);
        ABL_CHECK_NEAR(brute_force_error(shrunk, in), 0, 2e-3);
        ABL_CHECK_NEAR(brute_force_error(grown, in), 0, 2e-3);
        abl_volume_destroy(shrunk);
        abl_volume_destroy(grown);
        abl_volume_destroy(in);
    }
}

static void the_same_grid_gives_the_same_values(void)
{
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *in = random_image(&grid, ABL_PIXEL_F32, 5);
    abl_volume *out = resample(in, &grid);
    ABL_CHECK_NEAR(largest_difference(in, out), 0, 1e-6);
    abl_volume_destroy(in);
    abl_volume_destroy(out);
}

/* A part of the target grid gives that part of the result. */
static void a_cropped_target_gives_the_crop(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 17), part;
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 6), *crop = NULL;
    const double spacings[][3] = {{2.5, 2.5, 3}, {0.5, 0.5, 1}};
    for (int s = 0; s < 2; s++) {
        abl_grid whole =
            respace(&grid, spacings[s][0], spacings[s][1], spacings[s][2]);
        const size_t lo[3] = {5, 7, 2}, size[3] = {9, 4, 8};
        ABL_CHECK_OK(abl_grid_crop(&part, &whole, lo, size, &err), &err);
        abl_volume *all = resample(in, &whole), *some = resample(in, &part);
        ABL_CHECK_OK(abl_volume_crop(&crop, all, lo, size, &err), &err);
        ABL_CHECK_NEAR(largest_difference(crop, some), 0, 1e-3);
        abl_volume_destroy(all);
        abl_volume_destroy(some);
        abl_volume_destroy(crop);
    }
    abl_volume_destroy(in);
}

static void beyond_the_input_the_border_goes_on(void)
{
    abl_grid grid = odd_grid(8, 6, 4);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 7);
    const double steps[][3] = {{2.5, 2.5, 3}, {0.5, 0.5, 1}};
    for (int s = 0; s < 2; s++) {
        abl_grid target = odd_grid(31, 4, 3);
        const double first[3] = {-40, 2, -3};
        memcpy(target.spacing_mm, steps[s], sizeof target.spacing_mm);
        abl_grid_to_lps(target.origin_lps, &grid, first);
        abl_volume *out = resample(in, &target);
        ABL_CHECK_NEAR(brute_force_error(out, in), 0, 2e-3);
        abl_volume_destroy(out);
    }
    abl_grid far = odd_grid(3, 3, 3);
    far.origin_lps[1] = 1e9;
    abl_volume *out = resample(in, &far);
    CU_ASSERT_TRUE(isfinite(abl_volume_f32(out)[13]));
    abl_volume_destroy(out);
    abl_volume_destroy(in);
}

static void axes_that_differ_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(8, 6, 4), axial = abl_grid_axial(8, 6, 4, 1, 1, 1);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 7), *out = in;
    ABL_CHECK_FAILS(abl_resample(&out, in, &axial, &err), ABL_E_GEOMETRY,
                    "axes", &err);
    CU_ASSERT_PTR_NULL(out);
    abl_grid none = grid, lost = grid;
    none.size[1] = 0;
    ABL_CHECK_FAILS(abl_resample(&out, in, &none, &err), ABL_E_GEOMETRY,
                    "axis 1", &err);
    lost.origin_lps[0] = INFINITY;
    ABL_CHECK_FAILS(abl_resample(&out, in, &lost, &err), ABL_E_GEOMETRY,
                    "finite", &err);
    lost.origin_lps[0] = 1e308;
    ABL_CHECK_FAILS(abl_resample_linear(&out, in, &lost, 0, &err),
                    ABL_E_GEOMETRY, "too far", &err);
    ABL_CHECK_FAILS(abl_resample_nearest(&out, in, &lost, &err), ABL_E_GEOMETRY,
                    "too far", &err);
    ABL_CHECK_FAILS(abl_resample_nearest(&out, in, &none, &err), ABL_E_GEOMETRY,
                    "axis 1", &err);
    CU_ASSERT_PTR_NULL(out);
    abl_volume_destroy(in);
}

static abl_grid turned_grid(const abl_grid *around)
{
    abl_grid grid = abl_grid_axial(33, 29, 31, 1.1, 1.3, 1.7);
    const double middle[3] = {20, 20, 8}, back[3] = {-16, -14, -15};
    double c = cos(0.8), s = sin(0.8);
    const double direction[3][3] = {{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    memcpy(grid.direction, direction, sizeof direction);
    abl_grid_to_lps(grid.origin_lps, around, middle);
    double origin[3];
    abl_grid_to_lps(origin, &grid, back);
    memcpy(grid.origin_lps, origin, sizeof origin);
    return grid;
}

static void sampling_agrees_with_itk_on_any_grid(void)
{
    abl_error err;
    abl_grid grid = odd_grid(41, 39, 17);
    abl_volume *in = random_image(&grid, ABL_PIXEL_F32, 9);
    abl_grid targets[4] = {turned_grid(&grid), respace(&grid, 0.43, 0.5, 1.1),
                           respace(&grid, 2.3, 1.9, 3.1), grid};
    for (int a = 0; a < 3; a++)
        targets[3].origin_lps[a] += 3.217;
    for (int t = 0; t < 4; t++) {
        abl_volume *ours = NULL, *oracle = NULL;
        ABL_CHECK_OK(abl_resample_linear(&ours, in, &targets[t], 0, &err),
                     &err);
        ABL_CHECK_OK(abl_oracle_resample_linear(&oracle, in, &targets[t], &err),
                     &err);
        ABL_CHECK_NEAR(largest_difference(ours, oracle), 0, 2e-2);
        abl_volume_destroy(ours);
        abl_volume_destroy(oracle);
        ABL_CHECK_OK(abl_resample_nearest(&ours, in, &targets[t], &err), &err);
        ABL_CHECK_OK(
            abl_oracle_resample_nearest(&oracle, in, &targets[t], &err), &err);
        ABL_CHECK_NEAR(count_differences(ours, oracle), 0, 0);
        abl_volume_destroy(ours);
        abl_volume_destroy(oracle);
    }
    abl_volume_destroy(in);
}

static void outside_gets_the_value_asked_for(void)
{
    abl_error err;
    abl_grid grid = odd_grid(5, 5, 5), shifted = grid;
    const double first[3] = {-2, 0, 0};
    abl_grid_to_lps(shifted.origin_lps, &grid, first);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 1), *out = NULL;
    ABL_CHECK_OK(abl_resample_linear(&out, in, &shifted, -1024, &err), &err);
    CU_ASSERT_EQUAL(abl_volume_f32(out)[1], -1024);
    ABL_CHECK_NEAR(abl_volume_f32(out)[2], abl_volume_i16(in)[0], 1e-3);
    abl_volume_destroy(out);
    ABL_CHECK_OK(abl_resample_nearest(&out, in, &shifted, &err), &err);
    CU_ASSERT_EQUAL(out->type, ABL_PIXEL_I16);
    CU_ASSERT_EQUAL(abl_volume_i16(out)[1], 0);
    CU_ASSERT_EQUAL(abl_volume_i16(out)[4], abl_volume_i16(in)[2]);
    abl_volume_destroy(out);
    abl_volume_destroy(in);
}

static void threads_do_not_change_a_bit(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 5);
    abl_grid targets[2] = {respace(&grid, 2.5, 2.5, 3),
                           respace(&grid, 0.3, 0.4, 1.1)};
    abl_grid turned = turned_grid(&grid);
    abl_volume *out[2][3] = {{NULL}};
    for (int threads = 1; threads <= 2; threads++) {
        abl_volume **to = out[threads - 1];
        abl_threads_set(threads);
        to[0] = resample(in, &targets[0]);
        to[1] = resample(in, &targets[1]);
        ABL_CHECK_OK(abl_resample_linear(&to[2], in, &turned, 0, &err), &err);
    }
    for (int n = 0; n < 3; n++) {
        CU_ASSERT_EQUAL(count_differences(out[0][n], out[1][n]), 0);
        abl_volume_destroy(out[0][n]);
        abl_volume_destroy(out[1][n]);
    }
    abl_volume_destroy(in);
}

const char *const abl_test_suite = "imaging.resample";
CU_TestInfo abl_tests[] = {
    ABL_TEST(respacing_keeps_the_outer_borders),
    ABL_TEST(respacing_never_loses_the_last_voxel),
    ABL_TEST(impossible_spacings_are_refused),
    ABL_TEST(the_networks_grids_are_made_exactly),
    ABL_TEST(thin_volumes_are_made_exactly),
    ABL_TEST(the_same_grid_gives_the_same_values),
    ABL_TEST(a_cropped_target_gives_the_crop),
    ABL_TEST(beyond_the_input_the_border_goes_on),
    ABL_TEST(axes_that_differ_are_refused),
    ABL_TEST(sampling_agrees_with_itk_on_any_grid),
    ABL_TEST(outside_gets_the_value_asked_for),
    ABL_TEST(threads_do_not_change_a_bit),
    CU_TEST_INFO_NULL,
};
