/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/cases/worklist.h"
#include "eligibility/embedded.h"
#include "eligibility/report/html_out.h"
#include "eligibility/report/script_source.h"
#include "eligibility/report/text.h"

static void put_head(const abl_html *html)
{
    abl_html_raw(html,
                 "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                 "<meta charset=\"utf-8\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\""
                 "default-src 'none'; style-src 'unsafe-inline'; base-uri "
                 "'none'; form-action 'none'; script-src ");
    abl_script_source_write(html->file, abl_worklist_js, abl_worklist_js_bytes);
    abl_html_raw(html,
                 "\">\n<meta name=\"viewport\" content=\"width=device-width, "
                 "initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light\">\n"
                 "<title>Worklist – ablascreen</title>\n<style>\n");
    abl_html_raw(html, (const char *)abl_report_css);
    abl_html_raw(html, (const char *)abl_worklist_css);
    abl_html_raw(html, "</style>\n</head>\n<body>\n");
}

static void put_intro(const abl_html *html, const abl_worklist *list)
{
    const size_t not_read = list->folder_count - list->read_count;
    abl_html_raw(html, "<header>\n<p class=\"brand\">Imaging criteria for "
                       "thermal ablation of liver lesions <span>");
    abl_html_text(html, ABL_RESEARCH_USE);
    abl_html_put(html,
                 "</span></p>\n<h1>Worklist: the nearest to a limit "
                 "first</h1>\n<p>%zu of %zu folders were read.",
                 list->read_count, list->folder_count);
    if (not_read)
        abl_html_put(html,
                     " <strong>%zu could not be read: see the end of the "
                     "table.</strong>",
                     not_read);
    abl_html_raw(
        html,
        "</p>\n<p class=\"quiet\">“To limit” is the difference between "
        "measured value and limit, divided by the larger of half of the "
        "borderline band and the measurement's 95 % half-width (without "
        "either, by a tenth of the limit): 0 is on the limit, below 1 it is "
        "within band or measurement error. Borderline results come first, "
        "then those that meet or do not meet, then what is not assessable. A "
        "patient's row takes the nearest of all of its lesions. Rules that "
        "are listed only or were not assessable do not count here. Each limit "
        "has the tag of its source: cited, convention (chosen by this "
        "project) or unverified; the reports give the words. Folder names are as on disk: this page is not de-identified.</p>\n"
        "</header>\n");
}

static void put_controls(const abl_html *html)
{
    abl_html_raw(
        html,
        "<form class=\"controls\" id=\"controls\" hidden>\n"
        "<label for=\"filter-text\">Find words"
        "<input id=\"filter-text\" type=\"search\" autocomplete=\"off\">"
        "</label>\n"
        "<label for=\"filter-scope\">Rows<select id=\"filter-scope\">"
        "<option value=\"\">patients and lesions</option>"
        "<option value=\"patient\">patients</option>"
        "<option value=\"lesion\">lesions</option></select></label>\n"
        "<label for=\"filter-verdict\">Verdict<select id=\"filter-verdict\">"
        "<option value=\"\">all</option>"
        "<option value=\"borderline\">borderline</option>"
        "<option value=\"meets\">meets</option>"
        "<option value=\"does-not-meet\">does not meet</option>"
        "<option value=\"not-assessable\">not assessable</option>"
        "</select></label>\n"
        "<p id=\"shown\" role=\"status\"></p>\n</form>\n");
}

static void put_columns(const abl_html *html)
{
    static const char *const names[] = {"Rank",     "Case",          "Who",
                                        "Verdict",  "Nearest limit", "Value",
                                        "To limit", "Diameter, mm",  "Why"};
    abl_html_raw(html, "<div class=\"wide\">\n<table class=\"worklist\">"
                       "<thead><tr>");
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        abl_html_put(html,
                     "<th scope=\"col\"%s><button type=\"button\" "
                     "disabled>%s</button></th>",
                     n ? "" : " aria-sort=\"ascending\"", names[n]);
    abl_html_raw(html, "</tr></thead>\n<tbody>\n");
}

static void put_case(const abl_html *html, const abl_worklist_row *row)
{
    abl_html_raw(html, "<td class=\"case\">");
    if (row->report[0]) {
        abl_html_raw(html, "<a href=\"");
        abl_html_text(html, row->report);
        abl_html_raw(html, "\">");
    }
    abl_html_text(html, row->name);
    abl_html_raw(html, row->report[0] ? "</a></td>" : "</td>");
}

static void put_who(const abl_html *html, const abl_worklist_row *row)
{
    if (row->status != ABL_CASE_READ)
        abl_html_raw(html, "<td></td>");
    else if (row->lesion)
        abl_html_put(html, "<td data-v=\"%d\">lesion&nbsp;%d%s</td>",
                     row->lesion, row->lesion,
                     row->low_confidence ? ", low confidence" : "");
    else
        abl_html_put(html, "<td data-v=\"0\">patient, %zu lesion%s%s</td>",
                     row->lesion_count, row->lesion_count == 1 ? "" : "s",
                     row->was_read_by_reader ? ", read by a reader" : "");
}

static void put_verdict(const abl_html *html, const abl_worklist_row *row)
{
    static const char *const classes[] = {"is-met", "is-borderline",
                                          "is-not-met", "is-not-assessable"};
    if (row->status != ABL_CASE_READ) {
        abl_html_raw(html, "<td data-v=\"9\" class=\"verdict\">no result</td>");
        return;
    }
    abl_html_put(html, "<td class=\"verdict %s\">", classes[row->verdict]);
    abl_html_text(html, abl_verdict_text(row->verdict));
    abl_html_raw(html, "</td>");
}

/* Where the limit comes from: the tag, the words when pointed at. */
static void put_source(const abl_html *html, const abl_source *source)
{
    abl_html_raw(html, " <span class=\"tag\" title=\"");
    abl_html_text(html, source->text);
    abl_html_raw(html, "\">");
    abl_html_text(html, abl_source_tag_name(source->tag));
    abl_html_raw(html, "</span>");
}

static void put_nearest(const abl_html *html, const abl_worklist_row *row)
{
    const abl_case_rule *rule = &row->nearest;
    if (!row->close) {
        abl_html_raw(html, "<td></td><td></td><td></td>");
        return;
    }
    abl_html_put(html, "<td data-v=\"%d\"><span class=\"id\">R%d</span> ",
                 rule->id, rule->id);
    abl_html_text(html, rule->title);
    abl_html_raw(html, ": ");
    abl_html_text(html, rule->limit_text);
    put_source(html, &rule->source);
    if (row->close_lesion && !row->lesion)
        abl_html_put(html, " <span class=\"quiet\">(lesion&nbsp;%d)</span>",
                     row->close_lesion);
    abl_html_put(html, "</td><td class=\"number\" data-v=\"%.2f\">%s%.1f",
                 rule->observed.value, rule->is_at_least ? "≥&nbsp;" : "",
                 rule->observed.value);
    if (rule->observed.uncertainty > 0)
        abl_html_put(html, "&nbsp;±&nbsp;%.1f", rule->observed.uncertainty);
    abl_html_raw(html, "&nbsp;");
    abl_html_text(html, rule->unit);
    abl_html_put(html, "</td><td class=\"number\">%.2f</td>", row->ratio);
}

static void put_row(const abl_html *html, const abl_worklist_row *row,
                    size_t rank)
{
    const bool read = row->status == ABL_CASE_READ;
    const char *scope = row->lesion ? "lesion" : "patient";
    abl_html_put(html,
                 "<tr class=\"%s\" data-scope=\"%s\" data-verdict=\"%s\">",
                 !read         ? "not-read"
                 : row->lesion ? "is-lesion"
                               : "is-patient",
                 read ? scope : "", read ? abl_verdict_name(row->verdict) : "");
    abl_html_put(html, "<td class=\"number\">%zu</td>", rank);
    put_case(html, row);
    put_who(html, row);
    put_verdict(html, row);
    put_nearest(html, row);
    abl_html_raw(html, "<td class=\"number\">");
    if (row->longest_axial_diameter_mm.measured)
        abl_html_put(html, "%.1f", row->longest_axial_diameter_mm.value);
    abl_html_raw(html, "</td><td class=\"why\">");
    abl_html_text(html, read ? row->limiting_factor : row->message);
    abl_html_raw(html, "</td></tr>\n");
}

abl_status abl_worklist_write_html(const char *path, const abl_worklist *list,
                                   abl_error *err)
{
    abl_html html = {0};
    abl_status status = abl_text_open(&html.file, path, err);
    if (status)
        return status;
    put_head(&html);
    put_intro(&html, list);
    abl_html_raw(&html, "<main>\n");
    put_controls(&html);
    put_columns(&html);
    for (size_t n = 0; n < list->row_count; n++)
        put_row(&html, &list->rows[n], n + 1);
    abl_html_raw(&html, "</tbody></table>\n</div>\n</main>\n<footer><p>");
    abl_html_text(&html, ABL_RESEARCH_USE);
    abl_html_raw(&html, "</p></footer>\n<script>");
    abl_html_raw(&html, (const char *)abl_worklist_js);
    abl_html_raw(&html, "</script>\n</body>\n</html>\n");
    return abl_text_close(html.file, path, err);
}
