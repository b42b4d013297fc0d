/* The end of an import: in every view, what stands nowhere there stands where we would put it, and stays there from
 * then on. */
#include "import-build.h"

#include <math.h>

/* More of them is a matter of seconds, or one that nobody looks at as a whole. */
#define LAYERED_MAX 400

#define USUAL_WIDTH 176.0  /* of a card */
#define LARGEST_WIDTH 280.0
#define BESIDE_NAME 76.0   /* icon and margins */
#define LETTER 7.6         /* on the average, in bold */
#define STEP 240.0         /* from card to card in a row, at least */
#define GRID 20.0

/* A view, and by id the places it has: what it places, hides or only names. */
typedef struct
{
  TbImportBuild *build;
  const TbModel *model;
  const TbElement *view;
  GHashTable *places; /* char * → TbElement, borrowed */
  gboolean only_named; /* what it does not name is not in it */
} Rest;

static GHashTable *
places_of (const TbElement *view)
{
  GHashTable *places = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < tb_element_n_children (view); i++)
    {
      const TbElement *child = tb_element_child (view, i);
      if (tb_element_kind (child) == TB_KIND_PLACE && tb_element_get (child, TB_PROP_OF) != NULL)
        g_hash_table_insert (places, (gpointer) tb_element_get (child, TB_PROP_OF), (gpointer) child);
    }
  return places;
}

/* Named by tb_build_mention(), or by nobody in a view that has all. */
static gboolean
wants_place (const Rest *r, const TbElement *element)
{
  const TbElement *place = g_hash_table_lookup (r->places, tb_element_id (element));
  return place != NULL ? tb_build_is_mention (r->build, tb_element_uid (place)) : !r->only_named;
}

static gboolean
is_complete (const Rest *r)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_NOTE };
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (r->model, kinds[k]); i++)
      if (wants_place (r, tb_model_nth (r->model, kinds[k], i)))
        return FALSE;
  return TRUE;
}

static void
put_places (Rest *r, const GArray *found, gboolean sized)
{
  for (guint i = 0; i < found->len; i++)
    {
      const TbPlacement *p = &g_array_index (found, TbPlacement, i);
      const TbElement *element = tb_model_get (r->model, p->uid);
      const TbElement *place = g_hash_table_lookup (r->places, tb_element_id (element));
      gboolean wide = sized && p->rect.width > USUAL_WIDTH;
      const TbRect corner = { p->rect.x, p->rect.y, wide ? p->rect.width : 0, wide ? p->rect.height : 0 };
      if (!wants_place (r, element))
        continue;
      if (place != NULL)
        tb_build_place_at (r->build, tb_element_uid (place), &corner);
      else
        tb_build_place (r->build, tb_element_uid (r->view), p->uid, &corner);
    }
}

/* ---- In layers -------------------------------------------------------------------------------- */

/* FALSE: something stands there already, so that rows of its own would come in its way, or there are too many. */
static gboolean
find_layered (const Rest *r, GArray *uids)
{
  for (guint i = 0; i < tb_element_n_children (r->view); i++)
    if (tb_element_kind (tb_element_child (r->view, i)) == TB_KIND_PLACE
        && !tb_build_is_mention (r->build, tb_element_uid (tb_element_child (r->view, i))))
      return FALSE;
  for (guint i = 0; i < tb_model_count (r->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (r->model, TB_KIND_COMPONENT, i);
      TbUid uid = tb_element_uid (component);
      if (wants_place (r, component))
        g_array_append_val (uids, uid);
    }
  return uids->len > 0 && uids->len <= LAYERED_MAX;
}

/* As wide as the longest name needs, within reason; 0: as wide as usual. All alike, so that rows stay even. */
static double
width_for_names (const TbModel *model)
{
  glong longest = 0;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    longest = MAX (longest, g_utf8_strlen (tb_element_title (tb_model_nth (model, TB_KIND_COMPONENT, i)), -1));
  double width = GRID * ceil ((BESIDE_NAME + LETTER * (double) longest) / GRID);
  return width > USUAL_WIDTH ? MIN (width, LARGEST_WIDTH) : 0;
}

/* Wider cards, as far apart as they were. */
static void
widen (const TbModel *model, GArray *places)
{
  double width = width_for_names (model);
  for (guint i = 0; i < places->len && width > 0; i++)
    {
      TbPlacement *p = &g_array_index (places, TbPlacement, i);
      p->rect.x = GRID * round (p->rect.x * (STEP + width - USUAL_WIDTH) / STEP / GRID);
      p->rect.width = width;
    }
}

static void
place_layered (Rest *r)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  if (!find_layered (r, uids))
    return;
  tb_place_tidy (r->model, tb_element_id (r->view), (const TbUid *) (const void *) uids->data, uids->len, found);
  widen (r->model, found);
  put_places (r, found, TRUE);
}

/* ---- All views -------------------------------------------------------------------------------- */

void
tb_build_place_rest (TbImportBuild *build)
{
  const TbModel *model = tb_build_model (build);
  for (guint v = 0; v < tb_model_count (model, TB_KIND_VIEW); v++)
    {
      const TbElement *view = tb_model_nth (model, TB_KIND_VIEW, v);
      g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
      Rest r = { build, model, view, places_of (view), tb_view_shows_placed (view) };
      if (!is_complete (&r)) /* finding some costs as much as for all */
        {
          place_layered (&r);
          g_hash_table_unref (r.places);
          r.places = places_of (view);
          tb_place_tiered (model, tb_element_id (view), TRUE, found);
          put_places (&r, found, FALSE);
        }
      g_hash_table_unref (r.places);
    }
}
