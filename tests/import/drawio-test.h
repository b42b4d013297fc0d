/* Small pages of draw.io, and what they became. */
#pragma once

#include "import-test.h"

G_GNUC_UNUSED static Result
import_bytes (const char *bytes, gsize size)
{
  return import_named ("t.drawio", bytes, size);
}

#define HEAD "<mxGraphModel><root><mxCell id='0'/><mxCell id='1' parent='0'/>"
#define TAIL "</root></mxGraphModel>"
#define BOX(id, label, style, parent, x, y, w, h)                                                                      \
  "<mxCell id='" id "' value='" label "' style='" style "' vertex='1' parent='" parent "'><mxGeometry x='" #x "' y='" #y          \
  "' width='" #w "' height='" #h "' as='geometry'/></mxCell>"
#define LINE(id, label, style, from, to)                                                                               \
  "<mxCell id='" id "' value='" label "' style='" style "' edge='1' parent='1' source='" from "' target='" to                     \
  "'><mxGeometry relative='1' as='geometry'/></mxCell>"
#define TWO BOX ("a", "Shop", "rounded=1;html=1;", "1", 40, 40, 120, 60) BOX ("b", "Orders", "shape=cylinder3;html=1;", "1", 40, 240, 120, 60)

/* (as good as mxfile around it) */
G_GNUC_UNUSED static Result
import_cells (const char *cells)
{
  g_autofree char *xml = g_strconcat ("<mxfile><diagram id='p' name='First'>" HEAD, cells, TAIL "</diagram></mxfile>", NULL);
  return import_bytes (xml, strlen (xml));
}

G_GNUC_UNUSED static const TbElement *
titled (const TbModel *model, TbKind kind, const char *title)
{
  for (guint i = 0; i < tb_model_count (model, kind); i++)
    if (strcmp (tb_element_title (tb_model_nth (model, kind, i)), title) == 0)
      return tb_model_nth (model, kind, i);
  g_error ("there is no %s “%s”", tb_schema_kind (kind)->name, title);
}

G_GNUC_UNUSED static gboolean
tells (const Result *r, const char *words)
{
  for (guint i = 0; i < r->dropped->len; i++)
    if (strstr (((TbProblem *) r->dropped->pdata[i])->message, words) != NULL)
      return TRUE;
  return FALSE;
}
