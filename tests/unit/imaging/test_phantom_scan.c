/* Tilt, slice profile, contrast phases, MR.
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "imaging/dicom_write.h"
#include "tests/unit/imaging/phantoms.h"
#include "tests/unit/imaging/volumes.h"

static abl_volume *must_render(const abl_phantom *phantom, const abl_grid *grid)
{
    abl_error err;
    abl_volume *image = NULL;
    if (abl_phantom_render(&image, NULL, phantom, grid, 1, NULL, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return image;
}

static void remove_slices(const char *folder, size_t count)
{
    char path[64];
    for (size_t k = 1; k <= count; k++) {
        snprintf(path, sizeof path, "%s/IM%05zu.dcm", folder, k);
        unlink(path);
    }
    rmdir(folder);
}

/* Writes the series of a phantom and reads it again. */
static abl_volume *through_files(const abl_phantom *phantom,
                                 abl_dicom_write_info info,
                                 abl_series_info *about)
{
    abl_error err;
    char folder[] = "scan-XXXXXX";
    abl_volume *image = must_render(phantom, NULL), *back = NULL;
    size_t slices = image->grid.size[2];
    double *positions_lps = calloc(3 * slices, sizeof *positions_lps);
    for (size_t k = 0; k < slices; k++)
        abl_phantom_slice_start_lps(positions_lps + 3 * k, phantom, k);
    info.positions_lps = positions_lps;
    abl_dicom_uid(info.study_uid, "a");
    abl_dicom_uid(info.series_uid, "b");
    abl_dicom_uid(info.frame_of_reference_uid, "c");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    ABL_CHECK_OK(abl_dicom_series_write(folder, image, &info, &err), &err);
    abl_study *study = NULL;
    ABL_CHECK_OK(abl_study_scan(&study, folder, NULL, &err), &err);
    if (study) {
        *about = *abl_study_series(study, 0);
        ABL_CHECK_OK(abl_series_load(&back, study, 0, NULL, &err), &err);
    }
    abl_study_destroy(study);
    remove_slices(folder, slices);
    free(positions_lps);
    abl_volume_destroy(image);
    return back;
}

#define TILTED                                                         \
    "{\"image\":{\"size\":[160,170,30],\"spacing_mm\":[0.9,0.8,2.5],"  \
    "\"centre_lps\":[3,-2,7],\"tilt_deg\":-14},\"parts\":[{\"solid\":" \
    "{\"kind\":\"ellipsoid\",\"centre_lps\":[4,-5,9],\"radii_mm\":"    \
    "[40,25,20]},\"hu\":900},{\"solid\":" PHANTOM_BALL(20, -10, 12,    \
                                                       8) ",\"hu\":-500}]}"

/* The slices lean, the files say so, and the reader puts back what an upright
 * scan on its grid would have shown. */
static void a_tilted_series_is_put_upright_again(void)
{
    abl_error err;
    abl_grid grid;
    abl_series_info about;
    abl_phantom *phantom = must_parse(TILTED);
    abl_volume *back =
        through_files(phantom, abl_dicom_write_defaults(), &about);
    CU_ASSERT_FATAL(back != NULL);
    CU_ASSERT(strstr(about.notes, "gantry tilt of 14.0") != NULL);
    ABL_CHECK_OK(abl_phantom_upright_grid(&grid, phantom, &err), &err);
    ABL_CHECK_OK(abl_grid_check_same(&grid, &back->grid, 1e-3, &err), &err);
    CU_ASSERT(grid.size[1] > 170 + 10);
    abl_volume *upright = must_render(phantom, &grid);
    size_t wrong = 0, seen = 0;
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        int is = abl_volume_i16(back)[n], was = abl_volume_i16(upright)[n];
        seen += was > 800;
        wrong += is > -1020 && abs(is - was) > 700;
    }
    CU_ASSERT(seen > 10000);
    CU_ASSERT(wrong < seen / 200);
    abl_volume_destroy(upright);
    abl_volume_destroy(back);
    abl_phantom_destroy(phantom);
}

#define PLATE(image)                                                    \
    "{\"image\":{\"size\":[9,9,41],\"spacing_mm\":[1,1,1]," image       \
    "},\"parts\":[{\"solid\":{\"kind\":\"box\",\"centre_lps\":[0,0,0]," \
    "\"radii_mm\":[50,50,2]},\"hu\":1000}]}"

static void check_plate(const char *recipe, double peak, double extent_mm)
{
    abl_phantom *phantom = must_parse(recipe);
    abl_volume *image = must_render(phantom, NULL);
    double sum = 0, reach = 0;
    for (size_t k = 0; k < 41; k++) {
        double share = (abl_volume_i16(image)[k * 81 + 40] + 1000) / 2000.0;
        sum += share;
        if (share > 0.005)
            reach = fmax(reach, fabs((double)k - 20));
    }
    ABL_CHECK_NEAR(sum, 4, 0.03);
    ABL_CHECK_NEAR((abl_volume_i16(image)[20 * 81 + 40] + 1000) / 2000.0, peak,
                   0.02);
    ABL_CHECK_NEAR(reach, extent_mm, 1);
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
}

/* A plate of 4 mm seen by slices of 8 mm is never more than half. */
static void thick_slices_smear_along_their_profile_only(void)
{
    check_plate(PLATE("\"psf_mm\":0"), 1, 2);
    check_plate(PLATE("\"slice_thickness_mm\":8"), 0.5, 5.5);
    check_plate(PLATE("\"slice_thickness_mm\":8,\"slice_profile\":"
                      "\"gaussian\""),
                0.44, 10);
}

#define ADULT_VOXEL(look)                                             \
    "{\"base\":\"adult\",\"image\":{\"size\":[8,8,4],\"spacing_mm\":" \
    "[0.5,0.5,0.5],\"noise_hu\":0,\"look\":\"" look "\"},\"lesions\":[]}"

/* HU where the adult has an organ, in one look. */
static double value_at(const char *recipe, double x, double y, double z)
{
    abl_phantom *phantom = must_parse(recipe);
    abl_grid grid = *abl_phantom_grid(phantom);
    const double half[3] = {3.5, 3.5, 1.5};
    double offset[3];
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] = 0;
    abl_grid_to_lps(offset, &grid, half);
    grid.origin_lps[0] = x - offset[0];
    grid.origin_lps[1] = y - offset[1];
    grid.origin_lps[2] = z - offset[2];
    abl_volume *image = must_render(phantom, &grid);
    double sum = 0;
    for (size_t n = 0; n < 256; n++)
        sum += abl_volume_i16(image)[n] / 256.0;
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
    return sum;
}

enum {
    UNENHANCED,
    ARTERIAL,
    PORTAL,
    DELAYED,
    T1,
    T2,
    LOOKS
};
static const char *const adult[LOOKS] = {ADULT_VOXEL("unenhanced"),
                                         ADULT_VOXEL("arterial"),
                                         ADULT_VOXEL("portal_venous"),
                                         ADULT_VOXEL("delayed"),
                                         ADULT_VOXEL("t1"),
                                         ADULT_VOXEL("t2")};

static void organs_take_up_contrast_in_their_order(void)
{
    double aorta[LOOKS], liver[LOOKS], portal[LOOKS], spleen[LOOKS];
    for (int n = 0; n < LOOKS; n++) {
        aorta[n] = value_at(adult[n], 7, 13, -90);
        liver[n] = value_at(adult[n], -118, 4, -80);
        portal[n] = value_at(adult[n], -10, -8, -97);
        spleen[n] = value_at(adult[n], 108, 44, -74);
    }
    CU_ASSERT(aorta[ARTERIAL] > 250 && aorta[ARTERIAL] > aorta[PORTAL]);
    CU_ASSERT(aorta[PORTAL] > aorta[DELAYED]);
    CU_ASSERT(aorta[DELAYED] > aorta[UNENHANCED]);
    CU_ASSERT(liver[PORTAL] > liver[DELAYED]);
    CU_ASSERT(liver[DELAYED] > liver[ARTERIAL]);
    CU_ASSERT(liver[ARTERIAL] > liver[UNENHANCED]);
    CU_ASSERT(portal[PORTAL] > liver[PORTAL] + 30);
    CU_ASSERT(portal[UNENHANCED] < liver[UNENHANCED]);
    CU_ASSERT(spleen[UNENHANCED] < liver[UNENHANCED]);
    CU_ASSERT(spleen[T1] < liver[T1] && spleen[T2] > liver[T2]);
}

static void mr_series_are_listed_and_load_as_signal(void)
{
    abl_series_info about;
    abl_phantom *phantom = must_parse(
        "{\"image\":{\"size\":[40,44,5],\"look\":\"t1\",\"noise_hu\":20},"
        "\"tissues\":{\"fat\":{\"t1\":600}},\"parts\":[{\"solid\":" PHANTOM_BALL(
            0, 0, 0, 9) ",\"tissue\":\"fat\"}]}");
    CU_ASSERT(abl_phantom_is_mr(phantom));
    abl_dicom_write_info info = abl_dicom_write_defaults();
    memcpy(info.mr_weighting, "T1", 3);
    abl_volume *back = through_files(phantom, info, &about);
    CU_ASSERT_FATAL(back != NULL);
    CU_ASSERT_EQUAL(about.modality, ABL_MODALITY_MR);
    CU_ASSERT(!about.usable);
    CU_ASSERT_EQUAL(back->type, ABL_PIXEL_F32);
    double sum = 0, squares = 0;
    const float *signal = abl_volume_f32(back);
    for (size_t n = 0; n < 40 * 10 * 5; n++) {
        float air = signal[n / 400 * 40 * 44 + n % 400];
        CU_ASSERT(air >= 0);
        sum += air / 2000.0;
        squares += air * air / 2000.0;
    }
    /* Rayleigh: mean and root mean square of the magnitude of noise. */
    ABL_CHECK_NEAR(sum, 20 * 1.2533, 1);
    ABL_CHECK_NEAR(sqrt(squares), 20 * 1.4142, 1);
    ABL_CHECK_NEAR(signal[(2 * 44 + 22) * 40 + 20], 600, 80);
    abl_volume_destroy(back);
    abl_phantom_destroy(phantom);
}

#define KEEPS(solid, place)                                                     \
    "{\"targets\":[\"liver\"],\"solids\":{\"liver\":{\"kind\":"                 \
    "\"ellipsoid\",\"centre_lps\":[5,6,7],\"radii_mm\":[50,40,30]}},"           \
    "\"parts\":[{\"solid\":\"liver\",\"hu\":9}],\"lesions\":[{\"solid\":" solid \
    ",\"hu\":1,\"place\":{" place "}}]}"

static double gap_of(const char *recipe)
{
    abl_error err;
    double gap = NAN;
    abl_phantom *phantom = must_parse(recipe);
    ABL_CHECK_OK(abl_phantom_gap_mm(&gap, phantom, 0, "liver", &err), &err);
    abl_phantom_destroy(phantom);
    return gap;
}

static void lesions_are_placed_at_the_stated_distance(void)
{
    ABL_CHECK_NEAR(gap_of(KEEPS(PHANTOM_BALL(0, 0, 0, 6),
                                "\"near_lps\":[20,8,9],\"in\":\"liver\","
                                "\"to\":\"capsule\",\"gap_mm\":4.5")),
                   4.5, 0.01);
    ABL_CHECK_NEAR(
        gap_of(KEEPS("{\"kind\":\"ellipsoid\",\"centre_lps\":[0,0,0],"
                     "\"radii_mm\":[9,6,4],\"rotate_deg\":[20,30,40]}",
                     "\"near_lps\":[20,8,9],\"in\":\"liver\",\"to\":"
                     "\"capsule\",\"gap_mm\":2.5")),
        2.5, 0.02);
    ABL_CHECK_NEAR(
        gap_of(KEEPS("{\"kind\":\"union\",\"blend_mm\":2,\"of\":[" PHANTOM_BALL(
                         -3, 0, 0, 6) "," PHANTOM_BALL(5, 2, 0, 5) "]}",
                     "\"near_lps\":[80,8,9],\"to\":\"liver\",\"gap_mm\":7")),
        7, 0.03);
    ABL_CHECK_NEAR(gap_of(KEEPS(PHANTOM_BALL(0, 0, 0, 6),
                                "\"near_lps\":[20,8,9],\"in\":\"liver\","
                                "\"to\":\"capsule\",\"gap_mm\":-2")),
                   0, 0);
}

const char *const abl_test_suite = "imaging.phantom_scan";
CU_TestInfo abl_tests[] = {
    ABL_TEST(a_tilted_series_is_put_upright_again),
    ABL_TEST(thick_slices_smear_along_their_profile_only),
    ABL_TEST(organs_take_up_contrast_in_their_order),
    ABL_TEST(mr_series_are_listed_and_load_as_signal),
    ABL_TEST(lesions_are_placed_at_the_stated_distance),
    CU_TEST_INFO_NULL,
};
