/* report.pdf: the answer on paper.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "eligibility/report/pdf_lesion.h"
#include "eligibility/report/pdf_page.h"
#include "eligibility/report/read_text.h"
#include "eligibility/report/report.h"
#include "eligibility/report/text.h"

#define COLUMN_PT   (ABL_PDF_WIDTH_PT - 2 * ABL_PDF_MARGIN_PT)
#define LEAST_SCALE 0.65 /* of pictures that still save a page */

static const abl_pdf_style title_style = {15, true, 0};
static const abl_pdf_style head_style = {11, true, 0};
static const abl_pdf_style body_style = {9, false, 0.05};
static const abl_pdf_style small_style = {7.5, false, 0.15};

typedef struct sheet {
    abl_pdf pdf;
    const abl_report *report;
    const abl_pictures *pictures;
    const char *folder;
} sheet;

static void put(sheet *to, abl_pdf_style style, const char *text)
{
    abl_pdf_text(&to->pdf, ABL_PDF_MARGIN_PT, COLUMN_PT, style, text);
}

static void put_head(sheet *to, const char *text)
{
    abl_pdf_need(&to->pdf, 60);
    abl_pdf_gap(&to->pdf, 10);
    put(to, head_style, text);
    abl_pdf_gap(&to->pdf, 3);
}

static void put_rules(sheet *to, const abl_judgement *judgement)
{
    static const double widths[] = {26, 118, 74, 180, 113};
    static const char *const heads[] = {"", "Rule", "Result", "Measured",
                                        "Limit and source"};
    const abl_pdf_style head = {7.5, true, 0};
    abl_pdf_row(&to->pdf, widths, heads, 5, head);
    for (size_t n = 0; n < judgement->result_count; n++) {
        const abl_rule_result *result = &judgement->results[n];
        char limit[96], band[96], last[288];
        abl_rule_describe(limit, band, result->rule);
        snprintf(last, sizeof last, "%s%s%s (%s)", limit,
                 band[0] ? "; borderline " : "", band,
                 abl_source_tag_name(result->rule->source.tag));
        const char *const cells[] = {
            result->rule->id, result->rule->title,
            abl_result_name(result->result),
            result->text[0] ? result->text : "not measured", last};
        abl_pdf_row(&to->pdf, widths, cells, 5, small_style);
    }
}

static const abl_picture *find_picture(const sheet *from, int lesion,
                                       const char *part)
{
    for (size_t n = 0; n < from->pictures->count; n++)
        if (from->pictures->items[n].lesion == lesion &&
            strstr(from->pictures->items[n].file, part))
            return &from->pictures->items[n];
    return NULL;
}

static double place_picture(sheet *to, const abl_picture *picture,
                            double left_pt, double width_pt)
{
    char path[PATH_MAX];
    if (!picture)
        return 0;
    snprintf(path, sizeof path, "%s/%s", to->folder, picture->file);
    return abl_pdf_picture(&to->pdf, &picture->pixels, path, left_pt,
                           to->pdf.y_pt, width_pt);
}

/* Two pictures side by side, a little smaller where that saves a page. */
static void put_pictures(sheet *to, int lesion, const char *left,
                         const char *right)
{
    const double gap = 8, width = (COLUMN_PT - gap) / 2;
    const abl_picture *const both[2] = {find_picture(to, lesion, left),
                                        find_picture(to, lesion, right)};
    double height = 0;
    for (int n = 0; n < 2; n++)
        if (both[n] && both[n]->width) {
            const double ratio =
                (double)both[n]->height / (double)both[n]->width;
            height = ratio * width > height ? ratio * width : height;
        }
    const double room = abl_pdf_room(&to->pdf) / fmax(height, 1);
    const double scale = room < 1 && room > LEAST_SCALE ? room : 1;
    abl_pdf_need(&to->pdf, scale * height);
    place_picture(to, both[0], ABL_PDF_MARGIN_PT, scale * width);
    place_picture(to, both[1], ABL_PDF_MARGIN_PT + scale * width + gap,
                  scale * width);
    abl_pdf_gap(&to->pdf, scale * height + 6);
}

/* A sheet of the patient over the whole width. */
static void put_sheet(sheet *to, const char *name)
{
    const abl_picture *picture = find_picture(to, 0, name);
    if (!picture || !picture->width)
        return;
    const double room = ABL_PDF_HEIGHT_PT - 2 * ABL_PDF_MARGIN_PT;
    const double ratio = (double)picture->height / (double)picture->width;
    const double width = COLUMN_PT * ratio > room ? room / ratio : COLUMN_PT;
    abl_pdf_need(&to->pdf, width * ratio);
    abl_pdf_gap(&to->pdf,
                place_picture(to, picture, ABL_PDF_MARGIN_PT, width) + 8);
}

static void put_first_page(sheet *to)
{
    const abl_report *report = to->report;
    const abl_assessment *assessment = report->assessment;
    char text[1024], series[300];
    snprintf(text, sizeof text, "Ablation criteria: %s",
             abl_verdict_text(assessment->patient.verdict));
    put(to, title_style, text);
    abl_pdf_gap(&to->pdf, 4);
    abl_read_line(text, sizeof text, report);
    if (text[0])
        put(to, body_style, text);
    put(to, body_style, assessment->summary);
    if (assessment->patient.limiting_factor[0])
        put(to, body_style, assessment->patient.limiting_factor);
    if (assessment->lesion_count) {
        abl_pdf_stability_text(text, sizeof text,
                               &report->explanation->stability);
        put(to, body_style, text);
    }
    abl_text_clean(series, sizeof series, report->info->description);
    snprintf(text, sizeof text, "Series: %s. Profile: %s.", series,
             report->profile->title);
    put(to, small_style, text);
    abl_pdf_gap(&to->pdf, 6);
    put_sheet(to, "surface");
    put_sheet(to, "projection");
    put_head(to, "Patient");
    put_rules(to, &assessment->patient);
    put_sheet(to, "montage");
}

static void put_lesion(sheet *to, size_t n)
{
    const abl_judgement *judgement = &to->report->assessment->lesions[n];
    const abl_lesion_findings *lesion = &to->report->findings->lesions[n];
    char text[256];
    abl_pdf_new_page(&to->pdf);
    snprintf(text, sizeof text, "Lesion %d: %s%s", lesion->number,
             abl_verdict_text(judgement->verdict),
             lesion->is_low_confidence ? " (low confidence)" : "");
    put(to, title_style, text);
    abl_pdf_gap(&to->pdf, 4);
    put(to, body_style, judgement->limiting_factor);
    abl_read_lesion_line(text, sizeof text, to->report, n);
    if (text[0])
        put(to, small_style, text);
    abl_pdf_explain(&to->pdf, to->report, n);
    abl_pdf_gap(&to->pdf, 6);
    put_pictures(to, lesion->number, "-axial",
                 find_picture(to, lesion->number, "-nearest") ? "-nearest"
                                                              : "-coronal");
    put_rules(to, judgement);
    abl_pdf_zones(&to->pdf, to->report, n);
    abl_pdf_access(&to->pdf, to->report, n);
    if (find_picture(to, lesion->number, "-path")) {
        abl_pdf_gap(&to->pdf, 6);
        put_pictures(to, lesion->number, "-path", "-access");
    }
}

static void put_notes(sheet *to)
{
    abl_note notes[ABL_MAX_NOTES];
    char text[640];
    const size_t count = abl_notes_list(notes, to->report->findings);
    put_head(to, "What was not assessed");
    for (size_t n = 0; n < count; n++) {
        snprintf(text, sizeof text, "\u2022 %s", notes[n].text);
        put(to, body_style, text);
    }
    put_head(to, "Warnings");
    for (size_t n = 0; n < to->report->findings->warning_count; n++) {
        snprintf(text, sizeof text, "\u2022 %s",
                 to->report->findings->warnings[n].text);
        put(to, body_style, text);
    }
    snprintf(text, sizeof text, "%s (%s)", abl_undercount_text(),
             abl_undercount_source());
    put(to, body_style, text);
}

static void put_sources(sheet *to)
{
    static const double widths[] = {30, 78, 403};
    put_head(to, "Where the limits come from");
    for (size_t n = 0; n < ABL_RULE_COUNT; n++) {
        const abl_rule *rule = &to->report->profile->rules[n];
        const char *const cells[] = {
            rule->id, abl_source_tag_name(rule->source.tag), rule->source.text};
        if (rule->enabled)
            abl_pdf_row(&to->pdf, widths, cells, 3, small_style);
    }
    char text[256];
    snprintf(text, sizeof text, "ablascreen %s, profile %s (sha256 %.16s).",
             to->report->version, to->report->profile->name,
             to->report->profile->sha256);
    abl_pdf_gap(&to->pdf, 6);
    put(to, small_style, text);
}

/* The study's date, so that the same study gives the same bytes. */
static void make_date(char out[32], const abl_series_info *info)
{
    if (info && strlen(info->study_date) == 8)
        snprintf(out, 32, "%.4s-%.2s-%.2sT00:00:00Z", info->study_date,
                 info->study_date + 4, info->study_date + 6);
    else
        snprintf(out, 32, "1900-01-01T00:00:00Z");
}

static abl_status write_pages(const char *path, const char *folder,
                              const abl_report *report,
                              const abl_pictures *pictures, bool is_plain,
                              abl_error *err)
{
    sheet to = {.report = report, .pictures = pictures, .folder = folder};
    char date[32];
    make_date(date, report->info);
    abl_status status = abl_pdf_open(&to.pdf, path, "Ablation criteria", date,
                                     ABL_RESEARCH_USE, err);
    if (status)
        return status;
    to.pdf.is_plain = is_plain;
    put_first_page(&to);
    for (size_t n = 0; n < report->findings->lesion_count; n++)
        put_lesion(&to, n);
    abl_pdf_new_page(&to.pdf);
    put_notes(&to);
    put_sources(&to);
    return abl_pdf_close(&to.pdf, path, err);
}

abl_status abl_report_write_pdf(const char *path, const char *folder,
                                const abl_report *report,
                                const abl_pictures *pictures, abl_error *err)
{
    const abl_status status =
        write_pages(path, folder, report, pictures, false, err);
    return status == ABL_E_INTERNAL /* a cairo that writes another way */
               ? write_pages(path, folder, report, pictures, true, err)
               : status;
}
