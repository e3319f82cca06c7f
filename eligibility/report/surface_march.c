/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/surface_march.h"

#include <math.h>

#define SURFACE     0.5f
#define STEP_VOXELS 0.8f
#define NEVER       ABL_RAY_NEVER

static float larger(float a, float b)
{
    return a > b ? a : b;
}

static float smaller(float a, float b)
{
    return a < b ? a : b;
}

static int clamp(int value, int last)
{
    return value < 0 ? 0 : value > last ? last : value;
}

static float value_at(const abl_ray_volume *v, const float at[3])
{
    int base[3];
    float w[3];
    for (int a = 0; a < 3; a++) {
        base[a] = clamp((int)at[a], v->size[a] - 2);
        w[a] = at[a] - (float)base[a];
    }
    const int j = v->stride[1], k = v->stride[2];
    const float *p = v->values + base[0] + base[1] * j + base[2] * k;
    const float a0 = p[0] + w[0] * (p[1] - p[0]);
    const float a1 = p[j] + w[0] * (p[j + 1] - p[j]);
    const float a2 = p[k] + w[0] * (p[k + 1] - p[k]);
    const float a3 = p[j + k] + w[0] * (p[j + k + 1] - p[j + k]);
    const float b0 = a0 + w[1] * (a1 - a0), b1 = a2 + w[1] * (a3 - a2);
    return b0 + w[2] * (b1 - b0);
}

void abl_ray_point(float at[3], const abl_ray *r, float mm)
{
    for (int a = 0; a < 3; a++)
        at[a] = r->start[a] + mm * r->step[a];
}

/* What the block at @p mm holds, and where the ray leaves it. */
static unsigned look_into_block(float *leave_mm, const abl_surface_scene *scene,
                                const abl_ray *r, float mm)
{
    int block[3];
    float leave = NEVER;
    for (int a = 0; a < 3; a++) {
        const float at = r->start[a] + mm * r->step[a];
        block[a] = clamp((int)at / ABL_SCENE_BLOCK, (int)scene->blocks[a] - 1);
        const int edge = ABL_SCENE_BLOCK * (block[a] + (r->step[a] > 0));
        if (r->per_voxel[a] != 0)
            leave =
                smaller(leave, ((float)edge - r->start[a]) * r->per_voxel[a]);
    }
    *leave_mm = larger(leave, mm) + 1e-3f;
    const size_t row = (size_t)block[2] * scene->blocks[1] + (size_t)block[1];
    return scene->block_has[row * scene->blocks[0] + (size_t)block[0]];
}

/* The surface between a point outside and one inside. */
static float halve(const abl_ray_volume *v, const abl_ray *r, float outside_mm,
                   float inside_mm)
{
    for (int n = 0; n < 5; n++) {
        float at[3];
        const float middle = 0.5f * (outside_mm + inside_mm);
        abl_ray_point(at, r, middle);
        if (value_at(v, at) >= SURFACE)
            inside_mm = middle;
        else
            outside_mm = middle;
    }
    return inside_mm;
}

static float search(const abl_ray_volume *v, const abl_ray *r, float from_mm,
                    float to_mm, float step_mm)
{
    for (float mm = from_mm; mm < to_mm; mm += step_mm) {
        float at[3];
        abl_ray_point(at, r, mm);
        if (value_at(v, at) >= SURFACE)
            return halve(v, r, larger(mm - step_mm, r->from_mm), mm);
    }
    return NEVER;
}

/* Where the ray first meets each thing. Blocks that hold none of what is still
 * looked for are leapt over. */
void abl_march(float met_mm[ABL_THING_COUNT], const abl_marcher *c,
               const abl_ray *r)
{
    const float step_mm = STEP_VOXELS * c->mm_per_voxel;
    unsigned wanted = (1u << ABL_THING_COUNT) - 1;
    for (int n = 0; n < ABL_THING_COUNT; n++)
        met_mm[n] = NEVER;
    for (float mm = r->from_mm, leave; wanted && mm <= r->to_mm; mm = leave) {
        const unsigned holds =
            wanted & look_into_block(&leave, c->scene, r, mm);
        const float end = smaller(leave, r->to_mm);
        for (unsigned n = 0; n < ABL_THING_COUNT; n++) {
            if (!(holds >> n & 1))
                continue;
            met_mm[n] = search(&c->things[n], r, mm, end, step_mm);
            if (met_mm[n] < NEVER)
                wanted &= ~(1u << n);
        }
    }
}

/* The way out of the thing is down its gradient. */
void abl_march_normal(float normal[3], const abl_marcher *c, abl_thing thing,
                      const float at[3])
{
    float slope[3], size = 0;
    for (int a = 0; a < 3; a++) {
        float low[3] = {at[0], at[1], at[2]}, high[3] = {at[0], at[1], at[2]};
        low[a] -= 1;
        high[a] += 1;
        slope[a] = value_at(&c->things[thing], low) -
                   value_at(&c->things[thing], high);
    }
    for (int r = 0; r < 3; r++) {
        normal[r] = 0;
        for (int a = 0; a < 3; a++)
            normal[r] += (float)c->scene->grid.direction[r][a] * slope[a];
        size += normal[r] * normal[r];
    }
    size = larger(sqrtf(size), 1e-9f);
    for (int r = 0; r < 3; r++)
        normal[r] /= size;
}

abl_ray abl_ray_make(const abl_grid *grid, const double origin_lps[3],
                     const double along_lps[3])
{
    abl_ray out;
    double there[3], start[3], next[3];
    for (int r = 0; r < 3; r++) {
        out.origin_lps[r] = origin_lps[r];
        out.along_lps[r] = along_lps[r];
        there[r] = out.origin_lps[r] + along_lps[r];
    }
    abl_grid_to_ijk(start, grid, out.origin_lps);
    abl_grid_to_ijk(next, grid, there);
    out.from_mm = -NEVER;
    out.to_mm = NEVER;
    for (int a = 0; a < 3; a++) {
        out.start[a] = (float)start[a];
        out.step[a] = (float)(next[a] - start[a]);
        const float last = (float)(grid->size[a] - 1);
        out.per_voxel[a] = fabsf(out.step[a]) < 1e-6f ? 0 : 1 / out.step[a];
        if (out.per_voxel[a] == 0) {
            if (out.start[a] < 0 || out.start[a] > last)
                out.to_mm = -NEVER;
            continue;
        }
        const float one = -out.start[a] / out.step[a];
        const float other = (last - out.start[a]) / out.step[a];
        out.from_mm = larger(out.from_mm, smaller(one, other));
        out.to_mm = smaller(out.to_mm, larger(one, other));
    }
    return out;
}

static uint8_t id_of_voxel(const abl_volume *ids, const long at[3])
{
    size_t near[3];
    for (int a = 0; a < 3; a++) {
        const long last = (long)ids->grid.size[a] - 1;
        near[a] = (size_t)(at[a] < 0 ? 0 : at[a] > last ? last : at[a]);
    }
    return abl_volume_u8(
        ids)[abl_grid_offset(&ids->grid, near[0], near[1], near[2])];
}

/* Of the nearest voxel that has one: smoothing moves surfaces outwards. */
uint8_t abl_march_id(const abl_volume *ids, const float at[3])
{
    const long middle[3] = {lroundf(at[0]), lroundf(at[1]), lroundf(at[2])};
    uint8_t found = id_of_voxel(ids, middle);
    float least = NEVER;
    if (found)
        return found;
    for (int n = 0; n < 125; n++) {
        const long voxel[3] = {middle[0] + n % 5 - 2, middle[1] + n / 5 % 5 - 2,
                               middle[2] + n / 25 - 2};
        const uint8_t id = id_of_voxel(ids, voxel);
        float away = 0;
        for (int a = 0; a < 3; a++)
            away += ((float)voxel[a] - at[a]) * ((float)voxel[a] - at[a]);
        if (!id || away >= least)
            continue;
        least = away;
        found = id;
    }
    return found;
}

abl_marcher abl_marcher_make(const abl_surface_scene *scene)
{
    abl_marcher out = {.scene = scene,
                       .mm_per_voxel = (float)scene->grid.spacing_mm[0]};
    for (unsigned n = 0; n < ABL_THING_COUNT; n++) {
        abl_ray_volume *v = &out.things[n];
        const size_t *size = scene->grid.size;
        v->values = abl_volume_f32(scene->things[n]);
        for (int a = 0; a < 3; a++)
            v->size[a] = (int)size[a];
        v->stride[0] = 1;
        v->stride[1] = (int)size[0];
        v->stride[2] = (int)(size[0] * size[1]);
    }
    return out;
}
