#include "vte.h"

#include <gmodule.h>

static gboolean
find_all (GModule *module, TbVte *vte)
{
  const struct
  {
    const char *name;
    gpointer function;
  } wanted[] = {
    { "vte_terminal_new", &vte->create },
    { "vte_terminal_feed", &vte->feed },
    { "vte_terminal_get_column_count", &vte->columns },
    { "vte_terminal_get_row_count", &vte->rows },
    { "vte_terminal_set_colors", &vte->set_colours },
    { "vte_terminal_set_scrollback_lines", &vte->set_scrollback },
    { "vte_terminal_get_has_selection", &vte->has_selection },
    { "vte_terminal_copy_clipboard_format", &vte->copy },
    { "vte_terminal_paste_clipboard", &vte->paste },
  };
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (!g_module_symbol (module, wanted[i].name, wanted[i].function))
      return FALSE;
  return TRUE;
}

const TbVte *
tb_vte (void)
{
  static TbVte vte;
  static int found = -1;
  if (found >= 0)
    return found ? &vte : NULL;
  GModule *module = g_module_open ("libvte-2.91-gtk4.so.0", G_MODULE_BIND_LAZY);
  found = module && find_all (module, &vte);
  if (found)
    g_module_make_resident (module);
  else if (module)
    g_module_close (module);
  return found ? &vte : NULL;
}
