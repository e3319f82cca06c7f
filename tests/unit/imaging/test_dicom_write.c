/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "imaging/dicom_write.h"
#include "tests/unit/imaging/volumes.h"

static abl_dicom_write_info named_info(void)
{
    abl_dicom_write_info info = abl_dicom_write_defaults();
    abl_dicom_uid(info.study_uid, "study");
    abl_dicom_uid(info.series_uid, "series");
    abl_dicom_uid(info.frame_of_reference_uid, "frame");
    return info;
}

static void new_folder(char path[64])
{
    snprintf(path, 64, "dicom_write-XXXXXX");
    if (!mkdtemp(path))
        exit(1);
}

static void remove_slices(const char *folder, size_t count)
{
    char path[128];
    for (size_t k = 1; k <= count; k++) {
        snprintf(path, sizeof path, "%s/IM%05zu.dcm", folder, k);
        unlink(path);
    }
    rmdir(folder);
}

static unsigned char *read_bytes(const char *folder, size_t slice,
                                 size_t *length)
{
    char path[128];
    snprintf(path, sizeof path, "%s/IM%05zu.dcm", folder, slice);
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = calloc(1, 1 << 20);
    *length = file ? fread(bytes, 1, 1 << 20, file) : 0;
    if (file)
        fclose(file);
    return bytes;
}

/* Offset behind the header of a short explicit-VR element, or 0. */
static size_t find_element(const unsigned char *bytes, size_t length,
                           const char start[6])
{
    for (size_t n = 0; n + 8 < length; n++)
        if (memcmp(bytes + n, start, 6) == 0)
            return n + 8;
    return 0;
}

static void slices_hold_values_and_geometry(void)
{
    abl_error err;
    char folder[64];
    new_folder(folder);
    abl_grid grid = odd_grid(61, 53, 3);
    abl_volume *volume = random_image(&grid, ABL_PIXEL_I16, 7);
    abl_dicom_write_info info = named_info();
    ABL_CHECK_OK(abl_dicom_series_write(folder, volume, &info, &err), &err);
    size_t length, count = 61 * 53;
    unsigned char *bytes = read_bytes(folder, 2, &length);
    CU_ASSERT_FATAL(length > 2 * count + 132);
    CU_ASSERT_EQUAL(memcmp(bytes + 128, "DICM", 4), 0);
    const unsigned char *stored = bytes + length - 2 * count;
    size_t wrong = 0;
    for (size_t n = 0; n < count; n++) {
        int value = (int16_t)(stored[2 * n] | stored[2 * n + 1] << 8);
        wrong += value - 1024 != abl_volume_i16(volume)[count + n];
    }
    CU_ASSERT_EQUAL(wrong, 0);
    size_t at = find_element(bytes, length,
                             "\x28\x00\x30\x00"
                             "DS");
    CU_ASSERT_EQUAL(strncmp((char *)bytes + at, "0.9\\0.7", 7), 0);
    at = find_element(bytes, length,
                      "\x20\x00\x32\x00"
                      "DS");
    char *end;
    double lps[3];
    abl_grid_to_lps(lps, &grid, (double[3]){0, 0, 1});
    ABL_CHECK_NEAR(strtod((char *)bytes + at, &end), lps[0], 1e-9);
    ABL_CHECK_NEAR(strtod(end + 1, &end), lps[1], 1e-9);
    ABL_CHECK_NEAR(strtod(end + 1, &end), lps[2], 1e-9);
    free(bytes);
    remove_slices(folder, 3);
    abl_volume_destroy(volume);
}

static void writing_twice_gives_the_same_bytes(void)
{
    abl_error err;
    char first[64], second[64];
    new_folder(first);
    new_folder(second);
    abl_grid grid = odd_grid(9, 7, 2);
    abl_volume *volume = random_image(&grid, ABL_PIXEL_I16, 3);
    abl_dicom_write_info info = named_info();
    ABL_CHECK_OK(abl_dicom_series_write(first, volume, &info, &err), &err);
    ABL_CHECK_OK(abl_dicom_series_write(second, volume, &info, &err), &err);
    size_t a_length, b_length;
    unsigned char *a = read_bytes(first, 1, &a_length);
    unsigned char *b = read_bytes(second, 1, &b_length);
    CU_ASSERT(a_length > 0);
    CU_ASSERT_EQUAL(a_length, b_length);
    CU_ASSERT_EQUAL(memcmp(a, b, a_length), 0);
    free(a);
    free(b);
    remove_slices(first, 2);
    remove_slices(second, 2);
    abl_volume_destroy(volume);
}

static void positions_may_leave_the_grid(void)
{
    abl_error err;
    char folder[64];
    new_folder(folder);
    abl_grid grid = odd_grid(4, 4, 2);
    abl_volume *volume = new_volume(&grid, ABL_PIXEL_I16);
    abl_dicom_write_info info = named_info();
    const double positions_lps[6] = {1, 2, 3, 4, 5, 6.25};
    info.positions_lps = positions_lps;
    ABL_CHECK_OK(abl_dicom_series_write(folder, volume, &info, &err), &err);
    size_t length;
    unsigned char *bytes = read_bytes(folder, 2, &length);
    size_t at = find_element(bytes, length,
                             "\x20\x00\x32\x00"
                             "DS");
    CU_ASSERT_EQUAL(strncmp((char *)bytes + at, "4\\5\\6.25", 8), 0);
    free(bytes);
    remove_slices(folder, 2);
    abl_volume_destroy(volume);
}

static void uids_are_repeatable_legal_and_differ(void)
{
    char a[65], b[65], again[65];
    abl_dicom_uid(a, "one");
    abl_dicom_uid(b, "two");
    abl_dicom_uid(again, "one");
    CU_ASSERT_STRING_EQUAL(a, again);
    CU_ASSERT_STRING_NOT_EQUAL(a, b);
    CU_ASSERT_EQUAL(strncmp(a, "2.25.", 5), 0);
    CU_ASSERT(strlen(a) <= 44);
    CU_ASSERT(a[5] >= '1' && a[5] <= '9');
    CU_ASSERT_EQUAL(strspn(a + 5, "0123456789"), strlen(a + 5));
}

static void values_that_do_not_fit_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(4, 4, 2);
    abl_volume *volume = new_volume(&grid, ABL_PIXEL_I16);
    abl_volume_i16(volume)[5] = 32000;
    abl_dicom_write_info info = named_info();
    ABL_CHECK_FAILS(abl_dicom_series_write(".", volume, &info, &err),
                    ABL_E_INVALID, "do not fit 16 bits", &err);
    abl_volume_destroy(volume);
}

static void missing_uids_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(4, 4, 2);
    abl_volume *volume = new_volume(&grid, ABL_PIXEL_I16);
    abl_dicom_write_info info = abl_dicom_write_defaults();
    ABL_CHECK_FAILS(abl_dicom_series_write(".", volume, &info, &err),
                    ABL_E_INVALID, "need a UID", &err);
    info = named_info();
    snprintf(info.study_uid, sizeof info.study_uid, "1.2.abc");
    ABL_CHECK_FAILS(abl_dicom_series_write(".", volume, &info, &err),
                    ABL_E_INVALID, "need a UID", &err);
    abl_volume_destroy(volume);
}

static void other_voxel_types_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(4, 4, 2);
    abl_volume *volume = new_volume(&grid, ABL_PIXEL_F32);
    abl_dicom_write_info info = named_info();
    ABL_CHECK_FAILS(abl_dicom_series_write(".", volume, &info, &err),
                    ABL_E_INVALID, "int16", &err);
    abl_volume_destroy(volume);
}

static void a_missing_folder_and_a_full_disk_are_errors(void)
{
    abl_error err;
    abl_grid grid = odd_grid(4, 4, 2);
    abl_volume *volume = new_volume(&grid, ABL_PIXEL_I16);
    abl_dicom_write_info info = named_info();
    ABL_CHECK_FAILS(abl_dicom_series_write("no/such", volume, &info, &err),
                    ABL_E_IO, "no/such/IM00001.dcm", &err);
    char folder[64], path[128];
    new_folder(folder);
    snprintf(path, sizeof path, "%s/IM00001.dcm", folder);
    CU_ASSERT_EQUAL(symlink("/dev/full", path), 0);
    ABL_CHECK_FAILS(abl_dicom_series_write(folder, volume, &info, &err),
                    ABL_E_IO, "IM00001.dcm", &err);
    remove_slices(folder, 1);
    abl_volume_destroy(volume);
}

const char *const abl_test_suite = "imaging.dicom_write";
CU_TestInfo abl_tests[] = {
    ABL_TEST(slices_hold_values_and_geometry),
    ABL_TEST(writing_twice_gives_the_same_bytes),
    ABL_TEST(positions_may_leave_the_grid),
    ABL_TEST(uids_are_repeatable_legal_and_differ),
    ABL_TEST(values_that_do_not_fit_are_refused),
    ABL_TEST(missing_uids_are_refused),
    ABL_TEST(other_voxel_types_are_refused),
    ABL_TEST(a_missing_folder_and_a_full_disk_are_errors),
    CU_TEST_INFO_NULL,
};
