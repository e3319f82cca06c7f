/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/surface_scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/resample.h"
#include "segmentation/field.h"

#define ROOM_MM          6.0 /* around the liver */
#define LEAST_MM         1.3
#define MOST_VOXELS      3e6
#define NEEDLE_MM        1.1
#define SMOOTH_MM        1.5
#define SMOOTH_LESION_MM 0.9
#define SMALL_MM         10.0
#define FAR_OUTSIDE      (-100.0f)

/* Half of the width over which a field becomes 0 to 1: fields of networks
 * change by about 0.3 in a millimetre, those of vessels by 1. */
#define SOFT_NETWORK 0.3f
#define SOFT_VESSEL  1.0f
/* Wider, so that some of it is met between the voxels of the scene. */
#define SOFT_SMALL 0.6f

static abl_status choose_grid(abl_grid *out, const abl_report *report,
                              abl_error *err)
{
    const abl_volume *liver = report->structures->items[ABL_LIVER].field;
    if (!liver)
        return abl_error_set(err, ABL_E_INVALID, "there is no liver to show");
    const abl_grid *from = &liver->grid;
    double volume_mm3 = 1, size_mm[3], first[3];
    for (int a = 0; a < 3; a++) {
        size_mm[a] = (double)from->size[a] * from->spacing_mm[a] + 2 * ROOM_MM;
        volume_mm3 *= size_mm[a];
        first[a] = -ROOM_MM / from->spacing_mm[a];
    }
    const double mm = fmax(LEAST_MM, cbrt(volume_mm3 / MOST_VOXELS));
    *out = *from;
    abl_grid_to_lps(out->origin_lps, from, first);
    for (int a = 0; a < 3; a++) {
        out->spacing_mm[a] = mm;
        out->size[a] = (size_t)(size_mm[a] / mm) + 1;
    }
    return ABL_OK;
}

static void merge(abl_volume *into, abl_volume *ids, const abl_volume *part,
                  const abl_box *box, float soft, uint8_t id)
{
    const size_t *size = part->grid.size;
    const float *from = abl_volume_f32(part);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            const float *row = from + abl_grid_offset(&part->grid, 0, j, k);
            const size_t at = abl_grid_offset(&into->grid, box->lo[0],
                                              box->lo[1] + j, box->lo[2] + k);
            float *to = abl_volume_f32(into) + at;
            uint8_t *name = ids ? abl_volume_u8(ids) + at : NULL;
            for (size_t i = 0; i < size[0]; i++) {
                const float value =
                    fminf(fmaxf(0.5f + 0.5f * row[i] / soft, 0), 1);
                if (value <= to[i])
                    continue;
                to[i] = value;
                if (name)
                    name[i] = id;
            }
        }
}

static abl_status add_field(abl_surface_scene *scene, abl_thing thing,
                            abl_volume *ids, const abl_volume *field,
                            float soft, uint8_t id, abl_error *err)
{
    abl_grid part;
    abl_box box;
    size_t size[3];
    abl_volume *sampled = NULL;
    if (!field || !abl_box_of_overlap(&box, &scene->grid, &field->grid))
        return ABL_OK;
    abl_box_size(size, &box);
    abl_status status = abl_grid_crop(&part, &scene->grid, box.lo, size, err);
    if (!status)
        status = abl_resample_linear(&sampled, field, &part, FAR_OUTSIDE, err);
    if (!status)
        merge(scene->things[thing], ids, sampled, &box, soft, id);
    abl_volume_destroy(sampled);
    return status;
}

static abl_status smooth(abl_surface_scene *scene, abl_thing thing,
                         double sigma_mm, abl_error *err)
{
    const double sigma[3] = {sigma_mm, sigma_mm, sigma_mm};
    abl_volume *smoothed = NULL;
    abl_status status =
        abl_gaussian(&smoothed, scene->things[thing], sigma, err);
    if (status)
        return status;
    abl_volume_destroy(scene->things[thing]);
    scene->things[thing] = smoothed;
    return ABL_OK;
}

static abl_status add_liver(abl_surface_scene *scene,
                            const abl_structures *structures, abl_error *err)
{
    abl_status status =
        add_field(scene, ABL_THING_LIVER, NULL,
                  structures->items[ABL_LIVER].field, SOFT_NETWORK, 1, err);
    return status ? status : smooth(scene, ABL_THING_LIVER, SMOOTH_MM, err);
}

/* Vessels of the liver are tubes already and would lose by smoothing. */
static abl_status add_tubes(abl_surface_scene *scene,
                            const abl_structures *structures, abl_error *err)
{
    static const abl_structure_id tubes[] = {
        ABL_GALLBLADDER,   ABL_INFERIOR_VENA_CAVA, ABL_PORTAL_AND_SPLENIC_VEIN,
        ABL_LIVER_VESSELS, ABL_PORTAL_VEINS,       ABL_HEPATIC_VEINS};
    abl_status status = ABL_OK;
    for (size_t n = 0; n < sizeof tubes / sizeof tubes[0] && !status; n++) {
        if (tubes[n] == ABL_LIVER_VESSELS)
            status = smooth(scene, ABL_THING_TUBE, SMOOTH_MM, err);
        if (!status)
            status = add_field(scene, ABL_THING_TUBE, scene->tube_id,
                               structures->items[tubes[n]].field,
                               tubes[n] < ABL_HEPATIC_VEINS ? SOFT_NETWORK
                                                            : SOFT_VESSEL,
                               (uint8_t)tubes[n], err);
    }
    return status;
}

static abl_status add_lesions_of(abl_surface_scene *scene,
                                 const abl_structures *structures, bool small,
                                 abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; n < structures->lesion_count && !status; n++) {
        const abl_lesion *lesion = &structures->lesions[n];
        if ((lesion->equivalent_diameter_mm < SMALL_MM) == small)
            status = add_field(scene, ABL_THING_LESION, scene->lesion_id,
                               lesion->field, small ? SOFT_SMALL : SOFT_NETWORK,
                               (uint8_t)(n + 1), err);
    }
    return status;
}

/* Small ones would be smoothed away. */
static abl_status add_lesions(abl_surface_scene *scene,
                              const abl_structures *structures, abl_error *err)
{
    abl_status status = add_lesions_of(scene, structures, false, err);
    if (!status)
        status = smooth(scene, ABL_THING_LESION, SMOOTH_LESION_MM, err);
    return status ? status : add_lesions_of(scene, structures, true, err);
}

/* Whether a volume reaches the surface in a block or its neighbouring voxels,
 * which samples in it may read. */
static bool reaches(const abl_volume *volume, const size_t block[3])
{
    size_t lo[3], hi[3];
    for (int a = 0; a < 3; a++) {
        const size_t first = block[a] * ABL_SCENE_BLOCK;
        const size_t last = volume->grid.size[a] - 1;
        lo[a] = first ? first - 1 : 0;
        hi[a] = first + ABL_SCENE_BLOCK < last ? first + ABL_SCENE_BLOCK : last;
    }
    for (size_t k = lo[2]; k <= hi[2]; k++)
        for (size_t j = lo[1]; j <= hi[1]; j++) {
            const float *row = abl_volume_f32(volume) +
                               abl_grid_offset(&volume->grid, 0, j, k);
            for (size_t i = lo[0]; i <= hi[0]; i++)
                if (row[i] >= 0.5f)
                    return true;
        }
    return false;
}

static abl_status find_blocks(abl_surface_scene *scene, abl_error *err)
{
    size_t *count = scene->blocks;
    for (int a = 0; a < 3; a++)
        count[a] =
            (scene->grid.size[a] + ABL_SCENE_BLOCK - 1) / ABL_SCENE_BLOCK;
    scene->block_has = abl_alloc(count[0] * count[1] * count[2], 1, err);
    if (!scene->block_has)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < count[2]; k++)
        for (size_t j = 0; j < count[1]; j++)
            for (size_t i = 0; i < count[0]; i++) {
                const size_t block[3] = {i, j, k};
                unsigned has = 0;
                for (unsigned n = 0; n < ABL_THING_COUNT; n++)
                    has |= reaches(scene->things[n], block) ? 1u << n : 0;
                scene->block_has[(k * count[1] + j) * count[0] + i] =
                    (uint8_t)has;
            }
    return ABL_OK;
}

static void add_rods(abl_surface_scene *scene, const abl_findings *findings)
{
    for (size_t n = 0;
         n < findings->lesion_count && scene->rod_count < ABL_MAX_LESIONS;
         n++) {
        const abl_access *access = &findings->lesions[n].access;
        if (!access->assessed || !access->has_path)
            continue;
        abl_rod *rod = &scene->rods[scene->rod_count++];
        memcpy(rod->from_lps, access->path.entry_lps, sizeof rod->from_lps);
        memcpy(rod->to_lps, access->path.target_lps, sizeof rod->to_lps);
        rod->radius_mm = NEEDLE_MM;
    }
}

abl_status abl_surface_scene_make(abl_surface_scene *out,
                                  const abl_report *report, abl_error *err)
{
    const abl_structures *structures = report->structures;
    memset(out, 0, sizeof *out);
    abl_status status = choose_grid(&out->grid, report, err);
    for (int n = 0; n < ABL_THING_COUNT && !status; n++)
        status =
            abl_volume_create(&out->things[n], &out->grid, ABL_PIXEL_F32, err);
    if (!status)
        status =
            abl_volume_create(&out->tube_id, &out->grid, ABL_PIXEL_U8, err);
    if (!status)
        status =
            abl_volume_create(&out->lesion_id, &out->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = add_liver(out, structures, err);
    if (!status)
        status = add_tubes(out, structures, err);
    if (!status)
        status = add_lesions(out, structures, err);
    if (!status)
        status = find_blocks(out, err);
    if (!status)
        add_rods(out, report->findings);
    return status;
}

void abl_surface_scene_clear(abl_surface_scene *scene)
{
    for (int n = 0; n < ABL_THING_COUNT; n++)
        abl_volume_destroy(scene->things[n]);
    abl_volume_destroy(scene->tube_id);
    abl_volume_destroy(scene->lesion_id);
    free(scene->block_has);
    memset(scene, 0, sizeof *scene);
}
