/* Clocks of instances that have one of their own: libfaketime reads from a file what to add. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session-private.h"

#define CLOCK_BYTES 64 /* always written whole and at once, so that no half of it is ever read */

const char *
tb_clock_find_library (void)
{
  static const char *const places[] = {
    "/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime",
    "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime",
  };
  static char *found;
  for (guint i = 0; found == NULL && i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (places[i], "libfaketimeMT.so.1", NULL);
      if (access (path, R_OK) == 0)
        found = g_steal_pointer (&path);
    }
  return found;
}

static const TbPlanInstance *
planned (const TbSession *self, guint instance)
{
  return g_ptr_array_index (self->plan->plan->instances, instance);
}

/* libfaketime's form: seconds to add, how fast it goes; lines with # are none. */
static gboolean
write_clock (const char *path, gint64 offset_ns, double rate)
{
  char text[CLOCK_BYTES + 1], seconds[G_ASCII_DTOSTR_BUF_SIZE], factor[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (seconds, sizeof seconds, "%+.6f", (double) offset_ns / 1e9);
  g_ascii_formatd (factor, sizeof factor, "%.6g", rate);
  int n = rate == 1 ? g_snprintf (text, sizeof text, "%s\n#", seconds)
                    : g_snprintf (text, sizeof text, "%s x%s\n#", seconds, factor);
  memset (text + n, '#', sizeof text - (gsize) n);
  int fd = open (path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0)
    return FALSE;
  /* Root's programs run as somebody else, who must be able to read it whatever the umask says. */
  gboolean good = fchmod (fd, 0644) == 0 && pwrite (fd, text, CLOCK_BYTES, 0) == CLOCK_BYTES;
  close (fd);
  return good;
}

void
tb_session_prepare_clocks (TbSession *self, const TbPlan *before)
{
  for (guint i = 0; i < self->plan->plan->instances->len; i++)
    {
      const TbPlanInstance *was
        = before != NULL && i < before->instances->len ? g_ptr_array_index (before->instances, i) : NULL;
      if (was == NULL)
        self->instances[i].clock_rate = 1;
      if (planned (self, i)->clock_path != NULL && (was == NULL || was->clock_path == NULL))
        write_clock (planned (self, i)->clock_path, self->instances[i].clock_offset_ns,
                     self->instances[i].clock_rate);
    }
}

/* Programs without the dynamic linker do not load it, and setting their clock would do nothing. */
static gboolean
has_loaded (guint32 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/maps", pid), *maps = NULL;
  return !g_file_get_contents (path, &maps, NULL, NULL) || strstr (maps, "libfaketime") != NULL;
}

static const char *
why_not (const TbSession *self, guint instance)
{
  const TbPlanInstance *plan = planned (self, instance);
  const TbKnownInstance *known = &self->instances[instance];
  if (plan->external)
    return "it lies outside";
  if (plan->builtin)
    return "the built-in program is linked statically, which libfaketime cannot reach";
  if (tb_clock_find_library () == NULL)
    return "libfaketime is not there; the package faketime brings it";
  if (plan->clock_path == NULL)
    return "it goes by the system's; clock=\"own\" on its component, and a new run, give it its own";
  if (known->pid != 0 && !has_loaded (known->pid))
    return "its program did not load libfaketime; one that is linked statically cannot";
  return NULL;
}

static void
note_clock (TbSession *self, guint instance)
{
  const TbKnownInstance *known = &self->instances[instance];
  char offset[40], rate[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *value
    = g_strdup_printf ("%" G_GINT64_FORMAT " %s", known->clock_offset_ns,
                       g_ascii_dtostr (rate, sizeof rate, known->clock_rate));
  tb_session_say (self, planned (self, instance)->id, "clock", value);
  tb_duration_format (ABS (known->clock_offset_ns), offset, sizeof offset);
  g_autofree char *words
    = known->clock_offset_ns == 0 && known->clock_rate == 1
        ? g_strdup ("its clock is true again")
        : g_strdup_printf ("its clock was moved by %c%s and goes %g times as fast",
                           known->clock_offset_ns < 0 ? '-' : '+', offset, known->clock_rate);
  tb_writer_begin (&self->out, TB_COMMAND_NOTE);
  tb_writer_string (&self->out, planned (self, instance)->id);
  tb_writer_string (&self->out, words);
  tb_writer_end (&self->out);
  tb_session_sent (self);
}

gboolean
tb_session_set_clock (TbSession *self, guint instance, gint64 offset_ns, double rate, GError **error)
{
  const char *why = why_not (self, instance);
  TbKnownInstance *known = &self->instances[instance];
  if (why == NULL && !(rate > 0 && rate <= 1000))
    why = "it cannot go that fast";
  if (why == NULL && !write_clock (planned (self, instance)->clock_path, offset_ns, rate))
    why = g_strerror (errno);
  if (why != NULL)
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
                   "the clock of %s cannot be moved: %s", planned (self, instance)->id, why);
      return FALSE;
    }
  known->clock_offset_ns = offset_ns;
  known->clock_rate = rate;
  if (!self->closed)
    note_clock (self, instance);
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_INSTANCE], 0, instance);
  return TRUE;
}

gboolean
tb_session_can_set_clock (TbSession *self, guint instance)
{
  return why_not (self, instance) == NULL;
}
