/* Whom a service calls, as the files say that it is given: nginx.conf has what a proxy leads to, prometheus.yml what is watched.
 * Only files of settings are looked into, and only for names of services that stand there as hosts. */
#include "compose-private.h"

#include <string.h>

#define MAX_FILES 24         /* of one service */
#define MAX_DEPTH 3          /* of folders in a folder */
#define MAX_LOOKED (256 << 10) /* bytes of each */

typedef struct
{
  TbCompose *compose;
  TbComposeService *service;
  guint line;      /* where the service says that it has the file */
  gboolean watches; /* the file says whom it asks for figures, which is no call that counts */
  guint n_files;
} Mounts;

static gboolean
is_settings (const char *name)
{
  static const char *const ends[] = { ".conf", ".cfg", ".yml", ".yaml", ".toml", ".template", ".tmpl", ".ini", ".alloy" };
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (name, ends[i]))
      return strstr (name, "compose") == NULL;
  return g_str_equal (name, "Caddyfile");
}

/* “upstream api {”: api is no host in this file then, but where a server of it is named. (transfer full) */
static GHashTable *
find_upstreams (char **lines)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "upstream "))
      {
        const char *name = lines[i] + strlen ("upstream ");
        name += strspn (name, " \t");
        g_hash_table_add (names, g_strndup (name, strcspn (name, " \t{")));
      }
  return names;
}

static gboolean
is_proxy (const TbComposeService *service)
{
  return service->kind.role == TB_ROLE_PROXY || service->kind.role == TB_ROLE_BALANCER;
}

/* What a proxy leads to may well call it. */
static void
offer_from (Mounts *m, TbComposeService *to, guint port, const char *file, guint line)
{
  g_autofree char *why = g_strdup_printf ("as line %u of %s says", line, file);
  if (tb_compose_would_call (m->compose, m->service, to) || (is_proxy (m->service) && to->kind.role == TB_ROLE_SERVER))
    {
      gboolean called = to->called;
      tb_compose_offer (m->compose, m->service, to, port, m->line, why);
      to->called = called || !m->watches;
    }
}

/* “server web;” of nginx has no port. */
static TbComposeService *
bare_server (const TbCompose *compose, const char *line)
{
  if (!g_str_has_prefix (line, "server "))
    return NULL;
  line += strlen ("server ");
  g_autofree char *name = g_strndup (line, strcspn (line, " ;"));
  return g_hash_table_lookup (compose->hosts, name);
}

static void
look_at_line (Mounts *m, const char *text, GHashTable *upstreams, const char *file, guint line)
{
  const char *at = text;
  gboolean server = g_str_has_prefix (text, "server ");
  TbComposeService *to = bare_server (m->compose, text);
  TbComposeHost host;
  if (to != NULL)
    offer_from (m, to, 0, file, line);
  while ((to = tb_compose_next_host (m->compose, "", text, &at, &host)) != NULL)
    {
      g_autofree char *name = g_strndup (host.at, host.length);
      if (server || !g_hash_table_contains (upstreams, name))
        offer_from (m, to, host.port, file, line);
    }
}

static void
look_into (Mounts *m, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  if (!is_settings (name) || m->n_files++ >= MAX_FILES)
    return;
  g_autofree char *text = tb_compose_peek_file (m->compose, m->service->file, path);
  if (text == NULL || strlen (text) > MAX_LOOKED || !g_utf8_validate (text, -1, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  m->watches = strstr (text, "scrape_configs:") != NULL;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      for (char *p = lines[i]; (p = strchr (p, '#')) != NULL; p++)
        if (p == lines[i] || g_ascii_isspace (p[-1]))
          {
            *p = '\0';
            break;
          }
      g_strstrip (lines[i]);
    }
  g_autoptr (GHashTable) upstreams = find_upstreams (lines);
  for (guint i = 0; lines[i] != NULL; i++)
    look_at_line (m, lines[i], upstreams, name, i + 1);
}

static void
look_into_all (Mounts *m, const char *path, guint depth)
{
  g_auto (GStrv) names = depth < MAX_DEPTH ? tb_compose_peek_folder (m->compose, m->service->file, path) : NULL;
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *inner = g_build_filename (path, names[i], NULL);
      if (strchr (names[i], '.') == NULL && !g_str_equal (names[i], "Caddyfile"))
        look_into_all (m, inner, depth + 1);
      else
        look_into (m, inner);
    }
}

/* "./nginx.conf:/etc/nginx/nginx.conf:ro", or the long form. (transfer full), NULL: nothing that lies beside the file. A folder
 * that is no place of settings may be a program's source. */
static char *
source_of (const TbYaml *item, gboolean *folder)
{
  const char *text = tb_yaml_text (item);
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, ":", 3) : NULL;
  const char *source = parts == NULL ? tb_yaml_get_text (item, "source") : parts[0];
  const char *target = parts == NULL ? tb_yaml_get_text (item, "target") : source != NULL ? parts[1] : NULL;
  if (source == NULL || target == NULL || *source != '.')
    return NULL;
  *folder = g_str_has_prefix (target, "/etc/");
  return g_strdup (source);
}

/* configs: [name], or {source: name}, of the list of them at the top of the file. */
static const char *
config_of (const TbComposeService *service, const TbYaml *item)
{
  const char *name = tb_yaml_text (item) != NULL ? tb_yaml_text (item) : tb_yaml_get_text (item, "source");
  const TbYaml *all = tb_yaml_get (service->file->tree->root, "configs");
  return name != NULL ? tb_yaml_get_text (tb_yaml_get (all, name), "file") : NULL;
}

/* COPY nginx.conf /etc/nginx/: what an image is built with. */
static void
look_at_copy (Mounts *m, const char *folder, const char *line)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);
  guint n = g_strv_length (words);
  if (n < 3 || strstr (line, "--from") != NULL || !g_str_has_prefix (words[n - 1], "/etc/")
      || (g_ascii_strcasecmp (words[0], "COPY") != 0 && g_ascii_strcasecmp (words[0], "ADD") != 0))
    return;
  for (guint i = 1; i + 1 < n; i++)
    {
      g_autofree char *path = g_build_filename (folder, words[i], NULL), *name = g_path_get_basename (path);
      if (is_settings (name))
        look_into (m, path);
      else if (*words[i] != '\0' && *words[i] != '-' && strchr (name, '.') == NULL)
        look_into_all (m, path, 0);
    }
}

static void
look_into_build (Mounts *m)
{
  const char *folder = tb_compose_build_folder (m->service);
  const TbYaml *build = tb_yaml_get (m->service->node, "build");
  const char *name = tb_yaml_get_text (build, "dockerfile");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, name != NULL ? name : "Dockerfile", NULL) : NULL;
  g_autofree char *text = path != NULL ? tb_compose_peek_file (m->compose, m->service->file, path) : NULL;
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  m->line = build->line;
  for (guint i = 0; lines[i] != NULL; i++)
    look_at_copy (m, folder, g_strstrip (lines[i]));
}

/* Of a program that has its hosts in variables the files are what those take the place of. */
static gboolean
says_enough (const TbCompose *compose, const TbComposeService *service)
{
  if (is_proxy (service))
    return FALSE;
  for (guint i = 0; i < compose->calls->len; i++)
    if (g_array_index (compose->calls, TbComposeCall, i).from == service)
      return TRUE;
  return tb_compose_keeps_data (service->kind.role);
}

static void
look_into_volumes (Mounts *m)
{
  const TbYaml *volumes = tb_yaml_get (m->service->node, "volumes");
  for (guint i = 0; i < tb_yaml_n (volumes); i++)
    {
      gboolean folder = FALSE;
      g_autofree char *source = source_of (tb_yaml_nth (volumes, i), &folder);
      m->line = tb_yaml_nth (volumes, i)->line;
      if (source != NULL)
        look_into (m, source);
      if (source != NULL && folder)
        look_into_all (m, source, 0);
    }
}

void
tb_compose_offer_mounted (TbCompose *compose, TbComposeService *service)
{
  Mounts m = { .compose = compose, .service = service };
  const TbYaml *configs = tb_yaml_get (service->node, "configs");
  if (says_enough (compose, service))
    return;
  look_into_volumes (&m);
  for (guint i = 0; i < tb_yaml_n (configs); i++)
    {
      const char *file = config_of (service, tb_yaml_nth (configs, i));
      m.line = tb_yaml_nth (configs, i)->line;
      if (file != NULL)
        look_into (&m, file);
    }
  look_into_build (&m);
}
