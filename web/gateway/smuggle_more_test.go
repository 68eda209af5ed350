package gateway_test

import "strings"

const (
	post   = "POST /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n"
	read   = "GET /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n"
	coded  = post + "Transfer-Encoding: chunked\r\n\r\n"
	behind = "GET /evil HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n" // with the right, behind something that must end the connection
	ended  = "0\r\n\r\n"

	upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

var (
	sawPost  = []string{"POST /a " + at + " "}
	sawPostA = []string{"POST /a " + at + " a"}
	sawRead  = []string{"GET /a " + at + " "}
)

// smugglingMore goes on where smuggling ends: lengths, codings, chunks, hosts, versions,
// and what follows on a connection after something was refused.
var smugglingMore = []smuggled{
	{"the same length twice is one", post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", []int{200}, sawPostA},
	{"a list of the same length", post + "Content-Length: 1, 1\r\n\r\na", []int{400}, nil},
	{"a length with spaces behind it", post + "Content-Length: 1 \r\n\r\na", []int{200}, sawPostA},
	{"a length below nothing", post + "Content-Length: -1\r\n\r\na", []int{400}, nil},
	{"a length in hex", post + "Content-Length: 0x1\r\n\r\na", []int{400}, nil},
	{"a length with an underscore", post + "Content-Length: 1_0\r\n\r\naaaaaaaaaa", []int{400}, nil},
	{"an empty length", post + "Content-Length: \r\n\r\n", []int{400}, nil},
	{"a length that no number holds", post + "Content-Length: 99999999999999999999\r\n\r\na", []int{400}, nil},
	{"a length spelled for CGI", post + "Content_Length: 3\r\n\r\n", []int{200}, sawPost},
	{"a coding spelled for CGI", post + "Transfer_Encoding: chunked\r\nContent-Length: 1\r\n\r\na", []int{200}, sawPostA},
	{"a length that Connection names stays", post + "Connection: Content-Length\r\nContent-Length: 4\r\n\r\nevil", []int{200}, []string{"POST /a " + at + " evil"}},
	{"a coding that Connection names stays", post + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n" + ended, []int{200}, sawPostA},

	{"a coding in capitals", post + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n" + ended, []int{200}, sawPostA},
	{"a coding with a tab behind it", post + "Transfer-Encoding: chunked\t\r\n\r\n1\r\na\r\n" + ended, []int{200}, sawPostA},
	{"a folded coding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n1\r\na\r\n" + ended, []int{200}, sawPostA},
	{"a quoted coding", post + "Transfer-Encoding: \"chunked\"\r\n\r\n" + ended, []int{501}, nil},
	{"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n" + ended, []int{501}, nil},
	{"identity and a length", post + "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na", []int{501}, nil},
	{"a coding that is not known", post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + ended, []int{501}, nil},

	{"a chunk extension ends here", coded + "1;x=y\r\na\r\n" + ended, []int{200}, sawPostA},
	{"a chunk extension without end", coded + "1;" + strings.Repeat("x", 5000) + "\r\na\r\n" + ended, []int{400}, nil},
	{"a chunk extension with a line feed", coded + "1;a\nb\r\na\r\n" + ended, []int{400}, nil},
	{"a signed chunk", coded + "+1\r\na\r\n" + ended, []int{400}, nil},
	{"a chunk with 0x", coded + "0x1\r\na\r\n" + ended, []int{400}, nil},
	{"a chunk that no number holds", coded + "FFFFFFFFFFFFFFFFF\r\na\r\n" + ended, []int{400}, nil},
	{"a chunk longer than it says", coded + "1\r\nab\r\n" + ended, []int{400}, nil},
	{"a trailer that was not announced", coded + "1\r\na\r\n0\r\nContent-Length: 5\r\nHost: evil.test\r\n\r\n", []int{200}, sawPostA},
	{"a length as a trailer", post + "Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n", []int{400}, nil},

	{"a name with a space", read + "X A: b\r\n\r\n", []int{400}, nil},
	{"a name with a zero byte", read + "X-\x00A: b\r\n\r\n", []int{400}, nil},
	{"a path with a zero byte", "GET /a\x00b HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"a path with a space", "GET /a b HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"a method that is no word", "G(T /a HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},

	{"a host in capitals, with dot and port", "GET /a HTTP/1.1\r\nHost: ACME.Sandbox.Test.:8443\r\nC\r\n\r\n", []int{200}, []string{"GET /a " + at + ":8443 "}},
	{"a host with an empty port", "GET /a HTTP/1.1\r\nHost: " + at + ":\r\nC\r\n\r\n", []int{200}, sawRead},
	{"a host with two dots", "GET /a HTTP/1.1\r\nHost: " + at + "..\r\nC\r\n\r\n", []int{404}, nil},
	{"a list of hosts", "GET /a HTTP/1.1\r\nHost: " + at + ", evil.test\r\nC\r\n\r\n", []int{400}, nil},
	{"another host that is forwarded as ours", "GET /a HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: " + at + "\r\nC\r\n\r\n", []int{404}, nil},

	{"HTTP/0.9", "GET /a\r\n\r\n", []int{400}, nil},
	{"HTTP/1.0 without a host", "GET /a HTTP/1.0\r\nC\r\n\r\n", []int{404}, nil},
	{"a version in small letters", "GET /a http/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"HTTP/2.0 in words", "GET /a HTTP/2.0\r\nHost: " + at + "\r\nC\r\n\r\n", []int{505}, nil},
	{"two versions", "GET /a HTTP/1.1 HTTP/1.1\r\nHost: " + at + "\r\nC\r\n\r\n", []int{400}, nil},
	{"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{400}, nil},
	{"the preface of HTTP/2 after an upgrade that was not passed on", read + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{200, 400}, sawRead},

	{"after a header that is none", read + "Bad\r\n\r\n" + behind, []int{400}, nil},
	{"after a length that is none", post + "Content-Length: x\r\n\r\n" + behind, []int{400}, nil},
	{"after a chunk that is none", coded + "zz\r\n" + behind, []int{400}, nil},
	{"after a WebSocket that the product refused, with a right", read + upgrade + strings.Replace(behind, "evil", "b", 1), []int{200, 200}, []string{"GET /a " + at + " ", "GET /b " + at + " "}},
	{"after a WebSocket that the product refused, without", read + upgrade + strings.Replace(behind, "C\r\n", "", 1), []int{200, 401}, sawRead},
	{"after a WebSocket that had no right", strings.Replace(read, "C\r\n", "", 1) + upgrade + strings.Replace(behind, "evil", "b", 1), []int{401, 200}, []string{"GET /b " + at + " "}},
}
