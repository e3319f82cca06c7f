/* A second copy of everything that was found.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "segmentation/structures.h"

static void *copy_of(const void *from, size_t count, size_t size,
                     abl_error *err)
{
    void *to = abl_alloc(count, size, err);
    if (to && count)
        memcpy(to, from, count * size);
    return to;
}

static abl_status clone_volume(abl_volume **out, const abl_volume *from,
                               abl_error *err)
{
    *out = NULL;
    return from ? abl_volume_clone(out, from, err) : ABL_OK;
}

static abl_status clone_lesions(abl_structures *made, const abl_lesion *from,
                                size_t count, abl_error *err)
{
    made->lesions = abl_alloc(count, sizeof *made->lesions, err);
    abl_status status = made->lesions ? ABL_OK : ABL_E_NOMEM;
    for (size_t n = 0; n < count && !status; n++) {
        abl_lesion *lesion = &made->lesions[made->lesion_count++];
        *lesion = from[n];
        status = clone_volume(&lesion->field, from[n].field, err);
    }
    return status;
}

static abl_status clone_vessels(abl_structures *made, const abl_vessels *from,
                                abl_error *err)
{
    if (!from)
        return ABL_OK;
    made->vessels = copy_of(from, 1, sizeof *from, err);
    if (!made->vessels)
        return ABL_E_NOMEM;
    made->vessels->nodes =
        copy_of(from->nodes, from->node_count, sizeof *from->nodes, err);
    return made->vessels->nodes ? ABL_OK : ABL_E_NOMEM;
}

static abl_status clone_branch(abl_portal_branch *to,
                               const abl_portal_branch *from, abl_error *err)
{
    *to = *from;
    to->nodes = from->nodes ? copy_of(from->nodes, from->count,
                                      sizeof *from->nodes, err)
                            : NULL;
    return to->nodes || !from->nodes ? ABL_OK : ABL_E_NOMEM;
}

static abl_status clone_hilum(abl_structures *made, const abl_hilum *from,
                              abl_error *err)
{
    if (!from)
        return ABL_OK;
    made->hilum = copy_of(from, 1, sizeof *from, err);
    if (!made->hilum)
        return ABL_E_NOMEM;
    made->hilum->right.nodes = made->hilum->left.nodes = NULL;
    abl_status status = clone_branch(&made->hilum->right, &from->right, err);
    return status ? status : clone_branch(&made->hilum->left, &from->left, err);
}

static abl_status clone_couinaud(abl_structures *made,
                                 const abl_couinaud_map *from, abl_error *err)
{
    made->couinaud = from ? copy_of(from, 1, sizeof *from, err) : NULL;
    return from && !made->couinaud ? ABL_E_NOMEM : ABL_OK;
}

/* Whatever is shared is dropped before anything can fail. */
static void copy_values(abl_structures *made, const abl_structures *from)
{
    *made = *from;
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        made->items[id].field = NULL;
    made->labels = made->lesion_labels = NULL;
    made->lesions = NULL;
    made->lesion_count = 0;
    made->vessels = NULL;
    made->hilum = NULL;
    made->couinaud = NULL;
}

static abl_status clone_volumes(abl_structures *made,
                                const abl_structures *from, abl_error *err)
{
    abl_status status = ABL_OK;
    for (int id = 0; id < ABL_STRUCTURE_COUNT && !status; id++)
        status =
            clone_volume(&made->items[id].field, from->items[id].field, err);
    if (!status)
        status = clone_volume(&made->labels, from->labels, err);
    if (!status)
        status = clone_volume(&made->lesion_labels, from->lesion_labels, err);
    return status;
}

abl_status abl_structures_clone(abl_structures **out,
                                const abl_structures *from, abl_error *err)
{
    *out = NULL;
    abl_structures *made = abl_alloc(1, sizeof *made, err);
    if (!made)
        return ABL_E_NOMEM;
    copy_values(made, from);
    abl_status status = clone_volumes(made, from, err);
    if (!status)
        status = clone_lesions(made, from->lesions, from->lesion_count, err);
    if (!status)
        status = clone_vessels(made, from->vessels, err);
    if (!status)
        status = clone_hilum(made, from->hilum, err);
    if (!status)
        status = clone_couinaud(made, from->couinaud, err);
    if (status)
        abl_structures_destroy(made);
    else
        *out = made;
    return status;
}
