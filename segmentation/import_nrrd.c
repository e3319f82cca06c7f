/* Maps from an NRRD file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "imaging/nrrd.h"
#include "segmentation/import_parts.h"
#include "segmentation/import_work.h"

/* A plane for each part and slice that has a voxel of it. */
typedef struct slices {
    const abl_nrrd *nrrd;
    size_t count;
    abl_mask_plane *planes;
    size_t *slice;
} slices;

static const int16_t *slice_of(const abl_nrrd *nrrd, size_t part, size_t k)
{
    const size_t *size = nrrd->grid.size;
    return nrrd->values +
           (nrrd->part_layer[part] * size[2] + k) * size[0] * size[1];
}

static void mask(uint8_t *out, const void *user, size_t plane)
{
    const slices *of = user;
    const size_t part = of->planes[plane].part;
    const size_t pixels = of->nrrd->grid.size[0] * of->nrrd->grid.size[1];
    const int16_t *from = slice_of(of->nrrd, part, of->slice[plane]);
    for (size_t n = 0; n < pixels; n++)
        out[n] = from[n] == of->nrrd->parts[part].number ? 1 : 0;
}

static bool holds(const int16_t *values, size_t count, long number)
{
    for (size_t n = 0; n < count; n++)
        if (values[n] == number)
            return true;
    return false;
}

static void find_planes(slices *of, const abl_label_meaning *meanings)
{
    const abl_grid *grid = &of->nrrd->grid;
    for (size_t part = 0; part < of->nrrd->part_count; part++) {
        abl_outline_part *to = &of->nrrd->parts[part];
        for (size_t k = 0; k < grid->size[2]; k++) {
            if (meanings[part].kind <= ABL_LABEL_IGNORED ||
                !holds(slice_of(of->nrrd, part, k),
                       grid->size[0] * grid->size[1], to->number))
                continue;
            abl_mask_plane *plane = &of->planes[of->count];
            plane->part = part;
            abl_grid_to_lps(plane->position_lps, grid,
                            (double[3]){0, 0, (double)k});
            of->slice[of->count++] = k;
            to->plane_count++;
        }
    }
}

static abl_status group(abl_import_job *job, const slices *of,
                        const abl_label_meaning *meanings, abl_error *err)
{
    const abl_nrrd *nrrd = of->nrrd;
    double *steps = abl_alloc(nrrd->part_count, sizeof *steps, err);
    if (!steps)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < nrrd->part_count; n++)
        steps[n] = nrrd->grid.spacing_mm[2];
    abl_mask_planes from = {.file = job->file,
                            .part_count = nrrd->part_count,
                            .parts = nrrd->parts,
                            .columns = nrrd->grid.size[0],
                            .rows = nrrd->grid.size[1],
                            .count = of->count,
                            .planes = of->planes,
                            .step_mm = steps,
                            .mask = mask,
                            .user = of};
    memcpy(from.spacing_mm, nrrd->grid.spacing_mm, sizeof from.spacing_mm);
    for (int a = 0; a < 3; a++) {
        from.row_lps[a] = nrrd->grid.direction[a][0];
        from.column_lps[a] = nrrd->grid.direction[a][1];
    }
    const abl_status status = abl_import_group_parts(job, &from, meanings, err);
    free(steps);
    return status;
}

static abl_status import_segments(abl_import_job *job, const abl_nrrd *nrrd,
                                  abl_error *err)
{
    const size_t most = nrrd->part_count * nrrd->grid.size[2];
    slices of = {nrrd, 0, abl_alloc(most, sizeof *of.planes, err),
                 abl_alloc(most, sizeof *of.slice, err)};
    abl_label_meaning *meanings =
        abl_alloc(nrrd->part_count, sizeof *meanings, err);
    abl_status status =
        of.planes && of.slice && meanings ? ABL_OK : ABL_E_NOMEM;
    if (!status)
        status = abl_import_name_parts(job, meanings, nrrd->parts,
                                       nrrd->part_count, err);
    if (!status) {
        find_planes(&of, meanings);
        status = group(job, &of, meanings, err);
    }
    free(of.planes);
    free(of.slice);
    free(meanings);
    return status;
}

static abl_status import_values(abl_import_job *job, const abl_nrrd *nrrd,
                                abl_error *err)
{
    abl_volume *labels = NULL;
    abl_import_map *map = NULL;
    if (nrrd->layer_count != 1)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s: has %zu layers without names of segments",
                             job->file, nrrd->layer_count);
    abl_status status =
        abl_volume_create(&labels, &nrrd->grid, ABL_PIXEL_I16, err);
    if (!status) {
        memcpy(abl_volume_i16(labels), nrrd->values,
               abl_grid_voxels(&nrrd->grid) * sizeof *nrrd->values);
        status = abl_import_maps_add(&map, job->maps, err);
    }
    if (!status)
        status = abl_import_map_create(map, labels, job->names, job->file,
                                       job->image, err);
    if (map)
        memcpy(map->sha256, job->sha256, sizeof map->sha256);
    abl_volume_destroy(labels);
    return status;
}

/* Segments that were never described leave gaps in their numbering. */
static void close_gaps(abl_nrrd *nrrd)
{
    size_t count = 0;
    for (size_t n = 0; n < nrrd->part_count; n++)
        if (nrrd->parts[n].number > 0) {
            nrrd->parts[count] = nrrd->parts[n];
            nrrd->part_layer[count++] = nrrd->part_layer[n];
        }
    nrrd->part_count = count;
}

abl_status abl_import_nrrd(abl_import_job *job, abl_error *err)
{
    abl_nrrd nrrd;
    abl_status status =
        abl_nrrd_read(&nrrd, job->path, ABL_LABEL_MAX_VALUE, err);
    if (!status)
        close_gaps(&nrrd);
    if (!status)
        status = nrrd.part_count ? import_segments(job, &nrrd, err)
                                 : import_values(job, &nrrd, err);
    abl_nrrd_clear(&nrrd);
    return status;
}
