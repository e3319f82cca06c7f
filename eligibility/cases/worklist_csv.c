/* SPDX-License-Identifier: Apache-2.0
 * Source of the format: RFC 4180, section 2. */
#include <string.h>

#include "eligibility/cases/worklist.h"
#include "eligibility/report/csv_out.h"
#include "eligibility/report/report.h"
#include "eligibility/report/text.h"

static const char header[] =
    "rank,case,scope,lesion,status,message,verdict,distance_to_limit_ratio,"
    "nearest_rule,nearest_rule_of,nearest_rule_title,nearest_rule_result,"
    "value,value_95_percent_half_width,limit,unit,band_low,band_high,"
    "limiting_factor,longest_axial_diameter_mm,capsule_distance_mm,"
    "vessel_distance_mm,slice,low_confidence,lesions_in_case,read_by_reader,"
    "report_url,limit_source_tag,limit_source\r\n";

static void put_text(FILE *file, const char *text)
{
    fputc(',', file);
    abl_csv_text(file, text);
}

static void put_number(FILE *file, bool known, double number, int decimals)
{
    fputc(',', file);
    if (known)
        fprintf(file, "%.*f", decimals, number + 0.0);
}

static void put_flag(FILE *file, bool known, bool flag)
{
    put_text(file, !known ? "" : flag ? "yes" : "no");
}

static void put_count(FILE *file, bool known, size_t count)
{
    fputc(',', file);
    if (known)
        fprintf(file, "%zu", count);
}

static void put_nearest(FILE *file, const abl_worklist_row *row)
{
    const abl_case_rule *rule = &row->nearest;
    char id[8] = "", of[24] = "";
    if (row->close) {
        snprintf(id, sizeof id, "R%d", rule->id);
        snprintf(of, sizeof of, row->close_lesion ? "lesion %d" : "patient",
                 row->close_lesion);
    }
    const bool band = row->close && rule->has_band;
    put_number(file, row->close, row->ratio, 3);
    put_text(file, id);
    put_text(file, of);
    put_text(file, rule->title);
    put_text(file, row->close ? abl_result_name(rule->result) : "");
    put_number(file, row->close, rule->observed.value, 2);
    put_number(file, row->close, rule->observed.uncertainty, 2);
    put_number(file, row->close, rule->limit, 2);
    put_text(file, rule->unit);
    put_number(file, band, rule->band_low, 2);
    put_number(file, band, rule->band_high, 2);
}

static void put_row(FILE *file, const abl_worklist_row *row, size_t rank)
{
    const bool read = row->status == ABL_CASE_READ;
    const bool lesion = row->lesion > 0;
    const char *scope = !read ? "" : lesion ? "lesion" : "patient";
    fprintf(file, "%zu", rank);
    put_text(file, row->name);
    put_text(file, scope);
    put_count(file, lesion, (size_t)row->lesion);
    put_text(file, abl_case_status_name(row->status));
    put_text(file, row->message);
    put_text(file, read ? abl_verdict_name(row->verdict) : "");
    put_nearest(file, row);
    put_text(file, row->limiting_factor);
    put_number(file, row->longest_axial_diameter_mm.measured,
               row->longest_axial_diameter_mm.value, 1);
    put_number(file, row->capsule_mm.measured, row->capsule_mm.value, 1);
    put_number(file, row->vessel_mm.measured, row->vessel_mm.value, 1);
    put_count(file, row->slice > 0, row->slice);
    put_flag(file, lesion, row->low_confidence);
    put_count(file, read, row->lesion_count);
    put_flag(file, read, row->was_read_by_reader);
    put_text(file, row->report);
    put_text(file,
             row->close ? abl_source_tag_name(row->nearest.source.tag) : "");
    put_text(file, row->close ? row->nearest.source.text : "");
    fputs("\r\n", file);
}

abl_status abl_worklist_write_csv(const char *path, const abl_worklist *list,
                                  abl_error *err)
{
    FILE *file = NULL;
    abl_status status = abl_text_open(&file, path, err);
    if (status)
        return status;
    fputs(header, file);
    for (size_t n = 0; n < list->row_count; n++)
        put_row(file, &list->rows[n], n + 1);
    return abl_text_close(file, path, err);
}
