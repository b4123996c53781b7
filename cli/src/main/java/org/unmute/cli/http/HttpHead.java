package org.unmute.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The head of an HTTP/1 request.
 *
 * @param path    as it was sent, percent-encoded
 * @param query   what follows the question mark; null if there is none
 * @param lasting whether the browser may send another request on the same connection
 * @param length  of the body in bytes
 * @param headers values by name in lower case
 */
public record HttpHead(
        String method, String path, String query, boolean lasting, long length, Map<String, List<String>> headers) {
    /** Browsers send the cookies of all servers of this machine, some kilobytes at most. */
    private static final int MAX_BYTES = 1 << 16;

    private static final int MAX_LINE = 1 << 13;
    private static final char END = '\n';
    private static final int BAD = 400;
    private static final int TOO_LARGE = 431;

    /** Decides by the path of a request whether the rest of it is read. */
    @FunctionalInterface
    public interface Gate {
        void admit(String path) throws RefusedRequest, IOException;
    }

    /**
     * Reads a head, and nothing of the body.
     *
     * @param gate is asked as soon as the first line was read, so that nothing more is read of others' requests
     * @return null if the connection ends before it
     * @throws RefusedRequest if the gate throws it, or the head is too large or malformed
     * @throws IOException if the connection fails, or ends within it
     */
    public static HttpHead read(InputStream in, Gate gate) throws RefusedRequest, IOException {
        String first = line(in, MAX_LINE);
        if (first == null) {
            return null;
        }
        String[] words = first.split(" ", -1);
        if (words.length != 3 || !words[1].startsWith("/") || !words[2].startsWith("HTTP/1.")) {
            throw malformed();
        }
        String[] target = words[1].split("\\?", 2);
        gate.admit(target[0]);
        Map<String, List<String>> headers = new HashMap<>();
        int left = MAX_BYTES - first.length();
        for (String line = line(in, left); line == null || !line.isEmpty(); line = line(in, left)) {
            int colon = line == null ? -1 : line.indexOf(':');
            if (colon < 1 || line.substring(0, colon).chars().anyMatch(c -> c <= ' ')) {
                throw malformed();
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
            left -= line.length();
        }
        List<String> lengths = headers.getOrDefault("content-length", List.of("0"));
        if (lengths.size() != 1
                || !lengths.getFirst().matches("\\d{1,18}")
                || headers.containsKey("transfer-encoding")) {
            throw new RefusedRequest(BAD, "a request states the length of its body");
        }
        boolean lasting = words[2].equals("HTTP/1.1")
                && headers.getOrDefault("connection", List.of()).stream()
                        .noneMatch(c -> c.toLowerCase(Locale.ROOT).contains("close"));
        String query = target.length == 1 ? null : target[1];
        return new HttpHead(words[0], target[0], query, lasting, Long.parseLong(lengths.getFirst()), headers);
    }

    /** A line without its end; null if the connection ends before it. */
    private static String line(InputStream in, int most) throws RefusedRequest, IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != END; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (line.length() >= most) {
                throw new RefusedRequest(TOO_LARGE, "the head of a request has at most " + MAX_BYTES + " bytes");
            }
            line.append((char) next);
        }
        boolean ended = !line.isEmpty() && line.charAt(line.length() - 1) == '\r';
        return line.substring(0, line.length() - (ended ? 1 : 0));
    }

    private static RefusedRequest malformed() {
        return new RefusedRequest(BAD, "this is no request of HTTP/1");
    }

    /** The value of a header that occurs once; null if it does not. */
    public String only(String name) {
        List<String> values = headers.getOrDefault(name, List.of());
        return values.size() == 1 ? values.getFirst() : null;
    }
}
