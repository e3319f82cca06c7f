/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define SOFT_HU       -30
#define SKIN_MM       5.0  /* the skin itself */
#define GAP_MM        4.5  /* half the width of gaps that fat does not pass */
#define FAT_GAP_MM    3.0  /* fat between layers of the wall */
#define FIRST_GAP_MM  15.0 /* fat under the skin that was too thin to follow */
#define DEEPEST_MM    60   /* a ray that goes on is not through the wall */
#define FRONT_MOST_MM 28.0 /* thickest wall but in the back */
#define BACK_COS      0.5  /* the back: within 60 degrees of straight back */
#define SLACK_MM      3.0
#define WINDOW_MM     30.0
#define WINDOW_ANGLES 5
#define WALL_SHARE    0.4 /* quantile of the thickness nearby */
#define BACK_SHARE    0.9 /* the same in the back, where bowel is rare */

static abl_status mark_outer(abl_volume *mask, const abl_body_work *w,
                             abl_error *err)
{
    const size_t count = abl_grid_voxels(&w->grid);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *lung = abl_volume_u8(w->lung);
    const uint8_t *gas = abl_volume_u8(w->gas);
    const uint8_t *body = abl_volume_u8(w->body);
    uint8_t *m = abl_volume_u8(mask);
    for (size_t n = 0; n < count; n++)
        m[n] = body[n] ? 0 : 1;
    abl_status status =
        abl_body_dilate(mask, abl_body_radius(&w->grid, SKIN_MM), 0, err);
    for (size_t n = 0; n < count; n++)
        if (hu[n] < SOFT_HU && !lung[n] && !gas[n])
            m[n] = 1;
    return status;
}

/* Inside of the fat under the skin: fat is followed inwards from the surface
 * through openings wider than a gap between muscles. */
abl_status abl_body_find_inner(abl_body_work *w, abl_error *err)
{
    const size_t count = abl_grid_voxels(&w->grid);
    const size_t radius = abl_body_radius(&w->grid, GAP_MM);
    abl_volume *outer = NULL, *core = NULL, *seed = NULL;
    abl_status status = abl_volume_create(&outer, &w->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&seed, &w->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = mark_outer(outer, w, err);
    if (!status)
        status = abl_volume_clone(&core, outer, err);
    if (!status)
        status = abl_body_erode(core, radius, 0, err);
    if (status)
        goto done;
    const uint8_t *body = abl_volume_u8(w->body);
    const uint8_t *c = abl_volume_u8(core), *o = abl_volume_u8(outer);
    uint8_t *s = abl_volume_u8(seed);
    for (size_t n = 0; n < count; n++)
        s[n] = c[n] && !body[n] ? 1 : 0;
    status =
        abl_mask_reconstruct(&w->inner, seed, core, ABL_CONNECT_FACES, err);
    if (!status)
        status = abl_body_dilate(w->inner, radius, 0, err);
    if (status)
        goto done;
    uint8_t *inner = abl_volume_u8(w->inner);
    for (size_t n = 0; n < count; n++)
        inner[n] = body[n] && !(inner[n] && o[n]) ? 1 : 0;
done:
    abl_volume_destroy(outer);
    abl_volume_destroy(core);
    abl_volume_destroy(seed);
    return status;
}

static size_t angle_bin(double di, double dj)
{
    const double turn = atan2(dj, di) / 6.283185307179586 + 1;
    return (size_t)(turn * ABL_WALL_ANGLES + 0.5) % ABL_WALL_ANGLES;
}

static void find_middle(abl_body_work *w, size_t k)
{
    const size_t *size = w->grid.size;
    const uint8_t *m = abl_volume_u8(w->inner) + k * size[0] * size[1];
    double sum[2] = {0, 0}, count = 0;
    for (size_t j = 0; j < size[1]; j++)
        for (size_t i = 0; i < size[0]; i++)
            if (m[j * size[0] + i]) {
                sum[0] += (double)i;
                sum[1] += (double)j;
                count += 1;
            }
    for (int a = 0; a < 2; a++)
        w->wall.middle[2 * k + (size_t)a] =
            count > 0 ? sum[a] / count * w->grid.spacing_mm[a] : 0;
}

/* A ray from a slice's middle outwards, in voxels and voxels per mm. */
typedef struct polar_ray {
    const abl_grid *grid;
    size_t k;
    double i, j, per_i, per_j;
} polar_ray;

static polar_ray make_ray(const abl_body_work *w, size_t k, size_t angle)
{
    const abl_grid *g = &w->grid;
    const double turn = 6.283185307179586 * (double)angle / ABL_WALL_ANGLES;
    return (polar_ray){.grid = g,
                       .k = k,
                       .i = w->wall.middle[2 * k] / g->spacing_mm[0] + 0.5,
                       .j = w->wall.middle[2 * k + 1] / g->spacing_mm[1] + 0.5,
                       .per_i = cos(turn) / g->spacing_mm[0],
                       .per_j = sin(turn) / g->spacing_mm[1]};
}

/* Offset of the voxel at a distance from the middle; false outside. */
static bool voxel_at(size_t *offset, const polar_ray *ray, double radius)
{
    const double i = ray->i + radius * ray->per_i;
    const double j = ray->j + radius * ray->per_j;
    if (!(i >= 0 && j >= 0 && i < (double)ray->grid->size[0] &&
          j < (double)ray->grid->size[1]))
        return false;
    *offset = abl_grid_offset(ray->grid, (size_t)i, (size_t)j, ray->k);
    return true;
}

/* 1 wall, 0 fat, -1 something that ends the wall */
static int look_at(const abl_body_work *w, size_t n)
{
    if (abl_volume_u8(w->organ)[n] || abl_volume_u8(w->lung)[n] ||
        abl_volume_u8(w->gas)[n])
        return -1;
    return abl_volume_i16(w->hu)[n] > SOFT_HU ? 1 : 0;
}

/* Depth of the last voxel of wall; fat outside of the first is skipped. */
static uint8_t thickness(const abl_body_work *w, const polar_ray *ray,
                         double outer)
{
    double last = 0;
    for (double deep = 0; deep < DEEPEST_MM && deep < outer; deep += 1) {
        size_t n;
        if (!voxel_at(&n, ray, outer - deep))
            break;
        const int what = look_at(w, n);
        if (what > 0)
            last = deep + 1;
        const double gap = last > 0 ? FAT_GAP_MM : FIRST_GAP_MM;
        if (what < 0 || deep - last > gap)
            return (uint8_t)last;
    }
    return DEEPEST_MM;
}

static void measure_slice(abl_body_work *w, size_t k)
{
    const abl_grid *g = &w->grid;
    const double far = hypot((double)g->size[0] * g->spacing_mm[0],
                             (double)g->size[1] * g->spacing_mm[1]);
    const uint8_t *inner = abl_volume_u8(w->inner);
    find_middle(w, k);
    for (size_t a = 0; a < ABL_WALL_ANGLES; a++) {
        const polar_ray ray = make_ray(w, k, a);
        double outer = far;
        size_t n;
        while (outer > 0 && !(voxel_at(&n, &ray, outer) && inner[n]))
            outer -= 1;
        w->wall.radius_mm[k * ABL_WALL_ANGLES + a] = (float)outer;
        w->wall.thick_mm[k * ABL_WALL_ANGLES + a] = thickness(w, &ray, outer);
    }
}

/* A quantile of what the rays nearby see: where bowel lies against the wall
 * in places, the others show how thick the wall is. */
static float believe(const abl_body_work *w, size_t k, size_t angle)
{
    const size_t slices = w->grid.size[2];
    const size_t reach = (size_t)(WINDOW_MM / w->grid.spacing_mm[2]);
    const size_t from = k > reach ? k - reach : 0;
    const size_t to = k + reach < slices ? k + reach : slices - 1;
    size_t bins[DEEPEST_MM + 1] = {0}, count = 0;
    for (size_t s = from; s <= to; s++)
        for (size_t a = 0; a <= 2 * WINDOW_ANGLES; a++, count++)
            bins[w->wall
                     .thick_mm[s * ABL_WALL_ANGLES +
                               (angle + ABL_WALL_ANGLES + a - WINDOW_ANGLES) %
                                   ABL_WALL_ANGLES]]++;
    const double turn = 6.283185307179586 * (double)angle / ABL_WALL_ANGLES;
    const bool back = sin(turn) > BACK_COS;
    const double share = (back ? BACK_SHARE : WALL_SHARE) * (double)count;
    size_t seen = 0, below = bins[0];
    while (seen < DEEPEST_MM && (double)below < share)
        below += bins[++seen];
    const double most = back ? DEEPEST_MM : FRONT_MOST_MM;
    return (float)(fmin((double)seen, most) + SLACK_MM);
}

abl_status abl_body_find_wall(abl_body_work *work, abl_error *err)
{
    const size_t slices = work->grid.size[2];
    abl_body_wall *wall = &work->wall;
    wall->middle = abl_alloc(2 * slices, sizeof *wall->middle, err);
    wall->radius_mm =
        abl_alloc(ABL_WALL_ANGLES * slices, sizeof *wall->radius_mm, err);
    wall->thick_mm =
        abl_alloc(ABL_WALL_ANGLES * slices, sizeof *wall->thick_mm, err);
    wall->limit_mm =
        abl_alloc(ABL_WALL_ANGLES * slices, sizeof *wall->limit_mm, err);
    if (!wall->middle || !wall->radius_mm || !wall->thick_mm || !wall->limit_mm)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < slices; k++)
        measure_slice(work, k);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < slices; k++)
        for (size_t a = 0; a < ABL_WALL_ANGLES; a++)
            wall->limit_mm[k * ABL_WALL_ANGLES + a] = believe(work, k, a);
    return ABL_OK;
}

void abl_body_wall_clear(abl_body_wall *wall)
{
    free(wall->middle);
    free(wall->radius_mm);
    free(wall->thick_mm);
    free(wall->limit_mm);
    *wall = (abl_body_wall){.middle = NULL};
}

bool abl_body_is_in_wall(const abl_body_work *work, size_t i, size_t j,
                         size_t k)
{
    const abl_grid *g = &work->grid;
    const abl_body_wall *wall = &work->wall;
    const double di = (double)i * g->spacing_mm[0] - wall->middle[2 * k];
    const double dj = (double)j * g->spacing_mm[1] - wall->middle[2 * k + 1];
    const size_t at = k * ABL_WALL_ANGLES + angle_bin(di, dj);
    return (double)wall->radius_mm[at] - hypot(di, dj) <=
           (double)wall->limit_mm[at];
}
