/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/attenuation.h"

#include "tests/unit/eligibility/shapes.h"

/* A liver of 110 HU with a ball of 60 HU in air, noise of +-10 HU. */
typedef struct scan {
    abl_volume *image;
    abl_structures structures;
    abl_lesion lesion;
} scan;

static abl_volume *new_volume(const abl_grid *grid, abl_pixel_type type)
{
    abl_error err;
    abl_volume *out = NULL;
    ABL_CHECK_OK(abl_volume_create(&out, grid, type, &err), &err);
    return out;
}

static void make_scan(scan *out, double radius, double liver_radius)
{
    memset(out, 0, sizeof *out);
    const double centre[3] = {10, 20, 30};
    const abl_grid grid = turned_grid(
        (size_t[3]){61, 63, 25}, (double[3]){0.9, 0.8, 2.0}, centre, 0.2, -0.1);
    const solid ball = solid_sphere(10, 20, 30, radius);
    const solid liver = solid_sphere(10, 20, 30, liver_radius);
    out->image = new_volume(&grid, ABL_PIXEL_I16);
    out->structures.labels = new_volume(&grid, ABL_PIXEL_U8);
    out->structures.lesion_labels = new_volume(&grid, ABL_PIXEL_U8);
    out->structures.lesion_count = 1;
    out->structures.lesions = &out->lesion;
    out->structures.noise_hu = 10;
    for (int a = 0; a < 3; a++)
        out->lesion.lo[a] = grid.size[a];
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        const size_t at[3] = {n % 61, n / 61 % 63, n / 3843};
        double lps[3];
        abl_grid_to_lps(
            lps, &grid,
            (double[3]){(double)at[0], (double)at[1], (double)at[2]});
        const bool in_liver = solid_value(&liver, lps) > 0;
        const bool in_ball = solid_value(&ball, lps) > 0;
        const int hu = (in_ball ? 60 : in_liver ? 110 : -1000);
        abl_volume_i16(out->image)[n] = (int16_t)(hu + (n % 2 ? 10 : -10));
        abl_volume_u8(out->structures.labels)[n] =
            in_liver ? ABL_LIVER : ABL_BACKGROUND;
        abl_volume_u8(out->structures.lesion_labels)[n] = in_ball;
        for (int a = 0; in_ball && a < 3; a++) {
            if (at[a] < out->lesion.lo[a])
                out->lesion.lo[a] = at[a];
            if (at[a] > out->lesion.hi[a])
                out->lesion.hi[a] = at[a];
        }
    }
}

static void clear_scan(scan *s)
{
    abl_volume_destroy(s->image);
    abl_volume_destroy(s->structures.labels);
    abl_volume_destroy(s->structures.lesion_labels);
}

static abl_attenuation measure(const scan *s)
{
    abl_error err;
    abl_attenuation out;
    ABL_CHECK_OK(
        abl_attenuation_measure(&out, s->image, &s->structures, 0, &err), &err);
    return out;
}

static void lesion_ring_contrast_and_cnr_are_those_of_the_phantom(void)
{
    scan s;
    make_scan(&s, 8, 22);
    const abl_attenuation found = measure(&s);
    ABL_CHECK_NEAR(found.mean_hu.value, 60, 1);
    CU_ASSERT(fabs(found.ring_hu.value - 110) <= 10.5);
    ABL_CHECK_NEAR(found.contrast_hu.value,
                   found.mean_hu.value - found.ring_hu.value, 1e-9);
    ABL_CHECK_NEAR(found.cnr.value, fabs(found.contrast_hu.value) / 10, 1e-9);
    CU_ASSERT(found.mean_hu.uncertainty > 0.5);
    CU_ASSERT(found.mean_hu.uncertainty < 5);
    clear_scan(&s);
}

static void partial_volume_at_the_edge_is_left_out(void)
{
    scan s;
    make_scan(&s, 8, 22);
    /* a bright shell just inside the lesion's edge */
    const solid core = solid_sphere(10, 20, 30, 7.2);
    for (size_t n = 0; n < abl_grid_voxels(&s.image->grid); n++) {
        double lps[3];
        abl_grid_to_lps(lps, &s.image->grid,
                        (double[3]){(double)(n % 61), (double)(n / 61 % 63),
                                    (double)(n / 3843)});
        if (abl_volume_u8(s.structures.lesion_labels)[n] &&
            solid_value(&core, lps) <= 0)
            abl_volume_i16(s.image)[n] = 500;
    }
    ABL_CHECK_NEAR(measure(&s).mean_hu.value, 60, 1);
    clear_scan(&s);
}

static void other_lesions_and_vessels_stay_out_of_the_ring(void)
{
    scan s;
    make_scan(&s, 8, 22);
    size_t touched = 0;
    for (size_t n = 0; n < abl_grid_voxels(&s.image->grid); n++) {
        if (abl_volume_u8(s.structures.lesion_labels)[n])
            continue;
        if (n % 61 < 30) {
            abl_volume_u8(s.structures.lesion_labels)[n] = 2;
            abl_volume_i16(s.image)[n] = 0;
            touched++;
        } else if (n / 61 % 63 < 31) {
            abl_volume_u8(s.structures.labels)[n] = ABL_PORTAL_AND_SPLENIC_VEIN;
            abl_volume_i16(s.image)[n] = 200;
        }
    }
    CU_ASSERT(touched > 1000);
    const abl_attenuation found = measure(&s);
    CU_ASSERT(found.ring_hu.measured);
    CU_ASSERT(fabs(found.ring_hu.value - 110) <= 10.5);
    clear_scan(&s);
}

static void liver_next_to_the_capsule_stays_out_of_the_ring(void)
{
    scan s;
    make_scan(&s, 8, 13.5);
    const solid core = solid_sphere(10, 20, 30, 11.8);
    for (size_t n = 0; n < abl_grid_voxels(&s.image->grid); n++) {
        double lps[3];
        abl_grid_to_lps(lps, &s.image->grid,
                        (double[3]){(double)(n % 61), (double)(n / 61 % 63),
                                    (double)(n / 3843)});
        if (solid_value(&core, lps) <= 0)
            abl_volume_i16(s.image)[n] = -50;
    }
    const abl_attenuation found = measure(&s);
    CU_ASSERT(found.ring_hu.measured);
    CU_ASSERT(fabs(found.ring_hu.value - 110) <= 10.5);
    clear_scan(&s);
}

static void lesion_without_liver_around_has_no_ring(void)
{
    scan s;
    make_scan(&s, 8, 8.5);
    const abl_attenuation found = measure(&s);
    CU_ASSERT(found.mean_hu.measured);
    CU_ASSERT(!found.ring_hu.measured && !found.contrast_hu.measured);
    CU_ASSERT(!found.cnr.measured);
    CU_ASSERT_PTR_NOT_NULL(found.cnr.why_not);
    CU_ASSERT(strstr(found.ring_hu.why_not, "too little liver") != NULL);
    clear_scan(&s);
}

static void lesion_of_a_few_voxels_is_not_measured(void)
{
    scan s;
    make_scan(&s, 0.7, 22);
    const abl_attenuation found = measure(&s);
    CU_ASSERT(!found.mean_hu.measured);
    CU_ASSERT(found.ring_hu.measured);
    CU_ASSERT(!found.contrast_hu.measured);
    clear_scan(&s);
}

static void cnr_without_noise_is_not_measured(void)
{
    scan s;
    make_scan(&s, 8, 22);
    s.structures.noise_hu = -1;
    const abl_attenuation found = measure(&s);
    CU_ASSERT(found.contrast_hu.measured && !found.cnr.measured);
    CU_ASSERT(strstr(found.cnr.why_not, "noise") != NULL);
    clear_scan(&s);
}

static void wrong_lesion_box_or_grid_is_refused(void)
{
    scan s;
    abl_error err;
    abl_attenuation out;
    make_scan(&s, 8, 22);
    ABL_CHECK_FAILS(
        abl_attenuation_measure(&out, s.image, &s.structures, 1, &err),
        ABL_E_INVALID, "lesion 2", &err);
    s.lesion.hi[2] = 25;
    ABL_CHECK_FAILS(
        abl_attenuation_measure(&out, s.image, &s.structures, 0, &err),
        ABL_E_INVALID, "leaves", &err);
    s.structures.labels->grid.spacing_mm[0] = 1;
    ABL_CHECK_FAILS(
        abl_attenuation_measure(&out, s.image, &s.structures, 0, &err),
        ABL_E_GEOMETRY, "apart", &err);
    CU_ASSERT(!out.mean_hu.measured);
    clear_scan(&s);
}

const char *const abl_test_suite = "eligibility.attenuation";
CU_TestInfo abl_tests[] = {
    ABL_TEST(lesion_ring_contrast_and_cnr_are_those_of_the_phantom),
    ABL_TEST(partial_volume_at_the_edge_is_left_out),
    ABL_TEST(other_lesions_and_vessels_stay_out_of_the_ring),
    ABL_TEST(liver_next_to_the_capsule_stays_out_of_the_ring),
    ABL_TEST(lesion_without_liver_around_has_no_ring),
    ABL_TEST(lesion_of_a_few_voxels_is_not_measured),
    ABL_TEST(cnr_without_noise_is_not_measured),
    ABL_TEST(wrong_lesion_box_or_grid_is_refused),
    CU_TEST_INFO_NULL,
};
