/* Conversations in HTTP/2 for test-framer.c. */

#define H2(n, type, flags, id) "\0\0" n type flags "\0\0\0" id
#define H2_DATA "\0"
#define H2_HEADERS "\1"
#define H2_RESET "\3"
#define H2_SETTINGS H2 ("\0", "\4", "\0", "\0")
#define H2_ACK H2 ("\0", "\4", "\1", "\0")
#define H2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
/* Six bytes: ":method: GET", ":scheme: http", ":path: /a". */
#define H2_GET(letter) "\x82\x86\x04\x02/" letter
#define GRPC_TYPE "\x0f\x10\x10" "application/grpc"
#define GRPC_POST "\x83\x86\x04\x0e/shop.Cart/Add" GRPC_TYPE
#define GRPC_STATUS(digit) "\0\x0bgrpc-status\1" digit

static const Conversation conversations_http2[] = {
  { "http2/streams-interleave",
    TB_PROTO_UNKNOWN,
    { { '>', S (H2_PREFACE H2_SETTINGS) },
      { '<', S (H2_SETTINGS H2_ACK) },
      { '>', S (H2_ACK H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")
                H2 ("\6", H2_HEADERS, "\4", "\3") H2_GET ("b")
                H2 ("\3", H2_DATA, "\1", "\3") "abc") },
      { '<', S (H2 ("\1", H2_HEADERS, "\4", "\3") "\x88" H2 ("\2", H2_DATA, "\0", "\3") "ab"
                H2 ("\1", H2_HEADERS, "\5", "\1") "\x8d"
                H2 ("\0", H2_DATA, "\1", "\3")) } },
    "request > 1 «GET /a» [42,57)\n"
    "request > 2 «GET /b» [57,84)\n"
    "reply < 1 «404 GET /a» [39,49)\n"
    "reply < 2 «200 GET /b» [18,58)\n",
    NULL },
  { "http2/promised-as-http",
    TB_PROTO_HTTP,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")) },
      { '<', S (H2_SETTINGS H2 ("\1", H2_HEADERS, "\5", "\1") "\x8e") } },
    "request > 1 «GET /a» [33,48)\n"
    "reply < 1 «500 GET /a» [9,19) error\n",
    NULL },
  { "http2/called-speaks-first",
    TB_PROTO_UNKNOWN,
    { { '<', S (H2_SETTINGS) },
      { '>', S (H2_PREFACE H2_SETTINGS H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")) },
      { '<', S (H2 ("\1", H2_HEADERS, "\5", "\1") "\x88") } },
    "request > 1 «GET /a» [33,48)\n"
    "reply < 1 «200 GET /a» [9,19)\n",
    NULL },
  { "http2/called-speaks-first-where-http-was-promised",
    TB_PROTO_HTTP,
    { { '>', S ("PRI * HT") },
      { '<', S (H2_SETTINGS) },
      { '>', S ("TP/2.0\r\n\r\nSM\r\n\r\n" H2_SETTINGS H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")) } },
    "request > 1 «GET /a» [33,48)\n",
    NULL },
  { "http2/called-begins-while-the-caller-does",
    TB_PROTO_UNKNOWN,
    { { '<', S ("\0\0\0\4") },
      { '>', S (H2_PREFACE H2_SETTINGS) },
      { '<', S ("\0\0\0\0\0" H2 ("\x08", "\7", "\0", "\0") "\0\0\0\0\0\0\0\0") } },
    "one-way < 0 «GOAWAY» [9,26) last\n",
    NULL },
  { "http2/http-1-where-http-2-was-promised",
    TB_PROTO_HTTP2,
    { { '>', S ("GET /a HTTP/1.1\r\n\r\n") }, { '<', S ("HTTP/1.1 204 No Content\r\n\r\n") } },
    "request > 1 «GET /a» [0,19)\n"
    "reply < 1 «204 GET /a» [0,27)\n",
    NULL },
  { "http2/upgrade",
    TB_PROTO_UNKNOWN,
    { { '>', S ("GET /a HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n") },
      { '<', S ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                H2_SETTINGS) },
      { '>', S (H2_PREFACE H2_SETTINGS H2 ("\6", H2_HEADERS, "\5", "\3") H2_GET ("b")) },
      { '<', S (H2 ("\1", H2_HEADERS, "\5", "\1") "\x88" H2 ("\1", H2_HEADERS, "\5", "\3") "\x89") } },
    "request > 1 «GET /a» [0,70)\n"
    "one-way < 0 «101» [0,71)\n"
    "request > 2 «GET /b» [103,118)\n"
    "reply < 1 «200 GET /a» [80,90)\n"
    "reply < 2 «204 GET /b» [90,100)\n",
    NULL },
  { "http2/headers-continued-and-padded",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS
                H2 ("\x0c", H2_HEADERS, "\x29", "\1") "\4" "\0\0\0\0\x10" "\x82\x86" "\0\0\0\0"
                H2 ("\0", "\x09", "\0", "\1") H2 ("\4", "\x09", "\4", "\1") "\x04\x02/a") },
      { '<', S (H2_SETTINGS H2 ("\1", H2_HEADERS, "\4", "\1") "\x88"
                H2 ("\6", H2_DATA, "\x09", "\1") "\2" "abc" "\0\0") } },
    "request > 1 «GET /a» [33,76)\n"
    "reply < 1 «200 GET /a» [9,34)\n",
    NULL },
  { "http2/table-of-headers",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS
                H2 ("\x4b", H2_HEADERS, "\5", "\1") "\x82\x86\x44\x02/a\x40\x0btraceparent\x37"
                "00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01"
                H2 ("\4", H2_HEADERS, "\5", "\3") "\x82\x86\xbf\xbe"
                /* a smaller table: both are gone; then the last is there again, by its Huffman code */
                H2 ("\x07", H2_HEADERS, "\5", "\5") "\x20\x82\x86\x04\x82\x60\x7f") } },
    "request > 1 «GET /a» [33,117) trace 01…10 parent 11\n"
    "request > 2 «GET /a» [117,130) trace 01…10 parent 11\n"
    "request > 3 «GET /a» [130,146)\n",
    NULL },
  { "http2/reset",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")
                H2 ("\6", H2_HEADERS, "\5", "\3") H2_GET ("b")
                H2 ("\6", H2_HEADERS, "\4", "\5") H2_GET ("c")) },
      { '<', S (H2_SETTINGS H2 ("\4", H2_RESET, "\0", "\1") "\0\0\0\7") },
      { '>', S (H2 ("\4", H2_RESET, "\0", "\3") "\0\0\0\x08") },
      /* What was under way already. */
      { '<', S (H2 ("\1", H2_HEADERS, "\4", "\3") "\x88" H2 ("\1", H2_HEADERS, "\4", "\5") "\x88"
                H2 ("\3", H2_DATA, "\0", "\3") "abc" H2 ("\4", H2_RESET, "\0", "\5") "\0\0\0\2") } },
    "request > 1 «GET /a» [33,48)\n"
    "request > 2 «GET /b» [48,63)\n"
    "reply < 1 «REFUSED_STREAM GET /a» [9,22) error\n"
    "one-way > 0 «CANCEL GET /b» [78,91)\n"
    "reply < 3 «INTERNAL_ERROR GET /c» [32,67) error\n",
    NULL },
  { "http2/push",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")) },
      { '<', S (H2_SETTINGS H2 ("\x0a", "\5", "\4", "\1") "\0\0\0\2" H2_GET ("b")
                H2 ("\1", H2_HEADERS, "\5", "\1") "\x88" H2 ("\1", H2_HEADERS, "\4", "\2") "\x88"
                H2 ("\1", H2_DATA, "\1", "\2") "b") } },
    "request > 1 «GET /a» [33,48)\n"
    "one-way < 0 «push GET /b» [9,28)\n"
    "reply < 1 «200 GET /a» [28,38)\n"
    "one-way < 0 «200 GET /b» [38,58)\n",
    NULL },
  { "http2/interim",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")) },
      { '<', S (H2_SETTINGS H2 ("\5", H2_HEADERS, "\4", "\1") "\x08\x03" "103"
                H2 ("\1", H2_HEADERS, "\4", "\1") "\x88"
                H2 ("\x10", H2_HEADERS, "\5", "\1") "\0\1x\3yyy\0\1z\5vvvvv") } },
    "request > 1 «GET /a» [33,48)\n"
    "one-way < 0 «103 GET /a» [9,23)\n"
    "reply < 1 «200 GET /a» [23,58)\n",
    NULL },
  { "http2/grpc-unary",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\x25", H2_HEADERS, "\4", "\1") GRPC_POST
                H2 ("\7", H2_DATA, "\1", "\1") "\0\0\0\0\2ab"
                H2 ("\x25", H2_HEADERS, "\4", "\3") GRPC_POST H2 ("\5", H2_DATA, "\0", "\3") "\0\0\0\0\0"
                H2 ("\0", H2_DATA, "\1", "\3")) },
      { '<', S (H2_SETTINGS H2 ("\x14", H2_HEADERS, "\4", "\1") "\x88" GRPC_TYPE
                H2 ("\6", H2_DATA, "\0", "\1") "\0\0\0\0\1x"
                H2 ("\x0f", H2_HEADERS, "\5", "\1") GRPC_STATUS ("0")
                H2 ("\x23", H2_HEADERS, "\5", "\3") "\x88" GRPC_TYPE GRPC_STATUS ("5")) } },
    "request > 1 «Cart/Add» [33,95)\n"
    "request > 2 «Cart/Add» [95,155)\n"
    "reply < 1 «reply Cart/Add» [9,53)\n"
    "reply < 2 «NOT_FOUND Cart/Add» [77,121) error\n",
    NULL },
  { "http2/grpc-streams",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\x25", H2_HEADERS, "\4", "\1") GRPC_POST
                /* Two messages and the beginning of a third, then the rest of it. */
                H2 ("\x10", H2_DATA, "\0", "\1") "\0\0\0\0\2ab" "\1\0\0\0\1c" "\0\0\0"
                H2 ("\7", H2_DATA, "\1", "\1") "\0\5" "hello") },
      { '<', S (H2_SETTINGS H2 ("\x14", H2_HEADERS, "\4", "\1") "\x88" GRPC_TYPE
                H2 ("\6", H2_DATA, "\0", "\1") "\0\0\0\0\1x" H2 ("\6", H2_DATA, "\0", "\1") "\0\0\0\0\1y"
                H2 ("\x10", H2_HEADERS, "\5", "\1") "\0\x0bgrpc-status\2" "14") } },
    "request > 1 «Cart/Add» [33,95)\n"
    "one-way > 0 «message Cart/Add» [95,101)\n"
    "one-way > 0 «message Cart/Add» [101,120)\n"
    "reply < 1 «reply Cart/Add» [9,53)\n"
    "one-way < 0 «message Cart/Add» [62,68)\n"
    "one-way < 0 «UNAVAILABLE Cart/Add» [68,93) error\n",
    NULL },
  { "http2/grpc-in-name-only",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\x25", H2_HEADERS, "\4", "\1") GRPC_POST
                H2 ("\x0a", H2_DATA, "\1", "\1") "{\"a\":true}") },
      { '<', S (H2_SETTINGS H2 ("\1", H2_HEADERS, "\5", "\1") "\x8d") } },
    "request > 1 «Cart/Add» [33,98)\n"
    "reply < 1 «404 Cart/Add» [9,19)\n",
    NULL },
  { "http2/bad-preface",
    TB_PROTO_UNKNOWN,
    { { '>', S ("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n") } },
    "",
    "not the beginning of HTTP/2" },
  { "http2/bad-first-frame",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2 ("\6", H2_HEADERS, "\5", "\1") H2_GET ("a")) } },
    "",
    "not a frame of HTTP/2" },
  { "http2/bad-frame-size",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS "\1\0\0\0\0\0\0\0\1") } },
    "",
    "not a frame of HTTP/2" },
  { "http2/larger-frames",
    TB_PROTO_HTTP2,
    { { '<', S (H2 ("\6", "\4", "\0", "\0") "\0\5\0\1\0\0") },
      { '>', S (H2_PREFACE H2_SETTINGS H2 ("\6", H2_HEADERS, "\4", "\1") H2_GET ("a")
                "\0\x4e\x20\0\1\0\0\0\1" X20000) } },
    "request > 1 «GET /a» [33,20057)\n",
    NULL },
  { "http2/bad-headers",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\1", H2_HEADERS, "\5", "\1") "\xbe") } },
    "",
    "headers that cannot be read" },
  { "http2/bad-padding",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\2", H2_DATA, "\x08", "\1") "\2" "a") } },
    "",
    "not a frame of HTTP/2" },
  { "http2/bad-continuation",
    TB_PROTO_HTTP2,
    { { '>', S (H2_PREFACE H2_SETTINGS H2 ("\1", H2_HEADERS, "\1", "\1") "\x82"
                H2 ("\1", "\x09", "\4", "\3") "\x84") } },
    "",
    "not a frame of HTTP/2" },
};
