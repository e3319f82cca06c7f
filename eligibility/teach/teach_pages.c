/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "eligibility/embedded.h"
#include "eligibility/report/html_out.h"
#include "eligibility/report/script_source.h"
#include "eligibility/report/text.h"
#include "eligibility/teach/teach_case.h"

static void put_head(const abl_html *html, const char *title)
{
    abl_html_raw(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                       "<meta charset=\"utf-8\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\""
                       "default-src 'none'; img-src 'self' file:; style-src "
                       "'unsafe-inline'; connect-src 'none'; base-uri 'none'; "
                       "form-action 'none'; script-src ");
    abl_script_source_write(html->file, abl_teach_js, abl_teach_js_bytes);
    abl_html_raw(html,
                 "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, "
                 "initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light\">\n<title>");
    abl_html_text(html, title);
    abl_html_raw(html, " – teaching – ablascreen</title>\n<style>\n");
    abl_html_raw(html, (const char *)abl_report_css);
    abl_html_raw(html, (const char *)abl_teach_css);
    abl_html_raw(html,
                 "</style>\n</head>\n<body>\n<header>\n<p class=\"brand\">"
                 "Imaging criteria for thermal ablation of liver "
                 "lesions: teaching <span>");
    abl_html_text(html, ABL_RESEARCH_USE);
    abl_html_raw(html, "</span></p>\n");
}

static const char *say_burned_in(const abl_teach_source *source)
{
    switch (source->burned_in) {
    case ABL_BURNED_IN_NO:
        return "The source says that no text is burned into its images.";
    case ABL_BURNED_IN_YES:
        return "The source says that text is burned into its images; whoever "
               "made these pages accepted that after looking.";
    case ABL_BURNED_IN_ABSENT:
    case ABL_BURNED_IN_UNKNOWN:
    default:
        return "The source does not say whether text is burned into its "
               "images: look at every picture before passing these pages on.";
    }
}

static void put_statement(const abl_html *html, const char *burned_in)
{
    abl_html_raw(
        html,
        "<footer>\n<p>De-identified following the basic profile of DICOM "
        "PS3.15 as far as it applies to what is written: no name, number, "
        "date, UID, institution or free text of the source; pictures were "
        "painted anew from their pixels. ");
    abl_html_text(html, burned_in);
    abl_html_raw(html, " Answers stay in this browser; nothing is sent. "
                       "“Ours” is the output of a program, not the truth. ");
    abl_html_text(html, ABL_RESEARCH_USE);
    abl_html_raw(html, "</p>\n</footer>\n");
}

static void put_script(const abl_html *html)
{
    abl_html_raw(html, "<script>");
    abl_html_raw(html, (const char *)abl_teach_js);
    abl_html_raw(html, "</script>\n</body>\n</html>\n");
}

static void put_viewer(const abl_html *html)
{
    abl_html_raw(
        html,
        "<section class=\"viewer\" aria-label=\"Pictures\">\n"
        "<div id=\"stage\" class=\"stage\" tabindex=\"0\" role=\"group\" "
        "aria-label=\"Picture. Arrow up and down: slices. R: ruler. With the "
        "ruler, arrows move the cross, Enter sets a point, Escape ends.\">"
        "<img id=\"picture\" alt=\"\"><svg id=\"marks\" "
        "aria-hidden=\"true\"></svg></div>\n"
        "<div class=\"tools\">\n"
        "<label for=\"plane\">Pictures<select id=\"plane\"></select></label>\n"
        "<label for=\"slice\"><span>Slice <output id=\"slice-text\" for=\"slice\">"
        "</output></span><input id=\"slice\" type=\"range\" min=\"0\" step=\"1\">"
        "</label>\n"
        "<label for=\"bright\">Brightness<input id=\"bright\" type=\"range\" "
        "min=\"50\" max=\"200\" value=\"100\"></label>\n"
        "<label for=\"contrast\">Contrast<input id=\"contrast\" "
        "type=\"range\" min=\"50\" max=\"300\" value=\"100\"></label>\n"
        "<p><button type=\"button\" id=\"ruler\" aria-pressed=\"false\">"
        "Ruler</button> <output id=\"length\" aria-live=\"polite\">Two points "
        "give a length in mm.</output></p>\n</div>\n</section>\n");
}

static void put_case_body(const abl_html *html)
{
    put_viewer(html);
    abl_html_raw(
        html,
        "<section aria-labelledby=\"questions-head\">\n<h2 "
        "id=\"questions-head\">Your reading</h2>\n<p class=\"quiet\">Answer "
        "as many rules as you like, then the overall results. What you leave "
        "open is not counted.</p>\n<form id=\"questions\"></form>\n"
        "<p><button type=\"button\" id=\"reveal\">Reveal ours</button> "
        "<span id=\"reveal-note\" role=\"status\"></span></p>\n</section>\n"
        "<section id=\"answer\" hidden tabindex=\"-1\" "
        "aria-labelledby=\"answer-head\">\n<h2 id=\"answer-head\">Ours and "
        "yours</h2>\n<p id=\"score\" role=\"status\"></p>\n"
        "<div id=\"tables\"></div>\n<h2>Pictures with drawing</h2>\n"
        "<div id=\"drawn\" class=\"pictures\"></div>\n</section>\n");
}

abl_status abl_teach_page_write(const char *folder, const abl_teach_case *item,
                                const char *set_id, abl_error *err)
{
    char path[PATH_MAX];
    abl_html html = {0};
    snprintf(path, sizeof path, "%s/%s.html", folder, item->id);
    abl_status status = abl_text_open(&html.file, path, err);
    if (status)
        return status;
    put_head(&html, item->id);
    abl_html_put(&html,
                 "<h1>%s</h1>\n<p><a href=\"index.html\">All cases</a></p>\n"
                 "</header>\n<noscript><p>These pages need JavaScript, which "
                 "runs in this file only.</p></noscript>\n<main "
                 "data-set=\"%s\" data-case=\"%s\">\n",
                 item->id, set_id, item->id);
    put_case_body(&html);
    abl_html_raw(&html, "</main>\n");
    put_statement(&html, say_burned_in(&item->source));
    abl_html_raw(&html, "<script type=\"application/json\" id=\"data\">");
    abl_html_raw(&html, item->data);
    abl_html_raw(&html, "</script>\n");
    put_script(&html);
    return abl_text_close(html.file, path, err);
}

static void put_case_row(const abl_html *html, const abl_teach_case *item)
{
    abl_html_put(html,
                 "<tr data-case=\"%s\"><th scope=\"row\"><a href=\"%s.html\">"
                 "%s</a></th><td>%zu questions</td><td class=\"state\">not "
                 "opened</td><td class=\"agreement\"></td></tr>\n",
                 item->id, item->id, item->id, item->question_count);
}

static void put_class(const abl_html *html, const abl_teach_case *cases,
                      size_t count, abl_finding_class finding)
{
    bool any = false;
    for (size_t n = 0; n < count; n++) {
        if (!(cases[n].classes >> finding & 1u))
            continue;
        if (!any)
            abl_html_put(html, "<dt>%s</dt>\n<dd>",
                         abl_finding_class_title(finding));
        abl_html_put(html, "%s<a href=\"%s.html\">%s</a>", any ? ", " : "",
                     cases[n].id, cases[n].id);
        any = true;
    }
    if (any)
        abl_html_raw(html, "</dd>\n");
}

static void put_index_body(const abl_html *html, const abl_teach_case *cases,
                           size_t count)
{
    abl_html_raw(html,
                 "<section>\n<table class=\"cases\"><caption>Cases</caption>"
                 "<thead><tr><th scope=\"col\">Case</th><th scope=\"col\">"
                 "Asked</th><th scope=\"col\">State</th><th scope=\"col\">"
                 "Agreement over rules</th></tr></thead>\n<tbody>\n");
    for (size_t n = 0; n < count; n++)
        put_case_row(html, &cases[n]);
    abl_html_raw(html,
                 "</tbody></table>\n<p id=\"total\" role=\"status\"></p>\n"
                 "<p><button type=\"button\" id=\"export\">Save my answers as "
                 "a file</button> <button type=\"button\" id=\"forget\">Forget "
                 "my answers</button> <span id=\"store-note\" role=\"status\">"
                 "</span></p>\n</section>\n<section>\n<details><summary>Cases "
                 "by finding (gives a part of the answer away)</summary>\n"
                 "<dl class=\"classes\">\n");
    for (int n = 0; n < ABL_CLASS_COUNT; n++)
        put_class(html, cases, count, (abl_finding_class)n);
    abl_html_raw(html, "</dl></details>\n</section>\n");
}

static const char *worst_burned_in(const abl_teach_case *cases, size_t count)
{
    const abl_teach_source *worst = &cases[0].source;
    for (size_t n = 1; n < count; n++) {
        const abl_burned_in now = cases[n].source.burned_in;
        const bool worse =
            now == ABL_BURNED_IN_YES ||
            (worst->burned_in == ABL_BURNED_IN_NO && now != ABL_BURNED_IN_NO);
        if (worse && worst->burned_in != ABL_BURNED_IN_YES)
            worst = &cases[n].source;
    }
    return say_burned_in(worst);
}

abl_status abl_teach_index_write(const char *folder,
                                 const abl_teach_case *cases, size_t count,
                                 const char *set_id, abl_error *err)
{
    char path[PATH_MAX];
    abl_html html = {0};
    snprintf(path, sizeof path, "%s/index.html", folder);
    abl_status status = abl_text_open(&html.file, path, err);
    if (status)
        return status;
    put_head(&html, "Cases");
    abl_html_put(&html,
                 "<h1>Read first, then compare</h1>\n<p>Each case shows "
                 "pictures without drawing. Measure, answer rule by rule, then "
                 "reveal what the program measured, with limit, source and "
                 "reason.</p>\n</header>\n<main data-set=\"%s\">\n",
                 set_id);
    put_index_body(&html, cases, count);
    abl_html_raw(&html, "</main>\n");
    put_statement(&html, worst_burned_in(cases, count));
    put_script(&html);
    return abl_text_close(html.file, path, err);
}
