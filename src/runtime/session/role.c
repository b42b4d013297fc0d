/* Who leads: asked of servers that say so, RESP's ROLE and etcd's status, every now and then, and only
 * of components with several replicas. Asked from the agent's own address, which the taps leave alone.
 *
 *   resting ──due, ready──▶ connecting ──▶ asking ──answer──▶ resting
 *      ▲                         └──refused, late, nonsense────┘ three times: not asked again until restarted */
#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session-private.h"

#define ASK_EVERY_MS 1000
#define FAILURES_MAX 3
#define ANSWER_MAX 4096
#define ETCD_PORT 2379

typedef struct
{
  TbSession *session;
  guint index, port, failures, restarts;
  gboolean etcd;
  int fd; /* -1: resting */
  GSource *source;
  GString *answer;
} Asking;

struct TbRoles
{
  GPtrArray *askings;
  GSource *timer;
};

/* ---- What they say ---------------------------------------------------------------------------------- */

/* An array whose first is the role: *3\r\n$6\r\nmaster\r\n… */
static const char *
role_of_resp (const char *answer)
{
  if (strstr (answer, "\r\nmaster\r\n") != NULL)
    return "leader";
  return strstr (answer, "\r\nslave\r\n") != NULL ? "follower" : NULL;
}

/* The number after a name; 0 where it is not there. */
static guint64
number_after (const char *answer, const char *name)
{
  const char *at = strstr (answer, name);
  return at != NULL ? g_ascii_strtoull (at + strlen (name), NULL, 10) : 0;
}

/* It leads if the leader's number is its own. */
static const char *
role_of_etcd (const char *answer)
{
  guint64 own = number_after (answer, "\"member_id\":\""), leader = number_after (answer, "\"leader\":\"");
  if (own == 0 || leader == 0)
    return NULL;
  return own == leader ? "leader" : "follower";
}

static void
set_role (Asking *asking, const char *role)
{
  TbKnownInstance *known = &asking->session->instances[asking->index];
  if (g_strcmp0 (known->role, role) == 0)
    return;
  tb_replace_text (&known->role, role);
  g_signal_emit (asking->session, tb_session_signals[TB_SESSION_SIGNAL_INSTANCE], 0, asking->index);
}

/* ---- Asking ------------------------------------------------------------------------------------------ */

static void
rest (Asking *asking)
{
  if (asking->source != NULL)
    {
      g_source_destroy (asking->source);
      g_clear_pointer (&asking->source, g_source_unref);
    }
  if (asking->fd >= 0)
    close (asking->fd);
  asking->fd = -1;
  g_string_truncate (asking->answer, 0);
}

/* The answer is whole, or as much of one as will come. */
static void
judge (Asking *asking)
{
  const char *role
    = asking->etcd ? role_of_etcd (asking->answer->str) : role_of_resp (asking->answer->str);
  asking->failures = role != NULL ? 0 : asking->failures + 1;
  rest (asking);
  set_role (asking, role);
}

static gboolean
on_answer (int fd, GIOCondition condition, gpointer data)
{
  Asking *asking = data;
  char bytes[1024];
  ssize_t n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0)
    g_string_append_len (asking->answer, bytes, n);
  gboolean known = asking->etcd ? role_of_etcd (asking->answer->str) != NULL
                                : role_of_resp (asking->answer->str) != NULL;
  if (n > 0 && !known && asking->answer->len < ANSWER_MAX)
    return G_SOURCE_CONTINUE;
  judge (asking);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connected (int fd, GIOCondition condition, gpointer data)
{
  static const char resp[] = "*1\r\n$4\r\nROLE\r\n";
  static const char etcd[] = "POST /v3/maintenance/status HTTP/1.1\r\nHost: etcd\r\n"
                             "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
  Asking *asking = data;
  const char *words = asking->etcd ? etcd : resp;
  if (send (fd, words, strlen (words), MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t) strlen (words))
    {
      judge (asking);
      return G_SOURCE_REMOVE;
    }
  g_source_unref (asking->source);
  asking->source = g_unix_fd_source_new (fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (asking->source, G_SOURCE_FUNC (on_answer), asking, NULL);
  g_source_attach (asking->source, asking->session->context);
  return G_SOURCE_REMOVE;
}

static struct sockaddr_in
address_of (guint32 address, guint port)
{
  return (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons ((guint16) port),
                                .sin_addr.s_addr = htonl (address) };
}

static void
ask (Asking *asking)
{
  const TbPlan *plan = asking->session->plan->plan;
  const TbPlanInstance *instance = g_ptr_array_index (plan->instances, asking->index);
  const int one = 1;
  struct sockaddr_in own = address_of (UINT32_C (0x7f00fffe) | plan->block << 16, 0);
  struct sockaddr_in to = address_of (instance->address, asking->port);
  asking->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (asking->fd < 0)
    return;
  setsockopt (asking->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind (asking->fd, (struct sockaddr *) &own, sizeof own) < 0
      || (connect (asking->fd, (struct sockaddr *) &to, sizeof to) < 0 && errno != EINPROGRESS))
    {
      judge (asking);
      return;
    }
  asking->source = g_unix_fd_source_new (asking->fd, G_IO_OUT | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (asking->source, G_SOURCE_FUNC (on_connected), asking, NULL);
  g_source_attach (asking->source, asking->session->context);
}

static void
ask_if_due (Asking *asking)
{
  const TbKnownInstance *known = &asking->session->instances[asking->index];
  if (asking->fd >= 0) /* a whole second and no answer: paused, or overloaded */
    rest (asking);
  if (known->restarts != asking->restarts)
    asking->failures = 0;
  asking->restarts = known->restarts;
  if (known->state == TB_INSTANCE_READY && asking->failures < FAILURES_MAX)
    ask (asking);
  else if (known->state != TB_INSTANCE_READY && known->state != TB_INSTANCE_PAUSED)
    set_role (asking, NULL);
}

static gboolean
on_timer (gpointer data)
{
  TbRoles *roles = data;
  for (guint i = 0; i < roles->askings->len; i++)
    ask_if_due (g_ptr_array_index (roles->askings, i));
  return G_SOURCE_CONTINUE;
}

/* ---- Life -------------------------------------------------------------------------------------------- */

static void
asking_free (gpointer data)
{
  Asking *asking = data;
  rest (asking);
  g_string_free (asking->answer, TRUE);
  g_free (asking);
}

static gboolean
has_siblings (const TbPlan *plan, guint index)
{
  const TbPlanInstance *one = g_ptr_array_index (plan->instances, index);
  for (guint i = 0; i < plan->instances->len; i++)
    if (i != index
        && ((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->component == one->component)
      return TRUE;
  return FALSE;
}

/* Where it can be asked; 0: it cannot. The built-in store is all alike. */
static guint
port_to_ask (const TbPlanInstance *instance, gboolean *etcd)
{
  for (guint i = 0; !instance->external && !instance->builtin && i < instance->ports->len; i++)
    {
      const TbPlanPort *port = g_ptr_array_index (instance->ports, i);
      *etcd = port->port == ETCD_PORT;
      if (*etcd || g_strcmp0 (port->protocol, "resp") == 0)
        return port->port;
    }
  return 0;
}

TbRoles *
tb_roles_new (TbSession *session)
{
  const TbPlan *plan = session->plan->plan;
  TbRoles *roles = g_new0 (TbRoles, 1);
  roles->askings = g_ptr_array_new_with_free_func (asking_free);
  for (guint i = 0; i < plan->instances->len; i++)
    {
      gboolean etcd;
      guint port = port_to_ask (g_ptr_array_index (plan->instances, i), &etcd);
      if (port == 0 || !has_siblings (plan, i))
        continue;
      Asking *asking = g_new0 (Asking, 1);
      *asking = (Asking) { .session = session, .index = i, .port = port, .etcd = etcd, .fd = -1,
                           .answer = g_string_new (NULL) };
      g_ptr_array_add (roles->askings, asking);
    }
  if (roles->askings->len == 0)
    return roles;
  roles->timer = g_timeout_source_new (ASK_EVERY_MS);
  g_source_set_callback (roles->timer, on_timer, roles, NULL);
  g_source_attach (roles->timer, session->context);
  return roles;
}

void
tb_roles_free (TbRoles *roles)
{
  if (roles == NULL)
    return;
  if (roles->timer != NULL)
    {
      g_source_destroy (roles->timer);
      g_source_unref (roles->timer);
    }
  g_ptr_array_unref (roles->askings);
  g_free (roles);
}
