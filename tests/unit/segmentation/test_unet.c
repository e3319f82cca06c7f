/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "imaging/threads.h"
#include "segmentation/unet.h"
#include "segmentation/unet_input.h"
#include "segmentation/unet_layers.h"
#include "segmentation/weights.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/tiny_net.h"

static const char *const path = "test_unet.safetensors";

/* Channel counts that are and are not whole blocks, odd strides. */
static tiny_net make_odd_net(void)
{
    tiny_net net = {.levels = 3,
                    .channels = {24, 6, 10},
                    .strides = {{1, 2, 2}, {2, 2, 2}},
                    .classes = 3,
                    .seed = 1};
    tiny_net_build(&net);
    return net;
}

static tiny_net make_wide_net(void)
{
    tiny_net net = {.levels = 2,
                    .channels = {16, 32},
                    .strides = {{2, 2, 2}},
                    .classes = 17,
                    .seed = 2};
    tiny_net_build(&net);
    return net;
}

static abl_unet *load(const tiny_net *net)
{
    abl_error err;
    abl_unet *loaded = NULL;
    CU_ASSERT_TRUE(tiny_net_write(net, path, NULL, NULL));
    ABL_CHECK_OK(abl_unet_load(&loaded, path, &err), &err);
    remove(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(loaded);
    return loaded;
}

/* Values in 0..1, the same for every test. */
static float *make_input(const size_t size[3])
{
    size_t voxels = size[0] * size[1] * size[2];
    float *input = malloc(voxels * sizeof *input);
    uint32_t state = 99;
    for (size_t n = 0; n < voxels; n++) {
        state = state * 1664525u + 1013904223u;
        input[n] = (float)(state >> 8) / 16777216.0f;
    }
    return input;
}

static float *run(const abl_unet *net, const float *input, const size_t size[3],
                  const abl_unet_options *options)
{
    abl_error err;
    size_t voxels = size[0] * size[1] * size[2];
    float *logits =
        calloc(voxels * abl_unet_get_info(net)->classes, sizeof *logits);
    ABL_CHECK_OK(abl_unet_logits(logits, net, input, size, options, &err),
                 &err);
    return logits;
}

static double largest_difference(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t v = 0; v < n; v++)
        most = fmax(most, fabs((double)a[v] - (double)b[v]));
    return most;
}

/* ---- the arithmetic --------------------------------------------------- */

/* size: i, j, k */
static void compare_with_plain(tiny_net *net, const size_t size[3])
{
    const size_t turned[3] = {size[2], size[1], size[0]};
    size_t count = net->classes * size[0] * size[1] * size[2];
    float *input = make_input(size);
    double *expected = malloc(count * sizeof *expected);
    double most = 0, scale = 0;
    abl_unet *loaded = load(net);
    float *logits = run(loaded, input, size, NULL);
    tiny_net_run(expected, net, input, turned);
    for (size_t v = 0; v < count; v++) {
        most = fmax(most, fabs((double)logits[v] - expected[v]));
        scale = fmax(scale, fabs(expected[v]));
    }
    CU_ASSERT(scale > 0.1);
    ABL_CHECK_NEAR(most, 0, 1e-3);
    abl_unet_destroy(loaded);
    free(logits);
    free(expected);
    free(input);
}

static void odd_channels_and_strides_agree_with_plain_code(void)
{
    tiny_net net = make_odd_net();
    compare_with_plain(&net, (size_t[3]){20, 12, 6});
    compare_with_plain(&net, (size_t[3]){4, 4, 2});
    compare_with_plain(&net, (size_t[3]){44, 4, 6});
    tiny_net_clear(&net);
}

static void wide_blocks_agree_with_plain_code(void)
{
    tiny_net net = make_wide_net();
    compare_with_plain(&net, (size_t[3]){14, 10, 6});
    compare_with_plain(&net, (size_t[3]){2, 2, 2});
    tiny_net_clear(&net);
}

static void unusual_strides_agree_with_plain_code(void)
{
    tiny_net net = {.levels = 4,
                    .channels = {1, 9, 3, 8},
                    .strides = {{1, 1, 1}, {2, 1, 3}, {1, 4, 1}},
                    .classes = 2,
                    .seed = 3};
    tiny_net_build(&net);
    compare_with_plain(&net, (size_t[3]){9, 8, 6});
    compare_with_plain(&net, (size_t[3]){3, 4, 2});
    tiny_net_clear(&net);
}

static void thread_count_does_not_change_a_bit(void)
{
    tiny_net tiny = make_odd_net();
    const size_t size[3] = {44, 20, 14};
    size_t bytes = 3 * 44 * 20 * 14 * sizeof(float);
    float *input = make_input(size);
    abl_unet *net = load(&tiny);
    abl_threads_set(1);
    float *alone = run(net, input, size, NULL);
    for (int threads = 2; threads <= 3; threads++) {
        abl_threads_set(threads);
        float *shared = run(net, input, size, NULL);
        CU_ASSERT_EQUAL(memcmp(alone, shared, bytes), 0);
        free(shared);
    }
    abl_threads_set(0);
    free(alone);
    free(input);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

/* Returns the number of tiles. */
static size_t compare_tiled(const abl_unet *net, const size_t size[3],
                            size_t limit)
{
    size_t voxels = size[0] * size[1] * size[2];
    size_t classes = abl_unet_get_info(net)->classes;
    float *input = make_input(size);
    abl_unet_trace trace;
    abl_unet_options options = {.max_activation_bytes = limit, .trace = &trace};
    float *whole = run(net, input, size, NULL);
    float *tiled = run(net, input, size, &options);
    ABL_CHECK_NEAR(largest_difference(whole, tiled, classes * voxels), 0, 1e-5);
    CU_ASSERT(trace.activation_bytes <= limit && trace.is_exact);
    for (size_t a = 0; a < 3; a++)
        CU_ASSERT_EQUAL(trace.halo[a], 8); /* the reach of this network */
    free(whole);
    free(tiled);
    free(input);
    return trace.tiles;
}

static void tiles_with_full_halo_give_the_same_values(void)
{
    tiny_net tiny = make_wide_net();
    abl_unet *net = load(&tiny);
    CU_ASSERT(compare_tiled(net, (size_t[3]){88, 20, 10}, 3200000) > 1);
    CU_ASSERT(compare_tiled(net, (size_t[3]){12, 54, 66}, 4200000) > 2);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

static void short_halos_are_admitted_and_change_little_inside(void)
{
    tiny_net tiny = make_odd_net(); /* reach 20 along i and j */
    abl_unet *net = load(&tiny);
    const size_t size[3] = {88, 20, 10}, voxels = 88 * 20 * 10;
    float *input = make_input(size);
    abl_unet_trace trace;
    abl_unet_options options = {.max_activation_bytes = 2500000,
                                .trace = &trace};
    float *whole = run(net, input, size, NULL);
    float *tiled = run(net, input, size, &options);
    CU_ASSERT(trace.tiles > 1 && !trace.is_exact);
    CU_ASSERT(trace.halo[0] >= 5 && trace.halo[0] < 20);
    double change = largest_difference(whole, tiled, 3 * voxels);
    CU_ASSERT(change > 0 && change < 0.5);
    free(whole);
    free(tiled);
    free(input);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

static void hopeless_memory_limit_is_refused(void)
{
    abl_error err;
    tiny_net tiny = make_odd_net();
    const size_t size[3] = {40, 40, 20};
    float *input = make_input(size);
    float *logits = malloc(3 * 40 * 40 * 20 * sizeof *logits);
    abl_unet *net = load(&tiny);
    abl_unet_options options = {.max_activation_bytes = 1000};
    ABL_CHECK_FAILS(abl_unet_logits(logits, net, input, size, &options, &err),
                    ABL_E_INVALID, "smallest tile", &err);
    free(logits);
    free(input);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

static void softmax_is_exact_and_survives_extremes(void)
{
    enum {
        N = 1000,
        CLASSES = 3
    };
    static float values[CLASSES * N];
    static double expected[CLASSES * N];
    for (size_t v = 0; v < N; v++) {
        double sum = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            double logit = (double)(v % 37) * 3.7 * ((double)c - 1) +
                           (double)(v / 37) * 0.01 * (double)c;
            values[c * N + v] = (float)logit;
            expected[c * N + v] = exp((double)(float)logit);
            sum += expected[c * N + v];
        }
        for (size_t c = 0; c < CLASSES; c++)
            expected[c * N + v] /= sum;
    }
    values[5] = 1e30f;
    values[N + 5] = -1e30f;
    values[2 * N + 5] = 0;
    abl_unet_softmax(values, CLASSES, N, N);
    ABL_CHECK_NEAR(values[5], 1, 0);
    ABL_CHECK_NEAR(values[N + 5] + values[2 * N + 5], 0, 0);
    double most = 0;
    for (size_t n = 0; n < (size_t)CLASSES * N; n++)
        if (n % N != 5)
            most = fmax(most, fabs((double)values[n] - expected[n]));
    ABL_CHECK_NEAR(most, 0, 4e-7);
}

/* ---- input and output ------------------------------------------------- */

static abl_volume *make_ct(abl_pixel_type type)
{
    abl_error err;
    abl_volume *volume = NULL;
    abl_grid grid = abl_grid_axial(19, 10, 5, 1.5, 2, 3.25);
    grid.origin_lps[1] = -70;
    ABL_CHECK_OK(abl_volume_create(&volume, &grid, type, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        int hu = (int)(n * 97 % 1400) - 700;
        if (type == ABL_PIXEL_I16)
            abl_volume_i16(volume)[n] = (int16_t)hu;
        else
            abl_volume_f32(volume)[n] = (float)hu;
    }
    return volume;
}

/* The same by hand: window, zeros at the high end, logits, softmax. */
static float *expect_probabilities(const abl_unet *net,
                                   const abl_volume *volume)
{
    const size_t size[3] = {20, 12, 6}, voxels = 20 * 12 * 6;
    float *input = calloc(voxels, sizeof *input);
    for (size_t k = 0; k < 5; k++)
        for (size_t j = 0; j < 10; j++)
            for (size_t i = 0; i < 19; i++) {
                int hu = abl_volume_i16(
                    volume)[abl_grid_offset(&volume->grid, i, j, k)];
                hu = hu < -125 ? -125 : hu > 275 ? 275 : hu;
                input[(k * 12 + j) * 20 + i] = (float)(hu + 125) / 400;
            }
    float *values = run(net, input, size, NULL);
    abl_unet_softmax(values, 3, voxels, voxels);
    free(input);
    return values;
}

static void probabilities_window_pad_and_crop(void)
{
    abl_error err;
    tiny_net tiny = make_odd_net();
    abl_unet *net = load(&tiny);
    abl_volume *volume = make_ct(ABL_PIXEL_I16);
    abl_volume *real = make_ct(ABL_PIXEL_F32);
    abl_volume *out[3], *again[3];
    float *expected = expect_probabilities(net, volume);
    ABL_CHECK_OK(abl_unet_probabilities(out, net, volume, NULL, &err), &err);
    ABL_CHECK_OK(abl_unet_probabilities(again, net, real, NULL, &err), &err);
    double most = 0, sum_error = 0;
    for (size_t n = 0; n < abl_grid_voxels(&volume->grid); n++) {
        size_t i = n % 19, j = n / 19 % 10, k = n / 190;
        double sum = 0;
        for (size_t c = 0; c < 3; c++) {
            double value = (double)abl_volume_f32(out[c])[n];
            size_t at = c * 1440 + (k * 12 + j) * 20 + i;
            most = fmax(most, fabs(value - (double)expected[at]));
            sum += value;
        }
        sum_error = fmax(sum_error, fabs(sum - 1));
    }
    ABL_CHECK_NEAR(most, 0, 3e-6);
    ABL_CHECK_NEAR(sum_error, 0, 1e-6);
    for (size_t c = 0; c < 3; c++) {
        ABL_CHECK_OK(abl_grid_check_same(&out[c]->grid, &volume->grid, 0, &err),
                     &err);
        CU_ASSERT_EQUAL(
            memcmp(out[c]->data, again[c]->data, 19 * 10 * 5 * sizeof(float)),
            0);
        abl_volume_destroy(out[c]);
        abl_volume_destroy(again[c]);
    }
    abl_volume_destroy(volume);
    abl_volume_destroy(real);
    free(expected);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

static void unusable_volumes_are_refused(void)
{
    abl_error err;
    tiny_net tiny = make_odd_net();
    abl_unet *net = load(&tiny);
    abl_volume *out[3];
    abl_volume *volume = make_ct(ABL_PIXEL_F32);
    abl_volume_f32(volume)[33] = NAN;
    ABL_CHECK_FAILS(abl_unet_probabilities(out, net, volume, NULL, &err),
                    ABL_E_INVALID, "not a number", &err);
    CU_ASSERT_PTR_NULL(out[0]);
    volume->type = ABL_PIXEL_I32;
    ABL_CHECK_FAILS(abl_unet_probabilities(out, net, volume, NULL, &err),
                    ABL_E_UNSUPPORTED, "integers", &err);
    volume->type = ABL_PIXEL_F32;
    volume->grid.size[1] = 0;
    ABL_CHECK_FAILS(abl_unet_probabilities(out, net, volume, NULL, &err),
                    ABL_E_GEOMETRY, "axis 1", &err);
    float nothing[1] = {0};
    ABL_CHECK_FAILS(abl_unet_logits(nothing, net, nothing,
                                    (size_t[3]){20, 10, 6}, NULL, &err),
                    ABL_E_INVALID, "axis 1", &err);
    ABL_CHECK_FAILS(abl_unet_logits(nothing, net, nothing,
                                    (size_t[3]){20, 12, 0}, NULL, &err),
                    ABL_E_INVALID, "axis 2", &err);
    abl_volume_destroy(volume);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static void percentile_is_that_of_a_sorted_list(void)
{
    enum {
        MOST = 400
    };
    static float values[MOST], sorted[MOST];
    uint32_t state = 5;
    for (size_t n = 1; n <= MOST; n += n < 20 ? 1 : 19) {
        for (size_t v = 0; v < n; v++) {
            state = state * 1664525u + 1013904223u;
            /* many equal ones */
            values[v] = sorted[v] = (float)(state >> 24) * (n % 2 ? 1 : 0.1f);
        }
        qsort(sorted, n, sizeof *sorted, compare_floats);
        for (size_t q = 0; q <= 8; q++) {
            double fraction = q == 8 ? 0.995 : (double)q / 7;
            double at = fraction * (double)(n - 1);
            size_t low = (size_t)at, high = low + (low + 1 < n);
            double expected = (double)sorted[low] +
                              (at - (double)low) *
                                  ((double)sorted[high] - (double)sorted[low]);
            ABL_CHECK_NEAR(abl_unet_percentile(values, n, fraction), expected,
                           1e-4);
        }
    }
}

static void mr_input_is_scaled_by_its_percentile(void)
{
    abl_error err;
    float *input = NULL;
    size_t size[3];
    abl_volume *volume = NULL;
    abl_unet_model model = {.transform = ABL_UNET_MR_PERCENTILE,
                            .info.pad_multiple = {4, 2, 2}};
    abl_grid grid = abl_grid_axial(5, 4, 2, 1, 1, 1);
    ABL_CHECK_OK(abl_volume_create(&volume, &grid, ABL_PIXEL_F32, &err), &err);
    ABL_CHECK_OK(abl_unet_input_make(&input, size, &model, volume, &err), &err);
    ABL_CHECK_NEAR(input[0], 0, 0); /* an empty image stays empty */
    free(input);
    for (size_t n = 20; n < 40; n++)
        abl_volume_f32(volume)[n] = 200;
    abl_volume_f32(volume)[0] = 20; /* 0.2 * mean = 20.1: not counted */
    abl_volume_f32(volume)[21] = 1000;
    ABL_CHECK_OK(abl_unet_input_make(&input, size, &model, volume, &err), &err);
    CU_ASSERT_EQUAL(size[2], 8);
    /* 20 values, p99.5 at 18.905: 200 + 0.905 * 800 */
    double top = 200 + 0.905 * 800;
    ABL_CHECK_NEAR(input[(4 + 0) * 8 + 0], 0.902 * 200 / top, 1e-6);
    ABL_CHECK_NEAR(input[(4 + 0) * 8 + 1], 0.902 * 1000 / top, 1e-6);
    ABL_CHECK_NEAR(input[0], 0.902 * 20 / top, 1e-6);
    ABL_CHECK_NEAR(input[(4 + 0) * 8 + 5], 0, 0);
    free(input);
    abl_volume_f32(volume)[21] = 1e9f;
    ABL_CHECK_OK(abl_unet_input_make(&input, size, &model, volume, &err), &err);
    CU_ASSERT(input[(4 + 0) * 8 + 1] <= 1);
    free(input);
    abl_volume_destroy(volume);
}

/* ---- progress --------------------------------------------------------- */

typedef struct watcher {
    int calls, stop_at;
    double last;
    bool is_growing;
} watcher;

static bool watch(void *user, const char *stage, double fraction)
{
    watcher *self = user;
    self->is_growing = self->is_growing && fraction >= self->last &&
                       fraction <= 1 && !strcmp(stage, "organs");
    self->last = fraction;
    return ++self->calls != self->stop_at;
}

static void progress_grows_and_stops_when_asked(void)
{
    abl_error err;
    tiny_net tiny = make_odd_net();
    const size_t size[3] = {20, 12, 6};
    float *input = make_input(size);
    float *logits = calloc(3 * 20 * 12 * 6, sizeof *logits);
    abl_unet *net = load(&tiny);
    watcher eyes = {.is_growing = true};
    abl_unet_options options = {.progress = {watch, &eyes}, .stage = "organs"};
    ABL_CHECK_OK(abl_unet_logits(logits, net, input, size, &options, &err),
                 &err);
    CU_ASSERT(eyes.is_growing && eyes.calls > 10 && eyes.last > 0.8);
    eyes = (watcher){.stop_at = 4};
    ABL_CHECK_FAILS(abl_unet_logits(logits, net, input, size, &options, &err),
                    ABL_E_CANCELLED, "organs", &err);
    CU_ASSERT_EQUAL(eyes.calls, 4);
    free(logits);
    free(input);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

/* ---- files ------------------------------------------------------------ */

static void expect_refusal(const tiny_net *net, const char *key,
                           const char *value, abl_status code)
{
    abl_error err;
    abl_unet *loaded = NULL;
    CU_ASSERT_TRUE(tiny_net_write(net, path, key, value));
    ABL_CHECK_FAILS(abl_unet_load(&loaded, path, &err), code, path, &err);
    CU_ASSERT_PTR_NULL(loaded);
    remove(path);
}

static void information_comes_from_the_file(void)
{
    tiny_net tiny = make_odd_net();
    abl_unet *net = load(&tiny);
    const abl_unet_info *info = abl_unet_get_info(net);
    CU_ASSERT_STRING_EQUAL(info->name, "tiny");
    CU_ASSERT_STRING_EQUAL(info->labels[2], "organ_2");
    CU_ASSERT_EQUAL(info->classes, 3);
    CU_ASSERT_EQUAL(info->modality, ABL_MODALITY_CT);
    CU_ASSERT_EQUAL(info->pad_multiple[0], 4);
    CU_ASSERT_EQUAL(info->pad_multiple[2], 2);
    ABL_CHECK_NEAR(info->spacing_mm[1], 2, 0);
    ABL_CHECK_NEAR(info->spacing_mm[2], 3.25, 0);
    CU_ASSERT_EQUAL(strlen(info->sha256), 64);
    /* first layer alone: 2 * 27 * 24 per voxel */
    CU_ASSERT(abl_unet_flop(net, (size_t[3]){4, 4, 2}) > 2 * 27 * 24 * 32);
    abl_unet_destroy(net);
    tiny_net_clear(&tiny);
}

static void impossible_metadata_is_refused(void)
{
    static const struct {
        const char *key, *value;
        abl_status code;
    } cases[] = {
        {"format", "onnx", ABL_E_UNSUPPORTED},
        {"format", NULL, ABL_E_FORMAT},
        {"format_version", "2", ABL_E_UNSUPPORTED},
        {"name", "../../etc", ABL_E_FORMAT},
        {"name", "", ABL_E_FORMAT},
        {"modality", "US", ABL_E_UNSUPPORTED},
        {"modality", "MR", ABL_E_UNSUPPORTED},
        {"input", "HU/1000", ABL_E_UNSUPPORTED},
        {"input", NULL, ABL_E_FORMAT},
        {"spacing_mm_xyz", "1,2", ABL_E_FORMAT},
        {"spacing_mm_xyz", "1,2,3,4", ABL_E_FORMAT},
        {"spacing_mm_xyz", "1,0,3", ABL_E_FORMAT},
        {"spacing_mm_xyz", "1,nan,3", ABL_E_FORMAT},
        {"spacing_mm_xyz", "1,1e9,3", ABL_E_FORMAT},
        {"channels", "[24,6,11]", ABL_E_FORMAT},
        {"channels", "[24,6]", ABL_E_UNSUPPORTED},
        {"channels", "[24]", ABL_E_UNSUPPORTED},
        {"channels", "[24,6,0]", ABL_E_UNSUPPORTED},
        {"channels", "[24,6,-10]", ABL_E_UNSUPPORTED},
        {"channels", "[24,6,1000000000000]", ABL_E_UNSUPPORTED},
        {"channels", "[1,1,1,1,1,1,1,1,1]", ABL_E_UNSUPPORTED},
        {"channels", "{}", ABL_E_FORMAT},
        {"channels", "[24,6,10", ABL_E_FORMAT},
        {"strides_zyx", "[[1,2,2]]", ABL_E_UNSUPPORTED},
        {"strides_zyx", "[[1,2,2],[2,2]]", ABL_E_UNSUPPORTED},
        {"strides_zyx", "[[1,2,2],[2,2,0]]", ABL_E_UNSUPPORTED},
        {"strides_zyx", "[[1,2,2],[2,2,64]]", ABL_E_UNSUPPORTED},
        {"pad_multiple_zyx", "[2,4,6]", ABL_E_FORMAT},
        {"pad_multiple_zyx", "[2,4]", ABL_E_FORMAT},
        {"pad_multiple_zyx", "[2,4,40000]", ABL_E_FORMAT},
        {"labels", "[\\\"background\\\",\\\"a\\\"]", ABL_E_FORMAT},
        {"labels", "[\\\"a\\\",\\\"b\\\",\\\"c\\\"]", ABL_E_FORMAT},
        {"labels", "[\\\"background\\\",\\\"a\\\",\\\"a\\\"]", ABL_E_FORMAT},
        {"labels", "[\\\"background\\\",\\\"a\\\",\\\"B c\\\"]", ABL_E_FORMAT},
        {"labels", "[\\\"background\\\",1,2]", ABL_E_FORMAT},
    };
    tiny_net net = make_odd_net();
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++)
        expect_refusal(&net, cases[n].key, cases[n].value, cases[n].code);
    tiny_net_clear(&net);
}

static void missing_extra_and_misshapen_tensors_are_refused(void)
{
    tiny_net net = make_odd_net();
    tiny_tensor *up = tiny_net_find(&net, "up.1.weight");
    size_t first = up->shape[0];
    up->shape[0] = up->shape[1];
    up->shape[1] = first; /* out and in swapped */
    expect_refusal(&net, NULL, NULL, ABL_E_FORMAT);
    up->shape[1] = up->shape[0];
    up->shape[0] = first;
    snprintf(up->name, sizeof up->name, "up.9.weight");
    expect_refusal(&net, NULL, NULL, ABL_E_FORMAT);
    snprintf(up->name, sizeof up->name, "up.1.weight");
    float kept = up->values[3];
    up->values[3] = INFINITY;
    expect_refusal(&net, NULL, NULL, ABL_E_FORMAT);
    up->values[3] = kept;
    tiny_tensor *extra = &net.tensor[net.tensors++];
    *extra = (tiny_tensor){"extra.weight", 1, {2}, 2, NULL};
    extra->values = calloc(2, sizeof(float));
    expect_refusal(&net, NULL, NULL, ABL_E_UNSUPPORTED);
    tiny_net_clear(&net);
}

static void truncated_file_is_refused_at_every_length(void)
{
    tiny_net net = {
        .levels = 2, .channels = {2, 2}, .strides = {{2, 2, 2}}, .classes = 2};
    tiny_net_build(&net);
    CU_ASSERT_TRUE(tiny_net_write(&net, path, NULL, NULL));
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fclose(file);
    for (long n = size - 1; n >= 0; n -= n > 64 ? 61 : 1) {
        abl_unet *loaded = NULL;
        CU_ASSERT_EQUAL(truncate(path, n), 0);
        CU_ASSERT_NOT_EQUAL(abl_unet_load(&loaded, path, NULL), ABL_OK);
        CU_ASSERT_PTR_NULL(loaded);
    }
    remove(path);
    tiny_net_clear(&net);
}

/* ---- the real networks ------------------------------------------------ */

static float *read_tensor(const abl_tensor *tensor)
{
    abl_error err;
    float *values = malloc(tensor->count * sizeof *values);
    ABL_CHECK_OK(abl_tensor_read(values, tensor, &err), &err);
    return values;
}

static size_t best_class(const float *logits, size_t classes, size_t voxels,
                         size_t v)
{
    size_t best = 0;
    for (size_t c = 1; c < classes; c++)
        if (logits[c * voxels + v] > logits[best * voxels + v])
            best = c;
    return best;
}

static void compare_with_reference(const abl_unet *net,
                                   const abl_weights *reference)
{
    const abl_tensor *input = abl_weights_find(reference, "input");
    const abl_tensor *logits = abl_weights_find(reference, "logits");
    const size_t size[3] = {input->shape[3], input->shape[2], input->shape[1]};
    size_t voxels = input->count, classes = logits->shape[0], equal = 0;
    float *in = read_tensor(input), *expected = read_tensor(logits);
    abl_threads_set(2);
    float *actual = run(net, in, size, NULL);
    abl_threads_set(1);
    float *alone = run(net, in, size, NULL);
    abl_threads_set(0);
    CU_ASSERT_EQUAL(memcmp(actual, alone, logits->count * sizeof(float)), 0);
    ABL_CHECK_NEAR(largest_difference(actual, expected, logits->count), 0,
                   0.05);
    for (size_t v = 0; v < voxels; v++)
        equal += best_class(actual, classes, voxels, v) ==
                 best_class(expected, classes, voxels, v);
    CU_ASSERT((double)equal > 0.999 * (double)voxels);
    free(in);
    free(expected);
    free(actual);
    free(alone);
}

static void real_networks_reproduce_their_reference(void)
{
    static const char *const names[] = {"organ_ct", "lesion_ct", "organ_mr"};
    const char *shared = getenv("ABLASCREEN_SHARED");
    abl_error err;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        char file[1024];
        abl_unet *net = NULL;
        abl_weights *reference = NULL;
        snprintf(file, sizeof file, "%s/%s.safetensors", ABL_MODEL_DIR,
                 names[n]);
        ABL_CHECK_OK(abl_unet_load(&net, file, &err), &err);
        snprintf(file, sizeof file, "%s/models/reference/%s.safetensors",
                 shared ? shared : ABL_SHARED_DIR, names[n]);
        if (access(file, R_OK) == 0) {
            ABL_CHECK_OK(abl_weights_load(&reference, file, &err), &err);
            compare_with_reference(net, reference);
        } else {
            printf("SKIP: no %s\n", file);
        }
        abl_weights_destroy(reference);
        abl_unet_destroy(net);
    }
}

const char *const abl_test_suite = "unet";
CU_TestInfo abl_tests[] = {
    ABL_TEST(odd_channels_and_strides_agree_with_plain_code),
    ABL_TEST(wide_blocks_agree_with_plain_code),
    ABL_TEST(unusual_strides_agree_with_plain_code),
    ABL_TEST(thread_count_does_not_change_a_bit),
    ABL_TEST(tiles_with_full_halo_give_the_same_values),
    ABL_TEST(short_halos_are_admitted_and_change_little_inside),
    ABL_TEST(hopeless_memory_limit_is_refused),
    ABL_TEST(softmax_is_exact_and_survives_extremes),
    ABL_TEST(probabilities_window_pad_and_crop),
    ABL_TEST(unusable_volumes_are_refused),
    ABL_TEST(percentile_is_that_of_a_sorted_list),
    ABL_TEST(mr_input_is_scaled_by_its_percentile),
    ABL_TEST(progress_grows_and_stops_when_asked),
    ABL_TEST(information_comes_from_the_file),
    ABL_TEST(impossible_metadata_is_refused),
    ABL_TEST(missing_extra_and_misshapen_tensors_are_refused),
    ABL_TEST(truncated_file_is_refused_at_every_length),
    ABL_TEST(real_networks_reproduce_their_reference),
    CU_TEST_INFO_NULL,
};
