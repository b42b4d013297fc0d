/* Loads of built-in clients: each reads a file of its own, beside its directory, whenever that was written. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session-private.h"

#define LOAD_BYTES 128 /* always written whole and at once, so that no half of it is ever read */

static gboolean
write_load (const char *path, const char *load)
{
  char text[LOAD_BYTES];
  gsize n = strlen (load);
  memset (text, '#', sizeof text);
  memcpy (text, load, n);
  text[n] = '\n';
  int fd = open (path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0)
    return FALSE;
  /* Root's clients run as somebody else, who must be able to read it whatever the umask says. */
  gboolean good = fchmod (fd, 0644) == 0 && pwrite (fd, text, sizeof text, 0) == sizeof text;
  return close (fd) == 0 && good;
}

void
tb_session_prepare_loads (TbSession *self, const TbPlan *before)
{
  const GPtrArray *instances = self->plan->plan->instances;
  for (guint i = 0; i < instances->len; i++)
    {
      const TbPlanInstance *was
        = before != NULL && i < before->instances->len ? g_ptr_array_index (before->instances, i) : NULL;
      const char *path = tb_plan_load_path (g_ptr_array_index (instances, i));
      if (path != NULL && (was == NULL || tb_plan_load_path (was) == NULL))
        write_load (path, "own");
    }
}

static gboolean
set_load (TbSession *self, const TbPlanInstance *instance, const char *load, GError **error)
{
  const char *path = tb_plan_load_path (instance);
  if (path == NULL)
    g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
                 "%s is no built-in client: its load cannot be changed", instance->id);
  else if (!write_load (path, load))
    g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_OVER, "the load of %s cannot be changed: %s",
                 instance->id, g_strerror (errno));
  else
    {
      tb_session_say (self, instance->id, "load", load);
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_load (const char *load)
{
  double rate;
  TbDist think;
  if (g_str_has_prefix (load, "rate "))
    return tb_decimal_parse (load + 5, &rate) != NULL && rate <= 1e7;
  if (g_str_has_prefix (load, "final "))
    return tb_decimal_parse (load + 6, &rate) != NULL && rate >= 1 && rate <= G_MAXUINT32;
  return g_str_equal (load, "own") || (g_str_has_prefix (load, "think ") && tb_dist_parse (load + 6, &think));
}

gboolean
tb_session_set_load (TbSession *self, const char *names, const char *load, GError **error)
{
  const TbPlan *plan = self->plan->plan;
  if (strlen (load) >= LOAD_BYTES || !is_load (load))
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
                   "“%.40s” is no load like “rate 100” or “think exponential 20ms”", load);
      return FALSE;
    }
  g_autoptr (GArray) of = tb_names_to_instances (plan, names, tb_session_role_of, self, error);
  gboolean good = of != NULL;
  for (guint i = 0; good && i < of->len; i++)
    good = set_load (self, g_ptr_array_index (plan->instances, g_array_index (of, guint, i)), load, error);
  return good;
}
