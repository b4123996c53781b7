package org.unmute.cli.audio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.cli.console.CommandException;
import org.unmute.report.page.TimeText;

/**
 * A stretch of a recording, as given on the command line.
 *
 * @param start in seconds
 * @param end   in seconds; NaN if only the start is given
 */
public record RecordingStretch(double start, double end) {
    private static final Pattern TIME =
            Pattern.compile("(?:(?:(?<hours>\\d{1,5}):)?(?<minutes>\\d{1,6}):)?(?<seconds>\\d{1,9}(?:\\.\\d{1,9})?)");

    private static final int MINUTE = 60;
    private static final int HOUR = 3600;
    private static final int FIRST_SAMPLES = 1 << 18;

    /**
     * The samples of a stretch.
     *
     * @param recording the sound of the stretch
     * @param start     where the stretch begins in the recording, in seconds
     * @param whole     whether it is the whole recording and no stretch was requested
     */
    public record Part(Recording recording, double start, boolean whole) {
        /** The file's name, followed by the stretch unless it is the whole recording. */
        public String name(Path file) {
            String name = file.getFileName().toString();
            return whole
                    ? name
                    : name + ", " + TimeText.clock(start, 1) + " to " + TimeText.clock(start + recording.seconds(), 1);
        }
    }

    /**
     * Parses a stretch, {@code START} or {@code START-END}, in seconds, {@code m:ss} or {@code h:mm:ss}.
     *
     * @param option name of the option, for messages
     * @param max    longest stretch, in seconds
     * @throws CommandException if the text is not a stretch, or the stretch is too long
     */
    public static RecordingStretch parse(String option, String text, double max) {
        String[] times = text.strip().split("\\s*[-\u2013]\\s*", -1);
        double start = time(times[0]);
        double end = times.length > 1 ? time(times[1]) : Double.NaN;
        if (Double.isNaN(start) || times.length > 2 || times.length == 2 && !(end > start)) {
            throw CommandException.usage(option + " '" + text + "': "
                    + (end <= start ? "the end is not after the start" : "this is no stretch of time")
                    + ": write a start or start-end, in seconds, m:ss or h:mm:ss, as 754.5, 12:30-12:40 or"
                    + " 1:02:05-1:02:15");
        }
        if (end - start > max) {
            throw CommandException.usage(option + " " + text + " is " + TimeText.length(end - start) + " long; at most "
                    + TimeText.length(max) + " are shown at a time");
        }
        return new RecordingStretch(start, end);
    }

    /** Parses a time into seconds; NaN if the text is not a time. */
    private static double time(String text) {
        Matcher m = TIME.matcher(text);
        if (!m.matches()) {
            return Double.NaN;
        }
        double seconds = Double.parseDouble(m.group("seconds"));
        double minutes = m.group("minutes") == null ? 0 : Double.parseDouble(m.group("minutes"));
        double hours = m.group("hours") == null ? 0 : Double.parseDouble(m.group("hours"));
        boolean tooMany =
                m.group("minutes") != null && seconds >= MINUTE || m.group("hours") != null && minutes >= MINUTE;
        return tooMany ? Double.NaN : hours * HOUR + minutes * MINUTE + seconds;
    }

    /**
     * Reads this stretch, which is cut off at the end of the recording. Formats that can seek decode only the stretch.
     *
     * @param channel  from 1, or {@link org.unmute.audio.playback.Mixdown#MEAN} for the mean of all
     * @param length   length in seconds to read if only the start is given
     * @param warnings receives problems of the recording
     * @throws CommandException if the recording ends before the stretch begins
     * @throws IOException      if the recording cannot be read
     */
    public Part read(Path file, int channel, double length, RecordingWarnings warnings) throws IOException {
        try (AudioStream stream = AudioFiles.open(file, channel)) {
            int rate = stream.sampleRate();
            long first = Math.round(start * rate);
            stream.seek(first);
            long wanted = Math.round((Double.isNaN(end) ? start + length : end) * rate) - first;
            float[] samples = stream.position() < first ? new float[0] : samples(stream, Math.max(1, wanted));
            stream.warnings().forEach(w -> warnings.note(file, w));
            if (samples.length == 0) {
                throw CommandException.input(file + ": the stretch from " + TimeText.clock(start, 1)
                        + " on begins behind the end of the recording at "
                        + TimeText.clock((double) stream.position() / rate, 1));
            }
            return new Part(
                    new Recording(samples, rate, stream.channels(), stream.warnings()), (double) first / rate, false);
        }
    }

    /**
     * Reads a whole recording, up to a maximum length.
     *
     * @param channel  from 1, or {@link org.unmute.audio.playback.Mixdown#MEAN} for the mean of all
     * @param max      in seconds
     * @param advice   what to do with a longer recording, for the message
     * @param warnings receives problems of the recording
     * @throws CommandException if the recording is longer
     * @throws IOException      if it cannot be read
     */
    public static Part readWhole(Path file, int channel, double max, String advice, RecordingWarnings warnings)
            throws IOException {
        try (AudioStream stream = AudioFiles.open(file, channel)) {
            if (stream.seconds() > max) {
                throw tooLong(file, TimeText.length(stream.seconds()), max, advice);
            }
            float[] samples = samples(stream, (long) (max * stream.sampleRate()) + 1);
            stream.warnings().forEach(w -> warnings.note(file, w));
            if (samples.length > max * stream.sampleRate()) {
                throw tooLong(file, "more than " + TimeText.length(max), max, advice);
            }
            if (samples.length == 0) {
                throw CommandException.input(file + ": the file holds no samples");
            }
            return new Part(new Recording(samples, stream.sampleRate(), stream.channels(), stream.warnings()), 0, true);
        }
    }

    private static CommandException tooLong(Path file, String length, double max, String advice) {
        return CommandException.usage(
                file + " is " + length + " long; up to " + TimeText.length(max) + " are shown at a time: " + advice);
    }

    /** Reads at most {@code max} samples. The array grows as samples arrive. */
    private static float[] samples(AudioStream stream, long max) throws IOException {
        float[] samples = new float[(int) Math.min(FIRST_SAMPLES, max)];
        int n = 0;
        while (n < max) {
            if (n == samples.length) {
                samples = Arrays.copyOf(samples, (int) Math.min(2L * n, max));
            }
            int got = stream.read(samples, n, samples.length - n);
            if (got < 0) {
                break;
            }
            n += got;
        }
        return Arrays.copyOf(samples, n);
    }
}
