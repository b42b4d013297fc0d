/* tierboard-node: every built-in component. */
#include "node-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "config.h"

static int (*const mains[]) (Options *) = {
  [NODE_CLIENT] = client_main,
  [NODE_SERVER] = server_main,
  [NODE_STORE] = store_main,     [NODE_CACHE] = store_main,
  [NODE_BALANCER] = forward_main, [NODE_PROXY] = forward_main,
  [NODE_MEDIATOR] = server_main,  [NODE_BROKER] = broker_main,
};

int
main (int argc, char **argv)
{
  static Options options;
  char *error = options_parse (&options, argc, argv);
  if (error != NULL)
    {
      fprintf (stderr, "tierboard-node: %s\n", error);
      free (error);
      return 2;
    }
  if (options.help || options.version)
    {
      fputs (options.help ? options_help : "tierboard-node " TB_VERSION "\n", stdout);
      return 0;
    }
  report_block_signals ();
  prctl (PR_SET_TIMERSLACK, 1, 0, 0, 0); /* a wait of 2 ms is 2 ms; threads inherit it */
  if (options.silent)
    report_be_silent ();
  int status = mains[options.kind](&options);
  fflush (NULL);
  _exit (status); /* detached threads may still be at work */
}
