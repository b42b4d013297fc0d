/* Inside the store: what its commands share. */
#pragma once

#include "node-private.h"

typedef struct
{
  Worker *w;
  Conn *conn;
  const TbSlice *args; /* args[0] is the command's name */
  unsigned n_args;
  int64_t now_ms; /* of the clock on the wall: keys expire across restarts */
} Command;

typedef struct
{
  Options *options;
  Dict *dict;
  Journal *journal;     /* NULL: not durable */
  pthread_mutex_t lock; /* of dict, and of the order of the journal */
  _Atomic uint64_t hits, misses;
  int64_t start_ns;
} Store;

extern Store store;

typedef struct
{
  const char *name;
  unsigned min, max; /* arguments with the name; max 0: no limit */
  void (*run) (Command *c);
  bool data; /* runs under the store's lock */
} CommandRow;

extern const CommandRow data_commands[], server_commands[];
extern const size_t n_data_commands, n_server_commands;

/* ---- store.c ---- */

bool store_is_data (TbSlice name);
/* A command that is there, with as many arguments as it takes; else answered with an error. */
bool store_fits (Command *c);
/* Answers it. */
void store_run (Command *c);

/* ---- store-data.c ---- */

/* Sets a key, in the journal first; false, and answered with an error, where that cannot be. */
bool store_set (Command *c, TbSlice key, TbSlice value, int64_t expires_ms);
/* Deletes it if it is there, and counts it. */
bool store_delete (Command *c, TbSlice key, int64_t *n);

/* ---- store-set.c: sets ---- */

/* Whether a value is a set: one is kept as bytes like any value, so that journal and copies need not know. */
bool set_is (const char *value, size_t n);
void set_add (Command *c);
void set_remove (Command *c);
void set_members (Command *c);
void set_count (Command *c);
void set_has (Command *c);

/* ---- copies.c: replicas that agree ---- */

int copies_main (Options *o);
bool copies_are_kept (void);
/* Lines of INFO. */
size_t copies_info (char *out, size_t size);
void copies_role (Command *c);

/* ---- Answers ---- */

void reply_ok (Command *c);
void reply_simple (Command *c, const char *text);
/* The text begins with the kind: "ERR …". */
void reply_error (Command *c, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
void reply_integer (Command *c, int64_t value);
void reply_bulk (Command *c, const char *bytes, size_t n);
void reply_text (Command *c, const char *text);
void reply_null (Command *c);
void reply_array (Command *c, size_t n);
/* A map of n pairs in RESP3, an array of 2n in RESP2. */
void reply_map (Command *c, size_t n);
void reply_syntax (Command *c);
void reply_wrong_type (Command *c);

/* Whether args[i] is that word, in letters of either case. */
bool arg_is (const Command *c, unsigned i, const char *word);
bool arg_integer (const Command *c, unsigned i, int64_t *value);
