/* tierboard-agent: runs the instances of one host and taps their links. */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

static void
print_help (FILE *to)
{
  fputs ("Usage: tierboard-agent --fd N\n"
         "\n"
         "Runs the instances of a drawing on this host and taps the links between them.\n"
         "It is started by tierboard and tierboard-editor, one for each run, and ends with them.\n"
         "\n"
         "  --fd N      the inherited end of a stream socket pair that commands come from\n"
         "  --help      this text\n"
         "  --version   the version\n",
         to);
}

static bool
read_descriptor (const char *text, int *fd)
{
  char *end;
  long n = strtol (text, &end, 10);
  *fd = (int) n;
  return text[0] != '\0' && *end == '\0' && n >= 0 && n < 1 << 20 && fcntl (*fd, F_GETFD) >= 0;
}

/* Taps need many descriptors; instances get the limit they would have had. */
static void
raise_limit (struct rlimit *before)
{
  struct rlimit more;
  getrlimit (RLIMIT_NOFILE, before);
  more = *before;
  more.rlim_cur = more.rlim_max;
  setrlimit (RLIMIT_NOFILE, &more);
}

int
main (int argc, char **argv)
{
  static const struct option options[] = { { "fd", required_argument, NULL, 'f' },
                                           { "help", no_argument, NULL, 'h' },
                                           { "version", no_argument, NULL, 'v' },
                                           { 0 } };
  struct rlimit nofile;
  int fd = -1;
  for (int c; (c = getopt_long (argc, argv, "", options, NULL)) != -1;)
    switch (c)
      {
      case 'h':
        print_help (stdout);
        return 0;
      case 'v':
        puts ("tierboard-agent " TB_VERSION);
        return 0;
      case 'f':
        if (read_descriptor (optarg, &fd))
          break;
        fprintf (stderr, "tierboard-agent: no open descriptor: %s\n", optarg);
        return 2;
      default:
        print_help (stderr);
        return 2;
      }
  if (fd < 0 || optind != argc)
    {
      print_help (stderr);
      return 2;
    }
  fcntl (fd, F_SETFD, FD_CLOEXEC);
  /* Its own session: the terminal's interrupt is for the viewer to understand. */
  setsid ();
  raise_limit (&nofile);
  return tb_agent_run (fd, &nofile);
}
