/* The rows of the live table: instances with their state, links with their figures. */
#include <string.h>

#include "run-private.h"
#include "run-table-private.h"

/* ---- Instances ---------------------------------------------------------------------------------------- */

static void
append_choice (TbLine *line, gboolean chosen)
{
  tb_line_append (line, "1", 1, chosen ? "▸" : " ");
}

static guint
widest_instance (const TbLiveFrame *frame)
{
  guint widest = 8;
  for (guint i = 0; i < frame->n_instances; i++)
    widest = MAX (widest, tb_text_columns (frame->instances[i].id));
  return MIN (widest, 22);
}

/* Behind the state's name: "waiting  for orders/1 to be ready", "starting  to be ready (tcp 80)". */
static void
append_waiting (TbLine *line, const TbLiveInstance *instance)
{
  const char *text = instance->waiting;
  if (instance->state == TB_INSTANCE_WAITING)
    tb_line_append (line, NULL, 4, "for ");
  else if (g_str_has_prefix (text, "itself "))
    text += strlen ("itself ");
  tb_line_append (line, NULL, line->width, text);
}

static const char *
what_to_say (const TbLiveInstance *instance)
{
  return instance->state == TB_INSTANCE_READY ? "" : instance->sentence;
}

/* One that is ready says what it is, if it is anything. */
static const char *
state_in_a_word (const TbLiveInstance *instance)
{
  if (instance->state != TB_INSTANCE_READY)
    return tb_instance_state_name (instance->state);
  return *instance->role != '\0' ? instance->role
         : instance->pid == 0    ? "outside"
                                 : tb_instance_state_name (instance->state);
}

static void
append_load (TbLine *line, const TbLiveInstance *instance)
{
  char text[48], bytes[24];
  g_snprintf (text, sizeof text, "%.0f %% CPU", instance->cpu * 100);
  tb_line_append_right (line, NULL, 11, text);
  tb_line_append_right (line, NULL, 9, tb_words_bytes ((double) instance->rss_bytes, bytes, sizeof bytes));
}

static void
add_instance (TbSheet *sheet, const TbLiveInstance *instance, guint name_width)
{
  TbLine line = tb_line_begin (sheet);
  const TbStateLook look = tb_state_look (instance->state);
  g_autofree char *host = tb_plan_address_text (instance->address);
  g_autofree char *address
    = instance->port != 0 ? g_strdup_printf ("%s:%u", host, instance->port) : g_strdup (host);
  const char *say = what_to_say (instance);
  append_choice (&line, tb_run_view_is_chosen (sheet->view, instance->id, NULL));
  tb_line_append (&line, look.colour, 1, look.shape);
  tb_line_append (&line, NULL, 1, " ");
  tb_line_append (&line, NULL, name_width, instance->id);
  tb_line_pad (&line, 4 + name_width);
  tb_line_append (&line, look.colour, 9, state_in_a_word (instance));
  tb_line_pad (&line, 14 + name_width);
  if (*instance->waiting != '\0')
    append_waiting (&line, instance);
  else if (*say != '\0')
    tb_line_append (&line, NULL, sheet->width, say);
  else
    {
      tb_line_append (&line, "2", 21, address);
      tb_line_pad (&line, 36 + name_width);
      if (instance->rss_bytes > 0 && instance->pid != 0)
        append_load (&line, instance);
    }
  tb_line_end (sheet, &line);
}

/* All replicas of a component in one line: a shape each, as many as there is room for. */
static void
add_component (TbSheet *sheet, const TbLiveInstance *const *of, guint n, guint name_width)
{
  TbLine line = tb_line_begin (sheet);
  guint ready = 0, stopped = 0;
  const char *chosen = NULL; /* which of them is: a verb is for that one alone */
  for (guint i = 0; i < n; i++)
    {
      chosen = tb_run_view_is_chosen (sheet->view, of[i]->id, NULL) ? of[i]->id : chosen;
      ready += of[i]->state == TB_INSTANCE_READY;
      stopped += of[i]->state == TB_INSTANCE_STOPPED;
    }
  g_autofree char *count = stopped == n ? g_strdup_printf ("%u stopped", n)
                                        : g_strdup_printf ("%u of %u ready", ready, n);
  append_choice (&line, chosen != NULL);
  tb_line_append (&line, NULL, 2, "  ");
  tb_line_append (&line, NULL, name_width, chosen != NULL ? chosen : of[0]->component);
  tb_line_pad (&line, 4 + name_width);
  tb_line_append (&line, ready == n ? "32" : stopped == n ? "2" : "33", 20, count);
  tb_line_pad (&line, 22 + name_width);
  for (guint i = 0; i < n && line.columns + 2 < sheet->width; i++)
    {
      const TbStateLook look = tb_state_look (of[i]->state);
      tb_line_append (&line, look.colour, 1, look.shape);
    }
  tb_line_end (sheet, &line);
}

static guint
replicas_from (const GPtrArray *all, guint i)
{
  const TbLiveInstance *first = g_ptr_array_index (all, i);
  guint n = 1;
  while (i + n < all->len
         && g_str_equal (((TbLiveInstance *) g_ptr_array_index (all, i + n))->component, first->component))
    n++;
  return n;
}

void
tb_sheet_instances (TbSheet *sheet, const TbLiveFrame *frame, guint rows)
{
  g_autoptr (GPtrArray) all = tb_run_view_instances (sheet->view, frame);
  guint name_width = widest_instance (frame);
  gboolean folded = all->len > rows;
  for (guint i = 0, n; i < all->len; i += n)
    {
      n = folded ? replicas_from (all, i) : 1;
      if (n > 1)
        add_component (sheet, (const TbLiveInstance *const *) &all->pdata[i], n, name_width);
      else
        add_instance (sheet, g_ptr_array_index (all, i), name_width);
    }
}

/* ---- Links -------------------------------------------------------------------------------------------- */

typedef enum
{
  ALWAYS,
  FROM_96,
  SPARK /* where somebody looks, as wide as there is room for */
} Showing;

typedef enum
{
  REQUESTS,
  RATE,
  LATELY,
  ERRORS,
  P50,
  P99,
  BYTES_UP,
  BYTES_DOWN,
  OPEN
} Figure;

static const struct
{
  const char *title;
  guint width;
  Showing showing;
} figures[] = {
  [REQUESTS] = { "requests", 9, ALWAYS }, [RATE] = { "rate", 9, ALWAYS },
  [LATELY] = { "lately", 0, SPARK },      [ERRORS] = { "errors", 7, ALWAYS },
  [P50] = { "p50", 8, ALWAYS },           [P99] = { "p99", 8, ALWAYS },
  [BYTES_UP] = { "bytes ↑", 9, FROM_96 }, [BYTES_DOWN] = { "bytes ↓", 9, FROM_96 },
  [OPEN] = { "open", 5, FROM_96 },
};

/* With the blank before it; 0: it is not shown. */
static guint
spark_width (const TbSheet *sheet)
{
  return sheet->view == NULL || sheet->width < 76 ? 0
         : sheet->width < 110                    ? 11
         : sheet->width < 150                    ? 21
                                                 : TB_SPARK_MAX / 2 + 1;
}

static guint
figure_width (const TbSheet *sheet, guint figure)
{
  switch (figures[figure].showing)
    {
    case SPARK: return spark_width (sheet);
    case FROM_96: return sheet->width >= 96 ? figures[figure].width : 0;
    case ALWAYS:
    default: return figures[figure].width;
    }
}

static guint
figures_width (const TbSheet *sheet)
{
  guint sum = 0;
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    sum += figure_width (sheet, i);
  return sum;
}

/* While it runs, what is so now; at the end, what was so over the whole run. */
typedef struct
{
  double rate;
  gint64 p50_ns, p99_ns;
} Pace;

static Pace
pace_of (const TbLiveLink *link, const TbLiveFrame *frame)
{
  double seconds = (double) (frame->time_ns - frame->start_ns) / 1e9;
  gboolean over = frame->state == TB_RUN_STOPPED || frame->state == TB_RUN_FAILED;
  if (over)
    return (Pace) { seconds > 0 ? (double) link->requests / seconds : 0, link->p50_ns, link->p99_ns };
  return (Pace) { link->request_rate, link->recent_p50_ns, link->recent_p99_ns };
}

static const char *
figure_text (const TbLiveLink *link, Pace pace, guint figure, char *out, gsize size)
{
  gboolean messages = link->framed || !link->tapped;
  switch (figure)
    {
    case REQUESTS: return messages ? tb_words_count (link->requests, out, size) : "–";
    case RATE: return tb_words_rate (messages ? pace.rate : 0, out, size);
    case ERRORS: return messages ? tb_words_count (link->errors, out, size) : "–";
    case P50: return tb_words_latency (pace.p50_ns, out, size);
    case P99: return tb_words_latency (pace.p99_ns, out, size);
    case BYTES_UP: return tb_words_bytes ((double) link->bytes_up, out, size);
    case BYTES_DOWN: return tb_words_bytes ((double) link->bytes_down, out, size);
    default: return tb_words_count (link->connections_open, out, size);
    }
}

static const char *
link_id (const TbLiveLink *link)
{
  return link->link != 0 || g_str_equal (link->from, link->to) ? link->id : "(not drawn)";
}

static void
append_link_name (TbLine *line, const TbSheet *sheet, const TbLiveLink *link, guint room)
{
  g_autofree char *ends = g_strdup_printf ("%s → %s", link->from, link->to);
  guint end = line->columns + room;
  gboolean replicas = g_str_equal (link->from, link->to);
  tb_line_append (line, NULL, replicas ? room : MIN (room, sheet->link_ids), link_id (link));
  tb_line_pad (line, MIN (end, 5 + sheet->link_ids));
  if (!replicas && end > line->columns)
    tb_line_append (line, "2", end - line->columns, ends);
}

/* The newest second at the right; a second with errors in red. */
static void
append_spark (TbLine *line, const TbSheet *sheet, const TbLiveLink *link)
{
  static const char *const levels[TB_SPARK_LEVELS] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
  guint width = spark_width (sheet), end = line->columns + width;
  TbSparkCell cells[TB_SPARK_MAX];
  if (width == 0)
    return;
  guint n = tb_run_view_spark (sheet->view, link->id, width - 1, cells);
  tb_line_pad (line, end - n);
  for (guint i = 0; i < n; i++)
    tb_line_append (line, cells[i].error ? "31" : cells[i].level == 0 ? "2" : NULL, 1, levels[cells[i].level]);
}

static void
add_link (TbSheet *sheet, const TbLiveFrame *frame, const TbLiveLink *link)
{
  char text[48];
  TbLine line = tb_line_begin (sheet);
  guint name_width = sheet->width - MIN (sheet->width, figures_width (sheet) + 3);
  gboolean cut = link->cut_since_ns != 0;
  const char *mark = cut ? "╳" : link->not_tapped != NULL ? "!" : link->tapped ? "─" : "·";
  append_choice (&line, tb_run_view_is_chosen (sheet->view, NULL, link->id));
  tb_line_append (&line, cut ? "31" : link->not_tapped != NULL ? "33" : "2", 1, mark);
  tb_line_append (&line, NULL, 1, " ");
  if (link->not_tapped != NULL)
    {
      append_link_name (&line, sheet, link, name_width);
      tb_line_append (&line, "33", sheet->width, "  not tapped: ");
      tb_line_append (&line, "33", sheet->width, link->not_tapped);
      tb_line_end (sheet, &line);
      return;
    }
  append_link_name (&line, sheet, link, name_width);
  tb_line_pad (&line, 3 + name_width);
  const Pace pace = pace_of (link, frame);
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (i == LATELY)
      append_spark (&line, sheet, link);
    else if (figure_width (sheet, i) > 0)
      tb_line_append_right (&line, i == ERRORS && link->errors > 0 ? "31" : NULL, figures[i].width,
                            figure_text (link, pace, i, text, sizeof text));
  tb_line_end (sheet, &line);
}

void
tb_sheet_link_titles (TbSheet *sheet)
{
  TbLine line = tb_line_begin (sheet);
  guint name_width = sheet->width - MIN (sheet->width, figures_width (sheet) + 3);
  tb_line_append (&line, "2", 20, "   link");
  tb_line_pad (&line, 3 + name_width);
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (figure_width (sheet, i) > 0)
      tb_line_append_right (&line, "2", figure_width (sheet, i), figures[i].title);
  tb_line_end (sheet, &line);
}

guint
tb_sheet_links_shown (const TbSheet *sheet, const TbLiveFrame *frame)
{
  guint n = 0;
  for (guint i = 0; i < frame->n_links; i++)
    n += tb_run_view_shows_link (sheet->view, &frame->links[i]);
  return n;
}

static void
measure_link_ids (TbSheet *sheet, const TbLiveFrame *frame)
{
  for (guint i = 0; i < frame->n_links; i++)
    if (tb_run_view_shows_link (sheet->view, &frame->links[i])
        && !g_str_equal (frame->links[i].from, frame->links[i].to))
      sheet->link_ids = MAX (sheet->link_ids, tb_text_columns (link_id (&frame->links[i])));
  sheet->link_ids = MIN (sheet->link_ids, 16);
}

/* The first that is shown, so that the chosen one is. */
static guint
first_link (const TbSheet *sheet, const TbLiveFrame *frame, guint room)
{
  for (guint i = 0, n = 0; i < frame->n_links; i++)
    if (tb_run_view_shows_link (sheet->view, &frame->links[i])
        && tb_run_view_is_chosen (sheet->view, NULL, frame->links[i].id))
      return n >= room ? n - room + 1 : 0;
    else
      n += tb_run_view_shows_link (sheet->view, &frame->links[i]);
  return 0;
}

void
tb_sheet_links (TbSheet *sheet, const TbLiveFrame *frame, guint rows)
{
  guint at = 0, all = tb_sheet_links_shown (sheet, frame), room = all > rows ? rows - MIN (rows, 1) : all;
  guint first = room > 0 ? first_link (sheet, frame, room) : 0;
  measure_link_ids (sheet, frame);
  for (guint i = 0; i < frame->n_links; i++)
    if (tb_run_view_shows_link (sheet->view, &frame->links[i]))
      {
        if (at >= first && at < first + room)
          add_link (sheet, frame, &frame->links[i]);
        at++;
      }
  if (room == all)
    return;
  TbLine line = tb_line_begin (sheet);
  g_autofree char *more = g_strdup_printf ("   and %u links more", all - room);
  tb_line_append (&line, "2", sheet->width, more);
  tb_line_end (sheet, &line);
}
