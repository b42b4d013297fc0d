/* Who leads, in which term, and whether replicas hold the same: asked of servers that say so, by RESP's INFO
 * replication, etcd's status and a login to PostgreSQL, every now and then, and only where there are several:
 * replicas, or components of one protocol with a link between them. Asked from localhost, where every server lets
 * callers in that lets any in.
 *
 *   resting ──due, ready──▶ connecting ──▶ asking ──answer──▶ resting
 *      ▲                         └──refused, late, nonsense────┘ some times: not asked again until restarted */
#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "role-talk.h"
#include "session-private.h"

#define ASK_EVERY_MS 250
#define ANSWER_ROUNDS 4 /* an answer may take so many */
#define ANSWER_MAX 16384
#define ETCD_PORT 2379

typedef enum
{
  ASK_RESP,
  ASK_ETCD,
  ASK_POSTGRES
} AskHow;

/* Only every so manieth time: what it costs them. A login to PostgreSQL is a process there. And how often in a row it
 * may fail: for some seconds each. */
static const struct
{
  guint rounds, failures;
} manners[] = { [ASK_RESP] = { 1, 12 }, [ASK_ETCD] = { 2, 6 }, [ASK_POSTGRES] = { 8, 3 } };

typedef struct
{
  TbSession *session;
  const TbPlanPort *port;
  guint index, failures, restarts, round;
  guint waited; /* rounds that the answer has taken */
  AskHow how;
  int fd; /* -1: resting */
  GSource *source;
  GString *answer;
  TbPostgresTalk postgres;
} Asking;

struct TbRoles
{
  GPtrArray *askings;
  GSource *timer;
};

/* ---- What is known ----------------------------------------------------------------------------------- */

static void
say (Asking *asking, const char *what, const char *value)
{
  const GPtrArray *instances = asking->session->plan->plan->instances;
  const TbPlanInstance *planned = g_ptr_array_index (instances, asking->index);
  tb_session_say (asking->session, planned->id, what, value);
}

static void
set_role (Asking *asking, const char *role)
{
  TbKnownInstance *known = &asking->session->instances[asking->index];
  if (g_strcmp0 (known->role, role) == 0 || (known->role == NULL && *role == '\0'))
    return;
  tb_replace_text (&known->role, role);
  say (asking, "role", role);
  g_signal_emit (asking->session, tb_session_signals[TB_SESSION_SIGNAL_INSTANCE], 0, asking->index);
}

static void
set_term (Asking *asking, guint64 term)
{
  TbKnownInstance *known = &asking->session->instances[asking->index];
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, term);
  if (known->term == term)
    return;
  known->term = term;
  say (asking, "term", text);
}

static void
set_digest (Asking *asking, gboolean has_digest, guint64 digest)
{
  TbKnownInstance *known = &asking->session->instances[asking->index];
  if (known->has_digest == has_digest && (!has_digest || known->digest == digest))
    return;
  g_autofree char *text = has_digest ? g_strdup_printf ("%016" G_GINT64_MODIFIER "x", digest) : g_strdup ("");
  known->has_digest = has_digest;
  known->digest = has_digest ? digest : 0;
  say (asking, "digest", text);
}

/* said NULL: nothing is known of it. */
static void
know (Asking *asking, const TbRoleSaid *said)
{
  static const TbRoleSaid nothing;
  if (said == NULL)
    said = &nothing;
  set_term (asking, said->term);
  set_digest (asking, said->has_digest, said->digest);
  set_role (asking, said->role);
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
  asking->waited = 0;
  g_string_truncate (asking->answer, 0);
}

static gboolean
send_all (int fd, const void *bytes, gsize n)
{
  return n == 0 || send (fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t) n;
}

/* Bytes of an answer. */
static TbRoleAnswer
hear (Asking *asking, const char *bytes, gsize n, TbRoleSaid *said)
{
  if (asking->how == ASK_POSTGRES)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();
      TbRoleAnswer answer = tb_postgres_talk_hear (&asking->postgres, (const guint8 *) bytes, n, out);
      *said = asking->postgres.said;
      return send_all (asking->fd, out->data, out->len) ? answer : TB_ROLE_NOT_SAID;
    }
  g_string_append_len (asking->answer, bytes, (gssize) n);
  if (asking->answer->len >= ANSWER_MAX)
    return TB_ROLE_NOT_SAID;
  return asking->how == ASK_ETCD ? tb_role_hear_etcd (asking->answer->str, said)
                                 : tb_role_hear_info (asking->answer->str, said);
}

static void
judge (Asking *asking, const TbRoleSaid *said)
{
  asking->failures = said != NULL ? 0 : asking->failures + 1;
  rest (asking);
  know (asking, said);
}

static gboolean
on_answer (int fd, GIOCondition condition, gpointer data)
{
  Asking *asking = data;
  TbRoleSaid said;
  char bytes[1024];
  ssize_t n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  TbRoleAnswer answer = n > 0 ? hear (asking, bytes, (gsize) n, &said) : TB_ROLE_NOT_SAID;
  if (answer == TB_ROLE_MORE)
    return G_SOURCE_CONTINUE;
  judge (asking, answer == TB_ROLE_SAID ? &said : NULL);
  return G_SOURCE_REMOVE;
}

static void
append_resp_word (GByteArray *out, const char *word)
{
  g_autofree char *text = g_strdup_printf ("$%zu\r\n%s\r\n", strlen (word), word);
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

/* A command of up to three words. */
static void
append_resp (GByteArray *out, const char *first, const char *second, const char *third)
{
  const char *words[] = { first, second, third };
  char head[] = "*0\r\n";
  guint n = 0;
  while (n < G_N_ELEMENTS (words) && words[n] != NULL)
    n++;
  head[1] = (char) ('0' + n);
  g_byte_array_append (out, (const guint8 *) head, 4);
  for (guint i = 0; i < n; i++)
    append_resp_word (out, words[i]);
}

static void
append_question (Asking *asking, GByteArray *out)
{
  static const char etcd[] = "POST /v3/maintenance/status HTTP/1.1\r\nHost: etcd\r\n"
                             "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
  const TbPlanPort *port = asking->port;
  g_autofree char *nonce = g_uuid_string_random ();
  switch (asking->how)
    {
    case ASK_ETCD:
      g_byte_array_append (out, (const guint8 *) etcd, sizeof etcd - 1);
      break;
    case ASK_POSTGRES:
      tb_postgres_talk_begin (&asking->postgres, nonce, out);
      break;
    case ASK_RESP:
    default:
      if (port->password != NULL)
        append_resp (out, "AUTH", port->user != NULL ? port->user : port->password,
                     port->user != NULL ? port->password : NULL);
      append_resp (out, "INFO", "replication", NULL);
      break;
    }
}

static gboolean
on_connected (int fd, GIOCondition condition, gpointer data)
{
  Asking *asking = data;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  append_question (asking, out);
  if (!send_all (fd, out->data, out->len))
    {
      judge (asking, NULL);
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
  const int one = 1, zero = 0;
  struct sockaddr_in own = address_of (INADDR_LOOPBACK, 0);
  struct sockaddr_in to = address_of (instance->address, asking->port->port);
  asking->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (asking->fd < 0)
    return;
  /* Marked as the agent's own are (connect.c there), so that it is not taken for one past the taps. */
  setsockopt (asking->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  setsockopt (asking->fd, IPPROTO_IP, IP_MULTICAST_ALL, &zero, sizeof zero);
  if (bind (asking->fd, (struct sockaddr *) &own, sizeof own) < 0
      || (connect (asking->fd, (struct sockaddr *) &to, sizeof to) < 0 && errno != EINPROGRESS))
    {
      judge (asking, NULL);
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
  if (asking->fd >= 0 && ++asking->waited >= ANSWER_ROUNDS) /* paused, or overloaded: what it held is no news */
    {
      rest (asking);
      set_digest (asking, FALSE, 0);
    }
  if (known->restarts != asking->restarts)
    asking->failures = 0;
  asking->restarts = known->restarts;
  gboolean turn = asking->round++ % manners[asking->how].rounds == 0 && asking->fd < 0;
  if (known->state == TB_INSTANCE_READY && asking->failures < manners[asking->how].failures && turn)
    ask (asking);
  else if (known->state != TB_INSTANCE_READY && known->state != TB_INSTANCE_PAUSED)
    know (asking, NULL);
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
  tb_postgres_talk_clear (&asking->postgres);
  g_free (asking);
}

static gboolean
has_siblings (const TbPlan *plan, guint index)
{
  const TbPlanInstance *one = g_ptr_array_index (plan->instances, index);
  for (guint i = 0; i < plan->instances->len; i++)
    if (i != index && !((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->removed
        && ((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->component == one->component)
      return TRUE;
  return FALSE;
}

static gboolean
speaks (const TbPlanInstance *instance, const char *protocol)
{
  for (guint i = 0; i < instance->ports->len; i++)
    if (g_strcmp0 (((TbPlanPort *) g_ptr_array_index (instance->ports, i))->protocol, protocol) == 0)
      return TRUE;
  return FALSE;
}

/* A primary and its standby drawn as two components: a link of that protocol between two that speak it. */
static gboolean
has_partner (const TbPlan *plan, const TbPlanInstance *one, const char *protocol)
{
  for (guint i = 0; i < plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (plan->links, i);
      if (link->removed)
        continue;
      const TbPlanInstance *from = g_ptr_array_index (plan->instances, g_array_index (link->from, guint, 0));
      const TbPlanInstance *to = g_ptr_array_index (plan->instances, g_array_index (link->to, guint, 0));
      if ((from->component == one->component || to->component == one->component)
          && from->component != to->component && speaks (from, protocol) && speaks (to, protocol))
        return TRUE;
    }
  return FALSE;
}

/* One that would refuse us is not asked: that is in its log. */
static gboolean
can_be_asked (const TbPlanPort *port, AskHow *how)
{
  gboolean postgres = g_strcmp0 (port->protocol, "postgresql") == 0;
  *how = port->port == ETCD_PORT ? ASK_ETCD : postgres ? ASK_POSTGRES : ASK_RESP;
  return port->port == ETCD_PORT || g_strcmp0 (port->protocol, "resp") == 0
         || (postgres && port->user != NULL);
}

/* Copies of the built-in store that know nothing of each other are all alike. */
static gboolean
has_roles (const TbPlanInstance *instance)
{
  return !instance->builtin || g_strv_contains ((const char *const *) instance->argv, "--replication");
}

/* Where it can be asked; NULL: it cannot. */
static const TbPlanPort *
port_to_ask (const TbPlan *plan, guint index, AskHow *how)
{
  const TbPlanInstance *instance = g_ptr_array_index (plan->instances, index);
  for (guint i = 0; !instance->external && !instance->removed && has_roles (instance) && i < instance->ports->len; i++)
    {
      const TbPlanPort *port = g_ptr_array_index (instance->ports, i);
      if (can_be_asked (port, how)
          && (has_siblings (plan, index) || has_partner (plan, instance, port->protocol)))
        return port;
    }
  return NULL;
}

static Asking *
asking_new (TbSession *session, guint index, const TbPlanPort *port, AskHow how)
{
  Asking *asking = g_new0 (Asking, 1);
  *asking = (Asking) { .session = session, .index = index, .port = port, .how = how, .fd = -1,
                       .answer = g_string_new (NULL) };
  asking->postgres = (TbPostgresTalk) { .user = port->user, .password = port->password,
                                        .database = port->database };
  return asking;
}

TbRoles *
tb_roles_new (TbSession *session)
{
  const TbPlan *plan = session->plan->plan;
  TbRoles *roles = g_new0 (TbRoles, 1);
  roles->askings = g_ptr_array_new_with_free_func (asking_free);
  for (guint i = 0; i < plan->instances->len; i++)
    {
      AskHow how;
      const TbPlanPort *port = port_to_ask (plan, i, &how);
      if (port != NULL)
        g_ptr_array_add (roles->askings, asking_new (session, i, port, how));
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
