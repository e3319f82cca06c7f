/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/thinning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The 27 neighbours in storage order; 13 is the voxel itself. */
enum {
    CENTRE = 13,
    CUBE = 27
};

static void cube_position(int at[3], int n)
{
    at[0] = n % 3 - 1;
    at[1] = n / 3 % 3 - 1;
    at[2] = n / 9 - 1;
}

/* Bit sets of the neighbours of each neighbour. */
typedef struct cube_tables {
    uint32_t corner[CUBE]; /* 26-adjacent, centre left out */
    uint32_t face[CUBE];   /* 6-adjacent within the 18 */
    uint32_t six, eighteen;
} cube_tables;

static void make_tables(cube_tables *tables)
{
    memset(tables, 0, sizeof *tables);
    for (int a = 0; a < CUBE; a++) {
        int p[3];
        cube_position(p, a);
        const int norm = abs(p[0]) + abs(p[1]) + abs(p[2]);
        tables->six |= norm == 1 ? 1u << a : 0;
        tables->eighteen |= norm == 1 || norm == 2 ? 1u << a : 0;
    }
    for (int a = 0; a < CUBE; a++)
        for (int b = 0; b < CUBE; b++) {
            int p[3], q[3];
            cube_position(p, a);
            cube_position(q, b);
            const int d[3] = {abs(p[0] - q[0]), abs(p[1] - q[1]),
                              abs(p[2] - q[2])};
            if (a == b || a == CENTRE || b == CENTRE)
                continue;
            if (d[0] <= 1 && d[1] <= 1 && d[2] <= 1)
                tables->corner[a] |= 1u << b;
            if (d[0] + d[1] + d[2] == 1 && (tables->eighteen >> b & 1))
                tables->face[a] |= 1u << b;
        }
}

/* Everything in @p set that hangs together with its lowest member in
 * @p start. */
static uint32_t flood(uint32_t set, uint32_t start, const uint32_t *adjacent)
{
    uint32_t seen = start & (~start + 1), todo = seen;
    while (todo) {
        const int n = __builtin_ctz(todo);
        todo &= todo - 1;
        const uint32_t fresh = adjacent[n] & set & ~seen;
        seen |= fresh;
        todo |= fresh;
    }
    return seen;
}

static bool is_simple(const cube_tables *tables, uint32_t object)
{
    object &= ~(1u << CENTRE);
    if (!object || flood(object, object, tables->corner) != object)
        return false;
    const uint32_t back = ~object & tables->eighteen;
    const uint32_t near = back & tables->six;
    return near && (near & ~flood(back, near, tables->face)) == 0;
}

typedef struct thinning {
    uint8_t *mask;
    size_t stride[3];
    cube_tables tables;
} thinning;

static uint32_t read_cube(const thinning *thin, size_t at)
{
    uint32_t bits = 0;
    int n = 0;
    for (int k = -1; k <= 1; k++)
        for (int j = -1; j <= 1; j++) {
            const uint8_t *row = thin->mask + (ptrdiff_t)at +
                                 k * (ptrdiff_t)thin->stride[2] +
                                 j * (ptrdiff_t)thin->stride[1];
            for (int i = -1; i <= 1; i++, n++)
                bits |= row[i] ? 1u << n : 0;
        }
    return bits;
}

/* An end of a line stays once the tube around it is gone. */
static bool may_go(const thinning *thin, size_t at)
{
    const uint32_t bits = read_cube(thin, at);
    return __builtin_popcount(bits) > 2 && is_simple(&thin->tables, bits);
}

static void clear_border(abl_volume *mask)
{
    const size_t *size = mask->grid.size;
    uint8_t *voxel = abl_volume_u8(mask);
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            uint8_t *row = voxel + abl_grid_offset(&mask->grid, 0, j, k);
            if (j == 0 || k == 0 || j + 1 == size[1] || k + 1 == size[2])
                memset(row, 0, size[0]);
            row[0] = row[size[0] - 1] = 0;
        }
}

/* Voxels of value 1, by depth in steps of 1/16 mm, then by place. */
typedef struct order_item {
    uint32_t level;
    uint32_t at;
} order_item;

static int compare(const void *a, const void *b)
{
    const order_item *x = a, *y = b;
    if (x->level != y->level)
        return x->level < y->level ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static order_item *list_voxels(size_t *count, const abl_volume *mask,
                               const abl_volume *depth, abl_error *err)
{
    const uint8_t *voxel = abl_volume_u8(mask);
    const float *mm = abl_volume_f32(depth);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    *count = 0;
    for (size_t v = 0; v < voxels; v++)
        *count += voxel[v] == 1;
    order_item *items = abl_alloc(*count, sizeof *items, err);
    size_t n = 0;
    for (size_t v = 0; items && v < voxels; v++)
        if (voxel[v] == 1) {
            const double level = 16 * (double)fminf(fmaxf(mm[v], 0), 1e6f);
            items[n++] = (order_item){(uint32_t)level, (uint32_t)v};
        }
    if (items)
        qsort(items, *count, sizeof *items, compare);
    return items;
}

/* Removes what can be removed of the first @p count items, and those that are
 * gone from the list; returns how many are left. */
static size_t sweep(const thinning *thin, order_item *items, size_t count)
{
    size_t kept = 0;
    for (size_t n = 0; n < count; n++) {
        if (may_go(thin, items[n].at))
            thin->mask[items[n].at] = 0;
        else
            items[kept++] = items[n];
    }
    return kept;
}

/* Level by level; what had to wait is looked at again each time. */
static void thin_all(const thinning *thin, order_item *items, size_t count)
{
    size_t waiting = 0, next = 0;
    while (next < count) {
        const uint32_t level = items[next].level;
        while (next < count && items[next].level == level)
            items[waiting++] = items[next++];
        for (size_t before = waiting + 1; waiting < before;) {
            before = waiting;
            waiting = sweep(thin, items, waiting);
        }
    }
}

abl_status abl_mask_thin(abl_volume *mask, const abl_volume *depth,
                         abl_error *err)
{
    if (mask->type != ABL_PIXEL_U8 || depth->type != ABL_PIXEL_F32)
        return abl_error_set(err, ABL_E_INVALID,
                             "thinning needs an 8-bit mask and float depths");
    abl_status status =
        abl_grid_check_same(&mask->grid, &depth->grid, 0.01, err);
    if (status)
        return status;
    clear_border(mask);
    size_t count;
    order_item *items = list_voxels(&count, mask, depth, err);
    if (!items)
        return ABL_E_NOMEM;
    thinning thin = {.mask = abl_volume_u8(mask),
                     .stride = {1, mask->grid.size[0],
                                mask->grid.size[0] * mask->grid.size[1]}};
    make_tables(&thin.tables);
    thin_all(&thin, items, count);
    free(items);
    return ABL_OK;
}
