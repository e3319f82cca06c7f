/* Measures on random lesions with known answers: bias, 95 % limits of
 * agreement, worst case, share within the target, and how often the stated
 * 95 % interval holds the truth.
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: abl_accuracy_measures [draws] [seed] [--list]
 *
 * Exit code 1 when a target for labels is missed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "eligibility/diameter.h"
#include "eligibility/measure_lesion.h"
#include "eligibility/uncertainty.h"
#include "scene.h"
#include "segmentation/mask_field.h"
#include "tally.h"

/* 1-sigma of the surfaces that the second kind is made and stated with. */
#define EDGE_SD_MM 1.0

enum {
    IDEAL,
    SHIFTED,
    LABELS,
    KINDS
};
static const char *const kind_names[KINDS] = {
    "exact field", "exact field, surfaces off as those of networks, 1 mm",
    "truth labels (voxel centres)"};

static const char *const row_names[SCENE_ROWS] = {
    "longest axial mm", "perpendicular mm", "max 3-D mm",    "volume %",
    "equivalent mm",    "to organ mm",      "to capsule mm", "to vessel mm"};

static void fail(const abl_error *err)
{
    fprintf(stderr, "abl_accuracy_measures: %s\n", err->message);
    exit(1);
}

/* ---- A smooth random error: its covariance is that of uncertainty.h ---- */

#define WAVES 24
typedef struct error_field {
    double together, sd, wave[WAVES][3], phase[WAVES];
} error_field;

static error_field draw_error(double sd)
{
    error_field out;
    out.together = sd * sqrt(ABL_EDGE_TOGETHER) * draw_normal();
    out.sd = sd * sqrt(1 - ABL_EDGE_TOGETHER);
    for (int n = 0; n < WAVES; n++) {
        for (int a = 0; a < 3; a++)
            out.wave[n][a] = draw_normal() / ABL_EDGE_LENGTH_MM;
        out.phase[n] = draw_uniform(0, 2 * M_PI);
    }
    return out;
}

static double error_at(const error_field *error, const double lps[3])
{
    double sum = 0;
    for (int n = 0; n < WAVES; n++)
        sum += cos(dot3(error->wave[n], lps) + error->phase[n]);
    return error->together + error->sd * sqrt(2.0 / WAVES) * sum;
}

/* ---- Fields ---- */

static abl_volume *make_field(const scene *s, int item, double error_sd)
{
    abl_error err;
    abl_volume *out = NULL;
    const abl_grid grid = scene_item_grid(s, item, 4);
    if (abl_volume_create(&out, &grid, ABL_PIXEL_F32, &err))
        fail(&err);
    const error_field error = draw_error(error_sd);
    float *to = abl_volume_f32(out);
    for (size_t k = 0; k < grid.size[2]; k++)
        for (size_t j = 0; j < grid.size[1]; j++)
            for (size_t i = 0; i < grid.size[0]; i++) {
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, &grid, ijk);
                double mm = scene_item_value(&s->items[item], lps);
                if (fabs(mm) < 4 * error_sd)
                    mm += error_at(&error, lps);
                *to++ = (float)mm;
            }
    return out;
}

/* Fewer voxels than this say nothing of a lesion's size. */
#define LEAST_VOXELS 8

static size_t count_voxels(const scene *s)
{
    const abl_grid grid = scene_item_grid(s, SCENE_LESION, 1);
    size_t count = 0;
    for (size_t k = 0; k < grid.size[2]; k++)
        for (size_t j = 0; j < grid.size[1]; j++)
            for (size_t i = 0; i < grid.size[0]; i++) {
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, &grid, ijk);
                count += scene_item_value(&s->items[SCENE_LESION], lps) > 0;
            }
    return count;
}

static abl_volume *make_label_field(const abl_volume *field)
{
    abl_error err;
    abl_volume *mask = NULL, *out = NULL;
    if (abl_volume_create(&mask, &field->grid, ABL_PIXEL_U8, &err))
        fail(&err);
    for (size_t n = 0; n < abl_grid_voxels(&field->grid); n++)
        abl_volume_u8(mask)[n] = abl_volume_f32(field)[n] > 0;
    if (abl_field_from_mask(&out, mask, &err))
        fail(&err);
    abl_volume_destroy(mask);
    return out;
}

static void make_shape(abl_shape *out, const scene *s, int item, int kind)
{
    abl_error err;
    double sd = kind == SHIFTED ? EDGE_SD_MM : 0;
    abl_volume *field = make_field(s, item, sd);
    if (kind == LABELS) {
        abl_volume *from_labels = make_label_field(field);
        abl_volume_destroy(field);
        field = from_labels;
        sd = abl_mask_edge_sd_mm(&s->lattice);
    }
    if (abl_shape_create(out, field, sd, &err))
        fail(&err);
    if (kind == LABELS)
        abl_mask_label_mm(out->label_mm, &s->lattice, &s->lattice);
}

static void clear_shape(abl_shape *shape)
{
    abl_volume *field = (abl_volume *)shape->field;
    abl_shape_clear(shape);
    abl_volume_destroy(field);
}

/* ---- Scores ---- */

static double half_step(const scene *s, const abl_segment *along)
{
    double unit[3];
    for (int a = 0; a < 3; a++)
        unit[a] = (along->to_lps[a] - along->from_lps[a]) /
                  fmax(along->mm.value, 1e-9);
    return 0.5 * abl_grid_step_along_mm(&s->lattice, unit);
}

static void score_diameters(tally_table *table, const tally_class *of,
                            const scene *s, const abl_shape *lesion)
{
    abl_error err;
    abl_axial_diameters axial;
    abl_segment feret;
    if (abl_diameters_axial(&axial, lesion, &err))
        fail(&err);
    abl_diameter_3d(&feret, lesion);
    const abl_segment *found[3] = {&axial.longest, &axial.perpendicular,
                                   &feret};
    for (size_t row = 0; row < 3; row++)
        tally_add_value(table, of, row, &found[row]->mm, s->truth[row],
                        0.5 + half_step(s, found[row]));
}

static void score_volume(tally_table *table, const tally_class *of,
                         const scene *s, const abl_shape *lesion)
{
    const abl_value ml = abl_shape_volume_ml(lesion);
    const double truth_ml = s->truth[SCENE_VOLUME] / 1000;
    const abl_value percent = {true, 100 * ml.value / truth_ml,
                               100 * ml.uncertainty / truth_ml, NULL};
    if (s->truth[SCENE_EQUIVALENT] >= 10)
        tally_add_value(table, of, SCENE_VOLUME, &percent, 100, 3);
    const double mm = cbrt(6000 * ml.value / M_PI);
    const abl_value equivalent = {true, mm, mm / 3 * ml.uncertainty / ml.value,
                                  NULL};
    tally_add_value(table, of, SCENE_EQUIVALENT, &equivalent,
                    s->truth[SCENE_EQUIVALENT], 0.5);
}

/* A vessel thinner than the slices are apart may lie between two of them. */
static bool may_miss_vessel(const scene *s)
{
    return 2 * s->items[SCENE_VESSEL].radius_mm < s->lattice.spacing_mm[2];
}

static void score_distances(tally_table *table, const tally_class *of,
                            const scene *s, const abl_shape *shapes)
{
    const double target = abl_grid_half_diagonal_mm(&s->lattice);
    abl_segment found[3];
    abl_clearance_between(&found[0], &shapes[SCENE_LESION],
                          &shapes[SCENE_ORGAN]);
    abl_clearance_inside(&found[1], &shapes[SCENE_LESION],
                         &shapes[SCENE_LIVER]);
    abl_clearance_between(&found[2], &shapes[SCENE_LESION],
                          &shapes[SCENE_VESSEL]);
    const size_t count = may_miss_vessel(s) ? 2 : 3;
    for (size_t n = 0; n < count; n++)
        tally_add_value(table, of, SCENE_TO_ORGAN + n, &found[n].mm,
                        s->truth[SCENE_TO_ORGAN + n], target);
}

static void run_draw(tally_table *table, const scene *s, int kind,
                     const char *name)
{
    const tally_class of = {s->lattice.spacing_mm[2], s->truth[SCENE_FERET],
                            name};
    abl_shape shapes[SCENE_ITEMS];
    for (int item = 0; item < SCENE_ITEMS; item++)
        make_shape(&shapes[item], s, item, kind);
    if (shapes[SCENE_LESION].surface->count) {
        score_diameters(table, &of, s, &shapes[SCENE_LESION]);
        score_volume(table, &of, s, &shapes[SCENE_LESION]);
        score_distances(table, &of, s, shapes);
    }
    for (int item = 0; item < SCENE_ITEMS; item++)
        clear_shape(&shapes[item]);
}

/* ---- Targets ---- */

static int check_targets(const tally_table *labels)
{
    static const double least[SCENE_ROWS] = {0.95, 0.95, 0.95, 0.95,
                                             0,    1,    1,    1};
    int missed = 0;
    printf("\nTargets with truth labels:\n");
    for (size_t row = 0; row < SCENE_ROWS; row++) {
        if (!(least[row] > 0))
            continue;
        const double share = tally_share_within(labels, row);
        const bool good = share >= least[row];
        printf("%-20s within target in %5.1f %%, wanted %3.0f %%: %s\n",
               row_names[row], 100 * share, 100 * least[row],
               good ? "ok" : "MISSED");
        missed += !good;
    }
    return missed;
}

/* Kinds of surface in the names of listed values. */
static const char *const short_names[KINDS] = {"exact", "shifted", "labels"};

static void list_scene(size_t draw, const scene *s)
{
    const double *mm = s->lattice.spacing_mm;
    printf("L %zu mm %.3f %.3f %.3f parts %zu longest %.3f vessel %.3f "
           "edge_sd %.3f\n",
           draw, mm[0], mm[1], mm[2], s->items[SCENE_LESION].body.count,
           s->truth[SCENE_FERET], 2 * s->items[SCENE_VESSEL].radius_mm,
           abl_mask_edge_sd_mm(&s->lattice));
}

static void run_scene(tally_table tables[KINDS], size_t draw, const scene *s,
                      bool list)
{
    if (list)
        list_scene(draw, s);
    for (int kind = 0; kind < KINDS; kind++) {
        char name[48];
        (void)snprintf(name, sizeof name, "%zu.%s", draw, short_names[kind]);
        run_draw(&tables[kind], s, kind, list ? name : NULL);
    }
}

/* Returns how many were left out. */
static size_t run_draws(tally_table tables[KINDS], size_t draws, uint64_t seed,
                        bool list)
{
    size_t left_out = 0;
    for (size_t n = 0; n < draws; n++) {
        scene s;
        draw_seed(1000000 * seed + n);
        scene_draw(&s);
        if (count_voxels(&s) >= LEAST_VOXELS)
            run_scene(tables, n, &s, list);
        else
            left_out++;
    }
    return left_out;
}

int main(int argc, char **argv)
{
    static tally_table tables[KINDS];
    size_t numbers[2] = {400, 1}, given = 0;
    bool list = false;
    for (int n = 1; n < argc; n++)
        if (strcmp(argv[n], "--list") == 0)
            list = true;
        else if (given < 2)
            numbers[given++] = strtoul(argv[n], NULL, 10);
    const size_t draws = numbers[0];
    for (int kind = 0; kind < KINDS; kind++) {
        tables[kind].names = row_names;
        tables[kind].rows = SCENE_ROWS;
    }
    const size_t left_out = run_draws(tables, draws, numbers[1], list);
    printf("Measures on %zu random lesions of 5 to 50 mm, every third "
           "lobulated, spacing\n0.6-1 x 0.6-1 x 0.8-5 mm, oblique. target: "
           "diameters 0.5 mm + half a voxel along\nthem, volume 3 %% from 10 "
           "mm, equivalent 0.5 mm, distances half a voxel diagonal.\n"
           "stated: mean half-width of the 95 %% interval; holds: how often "
           "the truth lies in it.\n%zu lesions of fewer than %d voxels are "
           "left out, and vessels thinner than\nthe slice spacing.\n",
           draws - left_out, left_out, LEAST_VOXELS);
    for (int kind = 0; kind < KINDS; kind++)
        tally_print(kind_names[kind], &tables[kind],
                    kind == LABELS && draws >= 200);
    return check_targets(&tables[LABELS]) ? 1 : 0;
}
