/* What waits in a tap, in virtual time; and the memory and rings under it. */
#include <glib.h>
#include <string.h>

#include "exchange.h"
#include "pool.h"
#include "queue.h"
#include "tb-base.h"

typedef struct
{
  TbQueue queue;
  TbPool blocks;
} World;

static void
set_up (World *w, gconstpointer data)
{
  w->blocks.size = sizeof (TbBlock);
  tb_queue_init (&w->queue, 100);
}

static void
tear_down (World *w, gconstpointer data)
{
  tb_queue_clear (&w->queue, &w->blocks);
  g_assert_cmpuint (w->blocks.used, ==, 0);
  tb_pool_clear (&w->blocks);
}

static size_t
take_due (World *w, int64_t now_ns, GString *out)
{
  struct iovec iov[4];
  size_t bytes = 0, all = 0;
  for (int n; (n = tb_queue_due (&w->queue, now_ns, iov, 4, &bytes)) > 0; all += bytes)
    {
      for (int i = 0; i < n; i++)
        g_string_append_len (out, iov[i].iov_base, (gssize) iov[i].iov_len);
      tb_queue_consume (&w->queue, &w->blocks, bytes);
      tb_queue_check (&w->queue);
    }
  return all;
}

static void
push (World *w, const char *text, int64_t due_ns)
{
  g_assert_true (tb_queue_push (&w->queue, &w->blocks, text, strlen (text), due_ns));
  tb_queue_check (&w->queue);
}

static void
test_bytes_wait_for_their_time (World *w, gconstpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);
  push (w, "one", 10);
  push (w, "two", 20);
  g_assert_cmpint (tb_queue_next_ns (&w->queue), ==, 10);
  g_assert_cmpuint (take_due (w, 9, out), ==, 0);
  g_assert_cmpuint (take_due (w, 10, out), ==, 3);
  g_assert_cmpint (tb_queue_next_ns (&w->queue), ==, 20);
  g_assert_cmpuint (take_due (w, 25, out), ==, 3);
  g_assert_cmpstr (out->str, ==, "onetwo");
  g_assert_true (tb_queue_is_empty (&w->queue));
  g_assert_cmpint (tb_queue_next_ns (&w->queue), ==, INT64_MAX);
}

static void
test_bytes_never_overtake (World *w, gconstpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);
  push (w, "late", 50);
  push (w, "early", 10);
  g_assert_cmpuint (take_due (w, 49, out), ==, 0);
  take_due (w, 50, out);
  g_assert_cmpstr (out->str, ==, "lateearly");
}

static void
test_end_comes_last (World *w, gconstpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);
  push (w, "x", 50);
  tb_queue_finish (&w->queue, TB_END_FIN, 10);
  g_assert_cmpint (tb_queue_ended (&w->queue, 49), ==, TB_END_NONE);
  take_due (w, 50, out);
  g_assert_cmpint (tb_queue_ended (&w->queue, 50), ==, TB_END_FIN);
  g_assert_false (tb_queue_is_empty (&w->queue));
}

static void
test_reset_replaces_fin (World *w, gconstpointer data)
{
  tb_queue_finish (&w->queue, TB_END_FIN, 10);
  tb_queue_finish (&w->queue, TB_END_RST, 20);
  tb_queue_finish (&w->queue, TB_END_FIN, 30);
  g_assert_cmpint (tb_queue_ended (&w->queue, 20), ==, TB_END_RST);
}

static void
test_marks_go_with_their_last_byte (World *w, gconstpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TbMark mark;
  push (w, "abc", 10);
  push (w, "defg", 20);
  g_assert_true (tb_queue_mark (&w->queue, &(TbMark) { 100, 105, 5, 1, 5 }));
  g_assert_true (tb_queue_mark (&w->queue, &(TbMark) { 105, 107, 6, 2, 2 }));
  g_assert_false (tb_queue_pop_first_byte (&w->queue, &mark));
  take_due (w, 10, out);
  g_assert_true (tb_queue_pop_first_byte (&w->queue, &mark));
  g_assert_cmpuint (mark.number, ==, 1);
  g_assert_false (tb_queue_pop_first_byte (&w->queue, &mark));
  g_assert_false (tb_queue_pop_mark (&w->queue, &mark));
  take_due (w, 20, out);
  g_assert_true (tb_queue_pop_first_byte (&w->queue, &mark));
  g_assert_cmpuint (mark.number, ==, 2);
  g_assert_true (tb_queue_pop_mark (&w->queue, &mark));
  g_assert_true (tb_queue_pop_mark (&w->queue, &mark));
  g_assert_cmpuint (mark.number, ==, 2);
  g_assert_cmpuint (tb_queue_marks (&w->queue), ==, 0);
}

static void
test_bytes_aside_go_first (World *w, gconstpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_assert_true (tb_queue_push_aside (&w->queue, 1000, 0));
  push (w, "after", 0);
  g_assert_cmpuint (take_due (w, 1, out), ==, 0);
  tb_queue_consume (&w->queue, &w->blocks, 600);
  g_assert_cmpuint (w->queue.aside, ==, 400);
  tb_queue_consume (&w->queue, &w->blocks, 400);
  take_due (w, 1, out);
  g_assert_cmpstr (out->str, ==, "after");
}

/* Random pieces, delays and amounts taken: what comes out is what went in. */
static void
test_what_goes_in_comes_out (World *w, gconstpointer data)
{
  TbRng rng;
  uint64_t seed = (uint64_t) g_test_rand_int ();
  g_autoptr (GString) in = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  int64_t now = 0;
  tb_rng_seed (&rng, seed);
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (int i = 0; i < 2000; i++)
    {
      char bytes[5000];
      size_t n = tb_rng_below (&rng, sizeof bytes);
      memset (bytes, 'a' + i % 26, n);
      g_string_append_len (in, bytes, (gssize) n);
      g_assert_true (tb_queue_push (&w->queue, &w->blocks, bytes, n,
                                    now + (int64_t) tb_rng_below (&rng, 100)));
      now += (int64_t) tb_rng_below (&rng, 30);
      struct iovec iov[3];
      size_t due;
      int n_iov = tb_queue_due (&w->queue, now, iov, 3, &due);
      size_t some = due > 0 ? tb_rng_below (&rng, due + 1) : 0, left = some;
      for (int k = 0; k < n_iov && left > 0; k++)
        {
          size_t part = MIN (left, iov[k].iov_len);
          g_string_append_len (out, iov[k].iov_base, (gssize) part);
          left -= part;
        }
      tb_queue_consume (&w->queue, &w->blocks, some);
      tb_queue_check (&w->queue);
    }
  take_due (w, now + 1000, out);
  g_assert_cmpuint (out->len, ==, in->len);
  g_assert_cmpmem (out->str, out->len, in->str, in->len);
}

/* ---- Rings ----------------------------------------------------------------------------------- */

static void
test_exchange_keeps_order_over_the_edge (void)
{
  TbExchange x;
  g_assert_true (tb_exchange_init (&x, 4096));
  uint32_t put = 0, got = 0;
  TbRng rng;
  tb_rng_seed (&rng, 3);
  while (got < 5000)
    {
      char pad[400];
      memset (pad, (int) (put & 0xff), sizeof pad);
      size_t n = tb_rng_below (&rng, sizeof pad), have;
      if (tb_exchange_put (&x, &put, sizeof put, pad, n))
        put++;
      else
        g_assert_cmpuint (put, >, got);
      const uint32_t *item;
      while (tb_rng_below (&rng, 3) > 0 && (item = tb_exchange_peek (&x, &have)) != NULL)
        {
          g_assert_cmpuint (*item, ==, got++);
          const uint8_t *rest = (const uint8_t *) (item + 1);
          for (size_t i = 0; i < have - sizeof put; i++)
            g_assert_cmpuint (rest[i], ==, (got - 1) & 0xff);
          tb_exchange_next (&x);
        }
    }
  tb_exchange_clear (&x);
}

static gpointer
write_many (gpointer data)
{
  for (uint32_t i = 0; i < 200000;)
    if (tb_exchange_put (data, &i, sizeof i, NULL, 0))
      i++;
    else
      g_thread_yield ();
  return NULL;
}

static void
test_exchange_between_threads (void)
{
  TbExchange x;
  g_assert_true (tb_exchange_init (&x, 1 << 14));
  GThread *writer = g_thread_new ("writer", write_many, &x);
  for (uint32_t i = 0; i < 200000;)
    {
      size_t n;
      const uint32_t *item = tb_exchange_peek (&x, &n);
      if (item == NULL)
        {
          g_thread_yield ();
          continue;
        }
      g_assert_cmpuint (*item, ==, i++);
      tb_exchange_next (&x);
    }
  g_thread_join (writer);
  tb_exchange_clear (&x);
}

static void
test_pool_gives_memory_back (void)
{
  TbPool pool = { .size = 256 };
  void *objects[2000];
  for (int round = 0; round < 3; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
        {
          objects[i] = tb_pool_take (&pool);
          memset (objects[i], (int) i, 256);
        }
      g_assert_cmpuint (pool.used, ==, G_N_ELEMENTS (objects));
      for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
        tb_pool_give (&pool, objects[i]);
      g_assert_null (pool.slabs);
    }
  tb_pool_clear (&pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/taps/queue/" path, World, NULL, set_up, test, tear_down)
  ADD ("bytes-wait-for-their-time", test_bytes_wait_for_their_time);
  ADD ("bytes-never-overtake", test_bytes_never_overtake);
  ADD ("end-comes-last", test_end_comes_last);
  ADD ("reset-replaces-fin", test_reset_replaces_fin);
  ADD ("marks-go-with-their-last-byte", test_marks_go_with_their_last_byte);
  ADD ("bytes-aside-go-first", test_bytes_aside_go_first);
  ADD ("what-goes-in-comes-out", test_what_goes_in_comes_out);
  g_test_add_func ("/taps/exchange/order", test_exchange_keeps_order_over_the_edge);
  g_test_add_func ("/taps/exchange/threads", test_exchange_between_threads);
  g_test_add_func ("/taps/pool/memory", test_pool_gives_memory_back);
  return g_test_run ();
}
