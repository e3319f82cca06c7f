/* What follows the lesions in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/html_out.h"
#include "eligibility/report/outline_source.h"
#include "eligibility/report/text.h"

static void put_liver(const abl_html *html)
{
    const abl_findings *findings = html->report->findings;
    abl_html_raw(html, "<section><h2>Liver and exam</h2>\n");
    abl_html_rules(html, &html->report->assessment->patient);
    abl_html_raw(html, "<div class=\"columns\"><table class=\"facts\"><caption>"
                       "Liver</caption><tbody>\n");
    abl_html_value_row(html, "Liver with lesions", &findings->liver_volume_ml,
                       "mL", 1);
    abl_html_value_row(html, "Tumour", &findings->tumour_volume_ml, "mL", 1);
    abl_html_value_row(html, "Tumour share", &findings->tumour_burden, "%",
                       100);
    abl_html_value_row(html, "Ablated share with 5 mm margin",
                       &findings->ablated_fraction_5mm, "%", 100);
    abl_html_value_row(html, "Ablated share with 10 mm margin",
                       &findings->ablated_fraction_10mm, "%", 100);
    abl_html_raw(html, "</tbody></table>\n");
}

static void put_exam(const abl_html *html)
{
    const abl_exam *exam = &html->report->findings->exam;
    char phase[64];
    abl_phase_describe(phase, &exam->phase);
    abl_html_raw(html, "<table class=\"facts\"><caption>Exam</caption><tbody>");
    abl_html_put(html,
                 "<tr><th scope=\"row\">Slice spacing</th><td><b>%.2f</b>"
                 "&nbsp;mm</td></tr>\n",
                 exam->slice_spacing_mm);
    if (exam->slice_thickness_mm > 0)
        abl_html_put(html,
                     "<tr><th scope=\"row\">Slice thickness</th><td><b>%.2f"
                     "</b>&nbsp;mm</td></tr>\n",
                     exam->slice_thickness_mm);
    abl_html_text_row(html, "Contrast phase", phase);
    if (exam->phase.reason[0])
        abl_html_text_row(html, "Told from", exam->phase.reason);
    abl_html_value_row(html, "Noise in the liver", &exam->noise_hu, "HU", 1);
    abl_html_text_row(html, "Liver",
                      exam->liver_whole ? "wholly in the scan"
                                        : "cut by the scan");
    abl_html_text_row(html, "Intensities",
                      exam->intensity_clipped ? "clipped" : "not clipped");
    abl_html_raw(html, "</tbody></table></div>\n");
    abl_html_adequacy(html);
    abl_html_context(html);
    abl_html_raw(html, "</section>\n");
}

static void put_notes(const abl_html *html)
{
    const abl_findings *findings = html->report->findings;
    abl_note notes[ABL_MAX_NOTES];
    const size_t count = abl_notes_list(notes, findings);
    abl_html_raw(html, "<section><h2>What was not assessed</h2><ul>\n");
    for (size_t n = 0; n < count; n++)
        abl_html_element(html, "li", NULL, notes[n].text);
    abl_html_raw(html, "</ul></section>\n");
}

/* "found by the program (organ_ct)". */
static void put_origin(const abl_html *html, abl_structure_id id)
{
    const abl_findings *findings = html->report->findings;
    const char *origin = findings->structures[id].origin;
    const abl_outline_source source =
        abl_outline_source_of_structure(findings, id);
    abl_html_text(html, abl_outline_source_title(source));
    if (origin && source == ABL_OUTLINE_FOUND) {
        abl_html_raw(html, " (");
        abl_html_text(html, origin);
        abl_html_raw(html, ")");
    }
}

static void put_structures(const abl_html *html)
{
    static const char *const words[] = {"not looked for", "not found", "found",
                                        "found, cut by the scan"};
    const abl_findings *findings = html->report->findings;
    abl_html_raw(html,
                 "<section><h2>Structures</h2><table class=\"grid\"><thead>"
                 "<tr><th scope=\"col\">Structure</th><th scope=\"col\">Found"
                 "</th><th scope=\"col\">Volume</th><th scope=\"col\">"
                 "Attenuation</th><th scope=\"col\">From</th></tr></thead>"
                 "<tbody>\n");
    for (int id = ABL_LIVER; id < ABL_STRUCTURE_COUNT; id++) {
        const abl_found found = findings->structures[id].found;
        abl_html_raw(html, "<tr><th scope=\"row\">");
        abl_html_text(html, abl_structure_title((abl_structure_id)id));
        abl_html_put(html, "</th><td>%s</td><td>", words[found]);
        if (found == ABL_FOUND || found == ABL_FOUND_CUT) {
            abl_html_value(html, &findings->structures[id].volume_ml, "mL", 1);
            abl_html_raw(html, "</td><td>");
            abl_html_value(html, &findings->structures[id].mean_hu, "HU", 1);
        } else {
            abl_html_raw(html, "–</td><td>–");
        }
        abl_html_raw(html, "</td><td>");
        if (found >= ABL_FOUND)
            put_origin(html, (abl_structure_id)id);
        abl_html_raw(html, "</td></tr>\n");
    }
    abl_html_raw(html, "</tbody></table></section>\n");
}

static void put_source(const abl_html *html, const char *what,
                       const abl_source *source)
{
    abl_html_raw(html, "<p><b>");
    abl_html_text(html, what);
    abl_html_put(html, "</b> <span class=\"tag\">%s</span> ",
                 abl_source_tag_name(source->tag));
    abl_html_text(html, source->text);
    abl_html_raw(html, "</p>");
}

static void put_rule_source(const abl_html *html, const abl_rule *rule)
{
    char limit[96], band[96], also[192];
    abl_rule_describe(limit, band, rule);
    abl_html_put(html,
                 "<tr id=\"source-%s\"><th scope=\"row\"><span class=\"id\">%s"
                 "</span> ",
                 rule->id, rule->id);
    abl_html_text(html, rule->title);
    abl_html_raw(html, "</th><td>");
    if (!rule->enabled)
        abl_html_raw(html, "<p><b>Off in this profile.</b></p>");
    put_source(html, limit, &rule->source);
    if (rule->has_band) {
        snprintf(also, sizeof also, "borderline %s", band);
        put_source(html, also, &rule->band_source);
    }
    if (rule->also.present) {
        snprintf(also, sizeof also, "%s %g %s", rule->also.quantity,
                 rule->also.limit, rule->also.unit);
        put_source(html, also, &rule->also.source);
    }
    abl_html_put(html, "<p><b>if not met: %s</b> ",
                 rule->severity == ABL_SEVERITY_EXCLUDE ? "excludes"
                 : rule->severity == ABL_SEVERITY_FLAG  ? "borderline"
                                                        : "note only");
    abl_html_text(html, rule->severity_reason);
    abl_html_raw(html, "</p></td></tr>\n");
}

static void put_number_source(const abl_html *html, abl_profile_number number)
{
    const abl_number_kind *kind = abl_number_kind_of(number);
    const abl_profile *profile = html->report->profile;
    char value[64];
    snprintf(value, sizeof value, "%g %s",
             abl_profile_number_get(profile, number), kind->unit);
    abl_html_raw(html, "<tr><th scope=\"row\">");
    abl_html_text(html, kind->title);
    abl_html_raw(html, "</th><td>");
    put_source(html, value, &profile->number_sources[number]);
    abl_html_raw(html, "</td></tr>\n");
}

static void put_sources(const abl_html *html)
{
    abl_html_raw(html, "<section><h2>Limits and their sources</h2><p>Profile ");
    abl_html_text(html, html->report->profile->name);
    abl_html_raw(html, ": ");
    abl_html_text(html, html->report->profile->title);
    abl_html_raw(html,
                 ". <span class=\"tag\">cited</span> read in the source; <span "
                 "class=\"tag\">convention</span> computed or decided in this "
                 "project; <span class=\"tag\">unverified</span> common "
                 "knowledge, no source was read. A value is judged as printed. "
                 "In the band it is borderline; so it is when its 95&nbsp;% "
                 "interval (±) crosses the limit. Unknown is never met.</p>\n"
                 "<table class=\"grid sources\"><tbody>\n");
    for (int n = 0; n < ABL_RULE_COUNT; n++)
        put_rule_source(html, &html->report->profile->rules[n]);
    for (int n = 0; n < ABL_NUMBER_COUNT; n++)
        put_number_source(html, (abl_profile_number)n);
    abl_html_raw(html, "</tbody></table></section>\n");
}

static void put_series(const abl_html *html)
{
    const abl_series_info *info = html->report->info;
    const abl_grid *grid = html->report->native_grid;
    abl_html_raw(html, "<section><h2>Where this comes from</h2>"
                       "<table class=\"facts wide\"><tbody>\n");
    abl_html_text_row(html, "Input", html->report->input);
    abl_html_text_row(html, "Series description", info->description);
    abl_html_text_row(html, "Modality", info->modality_text);
    abl_html_text_row(html, "Series UID", info->series_uid);
    abl_html_put(html,
                 "<tr><th scope=\"row\">Size</th><td>%zu × %zu × %zu voxels "
                 "of %.3f × %.3f × %.3f mm, %zu files</td></tr>\n",
                 grid->size[0], grid->size[1], grid->size[2],
                 grid->spacing_mm[0], grid->spacing_mm[1], grid->spacing_mm[2],
                 info->files);
    abl_html_text_row(html, "Scanner", info->manufacturer);
    abl_html_text_row(html, "Kernel", info->kernel);
    if (info->notes[0])
        abl_html_text_row(html, "Notes on reading", info->notes);
    abl_html_text_row(html, "ablascreen", html->report->version);
    abl_html_text_row(html, "Profile, SHA-256", html->report->profile->sha256);
    abl_html_text_row(html, "organ_ct, SHA-256",
                      html->report->organ_model_sha256);
    abl_html_text_row(html, "lesion_ct, SHA-256",
                      html->report->lesion_model_sha256);
    for (size_t n = 0; n < html->report->input_count; n++) {
        const abl_input_file *input = &html->report->inputs[n];
        char text[256];
        snprintf(text, sizeof text, "%s%s%s", input->file,
                 input->sha256[0] ? ", SHA-256 " : " (built in)",
                 input->sha256);
        abl_html_text_row(html, input->role, text);
    }
    abl_html_text_row(html, "Coordinates",
                      "LPS millimetres: to the left, to posterior, to the "
                      "head. Slices are counted from 1 at the feet.");
    abl_html_raw(html, "</tbody></table></section>\n");
}

void abl_html_appendix(const abl_html *html)
{
    put_liver(html);
    abl_html_segments(html);
    put_exam(html);
    put_notes(html);
    put_structures(html);
    put_sources(html);
    put_series(html);
}
