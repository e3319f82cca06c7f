/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "tests/unit/check.h"

static int run_nothing(const abl_args *args)
{
    (void)args;
    return ABL_EXIT_DONE;
}

static const abl_option options[] = {
    {"output", 'o', ABL_OPTION_TEXT, "DIR", "where", 0, 0},
    {"margin-mm", 0, ABL_OPTION_NUMBER, "MM", "margin", 0, 20},
    {"json", 0, ABL_OPTION_FLAG, NULL, "as JSON", 0, 0},
};
static const abl_command command = {
    "test", "a test", "INPUT", "Does nothing.", options, 3, 1, 2, run_nothing};

#define PARSE(...)                                                          \
    abl_args_parse(&args, &command,                                         \
                   (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)), \
                   (char *[]){__VA_ARGS__}, &err)

static void values_arrive_in_every_spelling(void)
{
    abl_args args;
    abl_error err;
    ABL_CHECK_OK(
        PARSE("in", "-o", "out", "--margin-mm=7.5", "--threads", "2", "-q"),
        &err);
    CU_ASSERT_STRING_EQUAL(args.positionals[0], "in");
    CU_ASSERT_STRING_EQUAL(abl_args_text(&args, "output", ""), "out");
    ABL_CHECK_NEAR(abl_args_number(&args, "margin-mm", 0), 7.5, 0);
    CU_ASSERT_EQUAL(args.threads, 2);
    CU_ASSERT_TRUE(args.quiet);
    CU_ASSERT_FALSE(abl_args_flag(&args, "json"));
}

static void absent_options_give_the_fallback(void)
{
    abl_args args;
    abl_error err;
    ABL_CHECK_OK(PARSE("in"), &err);
    CU_ASSERT_PTR_NULL(abl_args_text(&args, "output", NULL));
    ABL_CHECK_NEAR(abl_args_number(&args, "margin-mm", 5), 5, 0);
}

static void words_after_two_dashes_are_positionals(void)
{
    abl_args args;
    abl_error err;
    ABL_CHECK_OK(PARSE("--", "-o"), &err);
    CU_ASSERT_STRING_EQUAL(args.positionals[0], "-o");
}

static void wrong_lines_are_refused_with_the_reason(void)
{
    abl_args args;
    abl_error err;
    ABL_CHECK_FAILS(PARSE("in", "--nope"), ABL_E_INVALID, "--nope", &err);
    ABL_CHECK_FAILS(PARSE("in", "-oDIR"), ABL_E_INVALID, "-oDIR", &err);
    ABL_CHECK_FAILS(PARSE("in", "--o", "x"), ABL_E_INVALID, "--o", &err);
    ABL_CHECK_FAILS(PARSE("in", "-o"), ABL_E_INVALID, "needs a DIR", &err);
    ABL_CHECK_FAILS(PARSE("in", "--json=1"), ABL_E_INVALID, "no value", &err);
    ABL_CHECK_FAILS(PARSE("in", "--margin-mm", "21"), ABL_E_INVALID, "0 to 20",
                    &err);
    ABL_CHECK_FAILS(PARSE("in", "--margin-mm", "nan"), ABL_E_INVALID, "nan",
                    &err);
    ABL_CHECK_FAILS(PARSE("in", "--margin-mm", "5mm"), ABL_E_INVALID, "5mm",
                    &err);
    ABL_CHECK_FAILS(PARSE("in", "--threads", "1.5"), ABL_E_INVALID, "whole",
                    &err);
    ABL_CHECK_FAILS(PARSE("in", "--threads", "0"), ABL_E_INVALID, "1 to 256",
                    &err);
    ABL_CHECK_FAILS(PARSE("--json"), ABL_E_INVALID, "expected INPUT", &err);
    ABL_CHECK_FAILS(PARSE("a", "b", "c"), ABL_E_INVALID, "expected INPUT",
                    &err);
}

static void help_needs_no_input(void)
{
    abl_args args;
    abl_error err;
    ABL_CHECK_OK(PARSE("--help"), &err);
    CU_ASSERT_TRUE(args.help);
}

const char *const abl_test_suite = "cli.command";
CU_TestInfo abl_tests[] = {
    ABL_TEST(values_arrive_in_every_spelling),
    ABL_TEST(absent_options_give_the_fallback),
    ABL_TEST(words_after_two_dashes_are_positionals),
    ABL_TEST(wrong_lines_are_refused_with_the_reason),
    ABL_TEST(help_needs_no_input),
    CU_TEST_INFO_NULL,
};
