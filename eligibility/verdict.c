/* From rule results to a verdict and the sentence that explains it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/rules_check.h"
#include "eligibility/sentence.h"

abl_verdict abl_verdict_combine(const abl_rule_result *results, size_t count)
{
    abl_verdict verdict = ABL_VERDICT_MEETS;
    size_t counted = 0;
    for (size_t n = 0; n < count; n++) {
        const abl_severity severity = results[n].rule->severity;
        if (severity == ABL_SEVERITY_NOTE)
            continue;
        counted++;
        if (results[n].result == ABL_NOT_MET &&
            severity == ABL_SEVERITY_EXCLUDE)
            return ABL_VERDICT_DOES_NOT_MEET;
        if (results[n].result != ABL_MET)
            verdict = ABL_VERDICT_BORDERLINE;
    }
    return counted ? verdict : ABL_VERDICT_NOT_ASSESSABLE;
}

/* Which of several reasons a reader wants first, by rule number. */
static const unsigned char order_of_reasons[ABL_RULE_COUNT] = {
    1, 16, 15, 17, 2, 10, 9, 8, 5, 6, 4, 11, 7, 3, 14, 12, 13, 18};

typedef enum reason_class {
    EXCLUDED,
    FLAGGED,
    IN_BAND,
    UNKNOWN,
    NO_REASON
} reason_class;

static reason_class classify(const abl_rule_result *result)
{
    if (result->rule->severity == ABL_SEVERITY_NOTE)
        return NO_REASON;
    switch (result->result) {
    case ABL_NOT_MET:
        return result->rule->severity == ABL_SEVERITY_EXCLUDE ? EXCLUDED
                                                              : FLAGGED;
    case ABL_BORDERLINE:
        return IN_BAND;
    case ABL_NOT_ASSESSABLE:
        return UNKNOWN;
    case ABL_MET:
    default:
        return NO_REASON;
    }
}

static const abl_rule_result *find_rule(const abl_judgement *judgement,
                                        unsigned number)
{
    char id[8];
    snprintf(id, sizeof id, "R%u", number);
    for (size_t n = 0; n < judgement->result_count; n++)
        if (strcmp(judgement->results[n].rule->id, id) == 0)
            return &judgement->results[n];
    return NULL;
}

/* " Also not met: R5 bowel, R10 path." of the classes first..last, without
 * @p except. */
static void list_others(char *out, size_t size, const abl_judgement *judgement,
                        const abl_rule_result *except,
                        const reason_class range[2])
{
    static const char *const words[] = {"Also not met", "Also not met",
                                        "Also borderline", "Not assessable"};
    const char *between = NULL;
    for (size_t n = 0; n < judgement->result_count; n++) {
        const abl_rule_result *result = &judgement->results[n];
        const reason_class class = classify(result);
        if (result == except || class < range[0] || class > range[1])
            continue;
        if (!between)
            abl_sentence_append(out, size, " %s: ", words[range[0]]);
        abl_sentence_append(out, size, "%s%s %s", between ? between : "",
                            result->rule->id, abl_rule_aspect(result->rule));
        between = ", ";
    }
    if (between)
        abl_sentence_append(out, size, ".");
}

static const abl_rule_result *find_reason(const abl_judgement *judgement,
                                          reason_class *class)
{
    for (int wanted = EXCLUDED; wanted < NO_REASON; wanted++)
        for (size_t n = 0; n < ABL_RULE_COUNT; n++) {
            const abl_rule_result *result =
                find_rule(judgement, order_of_reasons[n]);
            if (result && classify(result) == (reason_class)wanted) {
                *class = (reason_class)wanted;
                return result;
            }
        }
    *class = NO_REASON;
    return NULL;
}

static size_t count_not_met(const abl_judgement *judgement)
{
    size_t count = 0;
    for (size_t n = 0; n < judgement->result_count; n++)
        count += classify(&judgement->results[n]) <= FLAGGED;
    return count;
}

/* A sentence that names a limit, which needs its source. */
static bool result_has_limit(const abl_rule_result *result)
{
    return result->observed.measured || result->result != ABL_NOT_ASSESSABLE;
}

static void say_reason(char *out, size_t size, const char *opening,
                       const abl_rule_result *reason)
{
    char title[sizeof reason->rule->title], limit[96], band[96];
    snprintf(title, sizeof title, "%s", reason->rule->title);
    if (islower((unsigned char)title[1]))
        title[0] = (char)tolower((unsigned char)title[0]);
    abl_sentence_append(out, size, "%s %s (%s): %s", opening, title,
                        reason->rule->id, reason->text);
    abl_rule_describe(limit, band, reason->rule);
    if (reason->observed.measured)
        abl_sentence_append(out, size, "; the limit is %s%s%s", limit,
                            band[0] ? ", borderline " : "", band);
    if (result_has_limit(reason))
        abl_sentence_append(out, size, " (%s)",
                            abl_source_tag_name(reason->rule->source.tag));
    abl_sentence_append(out, size, ".");
}

/* Of a patient, single lesions may fail too: then nothing is "only". */
static void explain(abl_judgement *judgement, bool is_lesion)
{
    static const reason_class not_met[] = {EXCLUDED, FLAGGED};
    static const reason_class in_band[] = {IN_BAND, IN_BAND};
    static const reason_class unknown[] = {UNKNOWN, UNKNOWN};
    char *out = judgement->limiting_factor;
    const size_t size = sizeof judgement->limiting_factor;
    reason_class class = NO_REASON;
    const abl_rule_result *reason = find_reason(judgement, &class);
    out[0] = '\0';
    if (!reason) {
        abl_sentence_append(out, size, "Every limit is met.");
        return;
    }
    if (class == EXCLUDED)
        say_reason(out, size,
                   is_lesion && count_not_met(judgement) == 1 ? "Fails only on"
                                                              : "Fails on",
                   reason);
    else if (class == UNKNOWN)
        say_reason(out, size, "Nothing measured fails, but not assessable is",
                   reason);
    else
        say_reason(out, size, "Held back by", reason);
    list_others(out, size, judgement, reason, not_met);
    if (class != EXCLUDED)
        list_others(out, size, judgement, reason, in_band);
    list_others(out, size, judgement, reason, unknown);
}

/* A lesion cut by the end of the scan may be larger and nearer to anything:
 * R2 to R9 cannot be met. */
static void doubt_cut_lesion(abl_rule_result *out, size_t rule_index)
{
    if (out->result == ABL_MET && rule_index >= 1 && rule_index <= 8)
        abl_rule_unknown(out, "the lesion is cut by the end of the scan");
}

static void judge(abl_judgement *out, const abl_profile *profile,
                  const abl_rule_case *what)
{
    out->result_count = 0;
    for (size_t n = 0; n < ABL_RULE_COUNT; n++) {
        const abl_rule *rule = &profile->rules[n];
        if (!rule->enabled || rule->per_lesion != (what->lesion != NULL))
            continue;
        abl_rule_result *result = &out->results[out->result_count++];
        memset(result, 0, sizeof *result);
        result->rule = rule;
        result->result = ABL_NOT_ASSESSABLE;
        abl_rule_check_of(n)(result, what);
        if (what->lesion && what->lesion->touches_border)
            doubt_cut_lesion(result, n);
    }
    out->verdict = abl_verdict_combine(out->results, out->result_count);
    explain(out, what->lesion != NULL);
}

static abl_verdict worse_verdict(abl_verdict a, abl_verdict b)
{
    static const int rank[] = {[ABL_VERDICT_MEETS] = 0,
                               [ABL_VERDICT_BORDERLINE] = 1,
                               [ABL_VERDICT_NOT_ASSESSABLE] = 2,
                               [ABL_VERDICT_DOES_NOT_MEET] = 3};
    const abl_verdict worse = rank[a] >= rank[b] ? a : b;
    return worse == ABL_VERDICT_NOT_ASSESSABLE ? ABL_VERDICT_BORDERLINE : worse;
}

/* The patient's rules and every lesion that counts. */
static abl_verdict combine_lesions(const abl_assessment *assessment,
                                   const abl_findings *findings,
                                   abl_verdict verdict, bool leave_out)
{
    size_t counted = 0;
    for (size_t n = 0; n < findings->lesion_count; n++) {
        if (leave_out && findings->lesions[n].is_low_confidence)
            continue;
        counted++;
        verdict = worse_verdict(verdict, assessment->lesions[n].verdict);
    }
    return counted ? verdict : ABL_VERDICT_NOT_ASSESSABLE;
}

static const char *say_none(const abl_findings *findings)
{
    return findings->is_read && findings->automatic_count
               ? "The reader left none of the lesions that were found."
               : "No lesion was found on this series.";
}

/* The first lesion with the patient's verdict, of good confidence if there is
 * one; the number of lesions when there is none. */
static size_t find_deciding(const abl_assessment *assessment,
                            const abl_findings *findings)
{
    const size_t count = assessment->lesion_count;
    size_t found = count;
    for (size_t n = count; n-- > 0;)
        if (assessment->lesions[n].verdict == assessment->patient.verdict &&
            (found == count || !findings->lesions[n].is_low_confidence ||
             findings->lesions[found].is_low_confidence))
            found = n;
    return found;
}

static void explain_patient(abl_assessment *assessment,
                            const abl_findings *findings)
{
    abl_judgement *patient = &assessment->patient;
    char *out = patient->limiting_factor;
    const size_t size = sizeof patient->limiting_factor;
    if (assessment->lesion_count == 0) {
        snprintf(out, size, "There is nothing to assess.");
        return;
    }
    const abl_verdict own =
        abl_verdict_combine(patient->results, patient->result_count);
    if (own == patient->verdict)
        return;
    const size_t n = find_deciding(assessment, findings);
    if (n < assessment->lesion_count)
        snprintf(out, size, "Lesion %d: %s", findings->lesions[n].number,
                 assessment->lesions[n].limiting_factor);
}

/* "3 lesions found", or what of a read result is whose. */
static void say_count(char *out, size_t size, const abl_findings *findings)
{
    const size_t count = findings->lesion_count;
    abl_sentence_append(out, size, "%zu lesion%s %s", count,
                        count == 1 ? "" : "s",
                        findings->is_read ? "as read (" : "found");
    if (!findings->is_read)
        return;
    abl_sentence_append(out, size, "%zu of %zu found automatically",
                        count - findings->added_by_reader,
                        findings->automatic_count);
    if (findings->added_by_reader)
        abl_sentence_append(out, size, ", %zu added",
                            findings->added_by_reader);
    abl_sentence_append(out, size, ")");
}

static void summarise(abl_assessment *assessment, const abl_findings *findings)
{
    char *out = assessment->summary;
    const size_t size = sizeof assessment->summary;
    const size_t *counts = assessment->verdict_counts;
    const size_t low = assessment->low_confidence_count;
    out[0] = '\0';
    if (assessment->lesion_count == 0) {
        abl_sentence_append(out, size, "%s", say_none(findings));
        return;
    }
    say_count(out, size, findings);
    if (low)
        abl_sentence_append(out, size, " (%zu of low confidence)", low);
    abl_sentence_append(
        out, size,
        ": %zu meet%s the imaging criteria, %zu borderline, %zu do%s not "
        "meet.",
        counts[ABL_VERDICT_MEETS], counts[ABL_VERDICT_MEETS] == 1 ? "s" : "",
        counts[ABL_VERDICT_BORDERLINE] + counts[ABL_VERDICT_NOT_ASSESSABLE],
        counts[ABL_VERDICT_DOES_NOT_MEET],
        counts[ABL_VERDICT_DOES_NOT_MEET] == 1 ? "es" : "");
    if (low)
        abl_sentence_append(
            out, size, " Without low-confidence lesions: %s.",
            abl_verdict_text(assessment->without_low_confidence));
}

static bool is_sound(const abl_value *value)
{
    return !value->measured ||
           (isfinite(value->value) && isfinite(value->uncertainty) &&
            value->uncertainty >= 0);
}

static bool is_length(const abl_value *value)
{
    return is_sound(value) && (!value->measured || value->value >= 0);
}

static bool is_sound_clearance(const abl_clearance *to)
{
    return is_length(&to->nearest.mm) &&
           (!to->is_upper_bound || isfinite(to->at_least_mm));
}

static bool is_sound_path(const abl_access *access)
{
    const abl_path *path = &access->path;
    return !access->assessed || !access->has_path ||
           (isfinite(path->length_mm) && isfinite(path->clearance_mm) &&
            isfinite(path->liver_transit_mm) &&
            isfinite(path->capsule_angle_deg) && path->length_mm >= 0 &&
            path->liver_transit_mm >= 0);
}

static bool is_sound_lesion(const abl_lesion_findings *lesion)
{
    bool good =
        is_length(&lesion->longest_axial_diameter.mm) &&
        is_length(&lesion->perpendicular_diameter.mm) &&
        is_length(&lesion->max_3d_diameter.mm) &&
        is_length(&lesion->volume_ml) &&
        is_length(&lesion->equivalent_diameter_mm) &&
        is_sound(&lesion->mean_hu) && is_sound(&lesion->ring_hu) &&
        is_sound(&lesion->contrast_hu) && is_length(&lesion->cnr) &&
        is_length(&lesion->capsule.mm) && is_length(&lesion->exophytic_share) &&
        (!lesion->capsule_is_upper_bound ||
         isfinite(lesion->capsule_at_least_mm)) &&
        is_sound_clearance(&lesion->beyond_capsule) &&
        is_sound_clearance(&lesion->beyond_capsule_named) &&
        is_sound_path(&lesion->access) && abl_lesion_vessels_are_sound(lesion);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        good = good && is_sound_clearance(&lesion->to[id]);
    for (size_t n = 0; n < ABL_LESION_BULGES; n++)
        good = good && is_length(&lesion->touching.longest_mm[n]);
    return good;
}

static abl_status check_findings(const abl_findings *findings, abl_error *err)
{
    if (!is_length(&findings->liver_volume_ml) ||
        !is_length(&findings->tumour_volume_ml) ||
        !is_length(&findings->tumour_burden) ||
        !is_length(&findings->ablated_fraction_5mm) ||
        !is_length(&findings->ablated_fraction_10mm) ||
        !is_length(&findings->exam.noise_hu) ||
        !is_length(&findings->exam.metal_ml) ||
        !isfinite(findings->exam.gantry_tilt_deg) ||
        !isfinite(findings->exam.slice_spacing_mm) ||
        !isfinite(findings->exam.slice_thickness_mm))
        return abl_error_set(err, ABL_E_INTERNAL,
                             "a finding of the liver or the exam is not a "
                             "number in range");
    for (size_t n = 0; n < findings->lesion_count; n++)
        if (!is_sound_lesion(&findings->lesions[n]))
            return abl_error_set(err, ABL_E_INTERNAL,
                                 "a finding of lesion %d is not a number in "
                                 "range",
                                 findings->lesions[n].number);
    return ABL_OK;
}

static void assess_patient(abl_assessment *assessment,
                           const abl_findings *findings)
{
    abl_rule_case what = {findings, NULL, false, assessment->profile};
    abl_judgement reduced;
    judge(&assessment->patient, assessment->profile, &what);
    assessment->patient.verdict = combine_lesions(
        assessment, findings, assessment->patient.verdict, false);
    what.leave_out_low_confidence = true;
    judge(&reduced, assessment->profile, &what);
    assessment->without_low_confidence =
        combine_lesions(assessment, findings, reduced.verdict, true);
}

abl_status abl_assess(abl_assessment **out, const abl_findings *findings,
                      const abl_profile *profile, abl_error *err)
{
    *out = NULL;
    abl_status status = check_findings(findings, err);
    if (status)
        return status;
    abl_assessment *assessment = abl_alloc(1, sizeof *assessment, err);
    if (!assessment)
        return ABL_E_NOMEM;
    assessment->profile = profile;
    assessment->lesion_count = findings->lesion_count;
    assessment->lesions =
        abl_alloc(findings->lesion_count, sizeof *assessment->lesions, err);
    if (!assessment->lesions) {
        abl_assessment_destroy(assessment);
        return ABL_E_NOMEM;
    }
    for (size_t n = 0; n < findings->lesion_count; n++) {
        const abl_rule_case what = {findings, &findings->lesions[n], false,
                                    profile};
        judge(&assessment->lesions[n], profile, &what);
        assessment->verdict_counts[assessment->lesions[n].verdict]++;
        assessment->low_confidence_count +=
            findings->lesions[n].is_low_confidence;
    }
    assess_patient(assessment, findings);
    explain_patient(assessment, findings);
    summarise(assessment, findings);
    *out = assessment;
    return ABL_OK;
}

void abl_assessment_destroy(abl_assessment *assessment)
{
    if (!assessment)
        return;
    free(assessment->lesions);
    free(assessment);
}
