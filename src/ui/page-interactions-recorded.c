/* An interaction and what was recorded: taken from there, and laid beside it. */
#include "page-interactions-private.h"

#include "tb-trace.h"
#include "util.h"

#define LOOK_BACK 400000 /* events that are looked at on the main thread */
#define TAKE_BACK 5000

static TbPast *
past_of (TbInteractionsPage *self)
{
  return self->moment ? tb_moment_past (self->moment) : NULL;
}

/* The request whose message is selected; else the one of late that led to most. */
static guint64
request_to_take (TbInteractionsPage *self)
{
  guint64 chosen = tb_moment_selected (self->moment), n = tb_past_n_events (past_of (self));
  if (chosen != TB_MOMENT_NONE)
    return chosen;
  g_autoptr (GArray) roots = tb_traces_list (past_of (self), n > TAKE_BACK ? n - TAKE_BACK : 0, n);
  guint most = 0;
  for (guint i = 0; i < roots->len; i++)
    {
      const TbTraceRoot *root = &g_array_index (roots, TbTraceRoot, i);
      if (root->spans < most)
        continue;
      most = root->spans;
      chosen = root->request;
    }
  return chosen;
}

void
tb_interactions_page_take (TbInteractionsPage *self)
{
  guint64 request = past_of (self) ? request_to_take (self) : TB_MOMENT_NONE;
  if (request == TB_MOMENT_NONE)
    return;
  g_autoptr (GPtrArray) steps = tb_steps_of_trace (past_of (self), tb_interactions_page_model (self), request);
  const TbInteractionStep *first = steps->len > 0 ? g_ptr_array_index (steps, 0) : NULL;
  if (first)
    tb_interactions_page_choose (self, tb_interaction_add (self->editor, first->label, steps));
}

static char *
variant_words (const TbVariant *v)
{
  return *v->difference ? g_strdup_printf ("%u×: %s", v->times, v->difference)
                        : g_strdup_printf ("%u× as drawn", v->times);
}

void
tb_interactions_page_show_variants (TbInteractionsPage *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint times = 0, alike = 0;
  for (guint i = 0; self->variants && i < self->variants->len; i++)
    {
      const TbVariant *v = g_ptr_array_index (self->variants, i);
      g_autofree char *words = variant_words (v);
      gtk_string_list_append (names, words);
      times += v->times;
      alike += *v->difference ? 0 : v->times;
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->variant_list), G_LIST_MODEL (names));
  gtk_widget_set_visible (self->variant_list, times > 0);
  g_autofree char *status
    = !self->variants ? NULL : times == 0 ? g_strdup ("It was not recorded")
                                          : g_strdup_printf ("Recorded %u times, %u as drawn", times, alike);
  tb_ui_set_text (self->status, status ? status : "");
}

void
tb_interactions_page_choose_variant (TbInteractionsPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->variant_list));
  if (self->busy || !self->variants || i >= self->variants->len)
    return;
  self->variant = i;
  self->current = G_MAXUINT;
  tb_interactions_page_show_sequence (self);
}

void
tb_interactions_page_compare (GtkToggleButton *button, TbInteractionsPage *self)
{
  TbPast *past = past_of (self);
  const TbElement *interaction = self->uid ? tb_model_get (tb_interactions_page_model (self), self->uid) : NULL;
  if (self->busy)
    return;
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  self->variant = 0;
  self->current = G_MAXUINT;
  if (past && interaction && gtk_toggle_button_get_active (button))
    {
      guint64 n = tb_past_n_events (past);
      self->variants = tb_interaction_variants (past, tb_interactions_page_model (self), interaction, FALSE,
                                                n > LOOK_BACK ? n - LOOK_BACK : 0, G_MAXUINT64);
    }
  tb_interactions_page_show_all (self);
}

void
tb_interactions_page_past_changed (TbInteractionsPage *self)
{
  gboolean past = past_of (self) != NULL;
  gtk_widget_set_sensitive (self->take, past && self->editor);
  gtk_widget_set_sensitive (self->compare, past && self->uid != 0);
}
