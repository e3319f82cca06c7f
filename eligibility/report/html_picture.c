/* Pictures as data: URIs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "eligibility/report/base64.h"
#include "eligibility/report/html_out.h"

/* Reads whole groups of three, so that base64 needs no carry. */
static void copy_base64(FILE *out, FILE *in)
{
    unsigned char block[3 * 4096];
    size_t bytes = 0;
    do {
        bytes = fread(block, 1, sizeof block, in);
        abl_base64_write(out, block, bytes);
    } while (bytes == sizeof block);
}

/* "axial" of "overlays/lesion-01-axial.png": letters only. */
static void name_kind(char *kind, size_t size, const char *file)
{
    const char *from = file + strlen(file);
    size_t used = 0;
    while (from > file && from[-1] != '-' && from[-1] != '/')
        from--;
    for (; *from >= 'a' && *from <= 'z' && used + 1 < size; from++)
        kind[used++] = *from;
    kind[used] = '\0';
}

static abl_status embed_file(const abl_html *html, const abl_picture *picture,
                             abl_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", html->folder, picture->file);
    FILE *in = fopen(path, "rb");
    if (!in)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                             strerror(errno));
    copy_base64(html->file, in);
    const bool failed = ferror(in) != 0;
    fclose(in);
    return failed
               ? abl_error_set(err, ABL_E_IO, "%s: cannot be read whole", path)
               : ABL_OK;
}

static abl_status embed(const abl_html *html, const abl_picture *picture,
                        abl_error *err)
{
    const abl_pixels *kept = &picture->pixels;
    abl_status status = ABL_OK;
    char kind[32];
    name_kind(kind, sizeof kind, picture->file);
    abl_html_put(html, "<figure class=\"shows-%s\">", kind);
    abl_html_put(html, "<img width=\"%zu\" height=\"%zu\" alt=\"",
                 picture->width, picture->height);
    abl_html_text(html, picture->caption);
    abl_html_raw(html, "\" src=\"data:image/png;base64,");
    if (kept->png)
        abl_base64_write(html->file, kept->png, kept->png_bytes);
    else
        status = embed_file(html, picture, err);
    abl_html_raw(html, "\">\n");
    abl_html_element(html, "figcaption", NULL, picture->caption);
    abl_html_raw(html, "</figure>\n");
    return status;
}

/* The slices of a lesion, or NULL. */
static const abl_viewer_stack *stack_of(const abl_html *html, int lesion)
{
    const abl_viewer *viewer = &html->budget->viewer;
    for (size_t n = 0; n < viewer->stack_count; n++)
        if (viewer->stacks[n].lesion == lesion)
            return &viewer->stacks[n];
    return NULL;
}

static void name_left_out(const abl_html *html, int lesion)
{
    bool any = false;
    for (size_t n = 0; n < html->pictures->count; n++) {
        if (html->budget->holds[n] || html->pictures->items[n].lesion != lesion)
            continue;
        abl_html_raw(html, any ? ", "
                               : "<p class=\"quiet\">Left out, to keep this "
                                 "page small; beside it lie: ");
        abl_html_raw(html, "<a href=\"");
        abl_html_text(html, html->pictures->items[n].file);
        abl_html_raw(html, "\">");
        abl_html_text(html, html->pictures->items[n].file);
        abl_html_raw(html, "</a>");
        any = true;
    }
    if (any)
        abl_html_raw(html, "</p>\n");
}

abl_status abl_html_pictures(const abl_html *html, int lesion, abl_error *err)
{
    const abl_viewer_stack *stack = stack_of(html, lesion);
    abl_status status = ABL_OK;
    abl_html_raw(html, lesion ? "<div class=\"pictures\">\n"
                              : "<div class=\"pictures sheets\">\n");
    if (stack)
        abl_viewer_write_stack(html->file, stack);
    for (size_t n = 0; !status && n < html->pictures->count; n++)
        if (html->budget->holds[n] && html->pictures->items[n].lesion == lesion)
            status = embed(html, &html->pictures->items[n], err);
    abl_html_raw(html, "</div>\n");
    name_left_out(html, lesion);
    return status;
}
