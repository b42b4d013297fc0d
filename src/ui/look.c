#include "look.h"

#include <adwaita.h>

#include "appearance.h"
#include "settings.h"

static const char *const theme_names[] = { "system", "light", "dark", NULL };
static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                          ADW_COLOR_SCHEME_FORCE_DARK };

const char *const *
tb_look_themes (void)
{
  return theme_names;
}

/* ---- Light and dark -------------------------------------------------------------------------- */

static void
set_theme (guint theme)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[theme]);
}

static guint
remembered_theme (void)
{
  return (guint) CLAMP (tb_settings_get ("theme", 0), 0, (int) G_N_ELEMENTS (schemes) - 1);
}

static void
theme_changed (GSimpleAction *action, GVariant *state, gpointer data)
{
  for (guint i = 0; theme_names[i]; i++)
    if (g_str_equal (theme_names[i], g_variant_get_string (state, NULL)))
      {
        g_simple_action_set_state (action, state);
        set_theme (i);
        tb_settings_set ("theme", (int) i);
        tb_settings_write ();
      }
}

/* ---- High contrast --------------------------------------------------------------------------- */

/* Where the desktop asks for it, libadwaita loads these by itself. */
static void
load_contrast (GtkCssProvider *provider)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  GString *css = g_string_new (NULL);
  if (tb_appearance_high_contrast () && !adw_style_manager_get_high_contrast (style))
    {
      const char *const names[]
          = { "style-hc.css", adw_style_manager_get_dark (style) ? "style-hc-dark.css" : NULL };
      for (guint i = 0; i < G_N_ELEMENTS (names) && names[i]; i++)
        g_string_append_printf (css, "@import url(\"resource:///io/tierboard/Editor/%s\");\n",
                                names[i]);
    }
  gtk_css_provider_load_from_data (provider, css->str, (gssize) css->len);
  g_string_free (css, TRUE);
}

static void
follow_contrast (void)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  GtkCssProvider *provider = gtk_css_provider_new ();
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (load_contrast), provider,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (load_contrast), provider,
                           G_CONNECT_SWAPPED);
  load_contrast (provider);
}

/* A style sheet that nobody asked for costs the start nothing. */
static void
set_high_contrast (gboolean wanted)
{
  static gboolean followed;
  if (wanted && !followed)
    {
      followed = TRUE;
      follow_contrast ();
    }
  tb_appearance_set_high_contrast (wanted);
}

/* States and faults have shapes and words: without colour nothing is lost. */
void
tb_look_set_print (gboolean print)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      print ? ADW_COLOR_SCHEME_FORCE_LIGHT : schemes[remembered_theme ()]);
  set_high_contrast (print || tb_settings_get ("high-contrast", FALSE));
}

/* ---- Motion ---------------------------------------------------------------------------------- */

/* Off is also what the desktop may say; that is not overruled. */
static void
set_less_motion (gboolean wanted)
{
  GtkSettings *settings = gtk_settings_get_default ();
  if (wanted)
    g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
  else
    gtk_settings_reset_property (settings, "gtk-enable-animations");
}

/* ---- Actions --------------------------------------------------------------------------------- */

static const struct
{
  const char *name;
  void (*set) (gboolean wanted);
} switches[] = { { "high-contrast", set_high_contrast }, { "less-motion", set_less_motion } };

static void
switched (GSimpleAction *action, GVariant *state, gpointer data)
{
  const char *name = g_action_get_name (G_ACTION (action));
  gboolean wanted = g_variant_get_boolean (state);
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    if (g_str_equal (switches[i].name, name))
      switches[i].set (wanted);
  g_simple_action_set_state (action, state);
  tb_settings_set (name, wanted);
  tb_settings_write ();
}

void
tb_look_install (GActionMap *application)
{
  static const GActionEntry entries[]
      = { { "theme", NULL, "s", "'system'", theme_changed },
          { "high-contrast", NULL, NULL, "false", switched },
          { "less-motion", NULL, NULL, "false", switched } };
  g_action_map_add_action_entries (application, entries, G_N_ELEMENTS (entries), NULL);
  GAction *theme = g_action_map_lookup_action (application, "theme");
  g_simple_action_set_state (G_SIMPLE_ACTION (theme),
                             g_variant_new_string (theme_names[remembered_theme ()]));
  set_theme (remembered_theme ());
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      GAction *action = g_action_map_lookup_action (application, switches[i].name);
      gboolean wanted = tb_settings_get (switches[i].name, FALSE);
      if (wanted)
        switches[i].set (TRUE);
      g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (wanted));
    }
}
