/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/unet.h"

#include <stdlib.h>
#include <string.h>

#include "segmentation/unet_input.h"
#include "segmentation/unet_plan.h"
#include "segmentation/unet_tiles.h"

struct abl_unet {
    abl_unet_model *model;
};

abl_status abl_unet_load(abl_unet **out, const char *path, abl_error *err)
{
    *out = NULL;
    abl_unet *net = abl_alloc(1, sizeof *net, err);
    if (!net)
        return ABL_E_NOMEM;
    abl_status status = abl_unet_model_load(&net->model, path, err);
    if (status) {
        free(net);
        return status;
    }
    *out = net;
    return ABL_OK;
}

void abl_unet_destroy(abl_unet *net)
{
    if (!net)
        return;
    abl_unet_model_destroy(net->model);
    free(net);
}

const abl_unet_info *abl_unet_get_info(const abl_unet *net)
{
    return &net->model->info;
}

static bool allows_wide_blocks(const abl_unet_model *model)
{
    for (size_t n = 0; n < model->levels; n++)
        if (model->channels[n] % 16)
            return false;
    return true;
}

/* Copies the tile's voxels of the whole input. */
static void fill_tile(float *tile, const abl_unet_tile *at, const float *input,
                      const size_t size[3])
{
    for (size_t z = 0; z < at->extent[0]; z++)
        for (size_t y = 0; y < at->extent[1]; y++)
            memcpy(tile + (z * at->extent[1] + y) * at->extent[2],
                   input +
                       ((at->from[0] + z) * size[1] + at->from[1] + y) *
                           size[2] +
                       at->from[2],
                   at->extent[2] * sizeof *tile);
}

/* The part of the results that a tile gives: its core inside the volume. */
static void aim_sink(abl_unet_sink *sink, const abl_unet_tile *tile)
{
    for (size_t a = 0; a < 3; a++) {
        size_t end = tile->core_from[a] + tile->core[a];
        if (end > sink->size[a])
            end = sink->size[a];
        sink->at[a] = tile->core_from[a];
        sink->from[a] = tile->core_from[a] - tile->from[a];
        sink->extent[a] =
            end > tile->core_from[a] ? end - tile->core_from[a] : 0;
    }
}

/* Tiles differ in size: the arena grows when one needs more. */
static abl_status prepare_tile(abl_unet_plan *plan, void **arena,
                               size_t *arena_bytes, abl_error *err)
{
    if (*arena && plan->bytes <= *arena_bytes)
        return ABL_OK;
    free(*arena);
    *arena = abl_unet_arena_create(plan, err);
    *arena_bytes = plan->bytes;
    return *arena ? ABL_OK : ABL_E_NOMEM;
}

static abl_status run_tiles(const abl_unet_model *model,
                            const abl_unet_device *device,
                            const abl_unet_tiling *tiling, const float *input,
                            abl_unet_sink *sink, abl_unet_run *run,
                            abl_error *err)
{
    abl_status status = ABL_OK;
    void *arena = NULL;
    size_t arena_bytes = 0;
    for (size_t n = 0; n < tiling->count && !status; n++) {
        abl_unet_plan plan;
        abl_unet_tile tile;
        abl_unet_tiling_at(&tile, tiling, n);
        status = abl_unet_plan_make(&plan, model, device, tile.extent, err);
        if (!status)
            status = prepare_tile(&plan, &arena, &arena_bytes, err);
        if (status)
            break;
        fill_tile(abl_unet_plan_bind(&plan, arena), &tile, input, tiling->size);
        aim_sink(sink, &tile);
        status = abl_unet_plan_run(&plan, sink, run, err);
    }
    free(arena);
    return status;
}

static void note_tiling(abl_unet_trace *trace, const abl_unet_tiling *tiling)
{
    if (!trace)
        return;
    trace->is_exact = tiling->is_exact;
    for (size_t a = 0; a < 3; a++)
        trace->halo[a] = tiling->halo[2 - a];
}

/* input: z, y, x of @p size, padded; sink: where and how large results are */
static abl_status run_network(const abl_unet_model *model, const float *input,
                              const size_t size[3], abl_unet_sink *sink,
                              const abl_unet_options *options, abl_error *err)
{
    abl_unet_options defaults = {0};
    if (options)
        defaults = *options;
    if (!defaults.stage)
        defaults.stage = model->name;
    if (!defaults.max_activation_bytes)
        defaults.max_activation_bytes = (size_t)3 << 29;
    if (defaults.trace)
        memset(defaults.trace, 0, sizeof *defaults.trace);
    abl_unet_device device = {0};
    abl_unet_tiling tiling = {0};
    abl_unet_run run = {.options = &defaults};
    abl_status status =
        abl_unet_device_open(&device, allows_wide_blocks(model), err);
    if (!status)
        status = abl_unet_tiling_choose(&tiling, model, &device, size,
                                        defaults.max_activation_bytes, err);
    if (!status) {
        run.flop_total = tiling.flop;
        note_tiling(defaults.trace, &tiling);
        status = run_tiles(model, &device, &tiling, input, sink, &run, err);
    }
    abl_unet_device_close(&device);
    if (status)
        abl_error_prefix(err, "network %s", model->name);
    return status;
}

static abl_status create_classes(abl_volume **out, const abl_unet_model *model,
                                 const abl_grid *grid, float **classes,
                                 abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t c = 0; !status && c < model->info.classes; c++) {
        status = abl_volume_create(&out[c], grid, ABL_PIXEL_F32, err);
        if (!status)
            classes[c] = abl_volume_f32(out[c]);
    }
    return status;
}

abl_status abl_unet_probabilities(abl_volume **out, const abl_unet *net,
                                  const abl_volume *input,
                                  const abl_unet_options *options,
                                  abl_error *err)
{
    const abl_unet_model *model = net->model;
    float *classes[ABL_UNET_MAX_CLASSES];
    for (size_t c = 0; c < model->info.classes; c++)
        out[c] = NULL;
    float *padded = NULL;
    size_t size[3];
    abl_unet_sink sink = {.classes = classes};
    abl_status status = abl_unet_input_make(&padded, size, model, input, err);
    if (!status)
        status = create_classes(out, model, &input->grid, classes, err);
    if (!status) {
        for (size_t a = 0; a < 3; a++)
            sink.size[a] = input->grid.size[2 - a];
        status = run_network(model, padded, size, &sink, options, err);
    }
    free(padded);
    for (size_t c = 0; status && c < model->info.classes; c++) {
        abl_volume_destroy(out[c]);
        out[c] = NULL;
    }
    return status;
}

abl_status abl_unet_logits(float *logits, const abl_unet *net,
                           const float *input, const size_t size[3],
                           const abl_unet_options *options, abl_error *err)
{
    const abl_unet_model *model = net->model;
    float *classes[ABL_UNET_MAX_CLASSES];
    abl_unet_sink sink = {.classes = classes, .wants_logits = true};
    size_t voxels = 1;
    for (size_t a = 0; a < 3; a++) {
        sink.size[a] = size[2 - a];
        if (!size[a] || size[a] % model->info.pad_multiple[a] ||
            !abl_mul_size(&voxels, voxels, size[a]) ||
            voxels > ABL_GRID_MAX_VOXELS)
            return abl_error_set(err, ABL_E_INVALID,
                                 "size %zu along axis %zu is no multiple of "
                                 "%zu, or the volume is too large",
                                 size[a], a, model->info.pad_multiple[a]);
    }
    for (size_t c = 0; c < model->info.classes; c++)
        classes[c] = logits + c * voxels;
    return run_network(model, input, sink.size, &sink, options, err);
}

double abl_unet_flop(const abl_unet *net, const size_t size[3])
{
    const abl_unet_device device = {.block = 8};
    const size_t turned[3] = {size[2], size[1], size[0]};
    abl_unet_plan plan;
    if (abl_unet_plan_make(&plan, net->model, &device, turned, NULL))
        return 0;
    return plan.flop;
}
