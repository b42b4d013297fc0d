/* What names, images and shapes of other tools say of a component's part: rows that real files taught. */
#include "kinds.h"

typedef struct
{
  const char *shape, *image, *name;
  TbRole role;
  const char *template;
} Row;

static const Row rows[] = {
  { NULL, NULL, "Checkout", TB_ROLE_SERVER, NULL },
  { NULL, NULL, "Cloud Load Balancing", TB_ROLE_BALANCER, NULL },
  { NULL, NULL, "application load balancer", TB_ROLE_BALANCER, NULL },
  { NULL, NULL, "Laptop", TB_ROLE_CLIENT, NULL },
  { NULL, NULL, "Mobile App", TB_ROLE_CLIENT, NULL },
  { NULL, NULL, "Android", TB_ROLE_CLIENT, NULL },
  { NULL, NULL, "Mobile App Backend", TB_ROLE_SERVER, NULL },
  { NULL, NULL, "Web App", TB_ROLE_SERVER, NULL },
  { NULL, NULL, "db admin", TB_ROLE_SERVER, NULL },
  { NULL, NULL, "Memcache", TB_ROLE_CACHE, "memcached" },
  { NULL, NULL, "Web Visitors", TB_ROLE_CLIENT, NULL },
  { NULL, NULL, "phone number service", TB_ROLE_SERVER, NULL },
  { NULL, NULL, "User pool", TB_ROLE_SERVER, NULL },
  { NULL, NULL, "OrdersDb", TB_ROLE_STORE, NULL },
  { NULL, NULL, "queue worker", TB_ROLE_SERVER, NULL },
  { NULL, NULL, "user events topic", TB_ROLE_BROKER, NULL },
  { NULL, "docker.io/library/postgres:16-alpine", "data", TB_ROLE_STORE, "postgresql" },
  { NULL, "oliver006/redis_exporter", "metrics", TB_ROLE_SERVER, NULL },
  { "shape=cylinder3", NULL, "Things", TB_ROLE_STORE, NULL },
  { "mxgraph.c4.person", NULL, "Somebody", TB_ROLE_CLIENT, NULL },
  { "shape=cylinder3", NULL, "Redis", TB_ROLE_CACHE, "redis" },
};

static void
test_part (gconstpointer data)
{
  const Row *row = data;
  TbForeignKind kind = tb_foreign_kind (row->shape, row->image, row->name);
  g_assert_cmpint (kind.role, ==, row->role);
  g_assert_cmpstr (kind.template, ==, row->template);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/kinds/%s/%s", rows[i].image != NULL ? "image" : "name", rows[i].name);
      g_test_add_data_func (path, &rows[i], test_part);
    }
  return g_test_run ();
}
