package org.unmute.experiments.data;

import java.io.File;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.probes.cache.AudioClip;

/**
 * Clip ids: paths below the audio root, with '/' and without '.' and '..'. The id of a part of a file ends with its
 * seconds, as in {@code a/b.wav#1.5-6.5}.
 */
public final class ClipId {
    private static final Pattern PART = Pattern.compile("(.+)#(\\d+(?:\\.\\d+)?)-(\\d+(?:\\.\\d+)?)");

    private ClipId() {}

    /**
     * A part of a file.
     *
     * @param file the file's id
     * @param start in seconds, from 0
     * @param end in seconds, above {@code start}
     */
    public record Part(String file, double start, double end) {}

    /** The id of a part of a file; times are written to the microsecond. */
    public static String part(String file, double start, double end) {
        return file + '#' + seconds(start) + '-' + seconds(end);
    }

    /**
     * The id of a row whose start and end fields may select a part of the file; both are empty for the whole file.
     *
     * @throws IllegalArgumentException if they are not a range of seconds
     */
    public static String part(String file, String start, String end) {
        if (start.isBlank() && end.isBlank()) {
            return file;
        }
        if (!start.strip().matches("\\d+(\\.\\d+)?")
                || !end.strip().matches("\\d+(\\.\\d+)?")
                || Double.parseDouble(start) >= Double.parseDouble(end)) {
            throw new IllegalArgumentException("start and end must be seconds, the start before the end: "
                    + MalformedTableException.quote(start) + " and " + MalformedTableException.quote(end));
        }
        return part(file, Double.parseDouble(start), Double.parseDouble(end));
    }

    /** Seconds to the microsecond, without trailing zeros. */
    public static String seconds(double seconds) {
        return BigDecimal.valueOf(seconds)
                .setScale(6, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** A part of a whole file. */
    static AudioClip cut(AudioClip file, double start, double end) {
        return new AudioClip(part(file.id(), start, end), file.path(), start, end);
    }

    /** The clip of an id in a folder. */
    public static AudioClip clip(String id, Path root) {
        return part(id).map(p -> new AudioClip(id, root.resolve(p.file()), p.start(), p.end()))
                .orElseGet(() -> new AudioClip(id, root.resolve(id)));
    }

    /** The part of a file that an id names; empty for a whole file. */
    public static Optional<Part> part(String id) {
        Matcher m = PART.matcher(id);
        return m.matches()
                ? Optional.of(new Part(m.group(1), Double.parseDouble(m.group(2)), Double.parseDouble(m.group(3))))
                : Optional.empty();
    }

    /**
     * The id of a relative path.
     *
     * @throws IllegalArgumentException with the reason, for an empty or absolute path or one that leaves the root
     */
    public static String of(String path) {
        String text = File.separatorChar == '\\' ? path.replace('\\', '/') : path;
        if (isAbsolute(text)) {
            throw new IllegalArgumentException("path " + MalformedTableException.quote(path)
                    + " is absolute: give it below the root of the recordings");
        }
        Deque<String> parts = new ArrayDeque<>();
        for (String part : text.split("/")) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    throw new IllegalArgumentException(
                            "path " + MalformedTableException.quote(path) + " leaves the root of the recordings");
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
    public static String withoutExtension(String id) {
        int dot = id.lastIndexOf('.');
        return dot > id.lastIndexOf('/') + 1 ? id.substring(0, dot) : id;
    }
}
