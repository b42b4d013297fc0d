/* The inspector's parts: inspector.c follows selection and document, inspector-fields.c chooses the
 * properties of one element, inspector-parts.c shows and adds the elements inside it. */
#pragma once

#include "inspector.h"

G_BEGIN_DECLS

struct _TbInspector
{
  GtkWidget parent;
  TbEditor *editor;
  TbUid uid; /* shown; 0: several, or nothing at all */
  GtkWidget *scrolled, *box, *title, *subtitle, *fields, *live, *failure;
  GPtrArray *shown; /* of TbField, not owned */
  GSignalGroup *editor_signals, *document_signals;
  guint rebuild_id, failure_id;
  guint failure_asked; /* counts what was asked of inspector-failure.c */
  gboolean failure_busy; /* a thread works at it */
  TbUid focus_uid;   /* whose field gets the focus after the next rebuild; 0: nobody's */
  TbProp focus_prop; /* which of them; NONE: the first */
};

const TbModel *tb_inspector_model (TbInspector *self);

/* Which properties of an element stand in one list. */
typedef enum
{
  TB_FIELDS_USUAL, /* what one changes */
  TB_FIELDS_RARE,  /* what one seldom changes */
  TB_FIELDS_SAID,  /* of a part: what the file says; a built-in could say sixteen things */
  TB_FIELDS_UNSAID
} TbFields;

/* Appends a row for each; box NULL only counts. */
guint tb_inspector_add_fields (TbInspector *self, GtkWidget *box, const TbElement *element,
                               TbFields fields);
/* The same, folded away and made when it is opened; nothing where there are none. */
void tb_inspector_add_more (TbInspector *self, const TbElement *element, TbFields fields);

/* The elements inside one, each under its heading, theirs too. */
void tb_inspector_add_parts (TbInspector *self, const TbElement *element);
/* The menu of what could be put inside. */
void tb_inspector_add_adder (TbInspector *self, const TbElement *element);
/* Action "inspector.add-part": "UID element-name". */
void tb_inspector_add_part (GtkWidget *widget, const char *action, GVariant *target);

/* inspector-failure.c: says anew what stops without what is shown, once there is time. */
void tb_inspector_queue_failure (TbInspector *self);

G_END_DECLS
