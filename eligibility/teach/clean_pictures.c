/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/clean_pictures.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/json_out.h"
#include "eligibility/report/overlay.h"
#include "eligibility/report/text.h"
#include "eligibility/report/view.h"
#include "imaging/file_bytes.h"
#include "imaging/png_encode.h"

#define ROOM_MM 10.0 /* shown beyond liver and body */

/* One picture to write. */
typedef struct shot {
    char name[40]; /* "axial-012.png" */
    abl_view view;
    size_t slice; /* of the native series, from 1; 0: unknown */
    size_t k;     /* canonical, of axial ones */
    abl_status status;
    abl_error err;
} shot;

typedef struct album {
    const abl_report *report;
    const abl_volume *skin; /* NULL: the body was not found */
    double mm_per_px;
    double centre_lps[3]; /* of the body in the slices shown */
    size_t height_px[2];  /* of axial and of other pictures */
    size_t axial_count, shot_count;
    shot *shots;
} album;

/* First and last canonical slice in which the liver is, with room. */
static bool find_liver(size_t range[2], const abl_report *report)
{
    const abl_volume *labels = report->structures->labels;
    const size_t *size = labels->grid.size;
    const uint8_t *label = abl_volume_u8(labels);
    const size_t plane = size[0] * size[1];
    bool any = false;
    for (size_t n = 0; n < plane * size[2]; n++) {
        if (label[n] != ABL_LIVER)
            continue;
        const size_t k = n / plane;
        range[0] = any ? range[0] : k;
        range[1] = k;
        any = true;
    }
    const size_t room = (size_t)ceil(ROOM_MM / labels->grid.spacing_mm[2]);
    range[0] = range[0] > room ? range[0] - room : 0;
    range[1] = range[1] + room < size[2] ? range[1] + room : size[2] - 1;
    return any;
}

static bool is_lesion_slice(const abl_report *report, size_t k)
{
    for (size_t n = 0; n < report->findings->lesion_count; n++)
        if (report->findings->lesions[n].axial_slice == k)
            return true;
    return false;
}

/* Extent of the body over the whole image, in voxels of its plane. */
static void find_body(double lo[2], double hi[2], const album *book,
                      const size_t range[2])
{
    const abl_grid *grid = &book->report->image->grid;
    for (int a = 0; a < 2; a++) {
        lo[a] = 0;
        hi[a] = (double)grid->size[a] - 1;
    }
    if (!book->skin)
        return;
    double seen_lo[2] = {INFINITY, INFINITY}, seen_hi[2] = {-1, -1};
    for (size_t k = range[0]; k <= range[1]; k += 4)
        for (size_t j = 0; j < grid->size[1]; j += 4)
            for (size_t i = 0; i < grid->size[0]; i += 4) {
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, grid, ijk);
                if (!(abl_volume_contains_lps(book->skin, lps) &&
                      abl_volume_sample_lps(book->skin, lps) > 0))
                    continue;
                for (int a = 0; a < 2; a++) {
                    seen_lo[a] = fmin(seen_lo[a], ijk[a]);
                    seen_hi[a] = fmax(seen_hi[a], ijk[a]);
                }
            }
    for (int a = 0; a < 2 && seen_hi[0] > seen_lo[0] && seen_hi[1] > seen_lo[1];
         a++) {
        lo[a] = seen_lo[a];
        hi[a] = seen_hi[a];
    }
}

static size_t rows_for(double mm, double mm_per_px)
{
    const double rows = ceil(mm / mm_per_px);
    return rows < 64                    ? 64
           : rows > ABL_TEACH_HEIGHT_PX ? ABL_TEACH_HEIGHT_PX
                                        : (size_t)rows;
}

/* One scale for all pictures, so that a ruler means the same everywhere. */
static void choose_scale(album *book, const size_t range[2])
{
    const abl_grid *grid = &book->report->image->grid;
    double lo[2], hi[2];
    find_body(lo, hi, book, range);
    const double across_mm = (hi[0] - lo[0]) * grid->spacing_mm[0] + ROOM_MM;
    const double deep_mm = (hi[1] - lo[1]) * grid->spacing_mm[1] + ROOM_MM;
    const double high_mm = (double)grid->size[2] * grid->spacing_mm[2];
    const double ijk[3] = {0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]),
                           0.5 * (double)(grid->size[2] - 1)};
    abl_grid_to_lps(book->centre_lps, grid, ijk);
    book->mm_per_px = fmax(across_mm, deep_mm) / ABL_TEACH_WIDTH_PX;
    book->height_px[0] = rows_for(deep_mm, book->mm_per_px);
    book->height_px[1] = rows_for(high_mm, book->mm_per_px);
}

static shot *add_shot(album *book, abl_plane plane, const double centre_lps[3])
{
    shot *one = &book->shots[book->shot_count++];
    one->view = abl_view_plane(&book->report->image->grid, plane, centre_lps,
                               book->mm_per_px, ABL_TEACH_WIDTH_PX,
                               book->height_px[plane != ABL_PLANE_AXIAL]);
    return one;
}

static void add_axial(album *book, const size_t range[2])
{
    const abl_grid *grid = &book->report->image->grid;
    const size_t count = range[1] - range[0] + 1;
    const size_t step = (count + ABL_TEACH_MAX_AXIAL - 1) / ABL_TEACH_MAX_AXIAL;
    for (size_t k = range[0]; k <= range[1]; k++) {
        if ((k - range[0]) % step != 0 && !is_lesion_slice(book->report, k))
            continue;
        double ijk[3], centre_lps[3];
        abl_grid_to_ijk(ijk, grid, book->centre_lps);
        ijk[2] = (double)k;
        abl_grid_to_lps(centre_lps, grid, ijk);
        shot *one = add_shot(book, ABL_PLANE_AXIAL, centre_lps);
        one->k = k;
        one->slice = abl_native_slice_number(book->report, k);
        snprintf(one->name, sizeof one->name, "axial-%03zu.png",
                 ++book->axial_count);
    }
}

/* Coronal and sagittal through a lesion's middle, the body's middle shown. */
static void add_lesion(album *book, const abl_lesion_findings *lesion)
{
    static const char *const names[] = {"coronal", "sagittal"};
    const abl_grid *grid = &book->report->image->grid;
    double ijk[3], middle[3];
    abl_grid_to_ijk(ijk, grid, lesion->centroid_lps);
    abl_grid_to_ijk(middle, grid, book->centre_lps);
    for (int n = 0; n < 2; n++) {
        const double at[3] = {n == 0 ? middle[0] : ijk[0],
                              n == 0 ? ijk[1] : middle[1], middle[2]};
        double centre_lps[3];
        abl_grid_to_lps(centre_lps, grid, at);
        shot *one = add_shot(
            book, n == 0 ? ABL_PLANE_CORONAL : ABL_PLANE_SAGITTAL, centre_lps);
        snprintf(one->name, sizeof one->name, "lesion-%02d-%s.png",
                 lesion->number, names[n]);
    }
}

/* Black where the body is not. */
static abl_status mask_outside(uint8_t *grey, const abl_view *view,
                               const abl_volume *skin, abl_error *err)
{
    const size_t count = view->width_px * view->height_px;
    const abl_lattice all = {{0, 0}, 1.0, {view->width_px, view->height_px}};
    float *inside = abl_alloc(count, sizeof *inside, err);
    if (!inside)
        return ABL_E_NOMEM;
    abl_view_sample_field(inside, view, skin, &all, -1.0f);
    for (size_t n = 0; n < count; n++)
        if (!(inside[n] > 0))
            grey[n] = 0;
    free(inside);
    return ABL_OK;
}

static abl_status take(const shot *one, const album *book, const char *folder,
                       abl_error *err)
{
    const abl_view *view = &one->view;
    char path[PATH_MAX];
    uint8_t *png = NULL;
    size_t bytes = 0;
    uint8_t *grey = abl_alloc(view->width_px * view->height_px, 1, err);
    if (!grey)
        return ABL_E_NOMEM;
    abl_view_render_hu(grey, view, book->report->image,
                       ABL_TEACH_WINDOW_CENTRE_HU, ABL_TEACH_WINDOW_WIDTH_HU);
    abl_status status = ABL_OK;
    if (book->skin)
        status = mask_outside(grey, view, book->skin, err);
    if (!status)
        status = abl_png_encode(&png, &bytes, grey, view->width_px,
                                view->height_px, NULL, 0, err);
    snprintf(path, sizeof path, "%s/teaching/%s", folder, one->name);
    if (!status)
        status = abl_file_write(path, png, bytes, err);
    free(png);
    free(grey);
    return status;
}

static abl_status take_all(album *book, const char *folder,
                           const abl_progress *progress, abl_error *err)
{
    bool stop = false;
#pragma omp parallel for schedule(dynamic)
    for (size_t n = 0; n < book->shot_count; n++) {
        shot *one = &book->shots[n];
#pragma omp critical(abl_teach_progress)
        {
            if (!stop)
                one->status = abl_progress_step(
                    progress, "teaching pictures",
                    (double)n / (double)book->shot_count, &one->err);
            stop = stop || one->status;
        }
        if (!stop)
            one->status = take(one, book, folder, &one->err);
    }
    for (size_t n = 0; n < book->shot_count; n++)
        if (book->shots[n].status) {
            if (err)
                *err = book->shots[n].err;
            return book->shots[n].status;
        }
    return ABL_OK;
}

static json_t *json_shot(abl_json_out *out, const shot *one)
{
    json_t *object = json_object();
    abl_out_set(out, object, "file", abl_out_text(one->name));
    abl_out_set(out, object, "slice", abl_out_count(one->slice));
    abl_out_set(out, object, "width_px", abl_out_count(one->view.width_px));
    abl_out_set(out, object, "height_px", abl_out_count(one->view.height_px));
    return object;
}

/* A picture and where the lesion's middle is on it. */
static json_t *json_seen(abl_json_out *out, const shot *one,
                         const double lps[3])
{
    double pixel[2];
    abl_view_from_lps(pixel, NULL, &one->view, lps);
    json_t *object = json_shot(out, one), *at = json_array();
    for (int a = 0; a < 2; a++)
        abl_out_append(out, at, abl_out_number(out, pixel[a], 1));
    abl_out_set(out, object, "lesion_px", at);
    return object;
}

static const shot *axial_of(const album *book, size_t k)
{
    const shot *best = book->shots;
    for (size_t n = 0; n < book->axial_count; n++) {
        const shot *one = &book->shots[n];
        const size_t gap = one->k > k ? one->k - k : k - one->k;
        const size_t least = best->k > k ? best->k - k : k - best->k;
        best = gap < least ? one : best;
    }
    return best;
}

static json_t *json_lesion(abl_json_out *out, const album *book, size_t n)
{
    const abl_lesion_findings *lesion = &book->report->findings->lesions[n];
    const shot *others = &book->shots[book->axial_count + 2 * n];
    json_t *object = json_object();
    abl_out_set(out, object, "number", json_integer(lesion->number));
    abl_out_set(out, object, "axial",
                json_seen(out, axial_of(book, lesion->axial_slice),
                          lesion->centroid_lps));
    abl_out_set(out, object, "coronal",
                json_seen(out, &others[0], lesion->centroid_lps));
    abl_out_set(out, object, "sagittal",
                json_seen(out, &others[1], lesion->centroid_lps));
    return object;
}

static json_t *build(abl_json_out *out, const album *book)
{
    const abl_series_info *info = book->report->info;
    json_t *root = json_object(), *axial = json_array(),
           *lesions = json_array();
    for (size_t n = 0; n < book->axial_count; n++)
        abl_out_append(out, axial, json_shot(out, &book->shots[n]));
    for (size_t n = 0; n < book->report->findings->lesion_count; n++)
        abl_out_append(out, lesions, json_lesion(out, book, n));
    abl_out_set(out, root, "schema", abl_out_text(ABL_TEACHING_SCHEMA));
    abl_out_set(out, root, "burned_in_annotation",
                abl_out_text(abl_burned_in_name(info->burned_in)));
    abl_out_set(out, root, "is_secondary", json_boolean(info->is_secondary));
    abl_out_set(out, root, "outside_is_black", json_boolean(book->skin));
    abl_out_set(out, root, "mm_per_px",
                abl_out_number(out, book->mm_per_px, 6));
    abl_out_set(out, root, "axial", axial);
    abl_out_set(out, root, "lesions", lesions);
    return root;
}

static abl_status write_index(const char *folder, const album *book,
                              abl_error *err)
{
    char path[PATH_MAX];
    abl_json_out out = {false, false};
    json_t *root = build(&out, book);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(root);
    if (!text || out.out_of_memory || out.not_finite) {
        free(text);
        return abl_error_set(err, ABL_E_NOMEM,
                             "teaching.json could not be made");
    }
    snprintf(path, sizeof path, "%s/teaching/teaching.json", folder);
    abl_status status = abl_file_write(path, text, strlen(text), err);
    free(text);
    return status;
}

abl_status abl_clean_pictures_write(const char *folder,
                                    const abl_report *report,
                                    const abl_progress *progress,
                                    abl_error *err)
{
    album book = {.report = report,
                  .skin = report->structures->items[ABL_SKIN].field};
    size_t range[2] = {0, 0};
    if (!find_liver(range, report))
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "no liver was found, so there is nothing to "
                             "teach; run without --teaching");
    const size_t lesions = report->findings->lesion_count;
    book.shots = abl_alloc(range[1] - range[0] + 1 + 2 * lesions,
                           sizeof *book.shots, err);
    if (!book.shots)
        return ABL_E_NOMEM;
    choose_scale(&book, range);
    add_axial(&book, range);
    for (size_t n = 0; n < lesions; n++)
        add_lesion(&book, &report->findings->lesions[n]);
    abl_status status = take_all(&book, folder, progress, err);
    if (!status)
        status = write_index(folder, &book, err);
    free(book.shots);
    return status;
}
