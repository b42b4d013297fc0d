/* tierboard-agent: runs the instances of one host and taps their links. */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "alone.h"

static void
print_help (FILE *to)
{
  fputs ("Usage: tierboard-agent --fd N\n"
         "       tierboard-agent --tap [--fault TEXT]… [--proto NAME] [--seed N] [--for NS] [--json]\n"
         "                       [--quiet] LISTEN TARGET\n"
         "\n"
         "Runs the instances of a drawing on this host and taps the links between them.\n"
         "It is started by tierboard and tierboard-editor, one for each run, and ends with them.\n"
         "\n"
         "  --fd N      the inherited end of a stream socket pair that commands come from\n"
         "  --tap       one tap alone: see “tierboard tap --help”, which is how to start it\n"
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

/* ---- A tap alone ------------------------------------------------------------------------------- */

static int
run_alone (int argc, char **argv, TbAlone *alone)
{
  struct rlimit nofile;
  if (argc != 2)
    {
      print_help (stderr);
      return 2;
    }
  alone->listen = argv[0];
  alone->target = argv[1];
  raise_limit (&nofile);
  return tb_alone_run (alone);
}

static void
read_alone (TbAlone *alone, int option, const char *text)
{
  switch (option)
    {
    case 'F':
      alone->faults[alone->n_faults++] = text;
      break;
    case 'p':
      alone->proto = text;
      break;
    case 's':
      alone->seed = strtoull (text, NULL, 10);
      break;
    case 'd':
      alone->duration_ns = strtoll (text, NULL, 10);
      break;
    case 'j':
      alone->json = true;
      break;
    default:
      alone->quiet = true;
    }
}

/* ------------------------------------------------------------------------------------------------ */

static int
run_agent (int fd)
{
  struct rlimit nofile;
  fcntl (fd, F_SETFD, FD_CLOEXEC);
  /* Its own session: the terminal's interrupt is for the viewer to understand. */
  setsid ();
  raise_limit (&nofile);
  return tb_agent_run (fd, &nofile);
}

int
main (int argc, char **argv)
{
  static const struct option options[]
      = { { "fd", required_argument, NULL, 'f' },    { "tap", no_argument, NULL, 't' },
          { "fault", required_argument, NULL, 'F' }, { "proto", required_argument, NULL, 'p' },
          { "seed", required_argument, NULL, 's' },  { "for", required_argument, NULL, 'd' },
          { "json", no_argument, NULL, 'j' },        { "quiet", no_argument, NULL, 'q' },
          { "help", no_argument, NULL, 'h' },        { "version", no_argument, NULL, 'v' },
          { 0 } };
  int fd = -1;
  bool tap = false;
  TbAlone alone = { .faults = calloc ((size_t) argc, sizeof (char *)), .seed = 1 };
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
      case 't':
        tap = true;
        break;
      case '?':
        print_help (stderr);
        return 2;
      default:
        read_alone (&alone, c, optarg);
      }
  int status = tap ? run_alone (argc - optind, argv + optind, &alone) : 0;
  free (alone.faults);
  if (tap)
    return status;
  if (fd < 0 || optind != argc)
    {
      print_help (stderr);
      return 2;
    }
  return run_agent (fd);
}
