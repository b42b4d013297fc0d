/* From a drawing to stations, sources and links. */
#include "queueing-private.h"

#include <math.h>
#include <string.h>

/* As the plan has it (plan-builtin.c): what stands in where the drawing says nothing. */
#define DEFAULT_THINK "exponential 100ms"
#define DEFAULT_POOL 16
#define DEFAULT_KEYS 100
/* Whatever is drawn, nobody waits for more at once. */
#define REPLICAS_MAX 1000

/* ---- Helpers ----------------------------------------------------------------------------------- */

void
tb_queue_note (TbQueueReader *reader, const char *format, ...)
{
  va_list args;
  if (reader->notes == NULL)
    return;
  va_start (args, format);
  g_ptr_array_add (reader->notes, g_strdup_vprintf (format, args));
  va_end (args);
}

gboolean
tb_queue_what_if (const TbQueueReader *reader, TbUid uid, TbWhatIfKind kind, double *value)
{
  const TbQueueOptions *options = reader->options;
  for (guint i = 0; i < options->n_what_if; i++)
    if (options->what_if[i].uid == uid && options->what_if[i].kind == kind)
      {
        *value = options->what_if[i].value;
        return TRUE;
      }
  return FALSE;
}

static const TbCalibration *
calibration_of (const TbQueueReader *reader, TbUid uid)
{
  for (guint i = 0; i < reader->options->n_calibrations; i++)
    if (reader->options->calibrations[i].uid == uid)
      return &reader->options->calibrations[i];
  return NULL;
}

guint
tb_queue_station_of (const TbQueueReader *reader, const TbElement *component)
{
  guint uid = component != NULL ? tb_element_uid (component) : 0;
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (reader->indices, GUINT_TO_POINTER (uid)));
  return index > 0 ? index - 1 : TB_QUEUE_NONE;
}

gboolean
tb_queue_is_builtin (const TbElement *component)
{
  return tb_component_role (component) != TB_ROLE_EXTERNAL
         && tb_element_child_of (component, TB_KIND_TEMPLATE) == NULL
         && tb_element_child_of (component, TB_KIND_COMMAND) == NULL;
}

/* E max (0, X) of a normal X: a Φ(a/b) + b φ(a/b). */
static double
cut_normal_mean (double a, double b)
{
  if (!(b > 0))
    return MAX (a, 0);
  double z = a / b;
  return a * 0.5 * erfc (-z / G_SQRT2) + b * exp (-z * z / 2) / sqrt (2 * G_PI);
}

double
tb_dist_mean_ns (const TbDist *dist)
{
  switch (dist->kind)
    {
    case TB_DIST_UNIFORM:
      return (dist->a_ns + dist->b) / 2;
    case TB_DIST_NORMAL:
      return cut_normal_mean (dist->a_ns, dist->b);
    case TB_DIST_CONSTANT:
    case TB_DIST_EXPONENTIAL:
    case TB_DIST_PARETO:
    default:
      return dist->a_ns;
    }
}

/* ---- What a request costs ---------------------------------------------------------------------- */

/* "cpu 5ms", "wait exponential 2ms", "2ms"; FALSE where nothing is drawn. */
static gboolean
read_work (const char *text, TbDemand *demand)
{
  if (text == NULL)
    return FALSE;
  demand->cpu = g_str_has_prefix (text, "cpu ");
  if (demand->cpu || g_str_has_prefix (text, "wait "))
    text = strchr (text, ' ') + 1;
  if (!tb_dist_parse (text, &demand->dist))
    return FALSE;
  demand->mean_ns = tb_dist_mean_ns (&demand->dist);
  return TRUE;
}

static void
set_constant (TbDemand *demand, double ns, gboolean cpu)
{
  *demand = (TbDemand){ .mean_ns = ns, .cpu = cpu, .dist = { .kind = TB_DIST_CONSTANT, .a_ns = ns } };
}

static void
scale_work (TbDemand *demand, double mean_ns)
{
  double factor = demand->mean_ns > 0 ? mean_ns / demand->mean_ns : 0;
  if (!(demand->mean_ns > 0))
    {
      set_constant (demand, mean_ns, FALSE);
      return;
    }
  demand->dist.a_ns *= factor;
  if (demand->dist.kind != TB_DIST_PARETO) /* whose b is a shape */
    demand->dist.b *= factor;
  demand->mean_ns = mean_ns;
}

static void
apply_calibration (TbStation *station, const TbCalibration *calibration)
{
  double drawn = station->work[0].cpu ? station->work[0].mean_ns : 0;
  if (calibration->work_ns >= 0 && !station->work[0].cpu)
    scale_work (&station->work[0], calibration->work_ns);
  set_constant (&station->work[1], MAX (calibration->cpu_ns - drawn, 0), TRUE);
  if (drawn > 0 && calibration->cpu_ns < drawn)
    scale_work (&station->work[0], calibration->cpu_ns);
  station->extra_ns = MAX (calibration->extra_ns, 0);
  if (calibration->hit_ratio >= 0)
    station->hit_ratio = MIN (calibration->hit_ratio, 1);
  station->known = TRUE;
}

static void
read_demand (TbQueueReader *reader, const TbElement *component, TbStation *station)
{
  const TbElement *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  const TbCalibration *calibration = calibration_of (reader, station->uid);
  const char *work = builtin != NULL && station->role != TB_ROLE_CLIENT ? tb_element_get (builtin, TB_PROP_WORK) : NULL;
  gboolean own = tb_queue_is_builtin (component);
  const char *demand = tb_element_get (component, TB_PROP_DEMAND);
  if (work == NULL && !own)
    work = demand;
  station->known = read_work (work, &station->work[0]) || own;
  if (own && !read_work (demand, &station->work[1])) /* of what is built in: besides its work */
    set_constant (&station->work[1], TB_QUEUE_BUILTIN_NS, TRUE);
  if (calibration != NULL)
    apply_calibration (station, calibration);
  if (!station->known && station->role != TB_ROLE_CLIENT)
    tb_queue_note (reader, "What a request costs %s is not known: it is taken as nothing. Say it with demand=, or calibrate.",
                   station->title);
}

/* ---- Threads, queues, data ---------------------------------------------------------------------- */

static guint
default_threads (const TbStation *station, gboolean own)
{
  if (!own)
    return station->role == TB_ROLE_CLIENT ? 1 : 0;
  switch (station->role)
    {
    case TB_ROLE_BALANCER:
    case TB_ROLE_PROXY:
    case TB_ROLE_MEDIATOR:
      return DEFAULT_POOL;
    case TB_ROLE_EXTERNAL:
      return 0;
    case TB_ROLE_CLIENT:
    case TB_ROLE_SERVER:
    case TB_ROLE_STORE:
    case TB_ROLE_CACHE:
    case TB_ROLE_BROKER:
    case TB_N_ROLES:
    default:
      return 1;
    }
}

static guint
threads_of (const TbElement *component, const TbStation *station)
{
  const char *text = tb_element_get (component, TB_PROP_THREADS);
  gboolean own = tb_queue_is_builtin (component);
  if (text == NULL || (own && station->role == TB_ROLE_BROKER)) /* which has one, whatever is drawn */
    return default_threads (station, own);
  if (g_str_equal (text, "per-request"))
    return own ? TB_QUEUE_PER_REQUEST : 0;
  return g_str_has_prefix (text, "pool") ? (guint) g_ascii_strtoull (text + 4, NULL, 10) : 1;
}

static void
read_data (const TbQueueReader *reader, TbStation *station, const TbElement *component)
{
  const TbElement *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  gboolean said = builtin != NULL && tb_element_is_set (builtin, TB_PROP_KEYS);
  if (tb_queue_is_builtin (component) && (station->role == TB_ROLE_CLIENT || station->role == TB_ROLE_SERVER))
    station->keys = said ? (double) tb_element_get_integer (builtin, TB_PROP_KEYS) : DEFAULT_KEYS;
  for (guint i = 0; i < reader->options->n_what_if; i++)
    if (reader->options->what_if[i].uid == station->uid && reader->options->what_if[i].kind == TB_WHAT_IF_WAY)
      {
        station->has_way = TRUE;
        station->way = reader->options->what_if[i].dist;
      }
  station->keeps_data = tb_cap_store_of (component, &station->store);
  if (!station->keeps_data)
    return;
  TbCapProtocol protocol = station->store.protocol;
  station->one_writes = protocol == TB_CAP_PRIMARY || protocol == TB_CAP_RAFT || protocol == TB_CAP_CHAIN;
  station->one_reads = station->one_writes && !station->store.reads_any;
}

/* What is found: everything, once it is warm, unless it has room for fewer than there are. */
static double
hit_ratio_of (const TbElement *component)
{
  const TbElement *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  gint64 capacity = builtin != NULL ? tb_element_get_integer (builtin, TB_PROP_CAPACITY) : 0;
  return capacity > 0 ? MIN (1, (double) capacity / DEFAULT_KEYS) : 1; /* unless a caller says more */
}

static void
read_station (TbQueueReader *reader, const TbElement *component, TbStation *station)
{
  const TbElement *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  double replicas = tb_component_replicas (component), threads;
  station->uid = tb_element_uid (component);
  station->id = tb_element_id (component);
  station->title = tb_element_title (component);
  station->role = tb_component_role (component);
  station->outside = station->role == TB_ROLE_EXTERNAL;
  tb_queue_what_if (reader, station->uid, TB_WHAT_IF_REPLICAS, &replicas);
  station->replicas = (guint) CLAMP (replicas, 1, REPLICAS_MAX);
  threads = threads_of (component, station);
  tb_queue_what_if (reader, station->uid, TB_WHAT_IF_THREADS, &threads);
  station->threads = (guint) CLAMP (threads, 0, 1e6);
  station->queue = G_MAXUINT;
  if (builtin != NULL && tb_element_is_set (builtin, TB_PROP_QUEUE))
    station->queue = (guint) tb_element_get_integer (builtin, TB_PROP_QUEUE);
  station->hit_ratio = hit_ratio_of (component);
  read_data (reader, station, component);
  read_demand (reader, component, station);
  tb_queue_place (reader, component, station);
}

/* ---- Sources ------------------------------------------------------------------------------------- */

static void
set_think (TbSource *source, const char *text)
{
  if (!tb_dist_parse (text, &source->think))
    tb_dist_parse (DEFAULT_THINK, &source->think);
}

static void
apply_load (const TbQueueReader *reader, const TbStation *station, TbSource *source)
{
  double value;
  if (tb_queue_what_if (reader, station->uid, TB_WHAT_IF_POPULATION, &value))
    {
      source->population = (guint) CLAMP (value, 0, 1e6);
      source->rate_per_s = 0;
    }
  if (tb_queue_what_if (reader, station->uid, TB_WHAT_IF_THINK, &value))
    {
      source->think.b *= source->think.kind == TB_DIST_PARETO || !(source->think.a_ns > 0) ? 1 : value / source->think.a_ns;
      source->think.a_ns = value;
      source->rate_per_s = 0;
    }
  if (tb_queue_what_if (reader, station->uid, TB_WHAT_IF_RATE, &value))
    source->rate_per_s = value;
  source->think_ns = tb_dist_mean_ns (&source->think);
}

static gboolean
read_source (TbQueueReader *reader, const TbElement *component, guint station, TbSource *source)
{
  TbStation *s = &reader->net->stations[station];
  const TbElement *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  if (!tb_queue_is_builtin (component))
    {
      tb_queue_note (reader, "How often %s asks is not known, since a program of its own plays it: it is taken to ask nothing.",
                     s->title);
      return FALSE;
    }
  *source = (TbSource){ .station = station, .population = s->replicas * MAX (s->threads, 1) };
  set_think (source, builtin != NULL && tb_element_is_set (builtin, TB_PROP_THINK) ? tb_element_get (builtin, TB_PROP_THINK)
                                                                                    : DEFAULT_THINK);
  gboolean open = builtin != NULL && tb_element_is_set (builtin, TB_PROP_RATE);
  if (open)
    source->rate_per_s = tb_element_get_number (builtin, TB_PROP_RATE) * s->replicas;
  apply_load (reader, s, source);
  if (open && source->rate_per_s <= 0 && tb_element_get_number (builtin, TB_PROP_RATE) <= 0
      && source->population == s->replicas * MAX (s->threads, 1))
    return FALSE; /* drawn to ask nothing */
  if (s->role == TB_ROLE_CLIENT && source->rate_per_s <= 0 && source->population > s->replicas * MAX (s->threads, 1))
    s->threads = (source->population + s->replicas - 1) / s->replicas; /* what is tried: a thread each, as taking it makes */
  return s->n_calls > 0 && (source->rate_per_s > 0 || source->population > 0);
}

static void
read_sources (TbQueueReader *reader)
{
  TbQueueNet *net = reader->net;
  net->sources = g_new0 (TbSource, net->n_stations + 1);
  for (guint i = 0; i < net->n_stations; i++)
    {
      const TbElement *component = tb_model_nth (reader->model, TB_KIND_COMPONENT, i);
      if (net->stations[i].role == TB_ROLE_CLIENT
          && read_source (reader, component, i, &net->sources[net->n_sources]))
        net->n_sources++;
    }
  if (net->n_sources == 0)
    tb_queue_note (reader, "Nobody asks anything: there is no client whose load is known.");
}

/* ---- The whole ------------------------------------------------------------------------------------ */

static void
read_stations (TbQueueReader *reader)
{
  TbQueueNet *net = reader->net;
  net->n_stations = tb_model_count (reader->model, TB_KIND_COMPONENT);
  net->stations = g_new0 (TbStation, net->n_stations + 1);
  for (guint i = 0; i < net->n_stations; i++)
    {
      const TbElement *component = tb_model_nth (reader->model, TB_KIND_COMPONENT, i);
      g_hash_table_insert (reader->indices, GUINT_TO_POINTER (tb_element_uid (component)), GUINT_TO_POINTER (i + 1));
      read_station (reader, component, &net->stations[i]);
    }
}

static void
read_links (TbQueueReader *reader)
{
  TbQueueNet *net = reader->net;
  net->n_links = tb_model_count (reader->model, TB_KIND_LINK);
  net->links = g_new0 (TbQueueLink, net->n_links + 1);
  for (guint i = 0; i < net->n_links; i++)
    {
      const TbElement *link = tb_model_nth (reader->model, TB_KIND_LINK, i);
      net->links[i] = (TbQueueLink){
        .uid = tb_element_uid (link), .id = tb_element_id (link),
        .from = tb_queue_station_of (reader, tb_element_get_ref (reader->model, link, TB_PROP_FROM)),
        .to = tb_queue_station_of (reader, tb_element_get_ref (reader->model, link, TB_PROP_TO)),
        .async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0,
      };
    }
}

static void
sort_links (TbQueueReader *reader)
{
  const TbQueueNet *net = reader->net;
  reader->first_link = g_new (guint, net->n_stations + 1);
  reader->next_link = g_new (guint, net->n_links + 1);
  for (guint i = 0; i < net->n_stations; i++)
    reader->first_link[i] = TB_QUEUE_NONE;
  for (guint l = net->n_links; l > 0; l--)
    if (net->links[l - 1].from != TB_QUEUE_NONE)
      {
        reader->next_link[l - 1] = reader->first_link[net->links[l - 1].from];
        reader->first_link[net->links[l - 1].from] = l - 1;
      }
}

/* The ids and titles are the model's: copied, so that the net outlives it. */
static void
own_names (TbQueueReader *reader)
{
  TbQueueNet *net = reader->net;
  for (guint i = 0; i < net->n_stations; i++)
    {
      g_ptr_array_add (reader->names, g_strdup (net->stations[i].id));
      net->stations[i].id = g_ptr_array_index (reader->names, reader->names->len - 1);
      g_ptr_array_add (reader->names, g_strdup (net->stations[i].title));
      net->stations[i].title = g_ptr_array_index (reader->names, reader->names->len - 1);
    }
  for (guint i = 0; i < net->n_links; i++)
    {
      g_ptr_array_add (reader->names, g_strdup (net->links[i].id));
      net->links[i].id = g_ptr_array_index (reader->names, reader->names->len - 1);
    }
  g_ptr_array_add (reader->names, NULL);
  net->names = (char **) g_ptr_array_free (reader->names, FALSE);
}

static void
begin_local (TbQueueReader *reader)
{
  const TbQueueOptions *options = reader->options;
  const TbCalibration *taps = calibration_of (reader, 0);
  double cores = MAX (options->cores, 1);
  tb_queue_what_if (reader, 0, TB_WHAT_IF_CORES, &cores);
  TbQueueDevice here = { .cores = (guint) cores };
  char *name = g_strdup ("this machine");
  g_ptr_array_add (reader->names, name);
  here.id = name;
  g_array_append_val (reader->places, here);
  reader->net->tap_device = 0;
  reader->net->tap_ns = options->tap_ns < 0 ? TB_QUEUE_TAP_NS : options->tap_ns;
  reader->net->hop_ns = options->hop_ns < 0 ? TB_QUEUE_HOP_NS : options->hop_ns;
  if (taps == NULL)
    return;
  reader->net->tap_ns = taps->cpu_ns;
  reader->net->hop_ns = 0;
}

TbQueueNet *
tb_queue_net_new (const TbModel *model, const TbQueueOptions *options, GPtrArray *notes)
{
  static const TbQueueOptions none = { 0 };
  TbQueueReader reader = { model, options != NULL ? options : &none, g_new0 (TbQueueNet, 1), notes };
  g_autoptr (GHashTable) indices = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) devices = g_hash_table_new (g_str_hash, g_str_equal);
  reader.indices = indices;
  reader.devices = devices;
  reader.names = g_ptr_array_new ();
  reader.places = g_array_new (FALSE, FALSE, sizeof (TbQueueDevice));
  reader.net->tap_device = TB_QUEUE_NONE;
  if (reader.options->local)
    begin_local (&reader);
  read_stations (&reader);
  read_links (&reader);
  sort_links (&reader);
  for (guint i = 0; i < reader.net->n_stations; i++)
    tb_queue_read_calls (&reader, tb_model_nth (model, TB_KIND_COMPONENT, i), &reader.net->stations[i]);
  tb_queue_read_deliveries (&reader);
  read_sources (&reader);
  reader.net->n_devices = reader.places->len;
  reader.net->devices = (gpointer) g_array_free (reader.places, FALSE);
  own_names (&reader);
  g_free (reader.first_link);
  g_free (reader.next_link);
  return reader.net;
}

void
tb_queue_net_free (TbQueueNet *net)
{
  if (net == NULL)
    return;
  for (guint i = 0; i < net->n_stations; i++)
    {
      for (guint k = 0; k < net->stations[i].n_calls; k++)
        g_free (net->stations[i].calls[k].deliveries);
      g_free (net->stations[i].calls);
      g_free (net->stations[i].device);
    }
  g_free (net->stations);
  g_free (net->sources);
  g_free (net->devices);
  g_free (net->links);
  g_strfreev (net->names);
  g_free (net);
}
