/* Vessels and segments in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/json_out.h"

static json_t *build_near(abl_json_out *out, const abl_report *report,
                          const abl_vessel_near *near)
{
    json_t *object = json_object();
    abl_out_set(out, object, "tree", abl_out_text(abl_tree_title(near->tree)));
    abl_out_set(out, object, "part",
                abl_out_text(abl_vessel_part_name(near->part)));
    abl_out_set(out, object, "title",
                abl_out_text(abl_vessel_near_title(near)));
    abl_out_set(out, object, "calibre",
                abl_out_value(out, &near->calibre_mm, "mm", 1));
    abl_out_set(out, object, "distance",
                abl_out_clearance(out, report, &near->to, near->to.structure));
    return object;
}

json_t *abl_out_lesion_vessels(abl_json_out *out, const abl_report *report,
                               const abl_lesion_findings *lesion)
{
    const abl_lesion_vessels *vessels = &lesion->vessels;
    json_t *object = json_object(), *trees = json_array();
    abl_out_set(out, object, "nearest",
                build_near(out, report, &vessels->nearest));
    abl_out_set(out, object, "nearest_that_may_count",
                build_near(out, report, &vessels->doubtful));
    for (int t = 0; t < ABL_TREE_COUNT; t++)
        abl_out_append(out, trees, build_near(out, report, &vessels->of[t]));
    abl_out_set(out, object, "by_tree", trees);
    abl_out_set(out, object, "portal_trunk",
                abl_out_clearance(out, report, &lesion->portal_trunk,
                                  ABL_PORTAL_AND_SPLENIC_VEIN));
    abl_out_set(out, object, "liver_seen_within_mm",
                abl_out_number(out, vessels->seen_within_mm, 1));
    return object;
}

static json_t *build_title(abl_couinaud segment)
{
    return segment == ABL_COUINAUD_NONE
               ? json_null()
               : abl_out_text(abl_couinaud_title(segment));
}

json_t *abl_out_lesion_segment(abl_json_out *out,
                               const abl_lesion_segment *segment)
{
    json_t *object = json_object(), *shares = json_array();
    abl_out_set(out, object, "assessed", json_boolean(segment->is_assessed));
    abl_out_set(out, object, "is_estimate", json_true());
    abl_out_set(out, object, "main", build_title(segment->main));
    abl_out_set(out, object, "second", build_title(segment->second));
    abl_out_set(out, object, "second_mm",
                segment->second == ABL_COUINAUD_NONE
                    ? json_null()
                    : abl_out_number(out, segment->second_mm, 1));
    for (int s = 1; s < ABL_COUINAUD_COUNT; s++) {
        if (!(segment->share[s] > 0))
            continue;
        json_t *share = json_object();
        abl_out_set(out, share, "segment", build_title((abl_couinaud)s));
        abl_out_set(out, share, "share",
                    abl_out_number(out, segment->share[s], 3));
        abl_out_append(out, shares, share);
    }
    abl_out_set(out, object, "shares", shares);
    return object;
}

json_t *abl_out_vessels(abl_json_out *out, const abl_findings *findings)
{
    const bool looked = findings->has_liver_vessels;
    json_t *object = json_object(), *trees = json_array();
    abl_out_set(out, object, "looked_for", json_boolean(looked));
    abl_out_set(out, object, "counted_from_mm",
                abl_out_number(out, findings->vessel_calibre_mm, 1));
    abl_out_set(out, object, "seen_from_mm",
                looked ? abl_out_number(out, findings->vessel_least_mm, 1)
                       : json_null());
    for (int t = 0; looked && t < ABL_TREE_COUNT; t++) {
        const abl_tree_state *state = &findings->trees[t];
        json_t *tree = json_object();
        abl_out_set(out, tree, "tree",
                    abl_out_text(abl_tree_title((abl_tree)t)));
        abl_out_set(out, tree, "assessable",
                    json_boolean(state->is_assessable));
        abl_out_set(out, tree, "why_not", abl_out_text_or_null(state->why_not));
        abl_out_set(out, tree, "length_mm",
                    abl_out_number(out, state->length_mm, 0));
        abl_out_append(out, trees, tree);
    }
    abl_out_set(out, object, "trees", trees);
    abl_out_set(out, object, "hilum_found", json_boolean(findings->has_hilum));
    abl_out_set(out, object, "hilum_why_not",
                abl_out_text_or_null(findings->hilum_why_not));
    abl_out_set(out, object, "trunk_without_splenic_vein",
                json_boolean(findings->is_trunk_cut));
    return object;
}

json_t *abl_out_segments(abl_json_out *out, const abl_findings *findings)
{
    const abl_segment_findings *segments = &findings->segments;
    json_t *object = json_object(), *involved = json_array();
    abl_out_set(out, object, "method",
                abl_out_text("estimated: hepatic veins, portal levels"));
    abl_out_set(out, object, "lobes", json_boolean(segments->has_lobes));
    abl_out_set(out, object, "right_segments",
                json_boolean(segments->has_right));
    abl_out_set(out, object, "left_segments", json_boolean(segments->has_left));
    abl_out_set(out, object, "why_not",
                abl_out_text_or_null(segments->why_not));
    for (int s = 1; s < ABL_COUINAUD_COUNT; s++) {
        if (!segments->lesion_count[s])
            continue;
        json_t *item = json_object();
        abl_out_set(out, item, "segment", build_title((abl_couinaud)s));
        abl_out_set(out, item, "lesions",
                    abl_out_count(segments->lesion_count[s]));
        abl_out_set(out, item, "tumour_ml",
                    abl_out_number(out, segments->tumour_ml[s], 2));
        abl_out_append(out, involved, item);
    }
    abl_out_set(out, object, "involved", involved);
    return object;
}
