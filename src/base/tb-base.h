/* What every module may use: time, chance, checks. libc only, no GLib: the agent and the node
 * program link it too. */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times and durations are nanoseconds of CLOCK_MONOTONIC and say so in their names. */
#define TB_NS_PER_US INT64_C (1000)
#define TB_NS_PER_MS INT64_C (1000000)
#define TB_NS_PER_S INT64_C (1000000000)

#define TB_ARRAY_LENGTH(a) (sizeof (a) / sizeof ((a)[0]))
#define TB_MIN(a, b) ((a) < (b) ? (a) : (b))
#define TB_MAX(a, b) ((a) > (b) ? (a) : (b))
#define TB_CLAMP(x, lo, hi) ((x) < (lo) ? (lo) : (x) > (hi) ? (hi) : (x))

/* A broken promise inside the program, never the world's fault: stops in every build. */
#define TB_CHECK(condition) assert (condition)

/* Now on CLOCK_MONOTONIC, in nanoseconds. */
int64_t tb_now_ns (void);
/* What the calling thread has used of a processor. */
int64_t tb_thread_cpu_ns (void);

/* A seeded generator (xoshiro256**, Blackman and Vigna 2018). Same seed, same numbers, on every
 * machine. Not for secrets. */
typedef struct
{
  uint64_t s[4];
} TbRng;

void tb_rng_seed (TbRng *rng, uint64_t seed);
uint64_t tb_rng_next (TbRng *rng);
/* Uniform in [0, 1). */
double tb_rng_uniform (TbRng *rng);
/* Uniform in [0, n); n > 0. */
uint64_t tb_rng_below (TbRng *rng, uint64_t n);

/* FNV-1a, 64 bit: for addresses derived from names, never for trust. */
uint64_t tb_hash_bytes (const void *bytes, size_t n);
uint64_t tb_hash_string (const char *s);

/* How long something lasts: what `work`, `think` and fault latencies are drawn from. */
typedef enum
{
  TB_DIST_CONSTANT,
  TB_DIST_UNIFORM,     /* a … b */
  TB_DIST_NORMAL,      /* mean a, deviation b, cut at 0 */
  TB_DIST_EXPONENTIAL, /* mean a */
  TB_DIST_PARETO       /* mean a, shape b > 1 (2 if absent) */
} TbDistKind;

typedef struct
{
  TbDistKind kind;
  double a_ns;
  double b; /* ns, but for pareto the shape */
} TbDist;

/* Reads "2ms", "constant 2ms", "uniform 1ms 3ms", "normal 5ms 1ms", "exponential 20ms",
 * "pareto 5ms 2". Returns false and leaves *dist alone for anything else. */
bool tb_dist_parse (const char *text, TbDist *dist);
/* Never negative. */
int64_t tb_dist_draw_ns (const TbDist *dist, TbRng *rng);

/* Digits, perhaps with a fraction ("1.5"), whatever the locale says. Returns the first byte not
 * read, NULL where there is no number. */
const char *tb_decimal_parse (const char *text, double *value);
/* "250us" "2ms" "1.5s" "2m" "1h" "30d" (and "ns"); a bare number is refused. *end (may be NULL) gets the
 * first byte not read; without it the whole text must be a duration. */
bool tb_duration_parse (const char *text, int64_t *ns, const char **end);
/* The shortest exact form: 1500000 → "1500us", 2000000000 → "2s". Writes at most size bytes. */
void tb_duration_format (int64_t ns, char *out, size_t size);
