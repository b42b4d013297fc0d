/* A ring of items of any size between one thread that writes and one that reads. Neither waits. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct
{
  uint8_t *bytes;
  uint64_t size;                      /* a power of two */
  _Alignas (64) _Atomic uint64_t head; /* where the writer goes on */
  _Alignas (64) _Atomic uint64_t tail; /* where the reader goes on */
} TbExchange;

/* size is a power of two, at least 4 KiB. False when memory is out. */
bool tb_exchange_init (TbExchange *x, size_t size);
void tb_exchange_clear (TbExchange *x);

/* Writer: one item made of two parts (the second may be empty); false when there is no room. An item
 * may be an eighth of the ring. */
bool tb_exchange_put (TbExchange *x, const void *a, size_t n_a, const void *b, size_t n_b);
/* Writer: how full it is, in bytes. */
size_t tb_exchange_used (const TbExchange *x);
/* Reader: the oldest item, aligned to 8, valid until tb_exchange_next(); NULL when there is none. */
const void *tb_exchange_peek (TbExchange *x, size_t *n);
void tb_exchange_next (TbExchange *x);
