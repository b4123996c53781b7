package org.unmute.report.event;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A recording of the page, or a part of one.
 *
 * @param name    unique name that is shown to readers
 * @param uri     percent-encoded reference to the file, relative to the page
 * @param start   start of the part in the file, in seconds; 0 for a whole file
 * @param seconds length in seconds; NaN if unknown
 */
public record SoundFile(String name, String uri, double start, double seconds) {
    /** Field recorders write the time of the first sample as {@code 20240516_053000}. */
    private static final Pattern START =
            Pattern.compile("(?<!\\d)(\\d{4})-?(\\d{2})-?(\\d{2})[_T-]?(\\d{2})[:-]?(\\d{2})[:-]?(\\d{2})(?!\\d)");

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

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

    /** The local time at which the recorder started the file, if its name contains it. */
    public Optional<LocalDateTime> started() {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        Matcher m = START.matcher(last);
        while (m.find()) {
            int[] part = new int[6];
            for (int i = 0; i < part.length; i++) {
                part[i] = Integer.parseInt(m.group(i + 1));
            }
            try {
                if (part[0] >= 1970) {
                    return Optional.of(LocalDateTime.of(part[0], part[1], part[2], part[3], part[4], part[5]));
                }
            } catch (DateTimeException e) {
                // the digits mean something else
            }
        }
        return Optional.empty();
    }
}
