/* Measures do not depend on how the scan was laid out.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "eligibility/diameter.h"
#include "eligibility/measure_lesion.h"
#include "segmentation/mask_field.h"
#include "tests/unit/eligibility/shapes.h"

const char *const abl_test_suite = "eligibility.invariance";

enum {
    AXIAL,
    PERPENDICULAR,
    FERET,
    VOLUME,
    TO_ORGAN,
    TO_CAPSULE,
    MEASURES
};

/* A lesion of two lobes, an organ beside it and the liver around it. */
static const solid lobes[2] = {
    {{1, -2, 0.5}, {11, 8, 7}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false},
    {{8, 4, 3}, {6, 5, 5.5}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false}};
static const solid organ = {
    {30, 3, 2}, {10, 12, 9}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false};
static const solid liver = {
    {0, 0, 0}, {24, 22, 20}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false};

/* How the scene lies in the patient: x' = turn (x) + shift. */
typedef struct placement {
    double turn[3][3], shift[3];
} placement;

static const placement at_home = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0}};

static placement turned(double yaw, double pitch)
{
    const double cy = cos(yaw), sy = sin(yaw), cp = cos(pitch), sp = sin(pitch);
    const placement out = {
        {{cy, -sy * cp, sy * sp}, {sy, cy * cp, -cy * sp}, {0, sp, cp}},
        {0, 0, 0}};
    return out;
}

static void place(double out[3], const placement *p, const double lps[3])
{
    for (int r = 0; r < 3; r++)
        out[r] = p->shift[r] + p->turn[r][0] * lps[0] + p->turn[r][1] * lps[1] +
                 p->turn[r][2] * lps[2];
}

static void unplace(double out[3], const placement *p, const double lps[3])
{
    for (int c = 0; c < 3; c++)
        out[c] = p->turn[0][c] * (lps[0] - p->shift[0]) +
                 p->turn[1][c] * (lps[1] - p->shift[1]) +
                 p->turn[2][c] * (lps[2] - p->shift[2]);
}

/* The grid carried along with the scene. */
static abl_grid carried(const abl_grid *grid, const placement *p)
{
    abl_grid out = *grid;
    place(out.origin_lps, p, grid->origin_lps);
    for (int a = 0; a < 3; a++)
        for (int r = 0; r < 3; r++)
            out.direction[r][a] = p->turn[r][0] * grid->direction[0][a] +
                                  p->turn[r][1] * grid->direction[1][a] +
                                  p->turn[r][2] * grid->direction[2][a];
    return out;
}

static abl_grid home_grid(void)
{
    return turned_grid((size_t[3]){88, 78, 36}, (double[3]){0.9, 0.8, 1.6},
                       (double[3]){6.13, 0.21, 0.37}, 0, 0);
}

static abl_volume *make_field(const abl_grid *grid, const placement *p,
                              const solid *solids, size_t count)
{
    abl_error err;
    abl_volume *field = NULL;
    ABL_CHECK_OK(abl_volume_create(&field, grid, ABL_PIXEL_F32, &err), &err);
    float *value = abl_volume_f32(field);
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3], home[3], most = -HUGE_VAL;
                abl_grid_to_lps(lps, grid, ijk);
                unplace(home, p, lps);
                for (size_t n = 0; n < count; n++)
                    most = fmax(most, solid_value(&solids[n], home));
                *value++ = (float)most;
            }
    return field;
}

/* As labels would give it. */
static abl_volume *make_mask_field(const abl_volume *field)
{
    abl_error err;
    abl_volume *mask = NULL, *out = NULL;
    ABL_CHECK_OK(abl_volume_create(&mask, &field->grid, ABL_PIXEL_U8, &err),
                 &err);
    for (size_t n = 0; n < abl_grid_voxels(&field->grid); n++)
        abl_volume_u8(mask)[n] = abl_volume_f32(field)[n] > 0;
    ABL_CHECK_OK(abl_field_from_mask(&out, mask, &err), &err);
    abl_volume_destroy(mask);
    return out;
}

typedef struct scan {
    abl_volume *fields[3];
    abl_shape shapes[3];
} scan;

static void fill_scan(scan *s, bool from_labels)
{
    abl_error err;
    for (int n = 0; n < 3; n++) {
        if (from_labels) {
            abl_volume *field = make_mask_field(s->fields[n]);
            abl_volume_destroy(s->fields[n]);
            s->fields[n] = field;
        }
        ABL_CHECK_OK(abl_shape_create(&s->shapes[n], s->fields[n], 0.5, &err),
                     &err);
    }
}

static scan make_scan(const abl_grid *grid, const placement *p,
                      bool from_labels)
{
    scan s;
    s.fields[0] = make_field(grid, p, lobes, 2);
    s.fields[1] = make_field(grid, p, &organ, 1);
    s.fields[2] = make_field(grid, p, &liver, 1);
    fill_scan(&s, from_labels);
    return s;
}

static void measure_and_clear(double out[MEASURES], scan *s)
{
    abl_error err;
    abl_axial_diameters axial;
    abl_segment feret, to_organ, to_capsule;
    ABL_CHECK_OK(abl_diameters_axial(&axial, &s->shapes[0], &err), &err);
    abl_diameter_3d(&feret, &s->shapes[0]);
    abl_clearance_between(&to_organ, &s->shapes[0], &s->shapes[1]);
    abl_clearance_inside(&to_capsule, &s->shapes[0], &s->shapes[2]);
    out[AXIAL] = axial.longest.mm.value;
    out[PERPENDICULAR] = axial.perpendicular.mm.value;
    out[FERET] = feret.mm.value;
    out[VOLUME] = abl_shape_volume_ml(&s->shapes[0]).value;
    out[TO_ORGAN] = to_organ.mm.value;
    out[TO_CAPSULE] = to_capsule.mm.value;
    for (int n = 0; n < 3; n++) {
        abl_shape_clear(&s->shapes[n]);
        abl_volume_destroy(s->fields[n]);
    }
}

static void measure_scan(double out[MEASURES], const abl_grid *grid,
                         const placement *p, bool from_labels)
{
    scan s = make_scan(grid, p, from_labels);
    measure_and_clear(out, &s);
}

static void compare(const double found[MEASURES], const double first[MEASURES],
                    double mm)
{
    ABL_CHECK_NEAR(found[AXIAL], first[AXIAL], mm);
    ABL_CHECK_NEAR(found[PERPENDICULAR], first[PERPENDICULAR], mm);
    ABL_CHECK_NEAR(found[FERET], first[FERET], mm);
    ABL_CHECK_NEAR(found[VOLUME], first[VOLUME], 0.05 * mm * first[VOLUME]);
    ABL_CHECK_NEAR(found[TO_ORGAN], first[TO_ORGAN], mm);
    ABL_CHECK_NEAR(found[TO_CAPSULE], first[TO_CAPSULE], mm);
}

static void the_scene_is_measured_as_known(void)
{
    const abl_grid grid = home_grid();
    double found[MEASURES];
    measure_scan(found, &grid, &at_home, false);
    CU_ASSERT(found[AXIAL] > 22 && found[AXIAL] < 27);
    CU_ASSERT(found[FERET] >= found[AXIAL]);
    CU_ASSERT(found[TO_ORGAN] > 4 && found[TO_ORGAN] < 12);
    CU_ASSERT(found[TO_CAPSULE] > 4 && found[TO_CAPSULE] < 12);
}

static void carrying_scan_and_patient_elsewhere_changes_nothing(void)
{
    const abl_grid grid = home_grid();
    double first[MEASURES], found[MEASURES];
    for (int labels = 0; labels < 2; labels++) {
        measure_scan(first, &grid, &at_home, labels);
        placement moved = turned(0.7, -0.4);
        moved.shift[0] = -731.25;
        moved.shift[1] = 88.5;
        moved.shift[2] = 1204.125;
        const abl_grid there = carried(&grid, &moved);
        measure_scan(found, &there, &moved, labels);
        compare(found, first, 0.01);
    }
}

/* The scan's voxels in another order: the same positions, so the same
 * measures. Slices stay slices: k may only be flipped. */
static void quarter_turns_and_flips_of_the_voxels_change_nothing(void)
{
    static const int perms[2][3] = {{0, 1, 2}, {1, 0, 2}};
    const abl_grid grid = home_grid();
    double first[MEASURES], found[MEASURES];
    for (int labels = 0; labels < 2; labels++) {
        measure_scan(first, &grid, &at_home, labels);
        for (int way = 1; way < 16; way += 3) {
            abl_orientation orientation;
            for (int a = 0; a < 3; a++) {
                orientation.axis[a] = perms[way / 8][a];
                orientation.flip[a] = (way >> a) & 1;
            }
            const abl_grid other = abl_grid_reorient(&grid, orientation);
            measure_scan(found, &other, &at_home, labels);
            compare(found, first, labels ? 0.02 : 2e-3);
        }
    }
}

/* Another sampling of the same body: nothing but the grid's own error. */
static void shifting_the_grid_by_part_of_a_voxel_changes_little(void)
{
    const abl_grid grid = home_grid();
    double first[MEASURES], found[MEASURES];
    measure_scan(first, &grid, &at_home, false);
    for (int n = 1; n < 4; n++) {
        abl_grid other = grid;
        const double ijk[3] = {0.3 * n, 0.21 * n, 0.24 * n};
        abl_grid_to_lps(other.origin_lps, &grid, ijk);
        measure_scan(found, &other, &at_home, false);
        compare(found, first, 0.5);
    }
}

static void turning_the_grid_changes_no_spatial_measure_by_much(void)
{
    const abl_grid grid = home_grid();
    const double angles[3][2] = {{0.5, 0}, {0.3, 0.35}, {-0.9, -0.2}};
    double first[MEASURES], found[MEASURES];
    measure_scan(first, &grid, &at_home, false);
    for (int n = 0; n < 3; n++) {
        const abl_grid other =
            turned_grid((size_t[3]){110, 110, 48}, (double[3]){0.8, 0.8, 1.5},
                        (double[3]){6, 0, 0}, angles[n][0], angles[n][1]);
        measure_scan(found, &other, &at_home, false);
        ABL_CHECK_NEAR(found[FERET], first[FERET], 0.25);
        ABL_CHECK_NEAR(found[VOLUME], first[VOLUME], 0.01 * first[VOLUME]);
        ABL_CHECK_NEAR(found[TO_ORGAN], first[TO_ORGAN], 0.15);
        ABL_CHECK_NEAR(found[TO_CAPSULE], first[TO_CAPSULE], 0.15);
    }
}

/* A series stored in any of the 48 orders is brought into one. */
static void every_native_order_gives_the_same_canonical_volume(void)
{
    static const int perms[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    abl_error err;
    abl_volume *home = NULL;
    const abl_grid grid =
        turned_grid((size_t[3]){7, 6, 5}, (double[3]){0.9, 0.8, 2.5},
                    (double[3]){3, 4, 5}, 0.2, -0.15);
    ABL_CHECK_OK(abl_volume_create(&home, &grid, ABL_PIXEL_I16, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        abl_volume_i16(home)[n] = (int16_t)(37 * n % 1009);
    for (int way = 0; way < 48; way++) {
        abl_volume *native = NULL, *back = NULL;
        abl_orientation orientation;
        for (int a = 0; a < 3; a++) {
            orientation.axis[a] = perms[way / 8][a];
            orientation.flip[a] = (way >> a) & 1;
        }
        ABL_CHECK_OK(abl_volume_reorient(&native, home, orientation, &err),
                     &err);
        ABL_CHECK_OK(abl_volume_reorient(&back, native,
                                         abl_grid_orientation(&native->grid),
                                         &err),
                     &err);
        ABL_CHECK_OK(abl_grid_check_same(&home->grid, &back->grid, 1e-9, &err),
                     &err);
        CU_ASSERT(memcmp(home->data, back->data,
                         abl_grid_voxels(&grid) * sizeof(int16_t)) == 0);
        abl_volume_destroy(native);
        abl_volume_destroy(back);
    }
    abl_volume_destroy(home);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(the_scene_is_measured_as_known),
    ABL_TEST(carrying_scan_and_patient_elsewhere_changes_nothing),
    ABL_TEST(quarter_turns_and_flips_of_the_voxels_change_nothing),
    ABL_TEST(shifting_the_grid_by_part_of_a_voxel_changes_little),
    ABL_TEST(turning_the_grid_changes_no_spatial_measure_by_much),
    ABL_TEST(every_native_order_gives_the_same_canonical_volume),
    CU_TEST_INFO_NULL,
};
