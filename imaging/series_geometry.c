/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/series_geometry.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Farthest position from the scanner's origin that is believed [mm]. */
static const double max_position_mm = 1e5;

typedef struct placed {
    double along_mm;       /* along the common normal */
    double in_plane_mm[2]; /* along rows (i) and columns (j) */
    size_t plane;
} placed;

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(double out[3], const double a[3], const double b[3])
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

static void normalise(double v[3])
{
    const double length = sqrt(dot(v, v));
    for (int r = 0; r < 3; r++)
        v[r] /= length;
}

void abl_plane_normal(double normal[3], const abl_plane *plane)
{
    cross(normal, plane->row_lps, plane->column_lps);
    normalise(normal);
}

bool abl_plane_same_orientation(const abl_plane *a, const abl_plane *b)
{
    for (int r = 0; r < 3; r++)
        if (!(fabs(a->row_lps[r] - b->row_lps[r]) <=
                  ABL_STACK_ORIENTATION_TOLERANCE &&
              fabs(a->column_lps[r] - b->column_lps[r]) <=
                  ABL_STACK_ORIENTATION_TOLERANCE))
            return false;
    return true;
}

bool abl_plane_same_shape(const abl_plane *a, const abl_plane *b)
{
    for (int n = 0; n < 2; n++)
        if (a->size[n] != b->size[n] ||
            !(fabs(a->spacing_mm[n] - b->spacing_mm[n]) <=
              1e-3 * a->spacing_mm[n]))
            return false;
    return true;
}

static bool is_orthonormal(const abl_plane *plane)
{
    const double slack = 10 * ABL_STACK_ORIENTATION_TOLERANCE;
    const double row = dot(plane->row_lps, plane->row_lps);
    const double column = dot(plane->column_lps, plane->column_lps);
    return fabs(row - 1) <= slack && fabs(column - 1) <= slack &&
           fabs(dot(plane->row_lps, plane->column_lps)) <= slack;
}

abl_status abl_plane_check(const abl_plane *plane, abl_error *err)
{
    for (int r = 0; r < 3; r++)
        if (!(fabs(plane->position_lps[r]) <= max_position_mm))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "%s: ImagePositionPatient holds %g, which is "
                                 "no position in mm",
                                 plane->name, plane->position_lps[r]);
    if (!is_orthonormal(plane))
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "%s: ImageOrientationPatient is not two "
                             "perpendicular unit vectors",
                             plane->name);
    for (int n = 0; n < 2; n++)
        if (!(plane->spacing_mm[n] >= 0.01 && plane->spacing_mm[n] <= 100))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "%s: PixelSpacing %g mm is outside 0.01 to "
                                 "100 mm",
                                 plane->name, plane->spacing_mm[n]);
    return ABL_OK;
}

static abl_status check_alike(const abl_plane *first, const abl_plane *other,
                              abl_error *err)
{
    if (first->size[0] != other->size[0] || first->size[1] != other->size[1])
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "mixed image sizes: %s has %zu x %zu pixels, %s "
                             "%zu x %zu",
                             first->name, first->size[0], first->size[1],
                             other->name, other->size[0], other->size[1]);
    if (!abl_plane_same_shape(first, other))
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "mixed pixel spacing: %s has %g x %g mm, %s "
                             "%g x %g mm",
                             first->name, first->spacing_mm[0],
                             first->spacing_mm[1], other->name,
                             other->spacing_mm[0], other->spacing_mm[1]);
    if (!abl_plane_same_orientation(first, other))
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "mixed orientations: %s and %s are not parallel",
                             first->name, other->name);
    return ABL_OK;
}

static abl_status check_planes(const abl_plane *planes, size_t count,
                               abl_error *err)
{
    if (count == 0)
        return abl_error_set(err, ABL_E_GEOMETRY, "no image");
    for (size_t n = 0; n < count; n++) {
        abl_status status = abl_plane_check(planes + n, err);
        if (!status && n > 0)
            status = check_alike(planes, planes + n, err);
        if (status)
            return status;
    }
    if (count == 1)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "a single image; a volume needs more");
    return ABL_OK;
}

/* Axes of the first image, made exactly orthonormal. */
static void set_axes(abl_grid *grid, const abl_plane *plane)
{
    double axes[3][3];
    memcpy(axes[0], plane->row_lps, sizeof axes[0]);
    normalise(axes[0]);
    abl_plane_normal(axes[2], plane);
    cross(axes[1], axes[2], axes[0]);
    for (int a = 0; a < 3; a++)
        for (int r = 0; r < 3; r++)
            grid->direction[r][a] = axes[a][r];
}

static int compare_placed(const void *left, const void *right)
{
    const placed *a = left, *b = right;
    if (a->along_mm != b->along_mm)
        return a->along_mm < b->along_mm ? -1 : 1;
    return a->plane < b->plane ? -1 : a->plane > b->plane;
}

static void place(placed *places, const abl_grid *grid, const abl_plane *planes,
                  size_t count)
{
    for (size_t n = 0; n < count; n++) {
        double along[3];
        for (int a = 0; a < 3; a++) {
            const double axis[3] = {grid->direction[0][a],
                                    grid->direction[1][a],
                                    grid->direction[2][a]};
            along[a] = dot(axis, planes[n].position_lps);
        }
        places[n] = (placed){along[2], {along[0], along[1]}, n};
    }
    qsort(places, count, sizeof *places, compare_placed);
}

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static abl_status usual_gap(double *out, const placed *places, size_t count,
                            abl_error *err)
{
    double *gaps = abl_alloc(count - 1, sizeof *gaps, err);
    if (!gaps)
        return ABL_E_NOMEM;
    for (size_t n = 0; n + 1 < count; n++)
        gaps[n] = places[n + 1].along_mm - places[n].along_mm;
    qsort(gaps, count - 1, sizeof *gaps, compare_doubles);
    *out = gaps[(count - 1) / 2];
    free(gaps);
    return ABL_OK;
}

static double tolerance_mm(double gap_mm)
{
    return fmin(
        fmax(ABL_STACK_TOLERANCE_MM, ABL_STACK_TOLERANCE_FRACTION * gap_mm),
        0.25 * gap_mm);
}

static abl_status check_repeats(const placed *places, const abl_plane *planes,
                                size_t count, abl_error *err)
{
    const double extent = places[count - 1].along_mm - places[0].along_mm;
    if (extent < ABL_STACK_SAME_POSITION_MM)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "all %zu images are at one position (%.2f mm), "
                             "%s to %s: no volume",
                             count, places[0].along_mm,
                             planes[places[0].plane].name,
                             planes[places[count - 1].plane].name);
    size_t repeats = 0, first = 0;
    for (size_t n = 0; n + 1 < count; n++)
        if (places[n + 1].along_mm - places[n].along_mm <
            ABL_STACK_SAME_POSITION_MM) {
            if (repeats++ == 0)
                first = n;
        }
    if (repeats == 0)
        return ABL_OK;
    return abl_error_set(err, ABL_E_GEOMETRY,
                         "%zu position%s held by more than one image and "
                         "nothing tells them apart, first %s and %s at %.2f "
                         "mm; keep one acquisition",
                         repeats, repeats == 1 ? " is" : "s are",
                         planes[places[first].plane].name,
                         planes[places[first + 1].plane].name,
                         places[first].along_mm);
}

static void describe_gap(char *text, size_t size, const placed *at,
                         const abl_plane *planes, double usual_mm)
{
    const double gap = at[1].along_mm - at[0].along_mm;
    const double steps = gap / usual_mm;
    const double whole = rint(steps);
    const char *before = planes[at[0].plane].name;
    const char *after = planes[at[1].plane].name;
    if (whole >= 2 && fabs(gap - whole * usual_mm) <= tolerance_mm(usual_mm))
        snprintf(text, size,
                 "%.0f slice%s missing between %s (%.2f mm) and %s (%.2f mm)",
                 whole - 1, whole > 2 ? "s" : "", before, at[0].along_mm, after,
                 at[1].along_mm);
    else
        snprintf(text, size, "%.2f mm instead of %.2f mm between %s and %s",
                 gap, usual_mm, before, after);
}

/* The first three gaps that are wrong, and how many there are. */
static abl_status check_gaps(const placed *places, const abl_plane *planes,
                             size_t count, double usual_mm, abl_error *err)
{
    char text[480] = "";
    size_t wrong = 0, used = 0;
    for (size_t n = 0; n + 1 < count; n++) {
        const double gap = places[n + 1].along_mm - places[n].along_mm;
        if (fabs(gap - usual_mm) <= tolerance_mm(usual_mm))
            continue;
        if (wrong++ < 3 && used + 1 < sizeof text) {
            if (used > 0)
                used += (size_t)snprintf(text + used, sizeof text - used, "; ");
            describe_gap(text + used, sizeof text - used, places + n, planes,
                         usual_mm);
            used = strlen(text);
        }
    }
    if (wrong == 0)
        return ABL_OK;
    return abl_error_set(err, ABL_E_GEOMETRY,
                         "slices are not evenly spaced (%zu of %zu gaps): "
                         "%s%s; export the whole series again",
                         wrong, count - 1, text, wrong > 3 ? "; ..." : "");
}

static abl_status check_drift(const placed *places, const abl_plane *planes,
                              size_t count, double step_mm, abl_error *err)
{
    for (size_t n = 0; n < count; n++) {
        const double expected = places[0].along_mm + (double)n * step_mm;
        const double off = places[n].along_mm - expected;
        if (!(fabs(off) <= tolerance_mm(step_mm)))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "slices are not evenly spaced: %s is %.2f mm "
                                 "away from its place in a stack of %.3f mm "
                                 "steps",
                                 planes[places[n].plane].name, off, step_mm);
    }
    return ABL_OK;
}

/* Sideways displacement per slice; every slice must follow it. */
static abl_status check_sideways(abl_stack *out, const placed *places,
                                 const abl_plane *planes, size_t count,
                                 abl_error *err)
{
    const placed *last = places + count - 1;
    const double *spacing = out->grid.spacing_mm;
    double total_px = 0, per_slice_mm[2];
    for (int a = 0; a < 2; a++) {
        const double moved = last->in_plane_mm[a] - places[0].in_plane_mm[a];
        per_slice_mm[a] = moved / (double)(count - 1);
        total_px = fmax(total_px, fabs(moved) / spacing[a]);
    }
    for (size_t n = 0; n < count; n++)
        for (int a = 0; a < 2; a++) {
            const double expected =
                places[0].in_plane_mm[a] + (double)n * per_slice_mm[a];
            const double off = places[n].in_plane_mm[a] - expected;
            if (!(fabs(off) <= fmax(0.2, 0.5 * spacing[a])))
                return abl_error_set(err, ABL_E_GEOMETRY,
                                     "%s is displaced by %.2f mm along its %s",
                                     planes[places[n].plane].name, off,
                                     a == 0 ? "rows" : "columns");
        }
    if (total_px < 0.5)
        return ABL_OK;
    const double radians =
        atan2(hypot(per_slice_mm[0], per_slice_mm[1]), out->grid.spacing_mm[2]);
    out->tilt_deg = radians * 180 / 3.14159265358979323846;
    for (int a = 0; a < 2; a++)
        out->shift_px[a] = per_slice_mm[a] / spacing[a];
    return ABL_OK;
}

/* Room for the displaced slices. */
static abl_status grow_for_tilt(abl_stack *out, abl_error *err)
{
    if (out->tilt_deg > ABL_STACK_MAX_TILT_DEG)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "the slices are displaced as by a gantry tilt of "
                             "%.1f degrees, more than %.0f",
                             out->tilt_deg, ABL_STACK_MAX_TILT_DEG);
    for (int a = 0; a < 2 && out->tilt_deg > 0; a++) {
        const double total = out->shift_px[a] * (double)(out->grid.size[2] - 1);
        const double before = ceil(fmax(-total, 0) - 1e-6);
        const double after = ceil(fmax(total, 0) - 1e-6);
        if (!(before + after <= (double)ABL_GRID_MAX_SIZE))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "the slices are displaced by %.0f pixels",
                                 total);
        out->first_px[a] = before;
        out->grid.size[a] += (size_t)(before + after);
        for (int r = 0; r < 3; r++)
            out->grid.origin_lps[r] -=
                before * out->grid.spacing_mm[a] * out->grid.direction[r][a];
    }
    return abl_grid_validate(&out->grid, err);
}

static abl_status check_stack(abl_stack *out, const placed *places,
                              const abl_plane *planes, size_t count,
                              abl_error *err)
{
    double usual_mm = 0;
    abl_status status = check_repeats(places, planes, count, err);
    if (!status)
        status = usual_gap(&usual_mm, places, count, err);
    if (!status)
        status = check_gaps(places, planes, count, usual_mm, err);
    if (status)
        return status;
    out->grid.spacing_mm[2] =
        (places[count - 1].along_mm - places[0].along_mm) / (double)(count - 1);
    status = check_drift(places, planes, count, out->grid.spacing_mm[2], err);
    if (!status)
        status = check_sideways(out, places, planes, count, err);
    if (!status)
        status = grow_for_tilt(out, err);
    return status;
}

abl_status abl_stack_build(abl_stack *out, const abl_plane *planes,
                           size_t count, abl_error *err)
{
    memset(out, 0, sizeof *out);
    abl_status status = check_planes(planes, count, err);
    if (status)
        return status;
    placed *places = abl_alloc(count, sizeof *places, err);
    out->order = abl_alloc(count, sizeof *out->order, err);
    if (!places || !out->order) {
        status = ABL_E_NOMEM;
        goto done;
    }
    set_axes(&out->grid, planes);
    place(places, &out->grid, planes, count);
    out->grid.size[0] = planes->size[0];
    out->grid.size[1] = planes->size[1];
    out->grid.size[2] = count;
    out->grid.spacing_mm[0] = planes->spacing_mm[0];
    out->grid.spacing_mm[1] = planes->spacing_mm[1];
    memcpy(out->grid.origin_lps, planes[places[0].plane].position_lps,
           sizeof out->grid.origin_lps);
    for (size_t k = 0; k < count; k++)
        out->order[k] = places[k].plane;
    status = check_stack(out, places, planes, count, err);
done:
    free(places);
    return status;
}

void abl_stack_clear(abl_stack *stack)
{
    free(stack->order);
    memset(stack, 0, sizeof *stack);
}
