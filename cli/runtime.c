/* What the verbs share at run time: the networks' folder, Ctrl-C, progress.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/version.h"

static bool has_networks(const char *folder)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/organ_ct.safetensors", folder);
    return length > 0 && (size_t)length < sizeof path &&
           access(path, R_OK) == 0;
}

/* PROGRAM_DIR/../share/ablascreen/models, for a relocated installation. */
static const char *beside_program(void)
{
    static char path[PATH_MAX];
    char self[PATH_MAX - 64];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return NULL;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    snprintf(path, sizeof path, "%s/../share/ablascreen/models", self);
    return path;
}

const char *abl_model_dir(const char *given)
{
    if (given)
        return has_networks(given) ? given : NULL;
    const char *candidates[] = {getenv("ABLASCREEN_MODELS"), beside_program(),
                                ABL_SOURCE_MODEL_DIR, ABL_INSTALL_MODEL_DIR};
    for (size_t n = 0; n < sizeof candidates / sizeof candidates[0]; n++)
        if (candidates[n] && has_networks(candidates[n]))
            return candidates[n];
    return NULL;
}

static volatile sig_atomic_t stop_signal;

static void note_signal(int number)
{
    stop_signal = number;
}

void abl_stop_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool abl_stop_requested(void)
{
    return stop_signal != 0;
}

static bool show_progress(void *user, const char *stage, double fraction)
{
    const bool *draws = user;
    if (*draws && !abl_stop_requested())
        fprintf(stderr, "\r%-40.40s %3d %%", stage,
                (int)lround(100 * fmin(fmax(fraction, 0), 1)));
    return !abl_stop_requested();
}

static bool draws_progress(const abl_args *args)
{
    return !args->quiet && isatty(STDERR_FILENO) == 1;
}

abl_progress abl_progress_for(const abl_args *args)
{
    static bool yes = true, no = false;
    abl_progress progress = {show_progress, draws_progress(args) ? &yes : &no};
    return progress;
}

void abl_progress_done(const abl_args *args)
{
    if (draws_progress(args))
        fprintf(stderr, "\r%-50s\r", "");
}
