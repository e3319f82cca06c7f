/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/csv_out.h"

#include <math.h>
#include <string.h>

#include "eligibility/report/text.h"

/* A spreadsheet runs a field that begins with one of these; some take the
 * full-width forms too. */
static bool looks_like_formula(const char *text)
{
    static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};
    for (size_t n = 0; n < sizeof wide / sizeof wide[0]; n++)
        if (strncmp(text, wide[n], 3) == 0)
            return true;
    return text[0] && strchr("=+-@\t\r", text[0]);
}

void abl_csv_text(FILE *file, const char *text)
{
    const bool guarded = looks_like_formula(text);
    const bool quoted = guarded || text[strcspn(text, "\",\r\n;")] != '\0';
    if (quoted)
        fputc('"', file);
    if (guarded)
        fputc('\'', file);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    if (quoted)
        fputc('"', file);
}

static void next_cell(abl_csv *csv)
{
    if (csv->cells++)
        fputc(',', csv->file);
}

void abl_csv_cell(abl_csv *csv, const char *text)
{
    char clean[2048];
    abl_text_clean(clean, sizeof clean, text);
    next_cell(csv);
    abl_csv_text(csv->file, clean);
}

void abl_csv_number(abl_csv *csv, double value, int decimals)
{
    next_cell(csv);
    if (isfinite(value))
        fprintf(csv->file, "%.*f", decimals, value);
}

void abl_csv_value(abl_csv *csv, const abl_value *value, double scale,
                   int decimals)
{
    abl_csv_number(csv, value->measured ? value->value * scale : NAN, decimals);
    abl_csv_number(csv, value->measured ? value->uncertainty * scale : NAN,
                   decimals);
}

void abl_csv_end_row(abl_csv *csv)
{
    fputs("\r\n", csv->file);
    csv->cells = 0;
}
