/* Routing on a thread of its own, a slice at a time, so that a large drawing can be seen and edited
 * while its links still look for their ways.
 *
 *            tb_routing_begin()  (the scene is not routed, nobody needs its router)
 *   HERE ─────────────────────────────────────────────────────▶ LENT
 *    ▲                                                            │ work(): the slice is over
 *    │ deliver(), in the main loop                                ▼
 *    ├──────────────────────────────────────────────────────── DONE
 *    │ tb_routing_recall(): stops the slice and waits for its end  │
 *    └─────────────────────────────────────────────────────────────┘
 *
 * HERE: the scene has its router. LENT: the thread has it; the scene may be read. DONE: nobody works
 * on it, and the scene has not got it back yet. Only the main thread leaves HERE and comes back to
 * it; under the lock, the thread goes from LENT to DONE. */
#include "editor-private.h"

#include "tb-base.h"

#define SLICE_NS (60 * TB_NS_PER_MS)
#define PATIENCE_NS (5 * TB_NS_PER_MS) /* of an edit or a motion, on the main thread */

typedef enum
{
  HERE,
  LENT,
  DONE
} State;

struct _TbRouting
{
  TbEditor *editor;
  GThread *thread;
  GMutex lock;
  GCond changed;
  State state;
  TbRouter *router; /* LENT, DONE */
  gboolean complete;
  gboolean ends;
  TbRect seen, first;
  gboolean has_seen;
  int stop;        /* atomic */
  gint64 until_ns; /* of the slice; of the main thread's patience */
  char *stored;    /* name under which these routes are kept already; NULL: not yet */
  guint source;    /* delivers, or begins */
};

static gboolean
slice_is_over (gpointer data)
{
  TbRouting *routing = data;
  return g_atomic_int_get (&routing->stop) || tb_now_ns () >= routing->until_ns;
}

static gboolean
deliver (gpointer data)
{
  TbRouting *routing = data;
  routing->source = 0;
  tb_routing_recall (routing);
  tb_routing_begin (routing);
  tb_routing_store (routing);
  return G_SOURCE_REMOVE;
}

/* One slice: what is seen first, then the rest. */
static void
work (TbRouting *routing)
{
  routing->until_ns = tb_now_ns () + SLICE_NS;
  routing->complete = tb_router_update (routing->router,
                                        routing->has_seen ? &routing->first : NULL,
                                        slice_is_over, routing);
  if (!routing->complete && !slice_is_over (routing))
    routing->complete = tb_router_update (routing->router, NULL, slice_is_over, routing);
}

static gpointer
run (gpointer data)
{
  TbRouting *routing = data;
  g_mutex_lock (&routing->lock);
  while (!routing->ends)
    {
      if (routing->state != LENT)
        {
          g_cond_wait (&routing->changed, &routing->lock);
          continue;
        }
      g_mutex_unlock (&routing->lock);
      work (routing);
      g_mutex_lock (&routing->lock);
      routing->state = DONE;
      g_cond_broadcast (&routing->changed);
    }
  g_mutex_unlock (&routing->lock);
  return NULL;
}

TbRouting *
tb_routing_new (TbEditor *editor)
{
  TbRouting *routing = g_new0 (TbRouting, 1);
  routing->editor = editor;
  g_mutex_init (&routing->lock);
  g_cond_init (&routing->changed);
  return routing;
}

/* The scene goes too: its router is not given back. */
void
tb_routing_free (TbRouting *routing)
{
  if (routing == NULL)
    return;
  g_mutex_lock (&routing->lock);
  g_atomic_int_set (&routing->stop, 1);
  routing->ends = TRUE;
  g_cond_broadcast (&routing->changed);
  g_mutex_unlock (&routing->lock);
  if (routing->thread != NULL)
    g_thread_join (routing->thread);
  g_clear_handle_id (&routing->source, g_source_remove);
  g_clear_pointer (&routing->router, tb_router_free);
  g_mutex_clear (&routing->lock);
  g_cond_clear (&routing->changed);
  g_free (routing->stored);
  g_free (routing);
}

/* ---- Kept for the next time ------------------------------------------------------------------ */

static gboolean
is_worth_it (TbRouting *routing)
{
  const TbModel *model = tb_editor_model (routing->editor);
  return tb_model_count (model, TB_KIND_LINK) >= TB_ROUTES_STORED_FROM;
}

void
tb_routing_load (TbRouting *routing)
{
  if (!is_worth_it (routing))
    return;
  g_autofree char *name = tb_scene_routes_name (routing->editor->scene);
  g_autoptr (GBytes) bytes = tb_route_store_get (name);
  if (bytes != NULL && tb_scene_load_routes (routing->editor->scene, bytes, NULL))
    routing->stored = g_steal_pointer (&name);
}

/* When all have their ways, and the file is as it will be opened again. */
void
tb_routing_store (TbRouting *routing)
{
  if (routing == NULL || routing->state != HERE || tb_scene_is_unrouted (routing->editor->scene)
      || tb_document_is_modified (routing->editor->document) || !is_worth_it (routing))
    return;
  g_autofree char *name = tb_scene_routes_name (routing->editor->scene);
  if (g_strcmp0 (name, routing->stored) == 0)
    return;
  g_autoptr (GBytes) bytes = tb_scene_save_routes (routing->editor->scene);
  if (bytes != NULL)
    tb_route_store_put (name, bytes);
  g_free (routing->stored);
  routing->stored = g_steal_pointer (&name);
}

void
tb_routing_set_seen (TbRouting *routing, const TbRect *seen)
{
  routing->seen = *seen;
  routing->has_seen = TRUE;
}

/* The end of a slice is not announced but looked for: every 16 ms, only while there is one. */
void
tb_routing_begin (TbRouting *routing)
{
  if (routing == NULL || routing->state != HERE || !tb_scene_is_unrouted (routing->editor->scene))
    return;
  g_mutex_lock (&routing->lock);
  routing->router = tb_scene_lend_router (routing->editor->scene);
  routing->first = routing->seen;
  routing->state = LENT;
  g_atomic_int_set (&routing->stop, 0);
  g_cond_broadcast (&routing->changed);
  g_mutex_unlock (&routing->lock);
  if (routing->thread == NULL)
    routing->thread = g_thread_new ("routing", run, routing);
  if (routing->source == 0)
    routing->source = g_timeout_add (SLICE_NS / TB_NS_PER_MS, deliver, routing);
}

void
tb_routing_recall (TbRouting *routing)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
  if (routing == NULL || routing->state == HERE)
    return;
  g_mutex_lock (&routing->lock);
  g_atomic_int_set (&routing->stop, 1);
  while (routing->state == LENT)
    g_cond_wait (&routing->changed, &routing->lock);
  routing->state = HERE;
  g_mutex_unlock (&routing->lock);
  tb_scene_give_router_back (routing->editor->scene, g_steal_pointer (&routing->router),
                             routing->complete, dirty);
  tb_editor_emit_dirty (routing->editor, dirty);
}

/* ---- The editor's use of it ------------------------------------------------------------------ */

static gboolean
patience_is_over (gpointer data)
{
  return tb_now_ns () >= ((TbRouting *) data)->until_ns;
}

void
tb_editor_begin_scene (TbEditor *editor)
{
  TbRouting *routing = editor->routing;
  if (routing == NULL)
    return;
  tb_routing_recall (routing);
  routing->until_ns = tb_now_ns () + PATIENCE_NS;
  tb_scene_set_patience (editor->scene, routing->has_seen ? &routing->seen : NULL,
                         patience_is_over, routing);
}

void
tb_editor_end_scene (TbEditor *editor)
{
  tb_routing_begin (editor->routing);
}

void
tb_editor_set_seen (TbEditor *editor, const TbRect *seen)
{
  if (editor->routing != NULL)
    tb_routing_set_seen (editor->routing, seen);
}

gboolean
tb_editor_is_routing (TbEditor *editor)
{
  return editor->routing != NULL
         && (editor->routing->state != HERE || tb_scene_is_unrouted (editor->scene));
}
