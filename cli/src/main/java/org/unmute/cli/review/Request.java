package org.unmute.cli.review;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.unmute.cli.http.HttpHead;
import org.unmute.cli.http.RefusedRequest;
import org.unmute.data.provenance.Json;

/**
 * A request of the page.
 *
 * @param what   its path after the secret
 * @param post   whether it changes something
 * @param fields its parameters: those of the address, or the fields of the JSON object that was sent
 */
record Request(String what, boolean post, Map<String, JsonNode> fields) {
    private static final int MAX_BYTES = 1 << 16;
    private static final int MAX_TEXT = 1000;
    private static final int BAD = 400;
    private static final int TOO_LARGE = 413;

    /**
     * Reads a request.
     *
     * @throws RefusedRequest if it is none of the page
     * @throws IOException if the connection fails
     */
    static Request read(HttpHead head, InputStream body, String what) throws RefusedRequest, IOException {
        byte[] sent = sent(head, body);
        boolean post = head.method().equals("POST");
        return new Request(what, post, post ? object(sent) : query(head.query()));
    }

    private static byte[] sent(HttpHead head, InputStream body) throws RefusedRequest, IOException {
        if (head.length() > MAX_BYTES) {
            throw new RefusedRequest(TOO_LARGE, "a request has at most " + MAX_BYTES + " bytes");
        }
        byte[] sent = body.readNBytes((int) head.length());
        if (sent.length < head.length()) {
            throw new EOFException("the connection ended within a request");
        }
        return sent;
    }

    private static Map<String, JsonNode> object(byte[] body) throws RefusedRequest, IOException {
        try {
            JsonNode json = Json.MAPPER.readTree(body);
            if (json == null || !json.isObject()) {
                throw new RefusedRequest(BAD, "the page sends a JSON object");
            }
            Map<String, JsonNode> fields = new HashMap<>();
            json.properties().forEach(f -> fields.put(f.getKey(), f.getValue()));
            return fields;
        } catch (JsonProcessingException e) {
            throw new RefusedRequest(BAD, "the page sends a JSON object");
        }
    }

    private static Map<String, JsonNode> query(String raw) throws RefusedRequest {
        Map<String, JsonNode> fields = new HashMap<>();
        if (raw == null) {
            return fields;
        }
        try {
            for (String part : raw.split("&")) {
                String[] pair = part.split("=", 2);
                fields.put(
                        URLDecoder.decode(pair[0], StandardCharsets.UTF_8),
                        Json.object()
                                .textNode(pair.length == 1 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
            }
        } catch (IllegalArgumentException e) {
            throw new RefusedRequest(BAD, "the address is not percent-encoded");
        }
        return fields;
    }

    /**
     * A text; empty if there is none.
     *
     * @throws RefusedRequest if it is longer than any of the page
     */
    String text(String name) throws RefusedRequest {
        JsonNode value = fields.get(name);
        String text = value == null || value.isNull() ? "" : value.asText();
        if (text.length() > MAX_TEXT) {
            throw new RefusedRequest(BAD, name + " is longer than " + MAX_TEXT + " characters");
        }
        return text;
    }

    /**
     * A number; NaN if there is none or an empty text.
     *
     * @throws RefusedRequest if it is not a finite number
     */
    double number(String name) throws RefusedRequest {
        return number(name, fields.get(name));
    }

    /** As {@link #number(String)}, of a field of an object. */
    static double number(String name, JsonNode value) throws RefusedRequest {
        if (value == null
                || value.isNull()
                || value.isTextual() && value.asText().isEmpty()) {
            return Double.NaN;
        }
        try {
            double number = value.isNumber() ? value.asDouble() : Double.parseDouble(value.asText());
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new RefusedRequest(BAD, name + " is not a number");
    }

    /** Whether a field is true. */
    boolean flag(String name) {
        JsonNode value = fields.get(name);
        return value != null && value.asBoolean();
    }

    /** An object; null if there is none. */
    JsonNode object(String name) {
        JsonNode value = fields.get(name);
        return value == null || !value.isObject() ? null : value;
    }

    /** The refusal of a request that the page would not send. */
    static RefusedRequest wrong(String reason) {
        return new RefusedRequest(BAD, reason);
    }
}
