package org.unmute.probes.data;

import java.io.File;
import java.util.ArrayDeque;
import java.util.Deque;

/** Clip ids: paths below the audio root, with '/', without '.' and '..'. */
final class ClipId {
    private ClipId() {}

    /**
     * The id that a relative path stands for.
     *
     * @throws IllegalArgumentException with the reason, for an empty or absolute path or one that leaves the root
     */
    static String of(String path) {
        String text = File.separatorChar == '\\' ? path.replace('\\', '/') : path;
        if (isAbsolute(text)) {
            throw new IllegalArgumentException("path " + MalformedTableException.quote(path) + " is absolute: give it below the root of the recordings");
        }
        Deque<String> parts = new ArrayDeque<>();
        for (String part : text.split("/")) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    throw new IllegalArgumentException("path " + MalformedTableException.quote(path) + " leaves the root of the recordings");
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("path " + MalformedTableException.quote(path) + " names no file");
        }
        return String.join("/", parts);
    }

    static boolean isAbsolute(String path) {
        return path.startsWith("/") || path.startsWith("\\\\") || path.matches("[A-Za-z]:[\\\\/].*");
    }

    /** The id without the extension of its last part. */
    static String withoutExtension(String id) {
        int dot = id.lastIndexOf('.');
        return dot > id.lastIndexOf('/') + 1 ? id.substring(0, dot) : id;
    }
}
