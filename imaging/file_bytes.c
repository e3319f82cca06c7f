/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/file_bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "imaging/sha256.h"

#define CHUNK_BYTES ((size_t)65536)

/* @p size is what the file has now. */
static abl_status open_file(FILE **file, size_t *size, const char *path,
                            abl_error *err)
{
    struct stat facts = {.st_size = 0};
    *file = NULL;
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
        return abl_error_set(err, ABL_E_IO, "%s: is not a file", path);
    *file = fopen(path, "rb");
    if (!*file)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                             strerror(errno));
    *size = (size_t)facts.st_size;
    return ABL_OK;
}

abl_status abl_file_read(char **text, size_t *bytes, const char *path,
                         size_t max_bytes, abl_error *err)
{
    FILE *file = NULL;
    size_t size = 0;
    *text = NULL;
    *bytes = 0;
    abl_status status = open_file(&file, &size, path, err);
    if (status)
        return status;
    char *buffer = NULL;
    if (size > max_bytes)
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: is larger than the %zu bytes that such a "
                               "file may have",
                               path, max_bytes);
    else if (!(buffer = abl_alloc(size + 1, 1, err)))
        status = ABL_E_NOMEM;
    else if (fread(buffer, 1, size, file) != size)
        status =
            abl_error_set(err, ABL_E_IO, "%s: cannot be read in full: %s", path,
                          ferror(file) ? strerror(errno) : "it shrank");
    fclose(file);
    if (status) {
        free(buffer);
        return status;
    }
    *text = buffer;
    *bytes = size;
    return ABL_OK;
}

abl_status abl_file_write(const char *path, const void *data, size_t bytes,
                          abl_error *err)
{
    struct stat facts;
    errno = 0;
    FILE *file = fopen(path, "wb");
    if (!file)
        return abl_error_set(err, ABL_E_IO, "%s: cannot write: %s", path,
                             strerror(errno));
    const bool is_file =
        fstat(fileno(file), &facts) == 0 && S_ISREG(facts.st_mode);
    bool whole = fwrite(data, 1, bytes, file) == bytes;
    int why = errno;
    if (fclose(file) != 0 && whole) {
        whole = false;
        why = errno;
    }
    if (whole)
        return ABL_OK;
    if (is_file)
        (void)remove(path);
    return abl_error_set(err, ABL_E_IO, "%s: cannot write: %s", path,
                         why ? strerror(why) : "output error");
}

abl_status abl_file_sha256(char hex[65], const char *path, abl_error *err)
{
    FILE *file = NULL;
    hex[0] = '\0';
    size_t size = 0;
    abl_status status = open_file(&file, &size, path, err);
    if (status)
        return status;
    unsigned char *chunk = abl_alloc(CHUNK_BYTES, 1, err);
    if (!chunk) {
        fclose(file);
        return ABL_E_NOMEM;
    }
    abl_sha256 sum;
    abl_sha256_init(&sum);
    size_t count = 0;
    while ((count = fread(chunk, 1, CHUNK_BYTES, file)) > 0)
        abl_sha256_update(&sum, chunk, count);
    if (ferror(file))
        status = abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                               strerror(errno));
    else
        abl_sha256_finish(hex, &sum);
    fclose(file);
    free(chunk);
    return status;
}

const char *abl_file_last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}
