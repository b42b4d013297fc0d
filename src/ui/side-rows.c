/* A side of a store in rows: what theory says of it, what was measured, and where the two differ. */
#include "side-rows.h"

#include "util.h"

TbSideRows *
tb_side_rows_new (void)
{
  TbSideRows *rows = g_new0 (TbSideRows, 1);
  rows->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_widget_add_css_class (rows->box, "side-rows");
  rows->title = tb_ui_paragraph (NULL, "heading");
  gtk_box_append (GTK_BOX (rows->box), rows->title);
  for (int w = 1; w >= 0; w--)
    {
      rows->says[w] = tb_ui_paragraph (NULL, NULL);
      rows->measured[w] = tb_ui_paragraph (NULL, "numeric");
      rows->differs[w] = tb_ui_paragraph (NULL, "warning");
      gtk_box_append (GTK_BOX (rows->box), rows->says[w]);
      gtk_box_append (GTK_BOX (rows->box), rows->measured[w]);
      gtk_box_append (GTK_BOX (rows->box), rows->differs[w]);
    }
  return rows;
}

void
tb_side_rows_show (TbSideRows *rows, const char *component, const TbCapStore *store, const TbSideMeasured *side,
                   gboolean cut, gboolean measured)
{
  guint members = (guint) __builtin_popcountll (side->side.members);
  g_autofree char *name = tb_consistency_side_name (component, &side->side),
                  *title = g_strdup_printf ("%s: %u of %u", name, members, store->replicas);
  tb_ui_set_text (rows->title, title);
  for (guint w = 0; w < 2; w++)
    {
      g_autofree char *theory = tb_consistency_theory (store, &side->side, w != 0),
                      *says = g_strdup_printf ("%s, by theory %s", w ? "Writes" : "Reads", theory),
                      *figures = tb_consistency_measured (&side->of[w]),
                      *line = g_strdup_printf ("    measured%s: %s", cut ? "" : ", not cut yet", figures),
                      *differs = cut ? tb_consistency_difference (store, side, w != 0) : NULL;
      tb_ui_set_text (rows->says[w], says);
      tb_ui_set_or_hide (rows->measured[w], measured ? line : NULL);
      tb_ui_set_or_hide (rows->differs[w], measured ? differs : NULL);
    }
}
