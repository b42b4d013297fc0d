#include "scenario-bar.h"

#include <math.h>
#include <string.h>

#include "scenario-strip.h"
#include "util.h"

#define ROWS_MOST 132 /* pixels, before they are scrolled */
#define ROWS_MOST_LARGE 230

struct _TbScenarioBar
{
  GtkWidget parent;
  GtkWidget *box, *title, *words, *next, *dismiss, *question, *answer, *hint, *rows, *scrolled;
  GtkWidget *result, *sign, *sentence, *save;
  TbScenarioStrip *strip;
  GArray *parts; /* of Row */
  gboolean narrow;
};

/* Of one expectation; what was measured stands below it where the window is narrow. */
typedef struct
{
  GtkWidget *sign, *said, *text, *measured;
} Row;

G_DEFINE_FINAL_TYPE (TbScenarioBar, tb_scenario_bar, GTK_TYPE_WIDGET)

TbScenarioRow *
tb_scenario_row_new (void)
{
  return g_new0 (TbScenarioRow, 1);
}

void
tb_scenario_row_free (gpointer data)
{
  TbScenarioRow *row = data;
  g_free (row->text);
  g_free (row->measured);
  g_free (row->why);
  g_free (row);
}

/* ---- Signs ------------------------------------------------------------------------------------- */

/* A shape and a word as well as a colour. */
static const struct
{
  const char *sign, *word, *css_class;
} signs[] = { [TB_STRIP_OPEN] = { "…", "not known yet", "dim" },
              [TB_STRIP_HELD] = { "✓", "held", "good" },
              [TB_STRIP_VIOLATED] = { "✗", "violated", "bad" },
              [TB_STRIP_UNKNOWN] = { "?", "unknown", "warn" } };

static void
show_sign (GtkWidget *label, TbStripMark mark)
{
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (i == mark)
      gtk_widget_add_css_class (label, signs[i].css_class);
    else
      gtk_widget_remove_css_class (label, signs[i].css_class);
  tb_ui_set_text (label, signs[mark].sign);
  tb_ui_name (label, signs[mark].word);
}

/* ---- What is expected --------------------------------------------------------------------------- */

static GtkWidget *
new_text (const char *css_class, double xalign, gboolean hexpand)
{
  GtkWidget *label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), (float) xalign);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, hexpand);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* Of one line: a label that wraps says in a scrolled window that it is as high as if it were narrow. */
static void
add_row (TbScenarioBar *self)
{
  Row row = { gtk_label_new (NULL), gtk_box_new (self->narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, 0),
              tb_ui_label (NULL, NULL), tb_ui_label (NULL, "measured") };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (row.sign, "sign");
  gtk_widget_set_valign (row.sign, GTK_ALIGN_START);
  gtk_widget_set_hexpand (row.text, TRUE);
  gtk_widget_set_hexpand (row.said, TRUE);
  gtk_box_set_spacing (GTK_BOX (row.said), self->narrow ? 0 : 12);
  gtk_box_append (GTK_BOX (row.said), row.text);
  gtk_box_append (GTK_BOX (row.said), row.measured);
  gtk_box_append (GTK_BOX (box), row.sign);
  gtk_box_append (GTK_BOX (box), row.said);
  gtk_box_append (GTK_BOX (self->rows), box);
  g_array_append_val (self->parts, row);
}

static void
make_rows (TbScenarioBar *self, guint n)
{
  tb_ui_clear_box (self->rows);
  g_array_set_size (self->parts, 0);
  for (guint i = 0; i < n; i++)
    add_row (self);
  gtk_widget_set_visible (self->scrolled, n > 0);
}

static char *
measured_of (const TbScenarioRow *row)
{
  if (row->hidden)
    return g_strdup ("what do you think?");
  if (!row->measured)
    return g_strdup ("to come");
  return row->done && row->why ? g_strdup_printf ("%s, %s", row->measured, row->why) : g_strdup (row->measured);
}

static void
show_row (TbScenarioBar *self, guint i, const TbScenarioRow *row)
{
  const Row *part = &g_array_index (self->parts, Row, i);
  g_autofree char *text = measured_of (row);
  show_sign (part->sign, row->done && !row->hidden ? row->mark : TB_STRIP_OPEN);
  tb_ui_set_text (part->text, row->text);
  tb_ui_set_tooltip (part->text, row->text);
  tb_ui_set_text (part->measured, text);
  tb_ui_set_tooltip (part->measured, text);
  if (row->done && !row->hidden)
    gtk_widget_add_css_class (part->measured, "strong");
  else
    gtk_widget_remove_css_class (part->measured, "strong");
}

/* ---- Showing ------------------------------------------------------------------------------------ */

void
tb_scenario_bar_set_scenario (TbScenarioBar *self, const char *title, const TbElement *scenario)
{
  gtk_widget_set_visible (GTK_WIDGET (self), scenario != NULL);
  tb_scenario_strip_set_scenario (self->strip, scenario);
  tb_ui_set_text (self->title, title ? title : "");
}

static void
show_label (GtkWidget *label, const char *text)
{
  tb_ui_set_text (label, text ? text : "");
  gtk_widget_set_visible (label, text && *text);
}

static void
show_result (TbScenarioBar *self, const TbScenarioShown *shown)
{
  static const TbStripMark marks[] = { [TB_END_HELD] = TB_STRIP_HELD, [TB_END_UNKNOWN] = TB_STRIP_UNKNOWN,
                                       [TB_END_VIOLATED] = TB_STRIP_VIOLATED, [TB_END_NOT_RUN] = TB_STRIP_VIOLATED };
  gtk_widget_set_visible (self->result, shown->sentence != NULL);
  gtk_widget_set_visible (self->dismiss, shown->phase == TB_SCENARIO_OVER);
  gtk_widget_set_visible (self->save, shown->phase == TB_SCENARIO_OVER);
  if (!shown->sentence)
    return;
  g_autofree char *word = g_strdup (tb_scenario_end_name (shown->end));
  *word = g_ascii_toupper (*word);
  g_autofree char *text = g_strdup_printf ("%s: %s", word, shown->sentence);
  show_sign (self->sign, marks[shown->end]);
  tb_ui_set_text (self->sentence, text);
}

void
tb_scenario_bar_show (TbScenarioBar *self, const TbScenarioShown *shown)
{
  guint n = shown->rows ? shown->rows->len : 0;
  if (n != self->parts->len)
    make_rows (self, n);
  for (guint i = 0; i < n; i++)
    show_row (self, i, g_ptr_array_index (shown->rows, i));
  tb_scenario_strip_show (self->strip, &shown->now, shown->words);
  tb_ui_set_text (self->words, shown->words ? shown->words : "");
  gtk_widget_set_visible (self->next, shown->phase == TB_SCENARIO_PAUSED);
  show_label (self->question, shown->question);
  show_label (self->answer, shown->answer);
  show_label (self->hint, shown->hint);
  show_result (self, shown);
}

void
tb_scenario_bar_set_scale (TbScenarioBar *self, double scale)
{
  tb_scenario_strip_set_scale (self->strip, scale);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scrolled),
                                              scale > 1 ? ROWS_MOST_LARGE : ROWS_MOST);
}

void
tb_scenario_bar_set_narrow (TbScenarioBar *self, gboolean narrow)
{
  self->narrow = narrow;
  for (guint i = 0; i < self->parts->len; i++)
    {
      GtkWidget *said = g_array_index (self->parts, Row, i).said;
      gtk_orientable_set_orientation (GTK_ORIENTABLE (said), narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
      gtk_box_set_spacing (GTK_BOX (said), narrow ? 0 : 12);
    }
}

/* ---- Building ----------------------------------------------------------------------------------- */

static GtkWidget *
new_button (const char *label, const char *action, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

static GtkWidget *
new_top (TbScenarioBar *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->title = tb_ui_label (NULL, "scenario-title");
  self->words = tb_ui_label (NULL, "scenario-words");
  self->next = new_button ("_Next step", "win.scenario-next", "Go on with the next step (Shift+F4)");
  self->dismiss = tb_ui_icon_button ("window-close-symbolic", "Dismiss the result", "win.scenario-dismiss");
  gtk_widget_add_css_class (self->next, "suggested-action");
  gtk_widget_set_hexpand (self->words, TRUE);
  gtk_box_append (GTK_BOX (row), self->title);
  gtk_box_append (GTK_BOX (row), self->words);
  gtk_box_append (GTK_BOX (row), self->next);
  gtk_box_append (GTK_BOX (row), self->dismiss);
  return row;
}

/* The sentence wraps, and the buttons go below it where the window is narrow. */
static GtkWidget *
new_result (TbScenarioBar *self)
{
  GtkWidget *flow = gtk_flow_box_new (), *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *said = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->sign = gtk_label_new (NULL);
  self->sentence = new_text (NULL, 0, TRUE);
  gtk_widget_add_css_class (self->sign, "sign");
  gtk_widget_set_valign (self->sign, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (said), self->sign);
  gtk_box_append (GTK_BOX (said), self->sentence);
  gtk_widget_set_valign (said, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (buttons), new_button ("Run _again", "win.run-scenario", "Run the scenario again (F4)"));
  self->save = new_button ("_Save recording…", "win.save-recording", "Keep what happened in a file");
  gtk_box_append (GTK_BOX (buttons), self->save);
  gtk_widget_set_halign (buttons, GTK_ALIGN_END);
  gtk_widget_set_valign (buttons, GTK_ALIGN_CENTER);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), said);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), buttons);
  for (GtkWidget *c = gtk_widget_get_first_child (flow); c; c = gtk_widget_get_next_sibling (c))
    gtk_widget_set_focusable (c, FALSE);
  gtk_widget_add_css_class (flow, "scenario-result");
  return self->result = flow;
}

static GtkWidget *
new_rows (TbScenarioBar *self)
{
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->parts = g_array_new (FALSE, FALSE, sizeof (Row));
  gtk_widget_add_css_class (self->rows, "scenario-rows");
  self->scrolled = tb_ui_scrolled (self->rows);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scrolled), ROWS_MOST);
  gtk_widget_set_visible (self->scrolled, FALSE);
  tb_ui_name (self->scrolled, "What is expected");
  return self->scrolled;
}

static void
picked (TbScenarioBar *self, double place)
{
  g_signal_emit_by_name (self, "picked", place);
}

static void
tb_scenario_bar_dispose (GObject *object)
{
  g_clear_pointer (&TB_SCENARIO_BAR (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_scenario_bar_parent_class)->dispose (object);
}

static void
tb_scenario_bar_finalize (GObject *object)
{
  g_array_unref (TB_SCENARIO_BAR (object)->parts);
  G_OBJECT_CLASS (tb_scenario_bar_parent_class)->finalize (object);
}

static void
tb_scenario_bar_class_init (TbScenarioBarClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_scenario_bar_dispose;
  G_OBJECT_CLASS (class)->finalize = tb_scenario_bar_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "scenariobar");
  g_signal_new ("picked", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_DOUBLE);
}

static void
tb_scenario_bar_init (TbScenarioBar *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->strip = TB_SCENARIO_STRIP (tb_scenario_strip_new ());
  self->question = new_text ("scenario-question", 0, TRUE);
  self->answer = new_text ("scenario-answer", 0, TRUE);
  self->hint = new_text ("scenario-hint", 0, TRUE);
  GtkWidget *top = new_top (self), *result = new_result (self), *rows = new_rows (self);
  GtkWidget *parts[] = { top, self->question, self->answer, self->hint, GTK_WIDGET (self->strip), result, rows };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (self->box), parts[i]);
  g_signal_connect_swapped (self->strip, "picked", G_CALLBACK (picked), self);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  tb_scenario_bar_set_scenario (self, NULL, NULL);
}

GtkWidget *
tb_scenario_bar_new (void)
{
  return g_object_new (TB_TYPE_SCENARIO_BAR, NULL);
}
