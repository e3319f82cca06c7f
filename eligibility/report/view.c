/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/view.h"

#include <math.h>

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
    double length = sqrt(dot(v, v));
    for (int r = 0; r < 3; r++)
        v[r] /= length;
}

abl_view abl_view_plane(const abl_grid *grid, abl_plane plane,
                        const double centre_lps[3], double mm_per_px,
                        size_t width_px, size_t height_px)
{
    static const int right_axis[] = {0, 0, 1}, down_axis[] = {1, 2, 2};
    abl_view view = {
        .mm_per_px = mm_per_px, .width_px = width_px, .height_px = height_px};
    double down_sign = plane == ABL_PLANE_AXIAL ? 1.0 : -1.0;
    for (int r = 0; r < 3; r++) {
        view.centre_lps[r] = centre_lps[r];
        view.right_lps[r] = grid->direction[r][right_axis[plane]];
        view.down_lps[r] = down_sign * grid->direction[r][down_axis[plane]];
    }
    return view;
}

abl_view abl_view_along(const double centre_lps[3], const double along_lps[3],
                        double mm_per_px, size_t width_px, size_t height_px)
{
    static const double left[3] = {1, 0, 0}, back[3] = {0, 1, 0},
                        head[3] = {0, 0, 1}, feet[3] = {0, 0, -1};
    const bool upright = fabs(along_lps[2]) > 0.8;
    const double *facing = upright ? back : head;
    const double *down_hint = upright ? feet : back;
    double across[3], normal[3];
    abl_view view = {
        .mm_per_px = mm_per_px, .width_px = width_px, .height_px = height_px};
    cross(across, facing, along_lps);
    normalise(across);
    cross(normal, along_lps, across);
    normalise(normal);
    for (int r = 0; r < 3; r++) {
        view.centre_lps[r] = centre_lps[r];
        view.right_lps[r] = left[r] - dot(left, normal) * normal[r];
    }
    normalise(view.right_lps);
    cross(view.down_lps, normal, view.right_lps);
    if (dot(view.down_lps, down_hint) < 0)
        for (int r = 0; r < 3; r++)
            view.down_lps[r] = -view.down_lps[r];
    return view;
}

void abl_view_to_lps(double lps[3], const abl_view *view, double column_px,
                     double row_px)
{
    double right_mm =
        (column_px - 0.5 * (double)(view->width_px - 1)) * view->mm_per_px;
    double down_mm =
        (row_px - 0.5 * (double)(view->height_px - 1)) * view->mm_per_px;
    for (int r = 0; r < 3; r++)
        lps[r] = view->centre_lps[r] + right_mm * view->right_lps[r] +
                 down_mm * view->down_lps[r];
}

void abl_view_from_lps(double pixel[2], double *depth_mm, const abl_view *view,
                       const double lps[3])
{
    double offset[3], normal[3];
    for (int r = 0; r < 3; r++)
        offset[r] = lps[r] - view->centre_lps[r];
    cross(normal, view->right_lps, view->down_lps);
    pixel[0] = dot(offset, view->right_lps) / view->mm_per_px +
               0.5 * (double)(view->width_px - 1);
    pixel[1] = dot(offset, view->down_lps) / view->mm_per_px +
               0.5 * (double)(view->height_px - 1);
    if (depth_mm)
        *depth_mm = dot(offset, normal);
}

void abl_view_letters(char letters[4], const double direction_lps[3])
{
    static const char sides[3][2] = {{'R', 'L'}, {'A', 'P'}, {'F', 'H'}};
    size_t used = 0;
    double rest[3] = {fabs(direction_lps[0]), fabs(direction_lps[1]),
                      fabs(direction_lps[2])};
    while (used < 2) {
        int axis = rest[0] >= rest[1] && rest[0] >= rest[2] ? 0
                   : rest[1] >= rest[2]                     ? 1
                                                            : 2;
        /* 0.34 = sin 20 degrees: a smaller part is not worth a letter. */
        if (rest[axis] < 0.34)
            break;
        letters[used++] = sides[axis][direction_lps[axis] > 0];
        rest[axis] = 0;
    }
    letters[used] = '\0';
}

abl_lattice abl_view_lattice(const abl_view *view, const abl_grid *field,
                             double step_px)
{
    double low[2] = {1e30, 1e30}, high[2] = {-1e30, -1e30};
    for (unsigned corner = 0; corner < 8; corner++) {
        double ijk[3], lps[3], pixel[2];
        for (unsigned a = 0; a < 3; a++)
            ijk[a] = (corner >> a) & 1u ? (double)field->size[a] - 0.5 : -0.5;
        abl_grid_to_lps(lps, field, ijk);
        abl_view_from_lps(pixel, NULL, view, lps);
        for (int a = 0; a < 2; a++) {
            low[a] = fmin(low[a], pixel[a]);
            high[a] = fmax(high[a], pixel[a]);
        }
    }
    const double last[2] = {(double)view->width_px - 1,
                            (double)view->height_px - 1};
    abl_lattice lattice = {.step_px = step_px};
    for (int a = 0; a < 2; a++) {
        double first = fmax(low[a] - step_px, 0);
        double end = fmin(high[a] + step_px, last[a]);
        lattice.first_px[a] = first;
        lattice.size[a] =
            end > first ? (size_t)ceil((end - first) / step_px) + 1 : 0;
    }
    if (lattice.size[0] == 0)
        lattice.size[1] = 0;
    return lattice;
}
