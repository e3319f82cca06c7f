/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_list.h"

#include <math.h>
#include <string.h>

#include "segmentation/field.h"

/* First voxel of the image in the crop. */
static void find_first(size_t first[3], const abl_grid *image,
                       const abl_grid *crop)
{
    double ijk[3];
    abl_grid_to_ijk(ijk, image, crop->origin_lps);
    for (int a = 0; a < 3; a++)
        first[a] = (size_t)lround(ijk[a] > 0 ? ijk[a] : 0);
}

bool abl_lesion_place(abl_lesion *lesion, const abl_grid *image)
{
    const size_t *n = lesion->field->grid.size;
    const float *f = abl_volume_f32(lesion->field);
    size_t first[3], hi[3] = {0, 0, 0};
    size_t lo[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX};
    find_first(first, image, &lesion->field->grid);
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                if (!(*f++ > 0))
                    continue;
                const size_t at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    lo[a] = at[a] < lo[a] ? at[a] : lo[a];
                    hi[a] = at[a] > hi[a] ? at[a] : hi[a];
                }
            }
    if (lo[0] == SIZE_MAX)
        return false;
    lesion->touches_border = false;
    for (int a = 0; a < 3; a++) {
        lesion->lo[a] = first[a] + lo[a];
        lesion->hi[a] = first[a] + hi[a];
        lesion->touches_border = lesion->touches_border || lesion->lo[a] == 0 ||
                                 lesion->hi[a] + 1 >= image->size[a];
    }
    return true;
}

void abl_lesion_weigh(abl_lesion *lesion)
{
    const double pi = 3.14159265358979323846;
    lesion->volume_ml = abl_field_volume_ml(lesion->field);
    lesion->equivalent_diameter_mm = cbrt(6000 * lesion->volume_ml / pi);
}

static void draw(abl_volume *labels, const abl_lesion *lesion, size_t number)
{
    size_t first[3];
    const size_t *n = lesion->field->grid.size;
    const float *f = abl_volume_f32(lesion->field);
    find_first(first, &labels->grid, &lesion->field->grid);
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                uint8_t *to = abl_volume_u8(labels) +
                              abl_grid_offset(&labels->grid, first[0] + i,
                                              first[1] + j, first[2] + k);
                if (*to == 0 && *f > 0)
                    *to = (uint8_t)number;
                f++;
            }
}

abl_status abl_lesions_draw(abl_structures *structures, const abl_grid *image,
                            abl_error *err)
{
    abl_volume_destroy(structures->lesion_labels);
    structures->lesion_labels = NULL;
    abl_status status =
        abl_volume_create(&structures->lesion_labels, image, ABL_PIXEL_U8, err);
    for (size_t n = 0; n < structures->lesion_count && !status; n++)
        draw(structures->lesion_labels, &structures->lesions[n], n + 1);
    return status;
}

int abl_lesion_compare(const void *a, const void *b)
{
    const abl_lesion *x = a, *y = b;
    if (x->volume_ml != y->volume_ml)
        return x->volume_ml > y->volume_ml ? -1 : 1;
    for (int axis = 2; axis >= 0; axis--)
        if (x->lo[axis] != y->lo[axis])
            return x->lo[axis] < y->lo[axis] ? -1 : 1;
    return 0;
}
