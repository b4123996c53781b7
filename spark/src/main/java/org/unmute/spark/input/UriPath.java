package org.unmute.spark.input;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Represents URIs as {@link Path}s, by which {@code ClipPass} tells files apart. A {@code Path} of the URI itself would
 * not work: it merges repeated slashes, and it rejects non-ASCII letters if the locale of an executor is plain ASCII.
 */
final class UriPath {
    private static final String KEPT = "!$&'()*+,-.:;=@_~ ";

    private UriPath() {}

    /** A path of printable ASCII that represents the URI. It does not name a local file. */
    static Path of(String uri) {
        StringBuilder text = new StringBuilder();
        byte[] bytes = uri.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int b = bytes[i] & 0xFF;
            boolean slash = b == '/' && i + 1 < bytes.length && (i == 0 || bytes[i - 1] != '/');
            if (slash || b < 128 && (Character.isLetterOrDigit(b) || KEPT.indexOf(b) >= 0)) {
                text.append((char) b);
            } else {
                text.append(String.format("%%%02X", b));
            }
        }
        return Path.of(text.toString());
    }

    /** The URI that a path from {@link #of} represents. */
    static String uri(Path path) {
        String text = path.toString().replace('\\', '/');
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
