package org.unmute.report.event;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Optional;
import org.unmute.audio.place.FileNameTime;
import org.unmute.audio.place.RecordedTime;
import org.unmute.audio.place.StatedTime;

/**
 * A recording of the page, or a part of one.
 *
 * @param name    unique name that is shown to readers
 * @param uri     percent-encoded reference to the file, relative to the page
 * @param start   start of the part in the file, in seconds; 0 for a whole file
 * @param seconds length in seconds; NaN if unknown
 * @param begun   time on the recorder's clock at which the file begins; null if unknown
 */
public record SoundFile(String name, String uri, double start, double seconds, LocalDateTime begun) {
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /** A recording that begins when its name says. */
    public SoundFile(String name, String uri, double start, double seconds) {
        this(name, uri, start, seconds, inName(name));
    }

    private static LocalDateTime inName(String name) {
        StatedTime time = FileNameTime.of(name).time();
        return time == null ? null : time.local();
    }

    /** This recording, begun at another time; null if the time is unknown. */
    public SoundFile begunAt(RecordedTime time) {
        return new SoundFile(name, uri, start, seconds, time == null ? null : time.local());
    }

    /**
     * Creates a recording with a reference relative to a page.
     *
     * @param page      file of the page
     * @param recording file of the recording
     * @param start     start of the part in the file, in seconds; 0 for a whole file
     * @param seconds   length in seconds; NaN if unknown
     */
    public static SoundFile of(Path page, Path recording, String name, double start, double seconds) {
        Path folder = page.toAbsolutePath().normalize().getParent();
        Path target = recording.toAbsolutePath().normalize();
        if (!folder.getRoot().equals(target.getRoot())) {
            return new SoundFile(name, target.toUri().toASCIIString(), start, seconds);
        }
        StringBuilder uri = new StringBuilder();
        for (Path part : folder.relativize(target)) {
            uri.append(uri.isEmpty() ? "" : "/").append(encoded(part.toString()));
        }
        return new SoundFile(name, uri.toString(), start, seconds);
    }

    private static String encoded(String segment) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            if (UNRESERVED.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append(String.format("%%%02X", b & 255));
            }
        }
        return encoded.toString();
    }

    /** End of the part in the file, in seconds; NaN if unknown. */
    public double end() {
        return start + seconds;
    }

    /** The time on the recorder's clock at which the file begins, if it is known. */
    public Optional<LocalDateTime> started() {
        return Optional.ofNullable(begun);
    }
}
