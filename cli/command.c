/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const abl_option common_options[] = {
    {"threads", 0, ABL_OPTION_INTEGER, "N",
     "threads to use, 1 to 256 (default: all processors)", 1, 256},
    {"quiet", 'q', ABL_OPTION_FLAG, NULL, "no progress and no notes", 0, 0},
    {"verbose", 'v', ABL_OPTION_FLAG, NULL, "say what is being done", 0, 0},
    {"force", 'f', ABL_OPTION_FLAG, NULL, "replace existing results", 0, 0},
    {"help", 'h', ABL_OPTION_FLAG, NULL, "this text", 0, 0},
};
enum {
    COMMON_COUNT = sizeof common_options / sizeof common_options[0]
};

static size_t option_index(const abl_args *args, const char *name)
{
    size_t n = 0;
    while (n < args->command->option_count &&
           strcmp(args->command->options[n].name, name) != 0)
        n++;
    assert(n < args->command->option_count);
    return n;
}

bool abl_args_flag(const abl_args *args, const char *name)
{
    return args->values[option_index(args, name)].given;
}

const char *abl_args_text(const abl_args *args, const char *name,
                          const char *fallback)
{
    size_t n = option_index(args, name);
    return args->values[n].given ? args->values[n].text : fallback;
}

size_t abl_args_list(const abl_args *args, const char *name,
                     const char *const **texts)
{
    const size_t n = option_index(args, name);
    *texts = (const char *const *)args->values[n].list;
    return args->values[n].count;
}

double abl_args_number(const abl_args *args, const char *name, double fallback)
{
    size_t n = option_index(args, name);
    return args->values[n].given ? args->values[n].number : fallback;
}

static abl_status parse_number(double *out, const abl_option *option,
                               const char *text, abl_error *err)
{
    char *end = NULL;
    errno = 0;
    *out = strtod(text, &end);
    bool good = end != text && *end == '\0' && errno == 0 && isfinite(*out) &&
                *out >= option->min && *out <= option->max;
    if (good && option->type == ABL_OPTION_INTEGER)
        good = *out == floor(*out);
    if (!good)
        return abl_error_set(
            err, ABL_E_INVALID, "--%s takes a%s number from %g to %g, not '%s'",
            option->name, option->type == ABL_OPTION_INTEGER ? " whole" : "",
            option->min, option->max, text);
    return ABL_OK;
}

static void set_common(abl_args *args, const abl_option *option, double number)
{
    if (strcmp(option->name, "threads") == 0)
        args->threads = (int)number;
    else if (strcmp(option->name, "quiet") == 0)
        args->quiet = true;
    else if (strcmp(option->name, "verbose") == 0)
        args->verbose = true;
    else if (strcmp(option->name, "force") == 0)
        args->force = true;
    else
        args->help = true;
}

static const abl_option *find_option(const abl_option *table, size_t count,
                                     const char *name, size_t length)
{
    for (size_t n = 0; n < count; n++) {
        bool is_letter =
            length == 1 && table[n].letter && table[n].letter == name[0];
        bool is_name = length > 1 && strlen(table[n].name) == length &&
                       strncmp(table[n].name, name, length) == 0;
        if (is_letter || is_name)
            return &table[n];
    }
    return NULL;
}

static abl_status add_to_list(abl_args *args, size_t index, abl_error *err)
{
    if (args->values[index].count == ABL_MAX_REPEATS)
        return abl_error_set(
            err, ABL_E_INVALID, "--%s was given more than %d times",
            args->command->options[index].name, ABL_MAX_REPEATS);
    args->values[index].list[args->values[index].count++] =
        args->values[index].text;
    return ABL_OK;
}

/* Consumes argv[*at] and, where the option takes one, its value. */
static abl_status parse_option(abl_args *args, int *at, int argc,
                               char *const argv[], abl_error *err)
{
    const char *word = argv[*at];
    const char *name = word + (word[1] == '-' ? 2 : 1);
    const char *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    bool shape = word[1] == '-' ? length > 1 : length == 1;
    const abl_command *command = args->command;
    const abl_option *own =
        shape
            ? find_option(command->options, command->option_count, name, length)
            : NULL;
    const abl_option *option =
        own || !shape ? own
                      : find_option(common_options, COMMON_COUNT, name, length);
    if (!option)
        return abl_error_set(err, ABL_E_INVALID,
                             "unknown option '%s'; try 'ablascreen %s --help'",
                             word, command->name);
    const char *text = equals ? equals + 1 : NULL;
    if (option->type == ABL_OPTION_FLAG && text)
        return abl_error_set(err, ABL_E_INVALID, "--%s takes no value",
                             option->name);
    if (option->type != ABL_OPTION_FLAG && !text) {
        if (*at + 1 >= argc)
            return abl_error_set(err, ABL_E_INVALID, "--%s needs a %s",
                                 option->name, option->value_name);
        text = argv[++*at];
    }
    double number = 0;
    abl_status status = ABL_OK;
    if (option->type == ABL_OPTION_INTEGER || option->type == ABL_OPTION_NUMBER)
        status = parse_number(&number, option, text, err);
    if (status)
        return status;
    if (!own) {
        set_common(args, option, number);
        return ABL_OK;
    }
    size_t index = (size_t)(own - command->options);
    args->values[index].given = true;
    args->values[index].text = text;
    args->values[index].number = number;
    return own->type == ABL_OPTION_LIST ? add_to_list(args, index, err)
                                        : ABL_OK;
}

static abl_status check_positionals(const abl_args *args, abl_error *err)
{
    const abl_command *command = args->command;
    if (args->help || (args->positional_count >= command->min_positionals &&
                       args->positional_count <= command->max_positionals))
        return ABL_OK;
    return abl_error_set(err, ABL_E_INVALID,
                         "expected %s; try 'ablascreen %s --help'",
                         command->positionals, command->name);
}

abl_status abl_args_parse(abl_args *args, const abl_command *command, int argc,
                          char *const argv[], abl_error *err)
{
    memset(args, 0, sizeof *args);
    args->command = command;
    bool only_positionals = false;
    for (int at = 0; at < argc; at++) {
        const char *word = argv[at];
        abl_status status = ABL_OK;
        if (!only_positionals && strcmp(word, "--") == 0)
            only_positionals = true;
        else if (!only_positionals && word[0] == '-' && word[1])
            status = parse_option(args, &at, argc, argv, err);
        else if (args->positional_count < ABL_MAX_POSITIONALS)
            args->positionals[args->positional_count++] = word;
        else
            status = abl_error_set(err, ABL_E_INVALID, "too many arguments");
        if (status)
            return status;
    }
    return check_positionals(args, err);
}

static void print_options(FILE *stream, const abl_option *table, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        char left[64];
        const abl_option *o = &table[n];
        char letter[8] = "    ";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name,
                 o->value_name ? " " : "", o->value_name ? o->value_name : "");
        fprintf(stream, "  %-26s %s\n", left, o->help);
    }
}

void abl_command_help(FILE *stream, const abl_command *command)
{
    fprintf(stream, "usage: ablascreen %s [options] %s\n\n%s\n\noptions:\n",
            command->name, command->positionals, command->description);
    print_options(stream, command->options, command->option_count);
    print_options(stream, common_options, COMMON_COUNT);
}

void abl_complain(const abl_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "ablascreen %s: ", args->command->name);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
}

const char *abl_args_output(const abl_args *args, const char *where)
{
    const char *output = abl_args_text(args, "output", NULL);
    if (!output)
        abl_complain(args, "-o DIR is missing: %s", where);
    return output;
}

int abl_exit_code(const abl_args *args, abl_status status, const abl_error *err)
{
    if (!status)
        return ABL_EXIT_DONE;
    abl_complain(args, "%s", err->message);
    return status == ABL_E_INVALID ? ABL_EXIT_USAGE : ABL_EXIT_FAILED;
}
