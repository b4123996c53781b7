package org.unmute.spark.input;

import java.io.IOException;
import org.unmute.data.ClipId;
import org.unmute.files.PlainText;

/**
 * The folder that ids of recordings are relative to.
 *
 * @param uri URI with a scheme, without a trailing slash unless it is the root of its file system
 */
record RecordingRoot(HadoopFiles files, String uri) {
    /**
     * A recording named by a manifest.
     *
     * @param id path below the root, with '/'; null if the recording is elsewhere
     * @param uri where Hadoop finds the recording
     */
    record Located(String id, String uri) {}

    /** The root for a folder named by the user. */
    static RecordingRoot of(HadoopFiles files, String folder) throws IOException {
        return new RecordingRoot(files, files.qualified(folder).toString());
    }

    /**
     * Finds a recording.
     *
     * @param text a path below the root, or one with a scheme or a leading slash
     * @throws IllegalArgumentException if it does not name a file, or leaves the root through {@code ..}
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

    /** The part of a URI after the root's; null if the URI is not below the root. */
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
