/* A context is read strictly and repeated as given.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/context.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/check.h"

const char *const abl_test_suite = "eligibility.context";

#define HEAD "{\n\"schema\": \"ablascreen-context/1\""

static void check_refused(const char *text, const char *words)
{
    abl_error err = {ABL_OK, ""};
    abl_context context;
    ABL_CHECK_FAILS(
        abl_context_parse(&context, text, strlen(text), "my.json", &err),
        ABL_E_FORMAT, words, &err);
}

static void whole_context_is_read(void)
{
    static const char text[] =
        HEAD ",\n\"extra_hepatic_disease\": {\"value\": \"less-than-liver\"},"
             "\"coagulation\": {\"value\": \"normal\", \"note\": \"INR 1,0\","
             " \"date\": \"2024-02-29\", \"by\": \"ward 3\"},"
             "\"biliary_surgery\": {\"value\": \"yes\", \"note\": \"\"},"
             "\"ascites\": {\"value\": \"much\"},"
             "\"target_visible_on_ultrasound\": {\"value\": \"some\"}}";
    abl_error err = {ABL_OK, ""};
    abl_context c;
    ABL_CHECK_OK(abl_context_parse(&c, text, sizeof text - 1, "my.json", &err),
                 &err);
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++)
        CU_ASSERT(c.facts[n].given);
    const abl_context_fact *coagulation = &c.facts[ABL_CONTEXT_COAGULATION];
    CU_ASSERT_STRING_EQUAL(coagulation->note, "INR 1,0");
    CU_ASSERT_STRING_EQUAL(coagulation->date, "2024-02-29");
    CU_ASSERT_STRING_EQUAL(coagulation->by, "ward 3");
    CU_ASSERT_EQUAL(coagulation->meaning, ABL_CONTEXT_FINE);
    CU_ASSERT_EQUAL(c.facts[ABL_CONTEXT_ASCITES].meaning, ABL_CONTEXT_ADVERSE);
    CU_ASSERT_EQUAL(c.facts[ABL_CONTEXT_BILIARY_SURGERY].meaning,
                    ABL_CONTEXT_DOUBTFUL);
    CU_ASSERT_EQUAL(strlen(c.sha256), 64);
}

static void what_is_left_out_is_not_given(void)
{
    static const char text[] = HEAD "}";
    abl_error err = {ABL_OK, ""};
    abl_context c;
    ABL_CHECK_OK(abl_context_parse(&c, text, sizeof text - 1, "my.json", &err),
                 &err);
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++)
        CU_ASSERT(!c.facts[n].given);
}

static void every_choice_is_accepted_and_no_other(void)
{
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++) {
        const char *name = abl_context_field_name((abl_context_field)n);
        const char *at = abl_context_choices((abl_context_field)n);
        char text[256], value[32];
        size_t count = 0;
        for (; *at; count++) {
            abl_error err = {ABL_OK, ""};
            abl_context c;
            const size_t length = strcspn(at, ",");
            snprintf(value, sizeof value, "%.*s", (int)length, at);
            snprintf(text, sizeof text, HEAD ", \"%s\": {\"value\": \"%s\"}}",
                     name, value);
            ABL_CHECK_OK(
                abl_context_parse(&c, text, strlen(text), "my.json", &err),
                &err);
            CU_ASSERT_STRING_EQUAL(c.facts[n].value, value);
            at += length + strspn(at + length, ", ");
        }
        CU_ASSERT(count == 2 || count == 3);
        snprintf(text, sizeof text, HEAD ", \"%s\": {\"value\": \"maybe\"}}",
                 name);
        check_refused(text, "\"maybe\" is not one of");
    }
}

static void faults_name_line_and_key(void)
{
    check_refused("", "my.json:1");
    check_refused("[]", "must be an object");
    check_refused("{}", "\"schema\" is missing");
    check_refused("{\"schema\": \"ablascreen-context/2\"}", "not one of");
    check_refused(HEAD ",\n\"blood\": {}}", "my.json:3: blood: unknown key");
    check_refused(HEAD ",\n\"ascites\": \"none\"}",
                  "my.json:3: ascites: must be an object");
    check_refused(HEAD ",\n\"ascites\": null}", "must be an object");
    check_refused(HEAD ",\n\"ascites\": {}}", "\"value\" is missing");
    check_refused(HEAD ",\n\"ascites\": {\n\"value\": true}}",
                  "my.json:4: ascites.value: must be text");
    check_refused(HEAD ",\n\"ascites\": {\"value\": \"NONE\"}}", "not one of");
    check_refused(HEAD ",\n\"ascites\": {\"value\": \"none\", \"who\": \"\"}}",
                  "ascites.who: unknown key");
    check_refused(HEAD ",\n\"ascites\": {\"value\": \"none\", \"note\": 5}}",
                  "must be text");
    check_refused(HEAD ",\"ascites\": {\"value\": \"none\"},"
                       "\"ascites\": {\"value\": \"much\"}}",
                  "duplicate");
    check_refused(HEAD ",\"ascites\": {\"value\": \"none\", "
                       "\"note\": \"a\\nb\"}}",
                  "control character");
    check_refused(HEAD ",\"ascites\": {\"value\": \"none\", "
                       "\"note\": \"\xff\"}}",
                  "my.json:2");
    check_refused(HEAD "} {}", "my.json:2");
}

static void dates_are_dates(void)
{
    static const char *const bad[] = {
        "2025-3-1",   "2025-13-01", "2025-00-01", "2025-02-29", "2100-02-29",
        "31-03-2025", "2025/03/31", "2025-04-31", "2025-01-00", "1899-01-01",
        "2025-01-0x", "yesterday",  "20250331"};
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        char text[256];
        snprintf(text, sizeof text,
                 HEAD ",\n\"ascites\": {\"value\": \"none\",\n\"date\": "
                      "\"%s\"}}",
                 bad[n]);
        check_refused(text, "my.json:4: ascites.date: ");
    }
}

static void overlong_text_is_refused(void)
{
    char text[600];
    snprintf(text, sizeof text,
             HEAD ", \"ascites\": {\"value\": \"none\", \"note\": \"%0300d\"}}",
             7);
    check_refused(text, "is longer than 255 bytes");
}

static void files_that_cannot_be_read_are_told_apart(void)
{
    abl_error err = {ABL_OK, ""};
    abl_context c;
    ABL_CHECK_FAILS(abl_context_load(&c, "no-such-file.json", &err),
                    ABL_E_INVALID, "no-such-file.json", &err);
    ABL_CHECK_FAILS(abl_context_load(&c, "/", &err), ABL_E_IO, "cannot be read",
                    &err);
    ABL_CHECK_FAILS(abl_context_load(&c, "/dev/zero", &err), ABL_E_FORMAT,
                    "larger than 64 kB", &err);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(whole_context_is_read),
    ABL_TEST(what_is_left_out_is_not_given),
    ABL_TEST(every_choice_is_accepted_and_no_other),
    ABL_TEST(faults_name_line_and_key),
    ABL_TEST(dates_are_dates),
    ABL_TEST(overlong_text_is_refused),
    ABL_TEST(files_that_cannot_be_read_are_told_apart),
    CU_TEST_INFO_NULL,
};
