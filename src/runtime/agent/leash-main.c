/* tierboard-leash: forks leashes for tierboard-agent. See leash-server.c. */
#include "leash.h"

int
main (int argc, char **argv)
{
  return tb_leash_server_main (argc, argv);
}
