/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/segmentation/tiny_net.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- building --------------------------------------------------------- */

static void add_tensor(tiny_net *net, const char *name, const size_t *shape,
                       size_t rank)
{
    tiny_tensor *tensor = &net->tensor[net->tensors++];
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    tensor->rank = rank;
    tensor->count = 1;
    size_t fan_in = 1;
    for (size_t n = 0; n < rank; n++) {
        tensor->shape[n] = shape[n];
        tensor->count *= shape[n];
        fan_in *= n ? shape[n] : 1;
    }
    uint32_t state = net->seed * 7919u + (uint32_t)net->tensors;
    tensor->values = malloc(tensor->count * sizeof(float));
    for (size_t n = 0; n < tensor->count; n++) {
        state = state * 1664525u + 1013904223u;
        double unit = (double)(state >> 8) / 8388608.0 - 1;
        tensor->values[n] = (float)(unit * 2.2 / sqrt((double)fan_in));
    }
}

static void add_layer(tiny_net *net, const char *name, size_t first,
                      size_t second, const size_t kernel[3], size_t bias)
{
    char text[40];
    const size_t shape[5] = {first, second, kernel[0], kernel[1], kernel[2]};
    snprintf(text, sizeof text, "%s.weight", name);
    add_tensor(net, text, shape, 5);
    snprintf(text, sizeof text, "%s.bias", name);
    add_tensor(net, text, &bias, 1);
}

void tiny_net_build(tiny_net *net)
{
    static const size_t three[3] = {3, 3, 3}, one[3] = {1, 1, 1};
    const size_t *c = net->channels;
    char name[32];
    net->tensors = 0;
    for (size_t n = 0; n < net->levels; n++) {
        snprintf(name, sizeof name, "encoder.%zu.0", n);
        add_layer(net, name, c[n], n ? c[n - 1] : 1, three, c[n]);
        snprintf(name, sizeof name, "encoder.%zu.1", n);
        add_layer(net, name, c[n], c[n], three, c[n]);
        if (n + 1 == net->levels)
            break;
        snprintf(name, sizeof name, "up.%zu", n);
        add_layer(net, name, c[n + 1], c[n], net->strides[n], c[n]);
        snprintf(name, sizeof name, "decoder.%zu.0", n);
        add_layer(net, name, c[n], 2 * c[n], three, c[n]);
        snprintf(name, sizeof name, "decoder.%zu.1", n);
        add_layer(net, name, c[n], c[n], three, c[n]);
    }
    add_layer(net, "head", net->classes, c[0], one, net->classes);
}

void tiny_net_clear(tiny_net *net)
{
    for (size_t n = 0; n < net->tensors; n++)
        free(net->tensor[n].values);
    net->tensors = 0;
}

tiny_tensor *tiny_net_find(tiny_net *net, const char *name)
{
    for (size_t n = 0; n < net->tensors; n++)
        if (!strcmp(net->tensor[n].name, name))
            return &net->tensor[n];
    return NULL;
}

void tiny_net_multiple(size_t multiple[3], const tiny_net *net)
{
    for (size_t a = 0; a < 3; a++) {
        multiple[a] = 1;
        for (size_t n = 0; n + 1 < net->levels; n++)
            multiple[a] *= net->strides[n][a];
    }
}

/* ---- writing ---------------------------------------------------------- */

typedef struct text {
    char at[32768];
    size_t used;
} text;

#define APPEND(text, ...)                        \
    ((text)->used +=                             \
     (size_t)snprintf((text)->at + (text)->used, \
                      sizeof(text)->at - (text)->used, __VA_ARGS__))

static void append_list(text *out, const size_t *values, size_t count)
{
    for (size_t n = 0; n < count; n++)
        APPEND(out, "%s%zu", n ? "," : "[", values[n]);
    APPEND(out, "]");
}

/* Values are JSON texts with their quotes escaped, as in real files. */
static void append_metadata(text *out, const tiny_net *net, const char *key,
                            const char *value)
{
    static text lists[4];
    memset(lists, 0, sizeof lists);
    size_t multiple[3];
    tiny_net_multiple(multiple, net);
    append_list(&lists[0], net->channels, net->levels);
    for (size_t n = 0; n + 1 < net->levels; n++) {
        APPEND(&lists[1], "%s", n ? "," : "[");
        append_list(&lists[1], net->strides[n], 3);
    }
    APPEND(&lists[1], "]");
    append_list(&lists[2], multiple, 3);
    APPEND(&lists[3], "[\\\"background\\\"");
    for (size_t n = 1; n < net->classes; n++)
        APPEND(&lists[3], ",\\\"organ_%zu\\\"", n);
    APPEND(&lists[3], "]");
    const char *const pairs[][2] = {
        {"format", "ablascreen-unet3d"},
        {"format_version", "1"},
        {"name", "tiny"},
        {"modality", "CT"},
        {"input", "(clamp(HU,-125,275)+125)/400"},
        {"spacing_mm_xyz", "1.5,2,3.25"},
        {"channels", lists[0].at},
        {"strides_zyx", lists[1].at},
        {"pad_multiple_zyx", lists[2].at},
        {"labels", lists[3].at},
    };
    APPEND(out, "{\"__metadata__\":{\"note\":\"test\"");
    for (size_t n = 0; n < sizeof pairs / sizeof pairs[0]; n++) {
        bool is_other = key && !strcmp(key, pairs[n][0]);
        if (is_other && !value)
            continue;
        APPEND(out, ",\"%s\":\"%s\"", pairs[n][0],
               is_other ? value : pairs[n][1]);
    }
    APPEND(out, "}");
}

bool tiny_net_write(const tiny_net *net, const char *path, const char *key,
                    const char *value)
{
    static text header;
    size_t at = 0;
    header.used = 0;
    append_metadata(&header, net, key, value);
    for (size_t n = 0; n < net->tensors; n++) {
        const tiny_tensor *tensor = &net->tensor[n];
        size_t end = at + tensor->count * sizeof(float);
        APPEND(&header, ",\"%s\":{\"dtype\":\"F32\",\"shape\":", tensor->name);
        append_list(&header, tensor->shape, tensor->rank);
        APPEND(&header, ",\"data_offsets\":[%zu,%zu]}", at, end);
        at = end;
    }
    APPEND(&header, "}");
    FILE *file = fopen(path, "wb");
    if (!file || header.used >= sizeof header.at)
        return false;
    uint64_t length = header.used;
    fwrite(&length, sizeof length, 1, file);
    fwrite(header.at, 1, header.used, file);
    for (size_t n = 0; n < net->tensors; n++)
        fwrite(net->tensor[n].values, sizeof(float), net->tensor[n].count,
               file);
    return fclose(file) == 0;
}

/* ---- running ---------------------------------------------------------- */

typedef struct cube {
    size_t channels, size[3];
    double *at;
} cube;

static cube make_cube(size_t channels, const size_t size[3])
{
    cube made = {.channels = channels, .size = {size[0], size[1], size[2]}};
    made.at = calloc(channels * size[0] * size[1] * size[2], sizeof(double));
    return made;
}

static size_t index_of(const cube *c, size_t channel, size_t z, size_t y,
                       size_t x)
{
    return ((channel * c->size[0] + z) * c->size[1] + y) * c->size[2] + x;
}

/* One value of a 3x3x3 convolution at source voxel (z, y, x). */
static double convolve_at(const cube *in, const float *weight,
                          const size_t at[3])
{
    double sum = 0;
    for (size_t i = 0; i < in->channels; i++)
        for (size_t k = 0; k < 27; k++) {
            size_t z = at[0] + k / 9 - 1, y = at[1] + k / 3 % 3 - 1;
            size_t x = at[2] + k % 3 - 1;
            if (z < in->size[0] && y < in->size[1] && x < in->size[2])
                sum += (double)weight[i * 27 + k] *
                       in->at[index_of(in, i, z, y, x)];
        }
    return sum;
}

static const float *values_of(tiny_net *net, const char *layer,
                              const char *part)
{
    char name[48];
    snprintf(name, sizeof name, "%s.%s", layer, part);
    return tiny_net_find(net, name)->values;
}

/* Consumes @p in. */
static cube convolve(tiny_net *net, cube in, const char *layer, size_t out,
                     const size_t stride[3])
{
    const float *weight = values_of(net, layer, "weight");
    const float *bias = values_of(net, layer, "bias");
    const size_t size[3] = {in.size[0] / stride[0], in.size[1] / stride[1],
                            in.size[2] / stride[2]};
    cube made = make_cube(out, size);
    for (size_t o = 0; o < out; o++)
        for (size_t z = 0; z < size[0]; z++)
            for (size_t y = 0; y < size[1]; y++)
                for (size_t x = 0; x < size[2]; x++) {
                    const size_t at[3] = {z * stride[0], y * stride[1],
                                          x * stride[2]};
                    double sum =
                        convolve_at(&in, weight + o * in.channels * 27, at) +
                        (double)bias[o];
                    made.at[index_of(&made, o, z, y, x)] = sum > 0 ? sum : 0;
                }
    free(in.at);
    return made;
}

/* concat(skip, transposed convolution of in); consumes both. */
static cube join(tiny_net *net, cube in, cube skip, size_t level)
{
    char layer[32];
    snprintf(layer, sizeof layer, "up.%zu", level);
    const float *weight = values_of(net, layer, "weight");
    const float *bias = values_of(net, layer, "bias");
    const size_t *s = net->strides[level];
    size_t out = skip.channels, taps = s[0] * s[1] * s[2];
    cube made = make_cube(2 * out, skip.size);
    size_t voxels = skip.size[0] * skip.size[1] * skip.size[2];
    memcpy(made.at, skip.at, out * voxels * sizeof(double));
    for (size_t o = 0; o < out; o++)
        for (size_t z = 0; z < skip.size[0]; z++)
            for (size_t y = 0; y < skip.size[1]; y++)
                for (size_t x = 0; x < skip.size[2]; x++) {
                    size_t tap = (z % s[0] * s[1] + y % s[1]) * s[2] + x % s[2];
                    double sum = (double)bias[o];
                    for (size_t i = 0; i < in.channels; i++)
                        sum += (double)weight[(i * out + o) * taps + tap] *
                               in.at[index_of(&in, i, z / s[0], y / s[1],
                                              x / s[2])];
                    made.at[index_of(&made, out + o, z, y, x)] = sum;
                }
    free(in.at);
    free(skip.at);
    return made;
}

static cube copy_cube(const cube *from)
{
    cube made = make_cube(from->channels, from->size);
    size_t count =
        from->channels * from->size[0] * from->size[1] * from->size[2];
    memcpy(made.at, from->at, count * sizeof(double));
    return made;
}

static void classify(double *logits, tiny_net *net, const cube *in)
{
    const float *weight = values_of(net, "head", "weight");
    const float *bias = values_of(net, "head", "bias");
    size_t voxels = in->size[0] * in->size[1] * in->size[2];
    for (size_t c = 0; c < net->classes; c++)
        for (size_t v = 0; v < voxels; v++) {
            double sum = (double)bias[c];
            for (size_t i = 0; i < in->channels; i++)
                sum += (double)weight[c * in->channels + i] *
                       in->at[i * voxels + v];
            logits[c * voxels + v] = sum;
        }
}

void tiny_net_run(double *logits, tiny_net *net, const float *input,
                  const size_t size[3])
{
    static const size_t one[3] = {1, 1, 1};
    char layer[32];
    cube skip[TINY_LEVELS], at = make_cube(1, size);
    for (size_t v = 0; v < size[0] * size[1] * size[2]; v++)
        at.at[v] = (double)input[v];
    for (size_t n = 0; n < net->levels; n++) {
        snprintf(layer, sizeof layer, "encoder.%zu.0", n);
        at = convolve(net, at, layer, net->channels[n],
                      n ? net->strides[n - 1] : one);
        snprintf(layer, sizeof layer, "encoder.%zu.1", n);
        at = convolve(net, at, layer, net->channels[n], one);
        if (n + 1 < net->levels)
            skip[n] = copy_cube(&at);
    }
    for (size_t n = net->levels - 1; n-- > 0;) {
        at = join(net, at, skip[n], n);
        snprintf(layer, sizeof layer, "decoder.%zu.0", n);
        at = convolve(net, at, layer, net->channels[n], one);
        snprintf(layer, sizeof layer, "decoder.%zu.1", n);
        at = convolve(net, at, layer, net->channels[n], one);
    }
    classify(logits, net, &at);
    free(at.at);
}
