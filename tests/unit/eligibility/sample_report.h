/* A whole report around the sample findings, with hostile texts.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_ELIGIBILITY_SAMPLE_REPORT_H
#define ABL_TESTS_UNIT_ELIGIBILITY_SAMPLE_REPORT_H

#include <unistd.h>

#include "eligibility/report/report.h"
#include "imaging/png.h"
#include "tests/unit/check.h"
#include "tests/unit/eligibility/sample.h"

#define SAMPLE_HOSTILE \
    "<script>alert('x')</script> & \"\xff\x1b[31m\xe2\x80\xae"

typedef struct sample_report {
    char folder[64];
    char path[128]; /**< of the file written */
    abl_volume *image;
    abl_series_info info;
    abl_findings *findings;
    abl_profile profile;
    abl_assessment *assessment;
    abl_explanation *explanation;
    abl_picture items[3];
    abl_pictures pictures;
    abl_report report;
} sample_report;

static inline void sample_picture(sample_report *s, size_t n, const char *name,
                                  int lesion)
{
    static const uint8_t rgba[2 * 3 * 4] = {255, 0, 0, 255};
    abl_error err = {ABL_OK, ""};
    char path[160];
    abl_picture *picture = &s->items[n];
    snprintf(picture->file, sizeof picture->file, "%s", name);
    snprintf(picture->caption, sizeof picture->caption,
             "Picture of \"%d\" & <more>", lesion);
    picture->lesion = lesion;
    picture->width = 2;
    picture->height = 3;
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    ABL_CHECK_OK(abl_png_write(path, rgba, 2, 3, &err), &err);
}

/* Findings are judged again after a test has changed them. */
static inline void sample_report_judge(sample_report *s)
{
    abl_error err = {ABL_OK, ""};
    abl_explanation_destroy(s->explanation);
    s->explanation = NULL;
    abl_assessment_destroy(s->assessment);
    s->assessment = NULL;
    ABL_CHECK_OK(abl_assess(&s->assessment, s->findings, &s->profile, &err),
                 &err);
    s->report.assessment = s->assessment;
    if (s->assessment)
        ABL_CHECK_OK(abl_explain(&s->explanation, NULL, s->findings,
                                 s->assessment, &err),
                     &err);
    s->report.explanation = s->explanation;
}

static inline void sample_series(abl_series_info *info)
{
    memset(info, 0, sizeof *info);
    info->modality = ABL_MODALITY_CT;
    snprintf(info->modality_text, sizeof info->modality_text, "CT");
    snprintf(info->description, sizeof info->description, "%s", SAMPLE_HOSTILE);
    snprintf(info->series_uid, sizeof info->series_uid, "1.2.840.99.1");
    info->series_number = 4;
    info->files = 40;
}

static inline void sample_report_open(sample_report *s, size_t lesions)
{
    static const char sha[] = "0123456789abcdef0123456789abcdef"
                              "0123456789abcdef0123456789abcdef";
    abl_error err = {ABL_OK, ""};
    memset(s, 0, sizeof *s);
    snprintf(s->folder, sizeof s->folder, "report-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL(mkdtemp(s->folder));
    abl_grid grid = abl_grid_axial(31, 29, 40, 3, 2.5, 5);
    grid.origin_lps[0] = -100;
    grid.origin_lps[1] = -60;
    grid.origin_lps[2] = -148;
    ABL_CHECK_OK(abl_volume_create(&s->image, &grid, ABL_PIXEL_I16, &err),
                 &err);
    ABL_CHECK_OK(abl_profile_load(&s->profile, "net", &err), &err);
    sample_series(&s->info);
    s->findings = sample_findings(lesions);
    sample_picture(s, 0, "overview.png", 0);
    sample_picture(s, 1, "lesion-01-axial.png", 1);
    s->pictures = (abl_pictures){2, s->items};
    s->report = (abl_report){.image = s->image,
                             .native_grid = &s->image->grid,
                             .info = &s->info,
                             .findings = s->findings,
                             .profile = &s->profile,
                             .input = "study " SAMPLE_HOSTILE,
                             .version = "0.0.0",
                             .organ_model_sha256 = sha,
                             .lesion_model_sha256 = sha};
    sample_report_judge(s);
}

/* Two facts, one of them with hostile text. */
static inline void sample_report_give_context(sample_report *s)
{
    static abl_context context;
    memset(&context, 0, sizeof context);
    abl_context_fact *fact = &context.facts[ABL_CONTEXT_COAGULATION];
    fact->given = true;
    fact->meaning = ABL_CONTEXT_ADVERSE;
    snprintf(fact->value, sizeof fact->value, "impaired");
    snprintf(fact->note, sizeof fact->note, "%s", SAMPLE_HOSTILE);
    snprintf(fact->date, sizeof fact->date, "2025-03-31");
    snprintf(fact->by, sizeof fact->by, "ward 3");
    context.facts[ABL_CONTEXT_ASCITES] = *fact;
    snprintf(context.facts[ABL_CONTEXT_ASCITES].value, 8, "none");
    s->findings->context = &context;
    sample_report_judge(s);
}

static inline void sample_report_close(sample_report *s)
{
    char path[160];
    for (size_t n = 0; n < s->pictures.count; n++) {
        snprintf(path, sizeof path, "%s/%s", s->folder, s->items[n].file);
        remove(path);
    }
    if (s->path[0])
        remove(s->path);
    CU_ASSERT_EQUAL(rmdir(s->folder), 0);
    abl_explanation_destroy(s->explanation);
    abl_assessment_destroy(s->assessment);
    abl_findings_destroy(s->findings);
    abl_volume_destroy(s->image);
}

/* The file that was written; free() it. */
static inline char *sample_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    CU_ASSERT_PTR_NOT_NULL(file);
    if (file) {
        size_t bytes = fread(text, 1, (1 << 20) - 1, file);
        CU_ASSERT(bytes > 0 && bytes < (1 << 20) - 1);
        fclose(file);
    }
    return text;
}

#endif
