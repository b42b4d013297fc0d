/* Inside balancer and proxy: forward.c (which host, what is kept) and forward-exchange.c (request
 * on, reply back). */
#pragma once

#include "exchange-private.h"

#define FORWARD_COOKIE "tierboard-host="

/* One request on its way. */
typedef struct
{
  Worker *w;
  const HttpRequest *r;
  Call *call;
  char client[INET6_ADDRSTRLEN];
  bool stick;    /* the client is told which host is its own from now on */
  bool last_try; /* what the host answers goes back, whatever it is */
  bool begun;    /* bytes of a reply have gone to the client */
  bool may_keep;
  TbSlice key;   /* of the request, among what is kept */
  char key_bytes[512];
  char *copy; /* of the reply, after REPLY_ROOM bytes; NULL: it is not to be kept */
  size_t copy_n, copy_size;
  int64_t fresh_ns;
} Forward;

/* Whether the reply to this request may be kept for others, as RFC 9111 says of shared caches; makes
 * its key. Replies to requests with cookies are nobody else's, as most caches of the field have it. */
bool forward_may_keep (Forward *f);
/* Sends the request on and passes the reply back. A failure before the reply began is for another
 * host to make good; 502 to 504 count as one, but on the last try. *keep: whether the connection
 * can be used again. */
CallResult forward_exchange (Forward *f, Channel *ch, Host *host, int64_t deadline_ns,
                             CallAnswer *answer, bool *keep);
void forward_clear (Forward *f);
