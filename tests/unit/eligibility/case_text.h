/* A small report.json as text, and the same with one value replaced.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_ELIGIBILITY_CASE_TEXT_H
#define ABL_TESTS_UNIT_ELIGIBILITY_CASE_TEXT_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CASE_VALUE(v, u) \
    "{'measured':true,'value':" #v ",'uncertainty':" #u ",'unit':'mm'}"
#define CASE_RULE(id, result, severity, value, unc, cmp, limit, lo, hi)               \
    "{'id':'" id "','title':'Longest diameter','result':'" result                     \
    "','severity':'" severity "','observed':" CASE_VALUE(                             \
        value,                                                                        \
        unc) ",'observed_is_at_least':false,'structure':null,'text':'as measured',"   \
             "'slice':4,'limit':{'comparison':'" cmp "','value':" #limit              \
             ",'unit':'mm','text':'below 30 mm','source':{'tag':'convention','text':" \
             "'a source'}},'band':{'low':" #lo ",'high':" #hi "}}"

static const char case_text[] =
    "{'schema':'ablascreen-report/1','patient':{'verdict':'borderline',"
    "'limiting_factor':'Lesion 1: held back','rules':[" CASE_RULE(
        "R1", "met", "exclude", 1, 0, "at-most", 5, 6,
        10) "]},'reading':null,'exam':{'phase':{'name':'portal venous'}},'lesions':[{"
            "'number':1,'verdict':'borderline','limiting_factor':'held back',"
            "'low_confidence':false,'slice':4,'centroid_lps_mm':[1,2,3],'measures':{"
            "'longest_axial_diameter':" CASE_VALUE(
                28,
                1) ",'exophytic_share':null},"
                   "'distances':{'capsule':" CASE_VALUE(
                       12,
                       2) "},'vessels':{"
                          "'nearest_that_may_count':{'distance':" CASE_VALUE(3, 1) ",'calibre':" CASE_VALUE(
                              4,
                              1) "}},'rules':[" CASE_RULE("R2", "borderline",
                                                          "exclude", 28, 1,
                                                          "below", 30, 27,
                                                          33) "," CASE_RULE("R3",
                                                                            "met",
                                                                            "flag",
                                                                            21,
                                                                            4,
                                                                            "at-least",
                                                                            10,
                                                                            5,
                                                                            10) "]}]}";

static inline json_t *case_json(void)
{
    char text[sizeof case_text];
    for (size_t n = 0; n < sizeof case_text; n++)
        text[n] = case_text[n] == '\'' ? '"' : case_text[n];
    return json_loads(text, 0, NULL);
}

/* "lesions.0.rules.1.limit": numbers are places in a list. */
static inline json_t *case_at(json_t *root, const char *path)
{
    char part[64];
    while (root && *path) {
        const size_t length = strcspn(path, ".");
        memcpy(part, path, length);
        part[length] = '\0';
        root = json_is_array(root)
                   ? json_array_get(root, (size_t)strtoul(part, NULL, 10))
                   : json_object_get(root, part);
        path += length + (path[length] == '.');
    }
    return root;
}

/* The text with @p path.key = @p value (JSON; NULL removes the key). */
static inline char *case_with(const char *path, const char *key,
                              const char *value)
{
    json_t *root = case_json(), *object = case_at(root, path);
    if (value)
        json_object_set_new(object, key,
                            json_loads(value, JSON_DECODE_ANY, NULL));
    else
        json_object_del(object, key);
    char *text = json_dumps(root, 0);
    json_decref(root);
    return text;
}

#endif
