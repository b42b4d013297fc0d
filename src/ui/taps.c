#include "taps.h"

#include "format.h"
#include "util.h"

GtkWidget *
tb_taps_new (void)
{
  GtkWidget *label = tb_ui_label (NULL, "taps");
  gtk_widget_set_halign (label, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_set_visible (label, FALSE);
  return label;
}

void
tb_taps_show (GtkWidget *taps, const TbLiveFrame *frame)
{
  gtk_widget_set_visible (taps, frame != NULL);
  if (frame == NULL)
    return;
  g_autofree char *worst = tb_format_ns (frame->agent_lag_ns), *lag = tb_format_ns (frame->agent_lag_p99_ns);
  g_autofree char *text
      = g_strdup_printf ("taps: %.0f\u202f%% of a core, lag p99 %s", frame->agent_cpu * 100, lag);
  g_autofree char *more = g_strdup_printf ("%s, worst %s\n\nWhat Tierboard itself costs, and by how much its tap loop "
                                           "was late in the last second: what is larger than that is the system's",
                                           text, worst);
  tb_ui_set_text (taps, text);
  tb_ui_set_tooltip (taps, more);
}
