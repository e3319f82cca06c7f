/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/series_private.h"

enum {
    MAX_CLUSTERS = 64,
    MAX_PARTS = 64
};

/* An image while series are being told apart. */
typedef struct image {
    abl_slice slice;
    const abl_dicom_header *header;
    const abl_dicom_frame *frame;
    abl_plane plane;
    bool has_plane;
    int cluster;
    double along_mm; /* on the normal of its cluster */
    double key;      /* value that is being tried */
} image;

typedef struct image_list {
    image *items;
    size_t count;
} image_list;

bool abl_slice_plane(abl_plane *out, const abl_study *study,
                     const abl_slice *slice)
{
    const abl_file *file = study->files + slice->file;
    memset(out, 0, sizeof *out);
    out->name = abl_path_name(file->path);
    if (slice->frame >= file->header.frame_count)
        return false;
    const abl_dicom_frame *frame = file->header.frames + slice->frame;
    memcpy(out->position_lps, frame->position_lps, sizeof out->position_lps);
    memcpy(out->row_lps, frame->row_lps, sizeof out->row_lps);
    memcpy(out->column_lps, frame->column_lps, sizeof out->column_lps);
    memcpy(out->spacing_mm, frame->spacing_mm, sizeof out->spacing_mm);
    out->size[0] = file->header.columns;
    out->size[1] = file->header.rows;
    return frame->has_position && frame->has_orientation && frame->has_spacing;
}

static int compare_series_of(const image *a, const image *b)
{
    int order = strcmp(a->header->series_uid, b->header->series_uid);
    if (!order)
        order = strcmp(a->header->modality, b->header->modality);
    return order;
}

static int compare_by_series(const void *left, const void *right)
{
    const image *a = left, *b = right;
    const int order = compare_series_of(a, b);
    if (order)
        return order;
    if (a->slice.file != b->slice.file)
        return a->slice.file < b->slice.file ? -1 : 1;
    return a->slice.frame < b->slice.frame ? -1 : 1;
}

static int compare_by_cluster(const void *left, const void *right)
{
    const image *a = left, *b = right;
    if (a->cluster != b->cluster)
        return a->cluster < b->cluster ? -1 : 1;
    return compare_by_series(left, right);
}

/* By the key, then by position; absent keys (NAN) first. */
static int compare_by_key(const void *left, const void *right)
{
    const image *a = left, *b = right;
    const double x = isnan(a->key) ? -INFINITY : a->key;
    const double y = isnan(b->key) ? -INFINITY : b->key;
    if (x != y)
        return x < y ? -1 : 1;
    if (a->along_mm != b->along_mm)
        return a->along_mm < b->along_mm ? -1 : 1;
    return compare_by_series(left, right);
}

static bool same_key(const image *a, const image *b)
{
    return a->key == b->key || (isnan(a->key) && isnan(b->key));
}

static abl_status collect_images(image_list *out, const abl_study *study,
                                 abl_error *err)
{
    size_t count = 0;
    for (size_t n = 0; n < study->file_count; n++) {
        const size_t frames = study->files[n].header.frame_count;
        count += frames ? frames : 1;
    }
    out->items = abl_alloc(count, sizeof *out->items, err);
    if (!out->items)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < study->file_count; n++) {
        const abl_file *file = study->files + n;
        if (file->kind != ABL_FILE_DICOM || file->trouble || file->is_copy ||
            file->is_ignored)
            continue;
        const size_t frames = file->header.frame_count;
        for (size_t f = 0; f < (frames ? frames : 1); f++) {
            image *item = out->items + out->count++;
            item->slice = (abl_slice){n, f};
            item->header = &file->header;
            item->frame = frames ? file->header.frames + f : NULL;
            item->has_plane =
                abl_slice_plane(&item->plane, study, &item->slice);
        }
    }
    qsort(out->items, out->count, sizeof *out->items, compare_by_series);
    return ABL_OK;
}

static bool fit_together(const image *a, const image *b)
{
    if (a->has_plane != b->has_plane)
        return false;
    if (strcmp(a->header->frame_of_reference_uid,
               b->header->frame_of_reference_uid) != 0)
        return false;
    return !a->has_plane || (abl_plane_same_orientation(&a->plane, &b->plane) &&
                             abl_plane_same_shape(&a->plane, &b->plane));
}

/* Images of one size, orientation and frame of reference. Clusters with too
 * few images for a volume of their own are put together as the last one. */
static int find_clusters(image_list group)
{
    const image *first[MAX_CLUSTERS];
    size_t members[MAX_CLUSTERS] = {0};
    int count = 0;
    for (size_t n = 0; n < group.count; n++) {
        image *item = group.items + n;
        int c = 0;
        while (c < count && !fit_together(first[c], item))
            c++;
        if (c == count && count < MAX_CLUSTERS)
            first[count++] = item;
        item->cluster = c < MAX_CLUSTERS ? c : MAX_CLUSTERS - 1;
        members[item->cluster]++;
    }
    for (size_t n = 0; n < group.count && count > 1; n++)
        if (members[group.items[n].cluster] < ABL_SERIES_MIN_GROUP)
            group.items[n].cluster = MAX_CLUSTERS;
    qsort(group.items, group.count, sizeof *group.items, compare_by_cluster);
    return count;
}

static void project_on_normal(image_list part)
{
    double normal[3];
    abl_plane_normal(normal, &part.items->plane);
    for (size_t n = 0; n < part.count; n++) {
        const double *p = part.items[n].plane.position_lps;
        part.items[n].along_mm =
            normal[0] * p[0] + normal[1] * p[1] + normal[2] * p[2];
    }
}

static void sort_by_key(image_list part, int key)
{
    for (size_t n = 0; n < part.count; n++)
        part.items[n].key = key < 0 ? 0 : part.items[n].frame->keys[key];
    qsort(part.items, part.count, sizeof *part.items, compare_by_key);
}

/* Of a list sorted by key: where the run that starts at @p from ends. */
static size_t end_of_run(image_list part, size_t from)
{
    size_t to = from + 1;
    while (to < part.count && same_key(part.items + from, part.items + to))
        to++;
    return to;
}

static bool has_repeats(const image *items, size_t count)
{
    for (size_t n = 1; n < count; n++)
        if (items[n].along_mm - items[n - 1].along_mm <
            ABL_STACK_SAME_POSITION_MM)
            return true;
    return false;
}

/* True when the key makes 2 to MAX_PARTS parts without repeated positions and
 * with at least two images each. The list is left sorted by it. */
static bool key_separates(image_list part, int key, size_t *parts)
{
    sort_by_key(part, key);
    *parts = 0;
    for (size_t from = 0; from < part.count;) {
        const size_t to = end_of_run(part, from);
        if (to - from < 2 || has_repeats(part.items + from, to - from))
            return false;
        ++*parts;
        from = to;
    }
    return *parts >= 2 && *parts <= MAX_PARTS;
}

/* Two acquisitions may lie between each other without sharing a position, and
 * together look like one thinner stack. */
static bool acquisitions_interleave(image_list part, size_t *parts)
{
    if (!key_separates(part, ABL_DICOM_KEY_ACQUISITION, parts))
        return false;
    for (size_t a = 0; a < part.count;) {
        const size_t end_a = end_of_run(part, a);
        for (size_t b = end_a; b < part.count;) {
            const size_t end_b = end_of_run(part, b);
            const double lo =
                fmax(part.items[a].along_mm, part.items[b].along_mm);
            const double hi = fmin(part.items[end_a - 1].along_mm,
                                   part.items[end_b - 1].along_mm);
            const double extent_a =
                part.items[end_a - 1].along_mm - part.items[a].along_mm;
            const double extent_b =
                part.items[end_b - 1].along_mm - part.items[b].along_mm;
            if (end_a - a >= ABL_SERIES_MIN_GROUP &&
                end_b - b >= ABL_SERIES_MIN_GROUP &&
                hi - lo > 0.5 * fmin(extent_a, extent_b))
                return true;
            b = end_b;
        }
        a = end_a;
    }
    return false;
}

/* How a cluster is split; leaves the list sorted that way. -1: not at all. */
static int find_split_key(image_list part, size_t *parts)
{
    *parts = 1;
    sort_by_key(part, -1);
    if (has_repeats(part.items, part.count)) {
        for (int key = 0; key < ABL_DICOM_KEY_COUNT; key++)
            if (key_separates(part, key, parts))
                return key;
    } else if (acquisitions_interleave(part, parts)) {
        return ABL_DICOM_KEY_ACQUISITION;
    }
    *parts = 1;
    sort_by_key(part, -1);
    return -1;
}

static abl_status add_series(abl_series **out, abl_study *study,
                             image_list part, abl_error *err)
{
    abl_status status = abl_study_add_series(out, study, err);
    if (status)
        return status;
    abl_series *series = *out;
    series->slices = abl_alloc(part.count, sizeof *series->slices, err);
    if (!series->slices)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < part.count; n++)
        series->slices[n] = part.items[n].slice;
    series->slice_count = part.count;
    series->part = series->parts = 1;
    return ABL_OK;
}

static abl_status add_cluster(abl_study *study, image_list part,
                              size_t left_out, abl_error *err)
{
    size_t parts = 1;
    int key = -1;
    if (part.items->has_plane && part.items->cluster < MAX_CLUSTERS &&
        part.items->frame) {
        project_on_normal(part);
        key = find_split_key(part, &parts);
    }
    size_t number = 0;
    for (size_t from = 0; from < part.count;) {
        const size_t to = key < 0 ? part.count : end_of_run(part, from);
        const image_list run = {part.items + from, to - from};
        abl_series *series = NULL;
        abl_status status = add_series(&series, study, run, err);
        if (status)
            return status;
        series->part = ++number;
        series->parts = parts;
        series->split_by =
            key < 0 ? NULL : abl_dicom_key_name((abl_dicom_key)key);
        series->left_out = left_out;
        from = to;
    }
    return ABL_OK;
}

static abl_status add_group(abl_study *study, image_list group, abl_error *err)
{
    const int clusters = find_clusters(group);
    size_t left_out = 0;
    for (size_t n = 0; n < group.count; n++)
        left_out += group.items[n].cluster == MAX_CLUSTERS;
    if (clusters < 2 || left_out == group.count)
        left_out = 0;
    for (size_t from = 0; from < group.count;) {
        size_t to = from + 1;
        while (to < group.count &&
               group.items[to].cluster == group.items[from].cluster)
            to++;
        const image_list part = {group.items + from, to - from};
        const bool is_rest = part.items->cluster == MAX_CLUSTERS;
        const abl_status status =
            add_cluster(study, part, is_rest ? 0 : left_out, err);
        if (status)
            return status;
        from = to;
    }
    return ABL_OK;
}

abl_status abl_study_group(abl_study *study, abl_error *err)
{
    image_list all = {NULL, 0};
    abl_status status = collect_images(&all, study, err);
    for (size_t from = 0; from < all.count && !status;) {
        size_t to = from + 1;
        while (to < all.count &&
               compare_series_of(all.items + from, all.items + to) == 0)
            to++;
        const image_list group = {all.items + from, to - from};
        status = add_group(study, group, err);
        from = to;
    }
    free(all.items);
    return status;
}
