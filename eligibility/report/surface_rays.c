/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/surface_rays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/surface_march.h"

#define NEVER ABL_RAY_NEVER
/* Depth in the liver after which a third of a thing's own colour is left. */
#define CLEAR_MM        180.0f
#define LESION_CLEAR_MM 400.0f

/* What a pixel shows first, to find edges. */
enum {
    MET_NOTHING,
    MET_LIVER,
    MET_ROD,
    MET_TUBE,        /* plus its abl_structure_id */
    MET_LESION = 128 /* plus its number */
};

typedef struct hit {
    float mm;     /* NEVER: none */
    float facing; /* cosine between the surface's normal and the viewer */
    float light;  /* diffuse part */
    float shine;
    float at[3]; /* voxels */
} hit;

typedef struct lamp {
    float toward[3], half[3]; /* LPS; half: between lamp and viewer */
    float viewer[3];
} lamp;

typedef struct caster {
    const abl_surface_scene *scene;
    const abl_view *view;
    const uint32_t *colours;
    uint32_t lesion_colour;
    abl_marcher marcher;
    lamp lamp;
    double along_lps[3];
} caster;

static float larger(float a, float b)
{
    return a > b ? a : b;
}

static float smaller(float a, float b)
{
    return a < b ? a : b;
}

static float dot(const float a[3], const float b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void light(hit *out, const lamp *from, const float normal[3])
{
    out->facing = larger(dot(normal, from->viewer), 0);
    out->light = larger(dot(normal, from->toward), 0);
    const float glint = larger(dot(normal, from->half), 0);
    const float square = glint * glint, fourth = square * square;
    out->shine = fourth * fourth * fourth * fourth * fourth; /* ^20 */
}

static hit meet(const caster *c, abl_thing thing, const abl_ray *r, float mm)
{
    hit out = {.mm = mm};
    if (out.mm >= NEVER)
        return out;
    float normal[3];
    abl_ray_point(out.at, r, out.mm);
    abl_march_normal(normal, &c->marcher, thing, out.at);
    light(&out, &c->lamp, normal);
    return out;
}

/* Nearest approach of the ray to a rod's axis. */
static hit meet_rod(const caster *c, const abl_rod *rod, const abl_ray *r)
{
    hit out = {.mm = NEVER};
    double along[3], between[3], dd = 0, rd = 0, wd = 0, wr = 0;
    for (int a = 0; a < 3; a++) {
        along[a] = rod->to_lps[a] - rod->from_lps[a];
        between[a] = r->origin_lps[a] - rod->from_lps[a];
        dd += along[a] * along[a];
        rd += along[a] * r->along_lps[a];
        wd += along[a] * between[a];
        wr += between[a] * r->along_lps[a];
    }
    const double det = dd - rd * rd;
    double share = det > 1e-9 ? (wd - rd * wr) / det : 0;
    share = fmin(fmax(share, 0), 1);
    const double mm = share * rd - wr;
    double off[3], off2 = 0;
    for (int a = 0; a < 3; a++) {
        off[a] = between[a] + mm * r->along_lps[a] - share * along[a];
        off2 += off[a] * off[a];
    }
    const double left = rod->radius_mm * rod->radius_mm - off2;
    if (left < 0)
        return out;
    float normal[3];
    const double rise = sqrt(left);
    for (int a = 0; a < 3; a++)
        normal[a] = (float)((off[a] - rise * r->along_lps[a]) / rod->radius_mm);
    out.mm = (float)(mm - rise);
    light(&out, &c->lamp, normal);
    return out;
}

/* Light adds up in linear values; screens take about their root. */
static float linear(uint32_t colour, int channel)
{
    const float value = (float)(colour >> (16 - 8 * channel) & 255) / 255;
    return value * value;
}

static void tint(float rgb[3], uint32_t colour, const hit *at, float shine)
{
    const float shade = 0.22f + 0.78f * at->light;
    for (int n = 0; n < 3; n++) {
        rgb[n] = smaller(linear(colour, n) * shade + shine * at->shine, 1);
    }
}

/* The first opaque thing; a lesion behind it shines through. */
static uint8_t show_inside(float rgb[3], float *mm, const caster *c,
                           const abl_ray *r,
                           const float met_mm[ABL_THING_COUNT])
{
    hit first = meet(c, ABL_THING_TUBE, r, met_mm[ABL_THING_TUBE]),
        rod = {.mm = NEVER};
    const hit lesion = meet(c, ABL_THING_LESION, r, met_mm[ABL_THING_LESION]);
    uint8_t met = MET_NOTHING;
    uint32_t colour = c->colours[ABL_BACKGROUND];
    if (first.mm < NEVER) {
        const uint8_t id = abl_march_id(c->scene->tube_id, first.at);
        met = (uint8_t)(MET_TUBE + id);
        colour = c->colours[id < ABL_STRUCTURE_COUNT ? id : 0];
    }
    for (size_t n = 0; n < c->scene->rod_count; n++) {
        const hit one = meet_rod(c, &c->scene->rods[n], r);
        rod = one.mm < rod.mm ? one : rod;
    }
    if (rod.mm < first.mm) {
        first = rod;
        met = MET_ROD;
        colour = c->colours[ABL_BACKGROUND];
    }
    *mm = smaller(first.mm, lesion.mm);
    if (lesion.mm >= NEVER) {
        if (met)
            tint(rgb, colour, &first, 0.25f);
        return met;
    }
    tint(rgb, c->lesion_colour, &lesion, 0.2f);
    if (lesion.mm > first.mm) {
        float front[3];
        tint(front, colour, &first, 0.25f);
        const float share = met == MET_ROD ? 0.85f : 0.55f;
        for (int n = 0; n < 3; n++)
            rgb[n] += share * (front[n] - rgb[n]);
    }
    return (uint8_t)((lesion.mm > first.mm ? met : 0) ^
                     (MET_LESION |
                      (abl_march_id(c->scene->lesion_id, lesion.at) & 127)));
}

static uint8_t shade(float rgb[3], const caster *c, double column, double row)
{
    double origin_lps[3];
    abl_view_to_lps(origin_lps, c->view, column, row);
    const abl_ray r = abl_ray_make(&c->scene->grid, origin_lps, c->along_lps);
    float inside_mm = NEVER;
    memset(rgb, 0, 3 * sizeof *rgb);
    float met_mm[ABL_THING_COUNT];
    abl_march(met_mm, &c->marcher, &r);
    const uint8_t met = show_inside(rgb, &inside_mm, c, &r, met_mm);
    const hit liver = meet(c, ABL_THING_LIVER, &r, met_mm[ABL_THING_LIVER]);
    if (liver.mm >= NEVER || liver.mm >= inside_mm)
        return met;
    float shell[3], flesh[3];
    tint(shell, c->colours[ABL_LIVER], &liver, 0.35f);
    const float edge = 1 - liver.facing;
    const float cover = 0.10f + 0.55f * edge * edge;
    const float clear_mm = met >= MET_LESION ? LESION_CLEAR_MM : CLEAR_MM;
    const float haze =
        met ? 1 - expf(-(inside_mm - liver.mm) / clear_mm) : 1.0f;
    for (int n = 0; n < 3; n++) {
        flesh[n] = 0.3f * linear(c->colours[ABL_LIVER], n) *
                   (0.5f + 0.5f * liver.light);
        rgb[n] += haze * (flesh[n] - rgb[n]);
        rgb[n] += cover * (shell[n] - rgb[n]);
        rgb[n] = smaller(rgb[n] + 0.18f * liver.shine, 1);
    }
    return met ? met : MET_LIVER;
}

static void put(uint8_t *rgb, const float value[3])
{
    for (int n = 0; n < 3; n++)
        rgb[n] = (uint8_t)(255 * sqrtf(larger(value[n], 0)) + 0.5f);
}

/* A picture while it is made. */
typedef struct canvas {
    const caster *c;
    uint8_t *rgb, *met;
    size_t width, height;
} canvas;

static void cast(const canvas *to, size_t column, size_t row)
{
    const size_t n = row * to->width + column;
    float value[3];
    to->met[n] = shade(value, to->c, (double)column, (double)row);
    put(to->rgb + 3 * n, value);
}

/* Between two or four pixels of the lattice of even ones that all met the same
 * thing the mean is enough; else a ray. */
static void fill(const canvas *to, size_t column, size_t row)
{
    const size_t left = column & ~(size_t)1, top = row & ~(size_t)1;
    const size_t right = column + column % 2, bottom = row + row % 2;
    const size_t here = row * to->width + column;
    if (right >= to->width || bottom >= to->height) {
        cast(to, column, row);
        return;
    }
    const size_t corners[4] = {top * to->width + left, top * to->width + right,
                               bottom * to->width + left,
                               bottom * to->width + right};
    for (int n = 1; n < 4; n++)
        if (to->met[corners[n]] != to->met[corners[0]]) {
            cast(to, column, row);
            return;
        }
    to->met[here] = to->met[corners[0]];
    for (size_t a = 0; a < 3; a++) {
        unsigned sum = 2;
        for (int n = 0; n < 4; n++)
            sum += to->rgb[3 * corners[n] + a];
        to->rgb[3 * here + a] = (uint8_t)(sum / 4);
    }
}

static bool is_edge(const canvas *of, size_t column, size_t row)
{
    const size_t n = row * of->width + column;
    const uint8_t *met = of->met + n;
    return (column && met[-1] != met[0]) ||
           (column + 1 < of->width && met[1] != met[0]) ||
           (row && of->met[n - of->width] != met[0]) ||
           (row + 1 < of->height && of->met[n + of->width] != met[0]);
}

/* The mean with two more rays. */
static void soften(const canvas *to, size_t column, size_t row)
{
    static const double off[2][2] = {{0.33, 0.17}, {-0.33, -0.17}};
    uint8_t *rgb = to->rgb + 3 * (row * to->width + column);
    unsigned sum[3] = {rgb[0], rgb[1], rgb[2]};
    for (int n = 0; n < 2; n++) {
        float one[3];
        uint8_t bytes[3];
        shade(one, to->c, (double)column + off[n][0], (double)row + off[n][1]);
        put(bytes, one);
        for (int a = 0; a < 3; a++)
            sum[a] += bytes[a];
    }
    for (int a = 0; a < 3; a++)
        rgb[a] = (uint8_t)((sum[a] + 1) / 3);
}

static void aim(caster *c)
{
    const double *right = c->view->right_lps, *down = c->view->down_lps;
    float size = 0, half = 0;
    for (int r = 0; r < 3; r++) {
        const int a = (r + 1) % 3, b = (r + 2) % 3;
        c->along_lps[r] = right[a] * down[b] - right[b] * down[a];
    }
    for (int r = 0; r < 3; r++) {
        c->lamp.viewer[r] = (float)-c->along_lps[r];
        c->lamp.toward[r] =
            (float)(-c->along_lps[r] - 0.45 * right[r] - 0.55 * down[r]);
        size += c->lamp.toward[r] * c->lamp.toward[r];
    }
    for (int r = 0; r < 3; r++) {
        c->lamp.toward[r] /= sqrtf(size);
        c->lamp.half[r] = c->lamp.toward[r] + c->lamp.viewer[r];
        half += c->lamp.half[r] * c->lamp.half[r];
    }
    for (int r = 0; r < 3; r++)
        c->lamp.half[r] /= sqrtf(half);
}

abl_status abl_surface_render(uint8_t *rgb, const abl_surface_scene *scene,
                              const abl_view *view,
                              const uint32_t colours[ABL_STRUCTURE_COUNT],
                              uint32_t lesion, abl_error *err)
{
    const size_t width = view->width_px, height = view->height_px;
    uint8_t *met = abl_alloc(width * height, 1, err);
    if (!met)
        return ABL_E_NOMEM;
    caster c = {.scene = scene,
                .view = view,
                .colours = colours,
                .lesion_colour = lesion,
                .marcher = abl_marcher_make(scene)};
    aim(&c);
    const canvas to = {&c, rgb, met, width, height};
#pragma omp parallel for schedule(dynamic, 8)
    for (size_t row = 0; row < height; row += 2)
        for (size_t column = 0; column < width; column += 2)
            cast(&to, column, row);
#pragma omp parallel for schedule(dynamic, 8)
    for (size_t row = 0; row < height; row++)
        for (size_t column = 0; column < width; column++)
            if (row % 2 || column % 2)
                fill(&to, column, row);
#pragma omp parallel for schedule(dynamic, 8)
    for (size_t row = 0; row < height; row++)
        for (size_t column = 0; column < width; column++)
            if (is_edge(&to, column, row))
                soften(&to, column, row);
    free(met);
    return ABL_OK;
}
