/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/pdf_lesion.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/access.h"
#include "eligibility/report/text.h"
#include "eligibility/sentence.h"

static const abl_pdf_style head_style = {9, true, 0};
static const abl_pdf_style body_style = {9, false, 0.05};
static const abl_pdf_style cell_style = {7.5, false, 0.1};
static const abl_pdf_style cell_head_style = {7.5, true, 0};

static void put(abl_pdf *pdf, abl_pdf_style style, const char *text)
{
    abl_pdf_text(pdf, ABL_PDF_MARGIN_PT,
                 ABL_PDF_WIDTH_PT - 2 * ABL_PDF_MARGIN_PT, style, text);
}

static void put_head(abl_pdf *pdf, const char *text)
{
    abl_pdf_need(pdf, 60);
    abl_pdf_gap(pdf, 8);
    put(pdf, head_style, text);
    abl_pdf_gap(pdf, 2);
}

static void append_value(char *out, size_t size, const abl_value *value,
                         const char *unit, double scale)
{
    if (value->measured)
        abl_sentence_append(out, size, "%.1f \u00b1 %.1f %s",
                            value->value * scale, value->uncertainty * scale,
                            unit);
    else
        abl_sentence_append(out, size, "not measured%s%s",
                            value->why_not ? ": " : "",
                            value->why_not ? value->why_not : "");
}

void abl_pdf_stability_text(char *out, size_t size, const abl_stability *of)
{
    static const char *const words[] = {"meets", "borderline", "does not meet",
                                        "not assessable"};
    bool is_said = false;
    out[0] = '\0';
    if (!of->draws)
        return;
    abl_sentence_append(
        out, size,
        "Same verdict in %zu of %zu draws of the measurement error (", of->same,
        of->draws);
    for (int v = ABL_VERDICT_MEETS; v <= ABL_VERDICT_NOT_ASSESSABLE; v++) {
        if (!of->verdicts[v])
            continue;
        abl_sentence_append(out, size, "%s%s %zu", is_said ? ", " : "",
                            words[v], of->verdicts[v]);
        is_said = true;
    }
    abl_sentence_append(out, size, ").");
}

void abl_pdf_explain(abl_pdf *pdf, const abl_report *report, size_t index)
{
    const abl_lesion_explanation *of = &report->explanation->lesions[index];
    char text[512];
    if (of->sensitivity.text[0])
        put(pdf, body_style, of->sensitivity.text);
    abl_pdf_stability_text(text, sizeof text, &of->stability);
    put(pdf, body_style, text);
    if (!of->under_limit.measured)
        return;
    snprintf(text, sizeof text,
             "Estimated probability that the longest diameter is truly under "
             "%g mm: %.0f %%.",
             of->under_limit.limit_mm, 100 * of->under_limit.probability);
    put(pdf, body_style, text);
}

static void describe_touch(char *out, size_t size, const abl_zone_touch *touch)
{
    if (out[0])
        abl_sentence_append(out, size, "; ");
    if (touch->lesion)
        abl_sentence_append(out, size, "lesion %d ", touch->lesion);
    else
        abl_sentence_append(out, size, "%s ",
                            abl_structure_title(touch->structure));
    append_value(out, size, &touch->overlap_ml, "mL", 1);
}

static void put_zone(abl_pdf *pdf, const abl_zone *zone, const double *widths)
{
    char margin[48] = "", volume[96] = "", lost[192] = "", outside[96] = "";
    char touches[640] = "";
    abl_sentence_append(margin, sizeof margin, "%g mm%s", zone->margin_mm,
                        zone->leaves_scan ? ", leaves the scan: at least" : "");
    append_value(volume, sizeof volume, &zone->volume_ml, "mL", 1);
    append_value(lost, sizeof lost, &zone->liver_lost_ml, "mL, ", 1);
    append_value(lost, sizeof lost, &zone->liver_share, "%", 100);
    append_value(outside, sizeof outside, &zone->outside_share, "%", 100);
    for (size_t n = 0; n < zone->touch_count; n++)
        describe_touch(touches, sizeof touches, &zone->touches[n]);
    if (zone->touches_left_out)
        abl_sentence_append(touches, sizeof touches, "; and %zu more",
                            zone->touches_left_out);
    const char *const cells[] = {margin, volume, lost, outside,
                                 zone->touch_count ? touches
                                                   : "nothing that was found"};
    abl_pdf_row(pdf, widths, cells, 5, cell_style);
}

void abl_pdf_zones(abl_pdf *pdf, const abl_report *report, size_t index)
{
    static const double widths[] = {62, 74, 110, 80, 185};
    static const char *const heads[] = {"Margin", "Zone", "Normal liver lost",
                                        "Outside the liver", "Would touch"};
    const abl_zone *zones = report->explanation->lesions[index].zones;
    put_head(pdf, "If an ideal zone reached this far beyond the lesion");
    if (!zones[ABL_ZONE_LEAST].measured) {
        char text[256] = "Not measured: ";
        abl_sentence_append(text, sizeof text, "%s.",
                            zones[ABL_ZONE_LEAST].why_not);
        put(pdf, cell_style, text);
        return;
    }
    abl_pdf_row(pdf, widths, heads, 5, cell_head_style);
    for (int n = 0; n < ABL_ZONE_COUNT; n++)
        put_zone(pdf, &zones[n], widths);
}

static void put_fact(abl_pdf *pdf, const char *name, const char *text)
{
    static const double widths[] = {130, 381};
    const char *const cells[] = {name, text};
    abl_pdf_row(pdf, widths, cells, 2, cell_style);
}

static void put_room(abl_pdf *pdf, const abl_path *path)
{
    char text[160] = "";
    abl_sentence_append(
        text, sizeof text, "%.1f mm%s to %s", path->clearance_mm,
        path->clearance_mm >= ABL_ACCESS_FAR_MM ? " or more" : "",
        path->nearest_lesion > 0 ? "another lesion"
        : path->nearest_obstacle == ABL_BACKGROUND
            ? "nothing in the scan"
            : abl_obstacle_title(path->nearest_obstacle));
    if (path->nearest_rib > 0)
        abl_sentence_append(
            text, sizeof text, " (rib %d of the %s side, from the head)",
            path->nearest_rib, path->is_right_rib ? "right" : "left");
    put_fact(pdf, "Room around the axis", text);
}

static void put_entry(abl_pdf *pdf, const abl_report *report,
                      const abl_path *path)
{
    const size_t slice = abl_report_slice(report, path->entry_lps);
    char text[256] = "";
    if (slice)
        abl_sentence_append(text, sizeof text, "slice %zu (z %.1f mm), ", slice,
                            path->entry_lps[2]);
    abl_sentence_append(
        text, sizeof text,
        "%.0f mm %s of the body's middle; LPS %.1f, %.1f, %.1f",
        fabs(path->midline_mm), path->midline_mm < 0 ? "right" : "left",
        path->entry_lps[0], path->entry_lps[1], path->entry_lps[2]);
    put_fact(pdf, "Entry on the skin", text);
    snprintf(text, sizeof text,
             "%.0f\u00b0 in the axial plane from straight down, from the "
             "patient's %s; %.0f\u00b0 tilted with the tip to the %s",
             fabs(path->in_plane_angle_deg),
             path->in_plane_angle_deg < 0 ? "right" : "left",
             fabs(path->axial_tilt_deg),
             path->axial_tilt_deg < 0 ? "feet" : "head");
    put_fact(pdf, "Angles to set", text);
    snprintf(text, sizeof text, "LPS %.1f, %.1f, %.1f", path->target_lps[0],
             path->target_lps[1], path->target_lps[2]);
    put_fact(pdf, "Target", text);
}

static void put_path(abl_pdf *pdf, const abl_report *report,
                     const abl_access *access)
{
    const abl_path *path = &access->path;
    char text[160];
    snprintf(text, sizeof text,
             "%.1f mm from skin to target, %.1f mm of liver before the lesion",
             path->length_mm, path->liver_transit_mm);
    put_fact(pdf, "Length", text);
    put_room(pdf, path);
    put_entry(pdf, report, path);
    if (path->touches_vessel) {
        snprintf(text, sizeof text, "in the corridor, %.1f mm from the axis",
                 path->vessel_mm);
        put_fact(pdf, "Vessel of the liver", text);
    }
    put_fact(pdf, "Why this one", path->reason);
    for (size_t n = 0; n < access->other_count; n++) {
        const abl_path *other = &access->others[n];
        char name[32], words[420];
        snprintf(name, sizeof name, "Other path %zu", n + 2);
        snprintf(words, sizeof words, "%.0f mm long, %.1f mm of room: %s",
                 other->length_mm, other->clearance_mm, other->reason);
        put_fact(pdf, name, words);
    }
}

static void put_coverage(abl_pdf *pdf, const abl_coverage *one)
{
    char text[256] = "";
    if (one->positions > 0)
        abl_sentence_append(text, sizeof text, "%d", one->positions);
    else
        abl_sentence_append(text, sizeof text, "more than were tried");
    abl_sentence_append(
        text, sizeof text, " of %.0f x %.0f mm with %.0f mm around: %s",
        one->zone_mm[0], one->zone_mm[1], one->margin_mm, one->applicator);
    put_fact(pdf, "Zones that cover it", text);
}

void abl_pdf_access(abl_pdf *pdf, const abl_report *report, size_t index)
{
    const abl_access *access = &report->findings->lesions[index].access;
    char text[256];
    put_head(pdf, "Straight access, best of those that are clear");
    if (!access->assessed) {
        put_fact(pdf, "Not assessed",
                 access->why_not ? access->why_not : "not planned");
        return;
    }
    snprintf(text, sizeof text,
             "%zu of %zu, %zu more are clear but long; corridor %.1f mm in the "
             "axial plane, %.1f mm across it",
             access->clear, access->directions, access->clear_long,
             access->corridor_mm, access->corridor_out_of_plane_mm);
    put_fact(pdf, "Directions clear", text);
    if (access->has_path)
        put_path(pdf, report, access);
    else
        put_fact(pdf, "Path", "none found");
    for (size_t n = 0; !access->has_path && n < access->relaxation_count; n++)
        put_fact(pdf, "But", access->relaxations[n].text);
    for (size_t n = 0; n < access->coverage_count; n++)
        put_coverage(pdf, &access->coverage[n]);
    if (access->obstacles_uncertain)
        put_fact(pdf, "Caution",
                 access->uncertain_why ? access->uncertain_why
                                       : "an obstacle may have been missed");
}
