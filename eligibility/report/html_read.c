/* The read result beside the automatic one, in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/html_out.h"
#include "eligibility/report/read_text.h"

void abl_html_read_line(const abl_html *html)
{
    char line[512];
    abl_read_line(line, sizeof line, html->report);
    if (line[0])
        abl_html_element(html, "p", "read", line);
}

static void put_side(const abl_html *html, const abl_findings *findings,
                     const abl_assessment *assessment, int n)
{
    if (n == ABL_READ_NONE) {
        abl_html_raw(html, "<td>–</td><td>–</td>");
        return;
    }
    const abl_lesion_findings *lesion = &findings->lesions[n];
    abl_html_raw(html, "<td>");
    abl_html_verdict(html, assessment->lesions[n].verdict);
    abl_html_raw(html, "</td><td>axial ");
    abl_html_value(html, &lesion->longest_axial_diameter.mm, "mm", 1);
    abl_html_raw(html, "<br>3-D ");
    abl_html_value(html, &lesion->max_3d_diameter.mm, "mm", 1);
    abl_html_raw(html, "</td>");
}

static const char *describe(const abl_override_item *item)
{
    static const char *const words[] = {"confirmed", "rejected", "edited",
                                        "added"};
    return item ? words[item->action] : "not mentioned";
}

static void put_row(const abl_html *html, int automatic, int read, int entry)
{
    const abl_report *report = html->report;
    const abl_override_item *item =
        entry == ABL_READ_NONE ? NULL
                               : &report->reading->override->items[entry];
    abl_html_raw(html, "<tr><th scope=\"row\">");
    if (automatic != ABL_READ_NONE)
        abl_html_put(html, "automatic %d", automatic + 1);
    if (automatic != ABL_READ_NONE && read != ABL_READ_NONE)
        abl_html_raw(html, ", ");
    if (read != ABL_READ_NONE)
        abl_html_put(html, "<a href=\"#lesion-%d\">read %d</a>", read + 1,
                     read + 1);
    abl_html_put(html, "</th><td>%s", describe(item));
    if (item && item->note[0]) {
        abl_html_raw(html, ": ");
        abl_html_text(html, item->note);
    }
    abl_html_raw(html, "</td>");
    put_side(html, report->automatic_findings, report->automatic_assessment,
             automatic);
    put_side(html, report->findings, report->assessment, read);
    abl_html_raw(html, "</tr>\n");
}

static int find_read(const abl_reading *reading, size_t automatic)
{
    for (size_t n = 0; n < reading->structures->lesion_count; n++)
        if (reading->lesions[n].automatic == (int)automatic)
            return (int)n;
    return ABL_READ_NONE;
}

/* Whose outlines these structures are, with both volumes. */
static void put_structures(const abl_html *html)
{
    const abl_report *report = html->report;
    const abl_override *override = report->reading->override;
    if (!override->structure_count)
        return;
    abl_html_raw(html, "<p>Outlined by the reader: ");
    for (size_t n = 0; n < override->structure_count; n++) {
        const abl_override_structure *given = &override->structures[n];
        abl_html_put(html, "%s%s (", n ? "; " : "",
                     abl_structure_title(given->id));
        abl_html_value(html, &report->findings->structures[given->id].volume_ml,
                       "mL", 1);
        abl_html_raw(html, ", automatic ");
        abl_html_value(
            html, &report->automatic_findings->structures[given->id].volume_ml,
            "mL", 1);
        abl_html_raw(html, ")");
        if (given->note[0]) {
            abl_html_raw(html, " ");
            abl_html_text(html, given->note);
        }
    }
    abl_html_raw(html, ".</p>\n");
}

static void put_facts(const abl_html *html)
{
    const abl_context *given = &html->report->reading->override->context;
    const char *before = "<p>Given by the reader: ";
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++) {
        if (!given->facts[n].given)
            continue;
        abl_html_put(html, "%s%s: ", before,
                     abl_context_field_title((abl_context_field)n));
        abl_html_text(html, given->facts[n].value);
        before = "; ";
    }
    if (before[0] == ';')
        abl_html_raw(html, ".</p>\n");
}

void abl_html_reading(const abl_html *html)
{
    const abl_reading *reading = html->report->reading;
    if (!reading)
        return;
    abl_html_raw(html, "<section><h2>Automatic and read</h2><p>");
    abl_html_text(html, html->report->automatic_assessment->summary);
    abl_html_raw(html,
                 " (automatic)</p><p>Read values have the uncertainty of one "
                 "reader. <span class=\"quiet\">");
    abl_html_text(html, abl_reader_sd_source());
    abl_html_raw(html,
                 ".</span></p><table class=\"grid\"><thead><tr>"
                 "<th scope=\"col\">Lesion</th><th scope=\"col\">Reader</th>"
                 "<th scope=\"col\">Automatic verdict</th><th scope=\"col\">"
                 "Automatic diameters</th><th scope=\"col\">Read verdict</th>"
                 "<th scope=\"col\">Read diameters</th></tr></thead><tbody>\n");
    for (size_t n = 0; n < reading->automatic_count; n++)
        put_row(html, (int)n, find_read(reading, n), reading->item_of[n]);
    for (size_t n = 0; n < reading->structures->lesion_count; n++)
        if (reading->lesions[n].automatic == ABL_READ_NONE)
            put_row(html, ABL_READ_NONE, (int)n, reading->lesions[n].item);
    abl_html_raw(html, "</tbody></table>\n");
    put_structures(html);
    put_facts(html);
    abl_html_raw(html, "</section>\n");
}

void abl_html_read_lesion(const abl_html *html, size_t n)
{
    char line[256];
    abl_read_lesion_line(line, sizeof line, html->report, n);
    if (line[0])
        abl_html_element(html, "p", "read", line);
}
