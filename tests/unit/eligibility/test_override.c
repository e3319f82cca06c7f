/* A reader's file: what is understood and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/override.h"

#include "tests/unit/check.h"
#include "tests/unit/eligibility/schema_check.h"

const char *const abl_test_suite = "eligibility.override";

#define HEAD                                                           \
    "{\"schema\": \"ablascreen-override/1\",\n\"reader\": {\"name\": " \
    "\"R1\", \"when\": \"2024-05-17\"},\n\"lesions\": [\n"
#define TAIL  "]}"
#define SHAPE "{\"centre_lps\": [1, 2, 3], \"diameters_mm\": [10, 11, 12]}"

static abl_status parse(abl_override **out, const char *text, abl_error *err)
{
    return abl_override_parse(out, text, strlen(text), "folder/o.json", err);
}

static bool schema_accepts(const char *text)
{
    char why[256] = "";
    json_error_t fault;
    json_t *schema = json_load_file(
        ABL_SOURCE_DIR "/eligibility/override.schema.json", 0, &fault);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &fault);
    CU_ASSERT_PTR_NOT_NULL_FATAL(schema);
    const bool good = root && schema_check(why, sizeof why, schema, root);
    json_decref(root);
    json_decref(schema);
    return good;
}

static void everything_a_reader_may_say_is_understood(void)
{
    abl_override *o = NULL;
    abl_error err;
    static const char all[] =
        HEAD "{\"action\": \"confirm\", \"match\": {\"number\": 2}, "
             "\"note\": \"sure\"},"
             "{\"action\": \"reject\", \"match\": {\"point_lps\": [-1, "
             "2.5, 3], \"radius_mm\": 4}},"
             "{\"action\": \"edit\", \"match\": {\"number\": 1}, "
             "\"values\": {\"longest_axial_diameter_mm\": 28.5, "
             "\"max_3d_diameter_mm\": 31}},"
             "{\"action\": \"add\", \"shape\": " SHAPE "}" TAIL;
    ABL_CHECK_OK(parse(&o, all, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    CU_ASSERT(schema_accepts(all));
    CU_ASSERT_EQUAL(o->count, 4);
    CU_ASSERT_STRING_EQUAL(o->file, "o.json");
    CU_ASSERT_STRING_EQUAL(o->reader_name, "R1");
    CU_ASSERT_STRING_EQUAL(o->reader_role, "");
    CU_ASSERT_EQUAL(strlen(o->sha256), 64);
    CU_ASSERT_EQUAL(o->items[0].action, ABL_READ_CONFIRM);
    CU_ASSERT_EQUAL(o->items[0].number, 2);
    CU_ASSERT_STRING_EQUAL(o->items[0].note, "sure");
    CU_ASSERT_EQUAL(o->items[1].number, 0);
    ABL_CHECK_NEAR(o->items[1].point_lps[1], 2.5, 0);
    ABL_CHECK_NEAR(o->items[1].radius_mm, 4, 0);
    CU_ASSERT(o->items[2].has_value[ABL_READ_LONGEST_AXIAL]);
    CU_ASSERT(!o->items[2].has_value[ABL_READ_PERPENDICULAR]);
    ABL_CHECK_NEAR(o->items[2].value_mm[ABL_READ_MAX_3D], 31, 0);
    CU_ASSERT(o->items[3].has_shape);
    ABL_CHECK_NEAR(o->items[3].diameters_mm[2], 12, 0);
    free(o);
}

#define START                                                          \
    "{\"schema\": \"ablascreen-override/1\",\n\"reader\": {\"name\": " \
    "\"R1\", \"when\": \"2024-05-17\"},\n"
#define MAP "\"labels\": {\"file\": \"edited.nii.gz\"}"

static void outlines_and_facts_are_understood(void)
{
    static const char all[] =
        START "\"labels\": {\"file\": \"edited.nii.gz\", \"names\": "
              "\"names.json\"}, \"structures\": [{\"name\": \"gallbladder\", "
              "\"note\": \"folded\"}, {\"name\": \"liver\"}], \"context\": "
              "{\"ascites\": {\"value\": \"little\"}, \"coagulation\": "
              "{\"value\": \"normal\", \"by\": \"ward\"}}, \"lesions\": "
              "[{\"action\": \"add\", \"label\": 107}, {\"action\": "
              "\"edit\", \"match\": {\"number\": 1}, \"label\": 101, "
              "\"values\": {\"max_3d_diameter_mm\": 31}}]}";
    abl_override *o = NULL;
    abl_error err;
    ABL_CHECK_OK(parse(&o, all, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    CU_ASSERT(schema_accepts(all));
    CU_ASSERT_STRING_EQUAL(o->labels_path, "folder/edited.nii.gz");
    CU_ASSERT_STRING_EQUAL(o->labels_names, "folder/names.json");
    CU_ASSERT_EQUAL(o->structure_count, 2);
    CU_ASSERT_EQUAL(o->structures[0].id, ABL_GALLBLADDER);
    CU_ASSERT_STRING_EQUAL(o->structures[0].note, "folded");
    CU_ASSERT_EQUAL(o->structures[1].id, ABL_LIVER);
    CU_ASSERT(o->has_context);
    CU_ASSERT_STRING_EQUAL(o->context.facts[ABL_CONTEXT_ASCITES].value,
                           "little");
    CU_ASSERT_STRING_EQUAL(o->context.facts[ABL_CONTEXT_ASCITES].by, "R1");
    CU_ASSERT_STRING_EQUAL(o->context.facts[ABL_CONTEXT_COAGULATION].by,
                           "ward");
    CU_ASSERT_EQUAL(o->items[0].label, 107);
    CU_ASSERT(o->items[0].has_shape);
    CU_ASSERT_EQUAL(o->items[1].label, 101);
    free(o);
}

static void a_path_from_the_root_and_built_in_names_stay(void)
{
    static const char text[] =
        START "\"labels\": {\"file\": \"/data/e.nii\", \"names\": "
              "\"totalsegmentator\"}, \"structures\": [{\"name\": "
              "\"colon\"}]}";
    abl_override *o = NULL;
    abl_error err;
    ABL_CHECK_OK(parse(&o, text, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    CU_ASSERT_STRING_EQUAL(o->labels_path, "/data/e.nii");
    CU_ASSERT_STRING_EQUAL(o->labels_names, "totalsegmentator");
    free(o);
}

static const struct {
    const char *text, *words;
} wrong[] = {
    {"", "o.json:1"},
    {"[]", "o.json:1"},
    {"{}", "\"schema\" is missing"},
    {"{\"schema\": \"ablascreen-override/2\"}", "schema"},
    {"{\"schema\": \"ablascreen-override/1\"}", "who read this"},
    {"{\"schema\": \"ablascreen-override/1\",\n\"reader\": {}}",
     "o.json:2: reader: \"name\" is missing"},
    {"{\"schema\": \"ablascreen-override/1\", \"reader\": {\"name\": "
     "\"\", \"when\": \"x\"}}",
     "must not be empty"},
    {"{\"schema\": \"ablascreen-override/1\", \"reader\": {\"name\": "
     "\"R\", \"when\": \"x\", \"age\": 3}}",
     "reader.age: unknown key"},
    {HEAD TAIL, "at least one"},
    {START "\"context\": {}}", "holds no fact"},
    {START "\"context\": {\"coagulation\": {\"value\": \"good\"}}}",
     "context.coagulation.value"},
    {START "\"context\": {\"schema\": \"ablascreen-context/1\"}}",
     "context.schema: unknown key"},
    {START "\"structures\": []}", "at least one"},
    {START "\"structures\": [{\"name\": \"liver\"}]}", "\"labels\" is missing"},
    {START MAP "}", "says nothing"},
    {START MAP ", \"context\": {\"ascites\": {\"value\": \"none\"}}}",
     "nothing is taken from it"},
    {START MAP ", \"structures\": [{\"name\": \"livr\"}]}",
     "o.json:3: structures[0].name: \"livr\""},
    {START MAP ", \"structures\": [{\"name\": \"skin\"}]}",
     "no structure that can be outlined"},
    {START MAP ", \"structures\": [{\"name\": \"portal_veins\"}]}",
     "no structure that can be outlined"},
    {START MAP ", \"structures\": [{\"name\": \"liver\"}, {\"name\": "
               "\"liver\"}]}",
     "there twice"},
    {START "\"labels\": {}, \"structures\": [{\"name\": \"liver\"}]}",
     "labels: \"file\" is missing"},
    {START "\"labels\": {\"file\": \"\"}, \"structures\": [{\"name\": "
           "\"liver\"}]}",
     "must not be empty"},
    {HEAD "{\"action\": \"add\", \"label\": 101}" TAIL,
     "\"labels\" is missing"},
    {HEAD "{\"action\": \"add\", \"label\": 0}" TAIL, "out of range"},
    {HEAD "{\"action\": \"add\", \"label\": 101, \"shape\": " SHAPE "}" TAIL,
     "one of them is meant"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"number\": 1}, "
          "\"label\": 101}" TAIL,
     "takes no"},
    {HEAD "3" TAIL, "lesions[0]: must be an object"},
    {HEAD "{}" TAIL, "\"action\" is missing"},
    {HEAD "{\"action\": \"treat\"}" TAIL, "confirm, reject, edit, add"},
    {HEAD "{\"action\": \"confirm\"}" TAIL, "which lesion"},
    {HEAD "{\"action\": \"reject\"}" TAIL, "which lesion"},
    {HEAD "{\"action\": \"confirm\", \"match\": {}}" TAIL, "point_lps"},
    {HEAD "{\"action\": \"confirm\", \"match\": 1}" TAIL, "lesions[0].match"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"number\": 0}}" TAIL,
     "out of range"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"number\": 1.5}}" TAIL,
     "whole number"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"number\": 1, "
          "\"point_lps\": [1, 2, 3]}}" TAIL,
     "unknown key"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"point_lps\": [1, "
          "2]}}" TAIL,
     "three numbers"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"point_lps\": [1, 2, "
          "\"3\"]}}" TAIL,
     "number 3"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"point_lps\": [1, 2, "
          "9e9]}}" TAIL,
     "number 3"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"point_lps\": [1, 2, "
          "3], \"radius_mm\": -1}}" TAIL,
     "radius_mm"},
    {HEAD "{\"action\": \"confirm\", \"match\": {\"number\": 1}, "
          "\"shape\": " SHAPE "}" TAIL,
     "takes no"},
    {HEAD "{\"action\": \"reject\", \"match\": {\"number\": 1}, "
          "\"values\": {\"max_3d_diameter_mm\": 3}}" TAIL,
     "takes no"},
    {HEAD "{\"action\": \"edit\", \"match\": {\"number\": 1}}" TAIL,
     "needs \"values\""},
    {HEAD "{\"action\": \"edit\",\n\"match\": {\"number\": 1},\n"
          "\"values\": {}}" TAIL,
     "o.json:6: lesions[0].values"},
    {HEAD "{\"action\": \"edit\", \"match\": {\"number\": 1}, "
          "\"values\": {\"volume_ml\": 3}}" TAIL,
     "volume_ml: unknown key"},
    {HEAD "{\"action\": \"edit\", \"match\": {\"number\": 1}, "
          "\"values\": {\"max_3d_diameter_mm\": 0}}" TAIL,
     "out of range"},
    {HEAD "{\"action\": \"edit\", \"match\": {\"number\": 1}, "
          "\"values\": {\"longest_axial_diameter_mm\": 10, "
          "\"perpendicular_diameter_mm\": 11}}" TAIL,
     "longer than the longest"},
    {HEAD "{\"action\": \"add\"}" TAIL, "needs a \"shape\""},
    {HEAD "{\"action\": \"add\", \"match\": {\"number\": 1}, \"shape\": " SHAPE
          "}" TAIL,
     "no \"match\""},
    {HEAD "{\"action\": \"add\", \"shape\": {\"centre_lps\": [1, 2, "
          "3]}}" TAIL,
     "diameters_mm"},
    {HEAD "{\"action\": \"add\", \"shape\": {\"centre_lps\": [1, 2, 3], "
          "\"diameters_mm\": [10, 0, 10]}}" TAIL,
     "number 2"},
    {HEAD "{\"action\": \"add\", \"note\": 3, \"shape\": " SHAPE "}" TAIL,
     "note"},
    {HEAD "{\"action\": \"add\", \"action\": \"add\"}" TAIL, "o.json:4"},
    {HEAD "{\"action\": \"add\", \"shape\": " SHAPE "}" TAIL " x", "o.json:"},
};

static void wrong_files_are_refused_with_line_and_key(void)
{
    for (size_t n = 0; n < sizeof wrong / sizeof *wrong; n++) {
        abl_error err;
        abl_override *o = NULL;
        ABL_CHECK_FAILS(parse(&o, wrong[n].text, &err), ABL_E_FORMAT,
                        wrong[n].words, &err);
        CU_ASSERT_PTR_NULL(o);
        /* what one value must be to another no schema can say */
        if (!strstr(wrong[n].words, "longer than the longest") &&
            !strstr(wrong[n].words, "\"labels\" is missing") &&
            !strstr(wrong[n].words, "nothing is taken") &&
            !strstr(wrong[n].words, "says nothing") &&
            !strstr(wrong[n].words, "there twice"))
            CU_ASSERT(!schema_accepts(wrong[n].text));
    }
}

/* HEAD, @p count times the same entry, TAIL; free() it. */
static char *many(const char *entry, int count)
{
    const size_t size = 1000 + (strlen(entry) + 2) * (size_t)count;
    char *text = calloc(1, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    int used = snprintf(text, size, "%s", HEAD);
    for (int n = 0; n < count; n++)
        used += snprintf(text + used, size - (size_t)used, "%s%s", n ? "," : "",
                         entry);
    snprintf(text + used, size - (size_t)used, "%s", TAIL);
    return text;
}

static void long_texts_and_lists_are_refused(void)
{
    abl_error err;
    abl_override *o = NULL;
    char entry[600];
    char *text = many("{\"action\": \"add\", \"shape\": " SHAPE "}",
                      ABL_OVERRIDE_MAX + 1);
    ABL_CHECK_FAILS(parse(&o, text, &err), ABL_E_FORMAT, "more than 200", &err);
    free(text);
    snprintf(entry, sizeof entry,
             "{\"action\": \"add\", \"note\": \"%0300d\", \"shape\": %s}", 1,
             SHAPE);
    text = many(entry, 1);
    ABL_CHECK_FAILS(parse(&o, text, &err), ABL_E_FORMAT, "longer than 255",
                    &err);
    free(text);
    ABL_CHECK_FAILS(abl_override_load(&o, "no/such.json", &err), ABL_E_IO,
                    "no/such.json", &err);
    CU_ASSERT_PTR_NULL(o);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(everything_a_reader_may_say_is_understood),
    ABL_TEST(outlines_and_facts_are_understood),
    ABL_TEST(a_path_from_the_root_and_built_in_names_stay),
    ABL_TEST(wrong_files_are_refused_with_line_and_key),
    ABL_TEST(long_texts_and_lists_are_refused),
    CU_TEST_INFO_NULL,
};
