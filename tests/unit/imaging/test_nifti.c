/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/nifti.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "imaging/nifti_header.h"
#include "imaging/oracle.h"
#include "tests/unit/imaging/volumes.h"

static const char *const plain_path = "nifti-test.nii";
static const char *const packed_path = "nifti-test.nii.gz";

static abl_volume *new_image(abl_pixel_type type)
{
    const abl_grid grid = odd_grid(13, 11, 7);
    abl_volume *volume = new_volume(&grid, type);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        if (type == ABL_PIXEL_U8)
            abl_volume_u8(volume)[n] = (uint8_t)(n % 251);
        else if (type == ABL_PIXEL_I16)
            abl_volume_i16(volume)[n] = (int16_t)((int)(n * 37) % 3000 - 1024);
        else
            abl_volume_f32(volume)[n] = (float)n * 0.37f - 100;
    }
    return volume;
}

static void check_same(const abl_volume *a, const abl_volume *b)
{
    abl_error err;
    ABL_CHECK_OK(abl_grid_check_same(&a->grid, &b->grid, 1e-4, &err), &err);
    CU_ASSERT_EQUAL(a->type, b->type);
    CU_ASSERT_EQUAL(memcmp(a->data, b->data,
                           abl_grid_voxels(&a->grid) * abl_pixel_size(a->type)),
                    0);
}

static void oblique_volume_survives_a_round_trip(void)
{
    static const abl_pixel_type types[] = {ABL_PIXEL_U8, ABL_PIXEL_I16,
                                           ABL_PIXEL_F32};
    abl_error err;
    for (int n = 0; n < 6; n++) {
        const char *path = n & 1 ? packed_path : plain_path;
        abl_volume *volume = new_image(types[n / 2]), *back = NULL;
        ABL_CHECK_OK(abl_nifti_write(path, volume, &err), &err);
        ABL_CHECK_OK(abl_nifti_read(&back, path, types[n / 2], &err), &err);
        if (back)
            check_same(volume, back);
        abl_volume_destroy(volume);
        abl_volume_destroy(back);
        unlink(path);
    }
}

/* Both handednesses and every 90 degree turn, slightly oblique. */
static void itk_reads_what_we_write(void)
{
    abl_error err;
    for (int n = 0; n < 48; n++) {
        abl_volume *volume = new_image(ABL_PIXEL_F32), *back = NULL;
        static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        abl_orientation turn;
        for (int a = 0; a < 3; a++) {
            turn.axis[a] = orders[n / 8][a];
            turn.flip[a] = n >> a & 1;
        }
        volume->grid = abl_grid_reorient(&volume->grid, turn);
        ABL_CHECK_OK(abl_nifti_write(packed_path, volume, &err), &err);
        ABL_CHECK_OK(abl_oracle_nifti_read(&back, packed_path, &err), &err);
        if (back)
            check_same(volume, back);
        abl_volume_destroy(volume);
        abl_volume_destroy(back);
    }
    unlink(packed_path);
}

static void we_read_what_itk_writes(void)
{
    abl_error err;
    abl_volume *volume = new_image(ABL_PIXEL_F32), *back = NULL;
    ABL_CHECK_OK(abl_oracle_nifti_write(plain_path, volume, &err), &err);
    ABL_CHECK_OK(abl_nifti_read(&back, plain_path, ABL_PIXEL_F32, &err), &err);
    if (back)
        check_same(volume, back);
    abl_volume_destroy(volume);
    abl_volume_destroy(back);
    unlink(plain_path);
}

static size_t read_bytes(uint8_t *bytes, size_t size, const char *path)
{
    FILE *file = fopen(path, "rb");
    const size_t count = file ? fread(bytes, 1, size, file) : 0;
    if (file)
        fclose(file);
    return count;
}

static void write_bytes(const char *path, const uint8_t *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, count, file) != count || fclose(file) != 0)
        exit(1);
}

static void same_volume_gives_the_same_bytes(void)
{
    abl_error err;
    static uint8_t first[16384], second[16384];
    abl_volume *volume = new_image(ABL_PIXEL_I16);
    ABL_CHECK_OK(abl_nifti_write(packed_path, volume, &err), &err);
    const size_t count = read_bytes(first, sizeof first, packed_path);
    sleep(1);
    ABL_CHECK_OK(abl_nifti_write(packed_path, volume, &err), &err);
    CU_ASSERT_EQUAL(read_bytes(second, sizeof second, packed_path), count);
    CU_ASSERT_TRUE(count > 352);
    CU_ASSERT_EQUAL(memcmp(first, second, count), 0);
    /* No time and no name in the gzip header. */
    CU_ASSERT_EQUAL(first[3], 0);
    CU_ASSERT_EQUAL(memcmp(first + 4, "\0\0\0\0", 4), 0);
    abl_volume_destroy(volume);
    unlink(packed_path);
}

/* A valid file to damage: 352 bytes of header, then i16 voxels. */
static size_t valid_file(uint8_t bytes[4096])
{
    abl_error err;
    abl_volume *volume = new_image(ABL_PIXEL_I16);
    ABL_CHECK_OK(abl_nifti_write(plain_path, volume, &err), &err);
    abl_volume_destroy(volume);
    return read_bytes(bytes, 4096, plain_path);
}

static void expect_refusal(const uint8_t *bytes, size_t count,
                           abl_status status, const char *words)
{
    abl_error err;
    abl_volume *back = NULL;
    write_bytes(plain_path, bytes, count);
    ABL_CHECK_FAILS(abl_nifti_read(&back, plain_path, ABL_PIXEL_I16, &err),
                    status, words, &err);
    CU_ASSERT_PTR_NULL(back);
}

static void put_short(uint8_t *bytes, size_t at, int value)
{
    bytes[at] = (uint8_t)(value & 0xff);
    bytes[at + 1] = (uint8_t)(value >> 8 & 0xff);
}

static void put_float(uint8_t *bytes, size_t at, float value)
{
    memcpy(bytes + at, &value, sizeof value);
}

static void damaged_headers_are_refused(void)
{
    static const struct {
        size_t at;
        int value;
        abl_status status;
        const char *words;
    } shorts[] = {
        {0, 349, ABL_E_FORMAT, "not a NIfTI"},
        {40, 0, ABL_E_FORMAT, "0 dimensions"},
        {40, 8, ABL_E_FORMAT, "8 dimensions"},
        {40, 2, ABL_E_UNSUPPORTED, "2-D"},
        {42, 0, ABL_E_FORMAT, "axis 0 has 0 voxels"},
        {44, -5, ABL_E_FORMAT, "axis 1 has -5 voxels"},
        {46, 32767, ABL_E_FORMAT, "axis 2 has 32767 voxels"},
        {70, 128, ABL_E_UNSUPPORTED, "voxel type 128"},
        {70, 32, ABL_E_UNSUPPORTED, "voxel type 32"},
        {72, 32, ABL_E_FORMAT, "contradicts"},
        {344, 'x', ABL_E_FORMAT, "no NIfTI mark"},
        {345, 'i' | '1' << 8, ABL_E_UNSUPPORTED, ".hdr/.img"},
    };
    uint8_t bytes[4096];
    for (size_t n = 0; n < sizeof shorts / sizeof shorts[0]; n++) {
        const size_t count = valid_file(bytes);
        put_short(bytes, shorts[n].at, shorts[n].value);
        expect_refusal(bytes, count, shorts[n].status, shorts[n].words);
    }
    unlink(plain_path);
}

static void hostile_numbers_are_refused(void)
{
    static const struct {
        size_t at;
        float value;
        abl_status status;
        const char *words;
    } floats[] = {
        {108, 0, ABL_E_FORMAT, "cannot start at byte 0"},
        {108, NAN, ABL_E_FORMAT, "cannot start"},
        {108, 1e30f, ABL_E_FORMAT, "cannot start"},
        {108, 2000, ABL_E_FORMAT, "cannot hold"},
        {280, NAN, ABL_E_GEOMETRY, "no position"},
        {284, INFINITY, ABL_E_GEOMETRY, "no position"},
        {284, 5, ABL_E_GEOMETRY, "orthonormal"},
        {292, 1e9f, ABL_E_GEOMETRY, "no position"},
    };
    uint8_t bytes[4096];
    for (size_t n = 0; n < sizeof floats / sizeof floats[0]; n++) {
        const size_t count = valid_file(bytes);
        put_float(bytes, floats[n].at, floats[n].value);
        expect_refusal(bytes, count, floats[n].status, floats[n].words);
    }
    const size_t count = valid_file(bytes);
    for (size_t at = 280; at < 328; at += 16)
        put_float(bytes, at, 0);
    expect_refusal(bytes, count, ABL_E_GEOMETRY, "no length");
    unlink(plain_path);
}

static void file_without_orientation_is_refused(void)
{
    uint8_t bytes[4096];
    const size_t count = valid_file(bytes);
    put_short(bytes, 252, 0);
    put_short(bytes, 254, 0);
    expect_refusal(bytes, count, ABL_E_GEOMETRY, "left and right are unknown");
    unlink(plain_path);
}

static void qform_alone_gives_the_same_grid(void)
{
    abl_error err;
    uint8_t bytes[4096];
    abl_grid grid;
    const size_t count = valid_file(bytes);
    put_short(bytes, 254, 0);
    memset(bytes + 280, 0, 48);
    write_bytes(plain_path, bytes, count);
    const abl_grid expected = odd_grid(13, 11, 7);
    ABL_CHECK_OK(abl_nifti_read_grid(&grid, plain_path, &err), &err);
    ABL_CHECK_OK(abl_grid_check_same(&grid, &expected, 1e-4, &err), &err);
    unlink(plain_path);
}

static void several_volumes_in_a_file_are_refused_one_is_read(void)
{
    abl_error err;
    uint8_t bytes[4096];
    abl_volume *back = NULL;
    const size_t count = valid_file(bytes);
    put_short(bytes, 40, 4);
    write_bytes(plain_path, bytes, count);
    ABL_CHECK_OK(abl_nifti_read(&back, plain_path, ABL_PIXEL_I16, &err), &err);
    abl_volume_destroy(back);
    put_short(bytes, 48, 3);
    expect_refusal(bytes, count, ABL_E_UNSUPPORTED, "3 volumes");
    unlink(plain_path);
}

static void scale_and_offset_are_applied_and_rounded(void)
{
    abl_error err;
    uint8_t bytes[4096];
    abl_volume *back = NULL;
    const size_t count = valid_file(bytes);
    put_float(bytes, 112, 2.5f);
    put_float(bytes, 116, -10);
    put_short(bytes, 352, 3);
    put_short(bytes, 354, 32767);
    write_bytes(plain_path, bytes, count);
    ABL_CHECK_OK(abl_nifti_read(&back, plain_path, ABL_PIXEL_I16, &err), &err);
    CU_ASSERT_EQUAL(abl_volume_i16(back)[0], -2);
    CU_ASSERT_EQUAL(abl_volume_i16(back)[1], 32767);
    abl_volume_destroy(back);
    unlink(plain_path);
}

static void other_byte_order_is_read(void)
{
    abl_error err;
    uint8_t bytes[4096];
    abl_volume *volume = new_image(ABL_PIXEL_I16), *back = NULL;
    const size_t count = valid_file(bytes);
    static const struct {
        size_t from, to, each;
    } parts[] = {{0, 4, 4},     {40, 56, 2},   {70, 74, 2}, {76, 120, 4},
                 {252, 256, 2}, {256, 328, 4}, {352, 0, 2}};
    for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
        const size_t to = parts[p].to ? parts[p].to : count;
        for (size_t at = parts[p].from; at < to; at += parts[p].each)
            for (size_t b = 0; b < parts[p].each / 2; b++) {
                const uint8_t kept = bytes[at + b];
                bytes[at + b] = bytes[at + parts[p].each - 1 - b];
                bytes[at + parts[p].each - 1 - b] = kept;
            }
    }
    write_bytes(plain_path, bytes, count);
    ABL_CHECK_OK(abl_nifti_read(&back, plain_path, ABL_PIXEL_I16, &err), &err);
    if (back)
        check_same(volume, back);
    abl_volume_destroy(volume);
    abl_volume_destroy(back);
    unlink(plain_path);
}

static void truncated_file_is_refused_at_every_length(void)
{
    uint8_t bytes[4096];
    const size_t count = valid_file(bytes);
    for (size_t length = 0; length < count; length += 7) {
        abl_error err;
        abl_volume *back = NULL;
        write_bytes(plain_path, bytes, length);
        CU_ASSERT_NOT_EQUAL(
            abl_nifti_read(&back, plain_path, ABL_PIXEL_I16, &err), ABL_OK);
        CU_ASSERT_PTR_NULL(back);
    }
    unlink(plain_path);
}

static void truncated_gzip_is_refused(void)
{
    abl_error err;
    static uint8_t bytes[16384];
    abl_volume *volume = new_image(ABL_PIXEL_F32), *back = NULL;
    ABL_CHECK_OK(abl_nifti_write(packed_path, volume, &err), &err);
    const size_t count = read_bytes(bytes, sizeof bytes, packed_path);
    write_bytes(packed_path, bytes, count / 2);
    ABL_CHECK_FAILS(abl_nifti_read(&back, packed_path, ABL_PIXEL_F32, &err),
                    ABL_E_FORMAT, "ends too early", &err);
    abl_volume_destroy(volume);
    unlink(packed_path);
}

/* 16384 x 16384 x 8 voxels asked for by a file of 352 bytes. */
static void header_larger_than_its_file_allocates_nothing(void)
{
    uint8_t bytes[4096];
    const size_t count = valid_file(bytes);
    put_short(bytes, 42, 16384);
    put_short(bytes, 44, 16384);
    put_short(bytes, 46, 8);
    expect_refusal(bytes, count, ABL_E_FORMAT, "cannot hold");
    put_short(bytes, 46, 9);
    expect_refusal(bytes, count, ABL_E_GEOMETRY, "more than supported");
    gzFile file = gzopen(packed_path, "wb9");
    put_short(bytes, 46, 8);
    gzwrite(file, bytes, 352);
    gzclose(file);
    abl_error err;
    abl_volume *back = NULL;
    ABL_CHECK_FAILS(abl_nifti_read(&back, packed_path, ABL_PIXEL_I16, &err),
                    ABL_E_FORMAT, "cannot hold", &err);
    unlink(plain_path);
    unlink(packed_path);
}

static void voxels_that_are_no_numbers_are_refused(void)
{
    abl_error err;
    abl_volume *volume = new_image(ABL_PIXEL_F32), *back = NULL;
    abl_volume_f32(volume)[500] = NAN;
    ABL_CHECK_OK(abl_nifti_write(plain_path, volume, &err), &err);
    ABL_CHECK_FAILS(abl_nifti_read(&back, plain_path, ABL_PIXEL_F32, &err),
                    ABL_E_FORMAT, "NaN", &err);
    abl_volume_destroy(volume);
    unlink(plain_path);
}

static void labels_outside_a_byte_are_refused(void)
{
    abl_error err;
    abl_volume *volume = new_image(ABL_PIXEL_I16), *back = NULL;
    ABL_CHECK_OK(abl_nifti_write(plain_path, volume, &err), &err);
    ABL_CHECK_FAILS(abl_nifti_read(&back, plain_path, ABL_PIXEL_U8, &err),
                    ABL_E_FORMAT, "does not fit a label map", &err);
    abl_volume_destroy(volume);
    unlink(plain_path);
}

static void unwritable_path_leaves_nothing(void)
{
    abl_error err;
    abl_volume *volume = new_image(ABL_PIXEL_U8);
    ABL_CHECK_FAILS(abl_nifti_write("no-such-folder/x.nii.gz", volume, &err),
                    ABL_E_IO, "no-such-folder/x.nii.gz", &err);
    ABL_CHECK_FAILS(abl_nifti_write("/dev/full", volume, &err), ABL_E_IO,
                    "/dev/full", &err);
    abl_volume_destroy(volume);
}

static void missing_and_special_files_are_refused(void)
{
    abl_error err;
    abl_volume *back = NULL;
    ABL_CHECK_FAILS(abl_nifti_read(&back, "no-such.nii", ABL_PIXEL_U8, &err),
                    ABL_E_IO, "No such file", &err);
    ABL_CHECK_FAILS(abl_nifti_read(&back, "/dev/zero", ABL_PIXEL_U8, &err),
                    ABL_E_IO, "not a regular file", &err);
    ABL_CHECK_FAILS(abl_nifti_read(&back, ".", ABL_PIXEL_U8, &err), ABL_E_IO,
                    "not a regular file", &err);
}

/* One flipped byte at every place of the header: a status, never a crash. */
static void flipped_bytes_never_crash(void)
{
    uint8_t bytes[4096];
    const size_t count = valid_file(bytes);
    size_t refused = 0;
    for (size_t at = 0; at < 352; at++) {
        abl_error err;
        abl_volume *back = NULL;
        const uint8_t kept = bytes[at];
        bytes[at] ^= (uint8_t)(at % 3 == 0 ? 0x80 : 0xff);
        write_bytes(plain_path, bytes, count);
        if (abl_nifti_read(&back, plain_path, ABL_PIXEL_I16, &err))
            refused++;
        abl_volume_destroy(back);
        bytes[at] = kept;
    }
    CU_ASSERT_TRUE(refused > 30);
    unlink(plain_path);
}

const char *const abl_test_suite = "imaging/nifti";
CU_TestInfo abl_tests[] = {
    ABL_TEST(oblique_volume_survives_a_round_trip),
    ABL_TEST(itk_reads_what_we_write),
    ABL_TEST(we_read_what_itk_writes),
    ABL_TEST(same_volume_gives_the_same_bytes),
    ABL_TEST(damaged_headers_are_refused),
    ABL_TEST(hostile_numbers_are_refused),
    ABL_TEST(file_without_orientation_is_refused),
    ABL_TEST(qform_alone_gives_the_same_grid),
    ABL_TEST(several_volumes_in_a_file_are_refused_one_is_read),
    ABL_TEST(scale_and_offset_are_applied_and_rounded),
    ABL_TEST(other_byte_order_is_read),
    ABL_TEST(truncated_file_is_refused_at_every_length),
    ABL_TEST(truncated_gzip_is_refused),
    ABL_TEST(header_larger_than_its_file_allocates_nothing),
    ABL_TEST(voxels_that_are_no_numbers_are_refused),
    ABL_TEST(labels_outside_a_byte_are_refused),
    ABL_TEST(unwritable_path_leaves_nothing),
    ABL_TEST(missing_and_special_files_are_refused),
    ABL_TEST(flipped_bytes_never_crash),
    CU_TEST_INFO_NULL,
};
