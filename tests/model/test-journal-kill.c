/* SIGKILL at any moment of a random editing session: what is lost is younger than a second, and the
 * file on disk is always whole. Sessions run side by side, so that most of the time is waiting.
 * Arguments: how many sessions (200). */
#include "model-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tb-journal.h"

enum
{
  SIDE_BY_SIDE = 25,
  COMMITS_MAX = 4000,
  BEAT_US = 10 * 1000,
  ALLOWED_US = G_USEC_PER_SEC
};

/* Written by the session, read when it is dead. Commit k names the architecture "k". */
typedef struct
{
  gint64 committed_us[COMMITS_MAX];
  gint64 starved_us[COMMITS_MAX]; /* what `starved` was then */
  /* How long the session was ready to run and the machine ran others instead, as a thread of it that does
   * nothing else finds out: the second that may be lost is one of a machine that lets it run. */
  volatile gint64 starved, beat_us;
  volatile gint n_committed, n_saved; /* n_saved: of the last commit that was saved */
} Diary;

typedef struct
{
  char *folder, *file;
  Diary *diary;
  pid_t pid;
  gint64 kill_at_us;
} Session;

static TbDocument *document;
static Diary *diary;
static char *path;
static GRand *rand_;

static gpointer
beat (gpointer data)
{
  Diary *d = data;
  for (;;)
    {
      g_usleep (BEAT_US);
      gint64 now = g_get_monotonic_time ();
      d->starved += MAX (now - d->beat_us - 2 * BEAT_US, 0);
      d->beat_us = now;
    }
  return NULL;
}

/* From commit k to that time. */
static gint64
starved_since (const Diary *d, gint k, gint64 now)
{
  return d->starved - d->starved_us[k] + MAX (now - d->beat_us - 2 * BEAT_US, 0);
}

static gboolean
edit (gpointer data)
{
  gint k = diary->n_committed + 1;
  if (k >= COMMITS_MAX)
    return G_SOURCE_CONTINUE;
  g_autofree char *name = g_strdup_printf ("%d", k);
  tb_document_begin (document, "Edit", NULL);
  tb_document_set (document, root_of (document), TB_PROP_NAME, name, NULL);
  if (g_rand_int_range (rand_, 0, 3) == 0)
    tb_document_insert (document, TB_KIND_NOTE, NULL, root_of (document), G_MAXUINT);
  tb_document_commit (document);
  diary->committed_us[k] = g_get_monotonic_time ();
  diary->starved_us[k] = diary->starved;
  diary->n_committed = k;
  if (g_rand_int_range (rand_, 0, 60) == 0 && tb_document_save (document, path, NULL))
    diary->n_saved = k;
  return G_SOURCE_CONTINUE;
}

static _Noreturn void
live (Session *s, guint32 seed)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  diary = s->diary;
  path = s->file;
  rand_ = g_rand_new_with_seed (seed);
  document = tb_document_new ("0");
  tb_document_save (document, path, NULL);
  tb_journal_new (s->folder, document, NULL);
  diary->beat_us = g_get_monotonic_time ();
  g_thread_unref (g_thread_new ("beat", beat, diary));
  g_timeout_add (5, edit, NULL);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static void
begin (Session *s)
{
  guint32 seed = (guint32) g_test_rand_int ();
  s->folder = g_dir_make_tmp ("tb-kill-XXXXXX", NULL);
  s->file = g_build_filename (s->folder, "a.tierboard", NULL);
  s->diary = mmap (NULL, sizeof (Diary), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  s->kill_at_us = g_get_monotonic_time () + g_test_rand_int_range (10, 2500) * 1000;
  s->pid = fork ();
  if (s->pid == 0)
    live (s, seed);
}

static gint
number_of (TbDocument *d)
{
  return atoi (tb_element_get (tb_model_root (tb_document_model (d)), TB_PROP_NAME));
}

/* The newest state there is, and whether the file is whole. */
static gint
newest (Session *s)
{
  gint best = 0;
  if (g_file_test (s->file, G_FILE_TEST_EXISTS))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TbDocument) saved = tb_document_load (s->file, NULL, &error);
      g_assert_no_error (error);
      best = number_of (saved);
      g_assert_cmpint (best, >=, s->diary->n_saved);
    }
  g_autoptr (GPtrArray) found = tb_recoveries_find (s->folder);
  for (guint i = 0; i < found->len; i++)
    {
      g_autoptr (TbDocument) recovered = tb_recovery_load (found->pdata[i], NULL, NULL);
      best = MAX (best, number_of (recovered));
      tb_recovery_discard (found->pdata[i]);
    }
  return best;
}

static void
remove_folder (Session *s)
{
  g_autoptr (GDir) dir = g_dir_open (s->folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (s->folder, name, NULL);
      g_unlink (file);
    }
  g_rmdir (s->folder);
}

/* What of the session is lost, in microseconds of work before its death. */
static gint64
end (Session *s)
{
  gint64 now = g_get_monotonic_time (), lost_us = 0;
  kill (s->pid, SIGKILL);
  waitpid (s->pid, NULL, 0);
  gint kept = newest (s);
  if (kept < s->diary->n_committed)
    lost_us = now - s->diary->committed_us[kept + 1] - starved_since (s->diary, kept + 1, now);
  munmap (s->diary, sizeof (Diary));
  remove_folder (s);
  g_free (s->folder);
  g_free (s->file);
  return lost_us;
}

static guint n_sessions = 200;

static void
test_kill_loses_less_than_a_second (void)
{
  Session sessions[SIDE_BY_SIDE];
  gint64 worst_us = 0;
  for (guint done = 0; done < n_sessions; done += SIDE_BY_SIDE)
    {
      guint n = MIN (SIDE_BY_SIDE, n_sessions - done), left = n;
      for (guint i = 0; i < n; i++)
        begin (&sessions[i]);
      while (left > 0)
        {
          g_usleep (1000);
          for (guint i = 0; i < n; i++)
            if (sessions[i].kill_at_us != 0 && g_get_monotonic_time () >= sessions[i].kill_at_us)
              {
                gint64 lost_us = end (&sessions[i]);
                worst_us = MAX (worst_us, lost_us);
                sessions[i].kill_at_us = 0;
                left--;
              }
        }
    }
  g_test_message ("%u sessions killed, at most %.0f ms of work lost", n_sessions,
                  (double) worst_us / 1000);
  g_assert_cmpint (worst_us, <=, ALLOWED_US);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    n_sessions = (guint) atoi (argv[1]);
  g_test_add_func ("/journal/kill-loses-less-than-a-second", test_kill_loses_less_than_a_second);
  return g_test_run ();
}
