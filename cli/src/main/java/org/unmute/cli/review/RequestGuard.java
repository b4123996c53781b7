package org.unmute.cli.review;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.unmute.cli.http.HttpHead;
import org.unmute.cli.http.RefusedRequest;

/**
 * Admits requests of those who were given the address of the page. Other users of the machine do not know the secret in
 * it. Pages of other sites cannot read it, and cannot send requests under a name that they let point to this machine,
 * because the host must be a loopback name.
 */
final class RequestGuard {
    private static final int SECRET_BYTES = 24;
    static final int FORBIDDEN = 403;
    private static final int WRONG_METHOD = 405;
    private static final int WRONG_TYPE = 415;

    private final byte[] secret;
    private final String written;
    private final Set<String> hosts;

    /** @param port on which the server listens */
    RequestGuard(int port) {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        written = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        secret = written.getBytes(StandardCharsets.US_ASCII);
        hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    }

    /** The path of the page. */
    String path() {
        return "/" + written + "/";
    }

    /**
     * Checks the secret in the path of a request.
     *
     * @throws RefusedRequest if it is another one
     */
    void requireSecret(String path) throws RefusedRequest {
        int end = path.indexOf('/', 1);
        byte[] given = (end < 0 ? "" : path.substring(1, end)).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, secret)) {
            throw new RefusedRequest(FORBIDDEN, "open the whole address that unmute review printed");
        }
    }

    /**
     * The part of a request's path after the secret.
     *
     * @throws RefusedRequest if the request does not come from the page
     */
    String admit(HttpHead head) throws RefusedRequest {
        String host = head.only("host");
        if (host == null || !hosts.contains(host)) {
            throw new RefusedRequest(FORBIDDEN, "the address must begin with http://127.0.0.1 or http://localhost");
        }
        String path = head.path();
        requireSecret(path);
        int end = path.indexOf('/', 1);
        List<String> own = List.of("same-origin");
        if (!head.headers().getOrDefault("sec-fetch-site", own).equals(own) && end + 1 < path.length()) {
            throw new RefusedRequest(FORBIDDEN, "another site sent this request");
        }
        switch (head.method()) {
            case "GET", "HEAD" -> {}
            case "POST" -> requireOwn(head, host);
            default -> throw new RefusedRequest(WRONG_METHOD, "only GET and POST are answered");
        }
        return path.substring(end + 1);
    }

    private static void requireOwn(HttpHead head, String host) throws RefusedRequest {
        String origin = head.only("origin");
        if (origin == null || !origin.equals("http://" + host)) {
            throw new RefusedRequest(FORBIDDEN, "another site sent this request");
        }
        String type = head.only("content-type");
        if (type == null || !type.split(";", 2)[0].strip().equals("application/json")) {
            throw new RefusedRequest(WRONG_TYPE, "the page sends JSON");
        }
    }

    /** The address of the page. */
    URI address(int port) {
        return URI.create("http://127.0.0.1:" + port + path());
    }
}
