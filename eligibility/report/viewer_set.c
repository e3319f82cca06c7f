/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/viewer_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/contour.h"
#include "eligibility/report/overlay.h"
#include "imaging/png_encode.h"

static uint8_t code_between(const abl_volume *image, const double ijk[3])
{
    const size_t *size = image->grid.size;
    for (int a = 0; a < 3; a++)
        if (!(ijk[a] >= -0.5 && ijk[a] <= (double)size[a] - 0.5))
            return 0;
    return abl_viewer_code(abl_volume_sample_ijk(image, ijk));
}

/* Codes of whole HU; what lies beyond has those of the ends. */
typedef struct code_table {
    uint8_t code[4096]; /* of -1024 and on */
} code_table;

static void fill_table(code_table *out)
{
    for (int n = 0; n < 4096; n++)
        out->code[n] = abl_viewer_code(n - 1024);
}

/* A row of voxels; black beside the scan. */
static void copy_row(uint8_t *codes, const abl_volume *image,
                     const code_table *table, const double first_ijk[3],
                     size_t count)
{
    const abl_grid *grid = &image->grid;
    const long i = lround(first_ijk[0]), j = lround(first_ijk[1]);
    const long k = lround(first_ijk[2]), width = (long)grid->size[0];
    if (j < 0 || k < 0 || j >= (long)grid->size[1] || k >= (long)grid->size[2])
        return;
    const int16_t *row =
        abl_volume_i16(image) + abl_grid_offset(grid, 0, (size_t)j, (size_t)k);
    for (size_t n = 0; n < count; n++) {
        const long at = i + (long)n;
        if (at < 0 || at >= width)
            continue;
        const int hu = row[at];
        codes[n] = table->code[hu < -1024 ? 0 : hu > 3071 ? 4095 : hu + 1024];
    }
}

/* One window of a slice; the set's pixels are voxels, or lie between them. */
static void render(uint8_t *codes, const abl_viewer_plan *plan,
                   const abl_set_plan *set, size_t k,
                   const abl_viewer_window *window, const code_table *table)
{
    const abl_volume *image = plan->report->image;
    const abl_view view = abl_viewer_plane(plan, set, k);
    const size_t count = (size_t)(window->right - window->left);
    for (long row = window->top; row < window->bottom; row++) {
        uint8_t *to =
            codes + (size_t)row * view.width_px + (size_t)window->left;
        double lps[3], ijk[3];
        for (size_t n = 0; n < (set->is_native ? 1 : count); n++) {
            abl_view_to_lps(lps, &view, (double)window->left + (double)n,
                            (double)row);
            abl_grid_to_ijk(ijk, &image->grid, lps);
            if (set->is_native)
                copy_row(to, image, table, ijk, count);
            else
                to[n] = code_between(image, ijk);
        }
    }
}

/* Every stack of the set that shows slice @p k has its window of it. */
static void render_slice(uint8_t *codes, const abl_viewer_plan *plan,
                         size_t set, size_t k, const code_table *table)
{
    for (size_t n = 0; n < plan->stack_count; n++) {
        const abl_stack_plan *stack = &plan->stacks[n];
        for (size_t s = 0; stack->set == set && s < stack->count; s++)
            if (stack->slices[s] == k)
                render(codes, plan, &plan->sets[set], k, &stack->window, table);
    }
}

/* A path in whole tenths of a pixel, relative: "M12 30l4-1 3 5". */
typedef struct path_out {
    FILE *file;
    long last[2];
    bool is_start;       /* nothing follows the line's first point yet */
    double offset_px[2]; /* of what is traced, in the set */
} path_out;

static void put_number(FILE *file, long value, bool is_apart)
{
    fprintf(file, is_apart && value >= 0 ? " %ld" : "%ld", value);
}

/* Points nearer than half a pixel to the one before are left out. */
static void add_point(void *user, const double point_px[2], bool starts)
{
    path_out *out = user;
    const long x = lround(10 * (point_px[0] + out->offset_px[0] + 0.5));
    const long y = lround(10 * (point_px[1] + out->offset_px[1] + 0.5));
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

/* A part of a slice that is traced, and where it lies in the set. */
typedef struct traced {
    abl_view view;
    double offset_px[2];
} traced;

static abl_status put_field(FILE *file, const traced *of,
                            const abl_volume *field, abl_error *err)
{
    path_out out = {file, {0, 0}, true, {of->offset_px[0], of->offset_px[1]}};
    if (!field)
        return ABL_OK;
    return abl_contour_field(&of->view, field, 1.0, add_point, &out, err);
}

static abl_status put_structures(FILE *file, const traced *of,
                                 const abl_structures *structures,
                                 const char *name, const abl_structure_id *ids,
                                 size_t count, abl_error *err)
{
    abl_status status = ABL_OK;
    fprintf(file, ",\"%s\":\"", name);
    for (size_t n = 0; n < count && !status; n++)
        status = put_field(file, of, structures->items[ids[n]].field, err);
    fputc('"', file);
    return status;
}

/* By number, so that a viewer knows its own. */
static abl_status put_lesions(FILE *file, const traced *of,
                              const abl_structures *structures, abl_error *err)
{
    abl_status status = ABL_OK;
    fputs("\"lesions\":[", file);
    for (size_t n = 0; n < structures->lesion_count && !status; n++) {
        fputs(n ? ",\"" : "\"", file);
        status = put_field(file, of, structures->lesions[n].field, err);
        fputc('"', file);
    }
    fputc(']', file);
    return status;
}

static abl_status put_outlines(FILE *file, const abl_structures *structures,
                               const traced *of, abl_error *err)
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
    abl_status status = put_lesions(file, of, structures, err);
    for (size_t n = 0; n < sizeof layers / sizeof layers[0] && !status; n++)
        status = put_structures(file, of, structures, layers[n].name,
                                layers[n].ids, layers[n].count, err);
    return status;
}

static traced part_of(const abl_viewer_plan *plan, const abl_set_plan *set,
                      size_t n)
{
    const abl_viewer_window *needed = &set->needed[n];
    traced out = {.view = abl_viewer_plane(plan, set, set->slices[n]),
                  .offset_px = {(double)needed->left, (double)needed->top}};
    abl_view_to_lps(out.view.centre_lps, &out.view,
                    0.5 * (double)(needed->left + needed->right - 1),
                    0.5 * (double)(needed->top + needed->bottom - 1));
    out.view.width_px = (size_t)(needed->right - needed->left);
    out.view.height_px = (size_t)(needed->bottom - needed->top);
    return out;
}

/* The sum lets a page notice a browser that alters what it reads back. */
static abl_status put_slice(FILE *file, const abl_viewer_plan *plan,
                            const abl_set_plan *set, size_t n,
                            const uint8_t *codes, abl_error *err)
{
    const traced part = part_of(plan, set, n);
    const size_t area = set->view.width_px * set->view.height_px;
    unsigned long sum = 0;
    for (size_t p = 0; p < area; p++)
        sum += codes[p];
    fprintf(file, "%s\n{\"number\":%zu,\"z\":%.1f,\"sum\":%lu,", n ? "," : "",
            abl_native_slice_number(plan->report, set->slices[n]),
            part.view.centre_lps[2], sum);
    const abl_status status =
        put_outlines(file, plan->report->structures, &part, err);
    fputc('}', file);
    return status;
}

/* The slices from @p first on that one picture holds. */
static abl_status make_pack(abl_viewer_set *out, FILE *file,
                            const abl_viewer_plan *plan, size_t set,
                            size_t first, abl_error *err)
{
    const abl_set_plan *of = &plan->sets[set];
    const size_t area = out->width_px * out->height_px;
    const size_t left = of->count - first;
    const size_t count =
        left < ABL_VIEWER_PACK_SLICES ? left : ABL_VIEWER_PACK_SLICES;
    const size_t at = first / ABL_VIEWER_PACK_SLICES;
    code_table table;
    uint8_t *codes = abl_alloc(area * count, 1, err);
    abl_status status = codes ? ABL_OK : ABL_E_NOMEM;
    fill_table(&table);
    for (size_t n = 0; n < count && !status; n++) {
        render_slice(codes + n * area, plan, set, of->slices[first + n],
                     &table);
        status = put_slice(file, plan, of, first + n, codes + n * area, err);
    }
    if (!status)
        status =
            abl_png_encode(&out->png[at], &out->png_bytes[at], codes,
                           out->width_px, out->height_px * count, NULL, 0, err);
    free(codes);
    return status;
}

abl_status abl_viewer_set_make(abl_viewer_set *out, const abl_viewer_plan *plan,
                               size_t set, abl_error *err)
{
    const abl_set_plan *of = &plan->sets[set];
    out->width_px = of->view.width_px;
    out->height_px = of->view.height_px;
    out->slice_count = of->count;
    out->png_count =
        (of->count + ABL_VIEWER_PACK_SLICES - 1) / ABL_VIEWER_PACK_SLICES;
    out->png = abl_alloc(out->png_count, sizeof *out->png, err);
    out->png_bytes = abl_alloc(out->png_count, sizeof *out->png_bytes, err);
    FILE *file = open_memstream(&out->facts, &out->facts_bytes);
    abl_status status =
        file && out->png && out->png_bytes ? ABL_OK : ABL_E_NOMEM;
    if (!status)
        fprintf(file, "{\"width\":%zu,\"height\":%zu,\"pack\":%d,\"slices\":[",
                out->width_px, out->height_px, ABL_VIEWER_PACK_SLICES);
    for (size_t n = 0; n < of->count && !status; n += ABL_VIEWER_PACK_SLICES)
        status = make_pack(out, file, plan, set, n, err);
    if (!status)
        fputs("]}", file);
    const bool failed = file && ferror(file) != 0;
    if (file && (fclose(file) != 0 || failed) && !status)
        status = ABL_E_NOMEM;
    return status == ABL_E_NOMEM
               ? abl_error_set(err, ABL_E_NOMEM, "out of memory for a viewer")
               : status;
}
