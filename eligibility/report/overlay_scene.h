/* One picture of one lesion while it is drawn.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_OVERLAY_SCENE_H
#define ABL_ELIGIBILITY_REPORT_OVERLAY_SCENE_H

#include "eligibility/report/overlay.h"

enum {
    ABL_SCENE_MAX_LABELS = 8,
    ABL_SCENE_SHORTEST = 3
};
/** Below this a distance is a touch [mm]; it is printed as 0.0. */
#define ABL_SCENE_TOUCH_MM 0.05

/** Words to place once all lines are drawn. */
typedef struct abl_scene_label {
    double anchors[2][2]; /**< it may stand at either */
    abl_ink ink;
    char text[96];
} abl_scene_label;

typedef struct abl_scene {
    const abl_report *report;
    const abl_lesion_findings *lesion;
    size_t index; /**< of the lesion, from 0 */
    abl_lesion_view kind;
    abl_canvas canvas;
    abl_pane pane;
    size_t label_count;
    abl_scene_label labels[ABL_SCENE_MAX_LABELS];
    char elsewhere[256]; /**< distances that lie off this plane */
} abl_scene;

/** A shortest distance that pictures show. */
typedef struct abl_shortest {
    const abl_segment *segment; /**< from the lesion's surface */
    abl_ink ink;
    const char *name; /**< of what it leads to */
    abl_structure_id structure;
} abl_shortest;

/** The shortest distance above a touch, of those to capsule, vessel and organ.
 * @return false when there is none */
bool abl_scene_find_shortest(abl_shortest *out,
                             const abl_lesion_findings *lesion);

/** Outlines of bone, lung, gas and heart where a shortest distance leads
 * there; other structures are drawn anyway. */
abl_status abl_scene_draw_neighbours(const abl_scene *s,
                                     abl_error *err) ABL_MUST_CHECK;

/** Diameters (axial picture only) and the shortest distances to capsule,
 * vessel and organ: solid with ticks where both ends lie within 2 mm (or half a
 * slice) of the plane, dashed with a ring at the end that does not, only named
 * at the upper edge where neither does or one is more than 10 mm off. A touch
 * is a ring. */
void abl_scene_draw_measures(abl_scene *s);

/** The axis of the recommended path, the corridor's edges, entry, target. */
void abl_scene_draw_path(abl_scene *s);

/** Distances that another plane shows, at the upper edge. */
void abl_scene_draw_elsewhere(abl_scene *s);

/** Places the words that the functions above left. */
void abl_scene_place_labels(abl_scene *s);

#endif
