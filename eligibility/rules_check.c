/* What the checks share, and which check belongs to which rule.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

abl_rule_check abl_rule_check_of(size_t n)
{
    static const abl_rule_check checks[ABL_RULE_COUNT] = {
        abl_check_count,       abl_check_diameter, abl_check_margin,
        abl_check_subcapsular, abl_check_bowel,    abl_check_organs,
        abl_check_vessels,     abl_check_hilum,    abl_check_trunks,
        abl_check_path,        abl_check_corridor, abl_check_transit,
        abl_check_angle,       abl_check_visible,  abl_check_burden,
        abl_check_ablated,     abl_check_exam,     abl_check_context,
    };
    return checks[n];
}

abl_result abl_result_worse(abl_result a, abl_result b)
{
    static const int rank[] = {[ABL_MET] = 0,
                               [ABL_BORDERLINE] = 1,
                               [ABL_NOT_ASSESSABLE] = 2,
                               [ABL_NOT_MET] = 3};
    return rank[a] >= rank[b] ? a : b;
}

void abl_rule_say(abl_rule_result *out, const char *format, ...)
{
    const size_t used = strlen(out->text);
    va_list args;
    va_start(args, format);
    vsnprintf(out->text + used, sizeof out->text - used, format, args);
    va_end(args);
}

void abl_rule_unknown(abl_rule_result *out, const char *why)
{
    out->result = ABL_NOT_ASSESSABLE;
    abl_rule_say(out, "%s%s", out->text[0] ? "; " : "",
                 why ? why : "not measured");
}

void abl_rule_observe(abl_rule_result *out, const abl_value *value)
{
    const abl_rule *rule = out->rule;
    out->observed = *value;
    if (!value->measured) {
        abl_rule_unknown(out, value->why_not);
        return;
    }
    out->result = abl_rule_judge(rule, value->value, value->uncertainty);
    abl_rule_say(out, "%.1f ± %.1f%s%s", value->value, value->uncertainty,
                 rule->unit[0] ? " " : "", rule->unit);
}

void abl_rule_at(abl_rule_result *out, const double point_lps[3])
{
    out->has_point = true;
    memcpy(out->point_lps, point_lps, sizeof out->point_lps);
}
