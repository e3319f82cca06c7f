/* The section of one lesion in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/html_out.h"
#include "eligibility/report/text.h"

#define NEAREST_SHOWN 8

static void put_sizes(const abl_html *html, const abl_lesion_findings *lesion)
{
    abl_html_raw(html, "<table class=\"facts\"><caption>Size and "
                       "attenuation</caption><tbody>\n");
    abl_html_value_row(html, "Longest axial diameter",
                       &lesion->longest_axial_diameter.mm, "mm", 1);
    abl_html_value_row(html, "Perpendicular to it",
                       &lesion->perpendicular_diameter.mm, "mm", 1);
    abl_html_value_row(html, "Longest in 3-D", &lesion->max_3d_diameter.mm,
                       "mm", 1);
    abl_html_value_row(html, "Volume", &lesion->volume_ml, "mL", 1);
    abl_html_value_row(html, "Diameter of an equal sphere",
                       &lesion->equivalent_diameter_mm, "mm", 1);
    abl_html_value_row(html, "Mean attenuation", &lesion->mean_hu, "HU", 1);
    abl_html_value_row(html, "Liver around it", &lesion->ring_hu, "HU", 1);
    abl_html_value_row(html, "Contrast", &lesion->contrast_hu, "HU", 1);
    abl_html_value_row(html, "Contrast to noise", &lesion->cnr, "", 1);
    abl_html_value_row(html, "Surface beyond the liver's contour",
                       &lesion->exophytic_share, "%", 100);
    abl_html_raw(html, "</tbody></table>\n");
}

static void put_clearance(const abl_html *html, const abl_clearance *to,
                          abl_structure_id id)
{
    abl_html_raw(html, "<tr><th scope=\"row\">");
    abl_html_text(html, abl_structure_title(id));
    abl_html_raw(html, "</th><td>");
    abl_html_value(html, &to->nearest.mm, "mm", 1);
    if (to->is_upper_bound)
        abl_html_put(html,
                     " <span class=\"quiet\">may be nearer beyond the scan, "
                     "at least %.1f</span>",
                     to->at_least_mm);
    abl_html_raw(html, "</td></tr>\n");
}

/* The nearest first; equal distances in the order of the ids. */
static size_t sort_nearest(int ids[ABL_STRUCTURE_COUNT],
                           const abl_lesion_findings *lesion)
{
    size_t count = 0;
    for (int id = ABL_SPLEEN; id < ABL_STRUCTURE_COUNT; id++) {
        if (!lesion->to[id].nearest.mm.measured ||
            (id >= ABL_HEPATIC_VEINS && id <= ABL_LIVER_VESSELS))
            continue; /* vessels in the liver have a table of their own */
        size_t n = count++;
        for (; n > 0 && lesion->to[ids[n - 1]].nearest.mm.value >
                            lesion->to[id].nearest.mm.value;
             n--)
            ids[n] = ids[n - 1];
        ids[n] = id;
    }
    return count;
}

static void put_touching(const abl_html *html, const abl_touching *touching)
{
    if (touching->count < 2)
        return;
    abl_html_put(html,
                 " <b>May be %zu lesions that touch</b>: the outline has a "
                 "neck, and its largest parts measure %.1f and %.1f mm.",
                 touching->count, touching->longest_mm[0].value,
                 touching->longest_mm[1].value);
}

static void put_distances(const abl_html *html,
                          const abl_lesion_findings *lesion)
{
    int ids[ABL_STRUCTURE_COUNT];
    const size_t count = sort_nearest(ids, lesion);
    const abl_clearance capsule = {lesion->capsule, ABL_LIVER,
                                   lesion->capsule_is_upper_bound,
                                   lesion->capsule_at_least_mm};
    abl_html_raw(html, "<table class=\"facts\"><caption>Distance from its "
                       "surface, nearest first</caption><tbody>\n");
    abl_html_raw(html, "<tr><th scope=\"row\">liver capsule</th><td>");
    abl_html_value(html, &capsule.nearest.mm, "mm", 1);
    if (capsule.is_upper_bound)
        abl_html_put(html,
                     " <span class=\"quiet\">may be nearer beyond the "
                     "scan, at least %.1f</span>",
                     capsule.at_least_mm);
    abl_html_raw(html, "</td></tr>\n");
    for (size_t n = 0; n < count && n < NEAREST_SHOWN; n++)
        put_clearance(html, &lesion->to[ids[n]], (abl_structure_id)ids[n]);
    abl_html_raw(html, "</tbody></table>\n");
}

static void put_heading(const abl_html *html, size_t index)
{
    const abl_lesion_findings *lesion = &html->report->findings->lesions[index];
    const abl_judgement *judged = &html->report->assessment->lesions[index];
    const size_t slice = abl_report_slice(html->report, lesion->centroid_lps);
    abl_html_put(html,
                 "<section class=\"lesion\" id=\"lesion-%d\">\n<div "
                 "class=\"keep\"><h2>Lesion %d ",
                 lesion->number, lesion->number);
    abl_html_verdict(html, judged->verdict);
    abl_html_raw(html, "</h2>\n");
    abl_html_element(html, "p", "limiting", judged->limiting_factor);
    abl_html_change(html, index);
    abl_html_stability(html,
                       &html->report->explanation->lesions[index].stability);
    abl_html_under_limit(html, index);
    abl_html_raw(html, "<p class=\"quiet\">");
    if (slice)
        abl_html_put(html, "Centre on slice %zu. ", slice);
    abl_html_put(html, "Confidence that it is a lesion: %.2f%s",
                 lesion->confidence,
                 lesion->is_low_confidence ? " (<b>low</b>)" : "");
    abl_html_raw(html, ". ");
    abl_html_text(html, lesion->confidence_reason);
    if (lesion->touches_border)
        abl_html_raw(html, " <b>Cut by the end of the scan.</b>");
    put_touching(html, &lesion->touching);
    abl_html_raw(html, "</p></div>\n");
}

abl_status abl_html_lesion(const abl_html *html, size_t index, abl_error *err)
{
    const abl_lesion_findings *lesion = &html->report->findings->lesions[index];
    const abl_judgement *judged = &html->report->assessment->lesions[index];
    put_heading(html, index);
    abl_html_read_lesion(html, index);
    abl_status status = abl_html_pictures(html, lesion->number, err);
    if (status)
        return status;
    abl_html_rules(html, judged);
    abl_html_raw(html, "<div class=\"columns\">\n");
    put_sizes(html, lesion);
    put_distances(html, lesion);
    abl_html_lesion_vessels(html, lesion);
    abl_html_access(html, &lesion->access);
    abl_html_raw(html, "</div>\n");
    abl_html_zones(html, index);
    abl_html_raw(html, "</section>\n");
    return ABL_OK;
}
