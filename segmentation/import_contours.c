/* Maps from an RT Structure Set.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A contour fills its own plane and no other. Several contours of a region in
 * one plane are combined by the even-odd rule, so that inner ones are holes. A
 * pixel is inside when its centre is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/dicom_contours.h"
#include "segmentation/import_parts.h"

/* How far a contour's points may lie from its plane. */
#define PLANAR_MM 0.2
/* Contours nearer than this share of a slice to its middle lie on it. */
#define ON_SLICE_SHARE 0.1

/* A contour and where it lies along the axis across the slices [voxels]. */
typedef struct laid {
    size_t part, contour;
    double at;
} laid;

typedef struct rasters {
    const abl_dicom_contours *from;
    const abl_grid *image;
    int across, columns, rows; /* axes of the image */
    laid *laid;                /* sorted by part and position */
    size_t count;              /* planes */
    abl_mask_plane *planes;
    size_t *first; /* of each plane, in laid; one more than planes */
    double *steps; /* of each part [mm] */
} rasters;

static void to_ijk(double ijk[3], const rasters *of, size_t point)
{
    abl_grid_to_ijk(ijk, of->image, of->from->points_lps[point]);
}

/* Twice the area that a contour's outline spans across each axis. */
static void find_normal(double normal[3], const rasters *of,
                        const abl_dicom_contour *contour)
{
    normal[0] = normal[1] = normal[2] = 0;
    for (size_t n = 0; n < contour->count; n++) {
        double a[3], b[3];
        to_ijk(a, of, contour->first + n);
        to_ijk(b, of, contour->first + (n + 1) % contour->count);
        for (int x = 0; x < 3; x++) {
            a[x] *= of->image->spacing_mm[x];
            b[x] *= of->image->spacing_mm[x];
        }
        for (int x = 0; x < 3; x++) {
            const int y = (x + 1) % 3, z = (x + 2) % 3;
            normal[x] += (a[y] - b[y]) * (a[z] + b[z]);
        }
    }
}

/* The axis of the image across which the largest contour lies. */
static int find_axis(const rasters *of, const abl_label_meaning *meanings)
{
    double largest = 0;
    int axis = 2;
    for (size_t n = 0; n < of->from->contour_count; n++) {
        const abl_dicom_contour *contour = &of->from->contours[n];
        double normal[3];
        if (meanings[contour->part].kind <= ABL_LABEL_IGNORED)
            continue;
        find_normal(normal, of, contour);
        for (int a = 0; a < 3; a++)
            if (fabs(normal[a]) > largest) {
                largest = fabs(normal[a]);
                axis = a;
            }
    }
    return axis;
}

static abl_status lay(laid *out, const rasters *of, size_t contour,
                      const char *file, abl_error *err)
{
    const abl_dicom_contour *from = &of->from->contours[contour];
    const double slice_mm = of->image->spacing_mm[of->across];
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t n = 0; n < from->count; n++) {
        double ijk[3];
        to_ijk(ijk, of, from->first + n);
        low = fmin(low, ijk[of->across]);
        high = fmax(high, ijk[of->across]);
    }
    if (!((high - low) * slice_mm <= PLANAR_MM))
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "%s: a contour of \"%s\" does not lie in one "
                             "plane parallel to the slices of the series "
                             "(its points are up to %.2f mm apart across it)",
                             file, of->from->parts[from->part].label,
                             (high - low) * slice_mm);
    out->part = from->part;
    out->contour = contour;
    out->at = 0.5 * (low + high);
    if (fabs(out->at - rint(out->at)) <= ON_SLICE_SHARE ||
        fabs(out->at - rint(out->at)) * slice_mm <= ABL_SAME_VOXEL_MM)
        out->at = rint(out->at);
    return ABL_OK;
}

static int compare(const void *a, const void *b)
{
    const laid *x = a, *y = b;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->contour < y->contour ? -1 : x->contour > y->contour;
}

/* Contours of one part at one position share a plane. */
static void make_planes(rasters *of, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        const size_t part = of->laid[n].part;
        const abl_mask_plane *last = of->planes + of->count - 1;
        if (of->count && last->part == part &&
            of->laid[n].at - of->laid[n - 1].at <= 0.5 * ON_SLICE_SHARE)
            continue;
        double ijk[3] = {0, 0, 0};
        ijk[of->across] = of->laid[n].at;
        of->planes[of->count].part = part;
        abl_grid_to_lps(of->planes[of->count].position_lps, of->image, ijk);
        of->first[of->count++] = n;
    }
    of->first[of->count] = count;
}

/* Distance of a part's planes, and how many are missing between them. */
static size_t measure_part(rasters *of, size_t part, double *positions)
{
    const double slice_mm = of->image->spacing_mm[of->across];
    size_t count = 0;
    for (size_t n = 0; n < of->count; n++)
        if (of->planes[n].part == part)
            positions[count++] = slice_mm * of->laid[of->first[n]].at;
    of->steps[part] = abl_import_step(positions, count, 1e-6);
    if (!(of->steps[part] > 0))
        return 0;
    const double whole =
        rint((positions[count - 1] - positions[0]) / of->steps[part]) + 1;
    return whole > (double)count ? (size_t)(whole - (double)count) : 0;
}

static abl_status measure_parts(abl_import_job *job, rasters *of,
                                abl_error *err)
{
    size_t missing = 0, left_out = 0;
    const char *label = "";
    double *positions =
        abl_alloc(of->count ? of->count : 1, sizeof *positions, err);
    if (!positions)
        return ABL_E_NOMEM;
    for (size_t part = 0; part < of->from->part_count; part++) {
        const size_t more = measure_part(of, part, positions);
        if (more && !missing)
            label = of->from->parts[part].label;
        missing += more;
        left_out += of->from->parts[part].left_out;
    }
    free(positions);
    if (missing)
        abl_import_job_note(job, "labels-gaps",
                            "%.60s: %zu planes between others have no contour "
                            "(first: \"%s\"); nothing was put there.",
                            job->file, missing, label);
    if (left_out)
        abl_import_job_note(job, "labels-contours",
                            "%.60s: %zu contours that are points, open or "
                            "without an area were left out.",
                            job->file, left_out);
    return ABL_OK;
}

/* Turns inside and outside around right of a line, row by row. */
static void cross(uint8_t *mask, size_t columns, size_t rows, const double a[2],
                  const double b[2])
{
    const double *low = a[1] < b[1] ? a : b, *high = a[1] < b[1] ? b : a;
    const double first = fmax(ceil(low[1]), 0);
    const double end = fmin(ceil(high[1]), (double)rows);
    for (double row = first; row < end; row++) {
        const double share = (row - low[1]) / (high[1] - low[1]);
        const double x = ceil(low[0] + share * (high[0] - low[0]));
        if (x < (double)columns)
            mask[(size_t)row * columns + (x > 0 ? (size_t)x : 0)] ^= 1;
    }
}

static void fill(uint8_t *out, const void *user, size_t plane)
{
    const rasters *of = user;
    const size_t columns = of->image->size[of->columns];
    const size_t rows = of->image->size[of->rows];
    memset(out, 0, columns * rows);
    for (size_t n = of->first[plane]; n < of->first[plane + 1]; n++) {
        const abl_dicom_contour *from =
            &of->from->contours[of->laid[n].contour];
        double ijk[3], last[2], here[2];
        to_ijk(ijk, of, from->first + from->count - 1);
        last[0] = ijk[of->columns];
        last[1] = ijk[of->rows];
        for (size_t p = 0; p < from->count; p++) {
            to_ijk(ijk, of, from->first + p);
            here[0] = ijk[of->columns];
            here[1] = ijk[of->rows];
            cross(out, columns, rows, last, here);
            memcpy(last, here, sizeof last);
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 1; c < columns; c++)
            out[r * columns + c] ^= out[r * columns + c - 1];
}

static abl_status group(abl_import_job *job, const rasters *of,
                        const abl_label_meaning *meanings, abl_error *err)
{
    abl_mask_planes from = {.file = job->file,
                            .part_count = of->from->part_count,
                            .parts = of->from->parts,
                            .columns = of->image->size[of->columns],
                            .rows = of->image->size[of->rows],
                            .count = of->count,
                            .planes = of->planes,
                            .step_mm = of->steps,
                            .mask = fill,
                            .user = of};
    from.spacing_mm[0] = of->image->spacing_mm[of->columns];
    from.spacing_mm[1] = of->image->spacing_mm[of->rows];
    for (int a = 0; a < 3; a++) {
        from.row_lps[a] = of->image->direction[a][of->columns];
        from.column_lps[a] = of->image->direction[a][of->rows];
    }
    return abl_import_group_parts(job, &from, meanings, err);
}

static abl_status rasterise(abl_import_job *job, rasters *of,
                            const abl_label_meaning *meanings, abl_error *err)
{
    const size_t most = of->from->contour_count;
    size_t count = 0;
    abl_status status = ABL_OK;
    of->across = find_axis(of, meanings);
    of->columns = of->across == 0 ? 1 : 0;
    of->rows = of->across == 2 ? 1 : 2;
    of->laid = abl_alloc(most, sizeof *of->laid, err);
    of->planes = abl_alloc(most, sizeof *of->planes, err);
    of->first = abl_alloc(most + 1, sizeof *of->first, err);
    of->steps = abl_alloc(of->from->part_count, sizeof *of->steps, err);
    if (!of->laid || !of->planes || !of->first || !of->steps)
        return ABL_E_NOMEM;
    for (size_t n = 0; !status && n < most; n++)
        if (meanings[of->from->contours[n].part].kind > ABL_LABEL_IGNORED)
            status = lay(&of->laid[count++], of, n, job->file, err);
    if (status)
        return status;
    qsort(of->laid, count, sizeof *of->laid, compare);
    make_planes(of, count);
    status = measure_parts(job, of, err);
    return status ? status : group(job, of, meanings, err);
}

abl_status abl_import_contours(abl_import_job *job, abl_error *err)
{
    abl_dicom_contours contours;
    abl_label_meaning *meanings = NULL;
    rasters of = {.from = &contours, .image = job->image};
    abl_status status = abl_dicom_contours_read(&contours, job->path, err);
    if (!status &&
        !(meanings = abl_alloc(contours.part_count, sizeof *meanings, err)))
        status = ABL_E_NOMEM;
    if (!status)
        status = abl_import_name_parts(job, meanings, contours.parts,
                                       contours.part_count, err);
    if (!status)
        status = abl_import_belongs(job, &contours.origin, contours.parts,
                                    meanings, contours.part_count, err);
    if (!status)
        status = rasterise(job, &of, meanings, err);
    free(meanings);
    free(of.laid);
    free(of.planes);
    free(of.first);
    free(of.steps);
    abl_dicom_contours_clear(&contours);
    return status;
}
