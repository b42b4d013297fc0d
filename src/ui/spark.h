/* A sparkline: the last two minutes of one figure. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_SPARK (tb_spark_get_type ())
G_DECLARE_FINAL_TYPE (TbSpark, tb_spark, TB, SPARK, GtkWidget)

GtkWidget *tb_spark_new (void);
void tb_spark_add (TbSpark *spark, double value);

G_END_DECLS
