/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define SOFT_HU        -30
#define ANGLES         180
#define FAT_GAP_MM     3.0  /* fat between layers of the wall */
#define DEEPEST_MM     60.0 /* a ray that goes on is not through the wall */
#define FRONT_MOST_MM  28.0 /* thickest wall but in the back */
#define BACK_COS       0.5  /* the back: within 60 degrees of straight back */
#define SLACK_MM       3.0
#define WINDOW_MM      30.0
#define WINDOW_ANGLES  5
#define WALL_SHARE     0.4 /* quantile of the thickness nearby */
#define SPINE_MM       15.0
#define THIN_MM        3.0 /* half the thickness of what is left out */
#define LEAST_ML       1.0
#define ABOVE_LIVER_MM 10.0

/* The wall in polar coordinates around each slice's middle. */
typedef struct wall {
    const abl_body_work *w;
    double *middle;   /* two per slice, in mm on the grid's axes */
    float *radius_mm; /* of the wall's outside, by slice and angle */
    float *thick_mm;  /* as seen along one ray */
    float *limit_mm;  /* as believed */
} wall;

static size_t angle_bin(double di, double dj)
{
    const double turn = atan2(dj, di) / 6.283185307179586 + 1;
    return (size_t)(turn * ANGLES + 0.5) % ANGLES;
}

static void find_middle(wall *x, size_t k)
{
    const size_t *size = x->w->grid.size;
    const uint8_t *m = abl_volume_u8(x->w->inner) + k * size[0] * size[1];
    double sum[2] = {0, 0}, count = 0;
    for (size_t j = 0; j < size[1]; j++)
        for (size_t i = 0; i < size[0]; i++)
            if (m[j * size[0] + i]) {
                sum[0] += (double)i;
                sum[1] += (double)j;
                count += 1;
            }
    for (int a = 0; a < 2; a++)
        x->middle[2 * k + (size_t)a] =
            count > 0 ? sum[a] / count * x->w->grid.spacing_mm[a] : 0;
}

/* Offset of the voxel at a place in the slice; false outside. */
static bool voxel_at(size_t *offset, const wall *x, size_t k, double angle,
                     double radius)
{
    const abl_grid *g = &x->w->grid;
    const double i =
        (x->middle[2 * k] + radius * cos(angle)) / g->spacing_mm[0];
    const double j =
        (x->middle[2 * k + 1] + radius * sin(angle)) / g->spacing_mm[1];
    if (!(i > -0.5 && j > -0.5 && i < (double)g->size[0] - 0.5 &&
          j < (double)g->size[1] - 0.5))
        return false;
    *offset = abl_grid_offset(g, (size_t)(i + 0.5), (size_t)(j + 0.5), k);
    return true;
}

/* 1 wall, 0 fat, -1 something that ends the wall */
static int look_at(const abl_body_work *w, size_t n)
{
    if (abl_volume_u8(w->bone)[n])
        return 1;
    const int hu = abl_volume_i16(w->hu)[n];
    if (abl_volume_u8(w->organ)[n] || abl_volume_u8(w->lung)[n] ||
        abl_volume_u8(w->gas)[n] || hu > (int)w->bone_hu)
        return -1;
    return hu > SOFT_HU ? 1 : 0;
}

static float thickness(const wall *x, size_t k, double angle, double outer)
{
    double last = 0;
    for (double deep = 0; deep < DEEPEST_MM && deep < outer; deep += 1) {
        size_t n;
        if (!voxel_at(&n, x, k, angle, outer - deep))
            break;
        const int what = look_at(x->w, n);
        if (what > 0)
            last = deep + 1;
        if (what < 0 || deep - last > FAT_GAP_MM)
            return (float)last;
    }
    return (float)DEEPEST_MM;
}

static void measure_slice(wall *x, size_t k)
{
    const abl_grid *g = &x->w->grid;
    const double far = hypot((double)g->size[0] * g->spacing_mm[0],
                             (double)g->size[1] * g->spacing_mm[1]);
    const uint8_t *inner = abl_volume_u8(x->w->inner);
    find_middle(x, k);
    for (size_t a = 0; a < ANGLES; a++) {
        const double angle = 6.283185307179586 * (double)a / ANGLES;
        double outer = far;
        size_t n;
        while (outer > 0 && !(voxel_at(&n, x, k, angle, outer) && inner[n]))
            outer -= 1;
        x->radius_mm[k * ANGLES + a] = (float)outer;
        x->thick_mm[k * ANGLES + a] = thickness(x, k, angle, outer);
    }
}

static int compare_floats(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b;
}

/* A low quantile of what the rays nearby see: where bowel lies against the
 * wall in places, the others show how thick the wall is. */
static float believe(const wall *x, size_t k, size_t angle, float *room)
{
    const size_t slices = x->w->grid.size[2];
    const size_t reach = (size_t)(WINDOW_MM / x->w->grid.spacing_mm[2]);
    const size_t from = k > reach ? k - reach : 0;
    const size_t to = k + reach < slices ? k + reach : slices - 1;
    size_t count = 0;
    for (size_t s = from; s <= to; s++)
        for (size_t a = 0; a <= 2 * WINDOW_ANGLES; a++)
            room[count++] =
                x->thick_mm[s * ANGLES +
                            (angle + ANGLES + a - WINDOW_ANGLES) % ANGLES];
    qsort(room, count, sizeof *room, compare_floats);
    const float seen = room[(size_t)(WALL_SHARE * (double)(count - 1))];
    const double turn = 6.283185307179586 * (double)angle / ANGLES;
    const double most = sin(turn) > BACK_COS ? DEEPEST_MM : FRONT_MOST_MM;
    return (float)(fmin((double)seen, most) + SLACK_MM);
}

static abl_status measure_wall(wall *x, abl_error *err)
{
    const size_t slices = x->w->grid.size[2];
    int failed = 0;
    x->middle = abl_alloc(2 * slices, sizeof *x->middle, err);
    x->radius_mm = abl_alloc(ANGLES * slices, sizeof *x->radius_mm, err);
    x->thick_mm = abl_alloc(ANGLES * slices, sizeof *x->thick_mm, err);
    x->limit_mm = abl_alloc(ANGLES * slices, sizeof *x->limit_mm, err);
    if (!x->middle || !x->radius_mm || !x->thick_mm || !x->limit_mm)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < slices; k++)
        measure_slice(x, k);
#pragma omp parallel reduction(| : failed)
    {
        float *room = malloc(slices * (2 * WINDOW_ANGLES + 1) * sizeof *room);
        failed = room ? 0 : 1;
#pragma omp for schedule(static)
        for (size_t k = 0; k < slices; k++)
            for (size_t a = 0; !failed && a < ANGLES; a++)
                x->limit_mm[k * ANGLES + a] = believe(x, k, a, room);
        free(room);
    }
    return failed ? abl_error_set(err, ABL_E_NOMEM, "no memory for the wall")
                  : ABL_OK;
}

static void wall_clear(wall *x)
{
    free(x->middle);
    free(x->radius_mm);
    free(x->thick_mm);
    free(x->limit_mm);
}

static bool is_in_wall(const wall *x, size_t i, size_t j, size_t k)
{
    const abl_grid *g = &x->w->grid;
    const double di = (double)i * g->spacing_mm[0] - x->middle[2 * k];
    const double dj = (double)j * g->spacing_mm[1] - x->middle[2 * k + 1];
    const size_t at = k * ANGLES + angle_bin(di, dj);
    return (double)x->radius_mm[at] - hypot(di, dj) <= (double)x->limit_mm[at];
}

/* Everything that has a name or cannot be belly content. */
static abl_status mark_taken(abl_volume **out, const abl_body_work *w,
                             abl_error *err)
{
    abl_volume *spine = NULL;
    abl_status status = abl_volume_clone(out, w->heart, err);
    if (!status)
        status = abl_volume_clone(&spine, w->bone, err);
    if (status)
        return status;
    abl_body_dilate_square(*out, 3);
    abl_body_dilate_k(*out, 1);
    abl_body_dilate_square(spine, abl_body_radius(&w->grid, SPINE_MM));
    const size_t count = abl_grid_voxels(&w->grid);
    uint8_t *m = abl_volume_u8(*out);
    const uint8_t *s = abl_volume_u8(spine), *bone = abl_volume_u8(w->bone);
    const uint8_t *organ = abl_volume_u8(w->organ);
    const uint8_t *lung = abl_volume_u8(w->lung), *gas = abl_volume_u8(w->gas);
    const int16_t *hu = abl_volume_i16(w->hu);
    for (size_t n = 0; n < count; n++)
        m[n] = m[n] || bone[n] || organ[n] || lung[n] || gas[n] ||
                       hu[n] <= SOFT_HU || (s[n] && hu[n] < (int)w->bone_hu)
                   ? 1
                   : 0;
    abl_volume_destroy(spine);
    return ABL_OK;
}

static void mark_column(abl_volume *mask, const wall *x, const uint8_t *taken,
                        size_t i, size_t j)
{
    const abl_body_work *w = x->w;
    const size_t *size = w->grid.size;
    const size_t top =
        w->liver_hi + (size_t)(ABOVE_LIVER_MM / w->grid.spacing_mm[2]);
    const uint8_t *inner = abl_volume_u8(w->inner);
    const uint8_t *lung = abl_volume_u8(w->lung);
    bool above_lung = false;
    for (size_t k = 0; k < size[2] && k <= top; k++) {
        const size_t n = abl_grid_offset(&w->grid, i, j, k);
        above_lung = above_lung || lung[n];
        if (!above_lung && inner[n] && !taken[n] && !is_in_wall(x, i, j, k))
            abl_volume_u8(mask)[n] = 1;
    }
}

/* Leaves out thin sheets (rims of organs, mesentery) and crumbs. */
static abl_status keep_thick(abl_volume *mask, abl_error *err)
{
    const size_t radius = abl_body_radius(&mask->grid, THIN_MM);
    const size_t slices = mask->grid.spacing_mm[2] <= THIN_MM ? 1 : 0;
    const size_t count = abl_grid_voxels(&mask->grid);
    const double voxel_ml = 1e-3 * abl_grid_voxel_mm3(&mask->grid);
    abl_volume *core = NULL;
    abl_components c = {0};
    abl_status status = abl_volume_clone(&core, mask, err);
    if (status)
        return status;
    abl_body_erode_square(core, radius);
    abl_body_erode_k(core, slices);
    abl_body_dilate_square(core, radius);
    abl_body_dilate_k(core, slices);
    uint8_t *m = abl_volume_u8(mask);
    const uint8_t *reach = abl_volume_u8(core);
    for (size_t n = 0; n < count; n++)
        m[n] = m[n] & reach[n];
    status = abl_components_find(&c, mask, ABL_CONNECT_FACES, err);
    for (size_t n = 0; !status && n < count; n++) {
        const int32_t label = abl_volume_i32(c.labels)[n];
        if (label && (double)c.items[label - 1].voxels * voxel_ml < LEAST_ML)
            m[n] = 0;
    }
    abl_components_clear(&c);
    abl_volume_destroy(core);
    return status;
}

abl_status abl_body_find_unclassified(abl_body_work *work, abl_error *err)
{
    abl_volume *taken = NULL;
    wall x = {.w = work};
    abl_status status =
        abl_volume_create(&work->unclassified, &work->grid, ABL_PIXEL_U8, err);
    if (status || work->liver_lo > work->liver_hi)
        return status;
    status = measure_wall(&x, err);
    if (!status)
        status = mark_taken(&taken, work, err);
    if (status)
        goto done;
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < work->grid.size[1]; j++)
        for (size_t i = 0; i < work->grid.size[0]; i++)
            mark_column(work->unclassified, &x, abl_volume_u8(taken), i, j);
    status = keep_thick(work->unclassified, err);
done:
    wall_clear(&x);
    abl_volume_destroy(taken);
    return status;
}
