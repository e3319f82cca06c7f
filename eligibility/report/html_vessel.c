/* Vessels and segments in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/report/html_out.h"

static void put_near(const abl_html *html, const char *name,
                     const abl_vessel_near *near)
{
    abl_html_raw(html, "<tr><th scope=\"row\">");
    abl_html_text(html, name);
    abl_html_raw(html, "</th><td>");
    if (!near->to.nearest.mm.measured) {
        abl_html_value(html, &near->to.nearest.mm, "mm", 1);
        abl_html_raw(html, "</td></tr>\n");
        return;
    }
    abl_html_text(html, abl_vessel_near_title(near));
    abl_html_put(html,
                 ", %.1f ± %.1f&nbsp;mm calibre, <b>%.1f</b> ± %.1f&nbsp;mm "
                 "from the lesion",
                 near->calibre_mm.value, near->calibre_mm.uncertainty,
                 near->to.nearest.mm.value, near->to.nearest.mm.uncertainty);
    if (near->to.is_upper_bound)
        abl_html_put(html,
                     " <span class=\"quiet\">may be nearer beyond the scan, "
                     "at least %.1f</span>",
                     near->to.at_least_mm);
    abl_html_raw(html, "</td></tr>\n");
}

static void put_segment(const abl_html *html, const abl_lesion_segment *segment)
{
    abl_html_raw(html, "<tr><th scope=\"row\">Segment, estimated</th><td>");
    if (!segment->is_assessed) {
        abl_html_raw(html, "not assessable: ");
        abl_html_text(html, html->report->findings->segments.why_not);
    } else {
        abl_html_put(html, "<b>%s</b>", abl_couinaud_title(segment->main));
        if (segment->second != ABL_COUINAUD_NONE && segment->second_mm > 0)
            abl_html_put(html, ", %.0f&nbsp;mm from %s", segment->second_mm,
                         abl_couinaud_title(segment->second));
        else if (segment->second != ABL_COUINAUD_NONE)
            abl_html_put(html, ", reaches into %s",
                         abl_couinaud_title(segment->second));
    }
    abl_html_raw(html, "</td></tr>\n");
}

void abl_html_lesion_vessels(const abl_html *html,
                             const abl_lesion_findings *lesion)
{
    const abl_lesion_vessels *vessels = &lesion->vessels;
    abl_html_put(html,
                 "<table class=\"facts\"><caption>Place and vessels from "
                 "%.1f&nbsp;mm</caption><tbody>\n",
                 html->report->findings->vessel_calibre_mm);
    put_segment(html, &lesion->segment);
    put_near(html, "Nearest vessel", &vessels->nearest);
    for (int t = 0; t < ABL_TREE_COUNT; t++)
        if (vessels->of[t].to.nearest.mm.measured &&
            (abl_tree)t != vessels->nearest.tree)
            put_near(html, "Other tree", &vessels->of[t]);
    abl_html_value_row(html, "Portal trunk", &lesion->portal_trunk.nearest.mm,
                       "mm", 1);
    abl_html_raw(html, "</tbody></table>\n");
}

void abl_html_segments(const abl_html *html)
{
    const abl_segment_findings *segments = &html->report->findings->segments;
    abl_html_raw(html, "<table class=\"facts\"><caption>Segments involved, "
                       "estimated</caption><tbody>\n");
    for (int s = 1; s < ABL_COUINAUD_COUNT; s++)
        if (segments->lesion_count[s])
            abl_html_put(html,
                         "<tr><th scope=\"row\">%s</th><td>%zu lesion%s, "
                         "%.1f&nbsp;mL of tumour</td></tr>\n",
                         abl_couinaud_title((abl_couinaud)s),
                         segments->lesion_count[s],
                         segments->lesion_count[s] == 1 ? "" : "s",
                         segments->tumour_ml[s]);
    if (segments->why_not[0])
        abl_html_text_row(
            html, segments->has_lobes ? "Only in part" : "Not assessable",
            segments->why_not);
    abl_html_raw(html, "</tbody></table>\n");
}
