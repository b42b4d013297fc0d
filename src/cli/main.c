/* tierboard: finds the command and hands over. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct
{
  const char *name, *synopsis, *help;
  int (*run) (int argc, char **argv);
} commands[] = {
#define X(NAME, synopsis, help) { #NAME, synopsis, help, tb_cmd_##NAME },
#include "commands.h"
#undef X
};

static void
print_help (void)
{
  printf ("Draw a distributed system, run it, watch every message, break it.\n\n"
          "Usage:\n  tierboard [FILE]                opens the editor\n"
          "  tierboard COMMAND [OPTIONS]\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    printf ("  %-13s %s\n", commands[i].name, commands[i].help);
  printf ("\n“tierboard COMMAND --help” tells more of one. Exit status: 0 yes, 1 no, 2 the input is\n"
          "unusable or refused, 3 it could not be done, 4 unknown.\n");
}

static int
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return (int) i;
  return -1;
}

/* An answer that nobody got is no answer: a full disk under standard output is not status 0. */
static gboolean
written_out (void)
{
  errno = 0;
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  tb_cli_error ("cannot write to standard output%s%s", errno != 0 ? ": " : "",
                errno != 0 ? g_strerror (errno) : "");
  return FALSE;
}

static int
run_command (int which, int argc, char **argv)
{
  g_autofree char *name = g_strdup_printf ("tierboard %s", commands[which].name);
  argv[0] = name;
  int status = commands[which].run (argc, argv);
  return written_out () ? status : TB_EXIT_FAILED;
}

static gboolean
looks_like_a_file (const char *word)
{
  return strpbrk (word, "/.") != NULL || g_file_test (word, G_FILE_TEST_EXISTS);
}

static int
refuse_unknown (const char *word)
{
  if (word[0] == '-')
    {
      tb_cli_error ("there is no option “%s”; see “tierboard --help”", word);
      return TB_EXIT_REFUSED;
    }
  const char *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  const char *nearest = tb_cli_nearest (word, names);
  if (looks_like_a_file (word))
    tb_cli_error ("the editor opens one file and takes no options here; see “tierboard --help”");
  else if (nearest != NULL)
    tb_cli_error ("there is no command “%s”; did you mean “%s”?", word, nearest);
  else
    tb_cli_error ("there is no command “%s”; “tierboard --help” lists them", word);
  return TB_EXIT_REFUSED;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  if (argc < 2)
    return tb_cli_exec_editor (NULL);
  const char *word = argv[1];
  if (g_str_equal (word, "--help") || g_str_equal (word, "-h") || g_str_equal (word, "help"))
    {
      print_help ();
      return TB_EXIT_YES;
    }
  if (g_str_equal (word, "--version") || g_str_equal (word, "-V"))
    {
      printf ("tierboard %s\n", TB_VERSION);
      return TB_EXIT_YES;
    }
  int which = find_command (word);
  if (which >= 0)
    return run_command (which, argc - 1, argv + 1);
  if (argc == 2 && looks_like_a_file (word))
    return tb_cli_exec_editor (word);
  return refuse_unknown (word);
}
