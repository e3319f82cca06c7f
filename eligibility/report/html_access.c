/* Access to one lesion in report.html.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "eligibility/access.h"
#include "eligibility/report/html_out.h"
#include "eligibility/report/text.h"

static void put_plain_row(const abl_html *html, const char *name, double value,
                          const char *unit)
{
    abl_html_put(html,
                 "<tr><th scope=\"row\">%s</th><td><b>%.1f</b>&nbsp;%s"
                 "</td></tr>\n",
                 name, value, unit);
}

static const char *obstacle_title(const abl_path *path)
{
    if (path->nearest_lesion > 0)
        return "another lesion";
    return path->nearest_obstacle == ABL_BACKGROUND
               ? "nothing in the scan"
               : abl_obstacle_title(path->nearest_obstacle);
}

static void put_rib(const abl_html *html, const abl_path *path)
{
    if (path->nearest_rib > 0)
        abl_html_put(html, " (rib %d of the %s side, from the head)",
                     path->nearest_rib, path->is_right_rib ? "right" : "left");
}

/* What a person at the scanner can find: slice, midline, angles. */
static void put_entry(const abl_html *html, const abl_path *path)
{
    const size_t slice = abl_report_slice(html->report, path->entry_lps);
    abl_html_raw(html, "<tr><th scope=\"row\">Entry on the skin</th><td>");
    if (slice > 0)
        abl_html_put(html, "slice %zu (z %.1f&nbsp;mm), ", slice,
                     path->entry_lps[2]);
    abl_html_put(html,
                 "<b>%.0f</b>&nbsp;mm %s of the body&#39;s middle; LPS %.1f, "
                 "%.1f, %.1f</td></tr>\n",
                 fabs(path->midline_mm),
                 path->midline_mm < 0 ? "right" : "left", path->entry_lps[0],
                 path->entry_lps[1], path->entry_lps[2]);
}

static void put_angles(const abl_html *html, const abl_path *path)
{
    abl_html_put(html,
                 "<tr><th scope=\"row\">Angles to set</th><td><b>%.0f</b>° in "
                 "the axial plane from straight down, from the patient&#39;s "
                 "%s; <b>%.0f</b>° tilted with the tip to the %s</td></tr>\n",
                 fabs(path->in_plane_angle_deg),
                 path->in_plane_angle_deg < 0 ? "right" : "left",
                 fabs(path->axial_tilt_deg),
                 path->axial_tilt_deg < 0 ? "feet" : "head");
}

static void put_path(const abl_html *html, const abl_path *path)
{
    put_plain_row(html, "Length from skin to target", path->length_mm, "mm");
    abl_html_raw(html, "<tr><th scope=\"row\">Room around the axis</th><td>");
    abl_html_put(html, "<b>%.1f</b>&nbsp;mm%s to ", path->clearance_mm,
                 path->clearance_mm >= ABL_ACCESS_FAR_MM ? " or more" : "");
    abl_html_text(html, obstacle_title(path));
    put_rib(html, path);
    abl_html_raw(html, "</td></tr>\n");
    put_plain_row(html, "Liver crossed before the lesion",
                  path->liver_transit_mm, "mm");
    put_plain_row(html, "Angle to the capsule&#39;s normal",
                  path->capsule_angle_deg, "°");
    put_entry(html, path);
    put_angles(html, path);
    abl_html_put(html,
                 "<tr><th scope=\"row\">Target, LPS</th><td>%.1f, %.1f, "
                 "%.1f&nbsp;mm</td></tr>\n",
                 path->target_lps[0], path->target_lps[1], path->target_lps[2]);
    if (path->touches_vessel)
        put_plain_row(html, "Vessel of the liver in the corridor, at",
                      path->vessel_mm, "mm");
    if (path->touches_bundle)
        put_plain_row(html, "Bundle below a rib in the corridor, at",
                      path->bundle_mm, "mm");
    abl_html_text_row(html, "Why this one", path->reason);
}

static void put_others(const abl_html *html, const abl_access *access)
{
    for (size_t n = 0; n < access->other_count; n++) {
        const abl_path *path = &access->others[n];
        abl_html_put(html,
                     "<tr><th scope=\"row\">Other path %zu</th><td>%.0f&nbsp;"
                     "mm long, %.1f&nbsp;mm of room, %.0f&nbsp;mm of liver, "
                     "capsule %.0f°, tilt %.0f°, in plane %.0f°: ",
                     n + 2, path->length_mm, path->clearance_mm,
                     path->liver_transit_mm, path->capsule_angle_deg,
                     path->axial_tilt_deg, path->in_plane_angle_deg);
        abl_html_text(html, path->reason);
        abl_html_raw(html, "</td></tr>\n");
    }
}

static void put_no_path(const abl_html *html, const abl_access *access)
{
    abl_html_text_row(html, "Path", "none found");
    for (size_t n = 0; n < access->relaxation_count; n++)
        abl_html_text_row(html, "But", access->relaxations[n].text);
}

static void put_coverage(const abl_html *html, const abl_access *access)
{
    for (size_t n = 0; n < access->coverage_count; n++) {
        const abl_coverage *one = &access->coverage[n];
        abl_html_raw(html, "<tr><th scope=\"row\">Zones that cover it</th>"
                           "<td>");
        if (one->positions > 0)
            abl_html_put(html, "<b>%d</b>", one->positions);
        else
            abl_html_raw(html, "more than were tried");
        abl_html_put(html, " of %.0f x %.0f&nbsp;mm with %.0f&nbsp;mm around: ",
                     one->zone_mm[0], one->zone_mm[1], one->margin_mm);
        abl_html_text(html, one->applicator);
        abl_html_raw(html, "</td></tr>\n");
    }
}

static void put_assessed(const abl_html *html, const abl_access *access)
{
    abl_html_put(html,
                 "<tr><th scope=\"row\">Directions clear</th><td><b>%zu"
                 "</b> of %zu, %zu more are clear but long; corridor %.1f mm "
                 "in the axial plane, %.1f mm across it</td></tr>\n",
                 access->clear, access->directions, access->clear_long,
                 access->corridor_mm, access->corridor_out_of_plane_mm);
    if (access->has_path) {
        put_path(html, &access->path);
        put_others(html, access);
    } else {
        put_no_path(html, access);
    }
    put_coverage(html, access);
    if (access->obstacles_uncertain)
        abl_html_text_row(html, "Caution",
                          access->uncertain_why
                              ? access->uncertain_why
                              : "an obstacle may have been missed");
}

void abl_html_access(const abl_html *html, const abl_access *access)
{
    abl_html_raw(
        html,
        "<table class=\"facts wide access\"><caption>Straight access, best "
        "of those that are clear</caption><tbody>\n");
    if (access->assessed)
        put_assessed(html, access);
    else
        abl_html_text_row(html, "Not assessed",
                          access->why_not ? access->why_not : "not planned");
    abl_html_raw(html, "</tbody></table>\n");
}
