package org.unmute.data;

import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.audio.playback.Mixdown;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.AudioClip;

/**
 * Clip ids: paths below the audio root, with '/' and without '.' and '..'. The id of a part of a file ends with its
 * start and end in seconds, as in {@code a/b.wav#1.5-6.5}. The id of one channel of a file has its number after the
 * path, from 1, as in {@code a/b.wav#ch2} and {@code a/b.wav#ch2#1.5-6.5}; without it, a clip is the mean of all
 * channels.
 */
public final class ClipId {
    /** A file name may contain line breaks, hence DOTALL. */
    private static final Pattern PART = Pattern.compile("(.+)#(\\d+(?:\\.\\d+)?)-(\\d+(?:\\.\\d+)?)", Pattern.DOTALL);

    private static final Pattern CHANNEL = Pattern.compile("(.+)#ch([1-9]\\d{0,4})", Pattern.DOTALL);

    /** File systems allow 255 bytes for a name; the rest is reserved for suffixes. */
    private static final int MAX_BYTES = 180;

    private static final int HASH_DIGITS = 12;

    private ClipId() {}

    /**
     * A part of a file.
     *
     * @param file the file's id, without a channel
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
        return new AudioClip(part(file.id(), start, end), file.path(), start, end, file.channel());
    }

    /** The clip of an id in a folder. */
    public static AudioClip clip(String id, Path root) {
        double start = part(id).map(Part::start).orElse(0.0);
        double end = part(id).map(Part::end).orElse(Double.POSITIVE_INFINITY);
        return new AudioClip(id, root.resolve(recording(id)), start, end, channel(id));
    }

    /** The part of a file that an id names; empty for a whole file. */
    public static Optional<Part> part(String id) {
        Matcher m = PART.matcher(id);
        return m.matches()
                ? Optional.of(new Part(
                        withoutChannel(m.group(1)), Double.parseDouble(m.group(2)), Double.parseDouble(m.group(3))))
                : Optional.empty();
    }

    /** The recording that a clip is from: the file of a part or of a channel, else the id itself. */
    public static String recording(String id) {
        return part(id).map(Part::file).orElseGet(() -> withoutChannel(id));
    }

    /** What a clip is a stretch of: a recording, or one channel of it, as an id. */
    public static String source(String id) {
        Matcher part = PART.matcher(id);
        return part.matches() ? part.group(1) : id;
    }

    /** The id of one channel of a whole file. */
    public static String channel(String file, int channel) {
        return file + "#ch" + channel;
    }

    /** The channel that an id names, from 1; {@link Mixdown#MEAN} for the mean of all. */
    public static int channel(String id) {
        Matcher m = CHANNEL.matcher(source(id));
        return m.matches() ? Integer.parseInt(m.group(2)) : Mixdown.MEAN;
    }

    /** The id of the same stretch of the mean of all channels. */
    public static String mixed(String id) {
        int channel = channel(id);
        return channel == Mixdown.MEAN
                ? id
                : recording(id) + id.substring(channel(recording(id), channel).length());
    }

    private static String withoutChannel(String id) {
        Matcher m = CHANNEL.matcher(id);
        return m.matches() ? m.group(1) : id;
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

    /**
     * A file name as a table gives it, stripped of surrounding blanks unless a file with those blanks exists.
     *
     * @param root folder of the file
     * @throws IOException if it cannot be determined whether such a file exists
     */
    public static String asNamed(String name, Path root) throws IOException {
        String stripped = name.strip();
        try {
            return !stripped.equals(name) && RegularFile.exists(root.resolve(name)) ? name : stripped;
        } catch (InvalidPathException e) {
            return stripped;
        }
    }

    /**
     * The id as used in the names of generated files: control characters and characters that some file system does not
     * allow become underscores, and parts that are too long are cut.
     */
    public static String inFileNames(String id) {
        StringBuilder out = new StringBuilder();
        for (String part : id.split("/")) {
            StringBuilder name = new StringBuilder();
            part.codePoints().forEach(c -> name.appendCodePoint(isSafe(c) ? c : '_'));
            // Such as "..", which leaves the folder, and names that Windows does not allow.
            if (name.chars().allMatch(c -> c == '.')) {
                name.append('_');
            }
            String own = name.toString();
            out.append(out.isEmpty() ? "" : "/")
                    .append(own.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES ? shortened(own, part) : own);
        }
        return out.toString();
    }

    private static boolean isSafe(int c) {
        int type = Character.getType(c);
        return !Character.isISOControl(c)
                && type != Character.FORMAT
                && type != Character.SURROGATE
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && "\\:*?\"<>|".indexOf(c) < 0;
    }

    /** A shortened file name, with the start of a hash of the whole name to keep it unique. */
    public static String shortened(String name, String whole) {
        int end = name.length();
        while (name.substring(0, end).getBytes(StandardCharsets.UTF_8).length > MAX_BYTES - HASH_DIGITS - 1) {
            end = name.offsetByCodePoints(end, -1);
        }
        // A path keeps its subfolders.
        end = Math.max(end, name.lastIndexOf('/') + 1);
        return name.substring(0, end) + "~" + Sha256.of(whole).substring(0, HASH_DIGITS);
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
