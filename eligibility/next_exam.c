/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/next_exam.h"

#include <math.h>
#include <string.h>

#include "eligibility/sentence.h"

/* Slices of which nothing finer is asked (convention: a 3 mm vessel is then
 * one to two voxels thick). */
#define THIN_SLICE_MM 2.5

typedef struct situation {
    const abl_findings *findings;
    const abl_assessment *assessment;
} situation;

/* Says why when the row applies; leaves the reason empty when not. */
typedef void (*finder)(char reason[256], const situation *at);

typedef struct row {
    const char *code;
    finder find;
    const char *exam, *why, *source;
    abl_source_tag tag;
} row;

static const abl_rule_result *find_result(const abl_judgement *judgement,
                                          const char *id)
{
    for (size_t n = 0; n < judgement->result_count; n++)
        if (strcmp(judgement->results[n].rule->id, id) == 0)
            return &judgement->results[n];
    return NULL;
}

static bool is_result(const abl_judgement *judgement, const char *id,
                      abl_result result)
{
    const abl_rule_result *found = find_result(judgement, id);
    return found && found->result == result;
}

typedef bool (*lesion_test)(const situation *at, size_t n);

/* "Lesions 1, 4 and 2 more: <words>"; nothing when none passes. */
static void say_lesions(char reason[256], const situation *at, lesion_test test,
                        const char *words)
{
    size_t count = 0;
    for (size_t n = 0; n < at->findings->lesion_count; n++)
        count += test(at, n);
    if (!count)
        return;
    abl_sentence_append(reason, 256, "Lesion%s ", count == 1 ? "" : "s");
    size_t said = 0;
    for (size_t n = 0; n < at->findings->lesion_count && said < 8; n++)
        if (test(at, n))
            abl_sentence_append(reason, 256, "%s%d", said++ ? ", " : "",
                                at->findings->lesions[n].number);
    if (count > said)
        abl_sentence_append(reason, 256, " and %zu more", count - said);
    abl_sentence_append(reason, 256, ": %s", words);
}

static double thickest_mm(const abl_exam *exam)
{
    return fmax(exam->slice_spacing_mm, exam->slice_thickness_mm);
}

static void find_no_lesion(char reason[256], const situation *at)
{
    if (at->findings->lesion_count == 0)
        abl_sentence_append(reason, 256, "No lesion was found on this series.");
}

static void find_phase(char reason[256], const situation *at)
{
    const abl_phase_estimate *phase = &at->findings->exam.phase;
    if (phase->phase == ABL_PHASE_PORTAL_VENOUS &&
        !phase->disagrees_with_header)
        return;
    abl_sentence_append(
        reason, 256, "The contrast phase is %s%s.",
        abl_phase_name(phase->phase),
        phase->disagrees_with_header ? ", and the header says otherwise" : "");
}

static bool is_poorly_seen(const situation *at, size_t n)
{
    const abl_rule_result *visible =
        find_result(&at->assessment->lesions[n], "R14");
    const abl_value *axial =
        &at->findings->lesions[n].longest_axial_diameter.mm;
    const bool is_small = axial->measured && visible &&
                          visible->rule->also.present &&
                          axial->value < visible->rule->also.limit;
    return visible && visible->result != ABL_MET && !is_small;
}

static void find_poorly_seen(char reason[256], const situation *at)
{
    say_lesions(reason, at, is_poorly_seen,
                "too little contrast to the liver on this series.");
}

static bool is_small(const situation *at, size_t n)
{
    const abl_rule_result *visible =
        find_result(&at->assessment->lesions[n], "R14");
    const abl_value *axial =
        &at->findings->lesions[n].longest_axial_diameter.mm;
    return visible && visible->rule->also.present && axial->measured &&
           axial->value < visible->rule->also.limit;
}

static bool is_doubtful(const situation *at, size_t n)
{
    return at->findings->lesions[n].is_low_confidence;
}

static void find_small(char reason[256], const situation *at)
{
    say_lesions(reason, at, is_small, "too small to be measured reliably.");
}

static void find_doubtful(char reason[256], const situation *at)
{
    say_lesions(reason, at, is_doubtful,
                "of low confidence, so perhaps not a lesion.");
}

static void find_thick(char reason[256], const situation *at)
{
    if (thickest_mm(&at->findings->exam) > THIN_SLICE_MM)
        abl_sentence_append(reason, 256, "Slices are %.1f mm.",
                            thickest_mm(&at->findings->exam));
}

static void find_cut_liver(char reason[256], const situation *at)
{
    if (!at->findings->exam.liver_whole)
        abl_sentence_append(reason, 256,
                            "The liver is not wholly in the scan.");
}

static bool is_without_vessels(const situation *at, size_t n)
{
    const abl_judgement *judgement = &at->assessment->lesions[n];
    return is_result(judgement, "R7", ABL_NOT_ASSESSABLE) ||
           is_result(judgement, "R8", ABL_NOT_ASSESSABLE);
}

/* A suitable scan would not show more: then it is not the exam that lacks. */
static void find_vessels(char reason[256], const situation *at)
{
    const abl_exam *exam = &at->findings->exam;
    if (exam->phase.phase == ABL_PHASE_PORTAL_VENOUS &&
        thickest_mm(exam) <= THIN_SLICE_MM)
        return;
    say_lesions(reason, at, is_without_vessels,
                "distance to vessels or hilum not assessable.");
}

static bool leaves_the_scan(const situation *at, size_t n)
{
    const abl_access *access = &at->findings->lesions[n].access;
    return is_result(&at->assessment->lesions[n], "R10", ABL_NOT_ASSESSABLE) &&
           (!access->assessed || access->blocked_no_skin > 0);
}

static void find_no_skin(char reason[256], const situation *at)
{
    say_lesions(reason, at, leaves_the_scan,
                "access not assessable, as skin is outside of the scan.");
}

static bool has_unnamed_neighbour(const situation *at, size_t n)
{
    const abl_judgement *judgement = &at->assessment->lesions[n];
    return is_result(judgement, "R5", ABL_NOT_ASSESSABLE) ||
           is_result(judgement, "R4", ABL_NOT_ASSESSABLE);
}

static void find_unnamed(char reason[256], const situation *at)
{
    say_lesions(reason, at, has_unnamed_neighbour,
                "near soft tissue that has no name.");
}

static const char mri_exam[] =
    "MRI with diffusion weighting and a hepatobiliary phase";
static const char mri_why[] =
    "sensitivity 86 % and specificity 94 % for neuroendocrine metastases "
    "(545 metastases)";
static const char mri_source[] = "Hayoz, Eur Radiol 2020;30:6593";

static const row rows[] = {
    {"no-lesion", find_no_lesion, mri_exam, mri_why, mri_source,
     ABL_SOURCE_CITED},
    {"phase", find_phase,
     "CT in late arterial and portal venous phase, slices of 2.5 mm or less",
     "of 265 neuroendocrine metastases unenhanced CT showed 17 %, arterial "
     "44 %, portal venous 43 %",
     "study of mangafodipir (MnDPDP) MRI in neuroendocrine metastases",
     ABL_SOURCE_CITED},
    {"poorly-seen", find_poorly_seen, mri_exam, mri_why, mri_source,
     ABL_SOURCE_CITED},
    {"low-confidence", find_doubtful, mri_exam, mri_why, mri_source,
     ABL_SOURCE_CITED},
    {"too-small", find_small, mri_exam, mri_why, mri_source, ABL_SOURCE_CITED},
    {"thick-slices", find_thick,
     "thinner slices of the same scan (2.5 mm or less), if the raw data are "
     "still there; else a CT with such slices",
     "in slices of 2.5 mm a vessel of 3 mm is one to two voxels thick",
     "computed in this project", ABL_SOURCE_CONVENTION},
    {"liver-cut", find_cut_liver, "a series that covers the whole liver",
     "what lies outside the scan can be neither counted nor measured",
     "convention of this project", ABL_SOURCE_CONVENTION},
    {"vessels", find_vessels,
     "CT in portal venous phase with slices of 2.5 mm or less",
     "liver vessels stand out in that phase only, and thin ones in thin "
     "slices only",
     "common knowledge; no source was read", ABL_SOURCE_UNVERIFIED},
    {"skin-outside", find_no_skin,
     "the same scan reconstructed with a field of view that holds the skin",
     "a path begins at the skin", "convention of this project",
     ABL_SOURCE_CONVENTION},
    {"unnamed-tissue", find_unnamed,
     "a reader's look at this scan, before any other exam",
     "colon, duodenum and small bowel are not outlined reliably",
     "convention of this project", ABL_SOURCE_CONVENTION},
};
_Static_assert(sizeof rows / sizeof rows[0] <= ABL_MAX_NEXT_EXAMS,
               "every row must fit");

size_t abl_next_exams_list(abl_next_exam out[ABL_MAX_NEXT_EXAMS],
                           const abl_findings *findings,
                           const abl_assessment *assessment)
{
    const situation at = {findings, assessment};
    size_t count = 0;
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        abl_next_exam *exam = &out[count];
        exam->reason[0] = '\0';
        rows[n].find(exam->reason, &at);
        if (!exam->reason[0])
            continue;
        exam->code = rows[n].code;
        exam->exam = rows[n].exam;
        exam->why = rows[n].why;
        exam->source = rows[n].source;
        exam->tag = rows[n].tag;
        count++;
    }
    return count;
}
