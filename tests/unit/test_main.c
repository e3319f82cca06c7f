/* Runs the suite of one test file. CUnit's own return values lie (0 with
 * failing assertions, 0 for empty suites), so success is checked here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <CUnit/Basic.h>

#include "tests/unit/check.h"

static int complain(const char *what)
{
    fprintf(stderr, "%s: %s\n", abl_test_suite, what);
    return 1;
}

int main(void)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return complain("no registry");
    CU_SuiteInfo suites[] = {
        {abl_test_suite, NULL, NULL, NULL, NULL, abl_tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_register_suites(suites) != CUE_SUCCESS)
        return complain(CU_get_error_msg());
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_ErrorCode ran = CU_basic_run_tests();
    unsigned tests = CU_get_number_of_tests_run();
    unsigned asserts = CU_get_number_of_asserts();
    unsigned bad =
        CU_get_number_of_failures() + CU_get_number_of_tests_failed() +
        CU_get_number_of_suites_failed() + CU_get_number_of_tests_inactive();
    CU_cleanup_registry();
    if (ran != CUE_SUCCESS)
        return complain("did not run");
    if (tests == 0 || asserts == 0)
        return complain("no test or no assertion ran");
    return bad ? complain("failed") : 0;
}
