/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/mask_field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/distance.h"
#include "imaging/resample.h"
#include "segmentation/surface.h"

#define PAD           3
#define SMOOTH_VOXELS 1.0
#define FIT_SLICES    4
/* far outside, where the law of the ellipsoid would only make curves between
 * slices overshoot; 1 is the middle of the largest section */
#define LEAST_VALUE (-4.0)
/* voxels of a section from which its inner radius can be told */
#define LEAST_AREA 40
/* section area in inscribed circles from which a shape is a tube */
#define MOST_COMPACT 2.5
/* how far beyond the last slice a cap may end, in slices */
#define LEAST_CAP 0.1
#define MOST_CAP  0.95
/* what one slice alone may reach: more than its voxels, less than the next */
#define LEAST_LONE_CAP 0.6
#define MOST_LONE_CAP  0.75

/* One slice of the mask: section area in voxels, centre and inner radius; its
 * bulk [mm2] is what follows a parabola along k. */
typedef struct section {
    double area, centre[2], inradius_mm, bulk_mm2;
} section;

/* The laws beyond an end: bulk(t) = bulk (1 + b t + c t^2), and how far the
 * centre moves per slice. */
typedef struct cap {
    double b, c, drift[2];
} cap;

static bool find_box(size_t lo[3], size_t size[3], const abl_volume *mask)
{
    const size_t *n = mask->grid.size;
    const uint8_t *value = abl_volume_u8(mask);
    size_t hi[3] = {0, 0, 0};
    for (int a = 0; a < 3; a++)
        lo[a] = SIZE_MAX;
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++)
                if (*value++) {
                    const size_t at[3] = {i, j, k};
                    for (int a = 0; a < 3; a++) {
                        lo[a] = at[a] < lo[a] ? at[a] : lo[a];
                        hi[a] = at[a] > hi[a] ? at[a] : hi[a];
                    }
                }
    if (lo[0] == SIZE_MAX)
        return false;
    for (int a = 0; a < 3; a++) {
        lo[a] = lo[a] > PAD ? lo[a] - PAD : 0;
        const size_t end = hi[a] + 1 + PAD;
        size[a] = (end < n[a] ? end : n[a]) - lo[a];
    }
    return true;
}

/* The cells that a level between -reach and reach can cut, and the area of
 * those that lie inside of all such levels. */
typedef struct cell_list {
    size_t count;
    double whole;
    double (*corners)[4];
} cell_list;

static void collect_cells(cell_list *out, const float *d, const abl_grid *grid,
                          double reach_mm)
{
    const size_t ni = grid->size[0];
    for (size_t j = 0; j + 1 < grid->size[1]; j++)
        for (size_t i = 0; i + 1 < ni; i++) {
            const float *v = d + j * ni + i;
            const double c[4] = {(double)v[0], (double)v[1], (double)v[ni + 1],
                                 (double)v[ni]};
            const double least = fmin(fmin(c[0], c[1]), fmin(c[2], c[3]));
            const double most = fmax(fmax(c[0], c[1]), fmax(c[2], c[3]));
            if (least > reach_mm)
                out->whole++;
            else if (most > -reach_mm)
                memcpy(out->corners[out->count++], c, sizeof c);
        }
}

static double area_above(const cell_list *cells, double level)
{
    double sum = cells->whole;
    for (size_t n = 0; n < cells->count; n++) {
        double c[4];
        for (int corner = 0; corner < 4; corner++)
            c[corner] = cells->corners[n][corner] - level;
        if (c[0] > 0 || c[1] > 0 || c[2] > 0 || c[3] > 0)
            sum += abl_cell_area(c);
    }
    return sum;
}

/* The level at which the smoothed distance holds the mask's area. */
static abl_status keep_area(double *level, const float *d, const abl_grid *grid,
                            double area, double reach_mm, abl_error *err)
{
    double low = -reach_mm, high = reach_mm;
    cell_list cells = {0, 0, NULL};
    *level = 0;
    cells.corners =
        abl_alloc(grid->size[0] * grid->size[1], sizeof *cells.corners, err);
    if (!cells.corners)
        return ABL_E_NOMEM;
    collect_cells(&cells, d, grid, reach_mm);
    if (area_above(&cells, low) >= area && area_above(&cells, high) <= area) {
        for (int n = 0; n < 25; n++) {
            const double middle = 0.5 * (low + high);
            if (area_above(&cells, middle) > area)
                low = middle;
            else
                high = middle;
        }
        *level = 0.5 * (low + high);
    }
    free(cells.corners);
    return ABL_OK;
}

/* Distances straddle the outline by half a voxel on either side. */
static void close_gap(abl_volume *d, double voxel_mm)
{
    float *value = abl_volume_f32(d);
    const size_t voxels = abl_grid_voxels(&d->grid);
    for (size_t n = 0; n < voxels; n++) {
        const double in = -(double)value[n];
        value[n] = (float)(in - copysign(0.5 * voxel_mm, in));
    }
}

/* The smooth signed distance of one slice, positive inside. */
static abl_status shape_slice(abl_volume **out, const abl_volume *slice,
                              double area, abl_error *err)
{
    const double *mm = slice->grid.spacing_mm;
    const double voxel_mm = sqrt(mm[0] * mm[1]);
    const double sigma[3] = {SMOOTH_VOXELS * mm[0], SMOOTH_VOXELS * mm[1], 0};
    abl_volume *rough = NULL;
    abl_status status = abl_distance_signed(&rough, slice, err);
    if (status)
        return status;
    close_gap(rough, voxel_mm);
    status = abl_gaussian(out, rough, sigma, err);
    abl_volume_destroy(rough);
    if (status)
        return status;
    float *d = abl_volume_f32(*out);
    double level = 0;
    status = keep_area(&level, d, &slice->grid, area, 2 * voxel_mm, err);
    const size_t voxels = abl_grid_voxels(&slice->grid);
    for (size_t n = 0; n < voxels; n++)
        d[n] -= (float)level;
    return status;
}

static section describe_slice(const abl_volume *slice)
{
    section out = {0, {0, 0}, 0, 0};
    const uint8_t *value = abl_volume_u8(slice);
    for (size_t j = 0; j < slice->grid.size[1]; j++)
        for (size_t i = 0; i < slice->grid.size[0]; i++)
            if (*value++) {
                out.area++;
                out.centre[0] += (double)i;
                out.centre[1] += (double)j;
            }
    for (int a = 0; a < 2; a++)
        out.centre[a] /= fmax(1, out.area);
    return out;
}

static abl_status fill_slices(abl_volume *field, section *sections,
                              const abl_volume *mask, abl_error *err)
{
    abl_status status = ABL_OK;
    const size_t plane = field->grid.size[0] * field->grid.size[1];
    const size_t size[3] = {mask->grid.size[0], mask->grid.size[1], 1};
    for (size_t k = 0; !status && k < mask->grid.size[2]; k++) {
        abl_volume *slice = NULL, *d = NULL;
        const size_t lo[3] = {0, 0, k};
        status = abl_volume_crop(&slice, mask, lo, size, err);
        if (status)
            break;
        for (size_t n = 0; n < plane; n++)
            abl_volume_u8(slice)[n] = abl_volume_u8(slice)[n] ? 1 : 0;
        sections[k] = describe_slice(slice);
        if (sections[k].area > 0)
            status = shape_slice(&d, slice, sections[k].area, err);
        if (d) {
            float *to = abl_volume_f32(field) + k * plane;
            memcpy(to, d->data, plane * sizeof *to);
            for (size_t n = 0; n < plane; n++)
                sections[k].inradius_mm =
                    fmax(sections[k].inradius_mm, (double)to[n]);
        }
        abl_volume_destroy(slice);
        abl_volume_destroy(d);
    }
    return status;
}

/* Parabola through areas at t = 0, -1, -2, ...: slope and curve at 0 relative
 * to the first; false when it does not fall to zero. */
static bool fit_areas(double *b, double *c, const double *area, size_t count)
{
    double m[3][4] = {{0}};
    for (size_t n = 0; n < count; n++) {
        const double t = -(double)n;
        const double row[3] = {1, t, t * t};
        for (int r = 0; r < 3; r++) {
            for (int s = 0; s < 3; s++)
                m[r][s] += row[r] * row[s];
            m[r][3] += row[r] * area[n];
        }
    }
    m[0][0] += 1e3; /* the outline of the last slice itself is known */
    m[0][3] += 1e3 * area[0];
    for (int p = 0; p < 3; p++)
        for (int r = p + 1; r < 3; r++) {
            const double f = m[r][p] / m[p][p];
            for (int s = p; s < 4; s++)
                m[r][s] -= f * m[p][s];
        }
    const double curve = m[2][3] / m[2][2];
    const double slope = (m[1][3] - m[1][2] * curve) / m[1][1];
    *b = slope / area[0];
    *c = curve / area[0];
    return *c < 0;
}

/* Two slices: the sphere through both. */
static void fit_sphere(double *b, double *c, const double *area, double h)
{
    const double r0 = area[0] / M_PI, r1 = area[1] / M_PI;
    const double z = (r1 - r0 + h * h) / (2 * h); /* of the last slice */
    *b = -2 * z * h / r0;
    *c = -h * h / r0;
}

/* Where the area falls to zero, in slices. */
static double find_cap(double b, double c)
{
    const double root = sqrt(fmax(0, b * b - 4 * c));
    return c < 0 ? (b + root) / (-2 * c) : MOST_CAP;
}

/* @p sections: the last slice first, then inwards. */
static cap fit_cap(const section *const *sections, size_t count,
                   const abl_grid *grid)
{
    cap out = {0, 0, {0, 0}};
    double area[FIT_SLICES] = {0};
    const double *mm = grid->spacing_mm;
    for (size_t n = 0; n < count; n++)
        area[n] = sections[n]->bulk_mm2;
    double reach =
        fmax(LEAST_LONE_CAP, fmin(MOST_LONE_CAP, sqrt(area[0] / M_PI) / mm[2]));
    bool fits = count >= 3 && fit_areas(&out.b, &out.c, area, count);
    if (count >= 2 && !fits)
        fit_sphere(&out.b, &out.c, area, mm[2]);
    if (count >= 2)
        reach = fmin(MOST_CAP, find_cap(out.b, out.c));
    reach = fmax(LEAST_CAP, reach);
    out.b = fmin(0, out.b);
    out.c = (-1 - out.b * reach) / (reach * reach);
    if (out.c > 0) {
        out.b = -1 / reach;
        out.c = 0;
    }
    for (int a = 0; count >= 2 && a < 2; a++)
        out.drift[a] =
            (sections[0]->centre[a] - sections[count - 1]->centre[a]) /
            (double)(count - 1);
    return out;
}

static double sample_plane(const float *d, const abl_grid *grid, double i,
                           double j)
{
    const double top[2] = {(double)(grid->size[0] - 1),
                           (double)(grid->size[1] - 1)};
    i = i > 0 ? (i < top[0] ? i : top[0]) : 0;
    j = j > 0 ? (j < top[1] ? j : top[1]) : 0;
    const size_t i0 = (size_t)i, j0 = (size_t)j;
    const size_t i1 = i0 + 1 < grid->size[0] ? i0 + 1 : i0;
    const size_t j1 = j0 + 1 < grid->size[1] ? j0 + 1 : j0;
    const double s = i - (double)i0, t = j - (double)j0;
    const size_t ni = grid->size[0];
    const double low =
        (double)d[j0 * ni + i0] * (1 - s) + (double)d[j0 * ni + i1] * s;
    const double high =
        (double)d[j1 * ni + i0] * (1 - s) + (double)d[j1 * ni + i1] * s;
    return low + t * (high - low);
}

/* Slice @p to, @p t slices beyond the last one with the object. */
static void fill_beyond(abl_volume *field, size_t last, size_t to,
                        const section *from, const cap *law,
                        double most_bulk_mm2)
{
    const abl_grid *grid = &field->grid;
    const size_t plane = grid->size[0] * grid->size[1];
    const float *d = abl_volume_f32(field) + last * plane;
    float *out = abl_volume_f32(field) + to * plane;
    const double t = to > last ? (double)(to - last) : (double)(last - to);
    const double share = from->bulk_mm2 / most_bulk_mm2;
    const double apex = 1 + law->b * t + law->c * t * t;
    for (size_t j = 0; j < grid->size[1]; j++)
        for (size_t i = 0; i < grid->size[0]; i++) {
            const double inside =
                sample_plane(d, grid, (double)i - t * law->drift[0],
                             (double)j - t * law->drift[1]);
            const double u = 1 - inside / fmax(from->inradius_mm, 1e-3);
            out[j * grid->size[0] + i] =
                (float)fmax(fmin(share * (apex - u * u), -1e-6), LEAST_VALUE);
        }
}

/* Empty slices take the nearest slice's cap. Distances must still be there. */
static void fill_empty(abl_volume *field, const section *sections,
                       double most_bulk_mm2)
{
    const size_t nk = field->grid.size[2];
    for (size_t k = 0; k < nk; k++) {
        if (sections[k].area > 0)
            continue;
        size_t below = 0, above = 0;
        while (below <= k && !(sections[k - below].area > 0))
            below++;
        while (k + above < nk && !(sections[k + above].area > 0))
            above++;
        const bool has_below = below <= k, has_above = k + above < nk;
        const bool up = has_below && (!has_above || below <= above);
        const size_t last = up ? k - below : k + above;
        const section *inwards[FIT_SLICES];
        size_t count = 0;
        for (size_t s = last;
             count < FIT_SLICES && s < nk && sections[s].area > 0;
             s = up ? s - 1 : s + 1)
            inwards[count++] = &sections[s];
        const cap law = fit_cap(inwards, count, &field->grid);
        fill_beyond(field, last, k, &sections[last], &law, most_bulk_mm2);
    }
}

static void finish_slices(abl_volume *field, const section *sections,
                          double most_bulk_mm2)
{
    const size_t plane = field->grid.size[0] * field->grid.size[1];
    for (size_t k = 0; k < field->grid.size[2]; k++) {
        if (!(sections[k].area > 0))
            continue;
        float *value = abl_volume_f32(field) + k * plane;
        const double share = sections[k].bulk_mm2 / most_bulk_mm2;
        const double radius = fmax(sections[k].inradius_mm, 1e-3);
        for (size_t n = 0; n < plane; n++) {
            const double u = 1 - (double)value[n] / radius;
            value[n] = (float)fmax(share * (1 - u * u), LEAST_VALUE);
        }
    }
}

/* A section of few voxels has no inner radius to speak of: it takes that of
 * the next slice inwards, in proportion. */
static void steady_radii(section *sections, size_t nk)
{
    size_t largest = 0;
    for (size_t k = 0; k < nk; k++)
        largest = sections[k].area > sections[largest].area ? k : largest;
    for (int side = 0; side < 2; side++)
        for (size_t n = 1; n < nk; n++) {
            const size_t k = side ? largest + n : largest - n;
            if (k >= nk)
                break;
            const section *inwards = &sections[side ? k - 1 : k + 1];
            if (sections[k].area > 0 && sections[k].area < LEAST_AREA &&
                inwards->area > sections[k].area)
                sections[k].inradius_mm =
                    inwards->inradius_mm *
                    sqrt(sections[k].area / inwards->area);
        }
}

/* An ellipsoid's section area is quadratic along k and known better than its
 * inner radius; a tube that lies in the slices has only the latter. */
static double measure_bulk(section *sections, const abl_grid *grid)
{
    const double pixel_mm2 = grid->spacing_mm[0] * grid->spacing_mm[1];
    double largest = 0, longest = 0, most = 0;
    for (size_t k = 0; k < grid->size[2]; k++) {
        const double r = fmax(sections[k].inradius_mm, 1e-3);
        if (sections[k].area > largest) {
            largest = sections[k].area;
            longest = largest * pixel_mm2 / (M_PI * r * r);
        }
    }
    for (size_t k = 0; k < grid->size[2]; k++) {
        const double r = sections[k].inradius_mm;
        sections[k].bulk_mm2 = longest > MOST_COMPACT
                                   ? M_PI * r * r
                                   : sections[k].area * pixel_mm2;
        most = fmax(most, sections[k].bulk_mm2);
    }
    return most;
}

static abl_status create_empty(abl_volume **out, const abl_volume *mask,
                               abl_error *err)
{
    abl_grid grid;
    const size_t lo[3] = {0, 0, 0}, size[3] = {1, 1, 1};
    abl_status status = abl_grid_crop(&grid, &mask->grid, lo, size, err);
    if (!status)
        status = abl_volume_create(out, &grid, ABL_PIXEL_F32, err);
    if (!status)
        abl_volume_f32(*out)[0] = -1;
    return status;
}

abl_status abl_field_from_mask(abl_volume **out, const abl_volume *mask,
                               abl_error *err)
{
    *out = NULL;
    if (mask->type != ABL_PIXEL_U8)
        return abl_error_set(err, ABL_E_INVALID, "a mask must be u8");
    size_t lo[3], size[3];
    if (!find_box(lo, size, mask))
        return create_empty(out, mask, err);
    abl_volume *crop = NULL, *field = NULL;
    section *sections = abl_alloc(size[2], sizeof *sections, err);
    abl_status status = sections ? ABL_OK : ABL_E_NOMEM;
    if (!status)
        status = abl_volume_crop(&crop, mask, lo, size, err);
    if (!status)
        status = abl_volume_create(&field, &crop->grid, ABL_PIXEL_F32, err);
    if (!status)
        status = fill_slices(field, sections, crop, err);
    if (!status) {
        steady_radii(sections, size[2]);
        const double most = measure_bulk(sections, &crop->grid);
        fill_empty(field, sections, most);
        finish_slices(field, sections, most);
        *out = field;
        field = NULL;
    }
    abl_volume_destroy(crop);
    abl_volume_destroy(field);
    free(sections);
    return status;
}

double abl_mask_edge_sd_mm(const abl_grid *grid)
{
    const double *mm = grid->spacing_mm;
    return hypot(0.12 * sqrt(mm[0] * mm[1]), 0.06 * mm[2]);
}

void abl_mask_label_mm(double out[3], const abl_grid *map,
                       const abl_grid *image)
{
    for (int a = 0; a < 3; a++) {
        const double unit[3] = {image->direction[0][a], image->direction[1][a],
                                image->direction[2][a]};
        out[a] = abl_grid_step_along_mm(map, unit);
    }
}
