/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/safe_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/embedded.h"

enum {
    MAX_PROFILES = 32,
    MAX_WORD = 32
};

struct abl_teach_sources {
    size_t count;
    abl_profile profiles[MAX_PROFILES];
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_known_word(const char *text, size_t length)
{
    char word[MAX_WORD];
    if (length >= sizeof word)
        return false;
    for (size_t n = 0; n < length; n++)
        word[n] = (char)tolower((unsigned char)text[n]);
    word[length] = '\0';
    const char *list = (const char *)abl_teach_words;
    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word)) {
        const bool begins = at == list || isspace((unsigned char)at[-1]);
        const char after = at[length];
        if (begins && (!after || isspace((unsigned char)after)))
            return true;
    }
    return false;
}

/* Length of a number that says no more than a measurement does; 0: refused. */
static size_t measurement_length(const char *text)
{
    size_t whole = 0, n = 0, decimals = 0;
    while (is_digit(text[whole]))
        whole++;
    n = whole;
    if (text[n] == '.' && is_digit(text[n + 1])) {
        n++;
        while (is_digit(text[n + decimals]))
            decimals++;
        n += decimals;
    }
    const bool joined =
        text[n] && strchr("-/:.", text[n]) && is_digit(text[n + 1]);
    if (whole > 5 || decimals > 2 || joined || is_letter(text[n]))
        return 0;
    return n;
}

/* Length of a character that is no word and no number; 0: refused. */
static size_t mark_length(const char *text)
{
    static const char *const marks[] = {"\xc2\xb1", "\xc2\xb0"}; /* ± ° */
    if (strchr(" ,;:.()%+-'", *text))
        return 1;
    for (size_t n = 0; n < sizeof marks / sizeof marks[0]; n++)
        if (strncmp(text, marks[n], strlen(marks[n])) == 0)
            return strlen(marks[n]);
    return 0;
}

bool abl_teach_text_is_safe(const char *text)
{
    while (*text) {
        size_t length = 0;
        if (is_letter(*text)) {
            while (is_letter(text[length]))
                length++;
            if (!is_known_word(text, length) || is_digit(text[length]))
                return false;
        } else if (is_digit(*text)) {
            length = measurement_length(text);
        } else {
            length = mark_length(text);
        }
        if (length == 0)
            return false;
        text += length;
    }
    return true;
}

bool abl_teach_unit_is_known(const char *unit)
{
    static const char *const units[] = {"", "mm", "%", "deg", "mL", "HU", "cm"};
    for (size_t n = 0; n < sizeof units / sizeof units[0]; n++)
        if (strcmp(unit, units[n]) == 0)
            return true;
    return false;
}

static abl_status add_profile(abl_teach_sources *sources, const char *name,
                              const char *overlay, abl_error *err)
{
    char what[128];
    if (sources->count == MAX_PROFILES)
        return abl_error_set(err, ABL_E_INTERNAL, "too many profiles");
    snprintf(what, sizeof what, "%s%s%s", name, overlay ? "+" : "",
             overlay ? overlay : "");
    return abl_profile_load(&sources->profiles[sources->count++], what, err);
}

abl_status abl_teach_sources_create(abl_teach_sources **out, abl_error *err)
{
    *out = abl_alloc(1, sizeof **out, err);
    if (!*out)
        return ABL_E_NOMEM;
    abl_status status = add_profile(*out, "net", NULL, err);
    for (size_t n = 0; abl_profile_names[n] && !status; n++) {
        status = add_profile(*out, abl_profile_names[n], NULL, err);
        for (size_t o = 0; abl_overlay_names[o] && !status; o++)
            status = add_profile(*out, abl_profile_names[n],
                                 abl_overlay_names[o], err);
    }
    if (status) {
        free(*out);
        *out = NULL;
    }
    return status;
}

void abl_teach_sources_destroy(abl_teach_sources *sources)
{
    free(sources);
}

const char *abl_teach_rule_title(const abl_teach_sources *sources, int id)
{
    return sources->profiles[0].rules[id - 1].title;
}

const char *abl_teach_rule_source(const abl_teach_sources *sources,
                                  const abl_case_rule *rule)
{
    for (size_t n = 0; n < sources->count; n++) {
        const abl_source *source =
            &sources->profiles[n].rules[rule->id - 1].source;
        if (source->tag == rule->source.tag &&
            strcmp(source->text, rule->source.text) == 0)
            return source->text;
    }
    return NULL;
}

double abl_teach_max_exophytic_percent(const abl_teach_sources *sources)
{
    return sources->profiles[0].max_exophytic_percent;
}
