/* The live table: instances with their state, links with their figures, redrawn in place. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "run-private.h"

/* A line that is being made: text with colours, and how many columns of it show. */
typedef struct
{
  GString *text;
  guint columns, width;
  gboolean colour;
} Line;

typedef struct
{
  GPtrArray *lines; /* of char * */
  guint width;
  gboolean colour;
  guint link_ids; /* columns of the widest link's name */
} Sheet;

struct TbTable
{
  char *title;
  int fd;
  gboolean colour;
  guint drawn; /* lines that stand on the screen */
};

static guint
columns_of (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

static guint
text_columns (const char *text)
{
  guint n = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    n += columns_of (g_utf8_get_char (p));
  return n;
}

/* ---- Lines ------------------------------------------------------------------------------------------ */

static Line
line_begin (const Sheet *sheet)
{
  return (Line) { g_string_new (NULL), 0, sheet->width, sheet->colour };
}

static void
line_end (Sheet *sheet, Line *line)
{
  while (line->text->len > 0 && line->text->str[line->text->len - 1] == ' ')
    g_string_truncate (line->text, line->text->len - 1);
  g_ptr_array_add (sheet->lines, g_string_free (line->text, FALSE));
}

/* Appends text, in a colour (SGR; NULL: none), cut with "…" where `room` columns are not enough.
 * Control characters, which a program's last words may hold, are left out. */
static void
append (Line *line, const char *colour, guint room, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gboolean coloured = line->colour && colour != NULL;
  room = MIN (room, line->width - MIN (line->width, line->columns));
  gboolean cut = text_columns (valid) > room;
  guint left = cut && room > 0 ? room - 1 : room;
  if (coloured)
    g_string_append_printf (line->text, "\033[%sm", colour);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_iscntrl (c))
        continue;
      if (columns_of (c) > left)
        break;
      g_string_append_unichar (line->text, c);
      left -= columns_of (c);
      line->columns += columns_of (c);
    }
  if (cut && room > 0)
    {
      g_string_append (line->text, "…");
      line->columns++;
    }
  if (coloured)
    g_string_append (line->text, "\033[0m");
}

static void
pad_to (Line *line, guint column)
{
  while (line->columns < MIN (column, line->width))
    {
      g_string_append_c (line->text, ' ');
      line->columns++;
    }
}

static void
append_right (Line *line, const char *colour, guint room, const char *text)
{
  guint n = text_columns (text);
  pad_to (line, line->columns + (n < room ? room - n : 0));
  append (line, colour, room, text);
}

/* ---- Head --------------------------------------------------------------------------------------------- */

static void
add_blank (Sheet *sheet)
{
  Line line = line_begin (sheet);
  line_end (sheet, &line);
}

static void
add_head (Sheet *sheet, const char *title, const TbLiveFrame *frame)
{
  static const char *const colours[] = {
    [TB_RUN_STARTING] = "33", [TB_RUN_RUNNING] = "32", [TB_RUN_STOPPING] = "33",
    [TB_RUN_STOPPED] = "2",   [TB_RUN_FAILED] = "31",
  };
  Line line = line_begin (sheet);
  g_autofree char *elapsed
    = g_strdup_printf (" %.1f s", (double) (frame->time_ns - frame->start_ns) / 1e9);
  append (&line, "1", sheet->width / 2, title);
  append (&line, "2", 3, " · ");
  append (&line, colours[frame->state], 12, tb_run_state_name (frame->state));
  append (&line, NULL, 12, elapsed);
  if (frame->state == TB_RUN_STARTING || frame->state == TB_RUN_RUNNING)
    append (&line, "2", 20, " · Ctrl-C stops");
  if (frame->agent_cpu >= 0.005 && sheet->width >= 72)
    {
      char lag[40];
      g_autofree char *agent
        = g_strdup_printf ("taps: %.0f %% of a core, lag p99 %s", frame->agent_cpu * 100,
                           tb_words_latency (frame->agent_lag_p99_ns, lag, sizeof lag));
      append_right (&line, "2", sheet->width - MIN (sheet->width, line.columns), agent);
    }
  line_end (sheet, &line);
}

static void
add_waiting (Sheet *sheet, const char *waiting)
{
  Line line = line_begin (sheet);
  append (&line, "33", 2, "◌ ");
  append (&line, NULL, sheet->width, waiting);
  line_end (sheet, &line);
}

/* ---- Instances ---------------------------------------------------------------------------------------- */

static guint
widest_instance (const TbLiveFrame *frame)
{
  guint widest = 8;
  for (guint i = 0; i < frame->n_instances; i++)
    widest = MAX (widest, text_columns (frame->instances[i].id));
  return MIN (widest, 22);
}

/* Behind the state's name: "waiting  for orders/1 to be ready", "starting  to be ready (tcp 80)". */
static void
append_waiting (Line *line, const TbLiveInstance *instance)
{
  const char *text = instance->waiting;
  if (instance->state == TB_INSTANCE_WAITING)
    append (line, NULL, 4, "for ");
  else if (g_str_has_prefix (text, "itself "))
    text += strlen ("itself ");
  append (line, NULL, line->width, text);
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
append_load (Line *line, const TbLiveInstance *instance)
{
  char text[48], bytes[24];
  g_snprintf (text, sizeof text, "%.0f %% CPU", instance->cpu * 100);
  append_right (line, NULL, 11, text);
  append_right (line, NULL, 9, tb_words_bytes ((double) instance->rss_bytes, bytes, sizeof bytes));
}

static void
add_instance (Sheet *sheet, const TbLiveInstance *instance, guint name_width)
{
  Line line = line_begin (sheet);
  const TbStateLook look = tb_state_look (instance->state);
  g_autofree char *host = tb_plan_address_text (instance->address);
  g_autofree char *address
    = instance->port != 0 ? g_strdup_printf ("%s:%u", host, instance->port) : g_strdup (host);
  const char *say = what_to_say (instance);
  append (&line, NULL, 1, " ");
  append (&line, look.colour, 1, look.shape);
  append (&line, NULL, 1, " ");
  append (&line, NULL, name_width, instance->id);
  pad_to (&line, 4 + name_width);
  append (&line, look.colour, 9, state_in_a_word (instance));
  pad_to (&line, 14 + name_width);
  if (*instance->waiting != '\0')
    append_waiting (&line, instance);
  else if (*say != '\0')
    append (&line, NULL, sheet->width, say);
  else
    {
      append (&line, "2", 21, address);
      pad_to (&line, 36 + name_width);
      if (instance->rss_bytes > 0 && instance->pid != 0)
        append_load (&line, instance);
    }
  line_end (sheet, &line);
}

/* All replicas of a component in one line: a shape each, as many as there is room for. */
static void
add_component (Sheet *sheet, const TbLiveInstance *const *of, guint n, guint name_width)
{
  Line line = line_begin (sheet);
  guint ready = 0, stopped = 0;
  for (guint i = 0; i < n; i++)
    {
      ready += of[i]->state == TB_INSTANCE_READY;
      stopped += of[i]->state == TB_INSTANCE_STOPPED;
    }
  g_autofree char *count = stopped == n ? g_strdup_printf ("%u stopped", n)
                                        : g_strdup_printf ("%u of %u ready", ready, n);
  append (&line, NULL, 3, "   ");
  append (&line, NULL, name_width, of[0]->component);
  pad_to (&line, 4 + name_width);
  append (&line, ready == n ? "32" : stopped == n ? "2" : "33", 20, count);
  pad_to (&line, 22 + name_width);
  for (guint i = 0; i < n && line.columns + 2 < sheet->width; i++)
    {
      const TbStateLook look = tb_state_look (of[i]->state);
      append (&line, look.colour, 1, look.shape);
    }
  line_end (sheet, &line);
}

/* A component's replicas stand together, also those that came later. What is gone has no line.
 * (transfer container) */
static GPtrArray *
in_order (const TbLiveFrame *frame)
{
  g_autofree gboolean *taken = g_new0 (gboolean, frame->n_instances + 1);
  GPtrArray *all = g_ptr_array_sized_new (frame->n_instances);
  for (guint i = 0; i < frame->n_instances; i++)
    for (guint k = i; !taken[i] && k < frame->n_instances; k++)
      if (!taken[k] && g_str_equal (frame->instances[k].component, frame->instances[i].component))
        {
          taken[k] = k != i;
          if (!frame->instances[k].gone)
            g_ptr_array_add (all, (gpointer) &frame->instances[k]);
        }
  return all;
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

/* Each instance has a line where they fit; otherwise each component. */
static void
add_instances (Sheet *sheet, const TbLiveFrame *frame, guint rows)
{
  g_autoptr (GPtrArray) all = in_order (frame);
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
  FROM_72,
  FROM_96
} Showing;

static const struct
{
  const char *title;
  guint width;
  Showing showing;
} figures[] = {
  { "requests", 9, ALWAYS }, { "rate", 9, ALWAYS },    { "errors", 7, ALWAYS },
  { "p50", 8, ALWAYS },      { "p99", 8, ALWAYS },     { "bytes ↑", 9, FROM_96 },
  { "bytes ↓", 9, FROM_96 }, { "open", 5, FROM_96 },
};

static gboolean
shows (guint figure, guint width)
{
  static const guint from[] = { [ALWAYS] = 0, [FROM_72] = 72, [FROM_96] = 96 };
  return width >= from[figures[figure].showing];
}

static guint
figures_width (guint width)
{
  guint sum = 0;
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    sum += shows (i, width) ? figures[i].width : 0;
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
    case 0: return messages ? tb_words_count (link->requests, out, size) : "–";
    case 1: return tb_words_rate (messages ? pace.rate : 0, out, size);
    case 2: return messages ? tb_words_count (link->errors, out, size) : "–";
    case 3: return tb_words_latency (pace.p50_ns, out, size);
    case 4: return tb_words_latency (pace.p99_ns, out, size);
    case 5: return tb_words_bytes ((double) link->bytes_up, out, size);
    case 6: return tb_words_bytes ((double) link->bytes_down, out, size);
    default: return tb_words_count (link->connections_open, out, size);
    }
}

static const char *
link_id (const TbLiveLink *link)
{
  return link->link != 0 || g_str_equal (link->from, link->to) ? link->id : "(not drawn)";
}

static void
append_link_name (Line *line, const Sheet *sheet, const TbLiveLink *link, guint room)
{
  g_autofree char *ends = g_strdup_printf ("%s → %s", link->from, link->to);
  guint end = line->columns + room;
  gboolean replicas = g_str_equal (link->from, link->to);
  append (line, NULL, replicas ? room : MIN (room, sheet->link_ids), link_id (link));
  pad_to (line, MIN (end, 5 + sheet->link_ids));
  if (!replicas && end > line->columns)
    append (line, "2", end - line->columns, ends);
}

static void
add_link (Sheet *sheet, const TbLiveFrame *frame, const TbLiveLink *link)
{
  char text[48];
  Line line = line_begin (sheet);
  guint name_width = sheet->width - MIN (sheet->width, figures_width (sheet->width) + 3);
  gboolean cut = link->cut_since_ns != 0;
  const char *mark = cut ? "╳" : link->not_tapped != NULL ? "!" : link->tapped ? "─" : "·";
  append (&line, NULL, 1, " ");
  append (&line, cut ? "31" : link->not_tapped != NULL ? "33" : "2", 1, mark);
  append (&line, NULL, 1, " ");
  if (link->not_tapped != NULL)
    {
      append_link_name (&line, sheet, link, name_width);
      append (&line, "33", sheet->width, "  not tapped: ");
      append (&line, "33", sheet->width, link->not_tapped);
      line_end (sheet, &line);
      return;
    }
  append_link_name (&line, sheet, link, name_width);
  pad_to (&line, 3 + name_width);
  const Pace pace = pace_of (link, frame);
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (shows (i, sheet->width))
      append_right (&line, i == 2 && link->errors > 0 ? "31" : NULL, figures[i].width,
                    figure_text (link, pace, i, text, sizeof text));
  line_end (sheet, &line);
}

static void
add_link_titles (Sheet *sheet)
{
  Line line = line_begin (sheet);
  guint name_width = sheet->width - MIN (sheet->width, figures_width (sheet->width) + 3);
  append (&line, "2", 20, "   link");
  pad_to (&line, 3 + name_width);
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (shows (i, sheet->width))
      append_right (&line, "2", figures[i].width, figures[i].title);
  line_end (sheet, &line);
}

static gboolean
is_shown (const TbLiveLink *link)
{
  return link->link != 0 || link->tapped || link->not_tapped != NULL;
}

static guint
links_shown (const TbLiveFrame *frame)
{
  guint n = 0;
  for (guint i = 0; i < frame->n_links; i++)
    n += is_shown (&frame->links[i]);
  return n;
}

static void
add_links (Sheet *sheet, const TbLiveFrame *frame, guint rows)
{
  guint shown = 0, all = links_shown (frame);
  gboolean cut = all > rows;
  for (guint i = 0; i < frame->n_links; i++)
    if (is_shown (&frame->links[i]) && !g_str_equal (frame->links[i].from, frame->links[i].to))
      sheet->link_ids = MAX (sheet->link_ids, text_columns (link_id (&frame->links[i])));
  sheet->link_ids = MIN (sheet->link_ids, 16);
  for (guint i = 0; i < frame->n_links && shown + cut < MIN (all, rows); i++)
    if (is_shown (&frame->links[i]))
      {
        add_link (sheet, frame, &frame->links[i]);
        shown++;
      }
  if (!cut)
    return;
  Line line = line_begin (sheet);
  g_autofree char *more = g_strdup_printf ("   and %u links more", all - shown);
  append (&line, "2", sheet->width, more);
  line_end (sheet, &line);
}

/* ---- The table ----------------------------------------------------------------------------------------- */

static GPtrArray *
make_lines (const char *title, const TbLiveFrame *frame, const char *waiting, guint columns,
            guint rows, gboolean colour)
{
  Sheet sheet = { g_ptr_array_new_with_free_func (g_free), MAX (columns, 20), colour, 4 };
  guint links = MAX (links_shown (frame), 1), room = rows != 0 ? rows - MIN (rows, 6) : G_MAXUINT;
  guint for_links = MIN (links, room / 2 + 1);
  add_head (&sheet, title, frame);
  if (waiting != NULL && *waiting != '\0')
    add_waiting (&sheet, waiting);
  else if (frame->state == TB_RUN_FAILED && *frame->reason != '\0')
    add_waiting (&sheet, frame->reason);
  else
    add_blank (&sheet);
  add_instances (&sheet, frame, room - MIN (room, for_links));
  if (links_shown (frame) > 0)
    {
      add_blank (&sheet);
      add_link_titles (&sheet);
      guint left = rows == 0 ? G_MAXUINT : rows - MIN (rows, sheet.lines->len + 1);
      add_links (&sheet, frame, MAX (left, 1));
    }
  return sheet.lines;
}

char *
tb_table_text (const char *title, const TbLiveFrame *frame, const char *waiting, guint columns,
               guint rows)
{
  g_autoptr (GPtrArray) lines = make_lines (title, frame, waiting, columns, rows, FALSE);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

TbTable *
tb_table_new (const char *title, int fd, gboolean colour)
{
  TbTable *table = g_new0 (TbTable, 1);
  table->title = g_strdup (title);
  table->fd = fd;
  table->colour = colour;
  return table;
}

static void
put (const TbTable *table, const GString *text)
{
  gsize at = 0;
  while (at < text->len)
    {
      ssize_t n = write (table->fd, text->str + at, text->len - at);
      if (n <= 0)
        return;
      at += (gsize) n;
    }
}

/* Up to the first line of the table, the cursor hidden. */
static void
append_home (const TbTable *table, GString *out)
{
  if (table->drawn > 0)
    g_string_append_printf (out, "\033[%uA\r", table->drawn);
}

void
tb_table_draw (TbTable *table, const TbLiveFrame *frame, const char *waiting)
{
  struct winsize size = { 0 };
  if (ioctl (table->fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    size = (struct winsize) { .ws_col = 80, .ws_row = 24 };
  g_autoptr (GPtrArray) lines = make_lines (table->title, frame, waiting, size.ws_col,
                                            size.ws_row > 1 ? size.ws_row - 1u : 1, table->colour);
  g_autoptr (GString) out = g_string_new ("\033[?25l");
  append_home (table, out);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (out, "%s\033[K\n", (char *) g_ptr_array_index (lines, i));
  g_string_append (out, "\033[J");
  put (table, out);
  table->drawn = lines->len;
}

void
tb_table_say (TbTable *table, const char *sentence)
{
  g_autoptr (GString) out = g_string_new (NULL);
  append_home (table, out);
  g_string_append_printf (out, "\033[J%s\n", sentence);
  put (table, out);
  table->drawn = 0;
}

void
tb_table_free (TbTable *table)
{
  g_autoptr (GString) out = g_string_new ("\033[?25h");
  put (table, out);
  g_free (table->title);
  g_free (table);
}
