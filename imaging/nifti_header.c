/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/nifti_header.h"

#include <math.h>
#include <string.h>

/* Byte positions of the fields of both versions. */
typedef struct layout {
    bool is_nifti2;
    size_t bytes, dim, datatype, bitpix, pixdim, vox_offset, slope, inter;
    size_t units, qform_code, sform_code, quatern, qoffset, srow;
} layout;

static const layout nifti1 = {false, 348, 40,  70,  72,  76,  108, 112,
                              116,   123, 252, 254, 256, 268, 280};
static const layout nifti2 = {true, 540, 16,  12,  14,  104, 168, 176,
                              184,  500, 344, 348, 352, 376, 400};

typedef struct source {
    const uint8_t *bytes;
    const layout *at;
    bool swapped;
} source;

static uint64_t get_bits(const source *from, size_t at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t n = 0; n < bytes; n++) {
        size_t index = from->swapped ? n : bytes - 1 - n;
        value = value << 8 | from->bytes[at + index];
    }
    return value;
}

static int64_t get_integer(const source *from, size_t at, size_t bytes)
{
    const uint64_t bits = get_bits(from, at, bytes);
    const uint64_t sign = (uint64_t)1 << (8 * bytes - 1);
    return (int64_t)((bits ^ sign) - sign);
}

/* Number @p n of an array: float in NIfTI-1, double in NIfTI-2. */
static double get_real(const source *from, size_t at, size_t n)
{
    if (from->at->is_nifti2) {
        const uint64_t bits = get_bits(from, at + 8 * n, 8);
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    const uint32_t bits = (uint32_t)get_bits(from, at + 4 * n, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static int64_t get_dim(const source *from, size_t n)
{
    const size_t bytes = from->at->is_nifti2 ? 8 : 2;
    return get_integer(from, from->at->dim + bytes * n, bytes);
}

static int64_t get_form_code(const source *from, size_t at)
{
    return get_integer(from, at, from->at->is_nifti2 ? 4 : 2);
}

static abl_status recognise(source *out, const uint8_t *bytes, size_t count,
                            abl_error *err)
{
    *out = (source){bytes, &nifti1, false};
    if (count < nifti1.bytes)
        return abl_error_set(err, ABL_E_FORMAT,
                             "only %zu bytes long: no NIfTI header", count);
    for (int n = 0; n < 4; n++) {
        out->at = n & 1 ? &nifti2 : &nifti1;
        out->swapped = n >= 2;
        if (get_integer(out, 0, 4) == (int64_t)out->at->bytes)
            break;
        if (n == 3)
            return abl_error_set(err, ABL_E_FORMAT, "not a NIfTI file");
    }
    if (count < out->at->bytes)
        return abl_error_set(err, ABL_E_FORMAT,
                             "the NIfTI header ends after %zu bytes", count);
    const char *magic =
        (const char *)bytes + (out->at->is_nifti2 ? 4 : (size_t)344);
    if (memcmp(magic, out->at->is_nifti2 ? "ni2" : "ni1", 4) == 0)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "a header of an .hdr/.img pair; convert it to "
                             "one .nii or .nii.gz file");
    if (memcmp(magic, out->at->is_nifti2 ? "n+2" : "n+1", 4) != 0)
        return abl_error_set(err, ABL_E_FORMAT,
                             "no NIfTI mark in the header (Analyze 7.5 has no "
                             "orientation and is not read)");
    return ABL_OK;
}

static abl_status parse_size(abl_nifti_header *out, const source *from,
                             abl_error *err)
{
    const int64_t dimensions = get_dim(from, 0);
    if (dimensions < 1 || dimensions > 7)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%lld dimensions; a volume has 3",
                             (long long)dimensions);
    for (int64_t a = 0; a < dimensions; a++) {
        const int64_t size = get_dim(from, (size_t)a + 1);
        if (size < 1 || size > (int64_t)ABL_GRID_MAX_SIZE)
            return abl_error_set(err, ABL_E_FORMAT,
                                 "axis %d has %lld voxels; allowed are 1 to "
                                 "%zu",
                                 (int)a, (long long)size, ABL_GRID_MAX_SIZE);
        if (a < 3)
            out->grid.size[a] = (size_t)size;
        else if (size != 1)
            return abl_error_set(err, ABL_E_UNSUPPORTED,
                                 "%lld volumes in one file; extract the one to "
                                 "analyse",
                                 (long long)size);
    }
    if (dimensions < 3)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "a %d-D image; a volume has 3 axes",
                             (int)dimensions);
    return ABL_OK;
}

static size_t bytes_of_type(int64_t type)
{
    switch (type) {
    case ABL_NIFTI_U8:
    case ABL_NIFTI_I8:
        return 1;
    case ABL_NIFTI_I16:
    case ABL_NIFTI_U16:
        return 2;
    case ABL_NIFTI_I32:
    case ABL_NIFTI_U32:
    case ABL_NIFTI_F32:
        return 4;
    case ABL_NIFTI_F64:
    case ABL_NIFTI_I64:
    case ABL_NIFTI_U64:
        return 8;
    default:
        return 0;
    }
}

static abl_status parse_voxels(abl_nifti_header *out, const source *from,
                               abl_error *err)
{
    const int64_t type = get_integer(from, from->at->datatype, 2);
    const int64_t bits = get_integer(from, from->at->bitpix, 2);
    out->voxel_bytes = bytes_of_type(type);
    if (out->voxel_bytes == 0)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "voxel type %d (colour, complex or unknown) is "
                             "not read",
                             (int)type);
    if (bits != (int64_t)out->voxel_bytes * 8)
        return abl_error_set(err, ABL_E_FORMAT,
                             "voxel type %d with %d bits contradicts itself",
                             (int)type, (int)bits);
    out->type = (abl_nifti_type)type;
    out->swapped = from->swapped;
    const double offset =
        from->at->is_nifti2 ? (double)get_integer(from, from->at->vox_offset, 8)
                            : get_real(from, from->at->vox_offset, 0);
    if (!(offset >= (double)from->at->bytes &&
          offset <= (double)ABL_NIFTI_MAX_OFFSET && offset == floor(offset)))
        return abl_error_set(err, ABL_E_FORMAT,
                             "voxels cannot start at byte %g", offset);
    out->voxel_offset = (size_t)offset;
    out->slope = get_real(from, from->at->slope, 0);
    out->inter = get_real(from, from->at->inter, 0);
    if (out->slope == 0 || !isfinite(out->slope) || !isfinite(out->inter)) {
        out->slope = 1;
        out->inter = 0;
    }
    return ABL_OK;
}

static double unit_in_mm(const source *from)
{
    const int64_t units = from->at->is_nifti2
                              ? get_integer(from, from->at->units, 4)
                              : from->bytes[from->at->units];
    const int64_t space = units & 7;
    return space == 1 ? 1000.0 : space == 3 ? 0.001 : 1.0;
}

/* Columns of the affine in RAS millimetres, and the origin. */
static void sform_affine(double affine[3][4], const source *from)
{
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 4; c++)
            affine[r][c] = get_real(from, from->at->srow, r * 4 + c);
}

static void qform_affine(double affine[3][4], const source *from)
{
    double q[4];
    for (size_t n = 0; n < 3; n++)
        q[n + 1] = get_real(from, from->at->quatern, n);
    const double rest = 1 - (q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
    q[0] = sqrt(fmax(rest, 0));
    if (rest < 1e-7) {
        const double length = sqrt(1 - rest);
        for (int n = 1; n < 4; n++)
            q[n] /= length;
        q[0] = 0;
    }
    const double rotation[3][3] = {
        {q[0] * q[0] + q[1] * q[1] - q[2] * q[2] - q[3] * q[3],
         2 * (q[1] * q[2] - q[0] * q[3]), 2 * (q[1] * q[3] + q[0] * q[2])},
        {2 * (q[1] * q[2] + q[0] * q[3]),
         q[0] * q[0] + q[2] * q[2] - q[1] * q[1] - q[3] * q[3],
         2 * (q[2] * q[3] - q[0] * q[1])},
        {2 * (q[1] * q[3] - q[0] * q[2]), 2 * (q[2] * q[3] + q[0] * q[1]),
         q[0] * q[0] + q[3] * q[3] - q[1] * q[1] - q[2] * q[2]}};
    const double handed = get_real(from, from->at->pixdim, 0) < 0 ? -1 : 1;
    for (size_t r = 0; r < 3; r++) {
        for (size_t c = 0; c < 3; c++)
            affine[r][c] = rotation[r][c] *
                           get_real(from, from->at->pixdim, c + 1) *
                           (c == 2 ? handed : 1);
        affine[r][3] = get_real(from, from->at->qoffset, r);
    }
}

static abl_status check_affine(double affine[3][4], abl_error *err)
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            if (!(fabs(affine[r][c]) <= 1e6))
                return abl_error_set(err, ABL_E_GEOMETRY,
                                     "the affine holds %g, no position in mm",
                                     affine[r][c]);
    return ABL_OK;
}

/* RAS to LPS: the first two coordinates change sign. */
static abl_status grid_from_affine(abl_grid *grid, double affine[3][4],
                                   double mm, abl_error *err)
{
    static const double to_lps[3] = {-1, -1, 1};
    abl_status status = check_affine(affine, err);
    if (status)
        return status;
    for (int a = 0; a < 3; a++) {
        double length = 0;
        for (int r = 0; r < 3; r++)
            length += affine[r][a] * affine[r][a];
        length = sqrt(length);
        if (!(length > 0))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "axis %d of the affine has no length", a);
        grid->spacing_mm[a] = length * mm;
        for (int r = 0; r < 3; r++)
            grid->direction[r][a] = to_lps[r] * affine[r][a] / length;
    }
    for (int r = 0; r < 3; r++)
        grid->origin_lps[r] = to_lps[r] * affine[r][3] * mm;
    return abl_grid_validate(grid, err);
}

abl_status abl_nifti_header_parse(abl_nifti_header *out, const uint8_t *bytes,
                                  size_t count, abl_error *err)
{
    memset(out, 0, sizeof *out);
    source from;
    abl_status status = recognise(&from, bytes, count, err);
    if (!status)
        status = parse_size(out, &from, err);
    if (!status)
        status = parse_voxels(out, &from, err);
    if (status)
        return status;
    double affine[3][4];
    if (get_form_code(&from, from.at->sform_code) > 0)
        sform_affine(affine, &from);
    else if (get_form_code(&from, from.at->qform_code) > 0)
        qform_affine(affine, &from);
    else
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "neither sform nor qform is set: left and right "
                             "are unknown");
    return grid_from_affine(&out->grid, affine, unit_in_mm(&from), err);
}

static void put_bits(uint8_t *bytes, size_t at, uint32_t value, size_t count)
{
    for (size_t n = 0; n < count; n++)
        bytes[at + n] = (uint8_t)(value >> (8 * n));
}

static void put_real(uint8_t *bytes, size_t at, double value)
{
    const float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    put_bits(bytes, at, bits, 4);
}

/* Unit quaternion (b, c, d; a >= 0) of a proper rotation. The largest of the
 * four is found first, so that no division is by a small number. */
static void quaternion_of(double q[4], double m[3][3])
{
    const double squares[4] = {
        1 + m[0][0] + m[1][1] + m[2][2], 1 + m[0][0] - m[1][1] - m[2][2],
        1 - m[0][0] + m[1][1] - m[2][2], 1 - m[0][0] - m[1][1] + m[2][2]};
    int top = 0;
    for (int n = 1; n < 4; n++)
        if (squares[n] > squares[top])
            top = n;
    const double s = 2 * sqrt(squares[top]);
    const double products[4][4] = {
        {s * s / 4, m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]},
        {m[2][1] - m[1][2], s * s / 4, m[0][1] + m[1][0], m[0][2] + m[2][0]},
        {m[0][2] - m[2][0], m[0][1] + m[1][0], s * s / 4, m[1][2] + m[2][1]},
        {m[1][0] - m[0][1], m[0][2] + m[2][0], m[1][2] + m[2][1], s * s / 4}};
    const double sign = products[top][0] < 0 ? -1 : 1;
    for (int n = 0; n < 4; n++)
        q[n] = sign * products[top][n] / s;
}

static void put_orientation(uint8_t *bytes, const abl_grid *grid)
{
    static const double to_ras[3] = {-1, -1, 1};
    double m[3][3], q[4];
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            m[r][c] = to_ras[r] * grid->direction[r][c];
    for (size_t r = 0; r < 3; r++) {
        for (size_t c = 0; c < 3; c++)
            put_real(bytes, nifti1.srow + 16 * r + 4 * c,
                     m[r][c] * grid->spacing_mm[c]);
        const double offset = to_ras[r] * grid->origin_lps[r];
        put_real(bytes, nifti1.srow + 16 * r + 12, offset);
        put_real(bytes, nifti1.qoffset + 4 * r, offset);
    }
    const double det = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                       m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                       m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    for (int r = 0; r < 3 && det < 0; r++)
        m[r][2] = -m[r][2];
    quaternion_of(q, m);
    for (size_t n = 0; n < 3; n++)
        put_real(bytes, nifti1.quatern + 4 * n, q[n + 1]);
    put_real(bytes, nifti1.pixdim, det < 0 ? -1 : 1);
    put_bits(bytes, nifti1.qform_code, 1, 2);
    put_bits(bytes, nifti1.sform_code, 1, 2);
}

abl_status abl_nifti_header_format(uint8_t bytes[ABL_NIFTI_VOXEL_OFFSET],
                                   const abl_grid *grid, abl_nifti_type type,
                                   abl_error *err)
{
    memset(bytes, 0, ABL_NIFTI_VOXEL_OFFSET);
    put_bits(bytes, 0, 348, 4);
    put_bits(bytes, nifti1.dim, 3, 2);
    for (size_t a = 0; a < 7; a++) {
        const size_t size = a < 3 ? grid->size[a] : 1;
        if (size > INT16_MAX)
            return abl_error_set(err, ABL_E_UNSUPPORTED,
                                 "%zu voxels along an axis are more than "
                                 "NIfTI-1 can say",
                                 size);
        put_bits(bytes, nifti1.dim + 2 * (a + 1), (uint32_t)size, 2);
        put_real(bytes, nifti1.pixdim + 4 * (a + 1),
                 a < 3 ? grid->spacing_mm[a] : 1);
    }
    put_bits(bytes, nifti1.datatype, type, 2);
    put_bits(bytes, nifti1.bitpix, (uint32_t)bytes_of_type(type) * 8, 2);
    put_real(bytes, nifti1.vox_offset, ABL_NIFTI_VOXEL_OFFSET);
    put_real(bytes, nifti1.slope, 1);
    bytes[nifti1.units] = 2;
    put_orientation(bytes, grid);
    memcpy(bytes + 344, "n+1", 4);
    return ABL_OK;
}
