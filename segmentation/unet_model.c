/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/unet_model.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/weights.h"

/* A number that is one of the file's metadata texts, in [low, high]. */
typedef struct range {
    double low, high;
} range;

static abl_status find_text(const char **text, const abl_weights *weights,
                            const char *key, abl_error *err)
{
    *text = abl_weights_metadata(weights, key);
    if (*text)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT, "metadata has no \"%s\"", key);
}

static abl_status require_text(const abl_weights *weights, const char *key,
                               const char *value, abl_error *err)
{
    const char *text = NULL;
    abl_status status = find_text(&text, weights, key, err);
    if (!status && strcmp(text, value) != 0)
        status = abl_error_set(err, ABL_E_UNSUPPORTED,
                               "%s is \"%.60s\"; only \"%s\" is known", key,
                               text, value);
    return status;
}

/* The metadata text as a JSON array; the caller releases it. */
static abl_status parse_list(json_t **list, const abl_weights *weights,
                             const char *key, abl_error *err)
{
    *list = NULL;
    const char *text = NULL;
    abl_status status = find_text(&text, weights, key, err);
    if (status)
        return status;
    *list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_array(*list))
        return ABL_OK;
    json_decref(*list);
    *list = NULL;
    return abl_error_set(err, ABL_E_FORMAT, "%s is not a list: %.60s", key,
                         text);
}

static bool read_count(size_t *out, const json_t *value, size_t most)
{
    *out = 0;
    if (!json_is_integer(value))
        return false;
    json_int_t number = json_integer_value(value);
    if (number < 1 || (unsigned long long)number > most)
        return false;
    *out = (size_t)number;
    return true;
}

static bool read_counts(size_t *out, const json_t *list, size_t count,
                        size_t most)
{
    bool good = json_array_size(list) == count;
    for (size_t n = 0; good && n < count; n++)
        good = read_count(&out[n], json_array_get(list, n), most);
    return good;
}

static abl_status read_channels(abl_unet_model *model,
                                const abl_weights *weights, abl_error *err)
{
    json_t *list = NULL;
    abl_status status = parse_list(&list, weights, "channels", err);
    if (status)
        return status;
    model->levels = json_array_size(list);
    if (model->levels < 2 || model->levels > ABL_UNET_MAX_LEVELS)
        status = abl_error_set(err, ABL_E_UNSUPPORTED,
                               "%zu levels; 2 to %d are supported",
                               model->levels, ABL_UNET_MAX_LEVELS);
    else if (!read_counts(model->channels, list, model->levels,
                          ABL_UNET_MAX_CHANNELS))
        status = abl_error_set(err, ABL_E_UNSUPPORTED,
                               "channels must be 1 to %d per level",
                               ABL_UNET_MAX_CHANNELS);
    json_decref(list);
    return status;
}

static abl_status read_strides(abl_unet_model *model,
                               const abl_weights *weights, abl_error *err)
{
    json_t *list = NULL;
    abl_status status = parse_list(&list, weights, "strides_zyx", err);
    if (status)
        return status;
    bool good = json_array_size(list) == model->levels - 1;
    for (size_t n = 0; good && n + 1 < model->levels; n++)
        good = read_counts(model->strides[n], json_array_get(list, n), 3,
                           ABL_UNET_MAX_STRIDE);
    json_decref(list);
    if (good)
        return ABL_OK;
    return abl_error_set(err, ABL_E_UNSUPPORTED,
                         "strides must be %zu triples of 1 to %d",
                         model->levels - 1, ABL_UNET_MAX_STRIDE);
}

void abl_unet_model_total_stride(size_t total[3], const abl_unet_model *model)
{
    for (size_t a = 0; a < 3; a++) {
        total[a] = 1;
        for (size_t n = 0; n + 1 < model->levels; n++)
            total[a] *= model->strides[n][a];
    }
}

static abl_status read_padding(abl_unet_model *model,
                               const abl_weights *weights, abl_error *err)
{
    json_t *list = NULL;
    abl_status status = parse_list(&list, weights, "pad_multiple_zyx", err);
    if (status)
        return status;
    size_t pad[3] = {0}, total[3];
    abl_unet_model_total_stride(total, model);
    bool good = read_counts(pad, list, 3, 256);
    for (size_t a = 0; good && a < 3; a++) {
        good = pad[a] % total[a] == 0;
        model->info.pad_multiple[2 - a] = pad[a];
    }
    json_decref(list);
    if (good)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "pad_multiple_zyx must be multiples of the total "
                         "stride %zu,%zu,%zu, at most 256",
                         total[0], total[1], total[2]);
}

static bool is_label(const char *text)
{
    size_t length = text ? strlen(text) : 0;
    return length > 0 && length < ABL_UNET_MAX_LABEL &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static bool add_label(abl_unet_model *model, const char *text)
{
    size_t n = model->info.classes;
    if (!is_label(text))
        return false;
    for (size_t m = 0; m < n; m++)
        if (!strcmp(model->labels[m], text))
            return false;
    memcpy(model->labels[n], text, strlen(text) + 1);
    model->label_list[n] = model->labels[n];
    model->info.classes++;
    return true;
}

static abl_status read_labels(abl_unet_model *model, const abl_weights *weights,
                              abl_error *err)
{
    json_t *list = NULL;
    abl_status status = parse_list(&list, weights, "labels", err);
    if (status)
        return status;
    size_t count = json_array_size(list);
    bool good = count >= 2 && count <= ABL_UNET_MAX_CLASSES;
    for (size_t n = 0; good && n < count; n++)
        good = add_label(model, json_string_value(json_array_get(list, n)));
    json_decref(list);
    model->info.labels = model->label_list;
    if (!good || strcmp(model->labels[0], "background") != 0)
        return abl_error_set(err, ABL_E_FORMAT,
                             "labels must be 2 to %d different lower-case "
                             "names, \"background\" first",
                             ABL_UNET_MAX_CLASSES);
    return ABL_OK;
}

static abl_status read_name(abl_unet_model *model, const abl_weights *weights,
                            abl_error *err)
{
    const char *text = NULL;
    abl_status status = find_text(&text, weights, "name", err);
    if (status)
        return status;
    if (!is_label(text))
        return abl_error_set(err, ABL_E_FORMAT, "impossible name \"%.60s\"",
                             text);
    memcpy(model->name, text, strlen(text) + 1);
    model->info.name = model->name;
    return ABL_OK;
}

static abl_status read_input(abl_unet_model *model, const abl_weights *weights,
                             abl_error *err)
{
    static const struct {
        const char *text;
        abl_modality modality;
        abl_unet_transform transform;
    } known[] = {
        {"(clamp(HU,-125,275)+125)/400", ABL_MODALITY_CT, ABL_UNET_CT_WINDOW},
        {"(clamp(HU,-125,275)+125)/400 on the liver bounding box plus 15 mm",
         ABL_MODALITY_CT, ABL_UNET_CT_WINDOW},
        {"0.902*I/p99.5, p99.5 over voxels above 0.2*mean, clamp at 1.0",
         ABL_MODALITY_MR, ABL_UNET_MR_PERCENTILE},
    };
    const char *input = NULL, *modality = NULL;
    abl_status status = find_text(&input, weights, "input", err);
    if (!status)
        status = find_text(&modality, weights, "modality", err);
    if (status)
        return status;
    for (size_t n = 0; n < sizeof known / sizeof known[0]; n++) {
        bool is_ct = known[n].modality == ABL_MODALITY_CT;
        if (strcmp(input, known[n].text) != 0 ||
            strcmp(modality, is_ct ? "CT" : "MR") != 0)
            continue;
        model->info.modality = known[n].modality;
        model->transform = known[n].transform;
        return ABL_OK;
    }
    return abl_error_set(err, ABL_E_UNSUPPORTED,
                         "input \"%.100s\" of modality \"%.16s\" is not known",
                         input, modality);
}

static abl_status read_spacing(abl_unet_model *model,
                               const abl_weights *weights, abl_error *err)
{
    static const range allowed = {0.1, 50};
    const char *text = NULL;
    abl_status status = find_text(&text, weights, "spacing_mm_xyz", err);
    if (status)
        return status;
    const char *at = text;
    bool good = true;
    for (size_t a = 0; good && a < 3; a++) {
        char *end = NULL;
        double value = strtod(at, &end);
        good = end != at && value >= allowed.low && value <= allowed.high &&
               *end == (a < 2 ? ',' : '\0');
        model->info.spacing_mm[a] = value;
        at = end + 1;
    }
    if (good)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "spacing_mm_xyz is not three lengths of %g to %g mm: "
                         "\"%.60s\"",
                         allowed.low, allowed.high, text);
}

static abl_status read_metadata(abl_unet_model *model,
                                const abl_weights *weights, abl_error *err)
{
    static abl_status (*const readers[])(abl_unet_model *, const abl_weights *,
                                         abl_error *) = {
        read_name,     read_input,   read_spacing, read_labels,
        read_channels, read_strides, read_padding};
    abl_status status =
        require_text(weights, "format", "ablascreen-unet3d", err);
    if (!status)
        status = require_text(weights, "format_version", "1", err);
    for (size_t n = 0; !status && n < sizeof readers / sizeof readers[0]; n++)
        status = readers[n](model, weights, err);
    memcpy(model->info.sha256, abl_weights_sha256(weights),
           sizeof model->info.sha256);
    return status;
}

static abl_status find_tensor(const abl_tensor **tensor,
                              const abl_weights *weights, const char *name,
                              const size_t *shape, size_t rank, abl_error *err)
{
    *tensor = abl_weights_find(weights, name);
    if (!*tensor)
        return abl_error_set(err, ABL_E_FORMAT, "tensor %s is missing", name);
    bool good = (*tensor)->rank == rank;
    for (size_t n = 0; good && n < rank; n++)
        good = (*tensor)->shape[n] == shape[n];
    if (good)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "tensor %s does not have the shape that channels and "
                         "strides ask for",
                         name);
}

/* values as (in, out, k) to weight as (out, in, k) */
static void swap_in_and_out(float *weight, const float *values,
                            const abl_unet_kernel *kernel)
{
    size_t taps = kernel->size[0] * kernel->size[1] * kernel->size[2];
    for (size_t i = 0; i < kernel->in; i++)
        for (size_t o = 0; o < kernel->out; o++)
            memcpy(weight + (o * kernel->in + i) * taps,
                   values + (i * kernel->out + o) * taps,
                   taps * sizeof *weight);
}

static abl_status read_weight(abl_unet_kernel *kernel, const abl_tensor *tensor,
                              bool is_in_first, abl_error *err)
{
    kernel->weight = abl_alloc(tensor->count, sizeof(float), err);
    if (!kernel->weight)
        return ABL_E_NOMEM;
    if (!is_in_first)
        return abl_tensor_read(kernel->weight, tensor, err);
    float *values = abl_alloc(tensor->count, sizeof(float), err);
    if (!values)
        return ABL_E_NOMEM;
    abl_status status = abl_tensor_read(values, tensor, err);
    if (!status)
        swap_in_and_out(kernel->weight, values, kernel);
    free(values);
    return status;
}

static abl_status read_kernel(abl_unet_kernel *kernel,
                              const abl_weights *weights, const char *name,
                              bool is_in_first, abl_error *err)
{
    char text[48];
    const abl_tensor *tensor = NULL;
    size_t first = is_in_first ? kernel->in : kernel->out;
    size_t second = is_in_first ? kernel->out : kernel->in;
    const size_t shape[5] = {first, second, kernel->size[0], kernel->size[1],
                             kernel->size[2]};
    snprintf(text, sizeof text, "%s.weight", name);
    abl_status status = find_tensor(&tensor, weights, text, shape, 5, err);
    if (!status)
        status = read_weight(kernel, tensor, is_in_first, err);
    if (status)
        return status;
    snprintf(text, sizeof text, "%s.bias", name);
    status = find_tensor(&tensor, weights, text, &kernel->out, 1, err);
    if (status)
        return status;
    kernel->bias = abl_alloc(kernel->out, sizeof(float), err);
    if (!kernel->bias)
        return ABL_E_NOMEM;
    return abl_tensor_read(kernel->bias, tensor, err);
}

static abl_status read_pair(abl_unet_kernel pair[2], const abl_weights *weights,
                            const char *name, const size_t in_out[2],
                            abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < 2; n++) {
        char text[32];
        snprintf(text, sizeof text, "%s.%zu", name, n);
        pair[n].in = n ? in_out[1] : in_out[0];
        pair[n].out = in_out[1];
        for (size_t a = 0; a < 3; a++)
            pair[n].size[a] = 3;
        status = read_kernel(&pair[n], weights, text, false, err);
    }
    return status;
}

static abl_status read_up(abl_unet_model *model, const abl_weights *weights,
                          size_t level, abl_error *err)
{
    char text[32];
    abl_unet_kernel *up = &model->up[level];
    snprintf(text, sizeof text, "up.%zu", level);
    up->in = model->channels[level + 1];
    up->out = model->channels[level];
    memcpy(up->size, model->strides[level], sizeof up->size);
    return read_kernel(up, weights, text, true, err);
}

static abl_status read_level(abl_unet_model *model, const abl_weights *weights,
                             size_t level, abl_error *err)
{
    char text[24];
    const size_t *channels = model->channels;
    size_t in_out[2] = {level ? channels[level - 1] : 1, channels[level]};
    snprintf(text, sizeof text, "encoder.%zu", level);
    abl_status status =
        read_pair(model->encoder[level], weights, text, in_out, err);
    if (status || level + 1 == model->levels)
        return status;
    in_out[0] = 2 * channels[level];
    snprintf(text, sizeof text, "decoder.%zu", level);
    status = read_pair(model->decoder[level], weights, text, in_out, err);
    if (!status)
        status = read_up(model, weights, level, err);
    return status;
}

static abl_status read_kernels(abl_unet_model *model,
                               const abl_weights *weights, abl_error *err)
{
    /* 4 encoder tensors a level, 6 decoder tensors a level but the last */
    size_t expected = 4 * model->levels + 6 * (model->levels - 1) + 2;
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < model->levels; n++)
        status = read_level(model, weights, n, err);
    if (status)
        return status;
    model->head = (abl_unet_kernel){.in = model->channels[0],
                                    .out = model->info.classes,
                                    .size = {1, 1, 1}};
    status = read_kernel(&model->head, weights, "head", false, err);
    if (!status && abl_weights_count(weights) != expected)
        status = abl_error_set(err, ABL_E_UNSUPPORTED,
                               "%zu tensors where the architecture has %zu",
                               abl_weights_count(weights), expected);
    return status;
}

abl_status abl_unet_model_load(abl_unet_model **out, const char *path,
                               abl_error *err)
{
    *out = NULL;
    abl_weights *weights = NULL;
    abl_status status = abl_weights_load(&weights, path, err);
    if (status)
        return status;
    abl_unet_model *model = abl_alloc(1, sizeof *model, err);
    status = model ? read_metadata(model, weights, err) : ABL_E_NOMEM;
    if (!status)
        status = read_kernels(model, weights, err);
    abl_weights_destroy(weights);
    if (status) {
        abl_error_prefix(err, "weight file %s", path);
        abl_unet_model_destroy(model);
        return status;
    }
    *out = model;
    return ABL_OK;
}

static void clear_kernel(abl_unet_kernel *kernel)
{
    free(kernel->weight);
    free(kernel->bias);
}

void abl_unet_model_destroy(abl_unet_model *model)
{
    if (!model)
        return;
    for (size_t n = 0; n < ABL_UNET_MAX_LEVELS; n++) {
        for (size_t m = 0; m < 2; m++) {
            clear_kernel(&model->encoder[n][m]);
            clear_kernel(&model->decoder[n][m]);
        }
        clear_kernel(&model->up[n]);
    }
    clear_kernel(&model->head);
    free(model);
}
