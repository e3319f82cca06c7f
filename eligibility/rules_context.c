/* What no image shows: R18.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules_check.h"

static abl_result judge_fact(const abl_context_fact *fact)
{
    if (!fact || !fact->given)
        return ABL_NOT_ASSESSABLE;
    switch (fact->meaning) {
    case ABL_CONTEXT_FINE:
        return ABL_MET;
    case ABL_CONTEXT_DOUBTFUL:
        return ABL_BORDERLINE;
    case ABL_CONTEXT_ADVERSE:
    default:
        return ABL_NOT_MET;
    }
}

void abl_check_context(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_context *context = what->findings->context;
    const unsigned needed = what->profile->context_needed;
    out->result = ABL_MET;
    for (unsigned n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++) {
        const abl_context_fact *fact = context ? &context->facts[n] : NULL;
        const bool given = fact && fact->given;
        out->result = abl_result_worse(out->result, judge_fact(fact));
        abl_rule_say(out, "%s%s: %s", n ? "; " : "",
                     abl_context_field_title((abl_context_field)n),
                     given ? fact->value : "not assessed");
        if (!given && (needed >> n & 1u))
            abl_rule_say(out, ", and needed for the profile %s",
                         what->profile->name);
    }
}
