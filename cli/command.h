/* Verbs, their options, and parsing the command line from tables.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_CLI_COMMAND_H
#define ABL_CLI_COMMAND_H

#include <stdio.h>

#include "imaging/series.h"

enum {
    ABL_EXIT_DONE = 0,   /**< the work was done, whatever the verdict */
    ABL_EXIT_FAILED = 1, /**< data or machine: could not be analysed */
    ABL_EXIT_USAGE = 2   /**< the command line is wrong */
};

typedef enum abl_option_type {
    ABL_OPTION_FLAG,
    ABL_OPTION_TEXT,
    ABL_OPTION_LIST, /**< text that may be given several times */
    ABL_OPTION_INTEGER,
    ABL_OPTION_NUMBER
} abl_option_type;

typedef struct abl_option {
    const char *name; /**< "output" for --output; carries its unit */
    char letter;      /**< 'o' for -o, or 0 */
    abl_option_type type;
    const char *value_name; /**< "DIR"; NULL for flags */
    const char *help;       /**< one line, with unit and default */
    double min, max;        /**< of numbers */
} abl_option;

#define ABL_MAX_OPTIONS     24
#define ABL_MAX_REPEATS     8
#define ABL_MAX_POSITIONALS 64

typedef struct abl_args abl_args;

typedef struct abl_command {
    const char *name;
    const char *summary;     /**< for the list of verbs */
    const char *positionals; /**< "INPUT" */
    const char *description; /**< paragraphs for --help */
    const abl_option *options;
    size_t option_count;
    size_t min_positionals, max_positionals;
    /** Returns an exit code; messages go through abl_complain(). */
    int (*run)(const abl_args *args);
} abl_command;

struct abl_args {
    const abl_command *command;
    const char *positionals[ABL_MAX_POSITIONALS];
    size_t positional_count;
    struct {
        bool given;
        const char *text;
        double number;
        const char *list[ABL_MAX_REPEATS]; /**< of ABL_OPTION_LIST */
        size_t count;
    } values[ABL_MAX_OPTIONS]; /**< parallel to command->options */
    int threads;               /**< 0: all */
    bool quiet, verbose, force, help;
};

bool abl_args_flag(const abl_args *args, const char *name);
/** The option's text, or @p fallback when it was not given. */
const char *abl_args_text(const abl_args *args, const char *name,
                          const char *fallback);
/** Every text given for an ABL_OPTION_LIST, in order. */
size_t abl_args_list(const abl_args *args, const char *name,
                     const char *const **texts);
double abl_args_number(const abl_args *args, const char *name, double fallback);

/** Fills @p args from argv after the verb.
 * @return ABL_E_INVALID with what is wrong and how to get help */
abl_status abl_args_parse(abl_args *args, const abl_command *command, int argc,
                          char *const argv[], abl_error *err) ABL_MUST_CHECK;

void abl_command_help(FILE *stream, const abl_command *command);

/** "ablascreen VERB: text" on stderr. */
void abl_complain(const abl_args *args, const char *format, ...)
    ABL_PRINTF(2, 3);

/** The option --output, or NULL after a complaint that asks @p where. */
const char *abl_args_output(const abl_args *args, const char *where);

/** Says what went wrong, if anything did.
 * @return the exit code: ABL_E_INVALID is wrong usage */
int abl_exit_code(const abl_args *args, abl_status status,
                  const abl_error *err);

/** Every verb, in the order of the help; ends with NULL. */
extern const abl_command *const abl_commands[];

/** Folder with the networks: --models, $ABLASCREEN_MODELS, beside the
 * program, or where it was built or installed. NULL when none has them. */
const char *abl_model_dir(const char *given);

/** True once SIGINT or SIGTERM has arrived. */
bool abl_stop_requested(void);
void abl_stop_install(void);

/** A progress line on a terminal, nothing elsewhere or when quiet; stops the
 * work after SIGINT. */
abl_progress abl_progress_for(const abl_args *args);
/** Clears the progress line. */
void abl_progress_done(const abl_args *args);

#endif
