/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/weights.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "imaging/sha256.h"

struct abl_weights {
    unsigned char *bytes;
    size_t size;
    size_t data_at; /* where the tensors' bytes start */
    json_t *header;
    json_t *metadata; /* borrowed from header; may be NULL */
    abl_tensor *tensors;
    size_t count;
    char sha256[65];
};

static abl_status read_stream(abl_weights *weights, FILE *file, abl_error *err)
{
    struct stat info;
    if (fstat(fileno(file), &info) || !S_ISREG(info.st_mode))
        return abl_error_set(err, ABL_E_IO, "not a regular file");
    if (info.st_size < 8)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%lld bytes are too few for a weight file",
                             (long long)info.st_size);
    if ((unsigned long long)info.st_size > ABL_WEIGHTS_MAX_BYTES)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%lld bytes are more than supported (%zu)",
                             (long long)info.st_size, ABL_WEIGHTS_MAX_BYTES);
    weights->size = (size_t)info.st_size;
    weights->bytes = malloc(weights->size);
    if (!weights->bytes)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory: %zu bytes",
                             weights->size);
    if (fread(weights->bytes, 1, weights->size, file) != weights->size)
        return abl_error_set(err, ABL_E_IO, "could not be read to its end");
    return ABL_OK;
}

static abl_status read_file(abl_weights *weights, const char *path,
                            abl_error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return abl_error_set(err, ABL_E_IO, "cannot be opened: %s",
                             strerror(errno));
    abl_status status = read_stream(weights, file, err);
    if (fclose(file) && !status)
        status = abl_error_set(err, ABL_E_IO, "could not be closed");
    return status;
}

static abl_status parse_header(abl_weights *weights, abl_error *err)
{
    uint64_t length = 0;
    for (size_t n = 8; n-- > 0;)
        length = length << 8 | weights->bytes[n];
    if (length < 2 || length > ABL_WEIGHTS_MAX_HEADER ||
        length > weights->size - 8)
        return abl_error_set(err, ABL_E_FORMAT,
                             "header length %llu is impossible; the file is "
                             "damaged or not a safetensors file",
                             (unsigned long long)length);
    weights->data_at = 8 + (size_t)length;
    json_error_t problem;
    weights->header =
        json_loadb((const char *)weights->bytes + 8, (size_t)length,
                   JSON_REJECT_DUPLICATES, &problem);
    if (!weights->header)
        return abl_error_set(err, ABL_E_FORMAT, "header is not JSON: %s",
                             problem.text);
    if (!json_is_object(weights->header))
        return abl_error_set(err, ABL_E_FORMAT, "header is not an object");
    return ABL_OK;
}

static abl_status check_metadata(abl_weights *weights, abl_error *err)
{
    weights->metadata = json_object_get(weights->header, "__metadata__");
    if (!weights->metadata)
        return ABL_OK;
    if (!json_is_object(weights->metadata))
        return abl_error_set(err, ABL_E_FORMAT, "metadata is not an object");
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(weights->metadata, key, value) if (
        !json_is_string(
            value)) return abl_error_set(err, ABL_E_FORMAT,
                                         "metadata \"%.60s\" is not text", key);
    return ABL_OK;
}

/* A number of items or bytes: an integer, 0 or more. */
static bool read_size(size_t *out, const json_t *value)
{
    *out = 0;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (size_t)json_integer_value(value);
    return true;
}

static abl_status read_shape(abl_tensor *tensor, const json_t *shape,
                             abl_error *err)
{
    if (!json_is_array(shape))
        return abl_error_set(err, ABL_E_FORMAT, "tensor %s has no shape",
                             tensor->name);
    tensor->rank = json_array_size(shape);
    if (tensor->rank < 1 || tensor->rank > ABL_WEIGHTS_MAX_RANK)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "tensor %s has %zu dimensions, not 1 to %zu",
                             tensor->name, tensor->rank, ABL_WEIGHTS_MAX_RANK);
    tensor->count = 1;
    for (size_t n = 0; n < tensor->rank; n++) {
        size_t *extent = &tensor->shape[n];
        if (!read_size(extent, json_array_get(shape, n)) || !*extent ||
            !abl_mul_size(&tensor->count, tensor->count, *extent))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "tensor %s has an impossible shape",
                                 tensor->name);
    }
    return ABL_OK;
}

static abl_status read_dtype(abl_tensor *tensor, const json_t *dtype,
                             abl_error *err)
{
    const char *text = json_string_value(dtype);
    if (!text)
        return abl_error_set(err, ABL_E_FORMAT, "tensor %s has no dtype",
                             tensor->name);
    bool is_half = !strcmp(text, "F16");
    if (!is_half && strcmp(text, "F32") != 0)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "tensor %s has dtype %.16s; only F16 and F32 "
                             "are supported",
                             tensor->name, text);
    tensor->type = is_half ? ABL_WEIGHTS_F16 : ABL_WEIGHTS_F32;
    return ABL_OK;
}

static abl_status read_range(abl_tensor *tensor, const abl_weights *weights,
                             const json_t *offsets, abl_error *err)
{
    size_t begin = 0, end = 0, bytes = 0;
    size_t limit = weights->size - weights->data_at;
    size_t item = tensor->type == ABL_WEIGHTS_F16 ? 2 : 4;
    if (json_array_size(offsets) != 2 ||
        !read_size(&begin, json_array_get(offsets, 0)) ||
        !read_size(&end, json_array_get(offsets, 1)) || begin > end ||
        end > limit)
        return abl_error_set(err, ABL_E_FORMAT,
                             "tensor %s lies outside the file's %zu bytes "
                             "of data",
                             tensor->name, limit);
    if (!abl_mul_size(&bytes, tensor->count, item) || bytes != end - begin)
        return abl_error_set(err, ABL_E_FORMAT,
                             "tensor %s has %zu bytes, which does not fit its "
                             "shape",
                             tensor->name, end - begin);
    tensor->data = weights->bytes + weights->data_at + begin;
    return ABL_OK;
}

static abl_status read_tensor(abl_tensor *tensor, const abl_weights *weights,
                              const char *name, const json_t *entry,
                              abl_error *err)
{
    size_t length = strlen(name);
    if (length < 1 || length > ABL_WEIGHTS_MAX_NAME)
        return abl_error_set(err, ABL_E_FORMAT, "a tensor's name has %zu bytes",
                             length);
    memcpy(tensor->name, name, length + 1);
    if (!json_is_object(entry))
        return abl_error_set(err, ABL_E_FORMAT, "tensor %s is not an object",
                             name);
    abl_status status =
        read_dtype(tensor, json_object_get(entry, "dtype"), err);
    if (!status)
        status = read_shape(tensor, json_object_get(entry, "shape"), err);
    if (!status)
        status = read_range(tensor, weights,
                            json_object_get(entry, "data_offsets"), err);
    return status;
}

static int compare_places(const void *a, const void *b)
{
    const abl_tensor *first = a, *second = b;
    if (first->data != second->data)
        return first->data < second->data ? -1 : 1;
    return strcmp(first->name, second->name);
}

static abl_status check_cover(const abl_weights *weights, abl_error *err)
{
    const unsigned char *at = weights->bytes + weights->data_at;
    for (size_t n = 0; n < weights->count; n++) {
        const abl_tensor *tensor = &weights->tensors[n];
        if (tensor->data != at)
            return abl_error_set(err, ABL_E_FORMAT,
                                 "tensor %s overlaps another or leaves a gap",
                                 tensor->name);
        at += tensor->count * (tensor->type == ABL_WEIGHTS_F16 ? 2 : 4);
    }
    if (at != weights->bytes + weights->size)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%zu bytes at the end belong to no tensor",
                             (size_t)(weights->bytes + weights->size - at));
    return ABL_OK;
}

static abl_status read_tensors(abl_weights *weights, abl_error *err)
{
    size_t entries = json_object_size(weights->header);
    if (entries > ABL_WEIGHTS_MAX_TENSORS)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%zu tensors are more than supported (%zu)",
                             entries, ABL_WEIGHTS_MAX_TENSORS);
    weights->tensors = abl_alloc(entries, sizeof *weights->tensors, err);
    if (!weights->tensors)
        return ABL_E_NOMEM;
    const char *name = NULL;
    json_t *entry = NULL;
    json_object_foreach(weights->header, name, entry)
    {
        if (entry == weights->metadata)
            continue;
        abl_status status = read_tensor(&weights->tensors[weights->count],
                                        weights, name, entry, err);
        if (status)
            return status;
        weights->count++;
    }
    qsort(weights->tensors, weights->count, sizeof *weights->tensors,
          compare_places);
    return check_cover(weights, err);
}

abl_status abl_weights_load(abl_weights **out, const char *path, abl_error *err)
{
    *out = NULL;
    abl_weights *weights = abl_alloc(1, sizeof *weights, err);
    if (!weights)
        return ABL_E_NOMEM;
    abl_status status = read_file(weights, path, err);
    if (!status)
        status = parse_header(weights, err);
    if (!status)
        status = check_metadata(weights, err);
    if (!status)
        status = read_tensors(weights, err);
    if (status) {
        abl_error_prefix(err, "weight file %s", path);
        abl_weights_destroy(weights);
        return status;
    }
    abl_sha256_hex(weights->sha256, weights->bytes, weights->size);
    *out = weights;
    return ABL_OK;
}

void abl_weights_destroy(abl_weights *weights)
{
    if (!weights)
        return;
    json_decref(weights->header);
    free(weights->tensors);
    free(weights->bytes);
    free(weights);
}

const char *abl_weights_metadata(const abl_weights *weights, const char *key)
{
    return json_string_value(json_object_get(weights->metadata, key));
}

size_t abl_weights_count(const abl_weights *weights)
{
    return weights->count;
}

const abl_tensor *abl_weights_at(const abl_weights *weights, size_t index)
{
    return &weights->tensors[index];
}

const abl_tensor *abl_weights_find(const abl_weights *weights, const char *name)
{
    for (size_t n = 0; n < weights->count; n++)
        if (!strcmp(weights->tensors[n].name, name))
            return &weights->tensors[n];
    return NULL;
}

const char *abl_weights_sha256(const abl_weights *weights)
{
    return weights->sha256;
}

float abl_half_to_float(unsigned half)
{
    unsigned exponent = half >> 10 & 31, fraction = half & 1023;
    uint32_t sign = (half & 0x8000u) << 16;
    if (exponent == 0) {
        float magnitude = (float)fraction * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    uint32_t bits = sign | fraction << 13;
    bits |= exponent == 31 ? 0x7f800000u : (exponent + 112) << 23;
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

abl_status abl_tensor_read(float *values, const abl_tensor *tensor,
                           abl_error *err)
{
    const unsigned char *at = tensor->data;
    bool is_finite = true;
    for (size_t n = 0; n < tensor->count; n++) {
        if (tensor->type == ABL_WEIGHTS_F16)
            values[n] = abl_half_to_float((unsigned)at[2 * n] |
                                          (unsigned)at[2 * n + 1] << 8);
        else
            memcpy(&values[n], at + 4 * n, sizeof values[n]);
        is_finite = is_finite && isfinite(values[n]);
    }
    if (!is_finite)
        return abl_error_set(err, ABL_E_FORMAT,
                             "tensor %s has values that are not numbers",
                             tensor->name);
    return ABL_OK;
}
