package org.unmute.cli.review;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.data.provenance.Json;

/**
 * An answer to a request. Its policy lets the page load nothing but what this server sends, and lets no other page
 * embed or read it.
 *
 * @param status of HTTP
 * @param type   media type
 */
record Reply(int status, String type, byte[] body) {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int UNSATISFIABLE = 416;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
            + " data:; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'";

    static Reply of(String type, byte[] body) {
        return new Reply(OK, type, body);
    }

    static Reply json(Object document) throws IOException {
        return json(OK, document);
    }

    static Reply json(int status, Object document) throws IOException {
        return new Reply(status, "application/json", Json.MAPPER.writeValueAsBytes(document));
    }

    static Reply text(int status, String message) {
        return new Reply(status, "text/plain; charset=utf-8", (message + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Sends the answer, or the range of it that the browser asks for. */
    void send(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        boolean media = type.startsWith("audio/");
        String range = media ? exchange.getRequestHeaders().getFirst("Range") : null;
        if (media) {
            headers.set("Accept-Ranges", "bytes");
        }
        Matcher asked = range == null ? null : RANGE.matcher(range);
        if (status != OK || asked == null || !asked.matches()) {
            write(exchange, status, 0, body.length);
            return;
        }
        long from = Long.parseLong(asked.group(1));
        long to = asked.group(2).isEmpty() ? body.length - 1L : Long.parseLong(asked.group(2));
        to = Math.min(to, body.length - 1L);
        if (from > to) {
            headers.set("Content-Range", "bytes */" + body.length);
            write(exchange, UNSATISFIABLE, 0, 0);
            return;
        }
        headers.set("Content-Range", "bytes " + from + "-" + to + "/" + body.length);
        write(exchange, PARTIAL, (int) from, (int) (to - from + 1));
    }

    private void write(HttpExchange exchange, int code, int from, int length) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head || length == 0) {
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(length));
            }
            exchange.sendResponseHeaders(code, -1);
        } else {
            exchange.sendResponseHeaders(code, length);
            exchange.getResponseBody().write(body, from, length);
        }
    }
}
