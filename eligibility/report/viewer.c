/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/viewer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/embedded.h"
#include "eligibility/report/base64.h"
#include "eligibility/report/contour.h"
#include "eligibility/report/overlay.h"
#include "imaging/png_encode.h"
#include "imaging/sha256.h"

#define FIELD_OF_VIEW_MM 160.0

/* Codes by parts: first HU, step, first code. */
static const struct {
    double hu, step;
    int code;
} parts[] = {{-1016, 16, 0}, {-200, 4, 51}, {312, 16, 179}, {1544, 16, 256}};

uint8_t abl_viewer_code(double hu)
{
    if (!(hu > parts[0].hu))
        return 0;
    for (int n = 0; n < 3; n++)
        if (hu < parts[n + 1].hu)
            return (uint8_t)(parts[n].code +
                             (int)((hu - parts[n].hu) / parts[n].step));
    return 255;
}

double abl_viewer_code_hu(uint8_t code)
{
    int n = 2;
    while (code < parts[n].code)
        n--;
    return parts[n].hu + parts[n].step * (code - parts[n].code + 0.5);
}

/* Which slices, and the plane of each. */
typedef struct stack_plan {
    const abl_report *report;
    size_t index;
    abl_view view; /* of the first slice; others are moved along k */
    bool is_native;
    size_t slices[ABL_VIEWER_MAX_SLICES]; /* canonical k */
    size_t count, stride, start;          /* start: where the reader begins */
} stack_plan;

static double extent_mm(const abl_lesion_findings *lesion)
{
    const abl_value *mm = &lesion->max_3d_diameter.mm;
    return mm->measured ? mm->value : 0;
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
    return (size_t)fmin(fmax(floor(ijk[2] + 0.5), 0),
                        (double)(grid->size[2] - 1));
}

/* Slices around the main one, in the order of the series. */
static void choose_slices(stack_plan *plan)
{
    const abl_lesion_findings *lesion =
        &plan->report->findings->lesions[plan->index];
    const abl_grid *grid = &plan->report->image->grid;
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
    const bool flip = plan->report->native_to_canonical.axis[2] != 2 ||
                      plan->report->native_to_canonical.flip[2];
    for (size_t n = 0; n < plan->count; n++) {
        const size_t at = flip ? plan->count - 1 - n : n;
        plan->slices[at] = k - (below - n) * plan->stride;
        if (plan->slices[at] == k)
            plan->start = at;
    }
}

static void choose_view(stack_plan *plan)
{
    const abl_lesion_findings *lesion =
        &plan->report->findings->lesions[plan->index];
    const abl_grid *grid = &plan->report->image->grid;
    const double field_mm =
        fmin(fmax(FIELD_OF_VIEW_MM, 2.6 * extent_mm(lesion)), 400);
    const double voxel_mm = grid->spacing_mm[0];
    double ijk[3], centre_lps[3];
    size_t side = 2 * (size_t)(0.5 * field_mm / voxel_mm) + 1;
    double mm_per_px = voxel_mm;
    plan->is_native = fabs(voxel_mm - grid->spacing_mm[1]) < 1e-4 * voxel_mm &&
                      side <= ABL_VIEWER_MAX_SIDE_PX;
    if (!plan->is_native) {
        side = 257;
        mm_per_px = field_mm / (double)side;
    }
    abl_grid_to_ijk(ijk, grid, lesion->centroid_lps);
    ijk[0] = floor(ijk[0] + 0.5);
    ijk[1] = floor(ijk[1] + 0.5);
    ijk[2] = (double)plan->slices[0];
    abl_grid_to_lps(centre_lps, grid, ijk);
    plan->view = abl_view_plane(grid, ABL_PLANE_AXIAL, centre_lps, mm_per_px,
                                side, side);
}

static abl_view view_of(const stack_plan *plan, size_t slice)
{
    const abl_grid *grid = &plan->report->image->grid;
    abl_view view = plan->view;
    const double steps = (double)plan->slices[slice] - (double)plan->slices[0];
    for (int r = 0; r < 3; r++)
        view.centre_lps[r] +=
            steps * grid->spacing_mm[2] * grid->direction[r][2];
    return view;
}

static uint8_t code_at(const abl_volume *image, const double ijk[3],
                       bool is_native)
{
    const size_t *size = image->grid.size;
    for (int a = 0; a < 3; a++)
        if (!(ijk[a] >= -0.5 && ijk[a] <= (double)size[a] - 0.5))
            return 0;
    if (!is_native)
        return abl_viewer_code(abl_volume_sample_ijk(image, ijk));
    size_t at[3];
    for (int a = 0; a < 3; a++) {
        at[a] = (size_t)fmax(0, floor(ijk[a] + 0.5));
        at[a] = at[a] < size[a] ? at[a] : size[a] - 1;
    }
    return abl_viewer_code((double)abl_volume_i16(
        image)[abl_grid_offset(&image->grid, at[0], at[1], at[2])]);
}

static void render(uint8_t *codes, const stack_plan *plan, size_t slice)
{
    const abl_volume *image = plan->report->image;
    const abl_view view = view_of(plan, slice);
    for (size_t row = 0; row < view.height_px; row++)
        for (size_t column = 0; column < view.width_px; column++) {
            double lps[3], ijk[3];
            abl_view_to_lps(lps, &view, (double)column, (double)row);
            abl_grid_to_ijk(ijk, &image->grid, lps);
            codes[row * view.width_px + column] =
                code_at(image, ijk, plan->is_native);
        }
}

/* A path in whole tenths of a pixel, relative: "M12 30l4-1 3 5". */
typedef struct path_out {
    FILE *file;
    long last[2];
    bool is_start; /* nothing follows the line's first point yet */
} path_out;

static void put_number(FILE *file, long value, bool is_apart)
{
    fprintf(file, is_apart && value >= 0 ? " %ld" : "%ld", value);
}

/* Points nearer than half a pixel to the one before are left out. */
static void add_point(void *user, const double point_px[2], bool starts)
{
    path_out *out = user;
    const long x = lround(10 * (point_px[0] + 0.5));
    const long y = lround(10 * (point_px[1] + 0.5));
    const long dx = x - out->last[0], dy = y - out->last[1];
    if (starts) {
        fprintf(out->file, "M%ld %ld", x, y);
    } else if (labs(dx) < 5 && labs(dy) < 5) {
        return;
    } else {
        if (out->is_start)
            fputc('l', out->file);
        put_number(out->file, dx, !out->is_start);
        put_number(out->file, dy, true);
    }
    out->is_start = starts;
    out->last[0] = x;
    out->last[1] = y;
}

static abl_status put_field(FILE *file, const abl_view *view,
                            const abl_volume *field, abl_error *err)
{
    path_out out = {file, {0, 0}, true};
    if (!field)
        return ABL_OK;
    return abl_contour_field(view, field, 1.0, add_point, &out, err);
}

static abl_status put_structures(FILE *file, const abl_view *view,
                                 const abl_structures *structures,
                                 const char *name, const abl_structure_id *ids,
                                 size_t count, abl_error *err)
{
    abl_status status = ABL_OK;
    fprintf(file, ",\"%s\":\"", name);
    for (size_t n = 0; n < count && !status; n++)
        status = put_field(file, view, structures->items[ids[n]].field, err);
    fputc('"', file);
    return status;
}

static abl_status put_lesions(FILE *file, const abl_view *view,
                              const abl_structures *structures, size_t index,
                              abl_error *err)
{
    fputs("\"lesion\":\"", file);
    abl_status status =
        put_field(file, view, structures->lesions[index].field, err);
    fputs("\",\"others\":\"", file);
    for (size_t n = 0; n < structures->lesion_count && !status; n++)
        if (n != index)
            status = put_field(file, view, structures->lesions[n].field, err);
    fputc('"', file);
    return status;
}

static abl_status put_outlines(FILE *file, const stack_plan *plan, size_t slice,
                               abl_error *err)
{
    static const abl_structure_id liver[] = {ABL_LIVER};
    static const abl_structure_id hepatic[] = {ABL_INFERIOR_VENA_CAVA,
                                               ABL_HEPATIC_VEINS};
    static const abl_structure_id portal[] = {ABL_PORTAL_AND_SPLENIC_VEIN,
                                              ABL_PORTAL_VEINS};
    static const abl_structure_id unnamed[] = {ABL_LIVER_VESSELS};
    static const abl_structure_id aorta[] = {ABL_AORTA};
    static const abl_structure_id organs[] = {ABL_SPLEEN,
                                              ABL_RIGHT_KIDNEY,
                                              ABL_LEFT_KIDNEY,
                                              ABL_GALLBLADDER,
                                              ABL_ESOPHAGUS,
                                              ABL_STOMACH,
                                              ABL_PANCREAS,
                                              ABL_RIGHT_ADRENAL_GLAND,
                                              ABL_LEFT_ADRENAL_GLAND,
                                              ABL_COLON,
                                              ABL_DUODENUM,
                                              ABL_SMALL_BOWEL};
    static const struct {
        const char *name;
        const abl_structure_id *ids;
        size_t count;
    } layers[] = {{"liver", liver, 1},
                  {"hepatic", hepatic, 2},
                  {"portal", portal, 2},
                  {"unnamed", unnamed, 1},
                  {"aorta", aorta, 1},
                  {"organs", organs, sizeof organs / sizeof organs[0]}};
    const abl_structures *structures = plan->report->structures;
    const abl_view view = view_of(plan, slice);
    abl_status status = put_lesions(file, &view, structures, plan->index, err);
    for (size_t n = 0; n < sizeof layers / sizeof layers[0] && !status; n++)
        status = put_structures(file, &view, structures, layers[n].name,
                                layers[n].ids, layers[n].count, err);
    return status;
}

static void put_geometry(FILE *file, const stack_plan *plan,
                         const abl_viewer_stack *stack)
{
    const abl_view *view = &plan->view;
    const double ways[4][3] = {
        {-view->right_lps[0], -view->right_lps[1], -view->right_lps[2]},
        {view->right_lps[0], view->right_lps[1], view->right_lps[2]},
        {-view->down_lps[0], -view->down_lps[1], -view->down_lps[2]},
        {view->down_lps[0], view->down_lps[1], view->down_lps[2]}};
    fprintf(file,
            "{\"lesion\":%d,\"width\":%zu,\"height\":%zu,\"mm\":%.5f,"
            "\"start\":%zu,\"stride\":%zu,\"of\":%zu,\"sides\":[",
            stack->lesion, stack->width_px, stack->height_px, view->mm_per_px,
            plan->start, plan->stride, plan->report->image->grid.size[2]);
    for (int n = 0; n < 4; n++) {
        char letters[4];
        abl_view_letters(letters, ways[n]);
        fprintf(file, "%s\"%s\"", n ? "," : "", letters);
    }
    fprintf(file, "],\"window\":[%.0f,%.0f],\"parts\":[", ABL_WINDOW_CENTRE_HU,
            ABL_WINDOW_WIDTH_HU);
    for (int n = 0; n < 3; n++)
        fprintf(file, "%s[%.0f,%.0f,%d]", n ? "," : "", parts[n].hu,
                parts[n].step, parts[n].code);
    fputs("],\n\"slices\":[", file);
}

/* The sum lets a page notice a browser that alters what it reads back. */
static abl_status put_slices(FILE *file, const stack_plan *plan,
                             const uint8_t *codes, abl_error *err)
{
    const size_t area = plan->view.width_px * plan->view.height_px;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < plan->count && !status; n++) {
        unsigned long sum = 0;
        for (size_t p = 0; p < area; p++)
            sum += codes[n * area + p];
        fprintf(file, "%s\n{\"number\":%zu,\"z\":%.1f,\"sum\":%lu,",
                n ? "," : "",
                abl_native_slice_number(plan->report, plan->slices[n]),
                view_of(plan, n).centre_lps[2], sum);
        status = put_outlines(file, plan, n, err);
        fputc('}', file);
    }
    fputs("]}", file);
    return status;
}

static abl_status fill_facts(abl_viewer_stack *out, const stack_plan *plan,
                             const uint8_t *codes, abl_error *err)
{
    FILE *file = open_memstream(&out->facts, &out->facts_bytes);
    if (!file)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory for a viewer");
    put_geometry(file, plan, out);
    abl_status status = put_slices(file, plan, codes, err);
    const bool failed = ferror(file) != 0;
    if ((fclose(file) != 0 || failed) && !status)
        status = abl_error_set(err, ABL_E_NOMEM, "out of memory for a viewer");
    return status;
}

abl_status abl_viewer_stack_create(abl_viewer_stack *out,
                                   const abl_report *report, size_t index,
                                   abl_error *err)
{
    stack_plan plan = {.report = report, .index = index};
    memset(out, 0, sizeof *out);
    choose_slices(&plan);
    choose_view(&plan);
    out->lesion = report->findings->lesions[index].number;
    out->width_px = plan.view.width_px;
    out->height_px = plan.view.height_px;
    out->slice_count = plan.count;
    const size_t area = out->width_px * out->height_px;
    uint8_t *codes = abl_alloc(area * plan.count, 1, err);
    if (!codes)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < plan.count; n++)
        render(codes + n * area, &plan, n);
    abl_status status =
        abl_png_encode(&out->png, &out->png_bytes, codes, out->width_px,
                       out->height_px * plan.count, NULL, 0, err);
    if (!status)
        status = fill_facts(out, &plan, codes, err);
    free(codes);
    if (status)
        abl_viewer_stack_clear(out);
    return status;
}

void abl_viewer_stack_clear(abl_viewer_stack *stack)
{
    free(stack->png);
    free(stack->facts);
    memset(stack, 0, sizeof *stack);
}

size_t abl_viewer_page_bytes(const abl_viewer_stack *stack)
{
    return abl_base64_bytes(stack->png_bytes) + stack->facts_bytes + 256;
}

void abl_viewer_write(FILE *file, const abl_viewer_stack *stack)
{
    fprintf(file,
            "<!--viewer %d-->\n<div class=\"viewer\" role=\"group\" "
            "aria-label=\"Slices around lesion %d\" hidden data-stack='",
            stack->lesion, stack->lesion);
    fwrite(stack->facts, 1, stack->facts_bytes, file);
    fputs("'>\n<img hidden alt=\"\" src=\"data:image/png;base64,", file);
    abl_base64_write(file, stack->png, stack->png_bytes);
    fputs("\">\n</div>\n<!--/viewer-->\n", file);
}

void abl_viewer_script_source(char out[56])
{
    char hex[65];
    unsigned char sum[32];
    abl_sha256_hex(hex, abl_viewer_js, abl_viewer_js_bytes);
    for (int n = 0; n < 32; n++) {
        const char pair[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
        sum[n] = (unsigned char)strtoul(pair, NULL, 16);
    }
    memset(out, 0, 56);
    FILE *file = fmemopen(out, 56, "w");
    if (!file)
        return;
    fputs("'sha256-", file);
    abl_base64_write(file, sum, sizeof sum);
    fputc('\'', file);
    fclose(file);
}
