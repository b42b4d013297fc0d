/* What the commands share. */
#pragma once

#include <glib.h>

#include "exit-status.h"

#define X(NAME, synopsis, help) int tb_cmd_##NAME (int argc, char **argv);
#include "commands.h"
#undef X

/* Reads a command's options (a GOptionEntry table ended by {NULL}) out of argv; what is left in
 * argv[1…] are its other arguments. synopsis and help as in commands.h. --help prints and ends the
 * program with 0. False: a sentence was printed, return TB_EXIT_REFUSED. */
gboolean tb_cli_options (int *argc, char ***argv, const char *synopsis, const char *help,
                         const GOptionEntry *entries);

/* "tierboard: sentence" on standard error. */
void tb_cli_error (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Whether to colour what goes to that descriptor: a terminal, and NO_COLOR is not set. */
gboolean tb_cli_wants_colour (int fd);

/* The nearest of names (NULL-terminated) a person may have meant, or NULL. */
const char *tb_cli_nearest (const char *word, const char *const *names);

/* Replaces this process by the editor; returns only where that is not possible, after a sentence.
 * file may be NULL. */
int tb_cli_exec_editor (const char *file);
