/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/series_phase.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_WORDS = 40,
    WORD_BYTES = 24
};

/* Words in capitals without accents; numbers are words of their own. */
typedef struct words {
    char word[MAX_WORDS][WORD_BYTES];
    size_t count;
    bool used[MAX_WORDS];
} words;

/* Up to four words that stand together; "*" ends a word that may go on. Rows
 * are tried in order, and a word counts once: longer phrases come first. */
typedef struct phrase {
    const char *word[4];
    abl_phase phase;
} phrase;

static const phrase phrases[] = {
    /* Words that look like a phase and are none. */
    {{"PRE", "OP*"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "TACE"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "ABLA*"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "TREAT*"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "RFA"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "MWA"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "SURG*"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "CHEMO*"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "TX"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "BIOPS*"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "TIPS"}, ABL_PHASE_UNKNOWN},
    {{"NATIVE", "ARTER*"}, ABL_PHASE_UNKNOWN},
    {{"LATE", "ARTERI*"}, ABL_PHASE_ARTERIAL},
    {{"LATE", "ART"}, ABL_PHASE_ARTERIAL},
    {{"SPAET*", "ARTERI*"}, ABL_PHASE_ARTERIAL},
    {{"SPAETARTERI*"}, ABL_PHASE_ARTERIAL},
    {{"SPATARTERI*"}, ABL_PHASE_ARTERIAL},
    {{"ARTERI*", "TARDI*"}, ABL_PHASE_ARTERIAL},
    {{"PORTAL", "INFLOW"}, ABL_PHASE_ARTERIAL},
    {{"LATE", "PORTAL"}, ABL_PHASE_PORTAL_VENOUS},
    {{"LATE", "VENOUS"}, ABL_PHASE_PORTAL_VENOUS},
    {{"WITHOUT", "AND", "WITH"}, ABL_PHASE_UNKNOWN},
    {{"WITHOUT", "WITH"}, ABL_PHASE_UNKNOWN},
    {{"WITH", "AND", "WITHOUT"}, ABL_PHASE_UNKNOWN},
    {{"WO", "W"}, ABL_PHASE_UNKNOWN},
    {{"W", "O", "W"}, ABL_PHASE_UNKNOWN},
    {{"W", "O", "AND", "W"}, ABL_PHASE_UNKNOWN},
    {{"WO", "AND", "W"}, ABL_PHASE_UNKNOWN},
    {{"W", "WO"}, ABL_PHASE_UNKNOWN},
    {{"W", "AND", "WO"}, ABL_PHASE_UNKNOWN},
    {{"W", "W", "O"}, ABL_PHASE_UNKNOWN},
    {{"W", "AND", "W", "O"}, ABL_PHASE_UNKNOWN},
    {{"MIT", "UND", "OHNE"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "POST"}, ABL_PHASE_UNKNOWN},
    {{"PRE", "AND", "POST"}, ABL_PHASE_UNKNOWN},
    /* Unenhanced. */
    {{"W", "O"}, ABL_PHASE_UNENHANCED},
    {{"WO"}, ABL_PHASE_UNENHANCED},
    {{"NON", "CON*"}, ABL_PHASE_UNENHANCED},
    {{"NON", "ENH*"}, ABL_PHASE_UNENHANCED},
    {{"NO", "CONTRAST*"}, ABL_PHASE_UNENHANCED},
    {{"WITHOUT"}, ABL_PHASE_UNENHANCED},
    {{"PRE", "CONTRAST*"}, ABL_PHASE_UNENHANCED},
    {{"PRE"}, ABL_PHASE_UNENHANCED},
    {{"PRECON*"}, ABL_PHASE_UNENHANCED},
    {{"NONCON*"}, ABL_PHASE_UNENHANCED},
    {{"NCCT"}, ABL_PHASE_UNENHANCED},
    {{"NECT"}, ABL_PHASE_UNENHANCED},
    {{"UNENH*"}, ABL_PHASE_UNENHANCED},
    {{"PLAIN"}, ABL_PHASE_UNENHANCED},
    {{"NATIV*"}, ABL_PHASE_UNENHANCED},
    {{"NATIF*"}, ABL_PHASE_UNENHANCED},
    {{"OHNE"}, ABL_PHASE_UNENHANCED},
    {{"SANS"}, ABL_PHASE_UNENHANCED},
    {{"SIN"}, ABL_PHASE_UNENHANCED},
    {{"SENZA"}, ABL_PHASE_UNENHANCED},
    {{"SEM", "CONTRAST*"}, ABL_PHASE_UNENHANCED},
    {{"ZONDER"}, ABL_PHASE_UNENHANCED},
    {{"BLANCO"}, ABL_PHASE_UNENHANCED},
    {{"BASAL*"}, ABL_PHASE_UNENHANCED},
    {{"VNC"}, ABL_PHASE_UNENHANCED},
    {{"TNC"}, ABL_PHASE_UNENHANCED},
    /* Arterial. */
    {{"ARTERI*"}, ABL_PHASE_ARTERIAL},
    {{"ART"}, ABL_PHASE_ARTERIAL},
    {{"HAP"}, ABL_PHASE_ARTERIAL},
    /* Portal venous. */
    {{"PORTAL*", "VEN*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"PORT", "VEN*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"PORTAL*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"PORTO*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"VENOUS*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"VENOS*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"VENOES*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"VENEU*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"VEINEU*"}, ABL_PHASE_PORTAL_VENOUS},
    {{"VEN"}, ABL_PHASE_PORTAL_VENOUS},
    {{"PV"}, ABL_PHASE_PORTAL_VENOUS},
    {{"PVP"}, ABL_PHASE_PORTAL_VENOUS},
    {{"PARENCHYM*"}, ABL_PHASE_PORTAL_VENOUS},
    /* Delayed. */
    {{"DELAY*"}, ABL_PHASE_DELAYED},
    {{"LATE"}, ABL_PHASE_DELAYED},
    {{"SPAET*"}, ABL_PHASE_DELAYED},
    {{"SPAT"}, ABL_PHASE_DELAYED},
    {{"SPATPHASE*"}, ABL_PHASE_DELAYED},
    {{"TARDI*"}, ABL_PHASE_DELAYED},
    {{"EQUILI*"}, ABL_PHASE_DELAYED},
    {{"EXCRET*"}, ABL_PHASE_DELAYED},
    {{"UROGRA*"}, ABL_PHASE_DELAYED},
    {{"WASHOUT*"}, ABL_PHASE_DELAYED},
};

/* Words of scripts without spaces or capitals that fold, as they stand. */
static const struct {
    const char *text;
    abl_phase phase;
} fragments[] = {
    {"動脈", ABL_PHASE_ARTERIAL},        {"动脉", ABL_PHASE_ARTERIAL},
    {"동맥", ABL_PHASE_ARTERIAL},        {"артери", ABL_PHASE_ARTERIAL},
    {"Артери", ABL_PHASE_ARTERIAL},      {"АРТЕРИ", ABL_PHASE_ARTERIAL},
    {"門脈", ABL_PHASE_PORTAL_VENOUS},   {"门脉", ABL_PHASE_PORTAL_VENOUS},
    {"门静脉", ABL_PHASE_PORTAL_VENOUS}, {"문맥", ABL_PHASE_PORTAL_VENOUS},
    {"венозн", ABL_PHASE_PORTAL_VENOUS}, {"Венозн", ABL_PHASE_PORTAL_VENOUS},
    {"ВЕНОЗН", ABL_PHASE_PORTAL_VENOUS}, {"портал", ABL_PHASE_PORTAL_VENOUS},
    {"Портал", ABL_PHASE_PORTAL_VENOUS}, {"平衡相", ABL_PHASE_DELAYED},
    {"延迟", ABL_PHASE_DELAYED},         {"遅延", ABL_PHASE_DELAYED},
    {"지연", ABL_PHASE_DELAYED},         {"отсроч", ABL_PHASE_DELAYED},
    {"Отсроч", ABL_PHASE_DELAYED},       {"単純", ABL_PHASE_UNENHANCED},
    {"平扫", ABL_PHASE_UNENHANCED},      {"натив", ABL_PHASE_UNENHANCED},
    {"Натив", ABL_PHASE_UNENHANCED},     {"НАТИВ", ABL_PHASE_UNENHANCED},
};

/* The letters of U+00C0..U+00FF without their accents; German umlauts in two
 * letters, as German headers without umlauts write them. */
static const char *fold_latin(unsigned char second)
{
    static const char *const letters[32] = {
        "A",  "A", "A", "A", "AE", "A", "AE", "C", "E", "E", "E",
        "E",  "I", "I", "I", "I",  "D", "N",  "O", "O", "O", "O",
        "OE", "",  "O", "U", "U",  "U", "UE", "Y", "",  "SS"};
    return letters[second & 0x1f];
}

typedef struct splitter {
    words *out;
    size_t length; /* of the word being made */
    bool is_number;
} splitter;

static void end_word(splitter *at)
{
    if (at->length > 0 && at->out->count < MAX_WORDS)
        at->out->word[at->out->count++][at->length] = '\0';
    at->length = 0;
}

static void add_letter(splitter *at, char letter)
{
    const bool is_number = isdigit((unsigned char)letter);
    if (at->length > 0 && at->is_number != is_number)
        end_word(at);
    at->is_number = is_number;
    if (at->out->count < MAX_WORDS && at->length + 1 < WORD_BYTES)
        at->out->word[at->out->count][at->length++] = letter;
}

static void split_words(words *out, const char *text)
{
    memset(out, 0, sizeof *out);
    splitter at = {out, 0, false};
    for (const char *c = text; *c; c++) {
        const unsigned char byte = (unsigned char)*c;
        const unsigned char next = (unsigned char)c[1];
        if (byte == 0xc3 && next >= 0x80) {
            for (const char *f = fold_latin(next); *f; f++)
                add_letter(&at, *f);
            c++;
        } else if (byte < 0x80 && isalnum(byte)) {
            add_letter(&at, (char)toupper(byte));
        } else {
            end_word(&at);
            if (byte == '&' || byte == '+')
                for (const char *f = "AND"; *f; f++)
                    add_letter(&at, *f);
            end_word(&at);
        }
    }
    end_word(&at);
}

static bool word_matches(const char *word, const char *pattern)
{
    const size_t length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(word, pattern, length - 1) == 0;
    return strcmp(word, pattern) == 0;
}

/* Words of the phrase that match at @p at and are not used yet; 0: no. */
static size_t match_phrase(const words *text, size_t at, const phrase *wanted)
{
    size_t n = 0;
    for (; n < 4 && wanted->word[n]; n++)
        if (at + n >= text->count || text->used[at + n] ||
            !word_matches(text->word[at + n], wanted->word[n]))
            return 0;
    return n;
}

static bool has_word(const words *text, const char *const *patterns)
{
    for (; *patterns; patterns++)
        for (size_t n = 0; n < text->count; n++)
            if (word_matches(text->word[n], *patterns))
                return true;
    return false;
}

static bool ap_is_arterial(const words *text)
{
    static const char *const ap[] = {"AP", NULL};
    static const char *const liver[] = {"LIVER*",   "HEPA*",  "LEBER*",
                                        "FOIE",     "PHASE*", "MULTIPHASE*",
                                        "TRIPHAS*", "DYN*",   NULL};
    static const char *const other[] = {"PEL*",   "TOPO*",   "SCOUT*", "LAT*",
                                        "CHEST*", "THORAX*", "CAP",    NULL};
    return has_word(text, ap) && has_word(text, liver) &&
           !has_word(text, other);
}

/* "C-" as a word: no contrast, as French and Italian headers write. */
static bool has_c_minus(const char *text)
{
    for (const char *c = text; (c = strpbrk(c, "Cc")); c++) {
        const bool starts = c == text || !isalnum((unsigned char)c[-1]);
        if (starts && c[1] == '-' && !isalnum((unsigned char)c[2]))
            return true;
    }
    return false;
}

abl_phase abl_phase_from_text(bool *is_conflict, const char *text)
{
    words split;
    bool seen[ABL_PHASE_DELAYED + 1] = {false};
    split_words(&split, text);
    for (size_t p = 0; p < sizeof phrases / sizeof phrases[0]; p++)
        for (size_t at = 0; at < split.count; at++) {
            const size_t length = match_phrase(&split, at, phrases + p);
            for (size_t n = 0; n < length; n++)
                split.used[at + n] = true;
            if (length > 0)
                seen[phrases[p].phase] = true;
        }
    for (size_t f = 0; f < sizeof fragments / sizeof fragments[0]; f++)
        if (strstr(text, fragments[f].text))
            seen[fragments[f].phase] = true;
    if (ap_is_arterial(&split))
        seen[ABL_PHASE_ARTERIAL] = true;
    if (has_c_minus(text))
        seen[ABL_PHASE_UNENHANCED] = true;
    abl_phase found = ABL_PHASE_UNKNOWN;
    int count = 0;
    for (int p = ABL_PHASE_UNENHANCED; p <= ABL_PHASE_DELAYED; p++)
        if (seen[p]) {
            found = (abl_phase)p;
            count++;
        }
    if (is_conflict)
        *is_conflict = count > 1;
    return count == 1 ? found : ABL_PHASE_UNKNOWN;
}
