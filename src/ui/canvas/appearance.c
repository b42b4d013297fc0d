#include "appearance.h"

#include <adwaita.h>

static gboolean forced;

gboolean
tb_appearance_high_contrast (void)
{
  return forced || adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
}

void
tb_appearance_set_high_contrast (gboolean high_contrast)
{
  if (forced == high_contrast)
    return;
  forced = high_contrast;
  g_object_notify (G_OBJECT (adw_style_manager_get_default ()), "high-contrast");
}

TbThemeId
tb_appearance_theme (void)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  if (tb_appearance_high_contrast ())
    return dark ? TB_THEME_HIGH_CONTRAST_DARK : TB_THEME_HIGH_CONTRAST;
  return dark ? TB_THEME_DARK : TB_THEME_LIGHT;
}
