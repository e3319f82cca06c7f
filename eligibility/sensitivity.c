/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/sensitivity.h"

#include <math.h>
#include <string.h>

#include "eligibility/sensitivity_probe.h"
#include "eligibility/sensitivity_text.h"

#define MAX_STEPS 100000

/* What a change is looked for. */
typedef enum goal {
    GOAL_MET,
    GOAL_NOT_EXCLUDED, /* any result but not met */
    GOAL_NOT_MET,
    GOAL_LESS_THAN_MET
} goal;

static bool reaches(goal wanted, abl_result result)
{
    switch (wanted) {
    case GOAL_MET:
        return result == ABL_MET;
    case GOAL_NOT_EXCLUDED:
        return result != ABL_NOT_MET;
    case GOAL_NOT_MET:
        return result == ABL_NOT_MET;
    case GOAL_LESS_THAN_MET:
    default:
        return result != ABL_MET;
    }
}

typedef enum moved {
    THE_LIMIT,
    THE_VALUE
} moved;

typedef struct search {
    abl_probe *probe;
    const abl_rule_sensitivity *of;
    goal wanted;
    moved what;
    int direction; /* +1 or -1 */
} search;

static double printed(const search *s, double value)
{
    const double step = abl_probe_step(s->probe);
    return rint(value / step) * step;
}

static double value_after(const search *s, long steps)
{
    const double step = abl_probe_step(s->probe);
    const double value = printed(s, s->of->observed.value) +
                         (double)(s->direction * steps) * step;
    return rint(value * 10) / 10;
}

/* Whether that many steps reach the goal. */
static abl_status try_steps(bool *reached, const search *s, long steps,
                            abl_error *err)
{
    abl_result result = ABL_NOT_ASSESSABLE;
    *reached = false;
    if (s->what == THE_LIMIT)
        abl_probe_move_limit(s->probe, s->direction * steps);
    else if (!abl_probe_set_value(s->probe, value_after(s, steps)))
        return ABL_OK;
    abl_status status = abl_probe_judge(&result, s->probe, err);
    *reached = !status && reaches(s->wanted, result);
    return status;
}

/* Steps that certainly pass limit, band and interval, short of 0. */
static long find_most_steps(const search *s)
{
    const abl_rule *rule = s->of->rule;
    const double step = abl_probe_step(s->probe);
    const double band = rule->has_band ? rule->band_high - rule->band_low : 0;
    const double from =
        s->what == THE_LIMIT ? rule->limit : s->of->observed.value;
    double most = fabs(s->of->observed.value - rule->limit) + 2 * band +
                  s->of->observed.uncertainty + 1;
    if (step >= 1) /* what touches may count as more */
        most += ABL_MAX_LESIONS;
    if (s->direction < 0 && s->what == THE_LIMIT)
        most = from; /* the other reading of an outline may be far shorter */
    else if (s->direction < 0) /* no lesion at all is not assessable */
        most = fmin(most, from - (step >= 1 ? 1 : 0));
    return (long)fmin(MAX_STEPS, floor(most / step + 1e-6));
}

/* Moving the nearest structure away makes another the nearest, whose interval
 * may be wider: results can get worse again on the way. */
static bool must_try_each(const search *s)
{
    return s->what == THE_VALUE && abl_probe_has_several(s->probe);
}

static abl_status try_each(long *steps, const search *s, long most,
                           abl_error *err)
{
    abl_status status = ABL_OK;
    bool reached = false;
    for (long n = 1; !status && !reached && n <= most; n++) {
        status = try_steps(&reached, s, n, err);
        *steps = reached ? n : 0;
    }
    return status;
}

/* The least number of steps that reach the goal; 0: none do. Results only
 * get better as a limit is eased, so halving finds the least. */
static abl_status find_steps(long *steps, const search *s, abl_error *err)
{
    long below = 0, above = find_most_steps(s);
    bool reached = false;
    *steps = 0;
    abl_probe_reset(s->probe, s->probe->rule);
    abl_status status = above > 0 ? try_steps(&reached, s, above, err) : ABL_OK;
    if (status || !reached)
        return status;
    if (must_try_each(s))
        return try_each(steps, s, above, err);
    while (above - below > 1) {
        const long middle = below + (above - below) / 2;
        status = try_steps(&reached, s, middle, err);
        if (status)
            return status;
        if (reached)
            above = middle;
        else
            below = middle;
    }
    *steps = above;
    return ABL_OK;
}

/* +1 when a larger limit is easier to keep. */
static int easing_direction(const abl_rule *rule)
{
    return rule->comparison == ABL_BELOW || rule->comparison == ABL_AT_MOST
               ? 1
               : -1;
}

static abl_status find_flip(abl_flip *out, abl_probe *probe,
                            const abl_rule_sensitivity *of, goal wanted,
                            abl_error *err)
{
    const bool eases = wanted == GOAL_MET || wanted == GOAL_NOT_EXCLUDED;
    const int easing = easing_direction(of->rule);
    search s = {probe, of, wanted, THE_LIMIT, eases ? easing : -easing};
    long steps = 0;
    memset(out, 0, sizeof *out);
    abl_status status = find_steps(&steps, &s, err);
    if (status)
        return status;
    if (steps > 0) {
        abl_probe_move_limit(probe, s.direction * steps);
        out->has_limit = true;
        out->limit = probe->only->rules[probe->rule].limit;
        out->limit_change = out->limit - of->rule->limit;
    }
    if (!eases)
        return ABL_OK;
    s.what = THE_VALUE;
    s.direction = -easing;
    status = find_steps(&steps, &s, err);
    if (!status && steps > 0) {
        out->has_value = true;
        out->value = value_after(&s, steps);
        out->value_change = out->value - printed(&s, of->observed.value);
    }
    return status;
}

static abl_status measure_rule(abl_rule_sensitivity *out, abl_probe *probe,
                               const abl_rule_result *judged, abl_error *err)
{
    abl_status status = ABL_OK;
    memset(out, 0, sizeof *out);
    out->rule = judged->rule;
    out->result = judged->result;
    out->observed = judged->observed;
    if (!judged->observed.measured || judged->rule->comparison == ABL_IS_TRUE ||
        judged->result == ABL_NOT_ASSESSABLE)
        return ABL_OK;
    if (judged->result != ABL_MET)
        status = find_flip(&out->to_met, probe, out, GOAL_MET, err);
    if (!status && judged->result == ABL_NOT_MET)
        status =
            find_flip(&out->to_borderline, probe, out, GOAL_NOT_EXCLUDED, err);
    if (!status && judged->result == ABL_MET)
        status =
            find_flip(&out->to_borderline, probe, out, GOAL_LESS_THAN_MET, err);
    if (!status && judged->result != ABL_NOT_MET)
        status = find_flip(&out->to_not_met, probe, out, GOAL_NOT_MET, err);
    return status;
}

static bool must_change(const abl_rule_sensitivity *of, abl_verdict target)
{
    if (of->rule->severity == ABL_SEVERITY_NOTE)
        return false;
    if (target == ABL_VERDICT_MEETS)
        return of->result != ABL_MET;
    return of->result == ABL_NOT_MET &&
           of->rule->severity == ABL_SEVERITY_EXCLUDE;
}

static bool is_within_reach(const abl_rule_sensitivity *of, abl_verdict target)
{
    const abl_flip *flip =
        target == ABL_VERDICT_MEETS ? &of->to_met : &of->to_borderline;
    return flip->has_limit || flip->has_value;
}

static void find_way(abl_way *way, const abl_sensitivity *of,
                     abl_verdict target, abl_verdict present)
{
    memset(way, 0, sizeof *way);
    way->target = target;
    way->is_better =
        present == ABL_VERDICT_DOES_NOT_MEET ||
        (present == ABL_VERDICT_BORDERLINE && target == ABL_VERDICT_MEETS);
    for (size_t n = 0; way->is_better && n < of->rule_count; n++) {
        const abl_rule_sensitivity *rule = &of->rules[n];
        if (!must_change(rule, target))
            continue;
        way->rules[way->count++] = rule;
        if (rule->result == ABL_NOT_ASSESSABLE)
            way->unknown++;
        else if (!is_within_reach(rule, target))
            way->no_reach++;
    }
    way->is_single = way->count == 1 && !way->unknown && !way->no_reach;
}

/* Reserve in proportion to the limit, so that units do not matter. */
static double find_reserve(const abl_rule_sensitivity *rule)
{
    const abl_flip *flip = &rule->to_borderline;
    if (rule->result != ABL_MET || !flip->has_limit || !(rule->rule->limit > 0))
        return HUGE_VAL;
    return fabs(flip->limit_change) / rule->rule->limit;
}

static const abl_rule_sensitivity *find_closest(const abl_sensitivity *of)
{
    const abl_rule_sensitivity *closest = NULL;
    double least = HUGE_VAL;
    for (size_t n = 0; n < of->rule_count; n++) {
        const double reserve = find_reserve(&of->rules[n]);
        if (of->rules[n].rule->severity != ABL_SEVERITY_NOTE &&
            reserve < least) {
            least = reserve;
            closest = &of->rules[n];
        }
    }
    return closest;
}

static abl_status check_input(const abl_findings *findings, size_t index,
                              const abl_profile *profile,
                              const abl_judgement *judgement, abl_error *err)
{
    if (index != ABL_SENSITIVITY_PATIENT && index >= findings->lesion_count)
        return abl_error_set(err, ABL_E_INVALID, "there is no lesion %zu",
                             index + 1);
    for (size_t n = 0; n < judgement->result_count; n++) {
        const abl_rule *rule = judgement->results[n].rule;
        if (rule < profile->rules || rule >= profile->rules + ABL_RULE_COUNT)
            return abl_error_set(err, ABL_E_INVALID,
                                 "the judgement is of another profile");
    }
    return ABL_OK;
}

static void find_way_in(abl_sensitivity *out, const abl_access *access)
{
    if (access->assessed && !access->has_path && access->relaxation_count)
        snprintf(out->way_in, sizeof out->way_in, "%s",
                 access->relaxations[0].text);
}

/* The verdict of these rules alone: the patient's also holds the lesions. */
static abl_verdict own_verdict(const abl_judgement *judgement)
{
    return abl_verdict_combine(judgement->results, judgement->result_count);
}

abl_status abl_sensitivity_measure(abl_sensitivity *out,
                                   const abl_findings *findings, size_t index,
                                   const abl_profile *profile,
                                   const abl_judgement *judgement,
                                   abl_error *err)
{
    memset(out, 0, sizeof *out);
    abl_status status = check_input(findings, index, profile, judgement, err);
    if (status)
        return status;
    abl_probe probe;
    status = abl_probe_open(&probe, findings, index, profile, err);
    out->rule_count = judgement->result_count;
    for (size_t n = 0; !status && n < out->rule_count; n++) {
        const abl_rule_result *judged = &judgement->results[n];
        abl_probe_reset(&probe, (size_t)(judged->rule - profile->rules));
        status = measure_rule(&out->rules[n], &probe, judged, err);
    }
    abl_probe_clear(&probe);
    if (status)
        return status;
    const abl_verdict verdict = own_verdict(judgement);
    find_way(&out->to_borderline, out, ABL_VERDICT_BORDERLINE, verdict);
    find_way(&out->to_meets, out, ABL_VERDICT_MEETS, verdict);
    if (index != ABL_SENSITIVITY_PATIENT)
        find_way_in(out, &findings->lesions[index].access);
    if (verdict == ABL_VERDICT_MEETS)
        out->closest = find_closest(out);
    abl_sensitivity_describe(out->text, sizeof out->text, out, verdict,
                             index == ABL_SENSITIVITY_PATIENT);
    return ABL_OK;
}
