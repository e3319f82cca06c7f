/* Speed and memory of the networks on volumes of typical size.
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: abl_bench_nets [--layers] [--threads N] [--net NAME] [--size I,J,K]
 *                       [--limit-mb N]
 *
 * GFLOP counts the plain algorithm (2 per multiplication and addition of the
 * convolutions as the weight file describes them), so that rates compare with
 * other engines; minimal filtering does fewer, and a rate above the
 * processor's peak is no mistake. Each network runs in its own process, whose
 * peak memory is printed.
 */
#include <errno.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "imaging/threads.h"
#include "segmentation/unet.h"

typedef struct settings {
    const char *net;
    size_t size[3]; /* 0: typical */
    size_t limit_mb;
    int threads;
    bool layers;
} settings;

static double read_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec +
           1e-6 * (double)usage.ru_utime.tv_usec;
}

/* Soft tissue with noise, the same every time. */
static void fill_noise(abl_volume *volume)
{
    int16_t *voxels = abl_volume_i16(volume);
    uint32_t state = 1;
    for (size_t n = 0; n < abl_grid_voxels(&volume->grid); n++) {
        state = state * 1664525u + 1013904223u;
        voxels[n] = (int16_t)(60 + (int)(state >> 24) / 4 - 32);
    }
}

static void print_layers(const abl_unet_trace *trace)
{
    for (size_t n = 0; n < trace->layers; n++) {
        const abl_unet_layer_time *layer = &trace->layer[n];
        printf("  %-12s %-26s %8.2f GFLOP %7.1f ms %7.1f GFLOP/s\n",
               layer->name, layer->implementation, layer->flop * 1e-9,
               layer->wall_s * 1e3, layer->flop * 1e-9 / layer->wall_s);
    }
}

static int fail(const abl_error *err)
{
    fprintf(stderr, "abl_bench_nets: %s\n", err->message);
    return 1;
}

static int run_once(const abl_unet *net, const abl_volume *input,
                    const settings *set)
{
    abl_error err;
    abl_volume *classes[64] = {NULL};
    abl_unet_trace trace;
    abl_unet_options options = {.trace = &trace,
                                .max_activation_bytes = set->limit_mb << 20};
    const abl_unet_info *info = abl_unet_get_info(net);
    double cpu = read_cpu_s(), wall = omp_get_wtime();
    if (abl_unet_probabilities(classes, net, input, &options, &err))
        return fail(&err);
    wall = omp_get_wtime() - wall;
    cpu = read_cpu_s() - cpu;
    double gflop = 0;
    for (size_t n = 0; n < trace.layers; n++)
        gflop += trace.layer[n].flop * 1e-9;
    const size_t *size = input->grid.size;
    printf("%-10s %zux%zux%zu %7.1f GFLOP %6.3f s wall %6.3f s CPU %6.1f "
           "GFLOP/s %6.1f per CPU-s  %zu tile(s), activations %zu MB\n",
           info->name, size[0], size[1], size[2], gflop, wall, cpu,
           gflop / wall, gflop / cpu, trace.tiles,
           trace.activation_bytes >> 20);
    if (set->layers)
        print_layers(&trace);
    for (size_t c = 0; c < info->classes; c++)
        abl_volume_destroy(classes[c]);
    return 0;
}

static int bench(const char *name, const size_t typical[3], const settings *set)
{
    abl_error err;
    char path[512];
    abl_unet *net = NULL;
    abl_volume *input = NULL;
    const size_t *size = set->size[0] ? set->size : typical;
    abl_threads_set(set->threads);
    snprintf(path, sizeof path, "%s/%s.safetensors", ABL_MODEL_DIR, name);
    double wall = omp_get_wtime();
    if (abl_unet_load(&net, path, &err))
        return fail(&err);
    printf("%-10s loaded in %.3f s\n", name, omp_get_wtime() - wall);
    abl_grid grid = abl_grid_axial(size[0], size[1], size[2], 1, 1, 1);
    if (abl_volume_create(&input, &grid, ABL_PIXEL_I16, &err))
        return fail(&err);
    fill_noise(input);
    int result = 0;
    for (int n = 0; n < 2 && !result; n++)
        result = run_once(net, input, set);
    abl_volume_destroy(input);
    abl_unet_destroy(net);
    return result;
}

static int bench_in_process(const char *name, const size_t typical[3],
                            const settings *set)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int result = bench(name, typical, set);
        fflush(stdout);
        _exit(result);
    }
    int status = 1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("%-10s peak memory so far %.2f GB\n", name,
           (double)usage.ru_maxrss * 1024e-9);
    return status != 0;
}

static bool read_size(size_t size[3], const char *text)
{
    for (size_t a = 0; a < 3; a++) {
        char *end = NULL;
        size[a] = strtoul(text, &end, 10);
        if (end == text || *end != (a < 2 ? ',' : '\0'))
            return false;
        text = end + 1;
    }
    return true;
}

static bool read_settings(settings *set, int argc, char **argv)
{
    for (int n = 1; n < argc; n++) {
        const char *value = n + 1 < argc ? argv[n + 1] : "";
        if (!strcmp(argv[n], "--layers")) {
            set->layers = true;
            continue;
        }
        if (!strcmp(argv[n], "--net"))
            set->net = value;
        else if (!strcmp(argv[n], "--threads"))
            set->threads = (int)strtol(value, NULL, 10);
        else if (!strcmp(argv[n], "--limit-mb"))
            set->limit_mb = strtoul(value, NULL, 10);
        else if (strcmp(argv[n], "--size") != 0 || !read_size(set->size, value))
            return false;
        n++;
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        size_t size[3];
    } nets[] = {{"organ_ct", {160, 160, 96}},
                {"lesion_ct", {208, 192, 96}},
                {"organ_mr", {160, 128, 80}}};
    settings set = {0};
    if (!read_settings(&set, argc, argv)) {
        fprintf(stderr, "usage: abl_bench_nets [--layers] [--threads N] "
                        "[--net NAME] [--size I,J,K] [--limit-mb N]\n");
        return 2;
    }
    int result = 0;
    for (size_t n = 0; n < sizeof nets / sizeof nets[0]; n++)
        if (!set.net || !strcmp(set.net, nets[n].name))
            result |= bench_in_process(nets[n].name, nets[n].size, &set);
    return result;
}
