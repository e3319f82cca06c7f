/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "imaging/distance.h"
#include "imaging/resample.h"
#include "segmentation/lesion_fissure.h"

static const double margin_mm = 10;
static const double smooth_mm = 0.8;
static const float ring_from_mm = 2, ring_to_mm = 8, ring_most_p = 0.15f;
static const float shell_mm = 2.5f, shell_share_of_radius = 0.3f;
static const float surface_p = 0.4f;
static const float most_of_h = 0.8f;
static const double contrast_none = 1, contrast_full = 3; /* in spreads */
static const double least_spread_hu = 3;
static const size_t least_ring = 50;
/* The error on phantoms hardly follows the network's own spread. */
static const double least_edge_mm = 0.8, edge_share = 0.4;

void abl_lesion_shape_clear(abl_lesion_shape *shape)
{
    abl_volume_destroy(shape->field);
    memset(shape, 0, sizeof *shape);
}

/* Everything on one crop of the image grid. */
typedef struct work {
    size_t lo[3], size[3], voxels;
    abl_grid grid;
    abl_volume *p;       /* p(lesion) */
    abl_volume *liver;   /* liver field */
    abl_volume *hu;      /* smoothed */
    abl_volume *side;    /* +1 own, -1 other candidates, 0 neither */
    abl_volume *mask;    /* first shape */
    abl_volume *net;     /* its field, -1 at p = 0 to 1 at p = 1 */
    abl_volume *outside; /* f32 signed distance, positive outside */
    float inner_hu, ring_hu, share;
    float shell_mm;
} work;

static void clear_work(work *w)
{
    abl_volume_destroy(w->p);
    abl_volume_destroy(w->liver);
    abl_volume_destroy(w->hu);
    abl_volume_destroy(w->side);
    abl_volume_destroy(w->mask);
    abl_volume_destroy(w->net);
    abl_volume_destroy(w->outside);
}

/* Which candidate the voxels of the maps' grid belong to, around the box. */
static abl_status make_side(work *w, const abl_lesion_scene *scene,
                            int32_t number, const abl_box *box, abl_error *err)
{
    const abl_volume *labels = scene->candidates->labels;
    abl_box part = *box;
    size_t size[3];
    abl_volume *crop = NULL, *side = NULL;
    abl_box_grow_mm(&part, &labels->grid, margin_mm);
    abl_box_size(size, &part);
    abl_status status = abl_volume_crop(&crop, labels, part.lo, size, err);
    if (!status)
        status = abl_volume_create(&side, &crop->grid, ABL_PIXEL_F32, err);
    if (!status) {
        const int32_t *name = abl_volume_i32(crop);
        float *s = abl_volume_f32(side);
        const size_t voxels = abl_grid_voxels(&crop->grid);
        for (size_t v = 0; v < voxels; v++)
            s[v] = name[v] == number ? 1.0f : name[v] ? -1.0f : 0.0f;
        status = abl_resample_linear(&w->side, side, &w->grid, 0, err);
    }
    abl_volume_destroy(crop);
    abl_volume_destroy(side);
    return status;
}

static abl_status smooth_image(work *w, const abl_volume *image, abl_error *err)
{
    const double sigma[3] = {smooth_mm, smooth_mm, smooth_mm};
    abl_volume *part = NULL;
    abl_status status = abl_volume_crop(&part, image, w->lo, w->size, err);
    if (!status)
        status = abl_gaussian(&w->hu, part, sigma, err);
    abl_volume_destroy(part);
    return status;
}

/* @return false in *meets when the box lies outside the image */
static abl_status prepare(work *w, bool *meets, const abl_lesion_scene *scene,
                          int32_t number, const abl_box *box, abl_error *err)
{
    abl_grid part;
    abl_box native;
    size_t size[3];
    abl_box_size(size, box);
    abl_status status =
        abl_grid_crop(&part, &scene->maps->lesion->grid, box->lo, size, err);
    if (status)
        return status;
    *meets = abl_box_of_overlap(&native, &scene->image->grid, &part);
    if (!*meets)
        return ABL_OK;
    abl_box_grow_mm(&native, &scene->image->grid, margin_mm);
    memcpy(w->lo, native.lo, sizeof w->lo);
    abl_box_size(w->size, &native);
    status = abl_grid_crop(&w->grid, &scene->image->grid, w->lo, w->size, err);
    w->voxels = abl_grid_voxels(&w->grid);
    if (!status)
        status =
            abl_resample_linear(&w->p, scene->maps->lesion, &w->grid, 0, err);
    if (!status)
        status =
            abl_resample_linear(&w->liver, scene->liver, &w->grid, -1, err);
    if (!status)
        status = make_side(w, scene, number, box, err);
    if (!status)
        status = smooth_image(w, scene->image, err);
    return status;
}

static void threshold(work *w, float level)
{
    const float *p = abl_volume_f32(w->p), *side = abl_volume_f32(w->side);
    uint8_t *mask = abl_volume_u8(w->mask);
    for (size_t v = 0; v < w->voxels; v++)
        mask[v] = p[v] >= level && side[v] > 0;
}

static float clamp_unit(float x)
{
    return x < -1 ? -1 : x > 1 ? 1 : x;
}

static abl_status make_net_field(work *w, abl_error *err)
{
    abl_status status =
        abl_volume_create(&w->net, &w->grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    const float *p = abl_volume_f32(w->p);
    float *f = abl_volume_f32(w->net);
    for (size_t v = 0; v < w->voxels; v++)
        f[v] = p[v] > surface_p ? (p[v] - surface_p) / (1 - surface_p)
                                : (p[v] - surface_p) / surface_p;
    abl_field_reconcile(w->net, w->mask);
    return ABL_OK;
}

static abl_status find_first_shape(work *w, bool *is_empty, abl_error *err)
{
    *is_empty = true;
    abl_status status =
        abl_volume_create(&w->mask, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    threshold(w, surface_p);
    if (abl_mask_count(w->mask) < 3)
        threshold(w, ABL_LESION_SPREAD_P);
    size_t voxels = 0;
    status = abl_mask_keep_largest(w->mask, ABL_CONNECT_FACES, &voxels, err);
    *is_empty = voxels == 0;
    if (!status && !*is_empty)
        status = abl_mask_fill_holes(w->mask, err);
    if (!status && !*is_empty)
        status = make_net_field(w, err);
    if (!status && !*is_empty)
        status = abl_distance_signed(&w->outside, w->mask, err);
    return status;
}

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float take_median(float *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

static float find_radius(const work *w)
{
    const float *d = abl_volume_f32(w->outside);
    float radius = 0;
    for (size_t v = 0; v < w->voxels; v++)
        radius = -d[v] > radius ? -d[v] : radius;
    return radius;
}

static size_t collect_inner(float *values, const work *w, float depth)
{
    const float *d = abl_volume_f32(w->outside), *hu = abl_volume_f32(w->hu);
    size_t count = 0;
    for (size_t v = 0; v < w->voxels; v++)
        if (-d[v] >= depth && d[v] < 0)
            values[count++] = hu[v];
    return count;
}

static size_t collect_ring(float *values, const work *w)
{
    const float *d = abl_volume_f32(w->outside), *hu = abl_volume_f32(w->hu);
    const float *p = abl_volume_f32(w->p), *f = abl_volume_f32(w->liver);
    size_t count = 0;
    for (size_t v = 0; v < w->voxels; v++)
        if (d[v] > ring_from_mm && d[v] <= ring_to_mm && f[v] > 0 &&
            p[v] < ring_most_p)
            values[count++] = hu[v];
    return count;
}

/* Liver among what lies just outside the shape. */
static double find_liver_share(const work *w)
{
    const float *d = abl_volume_f32(w->outside), *f = abl_volume_f32(w->liver);
    size_t all = 0, liver = 0;
    for (size_t v = 0; v < w->voxels; v++) {
        if (!(d[v] > 0 && d[v] <= ring_from_mm + 1))
            continue;
        all += 1;
        liver += f[v] > 0;
    }
    return all ? (double)liver / (double)all : 0;
}

/* Levels inside and around, and how much the image may say. */
static abl_status measure_levels(work *w, abl_lesion_shape *out, abl_error *err)
{
    float *values = abl_alloc(w->voxels, sizeof *values, err);
    if (!values)
        return ABL_E_NOMEM;
    const float radius = find_radius(w);
    const float limit = shell_share_of_radius * radius;
    w->shell_mm = limit < shell_mm ? limit : shell_mm;
    const size_t inner = collect_inner(values, w, 0.5f * radius);
    w->inner_hu = inner ? take_median(values, inner) : 0;
    out->inner_hu = (double)w->inner_hu;
    const size_t ring = collect_ring(values, w);
    out->liver_share = find_liver_share(w);
    out->fissure_share = abl_fissure_share(w->outside, w->hu, w->liver);
    if (inner && ring >= least_ring) {
        w->ring_hu = take_median(values, ring);
        for (size_t n = 0; n < ring; n++)
            values[n] = fabsf(values[n] - w->ring_hu);
        const double mad = (double)take_median(values, ring);
        out->spread_hu = fmax(1.4826 * mad, least_spread_hu);
        out->contrast_hu = (double)w->inner_hu - (double)w->ring_hu;
        const double ratio = fabs(out->contrast_hu) / out->spread_hu;
        const double share =
            (ratio - contrast_none) / (contrast_full - contrast_none);
        w->share = (float)fmin(fmax(share, 0), 1) * most_of_h;
    }
    free(values);
    return ABL_OK;
}

static float mix(const work *w, size_t v)
{
    const float side = abl_volume_f32(w->side)[v];
    const float d = abl_volume_f32(w->outside)[v];
    const float reach = w->shell_mm > 0 ? fabsf(d) / w->shell_mm : 1;
    float f = abl_volume_f32(w->net)[v];
    if (w->share > 0 && reach < 1 && abl_volume_f32(w->liver)[v] > 0) {
        const float share = w->share * (1 - reach * reach);
        const float middle = 0.5f * (w->inner_hu + w->ring_hu);
        const float h = 2 * (abl_volume_f32(w->hu)[v] - middle) /
                        (w->inner_hu - w->ring_hu);
        f = (1 - share) * f + share * clamp_unit(h);
    }
    return side < 0 ? fminf(f, side) : f;
}

/* The mixed field, one piece, no holes. */
static abl_status make_field(abl_volume **out, const work *w, abl_error *err)
{
    abl_volume *field = NULL, *mask = NULL;
    *out = NULL;
    abl_status status = abl_volume_create(&field, &w->grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    for (size_t v = 0; v < w->voxels; v++)
        abl_volume_f32(field)[v] = mix(w, v);
    size_t voxels = 0;
    status = abl_field_mask(&mask, field, err);
    if (!status)
        status = abl_mask_keep_largest(mask, ABL_CONNECT_FACES, &voxels, err);
    if (!status && voxels > 0)
        status = abl_mask_fill_holes(mask, err);
    if (!status && voxels > 0) {
        abl_field_reconcile(field, mask);
        *out = field;
        field = NULL;
    }
    abl_volume_destroy(field);
    abl_volume_destroy(mask);
    return status;
}

static double mean_probability(const abl_volume *field, const abl_volume *p)
{
    const float *f = abl_volume_f32(field), *values = abl_volume_f32(p);
    const size_t voxels = abl_grid_voxels(&field->grid);
    double sum = 0;
    size_t count = 0;
    for (size_t v = 0; v < voxels; v++) {
        if (!(f[v] > 0))
            continue;
        sum += (double)values[v];
        count += 1;
    }
    return count ? sum / (double)count : 0;
}

static double state_edge_sd(const work *w)
{
    const double *s = w->grid.spacing_mm;
    const double by_network = abl_field_slope_sd_mm(w->net);
    const double grid = (s[0] * s[0] + s[1] * s[1] + s[2] * s[2]) / 3 / 12;
    return hypot(least_edge_mm,
                 edge_share * sqrt(by_network * by_network + grid));
}

/* Cuts the field to its own box + 2 voxels. */
static abl_status finish(abl_lesion_shape *out, const work *w,
                         abl_volume *field, abl_error *err)
{
    abl_volume *mask = NULL;
    abl_box box;
    size_t size[3];
    out->mean_probability = mean_probability(field, w->p);
    out->edge_sd_mm = state_edge_sd(w);
    abl_status status = abl_field_mask(&mask, field, err);
    if (!status && abl_mask_box(&box, mask)) {
        abl_box_grow(&box, &field->grid, 2);
        abl_box_size(size, &box);
        for (int a = 0; a < 3; a++)
            out->lo[a] = w->lo[a] + box.lo[a];
        status = abl_volume_crop(&out->field, field, box.lo, size, err);
    }
    abl_volume_destroy(mask);
    return status;
}

abl_status abl_lesion_shape_find(abl_lesion_shape *out,
                                 const abl_lesion_scene *scene, int32_t number,
                                 const abl_box *box, abl_error *err)
{
    memset(out, 0, sizeof *out);
    work w = {.voxels = 0};
    abl_volume *field = NULL;
    bool meets = false, is_empty = true;
    abl_status status = prepare(&w, &meets, scene, number, box, err);
    if (!status && meets)
        status = find_first_shape(&w, &is_empty, err);
    if (status || is_empty)
        goto done;
    status = measure_levels(&w, out, err);
    if (!status)
        status = make_field(&field, &w, err);
    if (!status && field)
        status = finish(out, &w, field, err);
done:
    abl_volume_destroy(field);
    clear_work(&w);
    if (status)
        abl_lesion_shape_clear(out);
    return status;
}
