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

/* Ports of servers that have no template, by a word of their image. */
static const struct
{
  const char *word;
  const char *port;
} usual_ports[] = {
  { "mysql", "3306" },     { "mariadb", "3306" },      { "mongo", "27017" },     { "rabbitmq", "5672" },
  { "kafka", "9092" },     { "elasticsearch", "9200" }, { "opensearch", "9200" }, { "cassandra", "9042" },
  { "clickhouse", "8123" }, { "minio", "9000" },        { "influx", "8086" },     { "zookeeper", "2181" },
  { "consul", "8500" },    { "neo4j", "7687" },        { "activemq", "61616" },  { "pulsar", "6650" },
};

/* Links must have something to call. */
static void
add_usual_port (TbDeploy *deploy, TbUid uid)
{
  const TbElement *component = tb_model_get (deploy->model, uid);
  g_autofree char *image = tb_deploy_origin (component, "image");
  const char *port = TB_DEPLOY_UNKNOWN_PORT_TEXT;
  if (tb_element_child_of (component, TB_KIND_SERVICE) != NULL)
    return;
  for (guint i = 0; image != NULL && i < G_N_ELEMENTS (usual_ports); i++)
    if (strstr (image, usual_ports[i].word) != NULL)
      port = usual_ports[i].port;
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
  if (deploy->plan == NULL && error != NULL && *error == NULL)
    g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE, "more than %d components cannot be started",
                 MOST_STAND_INS);
  return deploy->plan != NULL;
}
