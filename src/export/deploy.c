#include "deploy-private.h"

#include <signal.h>
#include <string.h>

#include "config.h"
#include "lost.h"

static const TbDeployImage images[] = {
  { "postgresql", "postgres:16", "/var/lib/postgresql/data", "postgres", 999, TRUE },
  { "redis", "redis:7", "/data", NULL, 0, TRUE },
  { "redis-sentinel", "redis:7", "/data", NULL, 0, TRUE },
  { "nginx", "nginx:1.27", "/var/cache/nginx", NULL, 0, TRUE },
  { "haproxy", "haproxy:3.0", "/var/lib/haproxy", NULL, 0, TRUE },
  { "mosquitto", "eclipse-mosquitto:2", "/mosquitto/data", NULL, 0, TRUE },
  { "nats", "nats:2-alpine", "/tmp", NULL, 0, TRUE },
  { "etcd", "quay.io/coreos/etcd:v3.5.17", "/var/lib/etcd", NULL, 0, FALSE },
  { "memcached", "memcached:1.6", "/tmp", NULL, 0, TRUE },
};

#define NODE_IMAGE "tierboard-node:" TB_VERSION

void
tb_deploy_lose (const TbDeploy *deploy, const TbElement *element, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  tb_lost_add (deploy->options, 0, "%s%s%s", element != NULL ? tb_element_title (element) : "",
               element != NULL ? ": " : "", text);
}

#define BIT(kind) (G_GUINT64_CONSTANT (1) << TB_KIND_##kind)

void
tb_deploy_lose_drawing (const TbDeploy *deploy, const char *format)
{
  static const TbProp labelled[] = { TB_PROP_KIND, TB_PROP_REPLICAS, TB_PROP_THREADS, TB_PROP_STATE, TB_PROP_DURABLE,
                                     TB_PROP_ADDRESS, TB_PROP_ORIGIN, TB_PROP_TIER, TB_PROP_LAYER, TB_PROP_GROUP,
                                     TB_PROP_DESCRIPTION, TB_PROP_NONE };
  static const TbProp held[] = { TB_PROP_KIND, TB_PROP_REPLICAS, TB_PROP_THREADS, TB_PROP_STATE, TB_PROP_DURABLE,
                                 TB_PROP_ADDRESS, TB_PROP_ORIGIN, TB_PROP_NONE };
  static const TbProp link_held[] = { TB_PROP_FROM, TB_PROP_TO, TB_PROP_SERVICE, TB_PROP_PROTOCOL, TB_PROP_CALL,
                                      TB_PROP_NONE };
  tb_lost_kinds (deploy->model, deploy->options, format,
                 BIT (ARCHITECTURE) | BIT (COMPONENT) | BIT (LINK) | BIT (SERVICE) | BIT (BUILTIN) | BIT (CALL)
                   | BIT (TEMPLATE) | BIT (PARAM) | BIT (COMMAND) | BIT (ENV) | BIT (FILE) | BIT (READY) | BIT (ALIVE)
                   | BIT (DEPENDS) | BIT (RESTART) | BIT (STOP));
  tb_lost_props (deploy->model, deploy->options, format, TB_KIND_COMPONENT,
                 g_str_equal (format, "Compose") ? labelled : held);
  tb_lost_props (deploy->model, deploy->options, format, TB_KIND_LINK, link_held);
}

static void
unit_free (gpointer data)
{
  TbDeployUnit *unit = data;
  g_free (unit->name);
  g_free (unit->image);
  g_free (unit->build);
  g_strfreev (unit->argv);
  g_clear_pointer (&unit->env, g_ptr_array_unref);
  g_clear_pointer (&unit->files, g_ptr_array_unref);
  g_free (unit->dir);
  g_free (unit->home);
  g_free (unit);
}

static void
pair_free (gpointer data)
{
  TbPlanPair *pair = data;
  g_free (pair->name);
  g_free (pair->value);
  g_free (pair);
}

static void
add_pair (GPtrArray *pairs, const char *name, const char *value)
{
  TbPlanPair *pair = g_new0 (TbPlanPair, 1);
  pair->name = g_strdup (name);
  pair->value = g_strdup (value);
  g_ptr_array_add (pairs, pair);
}

/* ---- Units ------------------------------------------------------------------------------------- */

static const TbDeployImage *
image_of (const TbElement *component)
{
  const TbElement *template = tb_element_child_of (component, TB_KIND_TEMPLATE);
  for (guint i = 0; template != NULL && i < G_N_ELEMENTS (images); i++)
    if (g_strcmp0 (images[i].template, tb_element_get (template, TB_PROP_NAME)) == 0)
      return &images[i];
  return NULL;
}

/* One that sets nothing up for others: as its image has it, by variables. */
static gboolean
is_plain_postgres (const TbDeploy *deploy, const TbDeployUnit *unit)
{
  const TbElement *component = unit->component;
  if (deploy->where == TB_DEPLOY_HERE || unit->known == NULL || !g_str_equal (unit->known->template, "postgresql")
      || tb_component_replicas (component) > 1)
    return FALSE;
  for (guint i = 0; i < tb_model_count (deploy->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (deploy->model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (deploy->model, link, TB_PROP_FROM);
      const TbElement *to = tb_element_get_ref (deploy->model, link, TB_PROP_TO);
      if (from == component || (to == component && from != NULL && image_of (from) == unit->known))
        return FALSE;
    }
  return TRUE;
}

static void
set_plain_postgres (const TbDeploy *deploy, TbDeployUnit *unit)
{
  static const char *const known[][3] = { { "user", "POSTGRES_USER", "postgres" },
                                          { "password", "POSTGRES_PASSWORD", "" },
                                          { "database", "POSTGRES_DB", "postgres" } };
  const TbElement *template = tb_element_child_of (unit->component, TB_KIND_TEMPLATE);
  const char *values[] = { known[0][2], known[1][2], known[2][2] };
  for (guint i = 0; i < tb_element_n_children (template); i++)
    {
      const TbElement *param = tb_element_child (template, i);
      const char *name = tb_element_get (param, TB_PROP_NAME);
      gboolean taken = FALSE;
      for (guint k = 0; name != NULL && k < 3; k++)
        if (g_str_equal (known[k][0], name))
          values[k] = tb_element_get (param, TB_PROP_VALUE), taken = TRUE;
      if (!taken && name != NULL)
        tb_deploy_lose (deploy, unit->component, "its parameter “%s”", name);
    }
  for (guint k = 0; k < 3; k++)
    if (values[k] != NULL && *values[k] != '\0')
      add_pair (unit->env, known[k][1], values[k]);
  if (values[1] == NULL || *values[1] == '\0')
    add_pair (unit->env, "POSTGRES_HOST_AUTH_METHOD", "trust");
}

/* Of the many conventions only what programs ask for by themselves goes along with what is drawn. */
static gboolean
is_wanted (const TbPlanInstance *instance, const TbPlanPair *pair)
{
  gboolean known = !g_str_has_suffix (pair->value, ":" TB_DEPLOY_UNKNOWN_PORT_TEXT);
  gboolean usual = g_str_equal (pair->name, "HOST") || g_str_equal (pair->name, "PORT")
                   || g_str_has_suffix (pair->name, "_URL");
  return pair->drawn || (known && usual && !instance->builtin);
}

static void
translate_words (const TbDeploy *deploy, TbDeployUnit *unit)
{
  const TbPlanInstance *instance = unit->instance;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  for (guint i = 0; instance->argv[i] != NULL; i++)
    {
      gboolean option = instance->argv[i][0] == '-' || i == 0;
      g_ptr_array_add (argv, tb_deploy_translate (deploy, instance, unit->dir, unit->name,
                                                  option ? "" : instance->argv[i - 1], instance->argv[i]));
    }
  g_ptr_array_add (argv, NULL);
  unit->argv = (GStrv) g_ptr_array_free (g_steal_pointer (&argv), FALSE);
  for (guint i = 0; i < instance->files->len; i++)
    {
      const TbPlanPair *file = g_ptr_array_index (instance->files, i);
      g_autofree char *path = g_build_filename (unit->dir, file->name, NULL);
      g_autofree char *text = tb_deploy_translate (deploy, instance, unit->dir, unit->name, "", file->value);
      add_pair (unit->files, path, text);
    }
}

/* It came from a Compose file, and with it the variables that it looks for. */
static gboolean
has_origin (const TbElement *component)
{
  g_autofree char *image = tb_deploy_origin (component, "image");
  g_autofree char *build = tb_deploy_origin (component, "build");
  return image != NULL || build != NULL;
}

static void
translate (const TbDeploy *deploy, TbDeployUnit *unit)
{
  const TbPlanInstance *instance = unit->instance;
  for (guint i = 0; i < instance->env->len; i++)
    {
      const TbPlanPair *pair = g_ptr_array_index (instance->env, i);
      gboolean told = unit->known == NULL && !has_origin (unit->component);
      if (!is_wanted (instance, pair) || !(pair->drawn || told))
        continue;
      g_autofree char *value = tb_deploy_translate (deploy, instance, unit->dir, unit->name,
                                                    g_str_equal (pair->name, "HOST") ? "" : "name", pair->value);
      add_pair (unit->env, pair->name, value);
    }
  if (is_plain_postgres (deploy, unit))
    set_plain_postgres (deploy, unit);
  else if (!tb_deploy_stands_in (unit->component))
    translate_words (deploy, unit);
}

static void
set_image (const TbDeploy *deploy, TbDeployUnit *unit)
{
  unit->image = tb_deploy_origin (unit->component, "image");
  unit->build = tb_deploy_origin (unit->component, "build");
  if (unit->image != NULL || unit->build != NULL)
    return;
  if (unit->known != NULL)
    unit->image = g_strdup (unit->known->image);
  else if (unit->instance->builtin)
    unit->image = g_strdup (NODE_IMAGE);
  else
    {
      unit->image = g_strconcat (unit->name, ":latest", NULL);
      tb_deploy_lose (deploy, unit->component, "which image it is in; “%s” is a name to be replaced", unit->image);
    }
}

/* Drawings do not share folders, and nobody else's folder is written to. (transfer full) */
static char *
home_of (const TbDeploy *deploy)
{
  const char *title = tb_element_title (tb_model_root (deploy->model));
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, title, -1);
  return g_strdup_printf ("${XDG_RUNTIME_DIR:-/tmp}/tierboard-%.8s", hash);
}

static TbDeployUnit *
unit_new (const TbDeploy *deploy, const TbPlanInstance *instance, const char *name, guint replicas)
{
  TbDeployUnit *unit = g_new0 (TbDeployUnit, 1);
  gboolean containers = deploy->where == TB_DEPLOY_CONTAINERS;
  unit->component = tb_model_lookup (deploy->model, instance->component_id);
  unit->instance = instance;
  unit->name = g_strdup (name);
  unit->replicas = replicas;
  unit->env = g_ptr_array_new_with_free_func (pair_free);
  unit->files = g_ptr_array_new_with_free_func (pair_free);
  unit->known = image_of (unit->component);
  unit->dir = !containers ? g_strdup_printf (TB_DEPLOY_RUN_DIR "/%s-%u", instance->component_id, instance->replica)
              : unit->known != NULL ? g_strdup (unit->known->data)
              : tb_deploy_usual_data (unit->component) != NULL ? g_strdup (tb_deploy_usual_data (unit->component))
                                                               : g_strdup ("/var/lib/tierboard");
  unit->home = containers ? NULL : home_of (deploy);
  translate (deploy, unit);
  if (containers)
    set_image (deploy, unit);
  return unit;
}

static gboolean
words_equal (const TbDeployUnit *a, const TbDeployUnit *b)
{
  guint n = a->argv != NULL ? g_strv_length (a->argv) : 0;
  if (n != (b->argv != NULL ? g_strv_length (b->argv) : 0) || a->files->len != b->files->len
      || a->env->len != b->env->len)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (a->argv[i], b->argv[i])
        && !(a->instance->builtin && i > 0
             && (g_str_equal (a->argv[i - 1], "--name") || g_str_equal (a->argv[i - 1], "--seed"))))
      return FALSE;
  for (guint i = 0; i < a->files->len; i++)
    if (!g_str_equal (((TbPlanPair *) a->files->pdata[i])->value, ((TbPlanPair *) b->files->pdata[i])->value))
      return FALSE;
  for (guint i = 0; i < a->env->len; i++)
    if (!g_str_equal (((TbPlanPair *) a->env->pdata[i])->value, ((TbPlanPair *) b->env->pdata[i])->value))
      return FALSE;
  return TRUE;
}

static const TbPlanInstance *
instance_at (const TbDeploy *deploy, guint i)
{
  return g_ptr_array_index (deploy->plan->instances, i);
}

static void
name_address (TbDeploy *deploy, guint32 address, const char *name)
{
  g_hash_table_replace (deploy->names, tb_plan_address_text (address), g_strdup (name));
}

/* Whether n instances from first on are started by the same words: then they are one unit. Each is called the same for
 * that, so that only what makes it one of several differs. */
static gboolean
are_alike (TbDeploy *deploy, guint first, guint n)
{
  static const TbExportOptions silent;
  const TbExportOptions *options = deploy->options; /* told once, by the units that stay */
  deploy->options = &silent;
  TbDeployUnit *one = unit_new (deploy, instance_at (deploy, first), "self", 1);
  gboolean alike = TRUE;
  for (guint i = 1; alike && i < n; i++)
    {
      TbDeployUnit *other = unit_new (deploy, instance_at (deploy, first + i), "self", 1);
      alike = words_equal (one, other);
      unit_free (other);
    }
  unit_free (one);
  deploy->options = options;
  return alike;
}

/* "orders-2", unless something else is called so. (transfer full) */
static char *
replica_name (const TbDeploy *deploy, const char *name, guint replica)
{
  g_autofree char *made = g_strdup_printf ("%s-%u", name, replica);
  return tb_model_lookup (deploy->model, made) == NULL ? g_steal_pointer (&made)
                                                       : g_strdup_printf ("%s-r-%u", name, replica);
}

/* How many instances the component of that one has. */
static guint
n_replicas (const TbDeploy *deploy, guint first)
{
  guint n = 1;
  while (first + n < deploy->plan->instances->len
         && instance_at (deploy, first + n)->component == instance_at (deploy, first)->component)
    n++;
  return n;
}

/* Instances are called by the component's name, or, where they differ, each by its own. */
static void
name_instances (TbDeploy *deploy, GArray *split)
{
  guint n;
  for (guint i = 0; i < deploy->plan->instances->len; i += n)
    {
      n = n_replicas (deploy, i);
      g_autofree char *name = tb_deploy_name (instance_at (deploy, i)->component_id);
      for (guint k = 0; k < n; k++)
        {
          g_autofree char *own = replica_name (deploy, name, k + 1);
          name_address (deploy, instance_at (deploy, i + k)->address, own);
        }
      gboolean apart = n > 1 && !instance_at (deploy, i)->external && !are_alike (deploy, i, n);
      for (guint k = 0; !apart && k < n; k++)
        name_address (deploy, instance_at (deploy, i + k)->address, name);
      g_array_append_val (split, apart);
    }
}

/* A link's own address leads to any replica of the called; HERE to the first. */
static void
name_links (TbDeploy *deploy)
{
  for (guint i = 0; i < deploy->plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (deploy->plan->links, i);
      const TbPlanInstance *to = instance_at (deploy, g_array_index (link->to, guint, 0));
      g_autofree char *name = deploy->where == TB_DEPLOY_HERE ? tb_plan_address_text (to->address)
                                                              : tb_deploy_name (link->to_component);
      name_address (deploy, link->address, to->external && to->external_host != NULL && *to->external_host
                                             ? to->external_host : name);
    }
}

/* Built-in clients are whoever calls from outside; there, those are people. */
static gboolean
is_caller_outside (const TbDeploy *deploy, const TbPlanInstance *instance)
{
  const TbElement *component = tb_model_lookup (deploy->model, instance->component_id);
  if (deploy->where == TB_DEPLOY_HERE || !instance->builtin || tb_component_role (component) != TB_ROLE_CLIENT)
    return FALSE;
  tb_deploy_lose (deploy, component, "the load it makes: what it calls is published instead");
  return TRUE;
}

static void
add_units (TbDeploy *deploy, guint first, guint n, gboolean apart)
{
  const TbPlanInstance *instance = instance_at (deploy, first);
  g_autofree char *name = tb_deploy_name (instance->component_id);
  if (instance->external || is_caller_outside (deploy, instance))
    return;
  if (!apart && deploy->where == TB_DEPLOY_CONTAINERS)
    {
      g_ptr_array_add (deploy->units, unit_new (deploy, instance, name, n));
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *own = n > 1 ? replica_name (deploy, name, i + 1) : g_strdup (name);
      g_ptr_array_add (deploy->units, unit_new (deploy, instance_at (deploy, first + i), own, 1));
    }
}

static void
make_units (TbDeploy *deploy)
{
  g_autoptr (GArray) split = g_array_new (FALSE, TRUE, sizeof (gboolean));
  guint n, part = 0;
  if (deploy->where == TB_DEPLOY_CONTAINERS)
    name_instances (deploy, split);
  name_links (deploy);
  for (guint i = 0; i < deploy->plan->instances->len; i += n)
    {
      n = n_replicas (deploy, i);
      add_units (deploy, i, n, deploy->where == TB_DEPLOY_CONTAINERS && g_array_index (split, gboolean, part++));
    }
}

/* ---- Waiting ----------------------------------------------------------------------------------- */

const TbDeployUnit *
tb_deploy_unit_of (const TbDeploy *deploy, const char *component_id)
{
  for (guint i = 0; i < deploy->units->len; i++)
    {
      const TbDeployUnit *unit = g_ptr_array_index (deploy->units, i);
      if (g_str_equal (unit->instance->component_id, component_id))
        return unit;
    }
  return NULL;
}

static const TbDeployUnit *
unit_of_instance (const TbDeploy *deploy, const TbPlanInstance *instance)
{
  for (guint i = 0; i < deploy->units->len; i++)
    {
      const TbDeployUnit *unit = g_ptr_array_index (deploy->units, i);
      if (unit->instance == instance)
        return unit;
    }
  return tb_deploy_unit_of (deploy, instance->component_id);
}

static GArray *
waits_of (const TbDeploy *deploy, const TbDeployUnit *unit)
{
  GArray *waits = g_array_new (FALSE, FALSE, sizeof (TbDeployWait));
  for (guint i = 0; i < unit->instance->depends->len; i++)
    {
      guint on = g_array_index (unit->instance->depends, guint, i);
      TbDeployWait wait = { .on = unit_of_instance (deploy, instance_at (deploy, on)),
                            .until = g_array_index (unit->instance->until, guint32, i) };
      gboolean known = wait.on == NULL || wait.on == unit;
      for (guint k = 0; !known && k < waits->len; k++)
        known = g_array_index (waits, TbDeployWait, k).on == wait.on;
      if (!known)
        g_array_append_val (waits, wait);
    }
  return waits;
}

/* Whether unit waits for the other, however many are between them. */
static gboolean
waits_for (const TbDeploy *deploy, GHashTable *index, const TbDeployUnit *unit, const TbDeployUnit *other,
           GHashTable *seen)
{
  if (unit == other)
    return TRUE;
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (index, unit));
  if (at == 0 || !g_hash_table_add (seen, (gpointer) unit))
    return FALSE;
  const GArray *waits = g_ptr_array_index (deploy->waits, at - 1);
  for (guint i = 0; i < waits->len; i++)
    if (waits_for (deploy, index, g_array_index (waits, TbDeployWait, i).on, other, seen))
      return TRUE;
  return FALSE;
}

/* Replicas that are units of their own wait for each other only in one direction, but parts that call each other can
 * come round through them; who starts things elsewhere refuses that. */
static void
make_waits (TbDeploy *deploy)
{
  g_autoptr (GHashTable) index = g_hash_table_new (NULL, NULL);
  for (guint u = 0; u < deploy->units->len; u++)
    {
      const TbDeployUnit *unit = g_ptr_array_index (deploy->units, u);
      GArray *waits = waits_of (deploy, unit);
      for (guint i = waits->len; i > 0; i--)
        {
          g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
          const TbDeployUnit *on = g_array_index (waits, TbDeployWait, i - 1).on;
          if (!waits_for (deploy, index, on, unit, seen))
            continue;
          tb_deploy_lose (deploy, unit->component, "that it waits for %s, which waits for it", on->name);
          g_array_remove_index (waits, i - 1);
        }
      g_ptr_array_add (deploy->waits, waits);
      g_hash_table_insert (index, (gpointer) unit, GUINT_TO_POINTER (u + 1));
    }
}

static void
tell_of_built_ins (const TbDeploy *deploy)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < deploy->units->len; i++)
    {
      const TbDeployUnit *unit = g_ptr_array_index (deploy->units, i);
      if (unit->instance->builtin && unit->build == NULL && g_strcmp0 (unit->image, NODE_IMAGE) == 0)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", unit->name);
    }
  if (names->len > 0)
    tb_deploy_lose (deploy, NULL,
                    "that built-in parts run (%s): the image " NODE_IMAGE " must be made of tierboard-node, which takes "
                    "addresses where this has names", names->str);
}

TbDeploy *
tb_deploy_new (const TbModel *model, TbDeployWhere where, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbDeploy) deploy = g_new0 (TbDeploy, 1);
  deploy->model = model;
  deploy->where = where;
  deploy->options = options;
  deploy->waits = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  deploy->units = g_ptr_array_new_with_free_func (unit_free);
  deploy->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!tb_deploy_make_plan (deploy, error))
    return NULL;
  make_units (deploy);
  make_waits (deploy);
  if (where == TB_DEPLOY_CONTAINERS)
    tell_of_built_ins (deploy);
  return g_steal_pointer (&deploy);
}

void
tb_deploy_free (TbDeploy *deploy)
{
  g_ptr_array_unref (deploy->waits);
  g_ptr_array_unref (deploy->units);
  g_hash_table_unref (deploy->names);
  g_clear_pointer (&deploy->plan, tb_plan_free);
  g_clear_object (&deploy->copy);
  g_free (deploy);
}

gboolean
tb_deploy_is_published (const TbDeploy *deploy, const TbDeployUnit *unit)
{
  for (guint i = 0; i < deploy->plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (deploy->plan->links, i);
      const TbElement *from = tb_model_lookup (deploy->model, link->from_component);
      if (g_str_equal (link->to_component, unit->instance->component_id) && from != NULL
          && tb_component_role (from) == TB_ROLE_CLIENT)
        return TRUE;
    }
  return FALSE;
}

const char *
tb_deploy_signal_name (int number)
{
  static const struct
  {
    int number;
    const char *name;
  } rows[] = { { SIGTERM, "TERM" }, { SIGINT, "INT" },   { SIGQUIT, "QUIT" },   { SIGHUP, "HUP" },
               { SIGUSR1, "USR1" }, { SIGUSR2, "USR2" }, { SIGWINCH, "WINCH" }, { SIGKILL, "KILL" } };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].number == number)
      return rows[i].name;
  return NULL;
}
