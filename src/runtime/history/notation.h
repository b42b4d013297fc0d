/* Values of JSON and EDN, as a tree. */
#pragma once

#include "history-private.h"

#include <stdlib.h>

typedef enum
{
  TB_NODE_NIL,
  TB_NODE_NUMBER,
  TB_NODE_STRING,
  TB_NODE_WORD, /* a keyword without its colon, a symbol, true, false */
  TB_NODE_LIST,
  TB_NODE_SET,
  TB_NODE_MAP /* name, value, name, value … */
} TbNodeKind;

typedef struct
{
  size_t text, n_text; /* in the tree's text */
  uint32_t next, first, n;
  TbNodeKind kind;
} TbNode;

typedef struct
{
  TbNode *nodes; /* the first is the first value of the line; .next leads to its others */
  size_t n, capacity;
  char *text;
  size_t n_text, text_capacity;
} TbNotation;

/* All values of a line, instead of those before. NULL, or what is there instead of a value. */
const char *tb_notation_read (TbNotation *tree, const char *text, size_t n);
void tb_notation_clear (TbNotation *tree);
const TbNode *tb_notation_node (const TbNotation *tree, uint32_t at);
/* A keyword or string of that text. */
bool tb_notation_is (const TbNotation *tree, const TbNode *node, const char *text);
/* Of a map; NULL: it has none of that name. */
const TbNode *tb_notation_member (const TbNotation *tree, const TbNode *map, const char *name);
bool tb_notation_integer (const TbNotation *tree, const TbNode *node, int64_t *value);
