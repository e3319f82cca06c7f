/* What explains a verdict, in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/reading.h"
#include "eligibility/report/html_out.h"

void abl_html_change(const abl_html *html, size_t index)
{
    const abl_lesion_explanation *of =
        &html->report->explanation->lesions[index];
    if (of->sensitivity.text[0])
        abl_html_element(html, "p", "change", of->sensitivity.text);
}

static const char *word_of(abl_verdict verdict)
{
    static const char *const words[] = {"meets", "borderline", "does not meet",
                                        "not assessable"};
    return words[verdict];
}

/* A bar in the order of the verdicts; the words carry the numbers. */
static void put_bar(const abl_html *html, const abl_stability *of)
{
    static const char *const classes[] = {"is-met", "is-borderline",
                                          "is-not-met", "is-not-assessable"};
    abl_html_raw(html, "<span class=\"bar\" aria-hidden=\"true\">");
    for (int v = ABL_VERDICT_MEETS; v <= ABL_VERDICT_NOT_ASSESSABLE; v++)
        if (of->verdicts[v])
            abl_html_put(html,
                         "<span class=\"%s\" style=\"width:%.1f%%\">"
                         "</span>",
                         classes[v],
                         100 * (double)of->verdicts[v] / (double)of->draws);
    abl_html_raw(html, "</span>");
}

void abl_html_stability(const abl_html *html, const abl_stability *of)
{
    bool is_said = false;
    if (!of->draws)
        return;
    abl_html_put(html,
                 "<p class=\"stability\">Same verdict in <b>%zu</b> of %zu "
                 "draws of the measurement error ",
                 of->same, of->draws);
    put_bar(html, of);
    abl_html_raw(html, " <span class=\"quiet\">");
    for (int v = ABL_VERDICT_MEETS; v <= ABL_VERDICT_NOT_ASSESSABLE; v++) {
        if (!of->verdicts[v])
            continue;
        abl_html_put(html, "%s%s %zu", is_said ? ", " : "",
                     word_of((abl_verdict)v), of->verdicts[v]);
        is_said = true;
    }
    abl_html_raw(html, "</span></p>\n");
}

void abl_html_under_limit(const abl_html *html, size_t index)
{
    const abl_under_limit *of =
        &html->report->explanation->lesions[index].under_limit;
    if (!of->measured)
        return;
    abl_html_put(html,
                 "<p class=\"quiet\">Estimated probability that the longest "
                 "diameter is truly under %g&nbsp;mm: <b>%.0f&nbsp;%%</b>, "
                 "from ",
                 of->limit_mm, 100 * of->probability);
    if (of->reader_sd_mm > 0)
        abl_html_put(html,
                     "our own error (SD %.1f&nbsp;mm) and that of a reader "
                     "(SD %.1f&nbsp;mm; ",
                     of->own_sd_mm, of->reader_sd_mm);
    else
        abl_html_put(html, "the reader&#39;s error (SD %.1f&nbsp;mm; ",
                     of->own_sd_mm);
    abl_html_text(html, abl_reader_sd_source());
    abl_html_raw(html, "), taken as normal and unbiased.</p>\n");
}

static void put_touch(const abl_html *html, const abl_zone_touch *touch)
{
    abl_html_raw(html, "<div>");
    if (touch->lesion)
        abl_html_put(html, "lesion %d", touch->lesion);
    else
        abl_html_text(html, abl_structure_title(touch->structure));
    if (touch->gap_mm.measured && touch->gap_mm.value <= 0)
        abl_html_put(html, ": reaches %.1f&nbsp;mm beyond its surface, ",
                     -touch->gap_mm.value);
    else
        abl_html_raw(html, ": ");
    abl_html_value(html, &touch->overlap_ml, "mL", 1);
    abl_html_raw(html, "</div>");
}

static void put_zone(const abl_html *html, const abl_zone *zone)
{
    abl_html_put(html, "<tr><th scope=\"row\">%g&nbsp;mm%s</th><td>",
                 zone->margin_mm,
                 zone->leaves_scan ? "<br>leaves the scan: at least" : "");
    abl_html_value(html, &zone->volume_ml, "mL", 1);
    abl_html_raw(html, "</td><td>");
    abl_html_value(html, &zone->liver_lost_ml, "mL", 1);
    abl_html_raw(html, "<br>");
    abl_html_value(html, &zone->liver_share, "%", 100);
    abl_html_raw(html, "</td><td>");
    abl_html_value(html, &zone->outside_share, "%", 100);
    abl_html_raw(html, "</td><td>");
    for (size_t n = 0; n < zone->touch_count; n++)
        put_touch(html, &zone->touches[n]);
    if (zone->touches_left_out)
        abl_html_put(html, "<div>and %zu more</div>", zone->touches_left_out);
    if (!zone->touch_count)
        abl_html_raw(html, "nothing that was found");
    abl_html_raw(html, "</td></tr>\n");
}

void abl_html_zones(const abl_html *html, size_t index)
{
    const abl_zone *zones = html->report->explanation->lesions[index].zones;
    if (!zones[ABL_ZONE_LEAST].measured) {
        abl_html_raw(html, "<p class=\"quiet\">What an ablation zone would "
                           "touch was not measured: ");
        abl_html_text(html, zones[ABL_ZONE_LEAST].why_not);
        abl_html_raw(html, ".</p>\n");
        return;
    }
    abl_html_raw(
        html,
        "<table class=\"grid\"><caption>If a zone reached this far beyond "
        "the lesion on every side</caption><thead><tr>"
        "<th scope=\"col\">Margin</th><th scope=\"col\">Zone</th>"
        "<th scope=\"col\">Normal liver lost</th>"
        "<th scope=\"col\">Of the zone outside the liver</th>"
        "<th scope=\"col\">Would touch</th></tr></thead><tbody>\n");
    for (int n = 0; n < ABL_ZONE_COUNT; n++)
        put_zone(html, &zones[n]);
    abl_html_raw(html, "</tbody></table>\n<p class=\"quiet\">An ideal zone, "
                       "not that of a device. Margin is not counted as missing "
                       "towards the free capsule.</p>\n");
}

static void put_source(const abl_html *html, abl_source_tag tag,
                       const char *source)
{
    abl_html_put(html, " <span class=\"quiet\"><span class=\"tag\">%s</span> ",
                 abl_source_tag_name(tag));
    abl_html_text(html, source);
    abl_html_raw(html, "</span>");
}

/* Reasons that lead to the same exam stand together. */
static void put_exam(const abl_html *html, size_t first)
{
    const abl_explanation *of = html->report->explanation;
    const abl_next_exam *exam = &of->next_exams[first];
    abl_html_raw(html, "<tr><th scope=\"row\">");
    for (size_t n = first; n < of->next_exam_count; n++)
        if (strcmp(of->next_exams[n].exam, exam->exam) == 0)
            abl_html_element(html, "div", NULL, of->next_exams[n].reason);
    abl_html_raw(html, "</th><td>");
    abl_html_text(html, exam->exam);
    abl_html_raw(html, ". <span class=\"quiet\">");
    abl_html_text(html, exam->why);
    abl_html_raw(html, ".</span>");
    put_source(html, exam->tag, exam->source);
    abl_html_raw(html, "</td></tr>\n");
}

static bool is_said_before(const abl_explanation *of, size_t n)
{
    for (size_t m = 0; m < n; m++)
        if (strcmp(of->next_exams[m].exam, of->next_exams[n].exam) == 0)
            return true;
    return false;
}

static void put_exams(const abl_html *html)
{
    const abl_explanation *of = html->report->explanation;
    if (!of->next_exam_count)
        return;
    abl_html_raw(html, "<section><h2>What another exam would settle</h2>\n"
                       "<table class=\"facts\"><thead><tr><th scope=\"col\">"
                       "Left open</th><th scope=\"col\">Would settle it</th>"
                       "</tr></thead><tbody>\n");
    for (size_t n = 0; n < of->next_exam_count; n++)
        if (!is_said_before(of, n))
            put_exam(html, n);
    abl_html_raw(html, "</tbody></table></section>\n");
}

static void put_share_row(const abl_html *html, const char *name,
                          const abl_board_share *share)
{
    abl_html_raw(html, "<tr><th scope=\"row\">");
    abl_html_text(html, name);
    abl_html_put(html, "</th><td>%zu lesion%s, ", share->lesions,
                 share->lesions == 1 ? "" : "s");
    abl_html_value(html, &share->volume_ml, "mL", 1);
    abl_html_raw(html, ", ");
    abl_html_value(html, &share->share, "%", 100);
    abl_html_raw(html, " of the tumour</td></tr>\n");
}

static void put_options(const abl_html *html)
{
    abl_html_raw(html, "<p>Options named by the hospital&#39;s page: ");
    for (size_t n = 0; abl_board_option(n); n++) {
        if (n)
            abl_html_raw(html, ", ");
        abl_html_text(html, abl_board_option(n));
    }
    abl_html_raw(html, ". ");
    abl_html_text(html, abl_board_option_note());
    abl_html_raw(html, "</p>\n");
}

static void put_board(const abl_html *html)
{
    const abl_board *board = &html->report->explanation->board;
    if (!board->applies)
        return;
    abl_html_raw(html, "<section><h2>Facts for the tumour board</h2>\n"
                       "<table class=\"facts\"><tbody>\n");
    abl_html_value_row(html, "Tumour volume", &board->tumour_volume_ml, "mL",
                       1);
    abl_html_value_row(html, "Tumour share of the liver", &board->tumour_burden,
                       "%", 100);
    abl_html_text_row(html, "Lobes and segments", board->segments_text);
    put_share_row(html, "In lesions that meet the limits", &board->meets);
    put_share_row(html, "In borderline lesions", &board->borderline);
    put_share_row(html, "In lesions that do not", &board->beyond);
    abl_html_text_row(html, "Portal trunk", board->portal_trunk_text);
    abl_html_raw(html, "</tbody></table>\n");
    abl_html_element(html, "p", "quiet", abl_board_debulking_note());
    put_options(html);
    abl_html_raw(html, "</section>\n");
}

void abl_html_next(const abl_html *html)
{
    put_exams(html);
    put_board(html);
}
