/* What the pixels of a view show: rows of samples between voxels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "eligibility/report/view.h"
#include "imaging/threads.h"

enum {
    BLOCK = 128,     /* samples at a time */
    MOST_LINE = 1024 /* voxels of a row along an axis that are blended first */
};
/* A row whose other coordinates change by less runs along an axis [voxel]. */
#define AXIS_DRIFT 1e-6

/* One row of samples, in voxel positions, and which of them lie in the grid. */
typedef struct walk {
    double start_ijk[3], step_ijk[3];
    size_t first, end;
} walk;

static bool is_inside(const walk *along, const abl_grid *grid, size_t column)
{
    for (int a = 0; a < 3; a++) {
        const double at =
            along->start_ijk[a] + (double)column * along->step_ijk[a];
        if (!(at >= -0.5 && at <= (double)grid->size[a] - 0.5))
            return false;
    }
    return true;
}

/* The samples in the grid are one run, as the grid is convex. */
static void clip(walk *along, const abl_grid *grid, size_t columns)
{
    double low = 0, high = (double)columns - 1;
    for (int a = 0; a < 3; a++) {
        const double step = along->step_ijk[a];
        const double from = -0.5 - along->start_ijk[a];
        const double to = from + (double)grid->size[a];
        if (fabs(step) < 1e-12)
            continue;
        low = fmax(low, (step > 0 ? from : to) / step - 1);
        high = fmin(high, (step > 0 ? to : from) / step + 1);
    }
    along->first = along->end = 0;
    if (!(low <= high))
        return;
    along->first = (size_t)low;
    along->end = (size_t)high + 1;
    while (along->first < along->end && !is_inside(along, grid, along->first))
        along->first++;
    while (along->end > along->first && !is_inside(along, grid, along->end - 1))
        along->end--;
}

static walk row_walk(const abl_view *view, const abl_grid *grid,
                     const double first_px[2], double row_px, double step_px,
                     size_t columns)
{
    walk along;
    double first[3], second[3], next[3];
    abl_view_to_lps(first, view, first_px[0], first_px[1] + row_px);
    abl_view_to_lps(next, view, first_px[0] + step_px, first_px[1] + row_px);
    abl_grid_to_ijk(along.start_ijk, grid, first);
    abl_grid_to_ijk(second, grid, next);
    for (int a = 0; a < 3; a++)
        along.step_ijk[a] = second[a] - along.start_ijk[a];
    clip(&along, grid, columns);
    return along;
}

/* The voxels around one coordinate: base, and the share of the next. */
typedef struct pair {
    int32_t base;
    float weight;
} pair;

static inline pair locate(double at, int32_t size)
{
    const double top = (double)(size - 1);
    const double position = at < 0 ? 0 : at > top ? top : at;
    const int32_t whole = (int32_t)position; /* sizes are far below 2^31 */
    const int32_t last = size > 1 ? size - 2 : 0;
    const int32_t base = whole < last ? whole : last;
    return (pair){base, (float)(position - (double)base)};
}

/* Offsets and weights of up to BLOCK samples. */
typedef struct cells {
    size_t offset[BLOCK];
    float weight[3][BLOCK];
    size_t step[3];
} cells;

static void locate_cells(cells *out, const walk *along, const abl_grid *grid,
                         size_t first, size_t count)
{
    const size_t stride[3] = {1, grid->size[0], grid->size[0] * grid->size[1]};
    memset(out->offset, 0, count * sizeof *out->offset);
    for (int a = 0; a < 3; a++) {
        const int32_t size = (int32_t)grid->size[a];
        out->step[a] = size > 1 ? stride[a] : 0;
        for (size_t n = 0; n < count; n++) {
            const pair at = locate(along->start_ijk[a] +
                                       (double)(first + n) * along->step_ijk[a],
                                   size);
            out->offset[n] += (size_t)at.base * stride[a];
            out->weight[a][n] = at.weight;
        }
    }
}

/* The axis along which a row runs, or -1. */
static int axis_of(const walk *along)
{
    const double samples = (double)(along->end - along->first);
    int axis = -1;
    for (int a = 0; a < 3; a++)
        if (fabs(along->step_ijk[a]) * samples > AXIS_DRIFT) {
            if (axis >= 0)
                return -1;
            axis = a;
        }
    return axis < 0 ? 0 : axis;
}

/* Blends the four voxel rows around a row that runs along an axis. */
typedef struct bundle {
    size_t offset[4], stride, voxels;
    float weight[2];
} bundle;

static bundle bundle_of(const walk *along, const abl_grid *grid, int axis)
{
    const size_t stride[3] = {1, grid->size[0], grid->size[0] * grid->size[1]};
    bundle out = {.stride = stride[axis], .voxels = grid->size[axis]};
    size_t base = 0, step[2];
    const int others[2] = {axis == 0 ? 1 : 0, axis == 2 ? 1 : 2};
    for (int o = 0; o < 2; o++) {
        const int a = others[o];
        const pair at = locate(along->start_ijk[a], (int32_t)grid->size[a]);
        base += (size_t)at.base * stride[a];
        step[o] = grid->size[a] > 1 ? stride[a] : 0;
        out.weight[o] = at.weight;
    }
    for (size_t n = 0; n < 4; n++)
        out.offset[n] = base + (n & 1) * step[0] + (n >> 1) * step[1];
    return out;
}

#define DEFINE_SAMPLE(name, type)                                           \
    static void name##_any(float *out, const type *voxels, const cells *at, \
                           size_t count)                                    \
    {                                                                       \
        const size_t i = at->step[0], j = at->step[1], k = at->step[2];     \
        for (size_t n = 0; n < count; n++) {                                \
            const type *v = voxels + at->offset[n];                         \
            const float wi = at->weight[0][n], wj = at->weight[1][n];       \
            const float v0 = (float)v[0], v1 = (float)v[j];                 \
            const float v2 = (float)v[k], v3 = (float)v[j + k];             \
            const float a0 = v0 + wi * ((float)v[i] - v0);                  \
            const float a1 = v1 + wi * ((float)v[i + j] - v1);              \
            const float a2 = v2 + wi * ((float)v[i + k] - v2);              \
            const float a3 = v3 + wi * ((float)v[i + j + k] - v3);          \
            const float b0 = a0 + wj * (a1 - a0), b1 = a2 + wj * (a3 - a2); \
            out[n] = b0 + at->weight[2][n] * (b1 - b0);                     \
        }                                                                   \
    }                                                                       \
    ABL_HOT static void name##_blend(float *line, const type *voxels,       \
                                     const bundle *of, size_t low,          \
                                     size_t high)                           \
    {                                                                       \
        const type *r0 = voxels + of->offset[0];                            \
        const type *r1 = voxels + of->offset[1];                            \
        const type *r2 = voxels + of->offset[2];                            \
        const type *r3 = voxels + of->offset[3];                            \
        for (size_t n = low; n <= high; n++) {                              \
            const size_t at = n * of->stride;                               \
            const float a =                                                 \
                (float)r0[at] + of->weight[0] * (float)(r1[at] - r0[at]);   \
            const float b =                                                 \
                (float)r2[at] + of->weight[0] * (float)(r3[at] - r2[at]);   \
            line[n - low] = a + of->weight[1] * (b - a);                    \
        }                                                                   \
    }
DEFINE_SAMPLE(hu, int16_t)
DEFINE_SAMPLE(value, float)

/* A row along an axis: its voxels first, then between them. @p out takes the
 * samples from the first that lies in the grid on. */
static bool sample_along_axis(float *out, const abl_volume *image,
                              const walk *along)
{
    float line[MOST_LINE];
    const int axis = axis_of(along);
    if (axis < 0 || image->grid.size[axis] > MOST_LINE ||
        along->first >= along->end)
        return false;
    const bundle of = bundle_of(along, &image->grid, axis);
    const int32_t size = (int32_t)of.voxels;
    const double start = along->start_ijk[axis], step = along->step_ijk[axis];
    const pair one = locate(start + (double)along->first * step, size);
    const pair other = locate(start + (double)(along->end - 1) * step, size);
    const int32_t low = one.base < other.base ? one.base : other.base;
    const int32_t top = one.base < other.base ? other.base : one.base;
    const int32_t next = size > 1 ? 1 : 0;
    if (image->type == ABL_PIXEL_I16)
        hu_blend(line, abl_volume_i16(image), &of, (size_t)low,
                 (size_t)(top + next));
    else
        value_blend(line, abl_volume_f32(image), &of, (size_t)low,
                    (size_t)(top + next));
    for (size_t n = along->first; n < along->end; n++) {
        const pair at = locate(start + (double)n * step, size);
        const float *v = line + (at.base - low);
        out[n - along->first] = v[0] + at.weight * (v[next] - v[0]);
    }
    return true;
}

/* The samples of one row that lie in the image's grid. */
static void sample_row(float *out, const abl_volume *image, const walk *along)
{
    cells at;
    if (sample_along_axis(out, image, along))
        return;
    for (size_t n = along->first; n < along->end; n += BLOCK) {
        const size_t left = along->end - n;
        const size_t count = left < BLOCK ? left : BLOCK;
        locate_cells(&at, along, &image->grid, n, count);
        if (image->type == ABL_PIXEL_I16)
            hu_any(out + (n - along->first), abl_volume_i16(image), &at, count);
        else
            value_any(out + (n - along->first), abl_volume_f32(image), &at,
                      count);
    }
}

/* 64 greys of a window. */
typedef struct window {
    float low_hu, scale;
    uint8_t grey[64];
} window;

static window window_make(double centre_hu, double width_hu)
{
    window out = {.low_hu = (float)(centre_hu - 0.5 * width_hu),
                  .scale = (float)(63 / width_hu)};
    for (int n = 0; n < 64; n++)
        out.grey[n] = (uint8_t)(n * 255 / 63);
    return out;
}

static void put_grey(uint8_t *grey, const float *hu, size_t count,
                     const window *w)
{
    for (size_t n = 0; n < count; n++) {
        const float level = (hu[n] - w->low_hu) * w->scale;
        const float held = level < 0 ? 0 : level > 63 ? 63 : level;
        grey[n] = w->grey[(int)(held + 0.5f)];
    }
}

static void render_row(uint8_t *grey, const abl_volume *image,
                       const walk *along, const window *w)
{
    float hu[BLOCK];
    walk part = *along;
    for (size_t n = along->first; n < along->end; n = part.end) {
        part.first = n;
        part.end = along->end - n < BLOCK ? along->end : n + BLOCK;
        sample_row(hu, image, &part);
        put_grey(grey + n, hu, part.end - n, w);
    }
}

void abl_view_render_hu(uint8_t *grey, const abl_view *view,
                        const abl_volume *image, double centre_hu,
                        double width_hu)
{
    static const double corner_px[2] = {0, 0};
    const window w = window_make(centre_hu, width_hu);
    const size_t columns = view->width_px;
    memset(grey, 0, columns * view->height_px);
    for (size_t row = 0; row < view->height_px; row++) {
        const walk along =
            row_walk(view, &image->grid, corner_px, (double)row, 1, columns);
        render_row(grey + row * columns, image, &along, &w);
    }
}

void abl_view_sample_field(float *values, const abl_view *view,
                           const abl_volume *field, const abl_lattice *lattice,
                           float outside)
{
    const size_t columns = lattice->size[0];
    for (size_t row = 0; row < lattice->size[1]; row++) {
        float *to = values + row * columns;
        const walk along =
            row_walk(view, &field->grid, lattice->first_px,
                     (double)row * lattice->step_px, lattice->step_px, columns);
        for (size_t n = 0; n < columns; n++)
            to[n] = outside;
        sample_row(to + along.first, field, &along);
    }
}
