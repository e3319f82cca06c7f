/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/png.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const size_t max_side = 16384;

/* Never leaves half a picture behind, nor removes what is not a file. */
static void remove_partial(FILE *file, const char *path)
{
    struct stat info;
    if (fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode))
        (void)remove(path);
}

static abl_status write_rows(FILE *file, const char *path, png_image *image,
                             const uint8_t *rgba, abl_error *err)
{
    errno = 0;
    if (!png_image_write_to_stdio(image, file, 0, rgba, 0, NULL))
        return abl_error_set(err, ABL_E_IO, "%s: cannot write: %s", path,
                             image->message);
    if (fflush(file) != 0 || ferror(file))
        return abl_error_set(err, ABL_E_IO, "%s: cannot write: %s", path,
                             errno ? strerror(errno) : "output error");
    return ABL_OK;
}

abl_status abl_png_write(const char *path, const uint8_t *rgba, size_t width,
                         size_t height, abl_error *err)
{
    if (width < 1 || height < 1 || width > max_side || height > max_side)
        return abl_error_set(err, ABL_E_INVALID,
                             "%s: a picture of %zu x %zu pixels is not "
                             "supported (1 to %zu)",
                             path, width, height, max_side);
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    image.format = PNG_FORMAT_RGBA;
    image.flags = PNG_IMAGE_FLAG_FAST;
    FILE *file = fopen(path, "wb");
    if (!file)
        return abl_error_set(err, ABL_E_IO, "%s: cannot write: %s", path,
                             strerror(errno));
    abl_status status = write_rows(file, path, &image, rgba, err);
    if (status)
        remove_partial(file, path);
    if (fclose(file) != 0 && !status) {
        status = abl_error_set(err, ABL_E_IO, "%s: cannot write: %s", path,
                               strerror(errno));
        (void)remove(path);
    }
    png_image_free(&image);
    return status;
}

static abl_status read_rows(uint8_t **rgba, png_image *image, const char *path,
                            abl_error *err)
{
    if (image->width < 1 || image->height < 1 || image->width > max_side ||
        image->height > max_side)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s: a picture of %u x %u pixels is not supported "
                             "(at most %zu)",
                             path, image->width, image->height, max_side);
    image->format = PNG_FORMAT_RGBA;
    uint8_t *pixels = abl_alloc((size_t)image->width * image->height, 4, err);
    if (!pixels)
        return ABL_E_NOMEM;
    if (!png_image_finish_read(image, NULL, pixels, 0, NULL)) {
        free(pixels);
        return abl_error_set(err, ABL_E_FORMAT, "%s: damaged PNG: %s", path,
                             image->message);
    }
    *rgba = pixels;
    return ABL_OK;
}

abl_status abl_png_read(uint8_t **rgba, size_t *width, size_t *height,
                        const char *path, abl_error *err)
{
    *rgba = NULL;
    *width = *height = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return abl_error_set(err, ABL_E_IO, "%s: cannot read: %s", path,
                             strerror(errno));
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    abl_status status = ABL_OK;
    if (!png_image_begin_read_from_stdio(&image, file))
        status = abl_error_set(err, ABL_E_FORMAT, "%s: not a PNG: %s", path,
                               image.message);
    if (!status)
        status = read_rows(rgba, &image, path, err);
    if (!status) {
        *width = image.width;
        *height = image.height;
    }
    png_image_free(&image);
    fclose(file);
    return status;
}
