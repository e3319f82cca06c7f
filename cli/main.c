/* Finds the verb, parses its options and runs it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <string.h>

#include "cli/command.h"
#include "cli/version.h"
#include "imaging/threads.h"

static void print_verbs(FILE *stream)
{
    fputs("usage: ablascreen VERB [options] ...\n\n"
          "Can this liver lesion be ablated? Checks imaging criteria for\n"
          "thermal ablation. Research use only; not for diagnosis or\n"
          "treatment decisions.\n\nverbs:\n",
          stream);
    for (size_t n = 0; abl_commands[n]; n++)
        fprintf(stream, "  %-10s %s\n", abl_commands[n]->name,
                abl_commands[n]->summary);
    fputs("\n'ablascreen VERB --help' explains a verb; 'ablascreen --version' "
          "prints the version.\n",
          stream);
}

static const abl_command *find_command(const char *name)
{
    for (size_t n = 0; abl_commands[n]; n++)
        if (strcmp(abl_commands[n]->name, name) == 0)
            return abl_commands[n];
    return NULL;
}

static int run_command(const abl_command *command, int argc, char *const argv[])
{
    abl_args args;
    abl_error err = {ABL_OK, ""};
    if (abl_args_parse(&args, command, argc, argv, &err)) {
        abl_complain(&args, "%s", err.message);
        return ABL_EXIT_USAGE;
    }
    if (args.help) {
        abl_command_help(stdout, command);
        return ABL_EXIT_DONE;
    }
    abl_threads_set(args.threads);
    abl_stop_install();
    int code = command->run(&args);
    if (fflush(stdout) != 0 && code == ABL_EXIT_DONE) {
        abl_complain(&args, "standard output could not be written");
        code = ABL_EXIT_FAILED;
    }
    return code;
}

int main(int argc, char *argv[])
{
    setlocale(LC_ALL, "C");
    if (argc < 2) {
        print_verbs(stderr);
        return ABL_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_verbs(stdout);
        return ABL_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("ablascreen %s\n", ABL_VERSION);
        return ABL_EXIT_DONE;
    }
    const abl_command *command = find_command(argv[1]);
    if (!command) {
        fprintf(stderr, "ablascreen: unknown verb '%s'; try --help\n", argv[1]);
        return ABL_EXIT_USAGE;
    }
    return run_command(command, argc - 2, argv + 2);
}
