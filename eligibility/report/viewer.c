/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/viewer.h"

#include <stdlib.h>
#include <string.h>

#include "eligibility/embedded.h"
#include "eligibility/report/base64.h"
#include "eligibility/report/overlay.h"
#include "eligibility/report/viewer_set.h"
#include "imaging/sha256.h"

/* Codes by parts: first HU, step, first code. */
static const struct {
    double hu, step;
    int code;
} parts[] = {{-1016, 16, 0}, {-200, 4, 51}, {312, 16, 179}, {1544, 16, 256}};

uint8_t abl_viewer_code(double hu)
{
    if (!(hu > parts[0].hu))
        return 0;
    for (int n = 0; n < 3; n++)
        if (hu < parts[n + 1].hu)
            return (uint8_t)(parts[n].code +
                             (int)((hu - parts[n].hu) / parts[n].step));
    return 255;
}

double abl_viewer_code_hu(uint8_t code)
{
    int n = 2;
    while (code < parts[n].code)
        n--;
    return parts[n].hu + parts[n].step * (code - parts[n].code + 0.5);
}

static void put_geometry(FILE *file, const abl_viewer_plan *plan,
                         const abl_stack_plan *stack, int lesion)
{
    const abl_view *view = &plan->sets[stack->set].view;
    const double ways[4][3] = {
        {-view->right_lps[0], -view->right_lps[1], -view->right_lps[2]},
        {view->right_lps[0], view->right_lps[1], view->right_lps[2]},
        {-view->down_lps[0], -view->down_lps[1], -view->down_lps[2]},
        {view->down_lps[0], view->down_lps[1], view->down_lps[2]}};
    const abl_viewer_window *window = &stack->window;
    fprintf(file,
            "{\"lesion\":%d,\"index\":%zu,\"set\":%zu,\"x\":%ld,\"y\":%ld,"
            "\"width\":%ld,\"height\":%ld,\"mm\":%.5f,"
            "\"start\":%zu,\"stride\":%zu,\"of\":%zu,\"sides\":[",
            lesion, stack->index, stack->set, window->left, window->top,
            window->right - window->left, window->bottom - window->top,
            view->mm_per_px, stack->start, stack->stride,
            plan->report->image->grid.size[2]);
    for (int n = 0; n < 4; n++) {
        char letters[4];
        abl_view_letters(letters, ways[n]);
        fprintf(file, "%s\"%s\"", n ? "," : "", letters);
    }
    fprintf(file, "],\"window\":[%.0f,%.0f],\"parts\":[", ABL_WINDOW_CENTRE_HU,
            ABL_WINDOW_WIDTH_HU);
    for (int n = 0; n < 3; n++)
        fprintf(file, "%s[%.0f,%.0f,%d]", n ? "," : "", parts[n].hu,
                parts[n].step, parts[n].code);
}

static abl_status make_stack(abl_viewer_stack *out, const abl_viewer_plan *plan,
                             const abl_stack_plan *stack, abl_error *err)
{
    const abl_set_plan *set = &plan->sets[stack->set];
    FILE *file = open_memstream(&out->facts, &out->facts_bytes);
    if (!file)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory for a viewer");
    out->lesion = plan->report->findings->lesions[stack->index].number;
    out->width_px = (size_t)(stack->window.right - stack->window.left);
    out->height_px = (size_t)(stack->window.bottom - stack->window.top);
    out->slice_count = stack->count;
    put_geometry(file, plan, stack, out->lesion);
    fputs("],\"slices\":[", file);
    for (size_t n = 0; n < stack->count; n++)
        fprintf(file, "%s%zu", n ? "," : "",
                abl_viewer_slice_at(set, stack->slices[n]));
    fputs("]}", file);
    const bool failed = ferror(file) != 0;
    return fclose(file) != 0 || failed
               ? abl_error_set(err, ABL_E_NOMEM, "out of memory for a viewer")
               : ABL_OK;
}

static abl_status make_all(abl_viewer *out, const abl_viewer_plan *plan,
                           abl_error *err)
{
    abl_status status = ABL_OK;
    out->stacks = abl_alloc(plan->stack_count + 1, sizeof *out->stacks, err);
    out->sets = abl_alloc(plan->set_count + 1, sizeof *out->sets, err);
    if (!out->stacks || !out->sets)
        return ABL_E_NOMEM;
    for (size_t n = 0; !status && n < plan->set_count; n++) {
        out->set_count++;
        status = abl_viewer_set_make(&out->sets[n], plan, n, err);
    }
    for (size_t n = 0; !status && n < plan->stack_count; n++) {
        out->stack_count++;
        status = make_stack(&out->stacks[n], plan, &plan->stacks[n], err);
    }
    return status;
}

abl_status abl_viewer_create(abl_viewer *out, const abl_report *report,
                             size_t lesions, abl_error *err)
{
    abl_viewer_plan plan;
    memset(out, 0, sizeof *out);
    abl_status status = abl_viewer_plan_make(&plan, report, lesions, err);
    if (!status)
        status = make_all(out, &plan, err);
    abl_viewer_plan_clear(&plan);
    if (status)
        abl_viewer_clear(out);
    return status;
}

void abl_viewer_clear(abl_viewer *viewer)
{
    for (size_t n = 0; n < viewer->set_count; n++) {
        abl_viewer_set *set = &viewer->sets[n];
        for (size_t p = 0; set->png && p < set->png_count; p++)
            free(set->png[p]);
        free(set->png);
        free(set->png_bytes);
        free(set->facts);
    }
    for (size_t n = 0; n < viewer->stack_count; n++)
        free(viewer->stacks[n].facts);
    free(viewer->sets);
    free(viewer->stacks);
    memset(viewer, 0, sizeof *viewer);
}

size_t abl_viewer_page_bytes(const abl_viewer *viewer)
{
    size_t bytes = 64;
    for (size_t n = 0; n < viewer->set_count; n++) {
        const abl_viewer_set *set = &viewer->sets[n];
        bytes += set->facts_bytes + 128;
        for (size_t p = 0; p < set->png_count; p++)
            bytes += abl_base64_bytes(set->png_bytes[p]) + 64;
    }
    for (size_t n = 0; n < viewer->stack_count; n++)
        bytes += viewer->stacks[n].facts_bytes + 256;
    return bytes;
}

void abl_viewer_write_slices(FILE *file, const abl_viewer *viewer)
{
    if (!viewer->set_count)
        return;
    fputs("<!--slices-->\n", file);
    for (size_t n = 0; n < viewer->set_count; n++) {
        const abl_viewer_set *set = &viewer->sets[n];
        fputs("<div class=\"viewer-slices\" hidden data-set='", file);
        fwrite(set->facts, 1, set->facts_bytes, file);
        fputs("'>\n", file);
        for (size_t p = 0; p < set->png_count; p++) {
            fputs("<img hidden alt=\"\" src=\"data:image/png;base64,", file);
            abl_base64_write(file, set->png[p], set->png_bytes[p]);
            fputs("\">\n", file);
        }
        fputs("</div>\n", file);
    }
    fputs("<!--/slices-->\n", file);
}

void abl_viewer_write_stack(FILE *file, const abl_viewer_stack *stack)
{
    fprintf(file,
            "<!--viewer %d-->\n<div class=\"viewer\" role=\"group\" "
            "aria-label=\"Slices around lesion %d\" hidden data-stack='",
            stack->lesion, stack->lesion);
    fwrite(stack->facts, 1, stack->facts_bytes, file);
    fputs("'></div>\n<!--/viewer-->\n", file);
}

void abl_viewer_script_source(char out[56])
{
    char hex[65];
    unsigned char sum[32];
    abl_sha256_hex(hex, abl_viewer_js, abl_viewer_js_bytes);
    for (int n = 0; n < 32; n++) {
        const char pair[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
        sum[n] = (unsigned char)strtoul(pair, NULL, 16);
    }
    memset(out, 0, 56);
    FILE *file = fmemopen(out, 56, "w");
    if (!file)
        return;
    fputs("'sha256-", file);
    abl_base64_write(file, sum, sizeof sum);
    fputc('\'', file);
    fclose(file);
}
