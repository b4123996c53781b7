package org.unmute.cli.review;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.cli.http.HttpHead;
import org.unmute.cli.http.OpenConnections.Connection;
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

    /**
     * Sends the answer, or the range of it that the browser asks for.
     *
     * @param head    null if it could not be read
     * @param lasting whether the connection stays open
     */
    void send(HttpHead head, boolean lasting, Connection browser) throws IOException {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("Connection", lasting ? "keep-alive" : "close");
        headers.put("Content-Type", type);
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-Frame-Options", "DENY");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cache-Control", "no-store");
        boolean media = head != null && type.startsWith("audio/");
        String range = media ? head.only("range") : null;
        if (media) {
            headers.put("Accept-Ranges", "bytes");
        }
        Matcher asked = range == null ? null : RANGE.matcher(range);
        if (status != OK || asked == null || !asked.matches()) {
            write(head, headers, browser, status, 0, body.length);
            return;
        }
        long from = Long.parseLong(asked.group(1));
        long to = asked.group(2).isEmpty() ? body.length - 1L : Long.parseLong(asked.group(2));
        to = Math.min(to, body.length - 1L);
        if (from > to) {
            headers.put("Content-Range", "bytes */" + body.length);
            write(head, headers, browser, UNSATISFIABLE, 0, 0);
            return;
        }
        headers.put("Content-Range", "bytes " + from + "-" + to + "/" + body.length);
        write(head, headers, browser, PARTIAL, (int) from, (int) (to - from + 1));
    }

    private void write(HttpHead head, Map<String, Object> headers, Connection browser, int code, int from, int length)
            throws IOException {
        headers.put("Content-Length", length);
        StringBuilder text = new StringBuilder("HTTP/1.1 " + code + " \r\n");
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        byte[] first = text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        browser.send(first, 0, first.length);
        if (head == null || !head.method().equals("HEAD")) {
            browser.send(body, from, length);
        }
    }
}
