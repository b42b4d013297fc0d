/* A filter as it stands in memory: a tree of terms, made by filter.c, asked by filter-match.c. */
#pragma once

#include "tb-filter.h"

G_BEGIN_DECLS

typedef enum
{
  TB_KEY_LINK,
  TB_KEY_FROM,
  TB_KEY_TO,
  TB_KEY_INSTANCE,
  TB_KEY_KIND,
  TB_KEY_IS,
  TB_KEY_STATUS,
  TB_KEY_LATENCY,
  TB_KEY_SIZE,
  TB_KEY_TIME,
  TB_KEY_LABEL,
  TB_KEY_TRACE,
  TB_KEY_CONNECTION,
  TB_KEY_NUMBER,
  TB_KEY_PORT,
  TB_KEY_PAYLOAD,
  TB_KEY_COUNT
} TbFilterKey;

typedef enum
{
  TB_VALUE_NAMES,    /* patterns between commas */
  TB_VALUE_WORDS,    /* of a table, between commas */
  TB_VALUE_COUNT,    /* 200, 5xx, 400..499 */
  TB_VALUE_DURATION, /* 20ms */
  TB_VALUE_SECONDS,  /* 12.5 or 12.5s, since the start */
  TB_VALUE_BYTES,    /* 1KiB */
  TB_VALUE_TEXT,     /* piece or pattern; with ~ a regular expression */
  TB_VALUE_HEX
} TbFilterValue;

typedef struct
{
  const char *name;
  TbFilterValue value;
  const char *help, *example;
} TbFilterKeyRow;

extern const TbFilterKeyRow tb_filter_keys[TB_KEY_COUNT];

/* X (NAME, name, help) */
#define TB_FILTER_IS(X)                                                                            \
  X (ERROR, "error", "an error reply, or a connection that was refused or broke")                  \
  X (MESSAGE, "message", "a message, or what became of one")                                       \
  X (DROPPED, "dropped", "dropped by a fault")                                                     \
  X (HELD, "held", "not let through at once")                                                      \
  X (DUPLICATED, "duplicated", "sent once more by a fault")                                        \
  X (CORRUPTED, "corrupted", "changed by a fault")                                                 \
  X (REFUSED, "refused", "a connection that was not made")                                         \
  X (RESET, "reset", "a connection that broke")                                                    \
  X (FAULT, "fault", "the beginning or end of a fault")                                            \
  X (TRACED, "traced", "carries a traceparent")                                                    \
  X (UNDRAWN, "undrawn", "crossed no link that is drawn")

typedef enum
{
#define X(name, text, help) TB_IS_##name,
  TB_FILTER_IS (X)
#undef X
  TB_IS_COUNT
} TbFilterIs;

extern const char *const tb_filter_is_names[TB_IS_COUNT], *const tb_filter_is_help[TB_IS_COUNT];
/* The kind of event with that name; G_MAXUINT: none. */
guint tb_filter_kind_from_name (const char *name);
/* Names of all kinds, in their order. */
#define TB_FILTER_KINDS ((guint) TB_EVENT_CORRUPTED + 1)

typedef enum
{
  TB_TERM_ALL, /* its operands have to hold */
  TB_TERM_ANY, /* one of them has to */
  TB_TERM_NOT, /* the one operand must not */
  TB_TERM_KEY
} TbTermType;

/* Ranges are closed: what is "less than" ends one below. */
typedef struct _TbTerm
{
  TbTermType type;
  GPtrArray *operands; /* of TbTerm; of ALL the cheap ones first */
  TbFilterKey key;
  gint64 low, high;    /* of figures */
  guint32 words;       /* bit per TbFilterIs or TbEventKind */
  GStrv names;         /* of names; also the text looked for, in lower case, or its pattern */
  GPatternSpec *pattern; /* of texts */
  GRegex *regex;
  gboolean other;      /* anything but that, of what has such a thing at all */
  gboolean exact;      /* the text is the whole of it, in its case */
  guint8 trace[8], trace_mask[8];
  GByteArray *known;   /* of names: 0 not asked yet, 1 no, 2 yes, by tap; and the same for replies */
  gconstpointer known_of; /* TbFilterNames.data that those answers are of */
} TbTerm;

struct TbFilter
{
  TbTerm *root; /* NULL: everything */
  gboolean payload, kinds; /* asked for in it */
};

G_END_DECLS
