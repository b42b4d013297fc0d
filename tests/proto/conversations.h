/* Conversations for test-framer.c. */

#define S(bytes) bytes, sizeof (bytes) - 1
#define EOF_MARK "0123456789012345678901234567890123456789"

#define I10 "iiiiiiiiii"
#define I200 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10 I10
#define X200 I200
#define X2000 X200 X200 X200 X200 X200 X200 X200 X200 X200 X200
#define X20000 X2000 X2000 X2000 X2000 X2000 X2000 X2000 X2000 X2000 X2000

static const Conversation conversations[] = {
  { "http/keep-alive",
    TB_PROTO_HTTP,
    { { '>', S ("GET /cart HTTP/1.1\r\nHost: a\r\n\r\n") },
      { '<', S ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") },
      { '>', S ("POST /cart HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc") },
      { '<', S ("HTTP/1.1 503 Busy\r\ncontent-length:0\r\nConnection: close\r\n\r\n") } },
    "request > 1 «GET /cart» [0,31)\n"
    "reply < 1 «200 GET /cart» [0,43)\n"
    "request > 2 «POST /cart» [31,95) last\n"
    "reply < 2 «503 POST /cart» [43,101) error last\n",
    NULL },
  { "http/pipelining",
    TB_PROTO_HTTP,
    { { '>', S ("GET /a HTTP/1.1\r\n\r\nHEAD /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n") },
      { '<', S ("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n") } },
    "request > 1 «GET /a» [0,19)\n"
    "request > 2 «HEAD /b» [19,39)\n"
    "request > 3 «GET /c» [39,58)\n"
    "reply < 1 «204 GET /a» [0,27)\n"
    "reply < 2 «200 HEAD /b» [27,65)\n"
    "reply < 3 «304 GET /c» [65,113)\n",
    NULL },
  { "http/chunked",
    TB_PROTO_HTTP,
    { { '>', S ("PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n") },
      { '<', S ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
                "A;ext=1\r\n0123456789\r\n00\r\nTrailer: 1\r\nOther: 2\r\n\r\n") },
      { '>', S ("GET / HTTP/1.1\r\n\r\n") } },
    "request > 1 «PUT /x» [0,60)\n"
    "reply < 1 «200 PUT /x» [0,102)\n"
    "request > 2 «GET /» [60,78)\n",
    NULL },
  { "http/until-close",
    TB_PROTO_HTTP,
    { { '>', S ("GET / HTTP/1.0\r\n\r\n") },
      { '<', S ("HTTP/1.0 200 OK\r\n\r\nall until the end\r\n\r\n") },
      { '|' } },
    "request > 1 «GET /» [0,18) last\n"
    "reply < 1 «200 GET /» [0,40) last\n",
    NULL },
  { "http/1.0-keep-alive",
    TB_PROTO_HTTP,
    { { '>', S ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") },
      { '<', S ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok") } },
    "request > 1 «GET /» [0,42)\n"
    "reply < 1 «200 GET /» [0,64)\n",
    NULL },
  { "http/continue",
    TB_PROTO_HTTP,
    { { '>', S ("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n") },
      { '<', S ("HTTP/1.1 100 Continue\r\n\r\n") },
      { '>', S ("ok") },
      { '<', S ("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n") } },
    "one-way < 0 «100» [0,25)\n"
    "request > 1 «PUT /» [0,61)\n"
    "reply < 1 «201 PUT /» [25,68)\n",
    NULL },
  { "http/reply-before-the-request-ends",
    TB_PROTO_HTTP,
    { { '>', S ("PUT / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab") },
      { '<', S ("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n") },
      { '>', S ("cdGET /b HTTP/1.1\r\n\r\n") },
      { '<', S ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") } },
    "reply < 1 «413 PUT /» [0,45)\n"
    "request > 1 «PUT /» [0,41)\n"
    "request > 2 «GET /b» [41,60)\n"
    "reply < 2 «200 GET /b» [45,83)\n",
    NULL },
  { "http/upgrade",
    TB_PROTO_HTTP,
    { { '>', S ("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n") },
      { '<', S ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi") },
      { '>', S ("\x81\x02hi") } },
    "request > 1 «GET /ws» [0,61)\n"
    "reply < 1 «101 GET /ws» [0,56)\n",
    "the connection was upgraded to another protocol" },
  { "http/connect",
    TB_PROTO_HTTP,
    { { '>', S ("CONNECT a:443 HTTP/1.1\r\n\r\n") },
      { '<', S ("HTTP/1.1 200 Established\r\nContent-Length: 7\r\n\r\n") },
      { '>', S ("\x16\x03\x01GET / HTTP/1.1\r\n\r\n") },
      { '<', S ("\x16\x03\x03") } },
    "request > 1 «CONNECT a:443» [0,26)\n"
    "reply < 1 «200 CONNECT a:443» [0,47)\n",
    "a tunnel was opened by CONNECT" },
  { "http/connect-refused",
    TB_PROTO_HTTP,
    { { '>', S ("CONNECT a:443 HTTP/1.1\r\n\r\n") },
      { '<', S ("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno") },
      { '>', S ("GET / HTTP/1.1\r\n\r\n") } },
    "request > 1 «CONNECT a:443» [0,26)\n"
    "reply < 1 «407 CONNECT a:443» [0,40)\n"
    "request > 2 «GET /» [26,44)\n",
    NULL },
  { "http/unasked-reply",
    TB_PROTO_HTTP,
    { { '<', S ("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") } },
    "one-way < 0 «408» [0,62) last\n",
    NULL },
  { "http/traceparent",
    TB_PROTO_HTTP,
    { { '>', S ("GET / HTTP/1.1\r\nTraceParent: "
                "00-4bf92f3577b34da6a3ce929d0e0e4736-10f067aa0ba902b7-01\r\n\r\n") },
      { '<', S ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
      { '>', S ("GET / HTTP/1.1\r\ntraceparent: 00-nonsense\r\n\r\n") } },
    "request > 1 «GET /» [0,88) trace 4b…36 parent 10\n"
    "reply < 1 «200 GET /» [0,38) trace 4b…36 parent 10\n"
    "request > 2 «GET /» [88,132)\n",
    NULL },
  { "http/bare-newlines-and-empty-lines",
    TB_PROTO_HTTP,
    { { '>', S ("\r\n\nGET / HTTP/1.1\nHost: a\n\n\r\nGET /b HTTP/1.1\n\n") } },
    "request > 1 «GET /» [3,27)\n"
    "request > 2 «GET /b» [29,46)\n",
    NULL },
  { "http/label-of-any-bytes",
    TB_PROTO_HTTP,
    { { '>', S ("GET /\xc3\xa4\xff\x01\xe2\x82 HTTP/1.1\r\n\r\n") },
      { '>', S ("GET /0123456789012345678901234567890123456789012345678901234567890 "
                "HTTP/1.1\r\n\r\n") } },
    "request > 1 «GET /\xc3\xa4....» [0,24)\n"
    "request > 2 «GET /012345678901234567890123456789012345678901» [24,103)\n",
    NULL },
  { "http/version-2",
    TB_PROTO_HTTP,
    { { '>', S ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") } },
    "",
    NULL },
  { "http/two-lengths",
    TB_PROTO_HTTP,
    { { '>', S ("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n") } },
    "",
    "a Content-Length that cannot be" },
  { "http/blank-before-colon",
    TB_PROTO_HTTP,
    { { '>', S ("GET / HTTP/1.1\r\nContent-Length : 1\r\n\r\n") } },
    "",
    "not an HTTP header line" },
  { "http/bad-chunk",
    TB_PROTO_HTTP,
    { { '>', S ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n") } },
    "",
    "not a chunk size" },

  { "resp/commands",
    TB_PROTO_RESP,
    { { '>', S ("*3\r\n$3\r\nset\r\n$7\r\norder:7\r\n$2\r\n\r\n\r\n") },
      { '<', S ("+OK\r\n") },
      { '>', S ("*2\r\n$3\r\nGET\r\n$0\r\n\r\n") },
      { '<', S ("$-1\r\n") },
      { '>', S ("*2\r\n$4\r\nINCR\r\n$1\r\na\r\n") },
      { '<', S (":1\r\n") },
      { '>', S ("*1\r\n$3\r\nXYZ\r\n") },
      { '<', S ("-ERR unknown command\r\n") } },
    "request > 1 «SET order:7» [0,34)\n"
    "reply < 1 «+OK SET order:7» [0,5)\n"
    "request > 2 «GET» [34,53)\n"
    "reply < 2 «$-1 GET» [5,10)\n"
    "request > 3 «INCR a» [53,74)\n"
    "reply < 3 «:1 INCR a» [10,14)\n"
    "request > 4 «XYZ» [74,87)\n"
    "reply < 4 «-ERR unknown command XYZ» [14,36) error\n",
    NULL },
  { "resp/pipelining",
    TB_PROTO_RESP,
    { { '>', S ("*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n") },
      { '<', S ("+PONG\r\n$3\r\na\r\n\r\n+PONG\r\n") } },
    "request > 1 «PING» [0,14)\n"
    "request > 2 «GET k» [14,34)\n"
    "request > 3 «PING» [34,48)\n"
    "reply < 1 «+PONG PING» [0,7)\n"
    "reply < 2 «$3 GET k» [7,16)\n"
    "reply < 3 «+PONG PING» [16,23)\n",
    NULL },
  { "resp/inline",
    TB_PROTO_RESP,
    { { '>', S ("\r\nping\r\nset  'a b' \"c\"\n") }, { '<', S ("+PONG\r\n+OK\r\n") } },
    "request > 1 «PING» [2,8)\n"
    "request > 2 «SET a b» [8,23)\n"
    "reply < 1 «+PONG PING» [0,7)\n"
    "reply < 2 «+OK SET a b» [7,12)\n",
    NULL },
  { "resp/empty-command-is-not-answered",
    TB_PROTO_RESP,
    { { '>', S ("*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n") }, { '<', S ("+PONG\r\n") } },
    "request > 1 «PING» [9,23)\n"
    "reply < 1 «+PONG PING» [0,7)\n",
    NULL },
  { "resp/a-password-is-no-label",
    TB_PROTO_RESP,
    { { '>', S ("*2\r\n$4\r\nauth\r\n$6\r\nsecret\r\n") } },
    "request > 1 «AUTH» [0,26)\n",
    NULL },
  { "resp/nested-and-null",
    TB_PROTO_RESP,
    { { '>', S ("PING\r\nPING\r\nPING\r\n") },
      { '<', S ("*3\r\n*2\r\n:1\r\n*0\r\n$1\r\na\r\n*-1\r\n*-1\r\n*0\r\n") } },
    "request > 1 «PING» [0,6)\n"
    "request > 2 «PING» [6,12)\n"
    "request > 3 «PING» [12,18)\n"
    "reply < 1 «*3 PING» [0,28)\n"
    "reply < 2 «*-1 PING» [28,33)\n"
    "reply < 3 «*0 PING» [33,37)\n",
    NULL },
  { "resp/version-3-types",
    TB_PROTO_RESP,
    { { '>', S ("a\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\n") },
      { '<', S ("%2\r\n+a\r\n:1\r\n+b\r\n~2\r\n#t\r\n,1.5\r\n"
                "_\r\n(12345678901234567890\r\n=7\r\ntxt:abc\r\n!5\r\nERR x\r\n"
                "|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n"
                "*1\r\n|1\r\n+ttl\r\n:3\r\n:9\r\n"
                "|0\r\n#f\r\n") } },
    "request > 1 «A» [0,3)\n"
    "request > 2 «A» [3,6)\n"
    "request > 3 «A» [6,9)\n"
    "request > 4 «A» [9,12)\n"
    "request > 5 «A» [12,15)\n"
    "request > 6 «A» [15,18)\n"
    "request > 7 «A» [18,21)\n"
    "request > 8 «A» [21,24)\n"
    "reply < 1 «%2 A» [0,30)\n"
    "reply < 2 «_ A» [30,33)\n"
    "reply < 3 «(12345678901234567890 A» [33,56)\n"
    "reply < 4 «=7 A» [56,69)\n"
    "reply < 5 «!5 A» [69,80) error\n"
    "reply < 6 «$1 A» [80,101)\n"
    "reply < 7 «*1 A» [101,123)\n"
    "reply < 8 «#f A» [123,131)\n",
    NULL },
  { "resp/monitor",
    TB_PROTO_RESP,
    { { '>', S ("MONITOR\r\n") },
      { '<', S ("+OK\r\n+1700000000.123 [0 127.0.0.1:1] \"GET\" \"a\"\r\n") },
      { '>', S ("PING\r\n") },
      { '<', S ("+1700000000.124 [0 x] \"GET\"\r\n+PONG\r\n") } },
    "request > 1 «MONITOR» [0,9)\n"
    "reply < 1 «+OK MONITOR» [0,5)\n"
    "one-way < 0 «+1700000000.123 [0 127.0» [5,48)\n"
    "request > 2 «PING» [9,15)\n"
    "one-way < 0 «+1700000000.124 [0 x] \"G» [48,77)\n"
    "reply < 2 «+PONG PING» [77,84)\n",
    NULL },
  { "resp/subscribe",
    TB_PROTO_RESP,
    { { '>', S ("SUBSCRIBE a b\r\n") },
      { '<', S ("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"
                "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n") },
      { '>', S ("PING\r\n") },
      { '<', S ("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nho\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n") } },
    "request > 1 «SUBSCRIBE a» [0,15)\n"
    "reply < 1 «*3 SUBSCRIBE a» [0,30)\n"
    "one-way < 0 «subscribe» [30,60)\n"
    "one-way < 0 «message» [60,92)\n"
    "request > 2 «PING» [15,21)\n"
    "one-way < 0 «message» [92,124)\n"
    "reply < 2 «*2 PING» [124,144)\n",
    NULL },
  { "resp/version-3-pushes",
    TB_PROTO_RESP,
    { { '>', S ("SUBSCRIBE a\r\n") },
      { '<', S (">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n") },
      { '>', S ("LRANGE l 0 -1\r\n") },
      { '<', S (">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n*1\r\n$7\r\nmessage\r\n") } },
    "request > 1 «SUBSCRIBE a» [0,13)\n"
    "reply < 1 «>3 SUBSCRIBE a» [0,30)\n"
    "request > 2 «LRANGE l» [13,28)\n"
    "one-way < 0 «message» [30,62)\n"
    "reply < 2 «*1 LRANGE l» [62,79)\n",
    NULL },
  { "resp/client-reply",
    TB_PROTO_RESP,
    { { '>', S ("CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY ON\r\n") },
      { '<', S ("+OK\r\n") },
      { '>', S ("CLIENT REPLY SKIP\r\nPING\r\nECHO x\r\n") },
      { '<', S ("$1\r\nx\r\n") } },
    "one-way > 0 «CLIENT REPLY» [0,18)\n"
    "one-way > 0 «PING» [18,24)\n"
    "request > 1 «CLIENT REPLY» [24,41)\n"
    "reply < 1 «+OK CLIENT REPLY» [0,5)\n"
    "one-way > 0 «CLIENT REPLY» [41,60)\n"
    "one-way > 0 «PING» [60,66)\n"
    "request > 2 «ECHO x» [66,74)\n"
    "reply < 2 «$1 ECHO x» [5,12)\n",
    NULL },
  { "resp/replication",
    TB_PROTO_RESP,
    { { '>', S ("*1\r\n$4\r\nPING\r\n") },
      { '<', S ("+PONG\r\n") },
      { '>', S ("*3\r\n$8\r\nREPLCONF\r\n$4\r\ncapa\r\n$3\r\neof\r\n") },
      { '<', S ("+OK\r\n") },
      { '>', S ("*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n") },
      { '<', S ("\n\n+FULLRESYNC 8de1787ba490483314a4d30f1c628bc5025eb761 0\r\n\n") },
      { '<', S ("$9\r\nREDIS\r\n\0\xff") },
      { '<', S ("*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n") },
      { '>', S ("*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$2\r\n14\r\n") },
      { '<', S ("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n") },
      { '>', S ("*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$2\r\n14\r\n") } },
    "request > 1 «PING» [0,14)\n"
    "reply < 1 «+PONG PING» [0,7)\n"
    "request > 2 «REPLCONF capa» [14,51)\n"
    "reply < 2 «+OK REPLCONF capa» [7,12)\n"
    "request > 3 «PSYNC ?» [51,81)\n"
    "reply < 3 «+FULLRESYNC 8de1787ba490 PSYNC ?» [14,70)\n"
    "one-way < 0 «RDB» [71,84)\n"
    "one-way < 0 «PING» [84,98)\n"
    "one-way < 0 «SET a» [98,125)\n"
    "one-way > 0 «REPLCONF ACK» [81,116)\n"
    "one-way < 0 «REPLCONF GETACK» [125,162)\n"
    "one-way > 0 «REPLCONF ACK» [116,151)\n",
    NULL },
  { "resp/replication-without-a-disk",
    TB_PROTO_RESP,
    { { '>', S ("*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n") },
      { '<', S ("+FULLRESYNC 8de1787ba490483314a4d30f1c628bc5025eb761 0\r\n"
                "$EOF:" EOF_MARK "\r\nREDIS\r\n0123" EOF_MARK "*1\r\n$4\r\nPING\r\n") } },
    "request > 1 «PSYNC ?» [0,30)\n"
    "reply < 1 «+FULLRESYNC 8de1787ba490 PSYNC ?» [0,56)\n"
    "one-way < 0 «RDB» [56,154)\n"
    "one-way < 0 «PING» [154,168)\n",
    NULL },
  { "resp/replication-continued",
    TB_PROTO_RESP,
    { { '>', S ("*3\r\n$5\r\nPSYNC\r\n$3\r\nabc\r\n$2\r\n10\r\n") },
      { '<', S ("+CONTINUE\r\n*1\r\n$4\r\nPING\r\n") } },
    "request > 1 «PSYNC abc» [0,32)\n"
    "reply < 1 «+CONTINUE PSYNC abc» [0,11)\n"
    "one-way < 0 «PING» [11,25)\n",
    NULL },
  { "resp/replication-of-old",
    TB_PROTO_RESP,
    { { '>', S ("SYNC\r\n") }, { '<', S ("\n$3\r\nRDB*1\r\n$4\r\nPING\r\n") } },
    "request > 1 «SYNC» [0,6)\n"
    "reply < 1 «RDB SYNC» [1,8)\n"
    "one-way < 0 «PING» [8,22)\n",
    NULL },
  { "resp/unasked-error",
    TB_PROTO_RESP,
    { { '<', S ("-ERR max number of clients reached\r\n") } },
    "one-way < 0 «-ERR max number of clients reach» [0,36) error\n",
    NULL },
  { "resp/bad-command",
    TB_PROTO_RESP,
    { { '>', S ("*1\r\n:4\r\n") } },
    "",
    "a RESP command whose argument is no bulk string" },
  { "resp/bad-bulk",
    TB_PROTO_RESP,
    { { '>', S ("*1\r\n$4\r\nPINGS\r\n") } },
    "",
    "a bulk string that is longer than its size" },
  { "resp/bad-value",
    TB_PROTO_RESP,
    { { '>', S ("PING\r\n") }, { '<', S ("HTTP/1.1 200 OK\r\n") } },
    "request > 1 «PING» [0,6)\n",
    "not a RESP value" },

  { "postgresql/startup-and-query",
    TB_PROTO_UNKNOWN,
    { { '>', S ("\x00\x00\x00 \x00\x03\x00\x00user\x00" "ann\x00" "database\x00shop\x00"
             "\x00") },
      { '<', S ("R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00") },
      { '>', S ("p\x00\x00\x00\x18SCRAM-SHA-256\x00secret") },
      { '<', S ("R\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x18server_version\x00"
             "15.1\x00K\x00\x00\x00\x0c\x00\x00\x00\x01\x00\x00\x00\x02Z\x00\x00\x00"
             "\x05I") },
      { '>', S ("Q\x00\x00\x00\x0dSELECT 1\x00") },
      { '<', S ("T\x00\x00\x00\x06\x00\x00" "D\x00\x00\x00\x06\x00\x00" "C\x00\x00\x00"
             "\x0dSELECT 1\x00Z\x00\x00\x00\x05I") },
      { '>', S ("X\x00\x00\x00\x04") } },
    "request > 1 «startup» [0,32)\n"
    "one-way > 0 «password» [32,57)\n"
    "reply < 1 «ready startup» [0,77)\n"
    "request > 2 «SELECT 1» [57,71)\n"
    "reply < 2 «SELECT 1 SELECT 1» [77,111)\n"
    "one-way > 0 «Terminate» [71,76)\n",
    NULL },
  { "postgresql/no-encryption",
    TB_PROTO_UNKNOWN,
    { { '>', S ("\x00\x00\x00\x08\x04\xd2\x16/") },
      { '<', S ("N") },
      { '>', S ("\x00\x00\x00 \x00\x03\x00\x00user\x00" "ann\x00" "database\x00shop\x00"
             "\x00") },
      { '<', S ("R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I") } },
    "request > 1 «SSLRequest» [0,8)\n"
    "reply < 1 «N SSLRequest» [0,1)\n"
    "request > 2 «startup» [8,40)\n"
    "reply < 2 «ready startup» [1,16)\n",
    NULL },
  { "postgresql/encryption",
    TB_PROTO_POSTGRESQL,
    { { '>', S ("\x00\x00\x00\x08\x04\xd2\x16/") },
      { '<', S ("S") },
      { '>', S ("\x16\x03\x01") } },
    "request > 1 «SSLRequest» [0,8)\n"
    "reply < 1 «S SSLRequest» [0,1)\n",
    "it is encrypted from here on" },
  { "postgresql/prepared-and-error",
    TB_PROTO_POSTGRESQL,
    { { '>', S ("P\x00\x00\x00\x1a\x00SELECT * FROM cart\x00\x00\x00" "B\x00\x00\x00"
             "\x0c\x00\x00\x00\x00\x00\x00\x00\x00" "D\x00\x00\x00\x06P\x00" "E\x00"
             "\x00\x00\x09\x00\x00\x00\x00\x00S\x00\x00\x00\x04") },
      { '<', S ("1\x00\x00\x00\x04" "2\x00\x00\x00\x04n\x00\x00\x00\x04" "C\x00\x00\x00"
             "\x0dSELECT 0\x00Z\x00\x00\x00\x05I") },
      { '>', S ("B\x00\x00\x00\x12\x00stmt_1\x00\x00\x00\x00\x00\x00\x00" "E\x00\x00"
             "\x00\x09\x00\x00\x00\x00\x00S\x00\x00\x00\x04") },
      { '<', S ("E\x00\x00\x00)SERROR\x00VERROR\x00" "C23505\x00Mduplicate key\x00\x00Z"
             "\x00\x00\x00\x05I") } },
    "request > 1 «SELECT * FROM cart» [0,62)\n"
    "reply < 1 «SELECT 0 SELECT * FROM cart» [0,35)\n"
    "request > 2 «EXECUTE stmt_1» [62,96)\n"
    "reply < 2 «error 23505 EXECUTE stmt_1» [35,83) error\n",
    NULL },
  { "postgresql/pipelined",
    TB_PROTO_POSTGRESQL,
    { { '>', S ("Q\x00\x00\x00\x0a" "BEGIN\x00Q\x00\x00\x00\x0b" "COMMIT\x00") },
      { '<', S ("C\x00\x00\x00\x0a" "BEGIN\x00Z\x00\x00\x00\x05IC\x00\x00\x00\x0b" "COM"
             "MIT\x00Z\x00\x00\x00\x05I") } },
    "request > 1 «BEGIN» [0,11)\n"
    "request > 2 «COMMIT» [11,23)\n"
    "reply < 1 «BEGIN BEGIN» [0,17)\n"
    "reply < 2 «COMMIT COMMIT» [17,35)\n",
    NULL },
  { "postgresql/copy-in",
    TB_PROTO_POSTGRESQL,
    { { '>', S ("Q\x00\x00\x00\x16" "COPY t FROM STDIN\x00") },
      { '<', S ("G\x00\x00\x00\x07\x00\x00\x00") },
      { '>', S ("d\x00\x00\x00\x06" "1\x0a" "d\x00\x00\x00\x06" "2\x0a" "c\x00\x00\x00"
             "\x04") },
      { '<', S ("C\x00\x00\x00\x0b" "COPY 2\x00Z\x00\x00\x00\x05I") } },
    "request > 1 «COPY t FROM STDIN» [0,23)\n"
    "one-way > 0 «CopyData» [23,42)\n"
    "reply < 1 «COPY 2 COPY t FROM STDIN» [0,26)\n",
    NULL },
  { "postgresql/copy-out",
    TB_PROTO_POSTGRESQL,
    { { '>', S ("Q\x00\x00\x00\x15" "COPY t TO STDOUT\x00") },
      { '<', S ("H\x00\x00\x00\x07\x00\x00\x00" "d\x00\x00\x00\x06" "1\x0a" "c\x00\x00"
             "\x00\x04" "C\x00\x00\x00\x0b" "COPY 1\x00Z\x00\x00\x00\x05I") } },
    "request > 1 «COPY t TO STDOUT» [0,22)\n"
    "reply < 1 «COPY 1 COPY t TO STDOUT» [0,38)\n",
    NULL },
  { "postgresql/replication",
    TB_PROTO_POSTGRESQL,
    { { '>', S ("Q\x00\x00\x00\x1aSTART_REPLICATION 0/0\x00") },
      { '<', S ("W\x00\x00\x00\x07\x00\x00\x00") },
      { '<', S ("d\x00\x00\x00\x1dw\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
             "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" "d\x00\x00\x00\x16k\x00"
             "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00") },
      { '>', S ("d\x00\x00\x00&r\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
             "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
             "\x00\x00\x00") } },
    "request > 1 «START_REPLICATION 0/0» [0,27)\n"
    "reply < 1 «streaming START_REPLICATION 0/0» [0,8)\n"
    "one-way < 0 «CopyData» [8,38)\n"
    "one-way < 0 «CopyData» [38,61)\n"
    "one-way > 0 «CopyData» [27,66)\n",
    NULL },
  { "postgresql/notification",
    TB_PROTO_POSTGRESQL,
    { { '<', S ("A\x00\x00\x00\x0c\x00\x00\x00\x01" "ch\x00\x00N\x00\x00\x00\x0dSNOTICE"
             "\x00\x00") } },
    "one-way < 0 «notification» [0,13)\n"
    "one-way < 0 «notice» [13,27)\n",
    NULL },
  { "postgresql/bad",
    TB_PROTO_POSTGRESQL,
    { { '>', S ("GET / HTTP/1.1\x0d\x0a\x0d\x0a") } },
    "",
    "not a message of PostgreSQL" },
  { "mqtt/qualities",
    TB_PROTO_UNKNOWN,
    { { '>', S ("\x10\x0e\x00\x04MQTT\x04\x02\x00<\x00\x02me") },
      { '<', S (" \x02\x00\x00") },
      { '>', S ("0\x0a\x00\x03" "a/bhello2\x0c\x00\x03" "a/b\x00\x07hello") },
      { '<', S ("@\x02\x00\x07") },
      { '>', S ("4\x0c\x00\x03" "a/b\x00\x08hello") },
      { '<', S ("P\x02\x00\x08") },
      { '>', S ("b\x02\x00\x08") },
      { '<', S ("p\x02\x00\x08") },
      { '>', S ("\xc0\x00") },
      { '<', S ("\xd0\x00") },
      { '>', S ("\xe0\x00") } },
    "request > 1 «CONNECT» [0,16)\n"
    "reply < 1 «CONNACK CONNECT» [0,4)\n"
    "one-way > 0 «PUBLISH a/b» [16,28)\n"
    "request > 2 «PUBLISH a/b» [28,42)\n"
    "reply < 2 «PUBACK PUBLISH a/b» [4,8)\n"
    "request > 3 «PUBLISH a/b» [42,56)\n"
    "one-way < 0 «PUBREC» [8,12)\n"
    "one-way > 0 «PUBREL» [56,60)\n"
    "reply < 3 «PUBCOMP PUBLISH a/b» [12,16)\n"
    "request > 4 «PINGREQ» [60,62)\n"
    "reply < 4 «PINGRESP PINGREQ» [16,18)\n"
    "one-way > 0 «DISCONNECT» [62,64) last\n",
    NULL },
  { "mqtt/answers-out-of-order",
    TB_PROTO_MQTT,
    { { '>', S ("2\x06\x00\x01" "a\x00\x01x\x82\x06\x00\x02\x00\x01#\x00") },
      { '<', S ("\x90\x03\x00\x02\x00@\x02\x00\x01") } },
    "request > 1 «PUBLISH a» [0,8)\n"
    "request > 2 «SUBSCRIBE» [8,16)\n"
    "reply < 2 «SUBACK SUBSCRIBE» [0,5)\n"
    "reply < 1 «PUBACK PUBLISH a» [5,9)\n",
    NULL },
  { "mqtt/delivery",
    TB_PROTO_MQTT,
    { { '<', S ("2\x06\x00\x01" "a\x00\x01x") },
      { '>', S ("@\x02\x00\x01") } },
    "one-way < 0 «PUBLISH a» [0,8)\n"
    "one-way > 0 «PUBACK» [0,4)\n",
    NULL },
  { "mqtt/refused",
    TB_PROTO_MQTT,
    { { '>', S ("\x10\x0e\x00\x04MQTT\x04\x02\x00<\x00\x02me") },
      { '<', S (" \x02\x00\x05") } },
    "request > 1 «CONNECT» [0,16)\n"
    "reply < 1 «CONNACK CONNECT» [0,4) error\n",
    NULL },
  { "mqtt/long",
    TB_PROTO_UNKNOWN,
    { { '>', S ("\x10\xd4\x01\x00\x04MQTT\x04\x02\x00<\x00\xc8" I200) },
      { '<', S (" \x02\x00\x00") },
      { '>', S ("0\xa3\x9c\x01\x00\x01" "a" X20000) } },
    "request > 1 «CONNECT» [0,215)\n"
    "reply < 1 «CONNACK CONNECT» [0,4)\n"
    "one-way > 0 «PUBLISH a» [215,20222)\n",
    NULL },
  { "mqtt/bad",
    TB_PROTO_MQTT,
    { { '>', S ("\x00\x00") } },
    "",
    "not a packet of MQTT" },
  { "mqtt/bad-length",
    TB_PROTO_MQTT,
    { { '>', S ("0\xff\xff\xff\xff\x01") } },
    "",
    "not a length of MQTT" },
  { "nats/publish",
    TB_PROTO_UNKNOWN,
    { { '<', S ("INFO {\"server_id\":\"x\"} \x0d\x0a") },
      { '>', S ("CONNECT {\"verbose\":false,\"pass\":\"secret\"}\x0d\x0aPING\x0d\x0a") },
      { '<', S ("PONG\x0d\x0a") },
      { '>', S ("SUB orders.* 1\x0d\x0aPUB orders.new 5\x0d\x0ahello\x0d\x0a") },
      { '<', S ("MSG orders.new 1 5\x0d\x0ahello\x0d\x0a") },
      { '>', S ("HPUB a 12 17\x0d\x0aNATS/1.0\x0d\x0a\x0d\x0ahello\x0d\x0a") },
      { '<', S ("PING\x0d\x0a-ERR 'Slow Consumer'\x0d\x0a") },
      { '>', S ("PONG\x0d\x0a") } },
    "one-way < 0 «INFO» [0,25)\n"
    "one-way > 0 «CONNECT» [0,43)\n"
    "request > 1 «PING» [43,49)\n"
    "reply < 1 «PONG PING» [25,31)\n"
    "one-way > 0 «SUB orders.*» [49,65)\n"
    "one-way > 0 «PUB orders.new» [65,90)\n"
    "one-way < 0 «MSG orders.new» [31,58)\n"
    "one-way > 0 «HPUB a» [90,123)\n"
    "one-way < 0 «PING» [58,64)\n"
    "one-way < 0 «-ERR 'Slow» [64,86) error\n"
    "one-way > 0 «PONG» [123,129)\n",
    NULL },
  { "nats/between-servers",
    TB_PROTO_UNKNOWN,
    { { '<', S ("INFO {\"server_id\":\"B\"}\r\n") },
      { '>', S ("CONNECT {\"name\":\"A\"}\r\nINFO {\"server_id\":\"A\"}\r\nRS+ $G orders.*\r\n"
                "RMSG $G orders.new + _INBOX.1 5\r\nhello\r\nA- $G\r\nRS- $G orders.*\r\n") } },
    "one-way < 0 «INFO» [0,24)\n"
    "one-way > 0 «CONNECT» [0,22)\n"
    "one-way > 0 «INFO» [22,46)\n"
    "one-way > 0 «RS+ orders.*» [46,63)\n"
    "one-way > 0 «RMSG orders.new» [63,103)\n"
    "one-way > 0 «A- $G» [103,110)\n"
    "one-way > 0 «RS- orders.*» [110,127)\n",
    NULL },
  { "mqtt/refused-in-version-5",
    TB_PROTO_MQTT,
    { /* PUBLISH with quality 2 and 1, SUBSCRIBE; all are refused, and it ends. */
      { '>', S ("\x34\x06\x00\x01" "a" "\x00\x07\x00" "\x32\x06\x00\x01" "b" "\x00\x08\x00"
                "\x82\x07\x00\x09\x00\x00\x01" "c" "\x00") },
      { '<', S ("\x50\x03\x00\x07\x87" "\x40\x04\x00\x08\x97\x00" "\x90\x04\x00\x09\x00\x87"
                "\xe0\x01\x8e") } },
    "request > 1 «PUBLISH a» [0,8)\n"
    "request > 2 «PUBLISH b» [8,16)\n"
    "request > 3 «SUBSCRIBE» [16,25)\n"
    "reply < 1 «PUBREC PUBLISH a» [0,5) error\n"
    "reply < 2 «PUBACK PUBLISH b» [5,11) error\n"
    "reply < 3 «SUBACK SUBSCRIBE» [11,17) error\n"
    "one-way < 0 «DISCONNECT» [17,20) error last\n",
    NULL },
  { "nats/bad",
    TB_PROTO_NATS,
    { { '>', S ("PUB a -1\x0d\x0a") } },
    "",
    "not a size of NATS" },
#define Z8 "\0\0\0\0\0\0\0\0"
#define RPC_HEAD(size, status) "TBC\1" size "SSSS" status Z8 Z8 Z8 Z8 "add\0\0\0\0\0" Z8 Z8 Z8 Z8 Z8 Z8 Z8
  { "rpc/calls",
    TB_PROTO_RPC,
    { { '>', S (RPC_HEAD ("p\0\0\0", "\0\0\0\0") RPC_HEAD ("t\0\0\0", "\0\0\0\0") "1234") },
      { '<', S (RPC_HEAD ("z\0\0\0", "\0\0\0\0") "0123456789") },
      { '<', S (RPC_HEAD ("p\0\0\0", "\367\1\0\0")) } },
    "request > 1 «add» [0,112)\n"
    "request > 2 «add» [112,228)\n"
    "reply < 1 «reply add» [0,122)\n"
    "reply < 2 «error add» [122,234) error\n",
    NULL },
  { "rpc/curl",
    TB_PROTO_RPC,
    { { '>', S ("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/8.0.0 and more\r\n\r\n") } },
    "",
    "not a call of the built-in programs" },
  { "kafka/versions-and-produce",
    TB_PROTO_UNKNOWN,
    { { '>', S ("\x00\x00\x00\x0c\x00\x12\x00\x03\x00\x00\x00\x01\x00\x02me") },
      { '<', S ("\x00\x00\x00\x06\x00\x00\x00\x01\x00\x00") },
      { '>', S ("\x00\x00\x00\x0c\x00\x00\x00\x07\x00\x00\x00\x02\x00\x02me\x00\x00\x00"
             "\x0c\x00\x03\x00\x07\x00\x00\x00\x03\x00\x02me") },
      { '<', S ("\x00\x00\x00\x06\x00\x00\x00\x03\x00\x00") } },
    "request > 1 «ApiVersions» [0,16)\n"
    "reply < 1 «reply ApiVersions» [0,10)\n"
    "request > 2 «Produce» [16,32)\n"
    "request > 3 «Metadata» [32,48)\n"
    "reply < 3 «reply Metadata» [10,20)\n",
    NULL },
  { "kafka/bad",
    TB_PROTO_KAFKA,
    { { '>', S ("\x7f\xff\xff\xff") } },
    "",
    "not a message of Kafka" },

  { "sniff/http",
    TB_PROTO_UNKNOWN,
    { { '>', S ("\r\nGET / HTTP/1.1\r\n\r\n") }, { '<', S ("HTTP/1.1 204 \r\n\r\n") } },
    "request > 1 «GET /» [2,20)\n"
    "reply < 1 «204 GET /» [0,17)\n",
    NULL },
  { "sniff/resp",
    TB_PROTO_UNKNOWN,
    { { '>', S ("*1\r\n$4\r\nPING\r\n") }, { '<', S ("+PONG\r\n") } },
    "request > 1 «PING» [0,14)\n"
    "reply < 1 «+PONG PING» [0,7)\n",
    NULL },
  { "sniff/resp-inline",
    TB_PROTO_UNKNOWN,
    { { '>', S ("ping\r\n") } },
    "request > 1 «PING» [0,6)\n",
    NULL },
  { "sniff/tls",
    TB_PROTO_UNKNOWN,
    { { '>', S ("\x16\x03\x01\x02\x00\x01") } },
    "",
    "it is encrypted (TLS)" },
  { "sniff/words",
    TB_PROTO_UNKNOWN,
    { { '>', S ("good day\r\n") } },
    "",
    "the first bytes are of no protocol that is read here" },
  { "sniff/called-speaks-first",
    TB_PROTO_UNKNOWN,
    { { '<', S ("220 mail ready\r\n") }, { '>', S ("GET / HTTP/1.1\r\n\r\n") } },
    "",
    "the called side speaks first" },
  { "bytes", TB_PROTO_BYTES, { { '>', S ("GET / HTTP/1.1\r\n\r\n") } }, "", NULL },
};
