/* Whether vessels can be assessed, and the steps that find them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessels.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/point.h"
#include "segmentation/vessels_work.h"

/* A tree shorter than this was not followed: most livers have 300 mm and
 * more. Convention. */
static const double least_tree_mm = 40;

static void refuse(abl_tree_state *state, const char *format, ...)
    ABL_PRINTF(2, 3);
static void refuse(abl_tree_state *state, const char *format, ...)
{
    va_list args;
    state->is_assessable = false;
    va_start(args, format);
    vsnprintf(state->why_not, sizeof state->why_not, format, args);
    va_end(args);
}

static void refuse_all(abl_vessels *vessels, const char *why)
{
    for (int tree = 0; tree < ABL_TREE_COUNT; tree++)
        refuse(&vessels->trees[tree], "%s", why);
}

/* What is known before looking; false: do not look. */
static bool is_worth_looking(abl_vessels *vessels,
                             const abl_structures *structures,
                             const abl_volume *image)
{
    const double slices = image->grid.spacing_mm[2];
    char text[160];
    if (structures->phase.phase == ABL_PHASE_UNENHANCED) {
        refuse_all(vessels, "The scan is unenhanced; vessels do not stand out "
                            "from the liver.");
        return false;
    }
    if (structures->phase.phase == ABL_PHASE_ARTERIAL) {
        refuse_all(vessels, "The scan is arterial; the veins of the liver are "
                            "not filled yet.");
        return false;
    }
    if (slices > ABL_VESSEL_MOST_SLICE_MM) {
        snprintf(text, sizeof text,
                 "Slices are %.1f mm apart; vessels need %.0f mm or less.",
                 slices, floor(ABL_VESSEL_MOST_SLICE_MM));
        refuse_all(vessels, text);
        return false;
    }
    return true;
}

static bool is_bright_enough(abl_vessels *vessels, const abl_vessel_work *work)
{
    char text[160];
    if (work->noise_hu < 0) {
        refuse_all(vessels, "There is too little liver tissue to compare "
                            "vessels with.");
        return false;
    }
    if (work->depth)
        return true;
    snprintf(text, sizeof text,
             "Vessels are only %.0f HU brighter than the liver (SD %.0f HU).",
             fmax(work->contrast_hu, 0), work->noise_hu);
    refuse_all(vessels, text);
    return false;
}

static void measure_lengths(abl_vessels *vessels)
{
    for (size_t n = 0; n < vessels->node_count; n++) {
        const abl_vessel_node *node = &vessels->nodes[n];
        if (node->parent >= 0 && node->calibre_mm >= vessels->least_calibre_mm)
            vessels->trees[node->tree].length_mm += abl_point_distance_mm(
                node->lps, vessels->nodes[node->parent].lps);
    }
}

static void judge_tree(abl_tree_state *state, const abl_structure *trunk,
                       const char *name)
{
    if (trunk->found < ABL_FOUND)
        refuse(state,
               "The %s was not found; no vessel can be followed from "
               "it.",
               name);
    else if (state->length_mm < least_tree_mm)
        refuse(state, "Only %.0f mm of vessel could be followed from the %s.",
               state->length_mm, name);
}

static abl_status look(abl_vessels *vessels, abl_structures *structures,
                       abl_vessel_work *work, abl_error *err)
{
    abl_status status = abl_vessels_prepare(work, err);
    if (!status && work->noise_hu >= 0)
        status = abl_vessels_detect(work, err);
    if (status || !is_bright_enough(vessels, work))
        return status;
    vessels->least_calibre_mm = fmax(vessels->least_calibre_mm, work->least_mm);
    status = abl_vessels_trace(work, err);
    if (!status)
        status = abl_vessels_grow(vessels, work, err);
    if (!status)
        status = abl_vessels_measure(vessels, work, err);
    if (status)
        return status;
    measure_lengths(vessels);
    judge_tree(&vessels->trees[ABL_TREE_HEPATIC],
               &structures->items[ABL_INFERIOR_VENA_CAVA],
               "inferior vena cava");
    judge_tree(&vessels->trees[ABL_TREE_PORTAL],
               &structures->items[ABL_PORTAL_AND_SPLENIC_VEIN],
               "portal vein trunk");
    return abl_vessels_paint(structures, vessels, work, err);
}

static void clear_work(abl_vessel_work *work)
{
    abl_volume_destroy(work->contrast);
    abl_volume_destroy(work->region);
    abl_volume_destroy(work->outside);
    abl_volume_destroy(work->to_cava);
    abl_volume_destroy(work->tube);
    abl_volume_destroy(work->to_lesion);
    abl_volume_destroy(work->vessel);
    abl_volume_destroy(work->depth);
    abl_vessel_graph_clear(&work->graph);
}

static abl_status check(const abl_structures *structures,
                        const abl_volume *image, abl_error *err)
{
    if (image->type != ABL_PIXEL_I16)
        return abl_error_set(err, ABL_E_INVALID,
                             "vessels: the image does not hold 16-bit HU");
    if (!structures->labels || !structures->lesion_labels ||
        !structures->items[ABL_LIVER].field)
        return abl_error_set(err, ABL_E_INVALID,
                             "vessels: organs and lesions come first");
    return abl_grid_check_same(&image->grid, &structures->labels->grid, 0.01,
                               err);
}

abl_status abl_vessels_find(abl_structures *structures, const abl_volume *image,
                            const abl_progress *progress, abl_error *err)
{
    abl_status status = check(structures, image, err);
    if (!status)
        status = abl_progress_step(progress, "liver vessels", 0, err);
    if (status)
        return status;
    abl_vessels *vessels = abl_alloc(1, sizeof *vessels, err);
    if (!vessels)
        return ABL_E_NOMEM;
    vessels->least_calibre_mm =
        fmax(ABL_VESSEL_LEAST_MM, image->grid.spacing_mm[2]);
    for (int tree = 0; tree < ABL_TREE_COUNT; tree++)
        vessels->trees[tree].is_assessable = true;
    abl_vessel_work work = {.structures = structures, .image = image};
    if (is_worth_looking(vessels, structures, image))
        status = look(vessels, structures, &work, err);
    clear_work(&work);
    if (!status)
        status = abl_progress_step(progress, "liver vessels", 1, err);
    if (status) {
        abl_vessels_destroy(vessels);
        return status;
    }
    abl_vessels_destroy(structures->vessels);
    structures->vessels = vessels;
    return ABL_OK;
}
