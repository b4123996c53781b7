package org.unmute.spark.input;

import java.io.IOException;
import org.unmute.data.ClipId;
import org.unmute.files.PlainText;

/**
 * The folder that ids of recordings are relative to.
 *
 * @param uri with scheme, without a slash at its end unless it is the root of its file system
 */
record RecordingRoot(HadoopFiles files, String uri) {
    /**
     * A recording that a manifest names.
     *
     * @param id  its path below the root, with '/'; null if it lies elsewhere
     * @param uri where Hadoop finds it
     */
    record Located(String id, String uri) {}

    /** A folder as a user names it. */
    static RecordingRoot of(HadoopFiles files, String folder) throws IOException {
        return new RecordingRoot(files, files.qualified(folder).toString());
    }

    /**
     * Finds a recording.
     *
     * @param text a path below the root, or one with a scheme or a leading slash
     * @throws IllegalArgumentException if it names no file, or leaves the root by {@code ..}
     */
    Located located(String text) {
        String below = below(text);
        if (below != null || !text.startsWith("/") && !HadoopFiles.hasScheme(text)) {
            String id = ClipId.of(below == null ? text : below);
            return new Located(id, child(id));
        }
        try {
            String qualified = files.qualified(text).toString();
            String inside = below(qualified);
            return inside == null ? new Located(null, qualified) : new Located(ClipId.of(inside), qualified);
        } catch (IOException e) {
            throw new IllegalArgumentException("path " + PlainText.quote(text) + ": " + e.getMessage(), e);
        }
    }

    /** What a URI has behind the root's; null if it is not below the root. */
    String below(String qualified) {
        String folder = uri.endsWith("/") ? uri : uri + "/";
        return qualified.startsWith(folder) && qualified.length() > folder.length()
                ? qualified.substring(folder.length())
                : null;
    }

    /** The URI of a file below the root. */
    private String child(String id) {
        return uri.endsWith("/") ? uri + id : uri + "/" + id;
    }
}
