/* The published schema of profiles and our reader refuse the same files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "eligibility/embedded.h"
#include "eligibility/profile.h"
#include "tests/unit/check.h"
#include "tests/unit/eligibility/schema_check.h"

const char *const abl_test_suite = "eligibility.profile_schema";

static json_t *schema;

static void load_schema(void)
{
    json_error_t fault;
    if (!schema)
        schema = json_load_file(ABL_SOURCE_DIR
                                "/eligibility/profiles/profile.schema.json",
                                JSON_REJECT_DUPLICATES, &fault);
    CU_ASSERT_PTR_NOT_NULL_FATAL(schema);
}

static json_t *load_text(const char *name)
{
    size_t bytes = 0;
    json_error_t fault;
    const char *text = abl_embedded_profile(&bytes, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &fault);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    return root;
}

static bool schema_accepts(const json_t *root, char why[512])
{
    return schema_check(why, 512, schema, root) != 0;
}

static bool reader_accepts(const json_t *root, bool is_overlay, abl_error *err)
{
    abl_profile profile;
    char *text = json_dumps(root, JSON_INDENT(1));
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    abl_status status = ABL_OK;
    if (is_overlay)
        status = abl_profile_load(&profile, "net", err);
    if (!status && is_overlay)
        status =
            abl_profile_overlay(&profile, text, strlen(text), "sample", err);
    else if (!status)
        status = abl_profile_parse(&profile, text, strlen(text), "sample", err);
    free(text);
    return status == ABL_OK;
}

/* Both accept, or both refuse. */
static void check_both(const json_t *root, bool is_overlay, bool expected,
                       const char *what)
{
    char why[512] = "";
    abl_error err = {ABL_OK, ""};
    const bool by_schema = schema_accepts(root, why);
    const bool by_reader = reader_accepts(root, is_overlay, &err);
    if (by_schema != expected || by_reader != expected)
        fprintf(stderr, "%s: schema %s (%s), reader %s (%s)\n", what,
                by_schema ? "accepts" : "refuses", why,
                by_reader ? "accepts" : "refuses", err.message);
    CU_ASSERT_EQUAL(by_schema, expected);
    CU_ASSERT_EQUAL(by_reader, expected);
}

static void everything_built_in_fits(void)
{
    load_schema();
    for (size_t n = 0; abl_profile_names[n]; n++) {
        json_t *root = load_text(abl_profile_names[n]);
        check_both(root, false, true, abl_profile_names[n]);
        json_decref(root);
    }
    for (size_t n = 0; abl_overlay_names[n]; n++) {
        json_t *root = load_text(abl_overlay_names[n]);
        check_both(root, true, true, abl_overlay_names[n]);
        json_decref(root);
    }
}

static void what_is_written_fits(void)
{
    static const char *const names[] = {"strict+rfa",
                                        "collision+cryo+navigated"};
    load_schema();
    for (size_t n = 0; n < 2; n++) {
        abl_error err = {ABL_OK, ""};
        abl_profile profile;
        static char text[1 << 16];
        FILE *file = fmemopen(text, sizeof text, "w");
        ABL_CHECK_OK(abl_profile_load(&profile, names[n], &err), &err);
        ABL_CHECK_OK(abl_profile_write(file, &profile, &err), &err);
        fclose(file);
        json_t *root = json_loads(text, 0, NULL);
        check_both(root, false, true, names[n]);
        json_decref(root);
    }
}

/* Where a path of keys leads; the last key is handed back. */
static json_t *parent_of(json_t *root, const char *path, const char **last)
{
    char key[64];
    while (strchr(path, '.')) {
        const size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        root = json_object_get(root, key);
        path += length + 1;
    }
    *last = path;
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    return root;
}

/* A sample with one member replaced by @p json, or without it (NULL). */
static void check_change(const char *base, bool is_overlay, const char *path,
                         const char *json, bool expected)
{
    const char *key = NULL;
    char what[256];
    json_t *root = load_text(base);
    json_t *parent = parent_of(root, path, &key);
    snprintf(what, sizeof what, "%s with %s %s", base, path,
             json ? json : "left out");
    if (json) {
        json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(value);
        json_object_set_new(parent, key, value);
    } else {
        CU_ASSERT_EQUAL(json_object_del(parent, key), 0);
    }
    check_both(root, is_overlay, expected, what);
    json_decref(root);
}

static void refuse(const char *path, const char *json)
{
    check_change("net", false, path, json, false);
}

static void refuse_in_rule(int rule, const char *member, const char *json)
{
    char path[64];
    snprintf(path, sizeof path, "rules.R%d%s%s", rule, member[0] ? "." : "",
             member);
    refuse(path, json);
}

static void broken_rules_are_refused_by_both(void)
{
    static const struct {
        const char *member, *json;
    } changes[] = {
        {"", NULL},
        {"", "{}"},
        {"", "[]"},
        {"", "null"},
        {"", "7"},
        {"title", NULL},
        {"title", "\"\""},
        {"title", "7"},
        {"unit", NULL},
        {"unit", "\"inch\""},
        {"limit", NULL},
        {"limit", "null"},
        {"limit", "30"},
        {"limit.compare", NULL},
        {"limit.compare", "\"equals\""},
        {"limit.tag", NULL},
        {"limit.tag", "\"guideline\""},
        {"limit.tag", "1"},
        {"limit.source", NULL},
        {"limit.source", "\"\""},
        {"limit.source", "[]"},
        {"limit.note", "\"x\""},
        {"band", "[5, 10]"},
        {"band", "{}"},
        {"band", "{\"low\": 1, \"high\": 200}"},
        {"also", "{}"},
        {"also", "null"},
        {"enabled", "\"yes\""},
        {"enabled", "null"},
        {"if_not_met", NULL},
        {"if_not_met", "\"exclude\""},
        {"if_not_met.severity", NULL},
        {"if_not_met.severity", "\"ignore\""},
        {"if_not_met.reason", NULL},
        {"if_not_met.reason", "\"\""},
        {"colour", "1"},
    };
    load_schema();
    for (int rule = 1; rule <= ABL_RULE_COUNT; rule++)
        for (size_t n = 0; n < sizeof changes / sizeof changes[0]; n++)
            refuse_in_rule(rule, changes[n].member, changes[n].json);
}

static void numbers_of_rules_are_bounded_by_both(void)
{
    static const char *const bad[] = {"-1",   "1000",  "\"30\"", "null", "true",
                                      "[30]", "1e300", "-0.01",  "400.1"};
    load_schema();
    for (int rule = 1; rule < ABL_RULE_COUNT; rule++)
        for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++)
            refuse_in_rule(rule, "limit.value", bad[n]);
    refuse_in_rule(1, "limit.value", "5.5");
    refuse_in_rule(2, "limit.value", "0.9");
    refuse_in_rule(2, "limit.value", "200.1");
    refuse_in_rule(3, "limit.value", "50.1");
    refuse_in_rule(7, "also.value", "20.1");
    refuse_in_rule(10, "limit.value", "9");
    refuse_in_rule(13, "limit.value", "90.1");
    refuse_in_rule(16, "also.value", "4.9");
    refuse_in_rule(16, "also.value", "10.1");
    refuse_in_rule(17, "limit.value", "0.05");
    refuse_in_rule(18, "limit.value", "1");
    for (int rule = 1; rule <= ABL_RULE_COUNT; rule++) {
        const bool has_also =
            rule == 4 || rule == 5 || rule == 7 || rule == 14 || rule == 16;
        if (has_also)
            refuse_in_rule(rule, "also", NULL);
        else
            refuse_in_rule(rule, "also",
                           "{\"quantity\": \"x\", \"value\": 7, \"unit\": "
                           "\"mm\", \"tag\": \"cited\", \"source\": \"x\"}");
    }
}

static void broken_numbers_are_refused_by_both(void)
{
    static const char *const members[][2] = {
        {"", NULL},         {"", "7"},          {"value", NULL},
        {"value", "-1"},    {"value", "1e6"},   {"value", "\"7\""},
        {"tag", NULL},      {"tag", "\"?\""},   {"source", NULL},
        {"source", "\"\""}, {"unit", "\"mm\""},
    };
    load_schema();
    for (int number = 0; number < ABL_NUMBER_COUNT; number++) {
        const abl_number_kind *kind =
            abl_number_kind_of((abl_profile_number)number);
        for (size_t n = 0; n < sizeof members / sizeof members[0]; n++) {
            char path[96];
            snprintf(path, sizeof path, "%s.%s%s%s", kind->group, kind->key,
                     members[n][0][0] ? "." : "", members[n][0]);
            refuse(path, members[n][1]);
        }
    }
}

static void broken_heads_are_refused_by_both(void)
{
    static const char *const keys[] = {"schema", "name", "title",  "rules",
                                       "access", "exam", "surface"};
    load_schema();
    for (size_t n = 0; n < sizeof keys / sizeof keys[0]; n++) {
        refuse(keys[n], NULL);
        refuse(keys[n], "null");
        refuse(keys[n], "7");
        refuse(keys[n], "\"\"");
    }
    refuse("schema", "\"ablascreen-profile/2\"");
    refuse("modality", "\"laser\"");
    refuse("context_needed", "\"ascites\"");
    refuse("context_needed", "[\"mood\"]");
    refuse("version", "1");
    refuse("rules.R19", "{\"enabled\": false}");
    refuse("access.max_path_mm",
           "{\"value\": 7, \"tag\": \"cited\", \"source\": \"x\"}");
}

static void broken_changes_are_refused_by_both(void)
{
    load_schema();
    check_change("strict", false, "based_on", "\"other\"", false);
    check_change("strict", false, "based_on", "\"mwa\"", false);
    check_change("strict", false, "based_on", "\"net+\"", false);
    check_change("strict", false, "based_on", "\"\"", false);
    check_change("strict", false, "based_on", NULL, false);
    check_change("strict", false, "schema", "\"ablascreen-overlay/1\"", false);
    check_change("strict", false, "rules.R1.limit.source", NULL, false);
    check_change("strict", false, "rules.R1", "{}", false);
    check_change("strict", false, "rules.R2.band.tag", "\"?\"", false);
    check_change("rfa", true, "based_on", "\"net\"", false);
    check_change("rfa", true, "schema", "\"ablascreen-profile/1\"", false);
    check_change("rfa", true, "modality", "\"irreversible\"", false);
    check_change("rfa", true, "rules.R7", "null", false);
    check_change("rfa", true, "rules.R7.if_not_met.reason", NULL, false);
    check_change("navigated", true, "access.corridor_out_of_plane_mm.value",
                 "26", false);
}

static void harmless_changes_are_accepted_by_both(void)
{
    load_schema();
    check_change("net", false, "rules.R7.enabled", "false", true);
    check_change("net", false, "rules.R2.band", "null", true);
    check_change("net", false, "rules.R6.band", NULL, true);
    check_change("net", false, "rules.R2.limit.value", "31.5", true);
    check_change("net", false, "modality", "\"mwa\"", true);
    check_change("net", false, "context_needed", "[]", true);
    check_change("strict", false, "based_on", "\"net+rfa+navigated\"", true);
    check_change("strict", false, "rules", NULL, true);
    check_change("mwa", true, "modality", NULL, true);
    check_change("mwa", true, "rules", "{}", true);
}

/* What a schema cannot say of two numbers, the reader still sees. */
static void contradictions_are_seen_by_the_reader(void)
{
    static const char *const changes[][2] = {
        {"rules.R2.limit.value", "40"},
        {"rules.R2.band.low", "34"},
        {"rules.R16.also.value", "7"},
        {"rules.R2.title", "\"a\\u0007b\""},
        {"rules.R11.limit.value", "11"},
        {"access.corridor_out_of_plane_mm.value", "4"},
        {"exam.high_noise_hu.value", "19"},
    };
    load_schema();
    for (size_t n = 0; n < sizeof changes / sizeof changes[0]; n++) {
        const char *key = NULL;
        char why[512] = "";
        abl_error err = {ABL_OK, ""};
        json_t *root = load_text("net");
        json_t *parent = parent_of(root, changes[n][0], &key);
        json_object_set_new(parent, key,
                            json_loads(changes[n][1], JSON_DECODE_ANY, NULL));
        CU_ASSERT(schema_accepts(root, why));
        CU_ASSERT(!reader_accepts(root, false, &err));
        CU_ASSERT_EQUAL(err.code, ABL_E_FORMAT);
        json_decref(root);
    }
}

static void let_go_of_the_schema(void)
{
    json_decref(schema);
    schema = NULL;
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(everything_built_in_fits),
    ABL_TEST(what_is_written_fits),
    ABL_TEST(broken_rules_are_refused_by_both),
    ABL_TEST(numbers_of_rules_are_bounded_by_both),
    ABL_TEST(broken_numbers_are_refused_by_both),
    ABL_TEST(broken_heads_are_refused_by_both),
    ABL_TEST(broken_changes_are_refused_by_both),
    ABL_TEST(harmless_changes_are_accepted_by_both),
    ABL_TEST(contradictions_are_seen_by_the_reader),
    ABL_TEST(let_go_of_the_schema),
    CU_TEST_INFO_NULL,
};
