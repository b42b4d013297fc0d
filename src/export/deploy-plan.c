/* The plan of a drawing that goes elsewhere. What cannot run here, such as a built-in part that calls PostgreSQL, may
 * well run there with an image of its own: in a copy of the drawing a command stands in for it, and nobody reads it. */
#include "deploy-private.h"

#include <stdio.h>
#include <string.h>

/* So many may stand in for others before the drawing is given back with its error. */
#define MOST_STAND_INS 50
#define STAND_IN "tierboard-stands-in"

gboolean
tb_deploy_stands_in (const TbElement *component)
{
  const TbElement *command = tb_element_child_of (component, TB_KIND_COMMAND);
  return command != NULL && g_strcmp0 (tb_element_get (command, TB_PROP_TEXT), STAND_IN) == 0;
}

char *
tb_deploy_origin (const TbElement *component, const char *what)
{
  const char *origin = tb_element_get (component, TB_PROP_ORIGIN);
  g_autofree char *key = g_strconcat (" ", what, "=", NULL);
  const char *found = origin != NULL && g_str_has_prefix (origin, "compose:") ? strstr (origin, key) : NULL;
  if (found == NULL)
    return NULL;
  found += strlen (key);
  return g_strndup (found, strcspn (found, " "));
}

/* Ports of servers that are images alone, and where those keep their data, by a word of the image. */
static const struct
{
  const char *word;
  const char *port, *data;
} usual[] = {
  { "mysql", "3306", "/var/lib/mysql" },
  { "mariadb", "3306", "/var/lib/mysql" },
  { "mongo", "27017", "/data/db" },
  { "postgres", "5432", "/var/lib/postgresql/data" },
  { "postgis", "5432", "/var/lib/postgresql/data" },
  { "pgvector", "5432", "/var/lib/postgresql/data" },
  { "timescale", "5432", "/var/lib/postgresql/data" },
  { "rabbitmq", "5672", "/var/lib/rabbitmq" },
  { "kafka", "9092", NULL },
  { "elasticsearch", "9200", "/usr/share/elasticsearch/data" },
  { "opensearch", "9200", "/usr/share/opensearch/data" },
  { "cassandra", "9042", "/var/lib/cassandra" },
  { "clickhouse", "8123", "/var/lib/clickhouse" },
  { "minio", "9000", "/data" },
  { "influx", "8086", "/var/lib/influxdb2" },
  { "zookeeper", "2181", "/data" },
  { "consul", "8500", "/consul/data" },
  { "neo4j", "7687", "/data" },
  { "activemq", "61616", NULL },
  { "pulsar", "6650", "/pulsar/data" },
  { "memcached", "11211", NULL },
  { "nats", "4222", NULL },
  { "qdrant", "6333", "/qdrant/storage" },
};

/* The row of an image's last part; G_N_ELEMENTS: none. */
static guint
usual_of (const TbElement *component)
{
  g_autofree char *image = tb_deploy_origin (component, "image");
  const char *last = image != NULL && strrchr (image, '/') != NULL ? strrchr (image, '/') : image;
  guint i = 0;
  while (i < G_N_ELEMENTS (usual) && (last == NULL || strstr (last, usual[i].word) == NULL))
    i++;
  return i;
}

const char *
tb_deploy_usual_data (const TbElement *component)
{
  guint row = usual_of (component);
  return row < G_N_ELEMENTS (usual) ? usual[row].data : NULL;
}

/* Links must have something to call. */
static void
add_usual_port (TbDeploy *deploy, TbUid uid)
{
  const TbElement *component = tb_model_get (deploy->model, uid);
  guint row = usual_of (component);
  const char *port = row < G_N_ELEMENTS (usual) ? usual[row].port : TB_DEPLOY_UNKNOWN_PORT_TEXT;
  if (tb_element_child_of (component, TB_KIND_SERVICE) != NULL)
    return;
  TbUid service = tb_document_insert (deploy->copy, TB_KIND_SERVICE, NULL, uid, 0);
  tb_document_set (deploy->copy, service, TB_PROP_NAME, "port", NULL);
  tb_document_set (deploy->copy, service, TB_PROP_PROTOCOL, "tcp", NULL);
  tb_document_set (deploy->copy, service, TB_PROP_PORT, port, NULL);
}

static void
stand_in (TbDeploy *deploy, const TbElement *component)
{
  static const TbKind kinds[] = { TB_KIND_BUILTIN, TB_KIND_TEMPLATE, TB_KIND_COMMAND, TB_KIND_ALIVE };
  TbUid uid = tb_element_uid (component);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const TbElement *child = tb_element_child_of (tb_model_get (deploy->model, uid), kinds[i]);
      if (child != NULL)
        tb_document_remove (deploy->copy, tb_element_uid (child));
    }
  TbUid command = tb_document_insert (deploy->copy, TB_KIND_COMMAND, NULL, uid, G_MAXUINT);
  tb_document_set (deploy->copy, command, TB_PROP_TEXT, STAND_IN, NULL);
  add_usual_port (deploy, uid);
}

/* Of what came from a Compose file the image is known, and what ran instead of it here is of no use there. */
static void
stand_in_for_images (TbDeploy *deploy)
{
  for (guint i = 0; i < tb_model_count (deploy->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (deploy->model, TB_KIND_COMPONENT, i);
      g_autofree char *image = tb_deploy_origin (component, "image");
      g_autofree char *build = tb_deploy_origin (component, "build");
      gboolean own = tb_element_child_of (component, TB_KIND_TEMPLATE) != NULL
                     || tb_element_child_of (component, TB_KIND_COMMAND) != NULL;
      if ((image != NULL || build != NULL) && !own)
        stand_in (deploy, component);
    }
}

static gboolean
is_on_line (const TbElement *element, guint line)
{
  if (tb_element_line (element) == line)
    return TRUE;
  for (guint i = 0; i < tb_element_n_children (element); i++)
    if (is_on_line (tb_element_child (element, i), line))
      return TRUE;
  return FALSE;
}

/* The component that an error of the plan is about; NULL: of none. */
static const TbElement *
culprit_of (const TbDeploy *deploy, const char *message, const char **sentence)
{
  guint line = 0;
  int used = 0;
  if (sscanf (message, "line %u: %n", &line, &used) != 1 || used == 0)
    return NULL;
  *sentence = message + used;
  for (guint i = 0; i < tb_model_count (deploy->model, TB_KIND_COMPONENT); i++)
    if (is_on_line (tb_model_nth (deploy->model, TB_KIND_COMPONENT, i), line))
      return tb_model_nth (deploy->model, TB_KIND_COMPONENT, i);
  for (guint i = 0; i < tb_model_count (deploy->model, TB_KIND_LINK); i++)
    if (is_on_line (tb_model_nth (deploy->model, TB_KIND_LINK, i), line))
      return tb_element_get_ref (deploy->model, tb_model_nth (deploy->model, TB_KIND_LINK, i), TB_PROP_FROM);
  return NULL;
}

static gboolean
stand_in_for (TbDeploy *deploy, const char *message)
{
  const char *sentence;
  const TbElement *component = culprit_of (deploy, message, &sentence);
  if (component == NULL || tb_deploy_stands_in (component) || tb_component_role (component) == TB_ROLE_EXTERNAL)
    return FALSE;
  tb_deploy_lose (deploy, component, "what starts it: %s", sentence);
  stand_in (deploy, component);
  return TRUE;
}

static gboolean
copy_model (TbDeploy *deploy, const TbModel *model, GError **error)
{
  gsize size;
  g_autofree char *xml = tb_model_to_xml (model, &size);
  deploy->copy = tb_document_load_bytes ("the drawing", xml, size, NULL, error);
  if (deploy->copy == NULL)
    return FALSE;
  deploy->model = tb_document_model (deploy->copy);
  return TRUE;
}

/* "port-80" came from a container's port 80: here a stand-in has it higher, where no root is needed; there it is 80. */
static void
restore_ports (TbDeploy *deploy)
{
  for (guint i = 0; i < deploy->plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (deploy->plan->instances, i);
      const TbElement *component = tb_model_lookup (deploy->model, instance->component_id);
      for (guint k = 0; tb_deploy_stands_in (component) && k < instance->ports->len; k++)
        {
          TbPlanPort *port = g_ptr_array_index (instance->ports, k);
          guint64 container = port->name != NULL && g_str_has_prefix (port->name, "port-")
                                ? g_ascii_strtoull (port->name + strlen ("port-"), NULL, 10) : 0;
          if (container > 0 && container < 1024)
            port->port = (guint16) container;
        }
    }
}

gboolean
tb_deploy_make_plan (TbDeploy *deploy, GError **error)
{
  const char *title = tb_element_title (tb_model_root (deploy->model));
  guint block = deploy->where == TB_DEPLOY_HERE ? tb_plan_preferred_block (title) : 64;
  const TbPlanOptions options = { .block = block, .run_dir = TB_DEPLOY_RUN_DIR, .node_program = "tierboard-node" };
  if (!copy_model (deploy, deploy->model, error))
    return FALSE;
  tb_document_begin (deploy->copy, "Deploy", NULL);
  if (deploy->where == TB_DEPLOY_CONTAINERS)
    stand_in_for_images (deploy);
  for (guint i = 0; deploy->plan == NULL && i <= MOST_STAND_INS; i++)
    {
      g_autoptr (GError) problem = NULL;
      deploy->plan = tb_plan_new (deploy->model, &options, &problem);
      if (deploy->plan != NULL || stand_in_for (deploy, problem->message))
        continue;
      g_propagate_error (error, g_steal_pointer (&problem));
      break;
    }
  tb_document_commit (deploy->copy);
  if (deploy->plan != NULL && deploy->where == TB_DEPLOY_CONTAINERS)
    restore_ports (deploy);
  if (deploy->plan == NULL && error != NULL && *error == NULL)
    g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE, "more than %d components cannot be started",
                 MOST_STAND_INS);
  return deploy->plan != NULL;
}
