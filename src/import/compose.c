/* Compose files, of version 2, 3 and the present specification, and those of long ago that are only services. */
#include "compose-private.h"

#include <string.h>

/* ---- What it is -------------------------------------------------------------------------------- */

/* A line "services:", or the same in JSON. */
int
tb_sniff_compose (const char *bytes, gsize size)
{
  gsize length = MIN (size, (gsize) 65536);
  g_autofree char *text = g_strndup (bytes, length);
  const char *services = strstr (text, "services:");
  for (; services != NULL; services = strstr (services + 1, "services:"))
    if (services == text || services[-1] == '\n')
      return 80;
  const char *first = text + strspn (text, " \t\r\n");
  if (*first == '{')
    return strstr (text, "\"services\"") != NULL && strstr (text, "\"image\"") != NULL ? 60 : 0;
  gboolean word = g_ascii_isalpha (*first) || *first == '#';
  return word && (strstr (text, ":\n  image: ") != NULL || strstr (text, ":\n  build: ") != NULL) ? 50 : 0;
}

/* ---- Services ---------------------------------------------------------------------------------- */

static void
service_free (gpointer data)
{
  TbComposeService *service = data;
  g_clear_pointer (&service->env, g_ptr_array_unref);
  g_clear_pointer (&service->labels, g_ptr_array_unref);
  g_clear_pointer (&service->ports, g_array_unref);
  g_free (service->command_line);
  g_free (service);
}

static void
add_from_file (const char *name, const char *value, guint line, gpointer data)
{
  GPtrArray *env = data;
  TbComposePair *pair = g_new0 (TbComposePair, 1);
  (void) line;
  pair->name = g_strdup (name);
  pair->value = g_strdup (value);
  pair->from_file = TRUE;
  g_ptr_array_add (env, pair);
}

static void
read_env_file (TbCompose *compose, TbComposeService *service, const TbYaml *item)
{
  const char *path = tb_yaml_text (item) != NULL ? tb_yaml_text (item) : tb_yaml_get_text (item, "path");
  gsize size;
  g_autofree char *text
    = path != NULL ? tb_compose_read_file (compose, service->file, path, item->line, &size, NULL) : NULL;
  if (text == NULL)
    return;
  guint before = service->env->len;
  tb_compose_read_lines (text, add_from_file, service->env);
  for (guint i = before; i < service->env->len; i++)
    ((TbComposePair *) service->env->pdata[i])->line = item->line;
  g_autofree char *what
    = g_strdup_printf ("of “%s” only what a template or a link needs is taken, since it may hold secrets", path);
  tb_compose_gather (compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, service->file, item->line, service->name, what);
}

/* A variable without a value is handed on from where Compose runs, which knows .env. */
static void
take_from_dotenv (const TbCompose *compose, TbComposePair *pair)
{
  if (pair->value == NULL)
    pair->value = g_strdup (g_hash_table_lookup (compose->variables, pair->name));
}

/* environment: goes before env_file:, and of files the last goes first. */
static void
read_environment (TbCompose *compose, TbComposeService *service)
{
  const TbYaml *files = tb_yaml_get (service->node, "env_file");
  service->env = tb_compose_pairs (tb_yaml_get (service->node, "environment"));
  for (guint i = 0; i < service->env->len; i++)
    take_from_dotenv (compose, service->env->pdata[i]);
  if (files != NULL && files->type != TB_YAML_SEQUENCE)
    read_env_file (compose, service, files);
  for (guint i = files != NULL && files->type == TB_YAML_SEQUENCE ? tb_yaml_n (files) : 0; i > 0; i--)
    read_env_file (compose, service, tb_yaml_nth (files, i - 1));
}

/* Names that a service is called by besides its own. */
static void
add_host (TbCompose *compose, const char *name, TbComposeService *service)
{
  if (name != NULL && !g_hash_table_contains (compose->hosts, name))
    g_hash_table_insert (compose->hosts, (char *) name, service);
}

static void
add_hosts (TbCompose *compose, TbComposeService *service)
{
  const TbYaml *networks = tb_yaml_get (service->node, "networks");
  add_host (compose, tb_yaml_get_text (service->node, "container_name"), service);
  add_host (compose, tb_yaml_get_text (service->node, "hostname"), service);
  for (guint i = 0; i < tb_yaml_n (networks); i++)
    {
      const TbYaml *aliases = tb_yaml_get (tb_yaml_nth (networks, i), "aliases");
      for (guint a = 0; a < tb_yaml_n (aliases); a++)
        add_host (compose, tb_yaml_text (tb_yaml_nth (aliases, a)), service);
    }
}

/* ---- Networks ---------------------------------------------------------------------------------- */

static const char *
network_name (const TbYaml *networks, guint n)
{
  const char *key = tb_yaml_key (networks, n);
  return key != NULL ? key : tb_yaml_text (tb_yaml_nth (networks, n));
}

static guint
count_networks (const TbCompose *compose)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < compose->services->len; i++)
    {
      const TbComposeService *service = g_ptr_array_index (compose->services, i);
      const TbYaml *networks = tb_yaml_get (service->node, "networks");
      for (guint n = 0; n < tb_yaml_n (networks); n++)
        if (network_name (networks, n) != NULL)
          g_hash_table_add (seen, (char *) network_name (networks, n));
    }
  return g_hash_table_size (seen);
}

static TbUid
network_group (TbCompose *compose, const char *name, guint line)
{
  g_autofree char *foreign = g_strconcat ("network ", name, NULL);
  TbUid group = tb_build_find (compose->build, foreign);
  return group != 0 ? group : tb_build_group (compose->build, foreign, name, 0, line);
}

/* Who is in one network only stands in its group; who is in several has them as tags. One network alone says nothing. */
static gboolean
make_groups (TbCompose *compose)
{
  gboolean any = FALSE;
  if (count_networks (compose) < 2)
    return FALSE;
  for (guint i = 0; i < compose->services->len; i++)
    {
      const TbComposeService *service = g_ptr_array_index (compose->services, i);
      const TbYaml *networks = tb_yaml_get (service->node, "networks");
      guint n = tb_yaml_n (networks);
      if (n == 1 && network_name (networks, 0) != NULL)
        {
          TbUid group = network_group (compose, network_name (networks, 0), networks->line);
          tb_build_refer (compose->build, service->uid, TB_PROP_GROUP, group);
          any = TRUE;
        }
      for (guint k = 0; n > 1 && k < n; k++)
        {
          g_autofree char *tag = g_strconcat ("network-", network_name (networks, k), NULL);
          tb_build_tag (compose->build, service->uid, tag);
        }
    }
  return any;
}

/* ---- The way back ------------------------------------------------------------------------------ */

/* A file that our writer put its drawing into is that drawing, as long as nobody changed what stands before it.
 * NULL: read it as any other. */
static TbDocument *
embedded (TbCompose *compose)
{
  const TbComposeFile *file = g_ptr_array_index (compose->files, 0);
  const TbYaml *own = tb_yaml_get (file->tree->root, "x-tierboard");
  const char *xml = tb_yaml_get_text (own, "drawing"), *of = tb_yaml_get_text (own, "of");
  const char *at = strstr (compose->source->bytes, "\nx-tierboard:");
  if (xml == NULL || of == NULL || at == NULL)
    return NULL;
  g_autofree char *hash
    = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) compose->source->bytes,
                                   (gsize) (at + 1 - compose->source->bytes));
  TbDocument *document
    = g_str_equal (hash, of) ? tb_document_load_bytes (compose->source->name, xml, strlen (xml), NULL, NULL) : NULL;
  if (document == NULL)
    tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, file, own->line,
                    "the drawing in it was not taken: the services were changed since");
  return document;
}

/* ---- All of it --------------------------------------------------------------------------------- */

static void
say_top (TbCompose *compose)
{
  static const char *const taken[] = { "version", "name", "services", "networks", "volumes", "include", NULL };
  const TbComposeFile *file = g_ptr_array_index (compose->files, 0);
  const TbYaml *root = file->tree->root;
  for (guint i = 0; !file->legacy && i < tb_yaml_n (root); i++)
    {
      const char *key = tb_yaml_key (root, i);
      if (!g_strv_contains (taken, key) && !g_str_has_prefix (key, "x-"))
        tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, file, tb_yaml_nth (root, i)->line,
                        "“%s” has no place here", key);
    }
}

/* name:, else the folder that it lies in, as Docker has it. */
static void
set_name (TbCompose *compose)
{
  const TbComposeFile *file = g_ptr_array_index (compose->files, 0);
  const char *name = tb_yaml_get_text (file->tree->root, "name");
  g_autofree char *full = compose->source->folder ? g_canonicalize_filename (compose->source->folder, NULL) : NULL;
  g_autofree char *base = full != NULL ? g_path_get_basename (full) : NULL;
  if (name != NULL || (base != NULL && g_ascii_isalnum (*base)))
    tb_build_set (compose->build, tb_build_root (compose->build), TB_PROP_NAME, name != NULL ? name : base, 0);
}

static void
build_all (TbCompose *compose)
{
  for (guint i = 0; i < compose->services->len; i++)
    tb_compose_make_component (compose, g_ptr_array_index (compose->services, i));
  for (guint i = 0; i < compose->services->len; i++)
    {
      TbComposeService *service = g_ptr_array_index (compose->services, i);
      add_hosts (compose, service);
      read_environment (compose, service);
    }
  set_name (compose);
  tb_build_view (compose->build, NULL, "Overview", make_groups (compose) ? "groups" : "none", 0);
  tb_compose_make_links (compose);
  for (guint i = 0; i < compose->services->len; i++)
    tb_compose_fill_component (compose, g_ptr_array_index (compose->services, i));
  say_top (compose);
  tb_compose_tell_gathered (compose);
}

TbDocument *
tb_read_compose (const TbImportSource *source, TbProblems *dropped, GError **error)
{
  TbDocument *document = NULL;
  TbCompose compose = {
    .source = source,
    .dropped = dropped,
    .files = g_ptr_array_new_with_free_func (tb_compose_file_free),
    .variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .unset = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .services = g_ptr_array_new_with_free_func (service_free),
    .hosts = g_hash_table_new (g_str_hash, g_str_equal),
    .links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .calls = g_array_new (FALSE, FALSE, sizeof (TbComposeCall)),
  };
  if (tb_compose_load (&compose, error))
    {
      document = embedded (&compose);
      if (document == NULL)
        {
          compose.build = tb_build_new (source, "compose", dropped);
          build_all (&compose);
          document = tb_build_finish (compose.build, error);
        }
    }
  g_clear_pointer (&compose.gathered, g_hash_table_unref);
  g_array_unref (compose.calls);
  g_hash_table_unref (compose.links);
  g_hash_table_unref (compose.hosts);
  g_ptr_array_unref (compose.services);
  g_hash_table_unref (compose.unset);
  g_hash_table_unref (compose.variables);
  g_ptr_array_unref (compose.files);
  return document;
}
