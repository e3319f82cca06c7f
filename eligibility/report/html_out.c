/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/html_out.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "eligibility/report/text.h"

void abl_html_raw(const abl_html *html, const char *markup)
{
    fputs(markup, html->file);
}

void abl_html_put(const abl_html *html, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(html->file, format, args);
    va_end(args);
}

void abl_html_text(const abl_html *html, const char *text)
{
    char clean[2048];
    abl_text_clean(clean, sizeof clean, text);
    for (const char *at = clean; *at; at++) {
        const char *entity = *at == '&'    ? "&amp;"
                             : *at == '<'  ? "&lt;"
                             : *at == '>'  ? "&gt;"
                             : *at == '"'  ? "&quot;"
                             : *at == '\'' ? "&#39;"
                                           : NULL;
        if (entity)
            fputs(entity, html->file);
        else
            fputc(*at, html->file);
    }
}

void abl_html_element(const abl_html *html, const char *tag, const char *class,
                      const char *text)
{
    if (class)
        abl_html_put(html, "<%s class=\"%s\">", tag, class);
    else
        abl_html_put(html, "<%s>", tag);
    abl_html_text(html, text);
    abl_html_put(html, "</%s>\n", tag);
}

void abl_html_value(const abl_html *html, const abl_value *value,
                    const char *unit, double scale)
{
    if (value->measured) {
        abl_html_put(html, "<b>%.1f</b> ± %.1f", value->value * scale,
                     value->uncertainty * scale);
        if (unit[0]) {
            abl_html_raw(html, "&nbsp;");
            abl_html_text(html, unit);
        }
        return;
    }
    abl_html_raw(html, "<span class=\"quiet\">not measured");
    if (value->why_not) {
        abl_html_raw(html, ": ");
        abl_html_text(html, value->why_not);
    }
    abl_html_raw(html, "</span>");
}

void abl_html_value_row(const abl_html *html, const char *name,
                        const abl_value *value, const char *unit, double scale)
{
    abl_html_raw(html, "<tr><th scope=\"row\">");
    abl_html_text(html, name);
    abl_html_raw(html, "</th><td>");
    abl_html_value(html, value, unit, scale);
    abl_html_raw(html, "</td></tr>\n");
}

void abl_html_text_row(const abl_html *html, const char *name, const char *text)
{
    abl_html_raw(html, "<tr><th scope=\"row\">");
    abl_html_text(html, name);
    abl_html_raw(html, "</th><td>");
    abl_html_text(html, text && text[0] ? text : "not given");
    abl_html_raw(html, "</td></tr>\n");
}

static void mark(const abl_html *html, const char *name, const char *words)
{
    abl_html_put(html,
                 "<span class=\"mark is-%s\"><svg aria-hidden=\"true\">"
                 "<use href=\"#i-%s\"/></svg>%c%s</span>",
                 name, name, toupper((unsigned char)words[0]), words + 1);
}

void abl_html_verdict(const abl_html *html, abl_verdict verdict)
{
    static const char *const icons[] = {"met", "borderline", "not-met",
                                        "not-assessable"};
    mark(html, icons[verdict], abl_verdict_text(verdict));
}

void abl_html_result(const abl_html *html, abl_result result)
{
    static const char *const words[] = {"met", "borderline", "not met",
                                        "not assessable"};
    mark(html, abl_result_name(result), words[result]);
}

static void put_tag(const abl_html *html, const abl_rule *rule,
                    const abl_source *source)
{
    abl_html_put(html, "<a href=\"#source-%s\">%s</a>", rule->id,
                 abl_source_tag_name(source->tag));
}

static void put_rule(const abl_html *html, const abl_rule_result *result)
{
    const abl_rule *rule = result->rule;
    char limit[96], band[96];
    abl_rule_describe(limit, band, rule);
    abl_html_put(html, "<tr><th scope=\"row\"><span class=\"id\">%s</span> ",
                 rule->id);
    abl_html_text(html, rule->title);
    abl_html_raw(html, "</th><td data-label=\"Result\">");
    abl_html_result(html, result->result);
    abl_html_raw(html, "</td><td data-label=\"Measured\">");
    abl_html_text(html, result->text);
    const size_t slice = result->has_point
                             ? abl_report_slice(html->report, result->point_lps)
                             : 0;
    if (slice)
        abl_html_put(html, " <span class=\"quiet\">slice&nbsp;%zu</span>",
                     slice);
    abl_html_raw(html, "</td><td data-label=\"Limit\">");
    abl_html_text(html, limit);
    abl_html_raw(html, "</td><td data-label=\"Borderline\">");
    abl_html_text(html, band[0] ? band : "–");
    abl_html_raw(html, "</td><td data-label=\"If not met\">");
    abl_html_text(html, rule->severity == ABL_SEVERITY_EXCLUDE ? "excludes"
                        : rule->severity == ABL_SEVERITY_FLAG  ? "borderline"
                                                               : "note only");
    abl_html_raw(html, "</td><td data-label=\"Source\">");
    put_tag(html, rule, &rule->source);
    abl_html_raw(html, "</td></tr>\n");
}

void abl_html_rules(const abl_html *html, const abl_judgement *judgement)
{
    static const abl_result order[] = {ABL_NOT_MET, ABL_BORDERLINE,
                                       ABL_NOT_ASSESSABLE, ABL_MET};
    abl_html_raw(html, "<table class=\"rules limits\"><thead><tr>"
                       "<th scope=\"col\">Rule</th>"
                       "<th scope=\"col\">Result</th>"
                       "<th scope=\"col\">Measured</th>"
                       "<th scope=\"col\">Limit</th>"
                       "<th scope=\"col\">Borderline</th>"
                       "<th scope=\"col\">If not met</th>"
                       "<th scope=\"col\">Source</th></tr></thead>\n<tbody>\n");
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
        for (size_t n = 0; n < judgement->result_count; n++)
            if (judgement->results[n].result == order[o])
                put_rule(html, &judgement->results[n]);
    abl_html_raw(html, "</tbody></table>\n");
}
