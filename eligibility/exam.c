/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/exam.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/rules_check.h"

/* Where a part that is no number gets its rule from. */
static const abl_source phase_source = {
    ABL_SOURCE_UNVERIFIED,
    "portal venous is what liver metastases are commonly read in; no source "
    "was read for it"};
static const abl_source coverage_source = {
    ABL_SOURCE_CONVENTION, "what was not scanned may hold more lesions"};
static const abl_source geometry_source = {
    ABL_SOURCE_CONVENTION, "distances across a gap or a sheared stack are off"};
static const abl_source intensity_source = {
    ABL_SOURCE_CONVENTION, "lung, gas and fat are told apart by attenuation"};

static void say(abl_exam_part *part, const char *format, ...) ABL_PRINTF(2, 3);
static void say(abl_exam_part *part, const char *format, ...)
{
    const size_t used = strlen(part->text);
    va_list args;
    va_start(args, format);
    vsnprintf(part->text + used, sizeof part->text - used, format, args);
    va_end(args);
}

static void say_limit(abl_exam_part *part, const abl_rule *rule)
{
    char limit[96], band[96];
    abl_rule_describe(limit, band, rule);
    snprintf(part->limit, sizeof part->limit, "%s%s%s", limit,
             band[0] ? ", borderline " : "", band);
}

/* The larger of spacing and thickness: overlapping slices are as blurred as
 * they are thick, and gaps between slices are unseen. */
static void judge_slices(abl_exam_part *part, const abl_exam *exam,
                         const abl_profile *profile)
{
    const abl_rule *rule = &profile->rules[16];
    const double slice_mm =
        fmax(exam->slice_thickness_mm, exam->slice_spacing_mm);
    say_limit(part, rule);
    part->source = &rule->source;
    if (!(exam->slice_spacing_mm > 0)) {
        say(part, "slice spacing is not known");
        return;
    }
    part->result = abl_rule_judge(rule, slice_mm, 0);
    if (exam->slice_thickness_mm > 0)
        say(part, "slices of %.1f mm, %.1f mm apart", exam->slice_thickness_mm,
            exam->slice_spacing_mm);
    else
        say(part, "slices %.1f mm apart, thickness not given",
            exam->slice_spacing_mm);
}

static void judge_phase(abl_exam_part *part, const abl_exam *exam,
                        const abl_profile *profile)
{
    const abl_phase_estimate *phase = &exam->phase;
    (void)profile;
    snprintf(part->limit, sizeof part->limit,
             "portal venous; arterial and delayed are borderline");
    part->source = &phase_source;
    switch (phase->phase) {
    case ABL_PHASE_PORTAL_VENOUS:
        part->result = phase->disagrees_with_header ? ABL_BORDERLINE : ABL_MET;
        break;
    case ABL_PHASE_ARTERIAL:
    case ABL_PHASE_DELAYED:
        part->result = ABL_BORDERLINE;
        break;
    case ABL_PHASE_UNENHANCED:
        part->result = ABL_NOT_MET;
        break;
    case ABL_PHASE_UNKNOWN:
    default:
        break;
    }
    say(part, "phase %s%s", abl_phase_name(phase->phase),
        phase->disagrees_with_header ? " (the header says otherwise)" : "");
}

static void judge_coverage(abl_exam_part *part, const abl_exam *exam,
                           const abl_profile *profile)
{
    (void)profile;
    snprintf(part->limit, sizeof part->limit, "the whole liver");
    part->source = &coverage_source;
    part->result = exam->liver_whole ? ABL_MET : ABL_NOT_MET;
    say(part, "liver %s in the scan",
        exam->liver_whole ? "wholly" : "not wholly");
}

/* A number of the profile as a rule, to be judged like one. */
static abl_rule at_most(double limit, double high, const char *unit)
{
    abl_rule rule;
    memset(&rule, 0, sizeof rule);
    rule.comparison = ABL_AT_MOST;
    rule.limit = limit;
    rule.has_band = high > limit;
    rule.band_low = limit;
    rule.band_high = high;
    snprintf(rule.unit, sizeof rule.unit, "%s", unit);
    return rule;
}

static void judge_noise(abl_exam_part *part, const abl_exam *exam,
                        const abl_profile *profile)
{
    const abl_rule rule =
        at_most(profile->exam.max_noise_hu, profile->exam.high_noise_hu, "HU");
    const abl_value *noise = &exam->noise_hu;
    say_limit(part, &rule);
    part->source = &profile->number_sources[ABL_NUMBER_MAX_NOISE_HU];
    if (!noise->measured) {
        say(part, "noise not measured: %s",
            noise->why_not ? noise->why_not : "no reason given");
        return;
    }
    part->result = abl_rule_judge(&rule, noise->value, noise->uncertainty);
    say(part, "noise %.1f ± %.1f HU", noise->value, noise->uncertainty);
}

static void judge_metal(abl_exam_part *part, const abl_exam *exam,
                        const abl_profile *profile)
{
    const double limit = profile->exam.max_metal_ml;
    const abl_value *metal = &exam->metal_ml;
    snprintf(part->limit, sizeof part->limit, "at most %g mL, else borderline",
             limit);
    part->source = &profile->number_sources[ABL_NUMBER_MAX_METAL_ML];
    if (!metal->measured) {
        say(part, "metal not looked for: %s",
            metal->why_not ? metal->why_not : "no reason given");
        return;
    }
    part->result = metal->value > limit ? ABL_BORDERLINE : ABL_MET;
    if (metal->value > 0)
        say(part, "%.2f mL of metal within %g mm of the liver's box",
            metal->value, ABL_METAL_REACH_MM);
    else
        say(part, "no metal near the liver");
}

static void judge_geometry(abl_exam_part *part, const abl_exam *exam,
                           const abl_profile *profile)
{
    (void)profile;
    snprintf(part->limit, sizeof part->limit, "no gaps, no gantry tilt");
    part->source = &geometry_source;
    part->counts = exam->geometry_checked;
    if (!exam->geometry_checked) {
        say(part, "this file format does not show missing slices");
        return;
    }
    part->result = ABL_MET;
    say(part, "no slice is missing");
    if (exam->slice_thickness_mm > 0 &&
        exam->slice_thickness_mm < ABL_GAP_SHARE * exam->slice_spacing_mm) {
        part->result = ABL_BORDERLINE;
        say(part, "; %.1f mm between slices were not imaged",
            exam->slice_spacing_mm - exam->slice_thickness_mm);
    }
    if (exam->gantry_tilt_deg > 0) {
        part->result = ABL_BORDERLINE;
        say(part, "; a gantry tilt of %.1f degrees was put upright",
            exam->gantry_tilt_deg);
    }
}

static void judge_intensity(abl_exam_part *part, const abl_exam *exam,
                            const abl_profile *profile)
{
    (void)profile;
    snprintf(part->limit, sizeof part->limit, "not clipped");
    part->source = &intensity_source;
    part->result = exam->intensity_clipped ? ABL_BORDERLINE : ABL_MET;
    say(part, exam->intensity_clipped
                  ? "intensities are clipped: air and fat look alike"
                  : "attenuation from air to bone");
}

static void judge_motion(abl_exam_part *part, const abl_exam *exam,
                         const abl_profile *profile)
{
    (void)exam;
    (void)profile;
    part->counts = false;
    say(part, "motion and streaks without metal were not looked for");
}

void abl_exam_judge(abl_exam_part out[ABL_EXAM_PART_COUNT],
                    const abl_exam *exam, const abl_profile *profile)
{
    static const struct {
        const char *name, *title;
        void (*judge)(abl_exam_part *, const abl_exam *, const abl_profile *);
    } parts[ABL_EXAM_PART_COUNT] = {
        {"slices", "Slices", judge_slices},
        {"phase", "Contrast phase", judge_phase},
        {"coverage", "Coverage", judge_coverage},
        {"noise", "Noise", judge_noise},
        {"metal", "Metal", judge_metal},
        {"geometry", "Gaps and tilt", judge_geometry},
        {"intensity", "Range of intensities", judge_intensity},
        {"motion", "Motion and streaks", judge_motion},
    };
    for (size_t n = 0; n < ABL_EXAM_PART_COUNT; n++) {
        memset(&out[n], 0, sizeof out[n]);
        out[n].id = (abl_exam_part_id)n;
        out[n].name = parts[n].name;
        out[n].title = parts[n].title;
        out[n].result = ABL_NOT_ASSESSABLE;
        out[n].counts = true;
        parts[n].judge(&out[n], exam, profile);
    }
}

/* What of R17 is worth a word besides slices, phase and coverage. */
static bool is_worth_saying(const abl_exam_part *part)
{
    return part->id <= ABL_EXAM_COVERAGE ||
           (part->counts && part->result != ABL_MET);
}

void abl_check_exam(abl_rule_result *out, const abl_rule_case *what)
{
    abl_exam_part parts[ABL_EXAM_PART_COUNT];
    const abl_exam *exam = &what->findings->exam;
    abl_exam_judge(parts, exam, what->profile);
    out->result = ABL_MET;
    if (exam->slice_spacing_mm > 0)
        out->observed = (abl_value){
            true, fmax(exam->slice_thickness_mm, exam->slice_spacing_mm), 0,
            NULL};
    for (size_t n = 0; n < ABL_EXAM_PART_COUNT; n++) {
        if (parts[n].counts)
            out->result = abl_result_worse(out->result, parts[n].result);
        if (is_worth_saying(&parts[n]))
            abl_rule_say(out, "%s%s", n ? "; " : "", parts[n].text);
    }
}
