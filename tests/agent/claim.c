#include "claim.h"

#include <glib.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A name is of one kind of socket: this one is of the kind that runs take. */
int
tb_claim_block (uint32_t *block)
{
  for (uint32_t i = 0; i < 63; i++)
    {
      struct sockaddr_un a = { .sun_family = AF_UNIX };
      *block = 64 + ((uint32_t) getpid () + i) % 63;
      int n = snprintf (a.sun_path + 1, sizeof a.sun_path - 1, "tierboard-block-%u", *block);
      int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (bind (fd, (struct sockaddr *) &a, (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1 + n)) == 0)
        return fd;
      close (fd);
    }
  g_error ("no block of addresses is free");
}
