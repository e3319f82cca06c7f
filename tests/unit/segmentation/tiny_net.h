/* Small random networks: their weight files, and a plain forward pass in
 * double precision to hold the engine against.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_SEGMENTATION_TINY_NET_H
#define ABL_TESTS_UNIT_SEGMENTATION_TINY_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TINY_LEVELS = 5,
    TINY_TENSORS = 64
};

typedef struct tiny_tensor {
    char name[32];
    size_t rank, shape[5], count;
    float *values;
} tiny_tensor;

typedef struct tiny_net {
    size_t levels;
    size_t channels[TINY_LEVELS];
    size_t strides[TINY_LEVELS][3]; /* z, y, x */
    size_t classes;
    uint32_t seed;
    size_t tensors;
    tiny_tensor tensor[TINY_TENSORS];
} tiny_net;

/* Fills net->tensor from the fields above it; clear it in the end. */
void tiny_net_build(tiny_net *net);
void tiny_net_clear(tiny_net *net);
tiny_tensor *tiny_net_find(tiny_net *net, const char *name);

/* Product of the strides, z, y, x. */
void tiny_net_multiple(size_t multiple[3], const tiny_net *net);

/* Writes the file; metadata @p key gets @p value instead of what is right, or
 * is left out when @p value is NULL. Key NULL: all right. */
bool tiny_net_write(const tiny_net *net, const char *path, const char *key,
                    const char *value);

/* logits: classes * z * y * x */
void tiny_net_run(double *logits, tiny_net *net, const float *input,
                  const size_t size[3]);

#endif
