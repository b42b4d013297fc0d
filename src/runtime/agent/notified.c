/* A call that was handed over: what it is, and who answers it. Whatever is not of the run goes on in
 * the kernel as if nobody had looked. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "address.h"
#include "notify.h"
#include "taps-private.h"

static void
tell_unix (TbTaps *t, uint32_t instance, const TbAddress *a, size_t size)
{
  size_t n = size - offsetof (struct sockaddr_un, sun_path);
  const char *path = a->un.sun_path;
  n = path[0] != '\0' ? strnlen (path, n) : n;
  if (n == 0 || n > sizeof a->un.sun_path)
    return;
  /* One a second says it all, and a busy program must not fill the ring of facts. */
  uint64_t hash = tb_hash_bytes (path, n) + instance;
  if (hash == t->unix_told && t->now_ns - t->unix_told_ns < TB_NS_PER_S)
    return;
  t->unix_told = hash;
  t->unix_told_ns = t->now_ns;
  TbTold told = { .type = TB_TOLD_UNIX, .from = instance, .time_ns = t->now_ns };
  tb_tap_tell (t, &told, path, n);
}

/* Why a call could not be looked into; told of an instance once in its life. */
static void
tell_blind (TbTaps *t, const TbNotify *call, uint32_t instance, TbBlind why)
{
  if ((t->blind[instance] & 1u << why) != 0 || !tb_notify_valid (call))
    return;
  t->blind[instance] |= (uint8_t) (1u << why);
  TbTold told = { .type = TB_TOLD_BLIND, .from = instance, .flag = (uint8_t) why, .time_ns = t->now_ns };
  tb_tap_tell (t, &told, NULL, 0);
}

void
tb_notified_no_socket (TbTaps *t, const TbNotify *call, uint32_t instance, int error)
{
  if (error == -EPERM || error == -EBADF || error == -ESRCH)
    tell_blind (t, call, instance, error == -EPERM ? TB_BLIND_HIDDEN : TB_BLIND_LEADER);
}

static void
answer_io_uring (TbTaps *t, const TbNotify *call, uint32_t instance)
{
  tell_blind (t, call, instance, TB_BLIND_IO_URING);
  tb_notify_answer (call, -ENOSYS);
}

static void
answer_listener (TbTaps *t, const TbNotify *call, uint32_t instance)
{
  tell_blind (t, call, instance, TB_BLIND_LISTENER);
  tb_notify_continue (call);
}

static void
answer_inet (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked)
{
  if (call->call == TB_CALL_BIND)
    tb_bind_answer (t, call, instance, asked);
  else if (call->call == TB_CALL_CONNECT || (call->flags & MSG_FASTOPEN) != 0)
    tb_connect_answer (t, call, instance, asked);
  else if (call->call == TB_CALL_SENDTO)
    tb_door_send (t, call, instance, asked);
  else
    tb_notify_continue (call);
}

/* Those with an address. */
static void
answer_address (TbTaps *t, const TbNotify *call, uint32_t instance)
{
  TbAddress a;
  TbAsked asked = { 0 };
  memset (&a, 0, sizeof a);
  size_t size = TB_MIN ((size_t) call->address_size, sizeof a);
  bool has = size >= sizeof a.any.sa_family;
  errno = 0;
  if (has && !tb_notify_read (call, call->address, &a, size))
    {
      if (errno == EPERM)
        tell_blind (t, call, instance, TB_BLIND_HIDDEN);
      has = false;
    }
  asked.family = a.any.sa_family;
  bool inet = (asked.family == AF_INET && size >= sizeof a.v4)
              || (asked.family == AF_INET6 && size >= offsetof (struct sockaddr_in6, sin6_scope_id));
  if (has && asked.family == AF_UNIX && call->call == TB_CALL_CONNECT)
    tell_unix (t, instance, &a, size);
  if (!has || !inet
      || !tb_address_get_v4 (&a, call->call == TB_CALL_BIND, &asked.address, &asked.port))
    tb_notify_continue (call);
  else
    answer_inet (t, call, instance, &asked);
}

void
tb_notified (TbTaps *t, uint32_t notifier)
{
  uint32_t instance = t->notifiers[notifier].instance;
  TbNotify call;
  if (!tb_notify_receive (t->notifiers[notifier].fd, &call))
    return;
  t->now_ns = tb_now_ns ();
  switch (call.call)
    {
    case TB_CALL_CONNECT:
    case TB_CALL_BIND:
    case TB_CALL_SENDTO:
      answer_address (t, &call, instance);
      break;
    case TB_CALL_IO_URING:
      answer_io_uring (t, &call, instance);
      break;
    case TB_CALL_LISTENER:
      answer_listener (t, &call, instance);
      break;
    case TB_CALL_OTHER:
      tb_notify_continue (&call);
      break;
    }
}
