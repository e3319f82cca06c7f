/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "imaging/dicom_write.h"
#include "imaging/phantom.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/phantoms.h"
#include "tests/unit/imaging/volumes.h"

static const double pi = 3.14159265358979323846;

static abl_volume *must_render(abl_volume **labels, const abl_phantom *phantom,
                               uint64_t seed)
{
    abl_error err;
    abl_volume *image = NULL;
    if (abl_phantom_render(&image, labels, phantom, NULL, seed, NULL, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return image;
}

/* Volume of a part of 900 HU on -100 HU, from the image. */
static double measured_mm3(const char *recipe)
{
    abl_phantom *phantom = must_parse(recipe);
    abl_volume *image = must_render(NULL, phantom, 1);
    double sum = 0;
    for (size_t n = 0; n < abl_grid_voxels(&image->grid); n++)
        sum += (abl_volume_i16(image)[n] + 100) / 1000.0;
    sum *= abl_grid_voxel_mm3(&image->grid);
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
    return sum;
}

#define ONE_PART(solid) \
    "{" PHANTOM_IMAGE ",\"parts\":[{\"solid\":" solid ",\"hu\":900}]}"

static void partial_volume_keeps_the_volume_of_spheres(void)
{
    double small = 4 * pi / 3 * 27, large = 4 * pi / 3 * 8000;
    ABL_CHECK_NEAR(measured_mm3(ONE_PART(PHANTOM_BALL(1.2, -3.4, 6.1, 3))),
                   small, 0.01 * small);
    ABL_CHECK_NEAR(measured_mm3(ONE_PART(PHANTOM_BALL(1.2, -3.4, 6.1, 20))),
                   large, 0.002 * large);
}

static void partial_volume_keeps_the_volume_of_other_shapes(void)
{
    const double ellipsoid = 4 * pi / 3 * 20 * 9 * 5;
    ABL_CHECK_NEAR(
        measured_mm3(ONE_PART("{\"kind\":\"ellipsoid\",\"centre_lps\":[1,2,5],"
                              "\"radii_mm\":[20,9,5],"
                              "\"rotate_deg\":[20,-30,40]}")),
        ellipsoid, 0.005 * ellipsoid);
    const double box = 8 * 15 * 9 * 6;
    ABL_CHECK_NEAR(
        measured_mm3(ONE_PART("{\"kind\":\"box\",\"centre_lps\":[1,2,5],"
                              "\"radii_mm\":[15,9,6],"
                              "\"rotate_deg\":[20,-30,40]}")),
        box, 0.005 * box);
    const double capsule = pi * 16 * 20 + 4 * pi / 3 * 64;
    ABL_CHECK_NEAR(
        measured_mm3(ONE_PART("{\"kind\":\"tube\","
                              "\"points\":[[-6,1,0,4],[6,1,16,4]]}")),
        capsule, 0.005 * capsule);
    const double half = 2 * pi / 3 * 15 * 15 * 15;
    ABL_CHECK_NEAR(
        measured_mm3(
            ONE_PART("{\"kind\":\"intersection\",\"of\":[" PHANTOM_BALL(
                1, 2, 5, 15) ",{\"kind\":\"halfspace\",\"centre_lps\":[1,2,5],"
                             "\"normal\":[0.3,0.5,-0.8]}]}")),
        half, 0.005 * half);
}

static void a_thin_vessel_is_not_lost(void)
{
    const double tube = pi * 20;
    ABL_CHECK_NEAR(
        measured_mm3(ONE_PART("{\"kind\":\"union\",\"of\":[{\"kind\":\"tube\","
                              "\"points\":[[-6,1,0,1],[6,1,16,1]]},"
                              "{\"kind\":\"tube\",\"points\":[[-6,1,0,0.3],"
                              "[-5.9,1,0,0.3]]}]}")),
        tube + 4 * pi / 3, 0.03 * tube);
}

static void labels_are_the_topmost_part_at_the_centre(void)
{
    abl_phantom *phantom =
        must_parse("{" PHANTOM_IMAGE ",\"parts\":[{\"solid\":" PHANTOM_BALL(
            0, 0, 5,
            20) ",\"hu\":100,"
                "\"label\":1},{\"solid\":" PHANTOM_BALL(
                    0, 0, 5,
                    4) ",\"hu\":150,"
                       "\"label\":\"keep\"}],\"lesions\":[{\"solid\":" PHANTOM_BALL(
                           9, 0, 5,
                           5) ",\"hu\":60,\"rim_mm\":2,\"rim_hu\":130}]}");
    abl_volume *labels = NULL, *image = must_render(&labels, phantom, 1);
    size_t wrong = 0;
    for (size_t n = 0; n < abl_grid_voxels(&image->grid); n++) {
        const size_t *size = image->grid.size;
        double ijk[3] = {(double)(n % size[0]), (double)(n / size[0] % size[1]),
                         (double)(n / size[0] / size[1])};
        double lps[3];
        abl_grid_to_lps(lps, &image->grid, ijk);
        double r = hypot(hypot(lps[0], lps[1]), lps[2] - 5);
        double q = hypot(hypot(lps[0] - 9, lps[1]), lps[2] - 5);
        wrong += abl_volume_u8(labels)[n] != (q < 5 ? 101 : r < 20 ? 1 : 0);
        if (q < 1)
            ABL_CHECK_NEAR(abl_volume_i16(image)[n], 60, 0.5);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    abl_volume_destroy(labels);
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
}

#define TWO_LESIONS                                                            \
    "{\"image\":{\"size\":[90,80,60],\"spacing_mm\":[0.7,0.8,0.9],"            \
    "\"psf_mm\":0.6,\"noise_hu\":10,\"noise_mm\":0.7},\"targets\":[\"wall\"]," \
    "\"solids\":{\"wall\":" PHANTOM_BALL(                                      \
        0, 0, 0,                                                               \
        24) "},\"parts\":[{\"solid\":\"wall\",\"hu\":100,\"label\":1,"         \
            "\"texture_hu\":5}],\"lesions\":[{\"solid\":" PHANTOM_BALL(        \
                -9, 3, 1, 6) ",\"hu\":50},{\"solid\":{\"kind\":\"ellipsoid\"," \
                             "\"centre_lps\":[9,-2,-3],\"radii_mm\":[5,8,4],"  \
                             "\"rotate_deg\":[10,20,30]},\"hu\":60}]}"

/* Smallest distance from voxels of one label to those of another one, or to
 * voxels that are none of the three labels. */
static double voxel_gap_mm(const abl_volume *labels, uint8_t from, int to)
{
    const abl_grid *g = &labels->grid;
    double best = INFINITY;
    size_t count = abl_grid_voxels(g), found = 0;
    double(*points)[3] = calloc(count, sizeof *points);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t n = 0; n < count; n++) {
            uint8_t label = abl_volume_u8(labels)[n];
            double ijk[3] = {(double)(n % g->size[0]),
                             (double)(n / g->size[0] % g->size[1]),
                             (double)(n / g->size[0] / g->size[1])},
                   lps[3];
            abl_grid_to_lps(lps, g, ijk);
            if (pass == 0 && label == from)
                memcpy(points[found++], lps, sizeof lps);
            for (size_t p = 0; pass == 1 && label == to && p < found; p += 3)
                best = fmin(best, hypot(hypot(points[p][0] - lps[0],
                                              points[p][1] - lps[1]),
                                        points[p][2] - lps[2]));
        }
    free(points);
    return best;
}

static void stated_gaps_are_those_of_the_labels(void)
{
    abl_error err;
    abl_phantom *phantom = must_parse(TWO_LESIONS);
    abl_volume *labels = NULL, *image = must_render(&labels, phantom, 1);
    double half = 2 * abl_grid_half_diagonal_mm(&labels->grid), gap = 0;
    ABL_CHECK_NEAR(abl_phantom_lesion_gap_mm(phantom, 0, 1),
                   voxel_gap_mm(labels, 101, 102), half);
    ABL_CHECK_NEAR(abl_phantom_lesion_gap_mm(phantom, 0, 1),
                   abl_phantom_lesion_gap_mm(phantom, 1, 0), 1e-9);
    ABL_CHECK_OK(abl_phantom_gap_mm(&gap, phantom, 0, "wall", &err), &err);
    ABL_CHECK_NEAR(gap, 24 - 6 - sqrt(81 + 9 + 1), 1e-3);
    ABL_CHECK_OK(abl_phantom_gap_mm(&gap, phantom, 1, "wall", &err), &err);
    ABL_CHECK_NEAR(gap, voxel_gap_mm(labels, 102, 0), half);
    ABL_CHECK_FAILS(abl_phantom_gap_mm(&gap, phantom, 1, "floor", &err),
                    ABL_E_INVALID, "floor", &err);
    CU_ASSERT(isnan(gap));
    abl_volume_destroy(labels);
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
}

static void stated_sizes_are_closed_formulas(void)
{
    abl_phantom *phantom = must_parse(TWO_LESIONS);
    abl_phantom_lesion_truth truth = abl_phantom_lesion_get(phantom, 1);
    CU_ASSERT(truth.is_exact);
    ABL_CHECK_NEAR(truth.diameters_mm[0], 16, 1e-12);
    ABL_CHECK_NEAR(truth.diameters_mm[2], 8, 1e-12);
    ABL_CHECK_NEAR(truth.volume_ml, 4 * pi / 3 * 5 * 8 * 4 / 1000, 1e-12);
    ABL_CHECK_NEAR(truth.centre_lps[1], -2, 1e-9);
    abl_phantom_destroy(phantom);
}

static void touching_surfaces_have_no_gap(void)
{
    abl_error err;
    double gap = 1;
    abl_phantom *phantom =
        must_parse("{\"targets\":[\"wall\"],\"solids\":{\"wall\":" PHANTOM_BALL(
            0, 0, 0, 20) "},\"parts\":[{\"solid\":\"wall\",\"hu\":1}],"
                         "\"lesions\":[{\"solid\":" PHANTOM_BALL(
                             18, 0, 0, 5) ",\"hu\":2}]}");
    ABL_CHECK_OK(abl_phantom_gap_mm(&gap, phantom, 0, "wall", &err), &err);
    ABL_CHECK_NEAR(gap, 0, 0);
    abl_phantom_destroy(phantom);
}

static void same_seed_same_voxels_at_any_thread_count(void)
{
    abl_phantom *phantom = must_parse(TWO_LESIONS);
    abl_threads_set(1);
    abl_volume *one = must_render(NULL, phantom, 5);
    abl_threads_set(2);
    abl_volume *two = must_render(NULL, phantom, 5);
    abl_volume *other = must_render(NULL, phantom, 6);
    CU_ASSERT_EQUAL(count_differences(one, two), 0);
    CU_ASSERT(count_differences(one, other) > 100000);
    abl_volume_destroy(one);
    abl_volume_destroy(two);
    abl_volume_destroy(other);
    abl_phantom_destroy(phantom);
}

static void noise_has_the_stated_spread_across_slabs(void)
{
    abl_phantom *phantom = must_parse(
        "{\"image\":{\"size\":[100,90,40],\"spacing_mm\":[0.7,0.7,1],"
        "\"noise_hu\":20,\"noise_mm\":0.8},\"parts\":[{\"solid\":{\"kind\":"
        "\"halfspace\",\"centre_lps\":[0,0,900],\"normal\":[0,0,1]},"
        "\"hu\":50}]}");
    abl_volume *image = must_render(NULL, phantom, 3);
    double sum = 0, squares = 0;
    size_t count = abl_grid_voxels(&image->grid);
    for (size_t n = 0; n < count; n++) {
        double value = abl_volume_i16(image)[n] - 50;
        sum += value;
        squares += value * value;
    }
    ABL_CHECK_NEAR(sum / (double)count, 0, 1);
    ABL_CHECK_NEAR(sqrt(squares / (double)count), 20, 1);
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
}

static bool refuse_to_go_on(void *user, const char *stage, double fraction)
{
    (void)user;
    (void)stage;
    return fraction < 0.5;
}

static void rendering_stops_when_asked(void)
{
    abl_error err;
    abl_phantom *phantom = must_parse(TWO_LESIONS);
    const abl_progress progress = {refuse_to_go_on, NULL};
    abl_volume *image = NULL, *labels = NULL;
    ABL_CHECK_FAILS(
        abl_phantom_render(&image, &labels, phantom, NULL, 1, &progress, &err),
        ABL_E_CANCELLED, "painting", &err);
    CU_ASSERT_PTR_NULL(image);
    CU_ASSERT_PTR_NULL(labels);
    abl_phantom_destroy(phantom);
}

static void check_read_back(const char *folder, const abl_volume *image)
{
    abl_error err;
    abl_study *study = NULL;
    abl_volume *back = NULL;
    size_t index = 0;
    ABL_CHECK_OK(abl_study_scan(&study, folder, NULL, &err), &err);
    ABL_CHECK_OK(abl_study_choose(&index, study, NULL, &err), &err);
    ABL_CHECK_OK(abl_series_load(&back, study, index, NULL, &err), &err);
    ABL_CHECK_OK(abl_grid_check_same(&back->grid, &image->grid, 1e-5, &err),
                 &err);
    if (back)
        CU_ASSERT_EQUAL(count_differences(back, image), 0);
    CU_ASSERT_EQUAL(abl_study_series(study, index)->phase_hint,
                    ABL_PHASE_PORTAL_VENOUS);
    abl_volume_destroy(back);
    abl_study_destroy(study);
}

static void written_series_are_read_back_as_they_were(void)
{
    abl_error err;
    char folder[] = "phantom-XXXXXX", path[64];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    abl_phantom *phantom =
        must_parse("{\"image\":{\"size\":[201,171,23],\"spacing_mm\":"
                   "[0.9,1.1,2.5],\"centre_lps\":[3.3,-2.1,7.7],"
                   "\"orientation\":[0.8,0.6,0,-0.6,0.8,0]},"
                   "\"parts\":[{\"solid\":" PHANTOM_BALL(
                       1, 2, 3, 70) ",\"hu\":900,\"texture_hu\":50}]}");
    abl_volume *image = must_render(NULL, phantom, 1);
    abl_dicom_write_info info = abl_dicom_write_defaults();
    abl_dicom_uid(info.study_uid, "a");
    abl_dicom_uid(info.series_uid, "b");
    abl_dicom_uid(info.frame_of_reference_uid, "c");
    ABL_CHECK_OK(abl_dicom_series_write(folder, image, &info, &err), &err);
    check_read_back(folder, image);
    for (int k = 1; k <= 23; k++) {
        snprintf(path, sizeof path, "%s/IM%05d.dcm", folder, k);
        unlink(path);
    }
    rmdir(folder);
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
}

static void truth_is_written_whole_or_not(void)
{
    abl_error err;
    abl_phantom *phantom = must_parse(TWO_LESIONS);
    ABL_CHECK_FAILS(abl_phantom_write_truth("no/such.json", phantom, 1, &err),
                    ABL_E_IO, "no/such.json", &err);
    ABL_CHECK_FAILS(abl_phantom_write_truth("/dev/full", phantom, 1, &err),
                    ABL_E_IO, "/dev/full", &err);
    ABL_CHECK_OK(
        abl_phantom_write_truth("phantom_truth.json", phantom, 1, &err), &err);
    unlink("phantom_truth.json");
    abl_phantom_destroy(phantom);
}

const char *const abl_test_suite = "imaging.phantom_render";
CU_TestInfo abl_tests[] = {
    ABL_TEST(partial_volume_keeps_the_volume_of_spheres),
    ABL_TEST(partial_volume_keeps_the_volume_of_other_shapes),
    ABL_TEST(a_thin_vessel_is_not_lost),
    ABL_TEST(labels_are_the_topmost_part_at_the_centre),
    ABL_TEST(stated_gaps_are_those_of_the_labels),
    ABL_TEST(stated_sizes_are_closed_formulas),
    ABL_TEST(touching_surfaces_have_no_gap),
    ABL_TEST(same_seed_same_voxels_at_any_thread_count),
    ABL_TEST(noise_has_the_stated_spread_across_slabs),
    ABL_TEST(rendering_stops_when_asked),
    ABL_TEST(written_series_are_read_back_as_they_were),
    ABL_TEST(truth_is_written_whole_or_not),
    CU_TEST_INFO_NULL,
};
