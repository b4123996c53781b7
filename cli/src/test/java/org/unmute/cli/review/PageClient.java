package org.unmute.cli.review;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sends requests as a browser does, or as no browser would. */
public final class PageClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI address;

    /** @param address of the page, with its secret */
    public PageClient(URI address) {
        this.address = address;
    }

    /** An answer; the names of its headers are in lower case. */
    public record Answer(int status, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The document. */
        public JsonNode json() throws IOException {
            return JSON.readTree(body);
        }
    }

    /** Reads what the page reads. */
    public Answer get(String what) throws IOException {
        return send("GET", address.getPath() + what, Map.of(), "");
    }

    /** Sends what the page sends. */
    public Answer post(String what, Map<String, ?> fields) throws IOException {
        return send("POST", address.getPath() + what, Map.of(), JSON.writeValueAsString(fields));
    }

    /** Sends a request. Headers replace those of a browser, and an empty text removes one. */
    Answer send(String method, String path, Map<String, String> headers, String body) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        String host = address.getHost() + ":" + address.getPort();
        all.put("Host", host);
        if (method.equals("POST")) {
            all.put("Origin", "http://" + host);
            all.put("Content-Type", "application/json");
        }
        all.putAll(headers);
        all.values().removeIf(String::isEmpty);
        byte[] sent = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        all.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(sent.length).append("\r\nConnection: close\r\n\r\n");
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(sent);
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return parsed(answer.toByteArray());
        }
    }

    private static Answer parsed(byte[] answer) throws IOException {
        String all = new String(answer, StandardCharsets.ISO_8859_1);
        int end = all.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("no answer: " + all);
        }
        String[] lines = all.substring(0, end).split("\r\n");
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line : Arrays.copyOfRange(lines, 1, lines.length)) {
            String[] pair = line.split(": ", 2);
            headers.put(pair[0].toLowerCase(java.util.Locale.ROOT), pair[1]);
        }
        return new Answer(
                Integer.parseInt(lines[0].split(" ")[1]), headers, Arrays.copyOfRange(answer, end + 4, answer.length));
    }
}
