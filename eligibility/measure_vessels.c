/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/measure_vessels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "segmentation/portal_trunk.h"

/* Less of a lesion than this may be the border's own error (convention). */
static const double least_share = 0.05;

static abl_status cut_trunk(abl_vessel_scene *out, abl_error *err)
{
    const abl_structure *items = out->scene->structures->items;
    const abl_structure *portal = &items[ABL_PORTAL_AND_SPLENIC_VEIN];
    if (!portal->field)
        return ABL_OK;
    abl_status status =
        abl_portal_trunk_field(&out->trunk_field, &out->is_trunk_cut,
                               portal->field, items[ABL_AORTA].field, err);
    if (status)
        return status;
    status = abl_shape_create(&out->trunk, out->trunk_field, portal->edge_sd_mm,
                              err);
    return status == ABL_E_UNSUPPORTED ? ABL_OK : status;
}

abl_status abl_vessel_scene_make(abl_vessel_scene *out, const abl_scene *scene,
                                 double calibre_mm, abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->scene = scene;
    abl_status status =
        abl_vessel_walls_make(&out->walls, scene, calibre_mm, err);
    return status ? status : cut_trunk(out, err);
}

void abl_vessel_scene_clear(abl_vessel_scene *scene)
{
    abl_vessel_walls_clear(&scene->walls);
    abl_shape_clear(&scene->trunk);
    abl_volume_destroy(scene->trunk_field);
    memset(scene, 0, sizeof *scene);
}

static void measure_trunk(abl_lesion_findings *out,
                          const abl_vessel_scene *scene,
                          const abl_shape *lesion, double end_mm)
{
    const abl_structure *portal =
        &scene->scene->structures->items[ABL_PORTAL_AND_SPLENIC_VEIN];
    abl_clearance *trunk = &out->portal_trunk;
    trunk->structure = ABL_PORTAL_AND_SPLENIC_VEIN;
    abl_clearance_between(&trunk->nearest, lesion, &scene->trunk);
    abl_lesion_bound(trunk, portal->found,
                     portal->found == ABL_FOUND_CUT || out->touches_border,
                     end_mm);
}

static abl_status find_segment(abl_lesion_findings *out,
                               const abl_vessel_scene *scene, size_t index,
                               abl_error *err)
{
    const abl_structures *structures = scene->scene->structures;
    const abl_volume *liver = structures->items[ABL_LIVER].field;
    if (!structures->couinaud || !liver)
        return ABL_OK;
    return abl_couinaud_of_lesion(&out->segment, structures->couinaud, liver,
                                  structures->lesions[index].field, err);
}

abl_status abl_lesion_measure_vessels(abl_lesion_findings *out,
                                      const abl_vessel_scene *scene,
                                      size_t index, abl_error *err)
{
    const abl_structures *structures = scene->scene->structures;
    const abl_shape *lesion = &scene->scene->lesions[index];
    const bool may_go_on =
        structures->items[ABL_LIVER].found != ABL_FOUND || out->touches_border;
    const double end_mm = abl_lesion_scan_end_mm(scene->scene, index);
    abl_vessels_near(&out->vessels, &scene->walls, lesion,
                     may_go_on ? end_mm : HUGE_VAL);
    measure_trunk(out, scene, lesion, end_mm);
    return find_segment(out, scene, index, err);
}

static void fill_segments(abl_findings *out, const abl_couinaud_map *map)
{
    abl_segment_findings *segments = &out->segments;
    snprintf(segments->why_not, sizeof segments->why_not, "%s",
             map ? map->why_not : "segments were not looked for");
    if (!map)
        return;
    segments->has_lobes = map->has_lobes;
    segments->has_right = map->has_right;
    segments->has_left = map->has_left;
    for (size_t n = 0; n < out->lesion_count; n++) {
        const abl_lesion_findings *lesion = &out->lesions[n];
        for (int s = 1; lesion->segment.is_assessed && s < ABL_COUINAUD_COUNT;
             s++) {
            const double share = lesion->segment.share[s];
            segments->lesion_count[s] += share >= least_share;
            if (lesion->volume_ml.measured)
                segments->tumour_ml[s] += share * lesion->volume_ml.value;
        }
    }
}

void abl_findings_fill_vessels(abl_findings *out, const abl_vessel_scene *scene,
                               double calibre_mm)
{
    const abl_structures *structures = scene->scene->structures;
    const abl_vessels *vessels = structures->vessels;
    const abl_hilum *hilum = structures->hilum;
    out->vessel_calibre_mm = calibre_mm;
    out->has_liver_vessels = vessels != NULL;
    if (vessels) {
        memcpy(out->trees, vessels->trees, sizeof out->trees);
        out->vessel_least_mm = vessels->least_calibre_mm;
    }
    out->has_hilum = hilum && hilum->is_found;
    snprintf(out->hilum_why_not, sizeof out->hilum_why_not, "%s",
             hilum ? hilum->why_not : "it was not looked for");
    out->is_trunk_cut = scene->is_trunk_cut;
    fill_segments(out, structures->couinaud);
}
