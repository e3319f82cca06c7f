/* The written label map: what lies over what, and the names of its values.
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "eligibility/report/report.h"
#include "imaging/nifti.h"
#include "segmentation/label_names.h"
#include "tests/unit/check.h"

const char *const abl_test_suite = "eligibility.masks";

/* One row of voxels. */
enum {
    WIDTH = 12
};
static const uint8_t labels[WIDTH] = {0, 1, 1, 1, 1, 10, 10, 0, 5, 1, 1, 1};
static const uint8_t liver[WIDTH] = {0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0};
static const uint8_t lesions[WIDTH] = {0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0};
static const uint8_t hepatic[WIDTH] = {1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t portal[WIDTH] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0};
static const uint8_t hilum[WIDTH] = {0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0};
static const uint8_t wanted[WIDTH] = {0,  20, 21, 101, 23, 60,
                                      10, 1,  55, 102, 1,  1};

typedef struct written {
    char folder[64];
    abl_structures structures;
    abl_lesion lesion[2];
    abl_report report;
} written;

static abl_grid row_grid(void)
{
    return abl_grid_axial(WIDTH, 3, 3, 1.0, 1.5, 2.0);
}

/* The row in the middle; f32: +-1. */
static abl_volume *row(const uint8_t *values, abl_pixel_type type)
{
    abl_volume *v = NULL;
    abl_error err;
    const abl_grid grid = row_grid();
    ABL_CHECK_OK(abl_volume_create(&v, &grid, type, &err), &err);
    for (size_t n = 0; type == ABL_PIXEL_F32 && n < abl_grid_voxels(&grid); n++)
        abl_volume_f32(v)[n] = -1;
    for (size_t i = 0; i < WIDTH; i++) {
        const size_t at = abl_grid_offset(&grid, i, 1, 1);
        if (type == ABL_PIXEL_U8)
            abl_volume_u8(v)[at] = values[i];
        else
            abl_volume_f32(v)[at] = values[i] ? 1 : -1;
    }
    return v;
}

static void write_masks(written *w)
{
    abl_error err = {ABL_OK, ""};
    char path[96];
    memset(w, 0, sizeof *w);
    snprintf(w->folder, sizeof w->folder, "test_masks_%ld", (long)getpid());
    snprintf(path, sizeof path, "%s/masks", w->folder);
    CU_ASSERT_EQUAL(mkdir(w->folder, 0700), 0);
    CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
    abl_structures *s = &w->structures;
    s->labels = row(labels, ABL_PIXEL_U8);
    s->lesion_labels = row(lesions, ABL_PIXEL_U8);
    s->items[ABL_LIVER].field = row(liver, ABL_PIXEL_F32);
    s->items[ABL_GALLBLADDER].field = row(labels, ABL_PIXEL_F32);
    s->items[ABL_PORTAL_AND_SPLENIC_VEIN].field = row(labels, ABL_PIXEL_F32);
    s->items[ABL_HEPATIC_VEINS].field = row(hepatic, ABL_PIXEL_F32);
    s->items[ABL_PORTAL_VEINS].field = row(portal, ABL_PIXEL_F32);
    s->items[ABL_HILUM].field = row(hilum, ABL_PIXEL_F32);
    s->lesions = w->lesion;
    s->lesion_count = 2;
    w->report.structures = s;
    /* the file's columns run from left to right of the patient */
    w->report.native_to_canonical =
        (abl_orientation){{0, 1, 2}, {true, false, false}};
    ABL_CHECK_OK(abl_masks_write(w->folder, &w->report, &err), &err);
}

static void clear(written *w)
{
    static const char *const names[] = {"masks/labels.nii.gz",
                                        "masks/labels.json", "masks", ""};
    char path[128];
    for (int n = 0; n < 4; n++) {
        snprintf(path, sizeof path, "%s/%s", w->folder, names[n]);
        remove(path);
    }
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_volume_destroy(w->structures.items[id].field);
    abl_volume_destroy(w->structures.labels);
    abl_volume_destroy(w->structures.lesion_labels);
}

static void vessels_lie_over_the_liver_and_under_lesions_alone(void)
{
    written w;
    abl_volume *read = NULL;
    abl_error err = {ABL_OK, ""};
    char path[96];
    write_masks(&w);
    snprintf(path, sizeof path, "%s/masks/labels.nii.gz", w.folder);
    ABL_CHECK_OK(abl_nifti_read(&read, path, ABL_PIXEL_U8, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(read);
    for (size_t i = 0; i < WIDTH; i++) {
        const size_t at = abl_grid_offset(&read->grid, WIDTH - 1 - i, 1, 1);
        ABL_CHECK_NEAR(abl_volume_u8(read)[at], wanted[i], 0);
    }
    abl_volume_destroy(read);
    clear(&w);
}

/* The file with the names beside it, or with our own numbering, gives back
 * what the DICOM Segmentation holds: the liver under organs and lesions. */
static void names_give_back_the_liver_and_what_lies_in_it(void)
{
    written w;
    abl_label_names names[2];
    abl_error err = {ABL_OK, ""};
    char path[96];
    write_masks(&w);
    snprintf(path, sizeof path, "%s/masks/labels.json", w.folder);
    ABL_CHECK_OK(abl_label_names_load(&names[0], path, &err), &err);
    ABL_CHECK_OK(abl_label_names_load(&names[1], NULL, &err), &err);
    for (int from = 0; from < 2; from++)
        for (size_t i = 0; i < WIDTH; i++) {
            const abl_label_meaning *is = &names[from].of[wanted[i]];
            CU_ASSERT_EQUAL(abl_label_is_of_liver(is),
                            liver[i] || labels[i] == 1 || lesions[i] > 0);
            if (labels[i] > 1 && !lesions[i])
                CU_ASSERT_EQUAL((int)is->id, labels[i]);
        }
    clear(&w);
}

static void every_value_has_its_name(void)
{
    written w;
    char path[96], text[4096] = "";
    write_masks(&w);
    snprintf(path, sizeof path, "%s/masks/labels.json", w.folder);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    static const char *const names[] = {
        "\"liver\"", "\"hepatic_veins\"",        "\"portal_veins\"",
        "\"hilum\"", "\"gallbladder_in_liver\"", "\"lesion_02\""};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        CU_ASSERT_PTR_NOT_NULL(strstr(text, names[n]));
    CU_ASSERT_PTR_NULL(strstr(text, "\"liver_vessels\""));
    CU_ASSERT_PTR_NULL(strstr(text, "\"spleen\""));
    CU_ASSERT_PTR_NULL(strstr(text, "spleen_in_liver"));
    clear(&w);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(vessels_lie_over_the_liver_and_under_lesions_alone),
    ABL_TEST(names_give_back_the_liver_and_what_lies_in_it),
    ABL_TEST(every_value_has_its_name),
    CU_TEST_INFO_NULL,
};
