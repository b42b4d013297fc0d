/* The past: its file, and what it offers as it stands in its arrays. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "past-private.h"

enum
{
  SIGNAL_GROWN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_QUARK (tb-past-error-quark, tb_past_error)
G_DEFINE_FINAL_TYPE (TbPast, tb_past, G_TYPE_OBJECT)

/* ---- Life ---------------------------------------------------------------------------------------- */

static void
drawing_clear (gpointer data)
{
  g_free (((TbPastDrawing *) data)->xml);
}

static void
of_clear (gpointer data)
{
  TbPastOf *of = data;
  g_array_unref (of->loads);
  g_array_unref (of->logs);
}

static GArray *
array_of (gsize size, GDestroyNotify clear)
{
  GArray *array = g_array_new (FALSE, TRUE, (guint) size);
  if (clear != NULL)
    g_array_set_clear_func (array, clear);
  return array;
}

static void
tb_past_init (TbPast *self)
{
  self->texts = g_string_chunk_new (4096);
  self->drawings = array_of (sizeof (TbPastDrawing), drawing_clear);
  self->facts = array_of (sizeof (TbPastFact), NULL);
  self->frames = g_ptr_array_new_with_free_func (g_free);
  self->instances = array_of (sizeof (TbPastInstance), NULL);
  self->links = array_of (sizeof (TbPastLink), NULL);
  self->taps = array_of (sizeof (TbPastTap), NULL);
  self->gaps = array_of (sizeof (TbPastGap), NULL);
  self->states = array_of (sizeof (TbPastState), NULL);
  self->bands = array_of (sizeof (TbPastBand), NULL);
  self->problems = array_of (sizeof (TbPastProblem), NULL);
  self->remarks = array_of (sizeof (TbPastRemark), NULL);
  self->commands = array_of (sizeof (TbPastCommand), tb_past_command_clear);
  self->of = array_of (sizeof (TbPastOf), of_clear);
  self->agent_loads = array_of (sizeof (TbPastAgentLoad), NULL);
  self->faults = g_ptr_array_new_with_free_func (tb_past_fault_free);
  self->figures = array_of (sizeof (TbPastFigures), NULL);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->sums = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
}

static void
tb_past_finalize (GObject *object)
{
  TbPast *self = TB_PAST (object);
  GArray *const arrays[] = { self->drawings, self->facts, self->instances, self->links, self->taps,
                             self->gaps, self->states, self->bands, self->problems, self->remarks, self->commands, self->of,
                             self->agent_loads, self->figures };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_array_unref (arrays[i]);
  g_clear_pointer (&self->picture, tb_past_picture_free);
  g_ptr_array_unref (self->frames);
  g_ptr_array_unref (self->faults);
  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->sums);
  g_string_chunk_free (self->texts);
  tb_record_reader_close (self->reader);
  g_free (self->path);
  g_free (self->notice);
  G_OBJECT_CLASS (tb_past_parent_class)->finalize (object);
}

static void
tb_past_class_init (TbPastClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_past_finalize;
  signals[SIGNAL_GROWN] = g_signal_new ("grown", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

/* ---- The file ------------------------------------------------------------------------------------ */

/* What is no file is not read: a pipe would lose its beginning. */
gboolean
tb_past_is_recording (const char *path)
{
  char start[6] = "";
  struct stat st;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean is = fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode)
                && read (fd, start, sizeof start) == sizeof start
                && memcmp (start, "TBREC1", sizeof start) == 0;
  if (fd >= 0)
    close (fd);
  return is;
}

static TbPastError
code_of (int why)
{
  return why == -EPROTO || why == -ENODATA              ? TB_PAST_ERROR_NO_RECORDING
         : why == -EPROTONOSUPPORT || why == -ENOTSUP   ? TB_PAST_ERROR_VERSION
                                                        : TB_PAST_ERROR_FILE;
}

/* Differences of times must be times. */
#define LASTS_MAX_NS (G_MAXINT64 / 4)

static void
read_on (TbPast *self)
{
  TbRecord record;
  gint64 latest_ns = tb_past_start_ns (self) + LASTS_MAX_NS;
  self->end_ns = CLAMP (tb_record_reader_end_ns (self->reader), self->end_ns, latest_ns);
  for (int got = tb_record_reader_next (self->reader, &record); got != 0;
       got = tb_record_reader_next (self->reader, &record))
    if (got > 0)
      tb_past_take_record (self, &record);
}

TbPast *
tb_past_open (const char *path, GError **error)
{
  g_autoptr (TbPast) self = g_object_new (TB_TYPE_PAST, NULL);
  bool cut_short = false;
  int why = tb_record_reader_open (path, &self->reader, &cut_short);
  gint64 start_ns = why == 0 ? tb_past_start_ns (self) : 0;
  if (start_ns < 0 || start_ns > G_MAXINT64 / 2)
    why = -EPROTO;
  if (why != 0)
    {
      g_autofree char *name = g_path_get_basename (path);
      g_set_error (error, TB_PAST_ERROR, code_of (why), "“%s”: %s", name, tb_record_words (why));
      return NULL;
    }
  self->path = g_strdup (path);
  self->cut_short = cut_short;
  self->end_ns = tb_record_reader_start_ns (self->reader);
  read_on (self);
  return g_steal_pointer (&self);
}

void
tb_past_refresh (TbPast *self, guint64 size)
{
  if (tb_record_reader_refresh (self->reader, size) <= 0)
    return;
  g_clear_pointer (&self->notice, g_free);
  read_on (self);
  g_signal_emit (self, signals[SIGNAL_GROWN], 0);
}

void
tb_past_set_growing (TbPast *self, gboolean growing)
{
  self->growing = growing;
  g_clear_pointer (&self->notice, g_free);
}

/* ---- What it is ---------------------------------------------------------------------------------- */

const char *
tb_past_path (TbPast *self)
{
  return self->path;
}

const char *
tb_past_architecture (TbPast *self, gint64 time_ns)
{
  const char *xml = NULL;
  for (guint i = 0; i < self->drawings->len; i++)
    {
      const TbPastDrawing *drawing = &g_array_index (self->drawings, TbPastDrawing, i);
      if (xml == NULL || drawing->time_ns <= time_ns)
        xml = drawing->xml;
    }
  return xml;
}

static double
seconds_of (TbPast *self, gint64 time_ns)
{
  return (double) (time_ns - tb_past_start_ns (self)) / 1e9;
}

/* Why there are no messages before some time: 0, they are all there. */
static gint64
detail_from_ns (TbPast *self)
{
  TbEvent first;
  if (tb_past_first_event (self) == 0)
    return 0;
  return tb_past_event (self, tb_past_first_event (self), &first) ? first.time_ns : self->end_ns;
}

const char *
tb_past_notice (TbPast *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 from_ns = detail_from_ns (self);
  if (self->notice != NULL)
    return self->notice;
  if (from_ns != 0)
    g_string_printf (text, "messages of the first %.1f s are not kept any more, only figures",
                     seconds_of (self, from_ns));
  if (self->cut_short && !self->growing && !self->ended)
    g_string_append_printf (text, "%sit ends at %.1f s, before the run did", text->len > 0 ? "; " : "",
                            seconds_of (self, self->end_ns));
  if (text->len > 0)
    self->notice = g_string_free (g_steal_pointer (&text), FALSE);
  return self->notice;
}

gint64
tb_past_start_ns (TbPast *self)
{
  return tb_record_reader_start_ns (self->reader);
}

gint64
tb_past_end_ns (TbPast *self)
{
  return self->end_ns;
}

gint64
tb_past_start_realtime_ns (TbPast *self)
{
  return tb_record_reader_start_realtime_ns (self->reader);
}

gint64
tb_past_stop_ns (TbPast *self)
{
  return self->stop_ns != 0 ? MIN (self->stop_ns, self->end_ns) : self->end_ns;
}

TbRunState
tb_past_run_state (TbPast *self)
{
  return self->run_state;
}

/* ---- Rows ---------------------------------------------------------------------------------------- */

#define ROWS(name, array, Type)                                                                    \
  guint tb_past_n_##array (TbPast *self)                                                           \
  {                                                                                                \
    return self->array->len;                                                                       \
  }                                                                                                \
  const Type *tb_past_##name (TbPast *self, guint i)                                               \
  {                                                                                                \
    return i < self->array->len ? &g_array_index (self->array, Type, i) : NULL;                    \
  }

ROWS (instance, instances, TbPastInstance)
ROWS (link, links, TbPastLink)
ROWS (gap, gaps, TbPastGap)
ROWS (state, states, TbPastState)
ROWS (band, bands, TbPastBand)
ROWS (problem, problems, TbPastProblem)
ROWS (remark, remarks, TbPastRemark)

guint
tb_past_n_taps (TbPast *self)
{
  return self->taps->len;
}

/* A row that was never announced has no time at which it was opened. */
const TbPastTap *
tb_past_tap (TbPast *self, guint row)
{
  const TbPastTap *tap
    = row < self->taps->len ? &g_array_index (self->taps, TbPastTap, row) : NULL;
  return tap != NULL && tap->opened_ns != 0 ? tap : NULL;
}

/* ---- Instances ----------------------------------------------------------------------------------- */

const char *
tb_past_log_path (TbPast *self, guint instance)
{
  const char *path
    = instance < self->of->len ? g_array_index (self->of, TbPastOf, instance).log_path : NULL;
  return path != NULL && g_file_test (path, G_FILE_TEST_EXISTS) ? path : NULL;
}

GArray *
tb_past_load (TbPast *self, guint instance)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (TbPastLoad));
  if (instance >= self->of->len)
    return out;
  const GArray *raw = g_array_index (self->of, TbPastOf, instance).loads;
  for (guint i = 0; i < raw->len; i++)
    {
      const TbPastRawLoad *now = &g_array_index (raw, TbPastRawLoad, i), *before = i > 0 ? now - 1 : now;
      gint64 ns = now->time_ns - before->time_ns;
      gboolean known = ns > 0 && now->cpu_ns >= before->cpu_ns;
      const TbPastLoad load = {
        .time_ns = now->time_ns,
        .cpu = known ? (double) (now->cpu_ns - before->cpu_ns) / (double) ns : 0,
        .rss_bytes = now->rss_bytes,
        .threads = now->threads,
        .files = now->files,
        .processes = now->processes,
      };
      g_array_append_val (out, load);
    }
  return out;
}
