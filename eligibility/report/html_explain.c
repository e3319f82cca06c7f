/* What explains a verdict, in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/report/html_out.h"

void abl_html_change(const abl_html *html, size_t index)
{
    const abl_lesion_explanation *of =
        &html->report->explanation->lesions[index];
    if (of->sensitivity.text[0])
        abl_html_element(html, "p", "change", of->sensitivity.text);
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
    abl_html_raw(html, "</th><td data-label=\"Would settle it\">");
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
                       "<table class=\"rules\"><thead><tr><th scope=\"col\">"
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
