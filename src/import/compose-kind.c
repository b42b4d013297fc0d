/* What part a service of a Compose file plays. Everything in such a file runs, so nobody in it is a person, however it
 * is called (“user” is a service about users); who calls the others on its own is a generator of load. */
#include "compose-private.h"

#include <string.h>

/* "orders_db-1" → orders, db, 1. Lower case. */
static char **
split_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  return g_strsplit_set (lower, "-_. /", -1);
}

static gboolean
is_among (const char *word, const char *const *list)
{
  return word != NULL && g_strv_contains (list, word);
}

/* "load-generator", "loadtest", "locust", "user-sim" */
static gboolean
makes_load (const char *name)
{
  static const char *const whole[] = { "locust", "k6", "jmeter", "artillery", "gatling", "vegeta", "wrk", "wrk2", "loadgen",
                                       "loadgenerator", "loadtest", "loadtester", NULL };
  static const char *const first[] = { "load", "traffic", "user", "users", "client", NULL };
  static const char *const second[] = { "generator", "gen", "test", "tester", "testing", "sim", "simulator", "simulation",
                                        NULL };
  g_auto (GStrv) words = split_name (name);
  for (guint i = 0; words[i] != NULL; i++)
    if (is_among (words[i], whole) || (is_among (words[i], first) && is_among (words[i + 1], second)))
      return TRUE;
  return FALSE;
}

/* The word that says what it is, is the last: “orders-queue” is a queue, “queue-master” none. (transfer full) */
static char *
head_of (const char *name)
{
  static const char *const behind[] = { "server", "container", "local", "dev", "prod", "primary", "secondary", "replica",
                                        "master", "slave", "main", "node", "instance", NULL };
  g_auto (GStrv) words = split_name (name);
  guint n = g_strv_length (words);
  while (n > 1 && (is_among (words[n - 1], behind) || strspn (words[n - 1], "0123456789") == strlen (words[n - 1])))
    n--;
  char *head = n > 0 ? g_strdup (words[n - 1]) : g_strdup ("");
  gsize length = strlen (head);
  while (length > 2 && g_ascii_isdigit (head[length - 1])) /* db1 */
    head[--length] = '\0';
  return head;
}

static TbRole
role_of_name (const char *name)
{
  static const struct
  {
    const char *word;
    TbRole role;
  } heads[] = { { "db", TB_ROLE_STORE },          { "database", TB_ROLE_STORE }, { "datastore", TB_ROLE_STORE },
                { "sql", TB_ROLE_STORE },         { "cache", TB_ROLE_CACHE },    { "queue", TB_ROLE_BROKER },
                { "broker", TB_ROLE_BROKER },     { "mq", TB_ROLE_BROKER },      { "bus", TB_ROLE_BROKER },
                { "balancer", TB_ROLE_BALANCER }, { "lb", TB_ROLE_BALANCER },    { "loadbalancer", TB_ROLE_BALANCER },
                { "proxy", TB_ROLE_PROXY },       { "gateway", TB_ROLE_PROXY },  { "ingress", TB_ROLE_PROXY },
                { "router", TB_ROLE_PROXY } };
  g_autofree char *head = head_of (name);
  g_auto (GStrv) words = split_name (name);
  gboolean handles = g_strv_contains ((const char *const *) words, "master"); /* of a queue: who works on it */
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_equal (heads[i].word, head))
      return heads[i].role == TB_ROLE_BROKER && handles ? TB_ROLE_SERVER : heads[i].role;
  return TB_ROLE_SERVER;
}

TbForeignKind
tb_compose_kind (const char *image, const char *name)
{
  TbForeignKind kind = { TB_ROLE_SERVER, FALSE, NULL, FALSE };
  g_autofree char *plain = image != NULL ? g_strndup (image, strcspn (image, ":@")) : NULL;
  const char *last = plain != NULL && strrchr (plain, '/') != NULL ? strrchr (plain, '/') + 1 : plain;
  if (makes_load (name) || (last != NULL && makes_load (last)))
    kind.role = TB_ROLE_CLIENT;
  else if (!(image != NULL && tb_foreign_program (image, TRUE, &kind)) && !tb_foreign_program (name, FALSE, &kind))
    kind.role = role_of_name (name);
  kind.known = kind.known || kind.role != TB_ROLE_SERVER;
  return kind;
}

gboolean
tb_compose_keeps_data (TbRole role)
{
  return role == TB_ROLE_STORE || role == TB_ROLE_CACHE || role == TB_ROLE_BROKER;
}

static gboolean
has_word (const char *name, const char *const *list)
{
  g_auto (GStrv) words = split_name (name);
  for (guint i = 0; words[i] != NULL; i++)
    if (is_among (words[i], list))
      return TRUE;
  return FALSE;
}

/* A job is done when it ends: nobody calls it. */
gboolean
tb_compose_is_job (const char *name)
{
  static const char *const words[] = { "init", "setup", "migrate", "migration", "migrations", "migrator", "seed", "seeder",
                                       "bootstrap", "install", "installer", "wait", "job", "genkeys", "provision", NULL };
  return has_word (name, words);
}

gboolean
tb_compose_is_front (const char *name)
{
  static const char *const words[] = { "front", "frontend", "web", "webapp", "webserver", "website", "site", "ui", "gui",
                                       "portal", "dashboard", "console", NULL };
  return has_word (name, words);
}
