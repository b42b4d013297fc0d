/* A service of a Compose file becomes a component; what plays its part is chosen in compose-plays.c. */
#include "compose-private.h"

#include <string.h>

#include "tb-base.h"
#include "tb-template.h"

/* Variables of official images that our templates know as parameters. */
static const struct
{
  const char *template, *variable, *param;
} known_variables[] = {
  { "postgresql", "POSTGRES_USER", "user" },
  { "postgresql", "POSTGRES_PASSWORD", "password" },
  { "postgresql", "POSTGRES_DB", "database" },
  { "redis", "REDIS_PASSWORD", "password" },
};

/* What is read somewhere here; every other key of a service is told as dropped. */
static const char *const taken[] = {
  "image", "build", "command", "ports", "expose", "environment", "env_file", "depends_on", "links", "healthcheck",
  "deploy", "scale", "restart", "stop_signal", "stop_grace_period", "networks", "profiles", "extends", "volumes",
  "container_name", "hostname", "entrypoint", "labels", "x-tierboard", NULL,
};

static void
say (TbCompose *compose, const TbComposeService *service, guint line, const char *what)
{
  tb_compose_gather (compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, service->file, line, service->name, what);
}

static void
drop (TbCompose *compose, const TbComposeService *service, guint line, const char *what)
{
  tb_compose_gather (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, service->file, line, service->name, what);
}

static void
drop_key (TbCompose *compose, const TbComposeService *service, guint line, const char *key)
{
  g_autofree char *what = g_strdup_printf ("“%s” has no place here", key);
  drop (compose, service, line, what);
}

static gboolean
has_template (const TbCompose *compose, const TbComposeService *service)
{
  const TbElement *component = tb_model_get (tb_build_model (compose->build), service->uid);
  return tb_element_child_of (component, TB_KIND_TEMPLATE) != NULL;
}

/* The id of the tier, layer or group of that name; made where there is none. NULL: there cannot be one. */
static const char *
named_element (TbCompose *compose, TbKind kind, const char *label, const char *name, guint line)
{
  g_autofree char *foreign = g_strdup_printf ("%s %s", label, name);
  TbUid uid = tb_build_find (compose->build, foreign);
  if (uid == 0)
    uid = tb_build_element (compose->build, kind, 0, foreign, name, line);
  return uid != 0 ? tb_element_id (tb_model_get (tb_build_model (compose->build), uid)) : NULL;
}

/* What our own writer put into labels: a drawing that went out comes back as what it was. */
static void
take_labels (TbCompose *compose, const TbComposeService *service)
{
  static const struct
  {
    const char *label;
    TbProp prop;
    TbKind kind;
  } rows[] = { { "tierboard.tier", TB_PROP_TIER, TB_KIND_TIER },
               { "tierboard.layer", TB_PROP_LAYER, TB_KIND_LAYER },
               { "tierboard.group", TB_PROP_GROUP, TB_KIND_GROUP } };
  guint line = service->node->line;
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      const char *value = tb_compose_label (service, rows[r].label);
      g_auto (GStrv) names = g_strsplit (value != NULL ? value : "", ", ", -1);
      g_autoptr (GString) ids = g_string_new (NULL);
      for (guint i = 0; names[i] != NULL; i++)
        {
          const char *id = *names[i] != '\0' ? named_element (compose, rows[r].kind, rows[r].label, names[i], line) : NULL;
          if (id != NULL)
            g_string_append_printf (ids, "%s%s", ids->len > 0 ? " " : "", id);
        }
      tb_build_set (compose->build, service->uid, rows[r].prop, ids->str, line);
    }
}

const char *
tb_compose_label (const TbComposeService *service, const char *name)
{
  for (guint i = 0; i < service->labels->len; i++)
    if (g_str_equal (((const TbComposePair *) service->labels->pdata[i])->name, name))
      return ((const TbComposePair *) service->labels->pdata[i])->value;
  return NULL;
}

static TbRole
role_of (const char *name, TbRole otherwise)
{
  for (guint i = 0; name != NULL && i < TB_N_ROLES; i++)
    if (g_str_equal (tb_role_name ((TbRole) i), name))
      return (TbRole) i;
  return otherwise;
}

/* What goes with it: kept in origin=, so that the way back has it. */
static void
set_origin (TbCompose *compose, const TbComposeService *service)
{
  const char *image = tb_yaml_get_text (service->node, "image");
  const char *folder = tb_compose_build_folder (service);
  g_autofree char *text
    = g_strconcat (service->name, image != NULL && *image != '\0' ? " image=" : "", image != NULL ? image : "",
                   folder != NULL ? " build=" : "", folder != NULL ? folder : "", NULL);
  tb_build_set_origin (compose->build, service->uid, text);
}

void
tb_compose_make_component (TbCompose *compose, TbComposeService *service)
{
  const char *image = tb_yaml_get_text (service->node, "image");
  service->kind = tb_compose_kind (tb_compose_build_folder (service) == NULL ? image : NULL, service->name);
  service->labels = tb_compose_pairs (tb_yaml_get (service->node, "labels"));
  service->kind.role = role_of (tb_compose_label (service, "tierboard.kind"), service->kind.role);
  service->uid = tb_build_component (compose->build, service->name, service->name, service->kind.role,
                                     service->node->line);
  tb_build_set (compose->build, service->uid, TB_PROP_NAME, tb_compose_label (service, "tierboard.name"),
                service->node->line);
  take_labels (compose, service);
  set_origin (compose, service);
  tb_compose_choose_part (compose, service);
}

/* ---- The rest ---------------------------------------------------------------------------------- */

guint
tb_compose_replicas (const TbComposeService *service)
{
  const TbYaml *node = tb_yaml_get (tb_yaml_get (service->node, "deploy"), "replicas");
  const char *text = tb_yaml_text (node != NULL ? node : tb_yaml_get (service->node, "scale"));
  return text != NULL ? (guint) CLAMP (g_ascii_strtoll (text, NULL, 10), 0, 100000) : 1;
}

static void
set_replicas (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *deploy = tb_yaml_get (service->node, "deploy");
  const TbYaml *node = tb_yaml_get (deploy, "replicas");
  if (node == NULL)
    node = tb_yaml_get (service->node, "scale");
  const char *text = tb_yaml_text (node);
  if (text != NULL && g_str_equal (text, "0"))
    say (compose, service, node->line,
         "of it none is started there: it is drawn once");
  else if (text != NULL && !g_str_equal (text, "1"))
    tb_build_set (compose->build, service->uid, TB_PROP_REPLICAS, text, node->line);
  static const char *const others[] = { "resources", "placement", "update_config", "rollback_config" };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if ((node = tb_yaml_get (deploy, others[i])) != NULL)
      {
        g_autofree char *key = g_strconcat ("deploy: ", others[i], NULL);
        drop_key (compose, service, node->line, key);
      }
}

static void
set_duration (TbCompose *compose, TbUid uid, TbProp prop, const TbYaml *node)
{
  char text[32];
  gint64 ns = tb_compose_duration (tb_yaml_text (node));
  if (ns <= 0)
    return;
  tb_duration_format (ns, text, sizeof text);
  tb_build_set (compose->build, uid, prop, text, node->line);
}

/* restart: on-failure:3, or deploy: restart_policy: */
static void
set_restart (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *node = tb_yaml_get (service->node, "restart");
  const TbYaml *policy = tb_yaml_get (tb_yaml_get (service->node, "deploy"), "restart_policy");
  const char *text = tb_yaml_text (node);
  if (text == NULL && policy == NULL)
    return;
  const char *condition = policy != NULL ? tb_yaml_get_text (policy, "condition") : NULL;
  guint line = policy != NULL ? policy->line : node->line;
  TbUid uid = tb_build_child (compose->build, TB_KIND_RESTART, service->uid, line);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ":", 2);
  const char *how = policy == NULL                               ? parts[0]
                    : g_strcmp0 (condition, "none") == 0         ? "no"
                    : g_strcmp0 (condition, "on-failure") == 0   ? "on-failure"
                                                                 : "always";
  const char *times = policy != NULL ? tb_yaml_get_text (policy, "max_attempts") : parts[0] != NULL ? parts[1] : NULL;
  tb_build_set (compose->build, uid, TB_PROP_POLICY, g_str_equal (how, "false") ? "no" : how, line);
  tb_build_set (compose->build, uid, TB_PROP_TIMES, times, line);
  set_duration (compose, uid, TB_PROP_DELAY, tb_yaml_get (policy, "delay"));
  set_duration (compose, uid, TB_PROP_WITHIN, tb_yaml_get (policy, "window"));
}

static void
set_stop (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *signal_node = tb_yaml_get (service->node, "stop_signal");
  const TbYaml *grace = tb_yaml_get (service->node, "stop_grace_period");
  const char *signal = tb_yaml_text (signal_node);
  const TbTemplate *template = service->template ? tb_template_find (service->kind.template, NULL) : NULL;
  if (signal != NULL && template != NULL && tb_signal_from_name (signal) == template->stop_signal)
    signal = NULL; /* as it is stopped anyway */
  if (signal == NULL && grace == NULL)
    return;
  guint line = signal != NULL ? signal_node->line : grace->line;
  TbUid uid = tb_build_child (compose->build, TB_KIND_STOP, service->uid, line);
  if (signal != NULL && g_str_has_prefix (signal, "SIG"))
    signal += 3;
  tb_build_set (compose->build, uid, TB_PROP_SIGNAL, signal, line);
  set_duration (compose, uid, TB_PROP_GRACE, grace);
}

/* Start order, which is no traffic. */
static void
set_depends (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *list = tb_yaml_get (service->node, "depends_on");
  for (guint i = 0; i < tb_yaml_n (list); i++)
    {
      const TbYaml *item = tb_yaml_nth (list, i);
      const char *name = tb_yaml_key (list, i) != NULL ? tb_yaml_key (list, i) : tb_yaml_text (item);
      const char *condition = tb_yaml_get_text (item, "condition");
      TbUid on = name != NULL ? tb_build_find (compose->build, name) : 0;
      if (on == 0 || on == service->uid)
        {
          tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, service->file, item->line,
                          "%s waits for “%s”, which is no other service", service->name, name != NULL ? name : "");
          continue;
        }
      TbUid uid = tb_build_child (compose->build, TB_KIND_DEPENDS, service->uid, item->line);
      tb_build_refer (compose->build, uid, TB_PROP_ON, on);
      tb_build_set (compose->build, uid, TB_PROP_CONDITION,
                    g_strcmp0 (condition, "service_healthy") == 0                  ? "ready"
                    : g_strcmp0 (condition, "service_completed_successfully") == 0 ? "succeeded"
                                                                                   : "started",
                    item->line);
    }
}

static gboolean
is_param (const TbComposeService *service, const char *variable, const char **param)
{
  for (guint i = 0; service->kind.template != NULL && i < G_N_ELEMENTS (known_variables); i++)
    if (g_str_equal (known_variables[i].template, service->kind.template)
        && g_str_equal (known_variables[i].variable, variable))
      {
        *param = known_variables[i].param;
        return TRUE;
      }
  return FALSE;
}

/* What of a file of variables may be a secret is not put into the drawing, but where a template needs it. */
static void
set_environment (TbCompose *compose, const TbComposeService *service)
{
  gboolean template = has_template (compose, service);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < service->env->len; i++)
    {
      const TbComposePair *pair = g_ptr_array_index (service->env, i);
      const char *param;
      if (*pair->name == '\0' || !g_hash_table_add (seen, pair->name))
        continue;
      if (pair->value == NULL)
        {
          if (g_hash_table_add (compose->unset, g_strdup (pair->name)))
            tb_compose_gather (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, service->file, pair->line, pair->name,
                               "a variable without a value in the file is left out");
          continue;
        }
      if (template && is_param (service, pair->name, &param))
        {
          tb_compose_add_param (compose, service, param, pair->value, pair->line);
          continue;
        }
      if (pair->from_file)
        continue;
      g_autofree char *value = tb_compose_refer (compose, service, pair->value);
      TbUid uid = tb_build_child (compose->build, TB_KIND_ENV, service->uid, pair->line);
      tb_build_set (compose->build, uid, TB_PROP_NAME, pair->name, pair->line);
      tb_build_set (compose->build, uid, TB_PROP_VALUE, value, pair->line);
    }
}

/* "data:/var/lib/x", {type: volume, source: data}; a named one outlives its container. */
static gboolean
is_named_volume (const TbYaml *item)
{
  const char *text = tb_yaml_text (item);
  if (text == NULL)
    return g_strcmp0 (tb_yaml_get_text (item, "type"), "volume") == 0 && tb_yaml_get_text (item, "source") != NULL;
  return g_ascii_isalnum (*text) && strchr (text, ':') != NULL;
}

static void
set_volumes (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *list = tb_yaml_get (service->node, "volumes");
  gboolean keeps = service->kind.role == TB_ROLE_STORE || service->kind.role == TB_ROLE_BROKER;
  for (guint i = 0; i < tb_yaml_n (list); i++)
    {
      const TbYaml *item = tb_yaml_nth (list, i);
      if (keeps && is_named_volume (item))
        tb_build_set (compose->build, service->uid, TB_PROP_DURABLE, "yes", item->line);
      else
        drop (compose, service, item->line, "a volume has no place here, but for a store's that has a name");
    }
}

static void
set_profiles (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *list = tb_yaml_get (service->node, "profiles");
  for (guint i = 0; i < tb_yaml_n (list); i++)
    {
      const char *text = tb_yaml_text (tb_yaml_nth (list, i));
      g_autofree char *tag = text != NULL ? g_strconcat ("profile-", text, NULL) : NULL;
      if (tag != NULL)
        tb_build_tag (compose->build, service->uid, tag);
    }
  if (tb_yaml_n (list) > 0)
    say (compose, service, list->line,
         "it is started with some profiles only: it is drawn, with tags that say which");
}

#define TEXT (1 << TB_YAML_SCALAR)
#define LIST (1 << TB_YAML_SEQUENCE)
#define MAP (1 << TB_YAML_MAPPING)

/* The forms that a key may have; of others nothing is read. */
static const struct
{
  const char *key;
  guint forms;
} forms[] = {
  { "ports", LIST },       { "expose", LIST },         { "volumes", LIST },           { "links", LIST },
  { "profiles", LIST },    { "environment", LIST | MAP }, { "labels", LIST | MAP },   { "depends_on", LIST | MAP },
  { "networks", LIST | MAP }, { "deploy", MAP },       { "healthcheck", MAP },        { "build", TEXT | MAP },
  { "image", TEXT },       { "command", TEXT | LIST }, { "entrypoint", TEXT | LIST }, { "restart", TEXT },
  { "env_file", TEXT | LIST }, { "extends", TEXT | MAP }, { "scale", TEXT },          { "container_name", TEXT },
};

static void
drop_misshapen (TbCompose *compose, const TbComposeService *service)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      const TbYaml *node = tb_yaml_get (service->node, forms[i].key);
      if (node == NULL || tb_yaml_is_null (node) || (forms[i].forms & (1u << node->type)) != 0)
        continue;
      g_autofree char *what = g_strdup_printf ("“%s” has another form than Compose knows, so nothing of it is taken",
                                               forms[i].key);
      drop (compose, service, node->line, what);
    }
}

static void
drop_unknown (TbCompose *compose, const TbComposeService *service)
{
  for (guint i = 0; i < tb_yaml_n (service->node); i++)
    {
      const char *key = tb_yaml_key (service->node, i);
      if (!g_strv_contains (taken, key) && !g_str_has_prefix (key, "x-"))
        drop_key (compose, service, tb_yaml_nth (service->node, i)->line, key);
    }
  const TbYaml *entry = tb_yaml_get (service->node, "entrypoint");
  const TbYaml *command = tb_yaml_get (service->node, "command");
  if (entry != NULL && !service->command)
    drop (compose, service, entry->line, "its entry point has no place here");
  if (command != NULL && !service->command && !has_template (compose, service))
    drop (compose, service, command->line, "its command is one of an image that is not here");
}

void
tb_compose_fill_component (TbCompose *compose, TbComposeService *service)
{
  set_environment (compose, service);
  tb_compose_make_ready (compose, service);
  set_depends (compose, service);
  set_restart (compose, service);
  set_stop (compose, service);
  set_replicas (compose, service);
  set_volumes (compose, service);
  set_profiles (compose, service);
  drop_misshapen (compose, service);
  drop_unknown (compose, service);
}
