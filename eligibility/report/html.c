/* report.html: one page that needs nothing else.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/embedded.h"
#include "eligibility/report/html_out.h"
#include "eligibility/report/text.h"

static void put_head(const abl_html *html)
{
    char script[56];
    abl_html_raw(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                       "<meta charset=\"utf-8\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\""
                       "default-src 'none'; img-src data:; style-src "
                       "'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                       "script-src ");
    abl_viewer_script_source(script);
    abl_html_raw(html, script);
    abl_html_raw(html,
                 "\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, "
                 "initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light\">\n<title>");
    abl_html_text(html,
                  abl_verdict_text(html->report->assessment->patient.verdict));
    abl_html_raw(html, " – ablascreen</title>\n<style>\n");
    abl_html_raw(html, (const char *)abl_report_css);
    abl_html_raw(html, (const char *)abl_viewer_css);
    abl_html_raw(html, "</style>\n</head>\n<body>\n");
}

/* One shape for each result, so that colour is never needed. */
static void put_icons(const abl_html *html)
{
    abl_html_raw(
        html,
        "<svg width=\"0\" height=\"0\" class=\"icons\" aria-hidden=\"true\">"
        "<symbol id=\"i-met\" viewBox=\"0 0 16 16\"><circle cx=\"8\" cy=\"8\" "
        "r=\"8\" fill=\"currentColor\"/><path d=\"M4 8.3l2.8 2.8L12 5.4\" "
        "fill=\"none\" stroke=\"#fff\" stroke-width=\"2\"/></symbol>"
        "<symbol id=\"i-borderline\" viewBox=\"0 0 16 16\"><path d=\"M8 .5L16 "
        "15.5H0z\" fill=\"currentColor\"/><path d=\"M8 6v5M8 12.2v1.8\" "
        "stroke=\"#fff\" stroke-width=\"2\"/></symbol>"
        "<symbol id=\"i-not-met\" viewBox=\"0 0 16 16\"><path d=\"M4.7 0h6.6L16 "
        "4.7v6.6L11.3 16H4.7L0 11.3V4.7z\" fill=\"currentColor\"/><path "
        "d=\"M4.8 4.8l6.4 6.4M11.2 4.8l-6.4 6.4\" stroke=\"#fff\" "
        "stroke-width=\"2\"/></symbol>"
        "<symbol id=\"i-not-assessable\" viewBox=\"0 0 16 16\"><rect x=\".75\" "
        "y=\".75\" width=\"14.5\" height=\"14.5\" rx=\"2\" fill=\"#fff\" "
        "stroke=\"currentColor\" stroke-width=\"1.5\"/><path d=\"M5.6 6a2.4 "
        "2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.6M8 11.2V13\" fill=\"none\" "
        "stroke=\"currentColor\" stroke-width=\"1.6\"/></symbol></svg>\n");
}

static const char *banner_class(abl_verdict verdict)
{
    static const char *const names[] = {"is-met", "is-borderline", "is-not-met",
                                        "is-not-assessable"};
    return names[verdict];
}

static void put_banner(const abl_html *html)
{
    const abl_assessment *assessment = html->report->assessment;
    const abl_verdict verdict = assessment->patient.verdict;
    abl_html_raw(html, "<header>\n<p class=\"brand\">Imaging criteria for "
                       "thermal ablation of liver lesions <span>");
    abl_html_text(html, ABL_RESEARCH_USE);
    abl_html_put(html, "</span></p>\n<div class=\"banner %s\">\n<h1>",
                 banner_class(verdict));
    abl_html_verdict(html, verdict);
    abl_html_raw(html, "</h1>\n");
    abl_html_read_line(html);
    abl_html_element(html, "p", "summary", assessment->summary);
    abl_html_element(html, "p", "limiting",
                     assessment->patient.limiting_factor);
    if (assessment->lesion_count)
        abl_html_stability(html, &html->report->explanation->stability);
    abl_html_raw(html, "</div>\n");
}

static void put_tile(const abl_html *html, const char *name,
                     const abl_value *value, const char *unit, double scale)
{
    abl_html_put(html, "<div><dt>%s</dt><dd>", name);
    abl_html_value(html, value, unit, scale);
    abl_html_raw(html, "</dd></div>\n");
}

static const abl_value *largest_diameter(const abl_findings *findings)
{
    static const abl_value none = {false, 0, 0, "no lesion was found"};
    const abl_value *largest = &none;
    for (size_t n = 0; n < findings->lesion_count; n++) {
        const abl_lesion_findings *lesion = &findings->lesions[n];
        const abl_value *both[2] = {&lesion->longest_axial_diameter.mm,
                                    &lesion->max_3d_diameter.mm};
        for (int b = 0; b < 2; b++)
            if (both[b]->measured &&
                (!largest->measured || both[b]->value > largest->value))
                largest = both[b];
    }
    return largest;
}

static void put_tiles(const abl_html *html)
{
    const abl_findings *findings = html->report->findings;
    char phase[64];
    abl_phase_describe(phase, &findings->exam.phase);
    abl_html_put(html,
                 "<dl class=\"tiles\">\n<div><dt>Lesions</dt><dd><b>%zu</b>",
                 findings->lesion_count);
    if (html->report->assessment->low_confidence_count)
        abl_html_put(html, " (%zu of low confidence)",
                     html->report->assessment->low_confidence_count);
    abl_html_raw(html, "</dd></div>\n");
    put_tile(html, "Largest diameter", largest_diameter(findings), "mm", 1);
    put_tile(html, "Tumour share of the liver", &findings->tumour_burden, "%",
             100);
    put_tile(html, "Ablated share, 10 mm margin",
             &findings->ablated_fraction_10mm, "%", 100);
    abl_html_raw(html, "<div><dt>Series</dt><dd>");
    abl_html_text(html, html->report->info->modality_text);
    abl_html_raw(html, ", ");
    abl_html_text(html, phase);
    abl_html_put(html, ", %.2f&nbsp;mm slices</dd></div>\n</dl>\n",
                 findings->exam.slice_spacing_mm);
}

static void put_caveats(const abl_html *html)
{
    const abl_findings *findings = html->report->findings;
    abl_html_raw(html, "<aside class=\"caveat\"><h2>Read this with the "
                       "answer</h2><ul>\n<li>");
    abl_html_text(html, abl_undercount_text());
    abl_html_raw(html, " <span class=\"quiet\"><span class=\"tag\">cited</span>"
                       " ");
    abl_html_text(html, abl_undercount_source());
    abl_html_raw(html, "</span></li>\n");
    for (size_t n = 0; n < findings->warning_count; n++)
        abl_html_element(html, "li", NULL, findings->warnings[n].text);
    abl_html_raw(html, "</ul></aside>\n</header>\n");
}

static void put_overview_row(const abl_html *html, size_t n)
{
    const abl_lesion_findings *lesion = &html->report->findings->lesions[n];
    const abl_judgement *judged = &html->report->assessment->lesions[n];
    abl_html_put(html,
                 "<tr><th scope=\"row\"><a href=\"#lesion-%d\">Lesion&nbsp;%d"
                 "</a>%s</th><td data-label=\"Verdict\">",
                 lesion->number, lesion->number,
                 lesion->is_low_confidence ? "<br>low confidence" : "");
    abl_html_verdict(html, judged->verdict);
    abl_html_raw(html, "</td><td data-label=\"Axial diameter\">");
    abl_html_value(html, &lesion->longest_axial_diameter.mm, "mm", 1);
    abl_html_raw(html, "</td><td data-label=\"3-D diameter\">");
    abl_html_value(html, &lesion->max_3d_diameter.mm, "mm", 1);
    abl_html_raw(html, "</td><td data-label=\"Limiting factor\">");
    abl_html_text(html, judged->limiting_factor);
    abl_html_raw(html, "</td></tr>\n");
}

static abl_status put_overview(const abl_html *html, abl_error *err)
{
    const size_t count = html->report->findings->lesion_count;
    abl_html_raw(html, "<section><h2>Lesions</h2>\n");
    if (count == 0)
        abl_html_raw(html, "<p>No lesion was found on this series. That is "
                           "not the same as a liver without lesions.</p>\n");
    else
        abl_html_raw(
            html,
            "<table class=\"rules overview\"><thead><tr>"
            "<th scope=\"col\">Lesion</th><th scope=\"col\">Verdict"
            "</th><th scope=\"col\">Axial diameter</th><th scope=\"col\">3-D diameter"
            "</th><th scope=\"col\">Limiting factor</th></tr></thead>"
            "<tbody>\n");
    for (size_t n = 0; n < count; n++)
        put_overview_row(html, n);
    if (count)
        abl_html_raw(html, "</tbody></table>\n");
    abl_status status = abl_html_pictures(html, 0, err);
    abl_html_raw(html, "</section>\n");
    return status;
}

static abl_status put_page(const abl_html *html, abl_error *err)
{
    put_head(html);
    put_icons(html);
    put_banner(html);
    put_tiles(html);
    put_caveats(html);
    abl_html_raw(html, "<noscript><p class=\"quiet\">Slices to scroll need "
                       "JavaScript; the pictures do not.</p></noscript>\n"
                       "<main>\n");
    abl_status status = put_overview(html, err);
    abl_viewer_write_slices(html->file, &html->budget->viewer);
    abl_html_reading(html);
    for (size_t n = 0; !status && n < html->report->findings->lesion_count; n++)
        status = abl_html_lesion(html, n, err);
    abl_html_next(html);
    abl_html_appendix(html);
    abl_html_raw(html, "</main>\n<footer><p>ablascreen ");
    abl_html_text(html, html->report->version);
    abl_html_raw(html, ". ");
    abl_html_text(html, ABL_RESEARCH_USE);
    abl_html_raw(html, "</p></footer>\n<script>");
    abl_html_raw(html, (const char *)abl_viewer_js);
    abl_html_raw(html, "</script>\n</body>\n</html>\n");
    return status;
}

abl_status abl_report_write_html(const char *path, const char *folder,
                                 const abl_report *report,
                                 const abl_pictures *pictures, abl_error *err)
{
    abl_html_budget budget;
    abl_html html = {NULL, folder, report, pictures, &budget};
    abl_status status =
        abl_html_budget_make(&budget, folder, report, pictures, err);
    if (status)
        return status;
    status = abl_text_open(&html.file, path, err);
    if (!status) {
        status = put_page(&html, err);
        abl_status closed =
            abl_text_close(html.file, path, status ? NULL : err);
        status = status ? status : closed;
    }
    abl_html_budget_clear(&budget);
    return status;
}
