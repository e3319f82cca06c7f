/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/viewer_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_OF_VIEW_MM 160.0
/* Around a large lesion, together on both sides. */
#define SURROUNDINGS_MM 100.0
#define WIDEST_MM       400.0
#define RESAMPLED_PX    257

static double extent_mm(const abl_lesion_findings *lesion)
{
    const abl_value *mm = &lesion->max_3d_diameter.mm;
    return mm->measured ? mm->value : 0;
}

static size_t within(double at, size_t size)
{
    return (size_t)fmin(fmax(floor(at + 0.5), 0), (double)(size - 1));
}

/* The slice that was measured, else that of the lesion's middle. */
static size_t main_slice(const abl_grid *grid,
                         const abl_lesion_findings *lesion)
{
    double ijk[3];
    if (lesion->longest_axial_diameter.mm.measured &&
        lesion->axial_slice < grid->size[2])
        return lesion->axial_slice;
    abl_grid_to_ijk(ijk, grid, lesion->centroid_lps);
    return within(ijk[2], grid->size[2]);
}

/* Whether the series runs against canonical k. */
static bool is_flipped(const abl_report *report)
{
    return report->native_to_canonical.axis[2] != 2 ||
           report->native_to_canonical.flip[2];
}

/* Slices around the main one, in the order of the series. */
static void choose_slices(abl_stack_plan *plan, const abl_report *report)
{
    const abl_lesion_findings *lesion = &report->findings->lesions[plan->index];
    const abl_grid *grid = &report->image->grid;
    const double reach_mm = 0.5 * extent_mm(lesion) + ABL_VIEWER_MARGIN_MM;
    const size_t reach =
        (size_t)fmax(ABL_VIEWER_LEAST_SLICES,
                     fmin(ceil(reach_mm / grid->spacing_mm[2]), 16384));
    const size_t k = main_slice(grid, lesion);
    const size_t half = (ABL_VIEWER_MAX_SLICES - 1) / 2;
    plan->stride = (reach + half - 1) / half;
    const size_t below = (k < reach ? k : reach) / plan->stride;
    const size_t room = grid->size[2] - 1 - k;
    const size_t above = (room < reach ? room : reach) / plan->stride;
    plan->count = below + above + 1;
    for (size_t n = 0; n < plan->count; n++) {
        const size_t at = is_flipped(report) ? plan->count - 1 - n : n;
        plan->slices[at] = k - (below - n) * plan->stride;
        if (plan->slices[at] == k)
            plan->start = at;
    }
}

/* A native window is in voxels of the image, another one begins at 0. */
static void choose_window(abl_stack_plan *plan, const abl_report *report)
{
    const abl_lesion_findings *lesion = &report->findings->lesions[plan->index];
    const abl_grid *grid = &report->image->grid;
    const double extent = extent_mm(lesion);
    const double field_mm = fmin(
        fmax(FIELD_OF_VIEW_MM, fmin(2.6 * extent, extent + SURROUNDINGS_MM)),
        WIDEST_MM);
    const double voxel_mm = grid->spacing_mm[0];
    long side = 2 * (long)(0.5 * field_mm / voxel_mm) + 1;
    double ijk[3];
    plan->mm_per_px = voxel_mm;
    plan->is_native = fabs(voxel_mm - grid->spacing_mm[1]) < 1e-4 * voxel_mm &&
                      side <= ABL_VIEWER_MAX_SIDE_PX;
    if (!plan->is_native) {
        plan->mm_per_px = field_mm / RESAMPLED_PX;
        plan->window = (abl_viewer_window){0, 0, RESAMPLED_PX, RESAMPLED_PX};
        return;
    }
    abl_grid_to_ijk(ijk, grid, lesion->centroid_lps);
    const long left = (long)within(ijk[0], grid->size[0]) - side / 2;
    const long top = (long)within(ijk[1], grid->size[1]) - side / 2;
    plan->window = (abl_viewer_window){left, top, left + side, top + side};
}

static void widen(abl_viewer_window *out, const abl_viewer_window *by)
{
    if (out->left >= out->right) {
        *out = *by;
        return;
    }
    out->left = by->left < out->left ? by->left : out->left;
    out->top = by->top < out->top ? by->top : out->top;
    out->right = by->right > out->right ? by->right : out->right;
    out->bottom = by->bottom > out->bottom ? by->bottom : out->bottom;
}

/* The plane through the middle of all windows; of one lesion, through it. */
static abl_view choose_view(const abl_report *report,
                            const abl_stack_plan *first,
                            const abl_viewer_window *all)
{
    const abl_grid *grid = &report->image->grid;
    double ijk[3], centre_lps[3];
    abl_grid_to_ijk(ijk, grid,
                    report->findings->lesions[first->index].centroid_lps);
    ijk[0] = floor(ijk[0] + 0.5);
    ijk[1] = floor(ijk[1] + 0.5);
    ijk[2] = 0;
    if (first->is_native) {
        ijk[0] = 0.5 * (double)(all->left + all->right - 1);
        ijk[1] = 0.5 * (double)(all->top + all->bottom - 1);
    }
    abl_grid_to_lps(centre_lps, grid, ijk);
    return abl_view_plane(grid, ABL_PLANE_AXIAL, centre_lps, first->mm_per_px,
                          (size_t)(all->right - all->left),
                          (size_t)(all->bottom - all->top));
}

static void move(abl_viewer_window *window, long left, long top)
{
    window->left -= left;
    window->right -= left;
    window->top -= top;
    window->bottom -= top;
}

/* All stacks that belong to a set say what they need of each slice. */
static void collect(abl_viewer_plan *plan, size_t at,
                    abl_viewer_window *by_slice)
{
    abl_set_plan *set = &plan->sets[at];
    const size_t depth = plan->report->image->grid.size[2];
    for (size_t n = 0; n < plan->stack_count; n++) {
        const abl_stack_plan *stack = &plan->stacks[n];
        for (size_t s = 0; stack->set == at && s < stack->count; s++)
            widen(&by_slice[stack->slices[s]], &stack->window);
    }
    for (size_t n = 0; n < depth; n++) {
        const size_t k = is_flipped(plan->report) ? depth - 1 - n : n;
        if (by_slice[k].left >= by_slice[k].right)
            continue;
        set->slices[set->count] = k;
        set->needed[set->count++] = by_slice[k];
    }
}

static abl_status fill_set(abl_viewer_plan *plan, size_t at, abl_error *err)
{
    const size_t depth = plan->report->image->grid.size[2];
    abl_set_plan *set = &plan->sets[at];
    abl_viewer_window all = {0, 0, 0, 0};
    const abl_stack_plan *first = NULL;
    for (size_t n = 0; n < plan->stack_count; n++)
        if (plan->stacks[n].set == at) {
            first = first ? first : &plan->stacks[n];
            widen(&all, &plan->stacks[n].window);
        }
    abl_viewer_window *by_slice = abl_alloc(depth, sizeof *by_slice, err);
    set->slices = abl_alloc(depth, sizeof *set->slices, err);
    set->needed = abl_alloc(depth, sizeof *set->needed, err);
    if (!first || !by_slice || !set->slices || !set->needed) {
        free(by_slice);
        return ABL_E_NOMEM;
    }
    set->is_native = first->is_native;
    set->view = choose_view(plan->report, first, &all);
    for (size_t n = 0; n < plan->stack_count; n++)
        if (plan->stacks[n].set == at)
            move(&plan->stacks[n].window, all.left, all.top);
    collect(plan, at, by_slice);
    free(by_slice);
    return ABL_OK;
}

abl_status abl_viewer_plan_make(abl_viewer_plan *out, const abl_report *report,
                                size_t lesions, abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->report = report;
    out->stacks = abl_alloc(lesions + 1, sizeof *out->stacks, err);
    out->sets = abl_alloc(lesions + 1, sizeof *out->sets, err);
    abl_status status = out->stacks && out->sets ? ABL_OK : ABL_E_NOMEM;
    size_t shared = lesions; /* its number; none yet */
    for (size_t n = 0; !status && n < lesions; n++) {
        abl_stack_plan *stack = &out->stacks[n];
        stack->index = n;
        choose_slices(stack, report);
        choose_window(stack, report);
        if (stack->is_native && shared < lesions)
            stack->set = shared;
        else
            stack->set = out->set_count++;
        if (stack->is_native)
            shared = stack->set;
        out->stack_count++;
    }
    for (size_t n = 0; !status && n < out->set_count; n++)
        status = fill_set(out, n, err);
    if (status)
        abl_viewer_plan_clear(out);
    return status;
}

void abl_viewer_plan_clear(abl_viewer_plan *plan)
{
    for (size_t n = 0; plan->sets && n < plan->set_count; n++) {
        free(plan->sets[n].slices);
        free(plan->sets[n].needed);
    }
    free(plan->sets);
    free(plan->stacks);
    memset(plan, 0, sizeof *plan);
}

abl_view abl_viewer_plane(const abl_viewer_plan *plan, const abl_set_plan *set,
                          size_t k)
{
    const abl_grid *grid = &plan->report->image->grid;
    abl_view view = set->view;
    for (int r = 0; r < 3; r++)
        view.centre_lps[r] +=
            (double)k * grid->spacing_mm[2] * grid->direction[r][2];
    return view;
}

size_t abl_viewer_slice_at(const abl_set_plan *set, size_t k)
{
    size_t n = 0;
    while (n + 1 < set->count && set->slices[n] != k)
        n++;
    return n;
}
