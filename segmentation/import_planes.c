/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_planes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 6 /* voxels of nothing around: a field needs room */

/* Two pixels may lie far apart; 1 GiB. */
#define MOST_VOXELS ((size_t)1 << 29)

/* Positions are written with few digits. */
#define UNEVEN_SHARE 0.1

/* Where the pixels of a plane lie in a grid: first + c * column + r * row. */
typedef struct placement {
    long first[3], along_columns[3], along_rows[3];
    double shift[2]; /* 0..1 of a pixel, to columns and rows still to move */
    size_t columns, rows; /* with what a shift adds */
} placement;

/* What one call works on. */
typedef struct worker {
    const abl_mask_planes *from;
    const bool *members;
    const abl_grid *image;
    abl_grid grid; /* the image's, or the planes' own */
    bool is_own;
    long least[3], most[3]; /* where voxels can be, ends included */
    double normal[3], first_lps[3], step_mm; /* of a grid of its own */
    placement *places; /* of each plane; only of members */
    uint8_t *mask, *shifted;
} worker;

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* ijk of a pixel of a plane. */
static void pixel_ijk(double ijk[3], const worker *in, size_t plane,
                      double column, double row)
{
    const abl_mask_planes *from = in->from;
    double lps[3];
    for (int a = 0; a < 3; a++)
        lps[a] = from->planes[plane].position_lps[a] +
                 column * from->spacing_mm[0] * from->row_lps[a] +
                 row * from->spacing_mm[1] * from->column_lps[a];
    abl_grid_to_ijk(ijk, in->image, lps);
}

/* A step of one voxel along one axis. */
static bool find_step(long step[3], const double from[3], const double to[3])
{
    long sum = 0;
    for (int a = 0; a < 3; a++) {
        step[a] = lrint(to[a] - from[a]);
        sum += labs(step[a]);
    }
    return sum == 1;
}

static bool lies_on(const worker *in, const placement *place, size_t plane,
                    double column, double row)
{
    const abl_grid *image = in->image;
    double ijk[3];
    pixel_ijk(ijk, in, plane, column, row);
    for (int a = 0; a < 3; a++) {
        const double there = (double)place->first[a] +
                             column * (double)place->along_columns[a] +
                             row * (double)place->along_rows[a];
        if (!(fabs(ijk[a] - there) * image->spacing_mm[a] <=
              ABL_SAME_VOXEL_MM) ||
            there < -0.5 || there > (double)image->size[a] - 0.5)
            return false;
    }
    return true;
}

/* Whether every pixel of the plane is a voxel of the image, and which. */
static bool place_on_image(placement *place, const worker *in, size_t plane)
{
    const double last_column = (double)(in->from->columns - 1);
    const double last_row = (double)(in->from->rows - 1);
    double first[3], right[3], below[3];
    pixel_ijk(first, in, plane, 0, 0);
    pixel_ijk(right, in, plane, 1, 0);
    pixel_ijk(below, in, plane, 0, 1);
    for (int a = 0; a < 3; a++) {
        if (!(fabs(first[a]) < 1e6))
            return false;
        place->first[a] = lrint(first[a]);
    }
    place->columns = in->from->columns;
    place->rows = in->from->rows;
    return find_step(place->along_columns, first, right) &&
           find_step(place->along_rows, first, below) &&
           lies_on(in, place, plane, 0, 0) &&
           lies_on(in, place, plane, last_column, 0) &&
           lies_on(in, place, plane, 0, last_row) &&
           lies_on(in, place, plane, last_column, last_row);
}

/* The planes' own distance must be that of the image's slices. */
static bool has_step_of(const worker *in, const placement *place)
{
    int axis = 0;
    while (axis < 2 && (place->along_columns[axis] || place->along_rows[axis]))
        axis++;
    return in->step_mm == 0 ||
           fabs(in->step_mm - in->image->spacing_mm[axis]) <= ABL_SAME_VOXEL_MM;
}

static bool is_member(const worker *in, size_t plane)
{
    return in->members[in->from->planes[plane].part];
}

static bool place_all_on_image(worker *in)
{
    for (size_t n = 0; n < in->from->count; n++)
        if (is_member(in, n) && !(place_on_image(&in->places[n], in, n) &&
                                  has_step_of(in, &in->places[n])))
            return false;
    in->grid = *in->image;
    for (int a = 0; a < 3; a++) {
        in->least[a] = 0;
        in->most[a] = (long)in->image->size[a] - 1;
    }
    return true;
}

static abl_status find_own_step(worker *in, abl_error *err)
{
    in->step_mm = 0;
    for (size_t part = 0; part < in->from->part_count; part++) {
        const double step = in->from->step_mm[part];
        if (!in->members[part] || !in->from->parts[part].plane_count)
            continue;
        if (in->step_mm > 0 && step > 0 &&
            fabs(step - in->step_mm) > UNEVEN_SHARE * step)
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "%s: \"%s\" and another part of the same "
                                 "structure have planes at different "
                                 "distances (%.2f and %.2f mm)",
                                 in->from->file, in->from->parts[part].label,
                                 step, in->step_mm);
        in->step_mm = step > 0 ? step : in->step_mm;
    }
    return ABL_OK;
}

/* Position of a plane along the normal [mm], and within the plane [pixels]. */
static void coordinates(double *along, double pixels[2], const worker *in,
                        size_t plane)
{
    double off[3];
    for (int a = 0; a < 3; a++)
        off[a] = in->from->planes[plane].position_lps[a] - in->first_lps[a];
    *along = dot(off, in->normal);
    pixels[0] = dot(off, in->from->row_lps) / in->from->spacing_mm[0];
    pixels[1] = dot(off, in->from->column_lps) / in->from->spacing_mm[1];
}

static abl_status place_on_own(worker *in, size_t plane, abl_error *err)
{
    const abl_mask_planes *from = in->from;
    placement *place = &in->places[plane];
    double along, pixels[2];
    coordinates(&along, pixels, in, plane);
    const double slice = along / in->step_mm;
    if (!(fabs(slice) < 1e6) || !(fabs(pixels[0]) < 1e6) ||
        !(fabs(pixels[1]) < 1e6) || fabs(slice - rint(slice)) > UNEVEN_SHARE)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "%s: a plane of \"%s\" lies %.2f mm from another, "
                             "where planes are %.2f mm apart; uneven distances "
                             "cannot be filled",
                             from->file,
                             from->parts[from->planes[plane].part].label, along,
                             in->step_mm);
    *place = (placement){.along_columns = {1, 0, 0},
                         .along_rows = {0, 1, 0},
                         .columns = from->columns,
                         .rows = from->rows};
    place->first[2] = lrint(slice);
    for (int a = 0; a < 2; a++) {
        const double mm = (pixels[a] - rint(pixels[a])) * from->spacing_mm[a];
        const bool is_whole = fabs(mm) <= ABL_SAME_VOXEL_MM;
        place->first[a] = is_whole ? lrint(pixels[a]) : (long)floor(pixels[a]);
        place->shift[a] = is_whole ? 0 : pixels[a] - floor(pixels[a]);
    }
    place->columns += place->shift[0] > 0;
    place->rows += place->shift[1] > 0;
    return ABL_OK;
}

static void widen(worker *in, const placement *place)
{
    const long last[3] = {place->first[0] + (long)place->columns - 1,
                          place->first[1] + (long)place->rows - 1,
                          place->first[2]};
    for (int a = 0; a < 3; a++) {
        in->least[a] =
            place->first[a] < in->least[a] ? place->first[a] : in->least[a];
        in->most[a] = last[a] > in->most[a] ? last[a] : in->most[a];
    }
}

/* The grid of the planes themselves; planes beyond its ends are empty. */
static abl_status place_all_on_own(worker *in, abl_error *err)
{
    bool any = false;
    for (size_t n = 0; n < in->from->count; n++) {
        if (!is_member(in, n))
            continue;
        if (!any)
            memcpy(in->first_lps, in->from->planes[n].position_lps,
                   sizeof in->first_lps);
        if (!any && in->step_mm == 0)
            return abl_error_set(
                err, ABL_E_GEOMETRY,
                "%s: the plane of \"%s\" is no slice of the "
                "series, and how thick it is is not known",
                in->from->file,
                in->from->parts[in->from->planes[n].part].label);
        const abl_status status = place_on_own(in, n, err);
        if (status)
            return status;
        if (!any) {
            memcpy(in->least, in->places[n].first, sizeof in->least);
            memcpy(in->most, in->places[n].first, sizeof in->most);
        }
        widen(in, &in->places[n]);
        any = true;
    }
    for (int a = 0; a < 3; a++) {
        in->least[a] -= MARGIN;
        in->most[a] += MARGIN;
    }
    in->is_own = true;
    return ABL_OK;
}

static void make_own_grid(worker *in)
{
    const abl_mask_planes *from = in->from;
    abl_grid *grid = &in->grid;
    for (int a = 0; a < 3; a++) {
        grid->size[a] = (size_t)(in->most[a] - in->least[a] + 1);
        grid->direction[a][0] = from->row_lps[a];
        grid->direction[a][1] = from->column_lps[a];
        grid->direction[a][2] = in->normal[a];
    }
    grid->spacing_mm[0] = from->spacing_mm[0];
    grid->spacing_mm[1] = from->spacing_mm[1];
    grid->spacing_mm[2] = in->step_mm;
    for (int a = 0; a < 3; a++)
        grid->origin_lps[a] =
            in->first_lps[a] +
            (double)in->least[0] * grid->spacing_mm[0] * from->row_lps[a] +
            (double)in->least[1] * grid->spacing_mm[1] * from->column_lps[a] +
            (double)in->least[2] * grid->spacing_mm[2] * in->normal[a];
    for (size_t n = 0; n < from->count; n++)
        for (int a = 0; is_member(in, n) && a < 3; a++)
            in->places[n].first[a] -= in->least[a];
    for (int a = 0; a < 3; a++) {
        in->most[a] -= in->least[a];
        in->least[a] = 0;
    }
}

/* Half of a pixel or more makes a pixel. */
static void shift_mask(uint8_t *to, const uint8_t *mask, const worker *in,
                       const placement *place)
{
    const long columns = (long)in->from->columns, rows = (long)in->from->rows;
    const double u = place->shift[0], v = place->shift[1];
    for (long r = 0; r < (long)place->rows; r++)
        for (long c = 0; c < (long)place->columns; c++) {
            double sum = 0;
            for (int corner = 0; corner < 4; corner++) {
                const long dc = corner & 1, dr = corner >> 1;
                const double weight = (dc ? u : 1 - u) * (dr ? v : 1 - v);
                if (c - dc >= 0 && c - dc < columns && r - dr >= 0 &&
                    r - dr < rows)
                    sum += weight * mask[(r - dr) * columns + c - dc];
            }
            *to++ = sum >= 0.5 ? 1 : 0;
        }
}

/* The mask of a plane, as large as its placement. */
static const uint8_t *mask_of(worker *in, size_t plane)
{
    const placement *place = &in->places[plane];
    in->from->mask(in->mask, in->from->user, plane);
    if (place->shift[0] == 0 && place->shift[1] == 0)
        return in->mask;
    shift_mask(in->shifted, in->mask, in, place);
    return in->shifted;
}

typedef struct box {
    long lo[3], hi[3];
    bool any;
} box;

static void grow(box *to, const placement *place, size_t column, size_t row)
{
    for (int a = 0; a < 3; a++) {
        const long at = place->first[a] +
                        (long)column * place->along_columns[a] +
                        (long)row * place->along_rows[a];
        to->lo[a] = !to->any || at < to->lo[a] ? at : to->lo[a];
        to->hi[a] = !to->any || at > to->hi[a] ? at : to->hi[a];
    }
    to->any = true;
}

/* First and last pixel of each row are enough for a box. */
static void find_box(box *to, worker *in)
{
    *to = (box){.any = false};
    for (size_t n = 0; n < in->from->count; n++) {
        if (!is_member(in, n))
            continue;
        const placement *place = &in->places[n];
        const uint8_t *mask = mask_of(in, n);
        for (size_t r = 0; r < place->rows; r++) {
            const uint8_t *row = mask + r * place->columns;
            const uint8_t *first = memchr(row, 1, place->columns);
            if (!first)
                continue;
            size_t last = place->columns - 1;
            while (!row[last])
                last--;
            grow(to, place, (size_t)(first - row), r);
            grow(to, place, last, r);
        }
    }
}

static void paint(const abl_volume *values, worker *in, const long lo[3])
{
    int16_t *to = abl_volume_i16(values);
    for (size_t n = 0; n < in->from->count; n++) {
        if (!is_member(in, n))
            continue;
        const placement *place = &in->places[n];
        const uint8_t *mask = mask_of(in, n);
        for (size_t r = 0; r < place->rows; r++)
            for (size_t c = 0; c < place->columns; c++) {
                if (!mask[r * place->columns + c])
                    continue;
                size_t at[3];
                for (int a = 0; a < 3; a++)
                    at[a] = (size_t)(place->first[a] - lo[a] +
                                     (long)c * place->along_columns[a] +
                                     (long)r * place->along_rows[a]);
                to[abl_grid_offset(&values->grid, at[0], at[1], at[2])] = 1;
            }
    }
}

static abl_status make_values(abl_import_map *out, worker *in, abl_error *err)
{
    box found;
    abl_grid crop;
    size_t lo[3], size[3];
    abl_volume *values = NULL;
    find_box(&found, in);
    if (!found.any)
        return ABL_OK;
    for (int a = 0; a < 2; a++)
        out->is_at_edge |=
            in->is_own && (found.lo[a] <= in->least[a] + MARGIN ||
                           found.hi[a] >= in->most[a] - MARGIN);
    for (int a = 0; a < 3; a++) {
        found.lo[a] = found.lo[a] - MARGIN > in->least[a] ? found.lo[a] - MARGIN
                                                          : in->least[a];
        found.hi[a] = found.hi[a] + MARGIN < in->most[a] ? found.hi[a] + MARGIN
                                                         : in->most[a];
        lo[a] = (size_t)found.lo[a];
        size[a] = (size_t)(found.hi[a] - found.lo[a] + 1);
    }
    abl_status status = abl_grid_crop(&crop, &in->grid, lo, size, err);
    if (!status && in->is_own && abl_grid_voxels(&crop) > MOST_VOXELS)
        status = abl_error_set(err, ABL_E_UNSUPPORTED,
                               "%s: its pixels span %zu x %zu x %zu voxels, "
                               "which is more than is read",
                               in->from->file, size[0], size[1], size[2]);
    if (!status)
        status = abl_volume_create(&values, &crop, ABL_PIXEL_I16, err);
    if (status)
        return status;
    paint(values, in, found.lo);
    const size_t voxels = abl_grid_voxels(&crop);
    for (size_t n = 0; n < voxels; n++)
        out->counts[abl_volume_i16(values)[n]]++;
    status = abl_volume_reorient(&out->values, values,
                                 abl_grid_orientation(&values->grid), err);
    abl_volume_destroy(values);
    return status;
}

static abl_status place_planes(worker *in, abl_error *err)
{
    abl_status status = find_own_step(in, err);
    if (status || place_all_on_image(in))
        return status;
    status = place_all_on_own(in, err);
    for (int a = 0; !status && a < 3; a++)
        if (in->most[a] - in->least[a] >= (long)ABL_GRID_MAX_SIZE)
            status = abl_error_set(err, ABL_E_UNSUPPORTED,
                                   "%s: its planes lie too far apart",
                                   in->from->file);
    if (status)
        return status;
    make_own_grid(in);
    status = abl_grid_validate(&in->grid, err);
    if (status)
        abl_error_prefix(err, "%s", in->from->file);
    return status;
}

abl_status abl_import_planes(abl_import_map *out, const abl_mask_planes *planes,
                             const bool *members, const abl_grid *image,
                             abl_error *err)
{
    const size_t pixels = (planes->columns + 1) * (planes->rows + 1);
    worker in = {.from = planes, .members = members, .image = image};
    memset(out, 0, sizeof *out);
    snprintf(out->file, sizeof out->file, "%s", planes->file);
    in.normal[0] = planes->row_lps[1] * planes->column_lps[2] -
                   planes->row_lps[2] * planes->column_lps[1];
    in.normal[1] = planes->row_lps[2] * planes->column_lps[0] -
                   planes->row_lps[0] * planes->column_lps[2];
    in.normal[2] = planes->row_lps[0] * planes->column_lps[1] -
                   planes->row_lps[1] * planes->column_lps[0];
    in.places = abl_alloc(planes->count, sizeof *in.places, err);
    in.mask = abl_alloc(pixels, 1, err);
    in.shifted = abl_alloc(pixels, 1, err);
    abl_status status =
        in.places && in.mask && in.shifted ? ABL_OK : ABL_E_NOMEM;
    if (!status)
        status = place_planes(&in, err);
    if (!status)
        status = make_values(out, &in, err);
    out->is_resampled = in.is_own;
    out->coverage = 1;
    free(in.places);
    free(in.mask);
    free(in.shifted);
    return status;
}
