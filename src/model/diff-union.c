/* One model to draw both states from: the later one, and what is gone from it. */
#include "document-private.h"
#include "match-private.h"
#include "tb-diff.h"

typedef struct
{
  const TbMatch *match;
  TbDocument *document; /* b to begin with */
  TbUid *drawn;         /* by uid of a: its like in document; 0: none */
} Union;

/* Places and routes belong to what is drawn anew; those of what is still there are b's. */
static gboolean
is_drawn (const Union *both, const TbElement *a)
{
  const TbElement *of;
  switch ((int) a->kind)
    {
    case TB_KIND_LAYER:
    case TB_KIND_TIER:
    case TB_KIND_DEVICE:
    case TB_KIND_MIDDLEWARE:
    case TB_KIND_GROUP:
    case TB_KIND_COMPONENT:
    case TB_KIND_LINK:
    case TB_KIND_NOTE:
      return tb_model_lookup (both->document->model, a->values[0]) == NULL;
    case TB_KIND_PLACE:
    case TB_KIND_ROUTE:
      of = tb_element_get_ref (both->match->a, a, TB_PROP_OF);
      return of != NULL && tb_match_in_b (both->match, of) == NULL && both->drawn[of->uid] != 0;
    case TB_KIND_BEND:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
add_removed (Union *both, const TbElement *a)
{
  const TbElement *like = tb_match_in_b (both->match, a);
  const TbKindSpec *spec = tb_schema_kind ((TbKind) a->kind);
  TbUid parent = a->parent != NULL ? both->drawn[a->parent->uid] : 0;
  both->drawn[a->uid] = like != NULL ? like->uid : 0;
  if (like != NULL || parent == 0 || !is_drawn (both, a))
    return;
  TbUid uid = tb_document_insert (both->document, spec->kind, tb_element_id (a), parent, G_MAXUINT);
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].prop != TB_PROP_ID)
      tb_document_set (both->document, uid, spec->props[i].prop, a->values[i], NULL);
  both->drawn[a->uid] = uid;
}

TbModel *
tb_model_with_removed (const TbModel *a, const TbModel *b)
{
  g_autoptr (TbMatch) match = tb_match_new (a, b);
  g_autoptr (TbDocument) document = tb_document_new_for_model (tb_model_thaw (b), NULL);
  Union both = { match, document, g_new0 (TbUid, a->n_uids) };
  tb_document_begin (document, "Show what is gone", NULL);
  for (const TbElement *e = a->root; e != NULL; e = tb_element_next (e, a->root))
    add_removed (&both, e);
  tb_document_commit (document);
  g_free (both.drawn);
  return tb_document_snapshot (document);
}
