#include "live-box.h"

#include "format.h"
#include "settings.h"
#include "tb-base.h"
#include "util.h"

/* More rows than this are a list nobody reads; the canvas shows the rest. */
#define ROWS_MAX 64

typedef struct
{
  GtkWidget *row, *glyph, *name, *detail, *menu;
  GtkWidget *reason; /* under them */
  TbInstanceState state;
} InstanceRow;

typedef struct
{
  const char *label;
  char *(*text) (const TbLiveLink *link, const TbLinkSign *sign); /* sign: NULL: not judged yet */
} Figure;

struct _TbLiveBox
{
  GtkWidget parent;
  TbUid uid;
  GtkWidget *box, *heading, *scale, *rows, *figures, *faults, *fault_rows, *cut_button, *fault_menu, *note, *agreement;
  GtkWidget *address; /* where the link is called from outside; its text can be copied */
  GArray *instance_rows; /* of InstanceRow */
  GtkWidget *values[11];
  guint faults_shown;
  char *link; /* whose menu is shown */
  char *faults_said; /* what the rows of faults show */
};

G_DEFINE_FINAL_TYPE (TbLiveBox, tb_live_box, GTK_TYPE_WIDGET)

/* ---- Instances ------------------------------------------------------------------------------- */

/* What is wrong with one that runs, as the canvas judges it; NULL: nothing. */
static const char *
trouble_of (const TbLiveInstance *instance, const TbLoad *load)
{
  if (load == NULL || instance->state != TB_INSTANCE_READY)
    return NULL;
  return load->stuck ? "does not answer" : load->full.on ? "full" : NULL;
}

/* The partition that names it; NULL: none. */
static const char *
partition_of (const TbLiveFrame *frame, const char *id)
{
  for (guint i = 0; i < frame->n_partitions; i++)
    {
      g_auto (GStrv) words = g_strsplit (frame->partitions[i].text, " ", -1);
      if (g_strv_contains ((const char *const *) words, id))
        return frame->partitions[i].text;
    }
  return NULL;
}

/* Why it is as it is, with what is left of the time it has; NULL: there is nothing to say. */
static char *
instance_reason (const TbLiveFrame *frame, const TbLiveInstance *instance, const TbLoad *load)
{
  g_autofree char *count = tb_format_count (instance->under_way);
  const char *partition = partition_of (frame, instance->id);
  if (partition != NULL)
    {
      g_autofree char *text = tb_format_instance (partition);
      return g_strconcat ("Cut: ", text, NULL);
    }
  if (load != NULL && load->stuck)
    return g_strdup_printf ("%s request%s there", count, instance->under_way == 1 ? " waits" : "s wait");
  gint64 left_ns = instance->due_ns - tb_now_ns ();
  g_autofree char *left = tb_format_elapsed (MAX (left_ns, 0));
  if (instance->state == TB_INSTANCE_BACKOFF && left_ns > 0)
    return g_strdup_printf ("Again in %s: %s", left, instance->sentence);
  if (instance->state == TB_INSTANCE_STOPPING && left_ns > 0 && instance->due_ns > 0)
    return g_strdup_printf ("Killed in %s unless it ends", left);
  if (*instance->waiting)
    return g_strdup_printf ("Waits for %s", instance->waiting);
  return *instance->sentence ? g_strdup (instance->sentence) : NULL;
}

/* It answers, and nothing of it was started. */
static gboolean
is_outside (const TbLiveInstance *instance)
{
  return instance->state == TB_INSTANCE_READY && instance->pid == 0;
}

static char *
instance_detail (const TbLiveInstance *instance, const TbLoad *load)
{
  if (load != NULL && load->stuck)
    return g_strdup (trouble_of (instance, load));
  if (instance->state != TB_INSTANCE_READY)
    return g_strdup (tb_instance_state_name (instance->state));
  if (is_outside (instance))
    return g_strdup ("outside");
  g_autofree char *queue = instance->under_way > 0
                               ? g_strdup_printf ("%" G_GUINT64_FORMAT " under way · ", instance->under_way)
                               : g_strdup ("");
  g_autofree char *term = instance->term > 0
                              ? g_strdup_printf (" · term %" G_GUINT64_FORMAT, instance->term) : g_strdup ("");
  return g_strdup_printf ("%s%s%s%s%.0f\u202f%%", instance->role, term, *instance->role ? " · " : "", queue,
                          instance->cpu * 100);
}

static InstanceRow
new_instance_row (void)
{
  InstanceRow row = { .state = TB_INSTANCE_WAITING };
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  row.row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (row.row, "instance-row");
  gtk_widget_set_size_request (line, -1, 34);
  row.glyph = tb_glyph_new_state (row.state, 10);
  row.name = gtk_label_new (NULL);
  gtk_widget_add_css_class (row.name, "strong");
  row.detail = tb_ui_label (NULL, "dim");
  gtk_label_set_xalign (GTK_LABEL (row.detail), 1);
  gtk_widget_set_hexpand (row.detail, TRUE);
  gtk_label_set_wrap (GTK_LABEL (row.detail), TRUE); /* where the panel is narrow */
  gtk_label_set_lines (GTK_LABEL (row.detail), 2);
  row.menu = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (row.menu), "view-more-symbolic");
  gtk_widget_add_css_class (row.menu, "flat");
  gtk_box_append (GTK_BOX (line), row.glyph);
  gtk_box_append (GTK_BOX (line), row.name);
  gtk_box_append (GTK_BOX (line), row.detail);
  gtk_box_append (GTK_BOX (line), row.menu);
  row.reason = tb_ui_label (NULL, "reason");
  gtk_label_set_wrap (GTK_LABEL (row.reason), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (row.reason), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (row.reason), 4);
  gtk_box_append (GTK_BOX (row.row), line);
  gtk_box_append (GTK_BOX (row.row), row.reason);
  return row;
}

static void
show_instance (InstanceRow *row, const TbLiveFrame *frame, const TbLiveInstance *instance, const TbLoad *load)
{
  g_autofree char *name = tb_format_instance (instance->id);
  g_autofree char *detail = instance_detail (instance, load), *reason = instance_reason (frame, instance, load);
  gboolean fresh = g_strcmp0 (gtk_label_get_text (GTK_LABEL (row->name)), name) != 0;
  tb_ui_set_text (row->name, name);
  tb_ui_set_text (row->detail, detail);
  tb_ui_set_text (row->reason, reason ? reason : "");
  gtk_widget_set_visible (row->reason, reason != NULL);
  g_autofree char *memory = tb_format_bytes ((double) instance->rss_bytes);
  g_autofree char *whole = g_strdup_printf ("%s: %s\nprocess %u, %s\n%u processes, %u threads, %u open files, started again %u times",
                                            instance->id, reason ? reason : detail, instance->pid, memory,
                                            instance->processes, instance->threads,
                                            instance->files, instance->restarts);
  tb_ui_set_tooltip (row->row, whole);
  gtk_widget_set_visible (row->menu, !is_outside (instance));
  tb_glyph_set_state (TB_GLYPH (row->glyph), instance->state);
  tb_glyph_set_trouble (TB_GLYPH (row->glyph), trouble_of (instance, load));
  if (load != NULL && load->stuck)
    gtk_widget_add_css_class (row->detail, "warn");
  else
    gtk_widget_remove_css_class (row->detail, "warn");
  gboolean bad = instance->state == TB_INSTANCE_FAILED || instance->state == TB_INSTANCE_KILLED
                 || instance->state == TB_INSTANCE_BACKOFF;
  if (bad)
    gtk_widget_add_css_class (row->detail, "bad");
  else
    gtk_widget_remove_css_class (row->detail, "bad");
  if (!fresh && row->state == instance->state)
    return;
  row->state = instance->state;
  g_autoptr (GMenuModel) menu = tb_instance_menu (instance);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (row->menu), menu);
  g_autofree char *spoken = g_strconcat ("Menu of ", name, NULL);
  tb_ui_name (row->menu, spoken);
  gtk_widget_set_tooltip_text (row->menu, spoken);
}

static guint
show_instances (TbLiveBox *self, const TbLiveFrame *frame, const TbSigns *signs)
{
  guint n = 0;
  for (guint i = 0; i < frame->n_instances && n < ROWS_MAX; i++)
    {
      if (frame->instances[i].component_uid != self->uid || frame->instances[i].gone)
        continue;
      if (n == self->instance_rows->len)
        {
          InstanceRow row = new_instance_row ();
          gtk_box_append (GTK_BOX (self->rows), row.row);
          g_array_append_val (self->instance_rows, row);
        }
      show_instance (&g_array_index (self->instance_rows, InstanceRow, n), frame, &frame->instances[i],
                     tb_signs_load (signs, self->uid, frame->instances[i].replica));
      n++;
    }
  for (guint i = 0; i < self->instance_rows->len; i++)
    gtk_widget_set_visible (g_array_index (self->instance_rows, InstanceRow, i).row, i < n);
  return n;
}

/* Whether replicas that say what they hold hold the same. */
static void
show_agreement (TbLiveBox *self, const TbLiveFrame *frame, gboolean instances)
{
  const char *component = NULL;
  guint n = 0;
  for (guint i = 0; instances && i < frame->n_instances; i++)
    if (frame->instances[i].component_uid == self->uid && frame->instances[i].state == TB_INSTANCE_READY)
      {
        component = frame->instances[i].component;
        n++;
      }
  int agree = n > 1 ? tb_live_converged (frame, component) : -1;
  gtk_widget_set_visible (self->agreement, agree >= 0);
  tb_ui_set_text (self->agreement, agree == 1 ? "=  All replicas hold the same" : "≠  Not all hold the same at this moment");
}

/* ---- Links ----------------------------------------------------------------------------------- */

static char *
text_requests (const TbLiveLink *link, const TbLinkSign *sign)
{
  return link->framed ? tb_format_count (link->requests) : g_strdup ("not framed");
}

static char *
text_replies (const TbLiveLink *link, const TbLinkSign *sign)
{
  return link->framed ? tb_format_count (link->replies) : g_strdup ("–");
}

static char *
text_errors (const TbLiveLink *link, const TbLinkSign *sign)
{
  return tb_format_count (link->errors + link->refused + link->timed_out);
}

/* Over what was chosen beside the time bar. */
static const TbLiveSpan *
span_of (const TbLiveLink *link)
{
  return &link->spans[CLAMP (tb_settings_get ("span", TB_SPAN_SECOND), 0, TB_N_SPANS - 1)];
}

static char *
text_rate (const TbLiveLink *link, const TbLinkSign *sign)
{
  return link->framed ? tb_format_rate (span_of (link)->request_rate) : g_strdup ("–");
}

static char *
text_p50 (const TbLiveLink *link, const TbLinkSign *sign)
{
  return tb_format_ns (span_of (link)->p50_ns);
}

static char *
text_p95 (const TbLiveLink *link, const TbLinkSign *sign)
{
  return tb_format_ns (span_of (link)->p95_ns);
}

static char *
text_p99 (const TbLiveLink *link, const TbLinkSign *sign)
{
  return tb_format_ns (span_of (link)->p99_ns);
}

static char *
text_bytes (double a_second, guint64 all)
{
  g_autofree char *rate = tb_format_bytes (a_second), *sum = tb_format_bytes ((double) all);
  return g_strdup_printf ("%s/s · %s", rate, sum);
}

static char *
text_up (const TbLiveLink *link, const TbLinkSign *sign)
{
  return text_bytes (link->byte_rate_up, link->bytes_up);
}

static char *
text_down (const TbLiveLink *link, const TbLinkSign *sign)
{
  return text_bytes (link->byte_rate_down, link->bytes_down);
}

/* For each request that its caller is asked. */
static char *
text_calls (const TbLiveLink *link, const TbLinkSign *sign)
{
  return sign && sign->calls > 0 ? g_strdup_printf ("%.1f%s", sign->calls, sign->many ? ", retries?" : "")
                                 : g_strdup ("–");
}

static char *
text_connections (const TbLiveLink *link, const TbLinkSign *sign)
{
  g_autofree char *open = tb_format_count (link->connections_open),
                  *total = tb_format_count (link->connections_total);
  return g_strdup_printf ("%s open, %s made", open, total);
}

static const Figure figures[] = {
  { "Requests", text_requests }, { "Replies", text_replies }, { "Errors", text_errors },
  { "Rate", text_rate },         { "p50", text_p50 },         { "p95", text_p95 },
  { "p99", text_p99 },
  { "Sent", text_up },           { "Returned", text_down },
  { "Connections", text_connections },
  { "Calls a request", text_calls },
};

static GtkWidget *
new_figures (TbLiveBox *self)
{
  GtkWidget *grid = gtk_grid_new ();
  gtk_widget_add_css_class (grid, "figures");
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    {
      GtkWidget *name = tb_ui_label (figures[i].label, "dim");
      self->values[i] = tb_ui_label (NULL, "numeric");
      gtk_label_set_xalign (GTK_LABEL (self->values[i]), 1);
      gtk_widget_set_hexpand (self->values[i], TRUE);
      gtk_grid_attach (GTK_GRID (grid), name, 0, i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), self->values[i], 1, i, 1, 1);
    }
  return grid;
}

static GtkWidget *
new_faults (TbLiveBox *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  gtk_widget_add_css_class (box, "faults");
  self->cut_button = gtk_button_new_with_label ("Cut");
  gtk_widget_set_hexpand (self->cut_button, TRUE);
  self->fault_menu = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->fault_menu), "Faults");
  gtk_widget_set_hexpand (self->fault_menu, TRUE);
  gtk_box_append (GTK_BOX (box), self->cut_button);
  gtk_box_append (GTK_BOX (box), self->fault_menu);
  return box;
}

static void
show_faults (TbLiveBox *self, const TbLiveLink *link)
{
  gboolean cut = link->faults >> TB_FAULT_CUT & 1;
  if (g_strcmp0 (self->link, link->id) == 0 && self->faults_shown == link->faults)
    return;
  g_free (self->link);
  self->link = g_strdup (link->id);
  self->faults_shown = link->faults;
  gtk_button_set_label (GTK_BUTTON (self->cut_button), cut ? "Heal" : "Cut");
  if (cut)
    gtk_widget_remove_css_class (self->cut_button, "destructive-tint");
  else
    gtk_widget_add_css_class (self->cut_button, "destructive-tint");
  /* The target first: GTK warns of an action that has a name and not yet what it is about. */
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->cut_button), "s", link->id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->cut_button),
                                  cut ? "win.link-heal" : "win.link-cut");
  g_autoptr (GMenuModel) menu = tb_link_menu (link);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->fault_menu), menu);
}

/* One row a fault: what it does, and buttons to let one message go, to change and to remove it. */
static GtkWidget *
new_fault_row (const TbLiveFault *fault)
{
  static const char *const states[] = { [TB_FAULT_GONE] = "asked for",
                                        [TB_FAULT_WAITS] = "begins later",
                                        [TB_FAULT_OVER] = "its time is over" };
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *text = tb_ui_label (fault->summary, "strong");
  GtkWidget *state = tb_ui_label (fault->state == TB_FAULT_ACTIVE ? "" : states[fault->state], "dim");
  struct
  {
    const char *icon, *name, *action;
    gboolean shown;
  } buttons[] = { { "media-skip-forward-symbolic", "Let one message go", "win.fault-step",
                    fault->kind == TB_FAULT_HOLD },
                  { "document-edit-symbolic", "Change", "win.fault-edit", TRUE },
                  { "edit-delete-symbolic", "Remove", "win.fault-remove", TRUE } };
  gtk_widget_set_tooltip_text (text, fault->text);
  gtk_widget_set_hexpand (state, TRUE);
  gtk_box_append (GTK_BOX (row), text);
  gtk_box_append (GTK_BOX (row), state);
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      if (!buttons[i].shown)
        continue;
      g_autofree char *name = g_strdup_printf ("%s: %s", buttons[i].name, fault->summary);
      GtkWidget *button = tb_ui_icon_button (buttons[i].icon, name, NULL);
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", fault->id);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), buttons[i].action);
      gtk_box_append (GTK_BOX (row), button);
    }
  return row;
}

/* Rows are made anew only when there is something else to say: a button under the pointer stays. */
static void
show_fault_rows (TbLiveBox *self, const TbLiveLink *link, const TbLiveFrame *frame)
{
  g_autoptr (GString) said = g_string_new (link->id);
  for (guint i = 0; i < frame->n_faults; i++)
    if (g_str_equal (frame->faults[i].link, link->id))
      g_string_append_printf (said, "\n%s %s %d", frame->faults[i].id, frame->faults[i].text,
                              frame->faults[i].state);
  if (g_strcmp0 (self->faults_said, said->str) == 0)
    return;
  g_free (self->faults_said);
  self->faults_said = g_strdup (said->str);
  tb_ui_clear_box (self->fault_rows);
  for (guint i = 0; i < frame->n_faults; i++)
    if (g_str_equal (frame->faults[i].link, link->id) && frame->faults[i].kind != TB_FAULT_CUT)
      gtk_box_append (GTK_BOX (self->fault_rows), new_fault_row (&frame->faults[i]));
}

static char *
link_note (const TbLiveLink *link, const TbLiveFrame *frame)
{
  if (link->not_tapped)
    return g_strdup_printf ("Not tapped: %s", link->not_tapped);
  g_autofree char *who = link->cut_text ? tb_format_instance (link->cut_text) : NULL;
  if (!link->cut_since_ns)
    return who ? g_strdup_printf ("Cut: %s", who) : NULL;
  g_autofree char *age = tb_format_elapsed (frame->time_ns - link->cut_since_ns);
  return g_strdup_printf ("Cut for %s%s%s: what is sent waits, connecting times out", age, who ? ", " : "",
                          who ? who : "");
}

/* Where a browser or curl is pointed, so that what they do passes this link. */
static void
show_address (TbLiveBox *self, const TbLiveLink *link)
{
  g_autofree char *text
    = link->address != NULL ? g_strdup_printf ("Call it at %s", link->address) : g_strdup ("");
  gtk_widget_set_visible (self->address, link->address != NULL);
  tb_ui_set_text (self->address, text);
}

static gboolean
show_link (TbLiveBox *self, const TbLiveFrame *frame, const TbSigns *signs)
{
  for (guint i = 0; i < frame->n_links; i++)
    if (frame->links[i].link == self->uid)
      {
        const TbLiveLink *link = &frame->links[i];
        for (guint f = 0; f < G_N_ELEMENTS (figures); f++)
          {
            g_autofree char *text = figures[f].text (link, tb_signs_link (signs, self->uid));
            tb_ui_set_text (self->values[f], text);
          }
        g_autofree char *note = link_note (link, frame);
        gtk_widget_set_visible (self->note, note != NULL);
        tb_ui_set_text (self->note, note ? note : "");
        show_address (self, link);
        show_faults (self, link);
        show_fault_rows (self, link, frame);
        return TRUE;
      }
  return FALSE;
}

/* ---- Both ------------------------------------------------------------------------------------ */

void
tb_live_box_show (TbLiveBox *box, const TbLiveFrame *frame, const TbSigns *signs)
{
  guint n = frame && box->uid ? show_instances (box, frame, signs) : 0;
  gboolean link = frame && box->uid && show_link (box, frame, signs);
  gtk_widget_set_visible (GTK_WIDGET (box), n > 0 || link);
  gtk_widget_set_visible (box->rows, n > 0);
  gtk_widget_set_visible (box->scale, n > 0);
  show_agreement (box, frame, n > 0);
  gtk_widget_set_visible (box->figures, link);
  gtk_widget_set_visible (box->faults, link);
  gtk_widget_set_visible (box->fault_rows, link);
  if (!link)
    {
      gtk_widget_set_visible (box->note, FALSE);
      gtk_widget_set_visible (box->address, FALSE);
    }
  tb_ui_set_text (box->heading, link ? "Traffic" : "Instances");
}

void
tb_live_box_set_element (TbLiveBox *box, TbUid uid)
{
  box->uid = uid;
}

static void
tb_live_box_dispose (GObject *object)
{
  TbLiveBox *self = TB_LIVE_BOX (object);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->instance_rows, g_array_unref);
  g_clear_pointer (&self->link, g_free);
  g_clear_pointer (&self->faults_said, g_free);
  G_OBJECT_CLASS (tb_live_box_parent_class)->dispose (object);
}

static void
tb_live_box_class_init (TbLiveBoxClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_live_box_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "live");
}

/* Of what is selected, which is what is shown. */
static GtkWidget *
new_scale (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *fewer = tb_ui_icon_button ("list-remove-symbolic", "One replica fewer", "edit.replicas-fewer");
  GtkWidget *more = tb_ui_icon_button ("list-add-symbolic", "One replica more", "edit.replicas-more");
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (box), fewer);
  gtk_box_append (GTK_BOX (box), more);
  return box;
}

static void
tb_live_box_init (TbLiveBox *self)
{
  self->instance_rows = g_array_new (FALSE, FALSE, sizeof (InstanceRow));
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->heading = tb_ui_heading ("Instances");
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->scale = new_scale ();
  self->figures = new_figures (self);
  self->faults = new_faults (self);
  self->fault_rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->note = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->note), 0);
  gtk_widget_add_css_class (self->note, "bad");
  self->agreement = tb_ui_label (NULL, "dim");
  gtk_label_set_wrap (GTK_LABEL (self->agreement), TRUE);
  self->address = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->address), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->address), 0);
  gtk_label_set_selectable (GTK_LABEL (self->address), TRUE);
  GtkWidget *parts[] = { self->heading, self->rows, self->agreement, self->scale, self->address, self->figures, self->note,
                         self->fault_rows, self->faults };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (self->box), parts[i]);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
tb_live_box_new (void)
{
  return g_object_new (TB_TYPE_LIVE_BOX, NULL);
}
