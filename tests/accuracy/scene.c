/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <math.h>
#include <string.h>

#include "draw.h"

#define LATTICE 2000

static void column(double out[3], const abl_grid *grid, int axis)
{
    for (int r = 0; r < 3; r++)
        out[r] = grid->direction[r][axis];
}

/* The lattice, around the origin with a random part of a voxel beside it. */
static void draw_lattice(abl_grid *grid)
{
    *grid = abl_grid_axial(LATTICE, LATTICE, LATTICE, draw_uniform(0.6, 1),
                           draw_uniform(0.6, 1), draw_uniform(0.8, 5));
    const double yaw = draw_uniform(-0.35, 0.35);
    const double pitch = draw_uniform(-0.35, 0.35);
    const double turn[3][3] = {
        {cos(yaw), -sin(yaw) * cos(pitch), sin(yaw) * sin(pitch)},
        {sin(yaw), cos(yaw) * cos(pitch), -cos(yaw) * sin(pitch)},
        {0, sin(pitch), cos(pitch)}};
    memcpy(grid->direction, turn, sizeof turn);
    double ijk[3], middle[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = 0.5 * LATTICE + draw_uniform(-0.5, 0.5);
    memset(grid->origin_lps, 0, sizeof grid->origin_lps);
    abl_grid_to_lps(middle, grid, ijk);
    for (int a = 0; a < 3; a++)
        grid->origin_lps[a] = -middle[a];
}

static void draw_organ(scene *s)
{
    double away[3], back[3], by[3];
    blob *organ = &s->items[SCENE_ORGAN].body;
    const blob *lesion = &s->items[SCENE_LESION].body;
    blob_draw(organ, draw_uniform(10, 25), 1);
    draw_direction(away);
    for (int a = 0; a < 3; a++)
        back[a] = -away[a];
    const double apart = blob_reach(lesion, away) + blob_reach(organ, back) +
                         draw_uniform(0.5, 20);
    for (int a = 0; a < 3; a++)
        by[a] = apart * away[a];
    blob_move(organ, by);
    s->truth[SCENE_TO_ORGAN] = blob_gap_mm(lesion, organ);
}

static void draw_liver(scene *s)
{
    double away[3], centre[3];
    blob *liver = &s->items[SCENE_LIVER].body;
    draw_direction(away);
    const double off = draw_uniform(0, 6);
    for (int a = 0; a < 3; a++)
        centre[a] = off * away[a];
    s->truth[SCENE_TO_CAPSULE] = draw_uniform(0.5, 20);
    blob_draw(liver, 1, 1);
    for (int a = 0; a < 3; a++)
        liver->parts[0].half[a] =
            s->truth[SCENE_TO_CAPSULE] +
            blob_farthest_from_mm(&s->items[SCENE_LESION].body, centre);
    blob_part_finish(&liver->parts[0]);
    blob_move(liver, centre);
}

static void draw_vessel(scene *s)
{
    double axes[3][3];
    scene_item *vessel = &s->items[SCENE_VESSEL];
    const blob *lesion = &s->items[SCENE_LESION].body;
    draw_axes(axes);
    vessel->is_tube = true;
    vessel->radius_mm = draw_uniform(1.5, 6);
    const double apart =
        blob_reach(lesion, axes[0]) + vessel->radius_mm + draw_uniform(0.5, 20);
    for (int a = 0; a < 3; a++) {
        vessel->from[a] = apart * axes[0][a] - 15 * axes[1][a];
        vessel->to[a] = apart * axes[0][a] + 15 * axes[1][a];
    }
    s->truth[SCENE_TO_VESSEL] =
        blob_line_distance_mm(lesion, vessel->from, vessel->to) -
        vessel->radius_mm;
}

/* On the slices that there are, as a reader would. */
static void find_axial_truth(scene *s)
{
    double u[3], v[3];
    const abl_grid grid = scene_item_grid(s, SCENE_LESION, 1);
    column(u, &grid, 0);
    column(v, &grid, 1);
    for (size_t k = 0; k < grid.size[2]; k++) {
        double at[3], full[2];
        abl_grid_to_lps(at, &grid, (double[3]){0, 0, (double)k});
        if (!blob_section_mm(full, &s->items[SCENE_LESION].body, at, u, v) ||
            full[0] <= s->truth[SCENE_AXIAL])
            continue;
        s->truth[SCENE_AXIAL] = full[0];
        s->truth[SCENE_PERPENDICULAR] = full[1];
    }
}

void scene_draw(scene *out)
{
    memset(out, 0, sizeof *out);
    blob *lesion = &out->items[SCENE_LESION].body;
    const bool is_lobed = draw_uniform(0, 1) < 1.0 / 3;
    blob_draw(lesion, 0.5 * draw_uniform(5, 50),
              is_lobed ? (size_t)draw_uniform(2, 4.999) : 1);
    draw_lattice(&out->lattice);
    draw_organ(out);
    draw_liver(out);
    draw_vessel(out);
    out->truth[SCENE_FERET] = blob_longest_mm(lesion);
    out->truth[SCENE_VOLUME] = blob_volume_mm3(lesion);
    out->truth[SCENE_EQUIVALENT] = cbrt(6 * out->truth[SCENE_VOLUME] / M_PI);
    find_axial_truth(out);
}

static double tube_value(const scene_item *item, const double lps[3])
{
    double along[3], p[3], d[3];
    for (int a = 0; a < 3; a++) {
        along[a] = item->to[a] - item->from[a];
        p[a] = lps[a] - item->from[a];
    }
    const double t =
        fmin(1, fmax(0, dot3(p, along) / fmax(dot3(along, along), 1e-9)));
    for (int a = 0; a < 3; a++)
        d[a] = p[a] - t * along[a];
    return item->radius_mm - sqrt(dot3(d, d));
}

double scene_item_value(const scene_item *item, const double lps[3])
{
    return item->is_tube ? tube_value(item, lps) : blob_value(&item->body, lps);
}

static double item_reach(const scene_item *item, const double unit[3])
{
    return item->is_tube ? fmax(dot3(item->from, unit), dot3(item->to, unit)) +
                               item->radius_mm
                         : blob_reach(&item->body, unit);
}

abl_grid scene_item_grid(const scene *from, int item, size_t margin)
{
    abl_grid out = from->lattice;
    double start[3];
    for (int a = 0; a < 3; a++) {
        double unit[3], back[3];
        column(unit, &from->lattice, a);
        for (int r = 0; r < 3; r++)
            back[r] = -unit[r];
        const double at = dot3(unit, from->lattice.origin_lps);
        const double mm = from->lattice.spacing_mm[a];
        const double high = item_reach(&from->items[item], unit) - at;
        const double low = -item_reach(&from->items[item], back) - at;
        start[a] = floor(low / mm) - (double)margin;
        out.size[a] = (size_t)(ceil(high / mm) - start[a]) + margin + 1;
    }
    abl_grid_to_lps(out.origin_lps, &from->lattice, start);
    return out;
}
