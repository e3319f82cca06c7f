/* Exam adequacy part by part, and the context as given, in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/exam.h"
#include "eligibility/report/html_out.h"

static void put_part(const abl_html *html, const abl_exam_part *part)
{
    abl_html_put(html, "<tr><th scope=\"row\">%s</th><td>", part->title);
    abl_html_result(html, part->result);
    abl_html_raw(html, "</td><td>");
    abl_html_text(html, part->text);
    if (!part->counts)
        abl_html_raw(html, " <span class=\"quiet\">(listed only)</span>");
    abl_html_raw(html, "</td><td>");
    abl_html_text(html, part->limit);
    if (part->source) {
        abl_html_put(html, " <span class=\"tag\">%s</span>",
                     abl_source_tag_name(part->source->tag));
        abl_html_raw(html, " <span class=\"quiet\">");
        abl_html_text(html, part->source->text);
        abl_html_raw(html, "</span>");
    }
    abl_html_raw(html, "</td></tr>\n");
}

void abl_html_adequacy(const abl_html *html)
{
    abl_exam_part parts[ABL_EXAM_PART_COUNT];
    abl_exam_judge(parts, &html->report->findings->exam, html->report->profile);
    abl_html_raw(html,
                 "<h3>Is the exam good enough? (R17)</h3><table "
                 "class=\"grid\"><thead><tr><th scope=\"col\">Part</th><th "
                 "scope=\"col\">Result</th><th scope=\"col\">Seen</th><th "
                 "scope=\"col\">Limit and source</th></tr></thead><tbody>\n");
    for (size_t n = 0; n < ABL_EXAM_PART_COUNT; n++)
        put_part(html, &parts[n]);
    abl_html_raw(html, "</tbody></table>\n");
}

static void put_fact(const abl_html *html, abl_context_field field)
{
    const abl_context *context = html->report->findings->context;
    const abl_context_fact *fact = context ? &context->facts[field] : NULL;
    const bool given = fact && fact->given;
    const bool needed =
        html->report->profile->context_needed >> (unsigned)field & 1u;
    abl_html_raw(html, "<tr><th scope=\"row\">");
    abl_html_text(html, abl_context_field_title(field));
    abl_html_raw(html, "</th><td>");
    abl_html_text(html, given ? fact->value : "not assessed");
    if (needed && !given)
        abl_html_raw(html, ", <b>needed for this profile</b>");
    abl_html_raw(html, "</td><td>");
    abl_html_text(html, given ? fact->note : "");
    abl_html_raw(html, "</td><td>");
    abl_html_text(html, given ? fact->date : "");
    abl_html_raw(html, "</td><td>");
    abl_html_text(html, given ? fact->by : "");
    abl_html_raw(html, "</td></tr>\n");
}

void abl_html_context(const abl_html *html)
{
    abl_html_raw(html,
                 "<h3>Context, as given (R18)</h3><p class=\"quiet\">From the "
                 "user, not from the images; nothing was checked.</p><table "
                 "class=\"grid\"><thead><tr><th scope=\"col\">Fact</th><th "
                 "scope=\"col\">Value</th><th scope=\"col\">Note</th><th "
                 "scope=\"col\">Date</th><th scope=\"col\">By</th></tr>"
                 "</thead><tbody>\n");
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++)
        put_fact(html, (abl_context_field)n);
    abl_html_raw(html, "</tbody></table>\n");
}
