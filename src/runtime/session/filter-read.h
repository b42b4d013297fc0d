/* Reading a filter, from the inside: filter.c reads words and sentences, filter-value.c what stands behind a key. */
#pragma once

#include "filter-private.h"

G_BEGIN_DECLS

typedef enum
{
  TB_OP_NONE,
  TB_OP_IS, /* ":" */
  TB_OP_EQUAL,
  TB_OP_NOT,
  TB_OP_LESS,
  TB_OP_MOST,
  TB_OP_MORE,
  TB_OP_LEAST,
  TB_OP_LIKE,
  TB_OP_UNLIKE
} TbFilterOperator;

typedef struct
{
  const char *text, *p;
  GError **error;
  guint depth, terms;
  gboolean payload, kinds;
} TbFilterReader;

/* NULL, with the error set: at is where in the text. */
TbTerm *tb_filter_fail (TbFilterReader *parser, const char *at, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* What was meant, or NULL. */
const char *tb_filter_nearest (const char *word, const char *const *names, guint n);
/* Takes what stands behind the term's key; NULL, with the error set: that is no value of it. */
TbTerm *tb_filter_take_value (TbFilterReader *parser, TbTerm *term, TbFilterOperator op, const char *word,
                              const char *at);

G_END_DECLS
