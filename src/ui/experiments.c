#include "experiments.h"

#include <string.h>

#include "tb-model.h"
#include "util.h"

#define TABLE "examples/experiments.ini"

typedef struct
{
  GtkWidget *box, *flow; /* heading and tiles */
  char *topic;
} Section;

typedef struct
{
  GtkWidget *box, *nothing, *rest;
  GPtrArray *sections; /* of Section */
  GKeyFile *table;
  char **names;
  guint next;
  char **wanted; /* casefolded words; empty: all */
  TbExperimentTile tile;
} Experiments;

/* ---- What is found ------------------------------------------------------------------------------ */

static gboolean
is_wanted (GtkFlowBoxChild *child, gpointer data)
{
  const Experiments *self = data;
  const char *words = g_object_get_data (G_OBJECT (gtk_flow_box_child_get_child (child)), "tb-words");
  for (guint i = 0; self->wanted[i] != NULL; i++)
    if (words == NULL || strstr (words, self->wanted[i]) == NULL)
      return FALSE;
  return TRUE;
}

static guint
count_wanted (Experiments *self, GtkWidget *flow)
{
  guint n = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (flow); child; child = gtk_widget_get_next_sibling (child))
    n += is_wanted (GTK_FLOW_BOX_CHILD (child), self);
  return n;
}

static void
show_wanted (Experiments *self)
{
  guint n = 0;
  for (guint i = 0; i < self->sections->len; i++)
    {
      Section *section = self->sections->pdata[i];
      guint here = count_wanted (self, section->flow);
      gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (section->flow));
      gtk_widget_set_visible (section->box, here > 0);
      n += here;
    }
  gtk_widget_set_visible (self->nothing, n == 0 && self->names[self->next] == NULL);
}

static void
search_changed (GtkEditable *entry, gpointer data)
{
  Experiments *self = data;
  g_autofree char *text = g_utf8_casefold (gtk_editable_get_text (entry), -1);
  g_strfreev (self->wanted);
  self->wanted = g_strsplit_set (text, " ", -1);
  gtk_widget_set_visible (self->rest, *g_strstrip (text) == '\0');
  show_wanted (self);
}

/* ---- Filling ------------------------------------------------------------------------------------- */

static Section *
section_of (Experiments *self, const char *topic)
{
  for (guint i = 0; i < self->sections->len; i++)
    if (g_str_equal (((Section *) self->sections->pdata[i])->topic, topic))
      return self->sections->pdata[i];
  Section *section = g_new0 (Section, 1);
  section->topic = g_strdup (topic);
  section->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  section->flow = tb_ui_tile_flow ();
  gtk_flow_box_set_filter_func (GTK_FLOW_BOX (section->flow), is_wanted, self, NULL);
  gtk_box_append (GTK_BOX (section->box), tb_ui_heading (topic));
  gtk_box_append (GTK_BOX (section->box), section->flow);
  gtk_box_append (GTK_BOX (self->box), section->box);
  g_ptr_array_add (self->sections, section);
  return section;
}

static void
add_one (Experiments *self, const char *name)
{
  g_autofree char *topic = g_key_file_get_string (self->table, name, "topic", NULL), *words = NULL;
  g_autofree char *relative = g_strdup_printf ("examples/%s.tierboard", name), *path = tb_data_path (relative);
  GtkWidget *tile = topic != NULL ? self->tile (path, &words) : NULL;
  if (tile == NULL)
    return;
  g_autofree char *all = g_strconcat (topic, " ", name, " ", words, NULL);
  g_object_set_data_full (G_OBJECT (tile), "tb-words", g_utf8_casefold (all, -1), g_free);
  gtk_flow_box_insert (GTK_FLOW_BOX (section_of (self, topic)->flow), tile, -1);
}

static gboolean
fill_one (gpointer data)
{
  GtkWidget *box = data;
  Experiments *self = g_object_get_data (G_OBJECT (box), "tb-experiments");
  if (gtk_widget_get_root (box) == NULL)
    return G_SOURCE_REMOVE;
  if (self->names[self->next] != NULL)
    add_one (self, self->names[self->next++]);
  show_wanted (self);
  return self->names[self->next] != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* ---- Life ---------------------------------------------------------------------------------------- */

static void
free_section (gpointer data)
{
  Section *section = data;
  g_free (section->topic);
  g_free (section);
}

static void
free_experiments (gpointer data)
{
  Experiments *self = data;
  g_ptr_array_unref (self->sections);
  g_key_file_unref (self->table);
  g_strfreev (self->names);
  g_strfreev (self->wanted);
  g_free (self);
}

/* The tiles must not ask a filter that has gone. */
static void
forget_filters (GtkWidget *box, gpointer data)
{
  Experiments *self = data;
  for (guint i = 0; i < self->sections->len; i++)
    gtk_flow_box_set_filter_func (GTK_FLOW_BOX (((Section *) self->sections->pdata[i])->flow), NULL, NULL, NULL);
  g_ptr_array_set_size (self->sections, 0);
}

GtkWidget *
tb_experiments_new (TbExperimentTile tile, GtkWidget *entry, GtkWidget *rest)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *path = tb_data_path (TABLE);
  Experiments *self = g_new0 (Experiments, 1);
  *self = (Experiments) { .box = box, .rest = rest, .tile = tile, .table = g_key_file_new (), .wanted = g_new0 (char *, 1) };
  self->sections = g_ptr_array_new_with_free_func (free_section);
  g_key_file_load_from_file (self->table, path, G_KEY_FILE_NONE, NULL);
  self->names = g_key_file_get_groups (self->table, NULL);
  self->nothing = tb_ui_label ("No experiment is called or about that", "dim");
  gtk_widget_set_visible (self->nothing, FALSE);
  g_signal_connect (entry, "search-changed", G_CALLBACK (search_changed), self);
  gtk_box_append (GTK_BOX (box), self->nothing);
  g_object_set_data_full (G_OBJECT (box), "tb-experiments", self, free_experiments);
  g_signal_connect (box, "destroy", G_CALLBACK (forget_filters), self);
  g_idle_add_full (G_PRIORITY_LOW, fill_one, g_object_ref (box), g_object_unref);
  return box;
}
