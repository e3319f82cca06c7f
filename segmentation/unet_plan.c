/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1
#include "segmentation/unet_plan.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    PAGE = 4096,
    HUGE_PAGE = 1 << 21
};

/* ---- the order of the layers ------------------------------------------ */

static int add_image(abl_unet_plan *plan, size_t channels, size_t block,
                     const size_t size[3])
{
    abl_unet_image *image = &plan->image[plan->images];
    image->channels = channels;
    image->block = block;
    memcpy(image->size, size, sizeof image->size);
    return (int)plan->images++;
}

static double count_flop(const abl_unet_kernel *kernel, const size_t size[3])
{
    double taps = (double)(kernel->size[0] * kernel->size[1] * kernel->size[2]);
    double voxels = (double)size[0] * (double)size[1] * (double)size[2];
    return 2 * (double)kernel->in * (double)kernel->out * taps * voxels;
}

static void add_step(abl_unet_plan *plan, abl_unet_step step, const char *name,
                     const size_t counted[3])
{
    snprintf(step.name, sizeof step.name, "%s", name);
    step.flop = count_flop(step.kernel, counted);
    for (size_t n = 0; n < 2; n++)
        if (step.sources[n] >= 0)
            plan->last_use[step.sources[n]] = plan->steps;
    plan->flop += step.flop;
    plan->step[plan->steps++] = step;
}

static int add_conv(abl_unet_plan *plan, abl_unet_step_kind kind,
                    const abl_unet_kernel *kernel, const int sources[2],
                    const char *name)
{
    const abl_unet_image *source = &plan->image[sources[0]];
    size_t size[3];
    memcpy(size, source->size, sizeof size);
    int result = add_image(plan, kernel->out, plan->device->block, size);
    abl_unet_step step = {.kind = kind,
                          .kernel = kernel,
                          .sources = {sources[0], sources[1]},
                          .result = result};
    add_step(plan, step, name, size);
    return result;
}

static int add_strided(abl_unet_plan *plan, const abl_unet_model *model,
                       size_t level, int source)
{
    char name[16];
    size_t size[3];
    const abl_unet_kernel *kernel = &model->encoder[level][0];
    for (size_t a = 0; a < 3; a++)
        size[a] = plan->image[source].size[a] /
                  (level ? model->strides[level - 1][a] : 1);
    int result = add_image(plan, kernel->out, plan->device->block, size);
    abl_unet_step step = {.kind = ABL_UNET_STRIDED,
                          .kernel = kernel,
                          .sources = {source, -1},
                          .result = result};
    snprintf(name, sizeof name, "encoder.%zu.0", level);
    add_step(plan, step, name, size);
    return result;
}

static int add_up(abl_unet_plan *plan, const abl_unet_model *model,
                  size_t level, int source)
{
    char name[16];
    size_t size[3], from[3];
    const abl_unet_kernel *kernel = &model->up[level];
    memcpy(from, plan->image[source].size, sizeof from);
    for (size_t a = 0; a < 3; a++)
        size[a] = from[a] * kernel->size[a];
    int result = add_image(plan, kernel->out, plan->device->block, size);
    abl_unet_step step = {.kind = ABL_UNET_UP,
                          .kernel = kernel,
                          .sources = {source, -1},
                          .result = result};
    snprintf(name, sizeof name, "up.%zu", level);
    add_step(plan, step, name, from);
    return result;
}

static void add_layers(abl_unet_plan *plan, const abl_unet_model *model,
                       const size_t size[3])
{
    char name[24];
    int skip[ABL_UNET_MAX_LEVELS];
    int at = add_image(plan, 1, 1, size);
    for (size_t level = 0; level < model->levels; level++) {
        at = add_strided(plan, model, level, at);
        snprintf(name, sizeof name, "encoder.%zu.1", level);
        at = add_conv(plan, ABL_UNET_WINOGRAD, &model->encoder[level][1],
                      (int[2]){at, -1}, name);
        skip[level] = at;
    }
    for (size_t level = model->levels - 1; level-- > 0;) {
        at = add_up(plan, model, level, at);
        snprintf(name, sizeof name, "decoder.%zu.0", level);
        at = add_conv(plan, ABL_UNET_WINOGRAD, &model->decoder[level][0],
                      (int[2]){skip[level], at}, name);
        snprintf(name, sizeof name, "decoder.%zu.1", level);
        at = add_conv(plan, ABL_UNET_WINOGRAD, &model->decoder[level][1],
                      (int[2]){at, -1}, name);
    }
    abl_unet_step head = {.kind = ABL_UNET_HEAD,
                          .kernel = &model->head,
                          .sources = {at, -1},
                          .result = -1};
    add_step(plan, head, "head", size);
}

/* ---- where the images lie --------------------------------------------- */

static size_t round_up(size_t value, size_t to)
{
    return (value + to - 1) / to * to;
}

/* With one slice of zeros before and one after. */
static size_t image_bytes(const abl_unet_image *image)
{
    return round_up(
        (image->size[0] + 2) * abl_unet_slice(image) * sizeof(float), PAGE);
}

/* The step that writes an image. */
static size_t first_use(const abl_unet_plan *plan, size_t image)
{
    for (size_t n = 0; n < plan->steps; n++)
        if (plan->step[n].result == (int)image)
            return n;
    return 0;
}

/* The lowest place from @p at on that no image alive then holds. */
static size_t find_gap(const abl_unet_plan *plan, size_t image)
{
    size_t at = 0, bytes = image_bytes(&plan->image[image]);
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t n = 0; n < image; n++) {
            bool is_alive = plan->last_use[n] >= first_use(plan, image);
            size_t end = plan->offset[n] + image_bytes(&plan->image[n]);
            if (is_alive && plan->offset[n] < at + bytes && at < end) {
                at = end;
                moved = true;
            }
        }
    }
    return at;
}

static void place_images(abl_unet_plan *plan)
{
    for (size_t n = 0; n < plan->images; n++) {
        plan->offset[n] = find_gap(plan, n);
        size_t end = plan->offset[n] + image_bytes(&plan->image[n]);
        plan->bytes = end > plan->bytes ? end : plan->bytes;
    }
}

abl_status abl_unet_plan_make(abl_unet_plan *plan, const abl_unet_model *model,
                              const abl_unet_device *device,
                              const size_t size[3], abl_error *err)
{
    memset(plan, 0, sizeof *plan);
    plan->device = device;
    size_t total[3], voxels = 1;
    abl_unet_model_total_stride(total, model);
    for (size_t a = 0; a < 3; a++)
        if (!size[a] || size[a] % total[a] ||
            !abl_mul_size(&voxels, voxels, size[a]) ||
            voxels > ABL_GRID_MAX_VOXELS)
            return abl_error_set(err, ABL_E_INVALID,
                                 "%zu x %zu x %zu voxels (z, y, x) do not fit "
                                 "the network's strides",
                                 size[0], size[1], size[2]);
    add_layers(plan, model, size);
    place_images(plan);
    return ABL_OK;
}

void *abl_unet_arena_create(const abl_unet_plan *plan, abl_error *err)
{
    size_t bytes = round_up(plan->bytes, HUGE_PAGE);
    void *arena = aligned_alloc(HUGE_PAGE, bytes);
    if (!arena)
        abl_error_set(err, ABL_E_NOMEM, "out of memory: %zu bytes", bytes);
    else
        madvise(arena, bytes, MADV_HUGEPAGE); /* only a hint */
    return arena;
}

float *abl_unet_plan_bind(abl_unet_plan *plan, void *arena)
{
    for (size_t n = 0; n < plan->images; n++) {
        char *place = (char *)arena + plan->offset[n];
        plan->image[n].data =
            (float *)(void *)place + abl_unet_slice(&plan->image[n]);
    }
    return plan->image[0].data;
}

/* ---- running ---------------------------------------------------------- */

static void clear_ends(const abl_unet_image *image)
{
    size_t slice = abl_unet_slice(image);
    memset(image->data - slice, 0, slice * sizeof(float));
    memset(image->data + image->size[0] * slice, 0, slice * sizeof(float));
}

static abl_status run_step(abl_unet_plan *plan, size_t index,
                           const abl_unet_sink *sink, abl_unet_layer_time *time,
                           abl_error *err)
{
    const abl_unet_step *step = &plan->step[index];
    abl_unet_layer layer = {
        .name = step->name, .device = plan->device, .kernel = step->kernel};
    for (size_t n = 0; n < 2; n++)
        if (step->sources[n] >= 0)
            layer.sources[n] = &plan->image[step->sources[n]];
    if (step->result >= 0) {
        layer.result = &plan->image[step->result];
        clear_ends(layer.result);
    }
    double start = omp_get_wtime();
    abl_status status = ABL_OK;
    switch (step->kind) {
    case ABL_UNET_STRIDED:
        status = abl_unet_run_strided(&layer, err);
        break;
    case ABL_UNET_WINOGRAD:
        status = abl_unet_run_winograd(&layer, err);
        break;
    case ABL_UNET_UP:
        status = abl_unet_run_up(&layer, err);
        break;
    case ABL_UNET_HEAD:
        status = abl_unet_run_head(&layer, sink, err);
        break;
    }
    time->wall_s += omp_get_wtime() - start;
    time->flop += step->flop;
    memcpy(time->name, step->name, sizeof time->name);
    memcpy(time->implementation, layer.implementation,
           sizeof time->implementation);
    return status;
}

abl_status abl_unet_plan_run(abl_unet_plan *plan, const abl_unet_sink *sink,
                             abl_unet_run *run, abl_error *err)
{
    const abl_unet_options *options = run->options;
    abl_unet_trace *trace = options->trace;
    abl_status status = ABL_OK;
    clear_ends(&plan->image[0]);
    for (size_t n = 0; n < plan->steps && !status; n++) {
        abl_unet_layer_time ignored = {0};
        status = abl_progress_step(&options->progress, options->stage,
                                   run->flop_done / run->flop_total, err);
        if (!status)
            status = run_step(plan, n, sink,
                              trace ? &trace->layer[n] : &ignored, err);
        run->flop_done += plan->step[n].flop;
    }
    if (trace) {
        trace->layers = plan->steps;
        trace->tiles++;
        if (plan->bytes > trace->activation_bytes)
            trace->activation_bytes = plan->bytes;
    }
    return status;
}
