/* Liver, vessels, lesions and recommended paths as shaded surfaces, from the
 * front and from the right.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/overlay.h"
#include "eligibility/report/surface_rays.h"

enum {
    PANE_PX = 640,
    HEAD_PX = 132,
    PANES = 2
};
#define DEG         57.29577951308232
#define LESION      0xF0E442u
#define OUTER_SHARE 1.12 /* of the picture to what it must hold */

/* The inks of the other pictures, so that a colour means the same. */
static const uint32_t colours[ABL_STRUCTURE_COUNT] = {
    [ABL_BACKGROUND] = 0xF2A60D,    [ABL_LIVER] = 0x7FC4EA,
    [ABL_GALLBLADDER] = 0x00B382,   [ABL_INFERIOR_VENA_CAVA] = 0x4080FA,
    [ABL_HEPATIC_VEINS] = 0x4080FA, [ABL_PORTAL_AND_SPLENIC_VEIN] = 0xD685B0,
    [ABL_PORTAL_VEINS] = 0xD685B0,  [ABL_LIVER_VESSELS] = 0xB3B3B3};

typedef struct sheet {
    abl_canvas canvas;
    const abl_report *report;
    abl_surface_scene scene;
} sheet;

/* From in front, turned @p right_deg to the patient's right and @p up_deg to
 * the head. */
static abl_view look(double right_deg, double up_deg)
{
    const double a = right_deg / DEG, e = up_deg / DEG;
    return (abl_view){.right_lps = {cos(a), -sin(a), 0},
                      .down_lps = {-sin(a) * sin(e), -cos(a) * sin(e), -cos(e)},
                      .width_px = PANE_PX,
                      .height_px = PANE_PX};
}

/* Widens a box in the view's plane [mm]; off: from LPS 0. */
static void widen(double box_mm[4], const abl_view *view, const double lps[3])
{
    double at[2] = {0, 0};
    for (int r = 0; r < 3; r++) {
        at[0] += lps[r] * view->right_lps[r];
        at[1] += lps[r] * view->down_lps[r];
    }
    for (int a = 0; a < 2; a++) {
        box_mm[a] = fmin(box_mm[a], at[a]);
        box_mm[a + 2] = fmax(box_mm[a + 2], at[a]);
    }
}

/* Every block that holds liver counts with its middle. */
static void widen_by_liver(double box_mm[4], const abl_view *view,
                           const abl_surface_scene *scene)
{
    const size_t *count = scene->blocks;
    for (size_t k = 0; k < count[2]; k++)
        for (size_t j = 0; j < count[1]; j++)
            for (size_t i = 0; i < count[0]; i++) {
                const size_t n = (k * count[1] + j) * count[0] + i;
                const double ijk[3] = {((double)i + 0.5) * ABL_SCENE_BLOCK,
                                       ((double)j + 0.5) * ABL_SCENE_BLOCK,
                                       ((double)k + 0.5) * ABL_SCENE_BLOCK};
                double lps[3];
                if (!(scene->block_has[n] & 1u << ABL_THING_LIVER))
                    continue;
                abl_grid_to_lps(lps, &scene->grid, ijk);
                widen(box_mm, view, lps);
            }
}

static void fit(abl_view *view, const sheet *s)
{
    double box_mm[4] = {1e9, 1e9, -1e9, -1e9};
    widen_by_liver(box_mm, view, &s->scene);
    for (size_t n = 0; n < s->scene.rod_count; n++)
        widen(box_mm, view, s->scene.rods[n].from_lps);
    const double extent =
        fmax(fmax(box_mm[2] - box_mm[0], box_mm[3] - box_mm[1]), 100);
    view->mm_per_px = OUTER_SHARE * extent / PANE_PX;
    double middle_lps[3], depth = 0;
    const abl_grid *grid = &s->scene.grid;
    const double ijk[3] = {0.5 * (double)grid->size[0],
                           0.5 * (double)grid->size[1],
                           0.5 * (double)grid->size[2]};
    double normal[3];
    abl_grid_to_lps(middle_lps, grid, ijk);
    for (int r = 0; r < 3; r++) {
        const int a = (r + 1) % 3, b = (r + 2) % 3;
        normal[r] = view->right_lps[a] * view->down_lps[b] -
                    view->right_lps[b] * view->down_lps[a];
        depth += normal[r] * middle_lps[r];
    }
    for (int r = 0; r < 3; r++)
        view->centre_lps[r] =
            0.5 * (box_mm[0] + box_mm[2]) * view->right_lps[r] +
            0.5 * (box_mm[1] + box_mm[3]) * view->down_lps[r] +
            depth * normal[r];
}

static abl_status draw_render(const abl_pane *pane, const sheet *s,
                              abl_error *err)
{
    const size_t side = PANE_PX;
    uint8_t *rgb = abl_alloc(side * side, 3, err);
    if (!rgb)
        return ABL_E_NOMEM;
    abl_status status =
        abl_surface_render(rgb, &s->scene, &pane->view, colours, LESION, err);
    if (!status)
        abl_canvas_rgb(pane->canvas, rgb, side, side, (size_t)pane->left_px,
                       (size_t)pane->top_px);
    free(rgb);
    return status;
}

static void number_lesions(const abl_pane *pane, const abl_findings *findings)
{
    for (size_t n = 0; n < findings->lesion_count; n++) {
        double at[2];
        abl_pane_locate(at, NULL, pane, findings->lesions[n].centroid_lps);
        abl_canvas_reserve(pane->canvas, at[0] - 7, at[1] - 7, at[0] + 7,
                           at[1] + 7);
    }
    for (size_t n = 0; n < findings->lesion_count; n++) {
        char text[16];
        double at[2];
        snprintf(text, sizeof text, "%d", findings->lesions[n].number);
        abl_pane_locate(at, NULL, pane, findings->lesions[n].centroid_lps);
        abl_canvas_label(pane->canvas, at, ABL_TEXT_LABEL_PX, ABL_INK_LESION,
                         text);
    }
}

static abl_status draw_pane(sheet *s, int cell, abl_error *err)
{
    static const struct {
        double right_deg, up_deg;
        const char *name;
    } looks[PANES] = {{0, 0, "from the front"},
                      {55, 15, "from the right, the front and above"}};
    abl_pane pane = {.canvas = &s->canvas,
                     .view = look(looks[cell].right_deg, looks[cell].up_deg),
                     .left_px = PANE_PX * cell,
                     .top_px = HEAD_PX};
    fit(&pane.view, s);
    abl_status status = draw_render(&pane, s, err);
    if (status)
        return status;
    cairo_save(s->canvas.cairo);
    cairo_rectangle(s->canvas.cairo, pane.left_px, pane.top_px, PANE_PX,
                    PANE_PX);
    cairo_clip(s->canvas.cairo);
    abl_pane_limit_labels(&pane);
    abl_pane_draw_frame(&pane);
    abl_canvas_plate_text(&s->canvas, pane.left_px + 10, pane.top_px + 24,
                          ABL_TEXT_LABEL_PX, looks[cell].name);
    number_lesions(&pane, s->report->findings);
    cairo_restore(s->canvas.cairo);
    return ABL_OK;
}

static bool is_shown(const sheet *s, abl_structure_id id)
{
    return s->report->structures->items[id].field != NULL;
}

/* Of what there is. */
static void draw_legend(sheet *s, double base_px)
{
    const struct {
        bool shown;
        uint32_t colour;
        const char *name;
    } entries[] = {
        {true, colours[ABL_LIVER], "liver"},
        {s->report->findings->lesion_count > 0, LESION, "lesion"},
        {is_shown(s, ABL_PORTAL_AND_SPLENIC_VEIN) ||
             is_shown(s, ABL_PORTAL_VEINS),
         colours[ABL_PORTAL_VEINS], "portal vein"},
        {is_shown(s, ABL_INFERIOR_VENA_CAVA) || is_shown(s, ABL_HEPATIC_VEINS),
         colours[ABL_HEPATIC_VEINS], "vena cava, hepatic veins"},
        {is_shown(s, ABL_LIVER_VESSELS), colours[ABL_LIVER_VESSELS],
         "vessel of unknown tree"},
        {is_shown(s, ABL_GALLBLADDER), colours[ABL_GALLBLADDER], "gallbladder"},
        {s->scene.rod_count > 0, colours[ABL_BACKGROUND], "recommended path"}};
    abl_canvas *canvas = &s->canvas;
    double left = 14;
    for (size_t n = 0; n < sizeof entries / sizeof entries[0]; n++) {
        const uint32_t c = entries[n].colour;
        if (!entries[n].shown)
            continue;
        cairo_set_source_rgb(canvas->cairo, (c >> 16 & 255) / 255.0,
                             (c >> 8 & 255) / 255.0, (c & 255) / 255.0);
        cairo_rectangle(canvas->cairo, left, base_px - 12, 14, 14);
        cairo_fill(canvas->cairo);
        left += 20;
        left += abl_canvas_text(canvas, left, base_px, ABL_TEXT_LABEL_PX,
                                ABL_INK_TEXT, entries[n].name);
        left += 18;
    }
}

static void draw_head(sheet *s)
{
    abl_overlay_draw_head(&s->canvas, s->report,
                          "Surfaces of the outlines, for orientation only: "
                          "smoothed; thin vessels may be missing");
    draw_legend(s, 112);
    abl_canvas_reserve(&s->canvas, 0, 0, PANES * PANE_PX, HEAD_PX);
}

/* In full colour: a palette would band the shading. */
static abl_status finish(abl_picture *picture, abl_canvas *canvas,
                         const char *folder, abl_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, picture->file);
    picture->width = PANES * PANE_PX;
    picture->height = HEAD_PX + PANE_PX;
    return abl_canvas_write_full(canvas, path, &picture->pixels, err);
}

abl_status abl_overlay_surface(abl_picture *out, const char *folder,
                               const abl_report *report, abl_error *err)
{
    sheet s;
    memset(&s, 0, sizeof s);
    s.report = report;
    abl_status status = abl_overlay_open(
        out, &s.canvas, "surface",
        "Liver, vessels, numbered lesions and recommended paths as surfaces, "
        "from the front and from the right",
        PANES * PANE_PX, HEAD_PX + PANE_PX, err);
    if (status)
        return status;
    status = abl_surface_scene_make(&s.scene, report, err);
    if (!status)
        draw_head(&s);
    for (int cell = 0; cell < PANES && !status; cell++)
        status = draw_pane(&s, cell, err);
    if (!status)
        status = finish(out, &s.canvas, folder, err);
    abl_surface_scene_clear(&s.scene);
    abl_canvas_clear(&s.canvas);
    return status;
}
