/* The abbreviations that the tables of messages (*.def) are written with. */
#ifndef SG_TESTS_HTTP_CASES_H
#define SG_TESTS_HTTP_CASES_H

#define GET "GET / HTTP/1.1\r\nHost: h\r\n"
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define OK200 "HTTP/1.1 200 OK\r\n"
#define CHUNKED200 OK200 "Transfer-Encoding: chunked\r\n\r\n"

#endif
