/* What every unit test includes: CUnit, and checks that print values.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_CHECK_H
#define ABL_TESTS_UNIT_CHECK_H

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/status.h"

/** Each test file defines these two; test_main.c runs them. Test names are
 * statements: {"crop_outside_is_refused", crop_outside_is_refused}. */
extern const char *const abl_test_suite;
extern CU_TestInfo abl_tests[];

/* clang-format off */
#define ABL_TEST(function) {#function, function}
/* clang-format on */

/** |actual - expected| <= tolerance; prints all three on failure. */
#define ABL_CHECK_NEAR(actual, expected, tolerance)                           \
    abl_check_near((double)(actual), (double)(expected), (double)(tolerance), \
                   #actual, __FILE__, __LINE__)

/** The call returns ABL_OK; prints the error text when it does not. */
#define ABL_CHECK_OK(call, err) \
    abl_check_status((call), ABL_OK, NULL, (err), #call, __FILE__, __LINE__)

/** The call fails with @p code and a message that contains @p words. */
#define ABL_CHECK_FAILS(call, code, words, err) \
    abl_check_status((call), (code), (words), (err), #call, __FILE__, __LINE__)

static inline void abl_check_near(double actual, double expected,
                                  double tolerance, const char *what,
                                  const char *file, unsigned line)
{
    bool good = fabs(actual - expected) <= tolerance;
    if (!good)
        fprintf(stderr, "%s:%u: %s = %.9g, expected %.9g +- %g\n", file, line,
                what, actual, expected, tolerance);
    CU_assertImplementation(good, line, what, file, "", CU_FALSE);
}

static inline void abl_check_status(abl_status actual, abl_status expected,
                                    const char *words, const abl_error *err,
                                    const char *what, const char *file,
                                    unsigned line)
{
    const char *text = actual ? err->message : "";
    bool good = actual == expected && (!words || strstr(text, words));
    if (!good)
        fprintf(stderr, "%s:%u: %s gave %s \"%s\", expected %s \"%s\"\n", file,
                line, what, abl_status_name(actual), text,
                abl_status_name(expected), words ? words : "");
    CU_assertImplementation(good, line, what, file, "", CU_FALSE);
}

#endif
