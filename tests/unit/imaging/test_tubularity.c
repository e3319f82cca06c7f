/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/tubularity.h"

#include "imaging/oracle.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/volumes.h"

static abl_volume *respond(const abl_volume *in, const double *sigma_mm,
                           size_t count)
{
    abl_error err;
    abl_volume *out = NULL;
    ABL_CHECK_OK(abl_tubularity(&out, in, NULL, sigma_mm, count, &err), &err);
    return out;
}

/* 100 HU within @p radius_mm of the line through the middle along
 * @p direction (tube), of the plane (sheet) or of the point (blob). */
typedef enum shape {
    TUBE,
    SHEET,
    BLOB
} shape;
static abl_volume *make_shape(shape kind, const double direction[3],
                              double radius_mm)
{
    abl_grid grid = abl_grid_axial(41, 37, 33, 0.8, 0.9, 1.1);
    abl_volume *out = new_volume(&grid, ABL_PIXEL_F32);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
        const double p[3] = {((double)(v % 41) - 20) * 0.8,
                             ((double)(v / 41 % 37) - 18) * 0.9,
                             ((double)(v / 41 / 37) - 16) * 1.1};
        double along = 0, square = 0;
        for (int a = 0; a < 3; a++) {
            along += p[a] * direction[a];
            square += p[a] * p[a];
        }
        const double off = kind == TUBE    ? sqrt(square - along * along)
                           : kind == SHEET ? fabs(along)
                                           : sqrt(square);
        abl_volume_f32(out)[v] =
            (float)(100 / (1 + exp((off - radius_mm) / 0.25)));
    }
    return out;
}

static float middle(const abl_volume *volume)
{
    return abl_volume_f32(volume)[abl_grid_offset(&volume->grid, 20, 18, 16)];
}

static const double oblique[3] = {0.6, 0.64, 0.48};

static void a_tube_gives_its_contrast_at_its_own_scale(void)
{
    for (int r = 3; r <= 5; r++) {
        abl_volume *tube = make_shape(TUBE, oblique, r);
        const double sigma = r / sqrt(2);
        abl_volume *out = respond(tube, &sigma, 1);
        ABL_CHECK_NEAR(middle(out), 100, 7);
        abl_volume_destroy(out);
        abl_volume_destroy(tube);
    }
}

static void sheets_blobs_and_dark_tubes_give_little(void)
{
    const double scales[2] = {1.2, 2.4};
    abl_volume *in[3] = {make_shape(SHEET, oblique, 2),
                         make_shape(BLOB, oblique, 3),
                         make_shape(TUBE, oblique, 2)};
    for (size_t v = 0; v < abl_grid_voxels(&in[2]->grid); v++)
        abl_volume_f32(in[2])[v] *= -1;
    for (int n = 0; n < 3; n++) {
        abl_volume *out = respond(in[n], scales, 2);
        CU_ASSERT_TRUE(middle(out) < 12);
        abl_volume_destroy(out);
        abl_volume_destroy(in[n]);
    }
}

static void it_agrees_with_the_hessian_of_itk(void)
{
    abl_error err;
    const double sigmas[2] = {2.6, 4.0};
    for (int s = 0; s < 2; s++) {
        abl_grid grid = abl_grid_axial(48, 44, 36, 0.8, 0.9, 1.2);
        abl_volume *in = new_volume(&grid, ABL_PIXEL_F32), *itk = NULL;
        uint64_t state = 11;
        for (size_t v = 0; v < abl_grid_voxels(&grid); v++)
            abl_volume_f32(in)[v] = (float)(next_random(&state) % 200);
        abl_volume *ours = respond(in, &sigmas[s], 1);
        ABL_CHECK_OK(abl_oracle_tubularity(&itk, in, sigmas[s], &err), &err);
        double square = 0, error = 0;
        for (size_t k = 10; k < 26; k++)
            for (size_t j = 14; j < 30; j++)
                for (size_t i = 15; i < 33; i++) {
                    const size_t v = abl_grid_offset(&grid, i, j, k);
                    const double a = (double)abl_volume_f32(ours)[v];
                    const double b = (double)abl_volume_f32(itk)[v];
                    square += b * b;
                    error += (a - b) * (a - b);
                }
        /* ITK's recursive filters are approximations */
        CU_ASSERT_TRUE(square > 0);
        ABL_CHECK_NEAR(sqrt(error / square), 0, 0.03);
        abl_volume_destroy(in);
        abl_volume_destroy(ours);
        abl_volume_destroy(itk);
    }
}

static void the_mask_and_the_threads_change_no_answer(void)
{
    abl_error err;
    const double scales[2] = {1.1, 3};
    abl_grid grid = odd_grid(45, 31, 29);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 3);
    abl_volume *mask = random_mask(&grid, 20, 4), *masked = NULL;
    abl_threads_set(1);
    abl_volume *one = respond(in, scales, 2);
    abl_threads_set(3);
    abl_volume *three = respond(in, scales, 2);
    CU_ASSERT_EQUAL(count_differences(one, three), 0);
    ABL_CHECK_OK(abl_tubularity(&masked, in, mask, scales, 2, &err), &err);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++)
        if (!abl_volume_u8(mask)[v])
            abl_volume_f32(one)[v] = 0;
    CU_ASSERT_EQUAL(count_differences(one, masked), 0);
    abl_threads_set(0);
    abl_volume_destroy(in);
    abl_volume_destroy(mask);
    abl_volume_destroy(masked);
    abl_volume_destroy(one);
    abl_volume_destroy(three);
}

static void thin_volumes_and_constants_give_nothing(void)
{
    const size_t sizes[4][3] = {{1, 1, 1}, {40, 1, 1}, {1, 9, 40}, {9, 8, 7}};
    const double sigma = 2;
    for (int n = 0; n < 4; n++) {
        abl_grid grid = odd_grid(sizes[n][0], sizes[n][1], sizes[n][2]);
        abl_volume *in = new_volume(&grid, ABL_PIXEL_F32);
        for (size_t v = 0; v < abl_grid_voxels(&grid); v++)
            abl_volume_f32(in)[v] = 1000;
        abl_volume *out = respond(in, &sigma, 1);
        for (size_t v = 0; v < abl_grid_voxels(&grid); v++)
            if (!(abl_volume_f32(out)[v] < 0.01f))
                CU_FAIL("a constant has no tubes");
        abl_volume_destroy(in);
        abl_volume_destroy(out);
    }
}

static void wrong_inputs_are_refused(void)
{
    abl_error err;
    abl_volume *out = NULL;
    abl_grid grid = odd_grid(9, 8, 7), other = odd_grid(9, 8, 6);
    abl_volume *in = new_volume(&grid, ABL_PIXEL_F32);
    abl_volume *wrong_grid = new_volume(&other, ABL_PIXEL_U8);
    const double good[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double small = 0.1, large = 21, none = NAN;
    ABL_CHECK_FAILS(abl_tubularity(&out, in, NULL, good, 0, &err),
                    ABL_E_INVALID, "0 scales", &err);
    ABL_CHECK_FAILS(abl_tubularity(&out, in, NULL, good, 9, &err),
                    ABL_E_INVALID, "9 scales", &err);
    ABL_CHECK_FAILS(abl_tubularity(&out, in, NULL, &small, 1, &err),
                    ABL_E_INVALID, "0.1 mm", &err);
    ABL_CHECK_FAILS(abl_tubularity(&out, in, NULL, &large, 1, &err),
                    ABL_E_INVALID, "21 mm", &err);
    ABL_CHECK_FAILS(abl_tubularity(&out, in, NULL, &none, 1, &err),
                    ABL_E_INVALID, "outside", &err);
    ABL_CHECK_FAILS(abl_tubularity(&out, in, in, good, 1, &err), ABL_E_INVALID,
                    "not 8-bit", &err);
    ABL_CHECK_FAILS(abl_tubularity(&out, in, wrong_grid, good, 1, &err),
                    ABL_E_GEOMETRY, "", &err);
    CU_ASSERT_PTR_NULL(out);
    abl_volume_destroy(in);
    abl_volume_destroy(wrong_grid);
}

const char *const abl_test_suite = "imaging.tubularity";
CU_TestInfo abl_tests[] = {
    ABL_TEST(a_tube_gives_its_contrast_at_its_own_scale),
    ABL_TEST(sheets_blobs_and_dark_tubes_give_little),
    ABL_TEST(it_agrees_with_the_hessian_of_itk),
    ABL_TEST(the_mask_and_the_threads_change_no_answer),
    ABL_TEST(thin_volumes_and_constants_give_nothing),
    ABL_TEST(wrong_inputs_are_refused),
    CU_TEST_INFO_NULL,
};
