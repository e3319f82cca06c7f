/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/sha256.h"
#include "segmentation/weights.h"
#include "tests/unit/check.h"

static const char *const path = "test_weights.safetensors";

/* A file with this header and this many bytes of data (0, 1, 2, ...). */
static void write_file(const char *header, size_t data_bytes)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    size_t length = strlen(header);
    for (size_t n = 0; n < 8; n++)
        fputc((int)(length >> (8 * n) & 255), file);
    fwrite(header, 1, length, file);
    for (size_t n = 0; n < data_bytes; n++)
        fputc((int)(n & 63), file);
    fclose(file);
}

static void expect_refusal(const char *header, size_t data_bytes,
                           abl_status code, const char *words)
{
    abl_error err;
    abl_weights *weights = NULL;
    write_file(header, data_bytes);
    ABL_CHECK_FAILS(abl_weights_load(&weights, path, &err), code, words, &err);
    CU_ASSERT_PTR_NULL(weights);
    remove(path);
}

/* A file of these raw bytes. */
static void expect_raw_refusal(const char *bytes, size_t count,
                               const char *words)
{
    abl_error err;
    abl_weights *weights = NULL;
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(bytes, 1, count, file);
    fclose(file);
    ABL_CHECK_FAILS(abl_weights_load(&weights, path, &err), ABL_E_FORMAT, words,
                    &err);
    CU_ASSERT_PTR_NULL(weights);
    remove(path);
}

static void good_file_gives_tensors_in_order_of_bytes(void)
{
    abl_error err;
    abl_weights *weights = NULL;
    write_file("{\"b\":{\"dtype\":\"F32\",\"shape\":[1],"
               "\"data_offsets\":[12,16]},"
               "\"a\":{\"dtype\":\"F16\",\"shape\":[2,3],"
               "\"data_offsets\":[0,12]},"
               "\"__metadata__\":{\"name\":\"x\"}}",
               16);
    ABL_CHECK_OK(abl_weights_load(&weights, path, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(weights);
    CU_ASSERT_EQUAL(abl_weights_count(weights), 2);
    CU_ASSERT_STRING_EQUAL(abl_weights_at(weights, 0)->name, "a");
    const abl_tensor *a = abl_weights_find(weights, "a");
    CU_ASSERT_EQUAL(a->count, 6);
    CU_ASSERT_EQUAL(a->shape[1], 3);
    CU_ASSERT_STRING_EQUAL(abl_weights_metadata(weights, "name"), "x");
    CU_ASSERT_PTR_NULL(abl_weights_metadata(weights, "y"));
    CU_ASSERT_PTR_NULL(abl_weights_find(weights, "c"));
    CU_ASSERT_EQUAL(strlen(abl_weights_sha256(weights)), 64);
    abl_weights_destroy(weights);
    remove(path);
}

static void sha256_agrees_with_published_examples(void)
{
    char hex[65];
    char *many = malloc(1000000);
    abl_sha256_hex(hex, "abc", 3);
    CU_ASSERT_STRING_EQUAL(hex, "ba7816bf8f01cfea414140de5dae2223b00361a39617"
                                "7a9cb410ff61f20015ad");
    abl_sha256_hex(hex, "", 0);
    CU_ASSERT_STRING_EQUAL(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b"
                                "934ca495991b7852b855");
    memset(many, 'a', 1000000);
    abl_sha256 sha;
    abl_sha256_init(&sha);
    for (size_t at = 0, step = 1; at < 1000000;
         at += step, step = step % 97 + 1)
        abl_sha256_update(&sha, many + at,
                          1000000 - at < step ? 1000000 - at : step);
    abl_sha256_finish(hex, &sha);
    CU_ASSERT_STRING_EQUAL(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497"
                                "200e046d39ccc7112cd0");
    free(many);
}

static void halves_have_their_exact_values(void)
{
    ABL_CHECK_NEAR(abl_half_to_float(0x3c00), 1, 0);
    ABL_CHECK_NEAR(abl_half_to_float(0xc000), -2, 0);
    ABL_CHECK_NEAR(abl_half_to_float(0x7bff), 65504, 0);
    ABL_CHECK_NEAR(abl_half_to_float(0x0001), 0x1p-24, 0);
    ABL_CHECK_NEAR(abl_half_to_float(0x83ff), -1023 * 0x1p-24, 0);
    ABL_CHECK_NEAR(abl_half_to_float(0x0400), 0x1p-14, 0);
    ABL_CHECK_NEAR(abl_half_to_float(0x3555), 0.333251953125, 0);
    CU_ASSERT(signbit(abl_half_to_float(0x8000)));
    CU_ASSERT(isinf(abl_half_to_float(0x7c00)));
    CU_ASSERT(isnan(abl_half_to_float(0x7e00)));
}

static void values_that_are_not_numbers_are_refused(void)
{
    abl_error err;
    float value[1];
    const unsigned char infinity[2] = {0x00, 0x7c};
    const unsigned char nan[4] = {0, 0, 0xc0, 0x7f};
    abl_tensor tensor = {.name = "t", .rank = 1, .shape = {1}, .count = 1};
    tensor.data = infinity;
    ABL_CHECK_FAILS(abl_tensor_read(value, &tensor, &err), ABL_E_FORMAT,
                    "not numbers", &err);
    tensor.type = ABL_WEIGHTS_F32;
    tensor.data = nan;
    ABL_CHECK_FAILS(abl_tensor_read(value, &tensor, &err), ABL_E_FORMAT,
                    "not numbers", &err);
}

static void missing_file_and_folder_are_refused(void)
{
    abl_error err;
    abl_weights *weights = NULL;
    ABL_CHECK_FAILS(abl_weights_load(&weights, "no/such/file", &err), ABL_E_IO,
                    "no/such/file", &err);
    ABL_CHECK_FAILS(abl_weights_load(&weights, ".", &err), ABL_E_IO,
                    "not a regular file", &err);
    ABL_CHECK_FAILS(abl_weights_load(&weights, "/dev/zero", &err), ABL_E_IO,
                    "not a regular file", &err);
}

static void impossible_header_lengths_are_refused(void)
{
    expect_raw_refusal("", 0, "too few");
    expect_raw_refusal("\2\0\0", 3, "too few");
    expect_raw_refusal("\0\0\0\0\0\0\0\0{}", 10, "header length");
    expect_raw_refusal("\3\0\0\0\0\0\0\0{}", 10, "header length");
    expect_raw_refusal("\377\377\377\377\377\377\377\377{}", 10,
                       "header length");
    expect_raw_refusal("\0\0\0\0\0\0\0\200{}", 10, "header length");
}

static void headers_that_are_no_json_object_are_refused(void)
{
    expect_refusal("[]", 0, ABL_E_FORMAT, "not an object");
    expect_refusal("{\"a\":", 0, ABL_E_FORMAT, "not JSON");
    expect_refusal("\"text\"", 0, ABL_E_FORMAT, "not JSON");
    expect_refusal("{\"a\":1}", 0, ABL_E_FORMAT, "not an object");
    expect_refusal("{\"a\":{},\"a\":{}}", 0, ABL_E_FORMAT, "duplicate");
    expect_refusal("{\"__metadata__\":[]}", 0, ABL_E_FORMAT, "metadata");
    expect_refusal("{\"__metadata__\":{\"a\":1}}", 0, ABL_E_FORMAT, "not text");
}

static void deep_nesting_is_refused(void)
{
    char *header = calloc(1, 200001);
    memset(header, '[', 200000);
    expect_refusal(header, 0, ABL_E_FORMAT, "not JSON");
    free(header);
}

/* One tensor "t" with this dtype, shape and range. */
static void expect_tensor_refusal(const char *dtype, const char *shape,
                                  const char *range, abl_status code,
                                  const char *words)
{
    char header[512];
    snprintf(header, sizeof header,
             "{\"t\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}", dtype,
             shape, range);
    expect_refusal(header, 8, code, words);
}

static void impossible_tensors_are_refused(void)
{
    const char *f32 = "\"F32\"";
    expect_tensor_refusal("\"I8\"", "[8]", "[0,8]", ABL_E_UNSUPPORTED, "I8");
    expect_tensor_refusal("7", "[2]", "[0,8]", ABL_E_FORMAT, "no dtype");
    expect_tensor_refusal(f32, "2", "[0,8]", ABL_E_FORMAT, "no shape");
    expect_tensor_refusal(f32, "[]", "[0,8]", ABL_E_UNSUPPORTED, "dimensions");
    expect_tensor_refusal(f32, "[1,1,1,1,1,1,1,1,2]", "[0,8]",
                          ABL_E_UNSUPPORTED, "dimensions");
    expect_tensor_refusal(f32, "[0]", "[0,0]", ABL_E_FORMAT, "shape");
    expect_tensor_refusal(f32, "[-2]", "[0,8]", ABL_E_FORMAT, "shape");
    expect_tensor_refusal(f32, "[2.0]", "[0,8]", ABL_E_FORMAT, "shape");
    expect_tensor_refusal(f32, "[4294967296,4294967296]", "[0,8]", ABL_E_FORMAT,
                          "shape");
    expect_tensor_refusal(f32, "[4611686018427387905]", "[0,4]", ABL_E_FORMAT,
                          "fit its shape");
    expect_tensor_refusal(f32, "[3]", "[0,8]", ABL_E_FORMAT, "fit its shape");
    expect_tensor_refusal(f32, "[2]", "[0,9]", ABL_E_FORMAT, "outside");
    expect_tensor_refusal(f32, "[2]", "[8,0]", ABL_E_FORMAT, "outside");
    expect_tensor_refusal(f32, "[2]", "[-8,0]", ABL_E_FORMAT, "outside");
    expect_tensor_refusal(f32, "[2]", "[0]", ABL_E_FORMAT, "outside");
    expect_tensor_refusal(f32, "[2]", "null", ABL_E_FORMAT, "outside");
    expect_tensor_refusal(f32, "[1]", "[0,4]", ABL_E_FORMAT, "at the end");
    expect_tensor_refusal(f32, "[1]", "[4,8]", ABL_E_FORMAT, "gap");
}

static void overlapping_tensors_are_refused(void)
{
    expect_refusal("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],"
                   "\"data_offsets\":[0,8]},"
                   "\"b\":{\"dtype\":\"F32\",\"shape\":[2],"
                   "\"data_offsets\":[4,12]}}",
                   12, ABL_E_FORMAT, "overlaps");
    expect_refusal("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],"
                   "\"data_offsets\":[0,4]},"
                   "\"b\":{\"dtype\":\"F32\",\"shape\":[1],"
                   "\"data_offsets\":[0,4]}}",
                   4, ABL_E_FORMAT, "overlaps");
}

static void long_names_are_refused(void)
{
    char header[512], name[200] = "";
    memset(name, 'n', 128);
    snprintf(header, sizeof header,
             "{\"%s\":{\"dtype\":\"F32\",\"shape\":[1],"
             "\"data_offsets\":[0,4]}}",
             name);
    expect_refusal(header, 4, ABL_E_FORMAT, "name has 128");
    expect_refusal("{\"\":{\"dtype\":\"F32\",\"shape\":[1],"
                   "\"data_offsets\":[0,4]}}",
                   4, ABL_E_FORMAT, "name has 0");
}

static void every_damaged_byte_of_a_header_is_survived(void)
{
    const char *good = "{\"a\":{\"dtype\":\"F16\",\"shape\":[2,3],"
                       "\"data_offsets\":[0,12]},"
                       "\"__metadata__\":{\"name\":\"x\"}}";
    char header[256];
    size_t refused = 0, length = strlen(good);
    for (size_t n = 0; n < length; n++)
        for (int flip = 1; flip < 256; flip <<= 1) {
            abl_weights *weights = NULL;
            snprintf(header, sizeof header, "%s", good);
            header[n] = (char)(header[n] ^ flip);
            write_file(header, 12);
            refused += abl_weights_load(&weights, path, NULL) != ABL_OK;
            abl_weights_destroy(weights);
        }
    remove(path);
    CU_ASSERT(refused > 6 * length);
}

const char *const abl_test_suite = "weights";
CU_TestInfo abl_tests[] = {
    ABL_TEST(good_file_gives_tensors_in_order_of_bytes),
    ABL_TEST(sha256_agrees_with_published_examples),
    ABL_TEST(halves_have_their_exact_values),
    ABL_TEST(values_that_are_not_numbers_are_refused),
    ABL_TEST(missing_file_and_folder_are_refused),
    ABL_TEST(impossible_header_lengths_are_refused),
    ABL_TEST(headers_that_are_no_json_object_are_refused),
    ABL_TEST(deep_nesting_is_refused),
    ABL_TEST(impossible_tensors_are_refused),
    ABL_TEST(overlapping_tensors_are_refused),
    ABL_TEST(long_names_are_refused),
    ABL_TEST(every_damaged_byte_of_a_header_is_survived),
    CU_TEST_INFO_NULL,
};
