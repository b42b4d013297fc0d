/* The text of a drawing while it is being typed: where in it one stands, what may be typed there, and
 * how far what a sentence is about reaches. Pure: a text and an offset in, however broken the text is.
 *
 * What may be typed comes from the schema table, and from the ids, names and tags that stand anywhere
 * in the text itself, not in the drawing, which lags behind while the text is wrong. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

/* What stands at an offset.
 *
 *   text  <name attribute="value" … >  text  </name>
 *   TEXT   TAG  ATTRIBUTE  VALUE       TEXT    END        NOTHING: a comment, behind "/", a declaration */
typedef enum
{
  TB_SOURCE_NOTHING,
  TB_SOURCE_TEXT,
  TB_SOURCE_TAG,
  TB_SOURCE_END,
  TB_SOURCE_ATTRIBUTE,
  TB_SOURCE_VALUE
} TbSourceWhere;

/* One way to go on. */
typedef struct
{
  char *insert; /* what takes the place of what was typed */
  guint caret;  /* where in it, in bytes, the cursor goes */
  char *label;  /* what the list shows */
  char *detail; /* beside it; NULL: nothing */
  gboolean again; /* where the cursor is then, there is more to offer */
} TbSourceOffer;

typedef struct
{
  TbSourceWhere where;
  gsize from, to;    /* what an offer takes the place of, in bytes; to is where the cursor stands */
  char *about;       /* a sentence on what belongs here; NULL: none */
  GPtrArray *offers; /* of TbSourceOffer, the likely first */
} TbSourceCompletion;

/* Never NULL; with no offers where nothing can be said. text: valid UTF-8, as a text view has it. at: where the
 * cursor stands, in bytes, between two characters, at most the text's length. */
TbSourceCompletion *tb_source_complete (const char *text, gsize at);
void tb_source_completion_free (TbSourceCompletion *completion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbSourceCompletion, tb_source_completion_free)

/* Where what begins at column (from 1, in characters) of one line, which is valid UTF-8, ends, exclusive, in
 * characters from 0: an attribute with its value, an element's name with its "<", or else the line. */
guint tb_source_span (const char *line, guint column);

/* What the line after this one begins with where Enter is pressed behind before, which is what stands on the line so far:
 * as far in as that, and one step more in what was just opened. (transfer full) */
char *tb_source_indent (const char *before);

G_END_DECLS
