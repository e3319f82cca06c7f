/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/label_map.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.label_map";

static const double net_mm[3] = {2.5, 2.5, 3.0};
static const double native_mm[3] = {0.9, 0.7, 1.6};

/* A field of one value on a box of the network's grid. */
static void put(abl_structures *s, abl_structure_id id, double lo_mm,
                size_t size, float value)
{
    abl_grid grid = phantom_grid(size, size, size, net_mm);
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] += lo_mm;
    abl_volume *field = phantom_volume(&grid, ABL_PIXEL_F32);
    for (size_t v = 0; field && v < abl_grid_voxels(&grid); v++)
        abl_volume_f32(field)[v] = value;
    s->items[id].field = field;
    s->items[id].found = ABL_FOUND;
}

static int label_at(const abl_structures *s, double mm)
{
    double lps[3] = {-87.3 + mm, 41.9 + mm, -512.6 + mm}, ijk[3];
    abl_grid_to_ijk(ijk, &s->labels->grid, lps);
    return abl_volume_u8(s->labels)[abl_grid_offset(
        &s->labels->grid, (size_t)lround(ijk[0]), (size_t)lround(ijk[1]),
        (size_t)lround(ijk[2]))];
}

static void clear(abl_structures *s)
{
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_volume_destroy(s->items[id].field);
    abl_volume_destroy(s->labels);
    abl_volume_destroy(s->lesion_labels);
}

static void larger_field_wins(void)
{
    for (int first = 0; first < 2; first++) {
        abl_structures s = {.noise_hu = -1};
        const abl_grid native = phantom_grid(61, 83, 31, native_mm);
        abl_error err;
        put(&s, ABL_SPLEEN, 5, 12, first ? 0.6f : 0.3f);
        put(&s, ABL_STOMACH, 15, 10, first ? 0.3f : 0.6f);
        ABL_CHECK_OK(abl_label_map_make(&s, &native, &err), &err);
        CU_ASSERT_EQUAL(label_at(&s, 10), ABL_SPLEEN);
        CU_ASSERT_EQUAL(label_at(&s, 25), first ? ABL_SPLEEN : ABL_STOMACH);
        CU_ASSERT_EQUAL(label_at(&s, 38), ABL_STOMACH);
        CU_ASSERT_EQUAL(label_at(&s, 1), ABL_BACKGROUND);
        CU_ASSERT_EQUAL(label_at(&s, 47), ABL_BACKGROUND);
        clear(&s);
    }
}

static void equal_fields_go_to_the_lower_number(void)
{
    abl_structures s = {.noise_hu = -1};
    const abl_grid native = phantom_grid(61, 83, 31, native_mm);
    abl_error err;
    put(&s, ABL_STOMACH, 5, 14, 0.5f);
    put(&s, ABL_SPLEEN, 5, 14, 0.5f);
    ABL_CHECK_OK(abl_label_map_make(&s, &native, &err), &err);
    CU_ASSERT_EQUAL(label_at(&s, 20), ABL_SPLEEN);
    clear(&s);
}

static void liver_yields_to_gallbladder_and_veins_only(void)
{
    static const abl_structure_id first[] = {
        ABL_GALLBLADDER, ABL_INFERIOR_VENA_CAVA, ABL_PORTAL_AND_SPLENIC_VEIN};
    static const abl_structure_id second[] = {ABL_STOMACH, ABL_RIGHT_KIDNEY,
                                              ABL_AORTA};
    const abl_grid native = phantom_grid(61, 83, 31, native_mm);
    abl_error err;
    for (size_t n = 0; n < 3; n++) {
        abl_structures s = {.noise_hu = -1};
        put(&s, ABL_LIVER, 5, 14, 0.9f);
        put(&s, first[n], 15, 5, 0.1f);
        put(&s, second[n], 28, 3, 0.1f);
        ABL_CHECK_OK(abl_label_map_make(&s, &native, &err), &err);
        CU_ASSERT_EQUAL(label_at(&s, 20), (int)first[n]);
        CU_ASSERT_EQUAL(label_at(&s, 31), ABL_LIVER);
        clear(&s);
    }
}

static void lesion_is_liver_whatever_else_is_there(void)
{
    abl_structures s = {.noise_hu = -1};
    const abl_grid native = phantom_grid(61, 83, 31, native_mm);
    abl_error err;
    put(&s, ABL_GALLBLADDER, 5, 14, 0.9f);
    s.lesion_labels = phantom_volume(&native, ABL_PIXEL_U8);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s.lesion_labels);
    for (size_t v = 0; v < abl_grid_voxels(&native) / 2; v++)
        abl_volume_u8(s.lesion_labels)[v] = 2;
    ABL_CHECK_OK(abl_label_map_make(&s, &native, &err), &err);
    CU_ASSERT_EQUAL(label_at(&s, 15), ABL_LIVER);
    CU_ASSERT_EQUAL(label_at(&s, 35), ABL_GALLBLADDER);
    clear(&s);
}

static void field_outside_the_image_leaves_no_trace(void)
{
    abl_structures s = {.noise_hu = -1};
    const abl_grid native = phantom_grid(61, 83, 31, native_mm);
    abl_error err;
    put(&s, ABL_SPLEEN, -400, 14, 0.5f);
    ABL_CHECK_OK(abl_label_map_make(&s, &native, &err), &err);
    for (size_t v = 0; v < abl_grid_voxels(&native); v++)
        if (abl_volume_u8(s.labels)[v])
            CU_FAIL("a label where there is nothing");
    clear(&s);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(larger_field_wins),
    ABL_TEST(equal_fields_go_to_the_lower_number),
    ABL_TEST(liver_yields_to_gallbladder_and_veins_only),
    ABL_TEST(lesion_is_liver_whatever_else_is_there),
    ABL_TEST(field_outside_the_image_leaves_no_trace),
    CU_TEST_INFO_NULL,
};
