/* NRRD label maps and 3D Slicer's segmentations come in, or are refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include <zlib.h>

#include "imaging/nrrd.h"
#include "segmentation/import_labels.h"
#include "tests/unit/imaging/dicom_maker.h"

const char *const abl_test_suite = "segmentation.import_nrrd";

enum {
    SIZE = 12,
    VOXELS = SIZE * SIZE * SIZE
};

static char folder[64], path[128];
static abl_import_maps maps;

static void begin(void)
{
    maker_new_folder(folder);
    snprintf(path, sizeof path, "%s/labels.bin", folder);
    memset(&maps, 0, sizeof maps);
}

static void end(void)
{
    abl_import_maps_clear(&maps);
    maker_remove(folder);
}

static const char geometry[] = "space: left-posterior-superior\n"
                               "space directions: (2,0,0) (0,2,0) (0,0,2)\n"
                               "space origin: (5,6,7)\n";

static abl_grid image_grid(void)
{
    abl_grid g = abl_grid_axial(SIZE, SIZE, SIZE, 2, 2, 2);
    g.origin_lps[0] = 5;
    g.origin_lps[1] = 6;
    g.origin_lps[2] = 7;
    return g;
}

static void write_file(const char *head, const void *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        exit(1);
    fprintf(file, "NRRD0005\n%s\n", head);
    fwrite(data, 1, bytes, file);
    fclose(file);
}

static abl_status import(const char *names, abl_error *err)
{
    const abl_grid image = image_grid();
    return abl_import_file_read(&maps, path, names, &image, NULL, err);
}

static void head_of(char out[1024], const char *type, const char *more)
{
    snprintf(out, 1024,
             "type: %s\ndimension: 3\nsizes: 12 12 12\nendian: little\n"
             "encoding: raw\n%s%s",
             type, geometry, more);
}

static void values_of_any_type_are_read(void)
{
    abl_error err;
    begin();
    static const char *const types[] = {"unsigned char", "short",  "int",
                                        "uint64",        "double", "float"};
    static unsigned char data[VOXELS * 8];
    char head[1024];
    for (size_t t = 0; t < 6; t++) {
        const size_t each[] = {1, 2, 4, 8, 8, 4};
        memset(data, 0, sizeof data);
        for (size_t n = 700; n < 720; n++) {
            const double d = 5;
            const float f = 5;
            if (t == 4)
                memcpy(data + 8 * n, &d, 8);
            else if (t == 5)
                memcpy(data + 4 * n, &f, 4);
            else
                data[each[t] * n] = 5;
        }
        head_of(head, types[t], "");
        write_file(head, data, VOXELS * each[t]);
        ABL_CHECK_OK(import("totalsegmentator", &err), &err);
        CU_ASSERT_EQUAL_FATAL(maps.count, 1);
        CU_ASSERT_EQUAL(maps.items[0].counts[5], 20);
        CU_ASSERT_FALSE(maps.items[0].is_resampled);
        CU_ASSERT_EQUAL(abl_volume_i16(maps.items[0].values)[700], 5);
        abl_import_maps_clear(&maps);
    }
    end();
}

static void packed_data_in_another_space_are_read(void)
{
    abl_error err;
    begin();
    static unsigned char data[VOXELS], packed[2 * VOXELS];
    data[100] = data[1500] = 1;
    z_stream z = {.next_in = data,
                  .avail_in = sizeof data,
                  .next_out = packed,
                  .avail_out = sizeof packed};
    CU_ASSERT_EQUAL(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
    CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    static const char head[] =
        "type: uchar\ndimension: 3\nsizes: 12 12 12\nencoding: gzip\n"
        "space: right-anterior-superior\n"
        "space directions: (-2,0,0) (0,-2,0) (0,0,2)\n"
        "space origin: (-5,-6,7)\n";
    write_file(head, packed, z.total_out);
    ABL_CHECK_OK(import(NULL, &err), &err);
    CU_ASSERT_FALSE(maps.items[0].is_resampled);
    CU_ASSERT_EQUAL(abl_volume_i16(maps.items[0].values)[100], 1);
    abl_import_maps_clear(&maps);
    write_file(head, packed, z.total_out - 12);
    ABL_CHECK_FAILS(import(NULL, &err), ABL_E_FORMAT, "truncated", &err);
    end();
}

/* Two layers that overlap, first axis, with Slicer's names; a crop. */
static void segments_in_layers_bring_their_names(void)
{
    abl_error err;
    begin();
    static unsigned char data[2 * 216];
    for (size_t n = 0; n < 216; n++) {
        data[2 * n] = 1;
        data[2 * n + 1] = n == 43 || n == 44 ? 2 : 0;
    }
    static const char head[] =
        "type: unsigned char\ndimension: 4\nsizes: 2 6 6 6\nencoding: raw\n"
        "space: left-posterior-superior\n"
        "space directions: none (2,0,0) (0,2,0) (0,0,2)\n"
        "kinds: list domain domain domain\n"
        "space origin: (9,10,11)\n"
        "Segment0_ID:=Segment_1\nSegment0_Name:=My organ\n"
        "Segment0_LabelValue:=1\nSegment0_Layer:=0\n"
        "Segment0_Tags:=Segmentation.Status:inprogress|TerminologyEntry:"
        "Segmentation category and type - DICOM master list"
        "~SCT^123037004^Anatomical Structure~SCT^10200004^Liver~^^~x~^^~^^|\n"
        "Segment1_Name:=Lesion 1\nSegment1_LabelValue:=2\nSegment1_Layer:=1\n";
    write_file(head, data, sizeof data);
    ABL_CHECK_OK(import(NULL, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 2);
    CU_ASSERT_EQUAL(maps.items[0].names.of[1].id, ABL_LIVER);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 216);
    CU_ASSERT_FALSE(maps.items[0].is_resampled);
    CU_ASSERT_EQUAL(maps.items[1].names.of[1].kind, ABL_LABEL_LESION);
    CU_ASSERT_EQUAL(maps.items[1].counts[1], 2);
    end();
}

static void heads_that_are_wrong_are_refused(void)
{
    abl_error err;
    begin();
    static const unsigned char data[VOXELS];
    static const struct {
        const char *from, *to, *words;
        abl_status status;
    } wrong[] = {
        {"type: uchar", "type: block", "'block'", ABL_E_UNSUPPORTED},
        {"type: uchar\n", "", "'type'", ABL_E_FORMAT},
        {"sizes: 12 12 12", "sizes: 12 12", "'sizes'", ABL_E_FORMAT},
        {"sizes: 12 12 12", "sizes: 12 -12 12", "'sizes'", ABL_E_FORMAT},
        {"sizes: 12 12 12", "sizes: 12 12 99999", "'sizes'", ABL_E_FORMAT},
        {"sizes: 12 12 12", "sizes: 16384 16384 16384", "", ABL_E_GEOMETRY},
        {"sizes: 12 12 12", "sizes: 12 12 13", "truncated", ABL_E_FORMAT},
        {"dimension: 3", "dimension: 2", "2 axes", ABL_E_UNSUPPORTED},
        {"encoding: raw", "encoding: bzip2", "'bzip2'", ABL_E_UNSUPPORTED},
        {"encoding: raw", "encoding: gzip", "", ABL_E_FORMAT},
        {"encoding: raw", "data file: x.raw", "another file",
         ABL_E_UNSUPPORTED},
        {"encoding: raw", "encoding: raw\nbyte skip: 4", "skips",
         ABL_E_UNSUPPORTED},
        {"space: left-posterior-superior", "space: scanner-xyz",
         "'scanner-xyz'", ABL_E_UNSUPPORTED},
        {"space: left-posterior-superior\n", "", "'space'", ABL_E_FORMAT},
        {"(2,0,0)", "(2,1,0)", "", ABL_E_GEOMETRY},
        {"(2,0,0)", "(0,0,0)", "", ABL_E_GEOMETRY},
        {"(2,0,0)", "(2,nan,0)", "'space directions'", ABL_E_FORMAT},
        {"(2,0,0)", "none", "three axes", ABL_E_UNSUPPORTED},
        {"(5,6,7)", "(5,6)", "'space origin'", ABL_E_FORMAT},
        {"space origin", "no colon here\nspace origin", "damaged",
         ABL_E_FORMAT},
        {"type: uchar", "Segment5000_Name:=x\ntype: uchar", "segments",
         ABL_E_UNSUPPORTED},
        {"type: uchar",
         "Segment0_Name:=Liver\nSegment0_LabelValue:=1\n"
         "Segment0_Layer:=1\ntype: uchar",
         "layer", ABL_E_FORMAT},
    };
    for (size_t n = 0; n < sizeof wrong / sizeof wrong[0]; n++) {
        char head[1024], bad[2048];
        head_of(head, "uchar", "");
        const char *found = strstr(head, wrong[n].from);
        CU_ASSERT_PTR_NOT_NULL_FATAL(found);
        snprintf(bad, sizeof bad, "%.*s%s%s", (int)(found - head), head,
                 wrong[n].to, found + strlen(wrong[n].from));
        write_file(bad, data, sizeof data);
        ABL_CHECK_FAILS(import(NULL, &err), wrong[n].status, wrong[n].words,
                        &err);
        CU_ASSERT_EQUAL(maps.count, 0);
        abl_import_maps_clear(&maps);
    }
    write_file("type: uchar", data, 0);
    CU_ASSERT_EQUAL(truncate(path, 20), 0);
    ABL_CHECK_FAILS(import(NULL, &err), ABL_E_FORMAT, "no end", &err);
    end();
}

static void values_that_are_no_labels_are_refused(void)
{
    abl_error err;
    begin();
    static float data[VOXELS];
    const float wrong[] = {-1, 0.5F, 1024, NAN, INFINITY};
    char head[1024];
    head_of(head, "float", "");
    for (size_t n = 0; n < 5; n++) {
        data[77] = wrong[n];
        write_file(head, data, sizeof data);
        ABL_CHECK_FAILS(import(NULL, &err), ABL_E_FORMAT, "whole numbers",
                        &err);
        abl_import_maps_clear(&maps);
    }
    data[77] = 1000;
    write_file(head, data, sizeof data);
    ABL_CHECK_FAILS(import(NULL, &err), ABL_E_FORMAT, "no name", &err);
    end();
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(values_of_any_type_are_read),
    ABL_TEST(packed_data_in_another_space_are_read),
    ABL_TEST(segments_in_layers_bring_their_names),
    ABL_TEST(heads_that_are_wrong_are_refused),
    ABL_TEST(values_that_are_no_labels_are_refused),
    CU_TEST_INFO_NULL,
};
