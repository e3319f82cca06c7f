/* The answer on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/report/read_text.h"
#include "eligibility/report/text.h"

#define MAX_LESIONS_SHOWN 4
#define COLUMNS           78

/* Characters, not bytes, of UTF-8. */
static int width_of(const char *text, size_t bytes)
{
    int width = 0;
    for (size_t n = 0; n < bytes; n++)
        width += ((unsigned char)text[n] & 0xc0) != 0x80;
    return width;
}

static void put_wrapped(FILE *stream, const char *text, int indent)
{
    char clean[1024];
    abl_text_clean(clean, sizeof clean, text);
    int column = indent;
    fprintf(stream, "%*s", indent, "");
    for (const char *at = clean; *at;) {
        const size_t bytes = strcspn(at, " ");
        const int width = width_of(at, bytes);
        if (column > indent && column + 1 + width > COLUMNS) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', stream);
            column++;
        }
        fprintf(stream, "%.*s", (int)bytes, at);
        column += width;
        at += bytes;
        at += strspn(at, " ");
    }
    fputc('\n', stream);
}

static void put_lesion(FILE *stream, const abl_report *report, size_t n)
{
    const abl_lesion_findings *lesion = &report->findings->lesions[n];
    const abl_judgement *judged = &report->assessment->lesions[n];
    const abl_lesion_explanation *of = &report->explanation->lesions[n];
    const char *change = of->sensitivity.text;
    fprintf(stream, "\nlesion %d: %s%s\n", lesion->number,
            abl_verdict_text(judged->verdict),
            lesion->is_low_confidence ? " (low confidence)" : "");
    put_wrapped(stream, judged->limiting_factor, 2);
    if (change[0])
        put_wrapped(stream, change, 2);
    fprintf(stream,
            "  same verdict in %zu of %zu draws of the measurement "
            "error\n",
            of->stability.same, of->stability.draws);
}

/* Lesions that decide come first in the list: does not meet, then the rest. */
static void put_lesions(FILE *stream, const abl_report *report)
{
    static const abl_verdict order[] = {
        ABL_VERDICT_DOES_NOT_MEET, ABL_VERDICT_NOT_ASSESSABLE,
        ABL_VERDICT_BORDERLINE, ABL_VERDICT_MEETS};
    const abl_assessment *assessment = report->assessment;
    size_t shown = 0;
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
        for (size_t n = 0; n < assessment->lesion_count; n++) {
            if (assessment->lesions[n].verdict != order[o])
                continue;
            if (shown < MAX_LESIONS_SHOWN)
                put_lesion(stream, report, n);
            shown++;
        }
    if (shown > MAX_LESIONS_SHOWN)
        fprintf(stream, "\n... and %zu more lesion%s in the report\n",
                shown - MAX_LESIONS_SHOWN,
                shown == MAX_LESIONS_SHOWN + 1 ? "" : "s");
}

/* An exam that would settle several things is named once. */
static void put_next_exams(FILE *stream, const abl_explanation *explanation)
{
    const abl_next_exam *exams = explanation->next_exams;
    char line[512];
    for (size_t n = 0; n < explanation->next_exam_count; n++) {
        bool is_said = false;
        for (size_t m = 0; m < n; m++)
            is_said = is_said || strcmp(exams[m].exam, exams[n].exam) == 0;
        if (is_said)
            continue;
        snprintf(line, sizeof line, "would settle more: %s (%s)", exams[n].exam,
                 exams[n].code);
        put_wrapped(stream, line, 0);
    }
}

abl_status abl_report_print_summary(FILE *stream, const abl_report *report,
                                    abl_error *err)
{
    const abl_findings *findings = report->findings;
    const char *limiting = report->assessment->patient.limiting_factor;
    char phase[64], line[512];
    abl_phase_describe(phase, &findings->exam.phase);
    fprintf(stream, "VERDICT: %s\n",
            abl_verdict_text(report->assessment->patient.verdict));
    abl_read_line(line, sizeof line, report);
    if (line[0])
        put_wrapped(stream, line, 2);
    put_wrapped(stream, report->assessment->summary, 2);
    if (strncmp(limiting, "Lesion ", 7) != 0) /* else it comes below */
        put_wrapped(stream, limiting, 2);
    put_lesions(stream, report);
    fputc('\n', stream);
    snprintf(line, sizeof line,
             "series: %s, %s, phase %s, slices %.2f mm; profile %s",
             report->info->modality_text,
             report->info->description[0] ? report->info->description
                                          : "no description",
             phase, findings->exam.slice_spacing_mm, report->profile->name);
    put_wrapped(stream, line, 0);
    for (size_t n = 0; n < findings->warning_count; n++) {
        snprintf(line, sizeof line, "warning: %s", findings->warnings[n].text);
        put_wrapped(stream, line, 0);
    }
    put_next_exams(stream, report->explanation);
    put_wrapped(stream,
                "note: CT under-counts neuroendocrine metastases; "
                "numbers and what else was not assessed are in the "
                "report.",
                0);
    put_wrapped(stream, ABL_RESEARCH_USE, 0);
    if (ferror(stream))
        return abl_error_set(err, ABL_E_IO, "the summary cannot be written");
    return ABL_OK;
}
