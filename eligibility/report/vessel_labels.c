/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/vessel_labels.h"

#include <stdlib.h>

#include "segmentation/field.h"

abl_status abl_labels_visit(abl_volume *labels, const abl_volume *field,
                            abl_labels_fn visit, void *user, abl_error *err)
{
    const size_t *size = labels->grid.size;
    abl_field_taps taps;
    bool meets = false;
    abl_status status =
        abl_field_taps_make(&taps, &meets, &field->grid, &labels->grid, err);
    float *row = status ? NULL : abl_alloc(size[0], sizeof *row, err);
    if (!status && !row)
        status = ABL_E_NOMEM;
    const size_t first = taps.box.lo[0], width = taps.box.hi[0] - first + 1;
    for (size_t k = taps.box.lo[2]; !status && meets && k <= taps.box.hi[2];
         k++)
        for (size_t j = taps.box.lo[1]; j <= taps.box.hi[1]; j++) {
            abl_field_row(row, field, &taps, j, k);
            visit(user,
                  abl_volume_u8(labels) +
                      abl_grid_offset(&labels->grid, first, j, k),
                  row, width);
        }
    free(row);
    abl_field_taps_clear(&taps);
    return status;
}

static void paint_row(void *user, uint8_t *labels, const float *field,
                      size_t count)
{
    const uint8_t value = *(const uint8_t *)user;
    for (size_t n = 0; n < count; n++)
        labels[n] = field[n] > 0 ? value : labels[n];
}

abl_status abl_labels_paint(abl_volume *labels, const abl_volume *field,
                            uint8_t value, abl_error *err)
{
    return abl_labels_visit(labels, field, paint_row, &value, err);
}

abl_status abl_vessel_labels_make(abl_volume **out,
                                  const abl_structures *structures,
                                  bool with_hilum, abl_error *err)
{
    const int last = with_hilum ? ABL_HILUM : ABL_LIVER_VESSELS;
    abl_status status =
        abl_volume_create(out, &structures->labels->grid, ABL_PIXEL_U8, err);
    for (int id = ABL_HEPATIC_VEINS; !status && id <= last; id++)
        if (structures->items[id].field)
            status = abl_labels_paint(*out, structures->items[id].field,
                                      (uint8_t)id, err);
    return status;
}
