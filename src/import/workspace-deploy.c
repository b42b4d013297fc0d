/* Deployment nodes. A device is the node round the one that holds instances, or that one where nothing is round it
 * but the outermost: “Big Bank plc › bigbank-web › Apache Tomcat › instance” runs on the device bigbank-web of the
 * tier Big Bank plc, “Amazon › Ubuntu › instance” on Ubuntu of Amazon. A node with instances="4" is four devices. A component is in one tier
 * here, so of several the first one counts; of several environments the first that holds instances. */
#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "workspace-private.h"

#define DEVICES_MAX 64
#define DEPTH_MAX 60

typedef struct
{
  TbWorkspace *w;
  const char *environment; /* the one that is taken */
  GHashTable *devices;     /* JsonObject of a node → GArray of TbUid */
  GHashTable *replicas;    /* TbUid of a component → how many instances so far, as a pointer */
  JsonObject *path[DEPTH_MAX];
  guint depth;
} Deploying;

static const char *
name_of (JsonObject *node)
{
  const char *name = tb_workspace_string (node, "name");
  return name != NULL && *name != '\0' ? name : "node";
}

static guint
instances_of (JsonObject *node)
{
  double n = tb_workspace_number (node, "instances");
  return n >= 1 && n <= DEVICES_MAX ? (guint) n : n > DEVICES_MAX ? DEVICES_MAX : 1;
}

/* ---- Tiers and devices -------------------------------------------------------------------------------- */

static TbUid
find_tier (Deploying *d, JsonObject *node)
{
  TbWorkspace *w = d->w;
  const char *own = w->ours ? tb_workspace_own_id (node) : NULL, *id = tb_workspace_string (node, "id");
  g_autofree char *foreign = own != NULL ? g_strdup (own)
                                         : g_strdup_printf ("tier/%s/%s", id != NULL ? id : "", name_of (node));
  g_autofree char *what = g_strdup_printf ("the deployment node “%.80s”", name_of (node));
  TbUid tier = tb_build_find (w->b, foreign);
  if (tier != 0)
    return tier;
  tier = tb_build_element (w->b, TB_KIND_TIER, 0, foreign, name_of (node), tb_workspace_line (w, node));
  if (tier != 0)
    tb_workspace_take_common (w, tier, node, "environment instances children containerInstances softwareSystemInstances "
                                             "infrastructureNodes technology instanceId", what);
  return tier;
}

static GArray *
make_devices (Deploying *d, JsonObject *node, TbUid tier, guint n)
{
  TbWorkspace *w = d->w;
  const char *own = w->ours ? tb_workspace_own_id (node) : NULL;
  GArray *devices = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < n && tier != 0; i++)
    {
      g_autofree char *name = n > 1 ? g_strdup_printf ("%s %u", name_of (node), i + 1) : g_strdup (name_of (node));
      g_autofree char *what = g_strdup_printf ("the deployment node “%.80s”", name);
      TbUid device = tb_build_element (w->b, TB_KIND_DEVICE, tier, own, name, tb_workspace_line (w, node));
      if (device == 0)
        break;
      if (i == 0)
        tb_workspace_take_common (w, device, node, "environment instances children containerInstances "
                                                   "softwareSystemInstances infrastructureNodes technology instanceId",
                                  what);
      g_array_append_val (devices, device);
    }
  return devices;
}

/* Which nodes of the path are tier and device. */
static void
choose_levels (const Deploying *d, guint *tier, guint *device)
{
  guint last = d->depth - 1;
  *device = last >= 2 ? last - 1 : last;
  *tier = *device > 0 ? *device - 1 : 0;
  for (guint i = last; i > 0; i--) /* a node that there are several of is the machine */
    if (instances_of (d->path[i]) > 1)
      {
        *device = i;
        *tier = i - 1;
        return;
      }
}

/* The devices that the innermost node of the path runs on; sets tier. None: the tier itself runs it. */
static const GArray *
find_devices (Deploying *d, TbUid *tier)
{
  guint t, level;
  choose_levels (d, &t, &level);
  *tier = find_tier (d, d->path[t]);
  JsonObject *node = d->path[level];
  GArray *devices = g_hash_table_lookup (d->devices, node);
  if (devices == NULL && t == level && instances_of (node) == 1)
    return NULL;
  if (devices == NULL)
    {
      devices = make_devices (d, node, *tier, instances_of (node));
      g_hash_table_insert (d->devices, node, devices);
    }
  return devices;
}

/* ---- Instances ---------------------------------------------------------------------------------------- */

static guint
add_replica (Deploying *d, TbUid component)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (d->replicas, GUINT_TO_POINTER (component))) + 1;
  g_hash_table_insert (d->replicas, GUINT_TO_POINTER (component), GUINT_TO_POINTER (n));
  return n;
}

static void
run_on (Deploying *d, TbUid component, TbUid device)
{
  guint n = add_replica (d, component);
  if (n > 1000 || device == 0)
    return;
  TbUid on = tb_build_child (d->w->b, TB_KIND_ON, component, 0);
  tb_build_set_number (d->w->b, on, TB_PROP_REPLICA, n, 0);
  tb_build_refer (d->w->b, on, TB_PROP_DEVICE, device);
}

/* "https://shop.example:8443/health" → readiness by HTTP. */
static void
take_health_check (Deploying *d, TbUid component, JsonObject *instance)
{
  TbWorkspace *w = d->w;
  g_autoptr (GPtrArray) checks = tb_workspace_objects (instance, "healthChecks");
  const TbElement *element = tb_model_get (tb_build_model (w->b), component);
  if (checks->len == 0 || tb_element_child_of (element, TB_KIND_READY) != NULL)
    return;
  JsonObject *check = checks->pdata[0];
  guint line = tb_workspace_line (w, check);
  const char *url = tb_workspace_string (check, "url");
  g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  if (uri == NULL)
    {
      tb_build_drop (w->b, line, "a health check without an address");
      return;
    }
  TbUid ready = tb_build_child (w->b, TB_KIND_READY, component, line);
  tb_build_set (w->b, ready, TB_PROP_KIND, "http", line);
  tb_build_set (w->b, ready, TB_PROP_PATH, *g_uri_get_path (uri) ? g_uri_get_path (uri) : "/", line);
  if (g_uri_get_port (uri) > 0)
    tb_build_set_number (w->b, ready, TB_PROP_PORT, g_uri_get_port (uri), line);
  double timeout = tb_workspace_number (check, "timeout");
  g_autofree char *within = timeout >= 1 && timeout < 1e6 ? g_strdup_printf ("%ums", (guint) timeout) : NULL;
  tb_build_set (w->b, ready, TB_PROP_WITHIN, within, line);
  if (checks->len > 1)
    tb_build_drop (w->b, line, "all health checks of an instance but the first");
}

static void
put_into_tier (Deploying *d, TbUid component, TbUid tier, const GArray *devices, guint line)
{
  TbImportBuild *b = d->w->b;
  const TbElement *element = tb_model_get (tb_build_model (b), component);
  const TbElement *now = tb_model_get (tb_build_model (b), tier);
  const char *before = tb_element_get (element, TB_PROP_TIER);
  if (before != NULL && g_strcmp0 (before, tb_element_id (now)) != 0)
    {
      tb_build_drop (b, line, "the instance of “%s” in %s: it is in %s already", tb_element_title (element),
                     tb_element_title (now), before);
      return;
    }
  tb_build_refer (b, component, TB_PROP_TIER, tier);
  for (guint i = 0; i < (devices != NULL ? devices->len : 1); i++)
    run_on (d, component, devices != NULL ? g_array_index (devices, TbUid, i) : 0);
}

static void
take_instance (Deploying *d, JsonObject *instance)
{
  TbWorkspace *w = d->w;
  guint line = tb_workspace_line (w, instance);
  const char *of = tb_workspace_string (instance, "containerId");
  const char *system = tb_workspace_string (instance, "softwareSystemId");
  const TbWorkspacePart *part = tb_workspace_part (w, of != NULL ? of : system);
  TbUid tier;
  if (part == NULL || part->uid == 0)
    {
      tb_build_drop (w->b, line, "an instance of what is not drawn");
      return;
    }
  tb_workspace_add_part (w, tb_workspace_string (instance, "id"), *part);
  tb_workspace_take_relations (w, instance);
  if (w->ours)
    return; /* said by the component's own properties */
  const GArray *devices = find_devices (d, &tier);
  put_into_tier (d, part->uid, tier, devices, line);
  take_health_check (d, part->uid, instance);
  tb_workspace_tell_rest (w, instance, "id containerId softwareSystemId instanceId environment tags relationships "
                                       "healthChecks properties deploymentGroups defaultTags", "an instance");
}

/* A load balancer, a firewall: parts that run, too. */
static void
take_infrastructure (Deploying *d, JsonObject *node)
{
  TbWorkspace *w = d->w;
  const char *id = tb_workspace_string (node, "id"), *technology = tb_workspace_string (node, "technology");
  guint line = tb_workspace_line (w, node);
  TbForeignKind kind = tb_foreign_kind (NULL, technology, name_of (node));
  g_autofree char *foreign = g_strdup_printf ("element/%s", id != NULL ? id : "");
  g_autofree char *what = g_strdup_printf ("“%.80s”", name_of (node));
  TbUid tier, uid = tb_build_component (w->b, foreign, name_of (node), kind.known ? kind.role : TB_ROLE_PROXY, line);
  if (uid == 0)
    return;
  tb_workspace_add_part (w, id, (TbWorkspacePart){ uid, ++w->n_systems, FALSE });
  tb_workspace_take_common (w, uid, node, "technology environment", what);
  tb_workspace_take_relations (w, node);
  const GArray *devices = find_devices (d, &tier);
  tb_build_refer (w->b, uid, TB_PROP_TIER, tier);
  if (devices != NULL && devices->len > 0)
    run_on (d, uid, g_array_index (devices, TbUid, 0));
}

/* ---- Nodes -------------------------------------------------------------------------------------------- */

static void
take_what_runs (Deploying *d, JsonObject *node)
{
  g_autoptr (GPtrArray) containers = tb_workspace_objects (node, "containerInstances");
  g_autoptr (GPtrArray) systems = tb_workspace_objects (node, "softwareSystemInstances");
  g_autoptr (GPtrArray) infrastructure = tb_workspace_objects (node, "infrastructureNodes");
  for (guint i = 0; i < containers->len; i++)
    take_instance (d, containers->pdata[i]);
  for (guint i = 0; i < systems->len; i++)
    take_instance (d, systems->pdata[i]);
  for (guint i = 0; i < infrastructure->len; i++)
    take_infrastructure (d, infrastructure->pdata[i]);
}

static void
take_node (Deploying *d, JsonObject *node)
{
  g_autoptr (GPtrArray) children = tb_workspace_objects (node, "children");
  if (d->depth == DEPTH_MAX)
    return;
  d->path[d->depth++] = node;
  if (d->w->ours && tb_workspace_own_id (node) != NULL)
    {
      TbUid tier = find_tier (d, d->path[0]);
      if (d->depth > 1)
        g_array_unref (make_devices (d, node, tier, 1));
    }
  tb_workspace_take_relations (d->w, node);
  take_what_runs (d, node);
  for (guint i = 0; i < children->len; i++)
    take_node (d, children->pdata[i]);
  d->depth--;
}

static guint
count_instances (JsonObject *node, guint depth)
{
  g_autoptr (GPtrArray) containers = tb_workspace_objects (node, "containerInstances");
  g_autoptr (GPtrArray) systems = tb_workspace_objects (node, "softwareSystemInstances");
  g_autoptr (GPtrArray) children = tb_workspace_objects (node, "children");
  guint n = containers->len + systems->len;
  for (guint i = 0; i < children->len && depth < DEPTH_MAX; i++)
    n += count_instances (children->pdata[i], depth + 1);
  return n;
}

static const char *
environment_of (JsonObject *node)
{
  const char *environment = tb_workspace_string (node, "environment");
  return environment != NULL ? environment : "Default";
}

/* The one with the most instances: “Live” rather than “Development”. */
static const char *
choose_environment (const GPtrArray *nodes)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  const char *best = NULL;
  guint most = 0;
  for (guint i = 0; i < nodes->len; i++)
    {
      const char *environment = environment_of (nodes->pdata[i]);
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, environment)) + count_instances (nodes->pdata[i], 0) + 1;
      g_hash_table_insert (counts, (gpointer) environment, GUINT_TO_POINTER (n));
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      const char *environment = environment_of (nodes->pdata[i]);
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, environment));
      if (n > most)
        {
          most = n;
          best = environment;
        }
    }
  return best;
}

static void
set_replicas (Deploying *d)
{
  GHashTableIter iter;
  gpointer uid, n;
  g_hash_table_iter_init (&iter, d->replicas);
  while (g_hash_table_iter_next (&iter, &uid, &n))
    if (GPOINTER_TO_UINT (n) > 1)
      tb_build_set_number (d->w->b, GPOINTER_TO_UINT (uid), TB_PROP_REPLICAS, MIN (GPOINTER_TO_UINT (n), 1000), 0);
}

void
tb_workspace_deploy (TbWorkspace *w, JsonObject *model)
{
  g_autoptr (GPtrArray) nodes = tb_workspace_objects (model, "deploymentNodes");
  g_autoptr (GHashTable) devices = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  g_autoptr (GHashTable) replicas = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  Deploying d = { w, choose_environment (nodes), devices, replicas, { NULL }, 0 };
  w->environment = d.environment;
  for (guint i = 0; i < nodes->len; i++)
    if (g_str_equal (environment_of (nodes->pdata[i]), d.environment))
      take_node (&d, nodes->pdata[i]);
    else if (g_hash_table_add (told, (gpointer) environment_of (nodes->pdata[i])))
      tb_build_drop (w->b, tb_workspace_line (w, nodes->pdata[i]),
                     "the deployment environment “%.80s”: a drawing has one, which is “%.80s”",
                     environment_of (nodes->pdata[i]), d.environment);
  set_replicas (&d);
}
