/* The result of one rule when one finding of a good sample is spoiled.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_ELIGIBILITY_SPOILED_H
#define ABL_TESTS_UNIT_ELIGIBILITY_SPOILED_H

#include "tests/unit/check.h"
#include "tests/unit/eligibility/sample.h"

static abl_profile net;

static inline void load_net(void)
{
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_profile_load(&net, "net", &err), &err);
}

typedef void (*spoil_fn)(abl_findings *findings);

static inline abl_result spoiled(const char *id, spoil_fn spoil,
                                 const char *words)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    abl_findings *findings = sample_findings(1);
    abl_result result = ABL_MET;
    load_net();
    spoil(findings);
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    if (assessment) {
        const abl_rule_result *found =
            sample_result(&assessment->lesions[0], id);
        if (!found)
            found = sample_result(&assessment->patient, id);
        CU_ASSERT_PTR_NOT_NULL(found);
        if (found) {
            result = found->result;
            if (words && !strstr(found->text, words))
                fprintf(stderr, "%s: \"%s\" lacks \"%s\"\n", id, found->text,
                        words);
            CU_ASSERT(!words || strstr(found->text, words) != NULL);
        }
    }
    abl_assessment_destroy(assessment);
    abl_findings_destroy(findings);
    return result;
}

#endif
