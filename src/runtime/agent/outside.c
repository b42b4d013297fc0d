/* What lies outside the run: a database of the machine, a service on the network. Nothing of it is started
 * or stopped; its links have taps, which dial its own address. */
#include "agent.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0 with the reason where there is none. */
static uint32_t
look_up (const char *host, const char **why)
{
  const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  int error = getaddrinfo (host, NULL, &hints, &found);
  uint32_t address = 0;
  if (error == 0 && found->ai_family == AF_INET)
    address = ntohl (((const struct sockaddr_in *) (const void *) found->ai_addr)->sin_addr.s_addr);
  if (error == 0)
    freeaddrinfo (found);
  *why = error != 0 ? gai_strerror (error) : "it has no IPv4 address";
  return address;
}

static void
look_one_up (Agent *a, uint32_t index)
{
  TbWireInstance *instance = &a->plan->instances[index];
  char text[TB_SENTENCE];
  const char *why = "";
  if (strcmp (instance->outside, "?") == 0)
    snprintf (text, sizeof text, "no address says where it lies: calls to it are refused");
  else
    {
      instance->reach = look_up (instance->outside, &why);
      snprintf (text, sizeof text, "«%.100s» cannot be found (%.80s): calls to it are refused",
                instance->outside, why);
    }
  if (instance->reach == 0)
    tb_tell_problem (a, 1, index, text);
}

/* One that only calls, as a person's browser does, may be anywhere. */
static bool
is_called (const TbWirePlan *plan, uint32_t index)
{
  for (uint32_t i = 0; i < plan->n_links; i++)
    for (uint32_t k = 0; k < plan->links[i].n_to; k++)
      if (plan->links[i].to[k] == index)
        return true;
  return false;
}

/* Who sets RES_OPTIONS himself knows better. */
void
tb_outside_look_up (Agent *a)
{
  bool own = getenv ("RES_OPTIONS") == NULL;
  if (own)
    setenv ("RES_OPTIONS", "timeout:2 attempts:1", 1);
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    if (tb_wire_is_outside (&a->plan->instances[i]) && a->plan->instances[i].reach == 0
        && is_called (a->plan, i))
      look_one_up (a, i);
  if (own)
    unsetenv ("RES_OPTIONS");
}
