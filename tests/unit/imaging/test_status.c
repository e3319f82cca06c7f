/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/status.h"

#include "tests/unit/check.h"

static void messages_stay_on_one_line(void)
{
    abl_error err;
    CU_ASSERT_EQUAL(
        abl_error_set(&err, ABL_E_IO, "a\nb\tc\r%d of %s", 7, "nine"),
        ABL_E_IO);
    CU_ASSERT_EQUAL(err.code, ABL_E_IO);
    CU_ASSERT_STRING_EQUAL(err.message, "a b c 7 of nine");
}

static void context_goes_in_front(void)
{
    abl_error err;
    (void)abl_error_set(&err, ABL_E_FORMAT, "damaged");
    abl_error_prefix(&err, "slice %d", 12);
    abl_error_prefix(&err, "study\n%s", "A");
    CU_ASSERT_STRING_EQUAL(err.message, "study A: slice 12: damaged");
    CU_ASSERT_EQUAL(err.code, ABL_E_FORMAT);
}

static void long_messages_are_cut(void)
{
    abl_error err;
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    (void)abl_error_set(&err, ABL_E_FORMAT, "%s", text);
    CU_ASSERT_EQUAL(strlen(err.message), sizeof err.message - 1);
    abl_error_prefix(&err, "%s", text);
    CU_ASSERT_EQUAL(strlen(err.message), sizeof err.message - 1);
}

static void an_error_may_be_left_out(void)
{
    CU_ASSERT_EQUAL(abl_error_set(NULL, ABL_E_NOMEM, "nobody reads this"),
                    ABL_E_NOMEM);
    abl_error_prefix(NULL, "nor this");
    CU_ASSERT_PTR_NULL(abl_alloc(SIZE_MAX, 2, NULL));
}

static void sizes_that_overflow_are_refused(void)
{
    abl_error err;
    size_t out = 5;
    CU_ASSERT_TRUE(abl_mul_size(&out, 6, 7));
    CU_ASSERT_EQUAL(out, 42);
    CU_ASSERT_FALSE(abl_mul_size(&out, SIZE_MAX / 2, 3));
    CU_ASSERT_EQUAL(out, 0);
    void *memory = abl_alloc(SIZE_MAX / 2, 3, &err);
    CU_ASSERT_PTR_NULL(memory);
    CU_ASSERT_EQUAL(err.code, ABL_E_NOMEM);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "out of memory"));
}

static void memory_is_zeroed_at_any_size(void)
{
    abl_error err;
    const size_t sizes[] = {0, 1, 4095, (size_t)9 << 20,
                            ((size_t)40 << 20) + 3};
    for (size_t n = 0; n < sizeof sizes / sizeof sizes[0]; n++) {
        unsigned char *memory = abl_alloc(sizes[n], 1, &err);
        size_t wrong = memory == NULL;
        for (size_t b = 0; memory && b < sizes[n]; b++)
            wrong += memory[b] != 0;
        CU_ASSERT_EQUAL(wrong, 0);
        if (memory && sizes[n])
            memset(memory, 1, sizes[n]);
        free(memory);
    }
}

static void every_status_has_a_name(void)
{
    CU_ASSERT_STRING_EQUAL(abl_status_name(ABL_OK), "OK");
    CU_ASSERT_STRING_EQUAL(abl_status_name(ABL_E_GEOMETRY), "GEOMETRY");
    CU_ASSERT_STRING_EQUAL(abl_status_name(ABL_E_INTERNAL), "INTERNAL");
    CU_ASSERT_STRING_EQUAL(abl_status_name((abl_status)99), "UNKNOWN");
}

const char *const abl_test_suite = "imaging.status";
CU_TestInfo abl_tests[] = {
    ABL_TEST(messages_stay_on_one_line),
    ABL_TEST(context_goes_in_front),
    ABL_TEST(long_messages_are_cut),
    ABL_TEST(an_error_may_be_left_out),
    ABL_TEST(sizes_that_overflow_are_refused),
    ABL_TEST(memory_is_zeroed_at_any_size),
    ABL_TEST(every_status_has_a_name),
    CU_TEST_INFO_NULL,
};
