/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/label_map.h"

#include <omp.h>
#include <stdlib.h>

#include "imaging/threads.h"
#include "segmentation/field.h"
#include "segmentation/organs.h"

/* Organs that the liver yields to: lesion_ct was taught that what runs through
 * the liver is liver. */
static const bool yields_to[ABL_STRUCTURE_COUNT] = {
    [ABL_GALLBLADDER] = true,
    [ABL_INFERIOR_VENA_CAVA] = true,
    [ABL_PORTAL_AND_SPLENIC_VEIN] = true,
};

/* Whether it has voxels in the label map. */
static bool is_painted(int id)
{
    return id <= ABL_ORGAN_LAST || abl_structure_is_bowel((abl_structure_id)id);
}

/* Where each organ's field falls on the image. */
typedef struct painter {
    abl_volume *labels;
    const abl_structures *structures;
    abl_field_taps taps[ABL_STRUCTURE_COUNT];
    bool meets[ABL_STRUCTURE_COUNT];
} painter;

static abl_status prepare(painter *p, abl_error *err)
{
    abl_status status = ABL_OK;
    for (int id = 1; id < ABL_STRUCTURE_COUNT && !status; id++) {
        const abl_volume *field = p->structures->items[id].field;
        if (field && is_painted(id))
            status = abl_field_taps_make(&p->taps[id], &p->meets[id],
                                         &field->grid, &p->labels->grid, err);
    }
    return status;
}

static bool covers(const abl_box *box, size_t j, size_t k)
{
    return j >= box->lo[1] && j <= box->hi[1] && k >= box->lo[2] &&
           k <= box->hi[2];
}

/* One row: @p best and @p row hold a float per column. */
static void paint_row(const painter *p, size_t j, size_t k, float *best,
                      float *row)
{
    const size_t width = p->labels->grid.size[0];
    uint8_t *to =
        abl_volume_u8(p->labels) + abl_grid_offset(&p->labels->grid, 0, j, k);
    for (size_t i = 0; i < width; i++)
        best[i] = 0;
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++) {
        const abl_box *box = &p->taps[id].box;
        if (!p->meets[id] || !covers(box, j, k))
            continue;
        abl_field_row(row, p->structures->items[id].field, &p->taps[id], j, k);
        for (size_t i = box->lo[0]; i <= box->hi[0]; i++) {
            const float f = row[i - box->lo[0]];
            const bool first = yields_to[id] && to[i] == ABL_LIVER && f > 0;
            if (f > best[i] || first) {
                best[i] = f;
                to[i] = (uint8_t)id;
            }
        }
    }
    if (!p->structures->lesion_labels)
        return;
    const uint8_t *lesion = abl_volume_u8(p->structures->lesion_labels) +
                            abl_grid_offset(&p->labels->grid, 0, j, k);
    for (size_t i = 0; i < width; i++)
        to[i] = lesion[i] ? (uint8_t)ABL_LIVER : to[i];
}

static abl_status paint(const painter *p, abl_error *err)
{
    const size_t *n = p->labels->grid.size;
    const size_t threads = (size_t)abl_threads_get();
    float *rows = abl_alloc(threads, 2 * n[0] * sizeof *rows, err);
    if (!rows)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(dynamic) num_threads((int)threads)
    for (size_t k = 0; k < n[2]; k++) {
        float *best = rows + (size_t)omp_get_thread_num() * 2 * n[0];
        for (size_t j = 0; j < n[1]; j++)
            paint_row(p, j, k, best, best + n[0]);
    }
    free(rows);
    return ABL_OK;
}

abl_status abl_label_map_make(abl_structures *structures, const abl_grid *image,
                              abl_error *err)
{
    painter p = {.structures = structures};
    abl_status status =
        abl_volume_create(&structures->labels, image, ABL_PIXEL_U8, err);
    p.labels = structures->labels;
    if (!status)
        status = prepare(&p, err);
    if (!status)
        status = paint(&p, err);
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++)
        abl_field_taps_clear(&p.taps[id]);
    return status;
}
