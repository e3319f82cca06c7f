/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/unet_conv.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOURCE,
    WEIGHT,
    BIAS,
    RESULT,
    WORK,
    PARTS
};

static const int arg_of_part[PARTS] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS,
                                       DNNL_ARG_BIAS, DNNL_ARG_DST,
                                       DNNL_ARG_SCRATCHPAD};

static abl_status explain(abl_error *err, const char *layer,
                          dnnl_status_t problem)
{
    if (problem == dnnl_out_of_memory)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory in layer %s",
                             layer);
    return abl_error_set(err, ABL_E_INTERNAL,
                         "oneDNN could not build layer %s (status %d)", layer,
                         (int)problem);
}

abl_status abl_unet_device_open(abl_unet_device *device, bool allow_wide,
                                abl_error *err)
{
    memset(device, 0, sizeof *device);
    dnnl_status_t problem = dnnl_engine_create(&device->engine, dnnl_cpu, 0);
    if (problem)
        return explain(err, "input", problem);
    dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    bool has_wide =
        (isa & dnnl_cpu_isa_avx512_core) == (unsigned)dnnl_cpu_isa_avx512_core;
    device->block = allow_wide && has_wide ? 16 : 8;
    return ABL_OK;
}

void abl_unet_device_close(abl_unet_device *device)
{
    if (device->engine)
        dnnl_engine_destroy(device->engine);
    device->engine = NULL;
}

static dnnl_status_t describe(dnnl_memory_desc_t parts[4],
                              const abl_unet_device *device,
                              const abl_unet_conv_shape *shape,
                              const size_t out_size[2])
{
    dnnl_format_tag_t blocked =
        device->block == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    dnnl_dim_t g = (dnnl_dim_t)shape->groups, in = (dnnl_dim_t)shape->in;
    dnnl_dim_t out = (dnnl_dim_t)shape->out;
    const dnnl_dims_t source = {1, g * in, (dnnl_dim_t)shape->in_size[0],
                                (dnnl_dim_t)shape->in_size[1]};
    const dnnl_dims_t result = {1, g * out, (dnnl_dim_t)out_size[0],
                                (dnnl_dim_t)out_size[1]};
    const dnnl_dims_t weight = {g, out, in, (dnnl_dim_t)shape->kernel[0],
                                (dnnl_dim_t)shape->kernel[1]};
    const dnnl_dims_t bias = {g * out};
    int grouped = g > 1;
    dnnl_status_t problem = dnnl_memory_desc_init_by_tag(
        &parts[SOURCE], 4, source, dnnl_f32,
        shape->is_plain_input ? dnnl_nchw : blocked);
    if (!problem)
        problem = dnnl_memory_desc_init_by_tag(&parts[WEIGHT], 4 + grouped,
                                               weight + !grouped, dnnl_f32,
                                               dnnl_format_tag_any);
    if (!problem)
        problem = dnnl_memory_desc_init_by_tag(&parts[BIAS], 1, bias, dnnl_f32,
                                               dnnl_x);
    if (!problem)
        problem = dnnl_memory_desc_init_by_tag(&parts[RESULT], 4, result,
                                               dnnl_f32, blocked);
    return problem;
}

static dnnl_status_t make_attributes(dnnl_primitive_attr_t *attributes,
                                     bool relu)
{
    dnnl_post_ops_t ops = NULL;
    dnnl_status_t problem = dnnl_primitive_attr_create(attributes);
    if (!problem)
        problem = dnnl_primitive_attr_set_scratchpad_mode(
            *attributes, dnnl_scratchpad_mode_user);
    if (!problem && relu) {
        problem = dnnl_post_ops_create(&ops);
        if (!problem)
            problem =
                dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0);
        if (!problem)
            problem = dnnl_primitive_attr_set_post_ops(*attributes, ops);
        dnnl_post_ops_destroy(ops);
    }
    return problem;
}

static dnnl_status_t choose(dnnl_primitive_desc_t *choice,
                            const dnnl_memory_desc_t parts[4],
                            const abl_unet_device *device,
                            const abl_unet_conv_shape *shape, bool has_bias)
{
    dnnl_dims_t stride, dilation = {0, 0}, pad;
    for (size_t a = 0; a < 2; a++) {
        stride[a] = (dnnl_dim_t)shape->stride[a];
        pad[a] = (dnnl_dim_t)shape->pad[a];
    }
    dnnl_convolution_desc_t desc;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t problem = dnnl_dilated_convolution_forward_desc_init(
        &desc, dnnl_forward_inference, dnnl_convolution_direct, &parts[SOURCE],
        &parts[WEIGHT], has_bias ? &parts[BIAS] : NULL, &parts[RESULT], stride,
        dilation, pad, pad);
    if (!problem)
        problem = make_attributes(&attributes, shape->relu);
    if (!problem)
        problem = dnnl_primitive_desc_create(choice, &desc, attributes,
                                             device->engine, NULL);
    if (attributes)
        dnnl_primitive_attr_destroy(attributes);
    return problem;
}

static dnnl_status_t query_choice(abl_unet_conv *conv,
                                  const_dnnl_primitive_desc_t choice)
{
    const char *name = NULL;
    dnnl_status_t problem =
        dnnl_primitive_desc_query(choice, dnnl_query_impl_info_str, 0, &name);
    if (problem)
        return problem;
    snprintf(conv->implementation, sizeof conv->implementation, "%s", name);
    const dnnl_memory_desc_t *weight =
        dnnl_primitive_desc_query_md(choice, dnnl_query_weights_md, 0);
    const dnnl_memory_desc_t *work =
        dnnl_primitive_desc_query_md(choice, dnnl_query_scratchpad_md, 0);
    if (!weight || !work)
        return dnnl_invalid_arguments;
    conv->parts[WEIGHT] = *weight;
    conv->parts[WORK] = *work;
    conv->work_bytes = dnnl_memory_desc_get_size(work);
    return dnnl_success;
}

/* Made for one thread: see the header. */
static dnnl_status_t build(abl_unet_conv *conv, const abl_unet_device *device,
                           const abl_unet_conv_shape *shape, bool has_bias)
{
    int threads = omp_get_max_threads();
    dnnl_primitive_desc_t choice = NULL;
    omp_set_num_threads(1);
    dnnl_status_t problem =
        choose(&choice, conv->parts, device, shape, has_bias);
    if (!problem)
        problem = query_choice(conv, choice);
    if (!problem && !strstr(conv->implementation, "ref"))
        problem = dnnl_primitive_create(&conv->primitive, choice);
    if (choice)
        dnnl_primitive_desc_destroy(choice);
    omp_set_num_threads(threads);
    return problem;
}

static dnnl_status_t reorder(dnnl_memory_t from, dnnl_memory_t to,
                             const abl_unet_device *device)
{
    dnnl_primitive_desc_t choice = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_stream_t stream = NULL;
    const dnnl_memory_desc_t *source = NULL, *result = NULL;
    dnnl_status_t problem = dnnl_memory_get_memory_desc(from, &source);
    if (!problem)
        problem = dnnl_memory_get_memory_desc(to, &result);
    if (!problem)
        problem = dnnl_reorder_primitive_desc_create(
            &choice, source, device->engine, result, device->engine, NULL);
    if (!problem)
        problem = dnnl_primitive_create(&primitive, choice);
    if (!problem)
        problem = dnnl_stream_create(&stream, device->engine,
                                     dnnl_stream_default_flags);
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    if (!problem)
        problem = dnnl_primitive_execute(primitive, stream, 2, args);
    if (!problem)
        problem = dnnl_stream_wait(stream);
    if (stream)
        dnnl_stream_destroy(stream);
    if (primitive)
        dnnl_primitive_destroy(primitive);
    if (choice)
        dnnl_primitive_desc_destroy(choice);
    return problem;
}

static dnnl_status_t store_weight(abl_unet_conv *conv,
                                  const abl_unet_device *device,
                                  const abl_unet_conv_shape *shape,
                                  const float *weight)
{
    dnnl_memory_desc_t plain;
    dnnl_memory_t from = NULL, to = NULL;
    const dnnl_memory_desc_t *wanted = &conv->parts[WEIGHT];
    size_t bytes = dnnl_memory_desc_get_size(wanted);
    conv->weight = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!conv->weight)
        return dnnl_out_of_memory;
    dnnl_status_t problem = dnnl_memory_desc_init_by_tag(
        &plain, wanted->ndims, wanted->dims, dnnl_f32,
        shape->groups > 1 ? dnnl_goihw : dnnl_oihw);
    /* oneDNN takes no const handles; it only reads this one */
    void *handle = (void *)(size_t)weight;
    if (!problem)
        problem = dnnl_memory_create(&from, &plain, device->engine, handle);
    if (!problem)
        problem = dnnl_memory_create(&to, wanted, device->engine, conv->weight);
    if (!problem)
        problem = reorder(from, to, device);
    if (from)
        dnnl_memory_destroy(from);
    if (to)
        dnnl_memory_destroy(to);
    return problem;
}

static dnnl_status_t store_bias(abl_unet_conv *conv,
                                const abl_unet_conv_shape *shape,
                                const float *bias)
{
    if (!bias)
        return dnnl_success;
    size_t bytes = shape->groups * shape->out * sizeof *bias;
    conv->bias = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!conv->bias)
        return dnnl_out_of_memory;
    memcpy(conv->bias, bias, bytes);
    return dnnl_success;
}

abl_status abl_unet_conv_create(abl_unet_conv *conv,
                                const abl_unet_device *device,
                                const abl_unet_conv_shape *shape,
                                const float *weight, const float *bias,
                                abl_error *err)
{
    memset(conv, 0, sizeof *conv);
    conv->engine = device->engine;
    for (size_t a = 0; a < 2; a++)
        conv->out_size[a] =
            (shape->in_size[a] + 2 * shape->pad[a] - shape->kernel[a]) /
                shape->stride[a] +
            1;
    dnnl_status_t problem =
        describe(conv->parts, device, shape, conv->out_size);
    if (!problem)
        problem = build(conv, device, shape, bias != NULL);
    if (problem)
        goto done;
    if (strstr(conv->implementation, "ref"))
        return abl_error_set(err, ABL_E_INTERNAL,
                             "layer %s would run on oneDNN's reference code "
                             "(%s), which takes minutes; this processor is "
                             "not supported",
                             shape->name, conv->implementation);
    problem = store_weight(conv, device, shape, weight);
    if (!problem)
        problem = store_bias(conv, shape, bias);
done:
    if (!problem)
        return ABL_OK;
    abl_unet_conv_clear(conv);
    return explain(err, shape->name, problem);
}

void abl_unet_conv_clear(abl_unet_conv *conv)
{
    if (conv->primitive)
        dnnl_primitive_destroy(conv->primitive);
    free(conv->weight);
    free(conv->bias);
    conv->primitive = NULL;
    conv->weight = NULL;
    conv->bias = NULL;
}

static bool add_part(abl_unet_conv_run *run, const abl_unet_conv *conv,
                     int part, void *handle)
{
    dnnl_memory_t *memory = &run->memories[part];
    if (dnnl_memory_create(memory, &conv->parts[part], conv->engine, handle))
        return false;
    run->args[run->count].arg = arg_of_part[part];
    run->args[run->count].memory = *memory;
    run->count++;
    return true;
}

bool abl_unet_conv_run_open(abl_unet_conv_run *run, const abl_unet_conv *conv,
                            void *work)
{
    memset(run, 0, sizeof *run);
    run->primitive = conv->primitive;
    bool good = !dnnl_stream_create(&run->stream, conv->engine,
                                    dnnl_stream_default_flags);
    good = good && add_part(run, conv, SOURCE, NULL);
    good = good && add_part(run, conv, WEIGHT, conv->weight);
    good = good && add_part(run, conv, RESULT, NULL);
    if (conv->bias)
        good = good && add_part(run, conv, BIAS, conv->bias);
    if (conv->work_bytes)
        good = good && add_part(run, conv, WORK, work);
    return good;
}

void abl_unet_conv_run_close(abl_unet_conv_run *run)
{
    for (int part = 0; part < PARTS; part++)
        if (run->memories[part])
            dnnl_memory_destroy(run->memories[part]);
    if (run->stream)
        dnnl_stream_destroy(run->stream);
    memset(run, 0, sizeof *run);
}

bool abl_unet_conv_execute(abl_unet_conv_run *run, const float *source,
                           float *result)
{
    void *handle = (void *)(size_t)source;
    return !dnnl_memory_set_data_handle(run->memories[SOURCE], handle) &&
           !dnnl_memory_set_data_handle(run->memories[RESULT], result) &&
           !dnnl_primitive_execute(run->primitive, run->stream, run->count,
                                   run->args);
}
