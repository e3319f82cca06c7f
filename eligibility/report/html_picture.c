/* Pictures as data: URIs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "eligibility/report/html_out.h"

static void put_base64(FILE *out, const unsigned char *in, size_t bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t n = 0; n < bytes; n += 3) {
        const unsigned b0 = in[n], b1 = n + 1 < bytes ? in[n + 1] : 0,
                       b2 = n + 2 < bytes ? in[n + 2] : 0;
        const unsigned all = b0 << 16 | b1 << 8 | b2;
        fputc(digits[all >> 18], out);
        fputc(digits[all >> 12 & 63], out);
        fputc(n + 1 < bytes ? digits[all >> 6 & 63] : '=', out);
        fputc(n + 2 < bytes ? digits[all & 63] : '=', out);
    }
}

/* Reads whole groups of three, so that base64 needs no carry. */
static size_t copy_base64(FILE *out, FILE *in)
{
    unsigned char block[3 * 1024];
    size_t total = 0, bytes = 0;
    do {
        bytes = fread(block, 1, sizeof block, in);
        put_base64(out, block, bytes);
        total += bytes;
    } while (bytes == sizeof block);
    return total;
}

static abl_status fail_read(const char *path, abl_error *err)
{
    return abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                         strerror(errno));
}

static abl_status open_picture(FILE **out, long *bytes, const char *path,
                               abl_error *err)
{
    *bytes = 0;
    *out = fopen(path, "rb");
    if (!*out)
        return fail_read(path, err);
    if (fseek(*out, 0, SEEK_END) == 0 && (*bytes = ftell(*out)) >= 0 &&
        fseek(*out, 0, SEEK_SET) == 0)
        return ABL_OK;
    abl_status status = fail_read(path, err);
    fclose(*out);
    *out = NULL;
    return status;
}

static abl_status embed(abl_html *html, const abl_picture *picture,
                        abl_error *err)
{
    char path[PATH_MAX];
    FILE *in = NULL;
    long bytes = 0;
    const int length =
        snprintf(path, sizeof path, "%s/%s", html->folder, picture->file);
    if (length < 0 || (size_t)length >= sizeof path)
        return abl_error_set(err, ABL_E_IO, "%s: the path is too long",
                             html->folder);
    abl_status status = open_picture(&in, &bytes, path, err);
    if (status)
        return status;
    if (html->picture_bytes + (size_t)bytes > ABL_HTML_MAX_PICTURE_BYTES) {
        abl_html_raw(html, "<p class=\"quiet\">Not embedded, to keep this "
                           "page small: ");
        abl_html_text(html, picture->file);
        abl_html_raw(html, "</p>\n");
        fclose(in);
        return ABL_OK;
    }
    abl_html_put(html, "<img width=\"%zu\" height=\"%zu\" alt=\"",
                 picture->width, picture->height);
    abl_html_text(html, picture->caption);
    abl_html_raw(html, "\" src=\"data:image/png;base64,");
    const size_t copied = copy_base64(html->file, in);
    abl_html_raw(html, "\">\n");
    html->picture_bytes += copied;
    if (ferror(in) || copied != (size_t)bytes)
        status = fail_read(path, err);
    fclose(in);
    return status;
}

abl_status abl_html_pictures(abl_html *html, int lesion, abl_error *err)
{
    bool any = false;
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < html->pictures->count; n++) {
        const abl_picture *picture = &html->pictures->items[n];
        if (picture->lesion != lesion)
            continue;
        if (!any)
            abl_html_raw(html, "<div class=\"pictures\">\n");
        any = true;
        abl_html_raw(html, "<figure>");
        status = embed(html, picture, err);
        abl_html_element(html, "figcaption", NULL, picture->caption);
        abl_html_raw(html, "</figure>\n");
    }
    if (any)
        abl_html_raw(html, "</div>\n");
    return status;
}
